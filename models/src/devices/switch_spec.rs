//! Switchgear as a scenario describes it.

use super::check::Check;
use super::{Output, Wire};
use crate::catalogue::{figures, voltage_factor};
use serde::{Deserialize, Serialize};

/// BatteryProtect in Li-ion mode. Figures left out are those of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatteryProtect {
    /// Unique name, by which devices say that they are behind it.
    pub name: String,
    /// The output that its remote input is wired to.
    #[serde(default)]
    pub wired_to: Output,
    /// Name of the switch that it is behind itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// High switches off and Floating switches on.
    #[serde(default)]
    pub inverting: bool,
    /// Current that its remote input takes from the output (mA).
    #[serde(default)]
    pub control_current_ma: f64,
    /// Its own draw from the bank (A).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_draw_a: Option<f64>,
    /// Over-voltage disconnection (V, at this system voltage).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_voltage_v: Option<f64>,
    /// Current that counts as a short circuit (A).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_circuit_a: Option<f64>,
}

/// A relay of the Cyrix family. Its voltages and times are those of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cyrix {
    /// Unique name, by which devices say that they are behind it.
    pub name: String,
    /// The output that its control is wired to; `none`: always High.
    #[serde(default)]
    pub wired_to: Output,
    /// Name of the switch that it is behind itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// High switches off and Floating switches on.
    #[serde(default)]
    pub inverting: bool,
    /// Current that its control takes from the output (mA).
    #[serde(default)]
    pub control_current_ma: f64,
    /// Cable between what is behind it and the bank, both ways (Ω); not for the Cyrix-Li-load, which has no drop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cable_resistance_ohm: Option<f64>,
}

/// Contactor or relay. Figures left out are those of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contactor {
    /// Unique name, by which devices say that they are behind it.
    pub name: String,
    /// The output that feeds its coil; `none`: always closed.
    #[serde(default)]
    pub wired_to: Output,
    /// Name of the switch that it is behind itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<String>,
    /// High opens and Floating closes.
    #[serde(default)]
    pub inverting: bool,
    /// Coil current (mA); left out: that of the catalogue.
    #[serde(default = "coil_current_ma")]
    pub control_current_ma: f64,
    /// The output sees a coil without free-wheeling diode.
    #[serde(default = "yes")]
    pub inductive: bool,
    /// From coil on to contact closed (ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick_up_ms: Option<f64>,
    /// From coil off to contact open (ms).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drop_out_ms: Option<f64>,
    /// After closing the contact opens once for half of this time (ms); 0 = no bounce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounce_ms: Option<f64>,
    /// Opening at more than this current welds the contact (A); left out: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weld_above_a: Option<f64>,
}

fn coil_current_ma() -> f64 {
    figures().contactor.coil_current_ma.value
}

fn yes() -> bool {
    true
}

/// A switch with devices behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum SwitchSpec {
    /// BatteryProtect in Li-ion mode.
    BatteryProtect(BatteryProtect),
    /// Contactor or relay.
    Contactor(Contactor),
    /// Relay for loads; locks as a BatteryProtect does.
    CyrixLiLoad(Cyrix),
    /// Joins a starter battery and its alternator to the bank; what is behind it is on the starter side.
    CyrixLiCt(Cyrix),
    /// Lets the chargers behind it charge the bank when they show charging voltage.
    CyrixLiCharge(Cyrix),
}

impl SwitchSpec {
    /// The wire to its remote input or coil.
    pub fn wire(&self) -> Wire<'_> {
        macro_rules! wire {
            ($switch:expr, $inductive:expr) => {
                Wire {
                    name: &$switch.name,
                    output: $switch.wired_to,
                    behind: $switch.behind.as_deref(),
                    inverting: $switch.inverting,
                    control_current_ma: $switch.control_current_ma,
                    inductive: $inductive,
                }
            };
        }
        match self {
            SwitchSpec::BatteryProtect(s) => wire!(s, false),
            SwitchSpec::Contactor(s) => wire!(s, s.inductive),
            SwitchSpec::CyrixLiLoad(s) | SwitchSpec::CyrixLiCt(s) | SwitchSpec::CyrixLiCharge(s) => wire!(s, false),
        }
    }

    /// Whether what is behind it hangs on a node of its own, beyond a cable.
    pub fn has_own_node(&self) -> bool {
        matches!(self, SwitchSpec::CyrixLiCt(_) | SwitchSpec::CyrixLiCharge(_))
    }

    /// Reports every figure out of range as (field, value, what is allowed).
    pub fn check(&self, system_voltage_v: u8, report: &mut dyn FnMut(&str, String, String)) {
        let k = voltage_factor(system_voltage_v);
        let mut check = Check::new(report);
        check.wire(&self.wire());
        match self {
            SwitchSpec::BatteryProtect(s) => {
                check.optional("own_draw_a", s.own_draw_a, 0.0, 1.0);
                check.optional("over_voltage_v", s.over_voltage_v, 14.0 * k, 18.0 * k);
                check.optional("short_circuit_a", s.short_circuit_a, 1.0, 1e5);
            }
            SwitchSpec::CyrixLiLoad(s) => {
                if let Some(ohms) = s.cable_resistance_ohm {
                    report("cable_resistance_ohm", ohms.to_string(), "absent: it has no voltage drop".into());
                }
            }
            SwitchSpec::CyrixLiCt(s) | SwitchSpec::CyrixLiCharge(s) => {
                check.optional("cable_resistance_ohm", s.cable_resistance_ohm, 1e-4, 1.0);
            }
            SwitchSpec::Contactor(s) => {
                check.optional("pick_up_ms", s.pick_up_ms, 0.0, 10_000.0);
                check.optional("drop_out_ms", s.drop_out_ms, 0.0, 10_000.0);
                check.optional("bounce_ms", s.bounce_ms, 0.0, 1_000.0);
                check.optional("weld_above_a", s.weld_above_a, 0.001, 1e6);
            }
        }
    }
}

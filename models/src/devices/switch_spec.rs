//! Switchgear as a scenario describes it.

use super::spec::Check;
use super::{Output, Wire};
use crate::catalogue::voltage_factor;
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
    /// High opens and Floating closes.
    #[serde(default)]
    pub inverting: bool,
    /// Coil current (mA).
    #[serde(default)]
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
}

impl SwitchSpec {
    /// The wire to its remote input or coil.
    pub fn wire(&self) -> Wire<'_> {
        match self {
            SwitchSpec::BatteryProtect(s) => Wire {
                name: &s.name,
                output: s.wired_to,
                behind: None,
                inverting: s.inverting,
                control_current_ma: s.control_current_ma,
                inductive: false,
            },
            SwitchSpec::Contactor(s) => Wire {
                name: &s.name,
                output: s.wired_to,
                behind: None,
                inverting: s.inverting,
                control_current_ma: s.control_current_ma,
                inductive: s.inductive,
            },
        }
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

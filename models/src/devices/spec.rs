//! Loads and chargers as a scenario describes them.
//!
//! Currents and powers are magnitudes here: the kind says in which direction they flow.
//! Voltages are those of the system (12, 24 or 48 V); figures left out come from the catalogue.

use super::check::{CURRENT_MAX_A, Check, POWER_MAX_W};
use super::vehicle_spec::{Alternator, StarterBattery};
use super::{Output, Wire};
use crate::catalogue::{EfficiencyPoint, Household, voltage_factor};
use crate::profile::{Library, Quantity, SeriesSpec};
use serde::{Deserialize, Serialize};

macro_rules! wired {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Unique name.
            pub name: String,
            /// The output that its remote input is wired to; left out: always on.
            #[serde(default)]
            pub wired_to: Output,
            /// Name of the switch that it is behind.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub behind: Option<String>,
            /// High switches off and Floating switches on.
            #[serde(default)]
            pub inverting: bool,
            /// Current that its remote input takes from the output (mA).
            #[serde(default)]
            pub control_current_ma: f64,
            /// Its remote input is a coil.
            #[serde(default)]
            pub inductive: bool,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            pub(super) fn wire(&self) -> Wire<'_> {
                Wire {
                    name: &self.name,
                    output: self.wired_to,
                    behind: self.behind.as_deref(),
                    inverting: self.inverting,
                    control_current_ma: self.control_current_ma,
                    inductive: self.inductive,
                }
            }
        }
    };
}

pub(super) use wired;

fn one() -> f64 {
    1.0
}

/// What a switch that was never off needs no word for.
fn is_zero(seconds: &f64) -> bool {
    *seconds == 0.0
}

wired! {
    /// Power over time from a series. Below its minimum voltage it switches off and comes back
    /// as an inverter does, but is never locked.
    ProfileLoad {
        /// Power drawn from the bank (W).
        load: SeriesSpec,
        /// Voltage below which it switches off (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_shut_down_v: Option<f64>,
        /// Voltage above which it comes back (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_restart_v: Option<f64>,
    }
}

wired! {
    /// The appliances of a household, each used at times that a seed decides; minimum voltage as [`ProfileLoad`].
    ApplianceLoad {
        /// Whose appliances.
        household: Household,
        /// Factor on their power.
        #[serde(default = "one")]
        scale: f64,
        /// Power without the factor: (s, W from then on), the first at 0 s. A scenario draws it; left out: the mean
        /// power of the household, all the time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        drawn_s_w: Option<Vec<(u32, f64)>>,
        /// Voltage below which it switches off (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_shut_down_v: Option<f64>,
        /// Voltage above which it comes back (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_restart_v: Option<f64>,
    }
}

wired! {
    /// Constant power within a time window; minimum voltage as [`ProfileLoad`].
    PowerLoad {
        /// Power drawn from the bank (W).
        power_w: f64,
        /// Begins at this scenario time (s).
        #[serde(default)]
        from_s: f64,
        /// Ends at this scenario time (s); left out: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_s: Option<f64>,
        /// Voltage below which it switches off (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_shut_down_v: Option<f64>,
        /// Voltage above which it comes back (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_restart_v: Option<f64>,
    }
}

wired! {
    /// Constant current within a time window.
    CurrentLoad {
        /// Current drawn from the bank (A).
        current_a: f64,
        /// Begins at this scenario time (s).
        #[serde(default)]
        from_s: f64,
        /// Ends at this scenario time (s); left out: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_s: Option<f64>,
    }
}

wired! {
    /// A resistance within a time window.
    ResistiveLoad {
        /// Resistance (Ω).
        resistance_ohm: f64,
        /// Begins at this scenario time (s).
        #[serde(default)]
        from_s: f64,
        /// Ends at this scenario time (s); left out: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_s: Option<f64>,
    }
}

wired! {
    /// Inverter: its output power through an efficiency curve, plus a no-load draw.
    Inverter {
        /// Rated output power (W).
        rated_w: f64,
        /// Output power over time (W); this or `power_w`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        load: Option<SeriesSpec>,
        /// Constant output power (W); this or `load`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        power_w: Option<f64>,
        /// Its own switch is on from this scenario time (s): capacitors charge then, if its remote is on.
        #[serde(default, skip_serializing_if = "is_zero")]
        from_s: f64,
        /// Its own switch is off from this scenario time (s); left out: never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_s: Option<f64>,
        /// Draw without load (W).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        no_load_w: Option<f64>,
        /// Efficiency over the share of the rated power, ascending.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        efficiency: Option<Vec<EfficiencyPoint>>,
        /// Low shut-down (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_shut_down_v: Option<f64>,
        /// Restart after a low shut-down (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low_restart_v: Option<f64>,
        /// Largest current that it takes (A); left out: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input_current_limit_a: Option<f64>,
        /// Input capacitors that are charged at switch-on (F); with the resistance, or no inrush.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inrush_capacitance_f: Option<f64>,
        /// Resistance through which they are charged (Ω).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inrush_resistance_ohm: Option<f64>,
    }
}

wired! {
    /// DC-DC converter: constant output power, a least input voltage, a remote. Below the least voltage or above its
    /// current limit it draws a limited current for a moment and switches off.
    DcDcConverter {
        /// Output power over time (W); this or `power_w`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        load: Option<SeriesSpec>,
        /// Constant output power (W); this or `load`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        power_w: Option<f64>,
        /// Output power over input power (0–1).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        efficiency: Option<f64>,
        /// Least input voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input_min_v: Option<f64>,
        /// Input voltage above which it works again (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input_restart_v: Option<f64>,
        /// Largest current that it takes (A); left out: no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input_current_limit_a: Option<f64>,
    }
}

wired! {
    /// Mains charger; absorption of a fixed time or until a tail current.
    MainsCharger {
        /// Current limit (A).
        current_limit_a: f64,
        /// There is mains from this scenario time (s).
        #[serde(default, skip_serializing_if = "is_zero")]
        from_s: f64,
        /// There is mains until this scenario time (s); left out: for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until_s: Option<f64>,
        /// Power limit (W); left out: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        power_limit_w: Option<f64>,
        /// Absorption voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absorption_v: Option<f64>,
        /// Float voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        float_v: Option<f64>,
        /// Storage voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        storage_v: Option<f64>,
        /// Absorption time (s), and the longest with a tail current.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absorption_s: Option<f64>,
        /// Absorption ends when the current is below this (A); left out: after its time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tail_current_a: Option<f64>,
        /// Cable between charger and bank, both ways (Ω).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cable_resistance_ohm: Option<f64>,
        /// From remote on to charging (s).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start_delay_s: Option<f64>,
    }
}

wired! {
    /// Solar charger. Output = irradiance / 1000 W/m² × peak power × efficiency ×
    /// (1 + coefficient × (panel temperature − 25 °C)); the panels lie flat (the series are
    /// global horizontal irradiance), the panel is warmer than the air in proportion to the sun.
    SolarCharger {
        /// Peak power of the panels at 1000 W/m² and 25 °C (W).
        peak_power_w: f64,
        /// Irradiance over time (W/m²).
        irradiance: SeriesSpec,
        /// Air temperature over time (°C); left out: panels at 25 °C.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        air_temperature: Option<SeriesSpec>,
        /// Current limit (A); left out: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        current_limit_a: Option<f64>,
        /// Panels, cables and converter together (0–1).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conversion_efficiency: Option<f64>,
        /// Absorption voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absorption_v: Option<f64>,
        /// Float voltage (V).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        float_v: Option<f64>,
        /// Absorption time (s).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absorption_s: Option<f64>,
        /// Cable between charger and bank, both ways (Ω).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cable_resistance_ohm: Option<f64>,
    }
}

wired! {
    /// Lamp, buzzer or signal input: draws its control current from its output and nothing else.
    Indicator {}
}

/// A small constant draw wired past LOAD: nothing can stop it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parasitic {
    /// Unique name.
    pub name: String,
    /// Current drawn from the bank (mA).
    pub current_ma: f64,
}

/// A load or charger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum DeviceSpec {
    /// Power over time.
    ProfileLoad(ProfileLoad),
    /// Appliances of a household.
    ApplianceLoad(ApplianceLoad),
    /// Constant power.
    PowerLoad(PowerLoad),
    /// Constant current.
    CurrentLoad(CurrentLoad),
    /// A resistance.
    ResistiveLoad(ResistiveLoad),
    /// Inverter.
    Inverter(Inverter),
    /// DC-DC converter.
    DcDcConverter(DcDcConverter),
    /// Draw wired past LOAD.
    Parasitic(Parasitic),
    /// Mains charger.
    MainsCharger(MainsCharger),
    /// Solar charger.
    SolarCharger(SolarCharger),
    /// Alternator.
    Alternator(Alternator),
    /// Starter battery.
    StarterBattery(StarterBattery),
    /// Lamp, buzzer or signal input.
    Indicator(Indicator),
}

impl DeviceSpec {
    /// The wire to its remote input.
    pub fn wire(&self) -> Wire<'_> {
        match self {
            DeviceSpec::ProfileLoad(d) => d.wire(),
            DeviceSpec::ApplianceLoad(d) => d.wire(),
            DeviceSpec::PowerLoad(d) => d.wire(),
            DeviceSpec::CurrentLoad(d) => d.wire(),
            DeviceSpec::ResistiveLoad(d) => d.wire(),
            DeviceSpec::Inverter(d) => d.wire(),
            DeviceSpec::DcDcConverter(d) => d.wire(),
            DeviceSpec::Alternator(d) => d.wire(),
            DeviceSpec::StarterBattery(d) => d.wire(),
            DeviceSpec::MainsCharger(d) => d.wire(),
            DeviceSpec::SolarCharger(d) => d.wire(),
            DeviceSpec::Indicator(d) => d.wire(),
            DeviceSpec::Parasitic(d) => Wire {
                name: &d.name,
                output: Output::None,
                behind: None,
                inverting: false,
                control_current_ma: 0.0,
                inductive: false,
            },
        }
    }

    /// Whether it can charge the bank.
    pub fn is_charger(&self) -> bool {
        matches!(self, DeviceSpec::MainsCharger(_) | DeviceSpec::SolarCharger(_) | DeviceSpec::Alternator(_))
    }

    /// The series it uses, each with the field that holds it and the quantity that it must be.
    pub fn series(&self) -> Vec<(&'static str, Quantity, &SeriesSpec)> {
        match self {
            DeviceSpec::ProfileLoad(d) => vec![("load", Quantity::Power, &d.load)],
            DeviceSpec::Inverter(Inverter { load, .. }) | DeviceSpec::DcDcConverter(DcDcConverter { load, .. }) => {
                load.iter().map(|load| ("load", Quantity::Power, load)).collect()
            }
            DeviceSpec::Alternator(d) => vec![("speed", Quantity::Speed, &d.speed)],
            DeviceSpec::SolarCharger(d) => {
                let air = d.air_temperature.iter();
                [("irradiance", Quantity::Irradiance, &d.irradiance)]
                    .into_iter()
                    .chain(air.map(|air| ("air_temperature", Quantity::Temperature, air)))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// Reports every figure out of range as (field, value, what is allowed).
    pub fn check(&self, system_voltage_v: u8, library: &Library, report: &mut dyn FnMut(&str, String, String)) {
        let k = voltage_factor(system_voltage_v);
        let mut check = Check::new(report);
        check.wire(&self.wire());
        match self {
            DeviceSpec::ProfileLoad(d) => check.low_voltage(k, d.low_shut_down_v, d.low_restart_v),
            DeviceSpec::ApplianceLoad(d) => check.appliances(k, d),
            DeviceSpec::PowerLoad(d) => {
                check.within("power_w", d.power_w, 0.0, POWER_MAX_W);
                check.window(d.from_s, d.until_s);
                check.low_voltage(k, d.low_shut_down_v, d.low_restart_v);
            }
            DeviceSpec::CurrentLoad(d) => {
                check.within("current_a", d.current_a, 0.0, CURRENT_MAX_A);
                check.window(d.from_s, d.until_s);
            }
            DeviceSpec::ResistiveLoad(d) => {
                check.within("resistance_ohm", d.resistance_ohm, 1e-4, 1e9);
                check.window(d.from_s, d.until_s);
            }
            DeviceSpec::Inverter(d) => check.inverter(k, d),
            DeviceSpec::DcDcConverter(d) => check.dc_dc(k, d),
            DeviceSpec::Alternator(d) => check.alternator(k, d),
            DeviceSpec::StarterBattery(d) => {
                check.within("capacity_ah", d.capacity_ah, 1.0, 2_000.0);
                check.optional("soc_at_start", d.soc_at_start, 0.0, 1.0);
                check.optional("resistance_ohm", d.resistance_ohm, 1e-4, 1.0);
            }
            DeviceSpec::Parasitic(d) => {
                check.within("current_ma", d.current_ma, 0.0, 1_000.0 * CURRENT_MAX_A);
            }
            DeviceSpec::MainsCharger(d) => {
                check.within("current_limit_a", d.current_limit_a, 0.1, CURRENT_MAX_A);
                check.window(d.from_s, d.until_s);
                check.optional("power_limit_w", d.power_limit_w, 1.0, POWER_MAX_W);
                check.charge_voltages(k, d.absorption_v, d.float_v);
                check.optional("tail_current_a", d.tail_current_a, 0.1, CURRENT_MAX_A);
                check.optional("storage_v", d.storage_v, 12.8 * k, 14.4 * k);
                check.optional("absorption_s", d.absorption_s, 0.0, 86_400.0);
                check.optional("cable_resistance_ohm", d.cable_resistance_ohm, 1e-4, 1.0);
                check.optional("start_delay_s", d.start_delay_s, 0.0, 3.0);
            }
            DeviceSpec::SolarCharger(d) => {
                check.within("peak_power_w", d.peak_power_w, 1.0, POWER_MAX_W);
                check.optional("current_limit_a", d.current_limit_a, 0.1, CURRENT_MAX_A);
                check.optional("conversion_efficiency", d.conversion_efficiency, 0.01, 1.0);
                check.charge_voltages(k, d.absorption_v, d.float_v);
                check.optional("absorption_s", d.absorption_s, 0.0, 86_400.0);
                check.optional("cable_resistance_ohm", d.cable_resistance_ohm, 1e-4, 1.0);
            }
            DeviceSpec::Indicator(_) => {}
        }
        for (field, quantity, series) in self.series() {
            series.check(library, quantity, &mut |inner, value, allowed| {
                report(&format!("{field}.{inner}"), value, allowed);
            });
        }
    }
}

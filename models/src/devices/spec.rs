//! Loads and chargers as a scenario describes them.
//!
//! Currents and powers are magnitudes here: the kind says in which direction they flow.
//! Voltages are those of the system (12, 24 or 48 V); figures left out come from the catalogue.

use super::{Output, Wire};
use crate::catalogue::{EfficiencyPoint, voltage_factor};
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
            fn wire(&self) -> Wire<'_> {
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
    }
}

wired! {
    /// Mains charger with fixed absorption time.
    MainsCharger {
        /// Current limit (A).
        current_limit_a: f64,
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
        /// Absorption time (s).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        absorption_s: Option<f64>,
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
    /// Constant power.
    PowerLoad(PowerLoad),
    /// Constant current.
    CurrentLoad(CurrentLoad),
    /// A resistance.
    ResistiveLoad(ResistiveLoad),
    /// Inverter.
    Inverter(Inverter),
    /// Draw wired past LOAD.
    Parasitic(Parasitic),
    /// Mains charger.
    MainsCharger(MainsCharger),
    /// Solar charger.
    SolarCharger(SolarCharger),
    /// Lamp, buzzer or signal input.
    Indicator(Indicator),
}

impl DeviceSpec {
    /// The wire to its remote input.
    pub fn wire(&self) -> Wire<'_> {
        match self {
            DeviceSpec::ProfileLoad(d) => d.wire(),
            DeviceSpec::PowerLoad(d) => d.wire(),
            DeviceSpec::CurrentLoad(d) => d.wire(),
            DeviceSpec::ResistiveLoad(d) => d.wire(),
            DeviceSpec::Inverter(d) => d.wire(),
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
        matches!(self, DeviceSpec::MainsCharger(_) | DeviceSpec::SolarCharger(_))
    }

    /// The series it uses, each with the field that holds it and the quantity that it must be.
    pub fn series(&self) -> Vec<(&'static str, Quantity, &SeriesSpec)> {
        match self {
            DeviceSpec::ProfileLoad(d) => vec![("load", Quantity::Power, &d.load)],
            DeviceSpec::Inverter(d) => d.load.iter().map(|load| ("load", Quantity::Power, load)).collect(),
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
            DeviceSpec::Parasitic(d) => {
                check.within("current_ma", d.current_ma, 0.0, 1_000.0 * CURRENT_MAX_A);
            }
            DeviceSpec::MainsCharger(d) => {
                check.within("current_limit_a", d.current_limit_a, 0.1, CURRENT_MAX_A);
                check.optional("power_limit_w", d.power_limit_w, 1.0, POWER_MAX_W);
                check.charge_voltages(k, d.absorption_v, d.float_v);
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

const POWER_MAX_W: f64 = 1e7;
const CURRENT_MAX_A: f64 = 1e5;
const TIME_MAX_S: f64 = 3.2e9;

/// Range checks that report (field, value, what is allowed).
pub(super) struct Check<'a> {
    report: &'a mut dyn FnMut(&str, String, String),
}

impl<'a> Check<'a> {
    pub(super) fn new(report: &'a mut dyn FnMut(&str, String, String)) -> Check<'a> {
        Check { report }
    }

    /// NaN is within nothing.
    pub(super) fn within(&mut self, field: &str, value: f64, min: f64, max: f64) {
        if !(value >= min && value <= max) {
            (self.report)(field, value.to_string(), format!("{min} to {max}"));
        }
    }

    pub(super) fn optional(&mut self, field: &str, value: Option<f64>, min: f64, max: f64) {
        if let Some(value) = value {
            self.within(field, value, min, max);
        }
    }

    pub(super) fn wire(&mut self, wire: &Wire<'_>) {
        if wire.name.trim().is_empty() {
            (self.report)("name", format!("{:?}", wire.name), "a name".into());
        }
        self.within("control_current_ma", wire.control_current_ma, 0.0, 10_000.0);
    }

    fn window(&mut self, from_s: f64, until_s: Option<f64>) {
        self.within("from_s", from_s, 0.0, TIME_MAX_S);
        if let Some(until_s) = until_s {
            let valid = until_s > from_s && until_s <= TIME_MAX_S;
            if !valid {
                let allowed = format!("more than from_s = {from_s}, at most {TIME_MAX_S}");
                (self.report)("until_s", until_s.to_string(), allowed);
            }
        }
    }

    /// Shut-down below restart, both plausible for the system voltage.
    fn low_voltage(&mut self, k: f64, shut_down: Option<f64>, restart: Option<f64>) {
        self.optional("low_shut_down_v", shut_down, 7.0 * k, 13.0 * k);
        let figures = &crate::catalogue::figures().inverter;
        let shut_down = shut_down.unwrap_or(figures.low_shut_down_v.value * k);
        let restart = restart.unwrap_or(figures.low_restart_v.value * k);
        self.within("low_restart_v", restart, shut_down + 0.1 * k, 14.0 * k);
    }

    fn charge_voltages(&mut self, k: f64, absorption: Option<f64>, float: Option<f64>) {
        let figures = &crate::catalogue::figures().mains_charger;
        self.optional("absorption_v", absorption, 13.0 * k, 16.0 * k);
        let absorption = absorption.unwrap_or(figures.absorption_v.value * k);
        let float = float.unwrap_or(figures.float_v.value * k);
        self.within("float_v", float, 12.8 * k, absorption);
    }

    fn inverter(&mut self, k: f64, d: &Inverter) {
        self.within("rated_w", d.rated_w, 1.0, POWER_MAX_W);
        self.optional("power_w", d.power_w, 0.0, POWER_MAX_W);
        self.optional("no_load_w", d.no_load_w, 0.0, 10_000.0);
        self.low_voltage(k, d.low_shut_down_v, d.low_restart_v);
        if d.load.is_some() == d.power_w.is_some() {
            let found = if d.load.is_some() { "both" } else { "neither" };
            (self.report)("load", found.into(), "exactly one of load and power_w".into());
        }
        let Some(curve) = &d.efficiency else { return };
        if curve.is_empty() {
            (self.report)("efficiency", "no point".into(), "at least one point".into());
        }
        for (i, point) in curve.iter().enumerate() {
            self.within(&format!("efficiency[{i}].load_share"), point.load_share, 0.0, 10.0);
            self.within(&format!("efficiency[{i}].efficiency"), point.efficiency, 0.01, 1.0);
        }
        if curve.windows(2).any(|pair| pair[1].load_share <= pair[0].load_share) {
            (self.report)("efficiency", "points out of order".into(), "ascending load_share".into());
        }
    }
}

//! Default figures of loads, chargers and switchgear (`data/devices.toml`), each with its source.

use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sure {
    /// Stated by the data sheet of the BMS.
    S,
    /// Stated for another member of the NG family.
    N,
    /// Stated for the older generation of products.
    O,
    /// Assumed: no source was found.
    A,
}

impl Sure {
    /// The words a reader sees beside the figure.
    pub const fn text(self) -> &'static str {
        match self {
            Sure::S => "data sheet",
            Sure::N => "stated for another NG product",
            Sure::O => "stated for the older generation",
            Sure::A => "assumed",
        }
    }
}

/// A number with its source. The unit is in the name of the field that holds it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// Where it comes from.
    pub sure: Sure,
    /// What the letter alone does not say.
    #[serde(default)]
    pub note: String,
}

macro_rules! figure_table {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: Figure,)*
        }

        impl $name {
            /// Name and figure of every entry, in the order of the file.
            pub fn entries(&self) -> Vec<(&'static str, &Figure)> {
                vec![$((stringify!($field), &self.$field)),*]
            }
        }
    };
}

figure_table! {
    /// BatteryProtect in Li-ion mode.
    BatteryProtectFigures {
        /// Shortest time off after its remote floated (s).
        off_time_min_s,
        /// From the remote closing to the connection (s).
        connect_delay_s,
        /// Disconnections after which it stays off.
        events_to_lock,
        /// Battery voltage that ends that state (V at 12 V).
        unlock_v,
        /// How long the battery must be above it (s).
        unlock_hold_s,
        /// Time connected after which the disconnections are forgotten (s).
        event_memory_s,
        /// Over-voltage disconnection (V at 12 V).
        over_voltage_v,
        /// Voltage below which it connects again after an over-voltage (V at 12 V).
        over_voltage_clear_v,
        /// Its own draw (A).
        own_draw_a,
    }
}

figure_table! {
    /// Contactor or relay.
    ContactorFigures {
        /// From coil on to contact closed (ms).
        pick_up_ms,
        /// From coil off to contact open (ms).
        drop_out_ms,
        /// How long the contact bounces after closing (ms).
        bounce_ms,
    }
}

figure_table! {
    /// Inverter.
    InverterFigures {
        /// Low shut-down (V at 12 V).
        low_shut_down_v,
        /// Restart after a low shut-down (V at 12 V).
        low_restart_v,
        /// Shortest time off (s).
        restart_delay_s,
        /// Failed restarts after which it stays off.
        failed_restarts_to_lock,
        /// A restart failed if the next shut-down follows within this time (s).
        restart_failed_within_s,
        /// Voltage that ends the locked state (V at 12 V).
        unlock_v,
        /// How long the voltage must be seen (s).
        unlock_hold_s,
        /// How long it bears more than its rated power (s).
        overload_s,
        /// Draw without load (W).
        no_load_w,
    }
}

figure_table! {
    /// Mains charger.
    MainsChargerFigures {
        /// Absorption (V at 12 V).
        absorption_v,
        /// Float (V at 12 V).
        float_v,
        /// Storage (V at 12 V).
        storage_v,
        /// Fixed absorption time (s).
        absorption_s,
        /// Float time before storage (s).
        float_s,
        /// Time below float before a new bulk (s).
        rebulk_hold_s,
        /// How far below float counts as below (V at 12 V).
        rebulk_margin_v,
        /// From remote on to charging (s).
        start_delay_s,
        /// Cable between charger and bank, both ways (Ω).
        cable_resistance_ohm,
    }
}

figure_table! {
    /// Solar charger.
    SolarChargerFigures {
        /// Absorption (V at 12 V).
        absorption_v,
        /// Float (V at 12 V).
        float_v,
        /// Absorption time (s).
        absorption_s,
        /// Time below float before a new bulk (s).
        rebulk_hold_s,
        /// How far below float counts as below (V at 12 V).
        rebulk_margin_v,
        /// A stop longer than this begins a new cycle (s).
        new_cycle_after_s,
        /// Output over (irradiance × peak power / 1000 W/m²) at 25 °C panel temperature.
        conversion_efficiency,
        /// Change of panel power with panel temperature (1/K).
        temperature_coefficient_per_k,
        /// Panel above ambient, per irradiance (K·m²/W).
        panel_heating_k_per_w_per_m2,
        /// Less than this is no charging (W).
        power_min_w,
        /// Cable between charger and bank, both ways (Ω).
        cable_resistance_ohm,
    }
}

figure_table! {
    /// The BMS itself (SUP-2).
    BmsFigures {
        /// Draw while on, control currents not included (A).
        draw_on_a,
        /// Draw in the low-cell state or with the remote off (A).
        draw_low_a,
    }
}

/// One point of an efficiency curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EfficiencyPoint {
    /// Output power over rated power.
    pub load_share: f64,
    /// Output power over the power taken for it (0–1), no-load draw not included.
    pub efficiency: f64,
}

/// All default figures.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeviceFigures {
    /// BatteryProtect in Li-ion mode.
    pub battery_protect: BatteryProtectFigures,
    /// Contactor or relay.
    pub contactor: ContactorFigures,
    /// Inverter.
    pub inverter: InverterFigures,
    /// The inverter's efficiency over its load, ascending.
    pub inverter_efficiency: Vec<EfficiencyPoint>,
    /// Mains charger.
    pub mains_charger: MainsChargerFigures,
    /// Solar charger.
    pub solar_charger: SolarChargerFigures,
    /// The BMS itself.
    pub bms: BmsFigures,
}

/// The built-in figures, parsed once.
pub fn figures() -> &'static DeviceFigures {
    static FIGURES: OnceLock<DeviceFigures> = OnceLock::new();
    FIGURES.get_or_init(|| toml::from_str(include_str!("../../data/devices.toml")).expect("embedded devices.toml"))
}

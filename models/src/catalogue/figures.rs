//! Default figures of loads, chargers and switchgear (`data/devices/`, a file per family), each with its source.

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
        /// Current that counts as a short circuit (A).
        short_circuit_a,
        /// From a short circuit to the next try (s).
        short_circuit_retry_s,
        /// Tries after the first short circuit, before it gives up.
        short_circuit_retries,
    }
}

figure_table! {
    /// Cyrix-Li-load.
    CyrixLoadFigures {
        /// Shortest time open after its control floated (s).
        off_time_min_s,
        /// Openings after which it stays open.
        events_to_lock,
        /// Battery voltage that ends that state (V at 12 V).
        unlock_v,
        /// How long the battery must be above it (s).
        unlock_hold_s,
        /// Time closed after which the openings are forgotten (s).
        event_memory_s,
        /// Its own draw (A).
        own_draw_a,
    }
}

figure_table! {
    /// Cyrix-Li-ct: the bands of its starter side and their times.
    CyrixCtFigures {
        /// Below this it opens at once (V at 12 V).
        open_at_once_v,
        /// From here on it keeps its state, below it opens after a while (V at 12 V).
        keep_v,
        /// From here on it closes slowly (V at 12 V).
        close_slow_v,
        /// From here on it closes (V at 12 V).
        close_medium_v,
        /// From here on it closes fast (V at 12 V).
        close_fast_v,
        /// Time in the band in which it opens (s).
        open_delay_s,
        /// Time in the slow band until it closes (s).
        close_slow_s,
        /// Time in the middle band until it closes (s).
        close_medium_s,
        /// Time in the uppermost band until it closes (s).
        close_fast_s,
        /// Its own draw (A).
        own_draw_a,
        /// Cable between starter side and bank, both ways (Ω).
        cable_resistance_ohm,
    }
}

figure_table! {
    /// Cyrix-Li-Charge.
    CyrixChargeFigures {
        /// Charging voltage that its charger side must show (V at 12 V).
        charging_v,
        /// Least voltage of the battery (V).
        battery_min_v,
        /// How long both and the control must hold before it closes (s).
        close_delay_s,
        /// Time closed after which it opens to look for the charger (s).
        look_every_s,
        /// Current from the battery that opens it (A).
        reverse_a,
        /// Its own draw (A).
        own_draw_a,
        /// Cable between charger side and bank, both ways (Ω).
        cable_resistance_ohm,
    }
}

figure_table! {
    /// DC-DC converter.
    DcDcFigures {
        /// Output power over the power taken for it (0–1).
        efficiency,
        /// Least input voltage (V at 12 V).
        input_min_v,
        /// Input voltage at which it works again (V at 12 V).
        input_restart_v,
        /// Shortest time off (s).
        restart_delay_s,
        /// How long it bears a limited input current before it shuts down (s).
        hold_up_s,
    }
}

figure_table! {
    /// Alternator.
    AlternatorFigures {
        /// Regulated voltage (V at 12 V).
        regulated_v,
        /// Part of its current that a warm one has lost (0–1).
        derating,
        /// Time constant of warming up and cooling (s).
        warming_s,
        /// Standing longer than this the engine is off (s).
        engine_off_after_s,
        /// More current than this, cut off, is a load dump (A).
        load_dump_a,
        /// Cable between alternator and its node, both ways (Ω).
        cable_resistance_ohm,
    }
}

figure_table! {
    /// Starter battery (lead-acid).
    StarterBatteryFigures {
        /// Open voltage when empty (V at 12 V).
        empty_v,
        /// Open voltage when full (V at 12 V).
        full_v,
        /// Resistance of one of 70 Ah (Ω at 12 V).
        resistance_ohm,
        /// How many times that is larger when a full one is charged.
        full_charge_factor,
        /// State of charge at the start (0–1).
        soc_at_start,
    }
}

figure_table! {
    /// Contactor or relay.
    ContactorFigures {
        /// Coil current (mA).
        coil_current_ma,
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
        /// How long it bears a limited input current before it shuts down (s).
        hold_up_s,
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
        /// How long the current must be below the tail current (s).
        tail_hold_s,
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

/// One point of an alternator's current over the speed of its vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeedPoint {
    /// Speed (m/s).
    pub speed_m_per_s: f64,
    /// Current over the rated current, when cold.
    pub current_share: f64,
}

/// All default figures.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DeviceFigures {
    /// BatteryProtect in Li-ion mode.
    pub battery_protect: BatteryProtectFigures,
    /// Cyrix-Li-load.
    pub cyrix_li_load: CyrixLoadFigures,
    /// Cyrix-Li-ct.
    pub cyrix_li_ct: CyrixCtFigures,
    /// Cyrix-Li-Charge.
    pub cyrix_li_charge: CyrixChargeFigures,
    /// Contactor or relay.
    pub contactor: ContactorFigures,
    /// Inverter.
    pub inverter: InverterFigures,
    /// The inverter's efficiency over its load, ascending.
    pub inverter_efficiency: Vec<EfficiencyPoint>,
    /// DC-DC converter.
    pub dc_dc_converter: DcDcFigures,
    /// Mains charger.
    pub mains_charger: MainsChargerFigures,
    /// Solar charger.
    pub solar_charger: SolarChargerFigures,
    /// Alternator.
    pub alternator: AlternatorFigures,
    /// The alternator's current over the speed, ascending.
    pub alternator_curve: Vec<SpeedPoint>,
    /// Starter battery.
    pub starter_battery: StarterBatteryFigures,
    /// The BMS itself.
    pub bms: BmsFigures,
}

/// The built-in files, one per family.
const FILES: &str = concat!(
    include_str!("../../data/devices/battery-protect.toml"),
    include_str!("../../data/devices/cyrix.toml"),
    include_str!("../../data/devices/contactor.toml"),
    include_str!("../../data/devices/inverter.toml"),
    include_str!("../../data/devices/dc-dc-converter.toml"),
    include_str!("../../data/devices/mains-charger.toml"),
    include_str!("../../data/devices/solar-charger.toml"),
    include_str!("../../data/devices/alternator.toml"),
    include_str!("../../data/devices/starter-battery.toml"),
    include_str!("../../data/devices/bms.toml"),
);

/// The built-in figures, parsed once.
pub fn figures() -> &'static DeviceFigures {
    static FIGURES: OnceLock<DeviceFigures> = OnceLock::new();
    FIGURES.get_or_init(|| toml::from_str(FILES).expect("embedded figures of devices"))
}

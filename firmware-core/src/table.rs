//! The protections as one table: cause, signal, trip, release, delays, columns, error. Adding a protection is adding
//! a row and its signal.

use crate::cause::{Cause, CauseSet};
use crate::frame::Status;
use crate::settings::Settings;

/// What a cause does to an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    None,
    /// The output floats.
    Floating,
    /// The output is High, unless something floats it.
    High,
}

/// What a cause means to a person (LED-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// An ordinary state.
    State,
    /// A disconnect is coming if nothing changes.
    Warning,
    /// The reason for a disconnect that has happened.
    Alarm,
}

/// The value of a battery that a threshold looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Signal {
    /// Lowest cell, mV; trips below.
    LowestCell,
    /// Highest cell, mV; trips above.
    HighestCell,
    /// Coldest sensor, 0.1 °C; trips below.
    Coldest,
    /// Hottest sensor, 0.1 °C; trips above.
    Hottest,
}

/// When a row trips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trip {
    /// When a value of a battery passes a threshold, or a status bit says so (COM-6).
    Threshold {
        /// The value.
        signal: Signal,
        /// A status bit with the same effect.
        bit: Status,
        /// Without retained state the row begins tripped (BOOT-2).
        begins_tripped: bool,
    },
    /// When the bank's state of charge is at or below a limit (SOC-1 … SOC-4).
    Floor,
    /// By a rule of its own.
    Rule,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The cause that the row sets.
    pub cause: Cause,
    /// When it trips.
    pub trip: Trip,
    /// What it does to LOAD.
    pub load: Action,
    /// What it does to CHARGER.
    pub charger: Action,
    /// What it does to PRE-ALARM.
    pub pre_alarm: Action,
    /// What it means to a person.
    pub severity: Severity,
}

/// Rows with a threshold come first: their place is their number in [`crate::threshold`].
pub const THRESHOLDS: usize = 7;

macro_rules! rows {
    ($($cause:ident: $trip:expr, $load:ident, $charger:ident, $pre_alarm:ident, $severity:ident;)*) => {
        /// The table. Rows are in the order of [`Cause::ALL`].
        pub static PROTECTIONS: [Protection; Cause::ALL.len()] = ROWS;
        pub(crate) const ROWS: [Protection; Cause::ALL.len()] = [
            $(Protection {
                cause: Cause::$cause,
                trip: $trip,
                load: Action::$load,
                charger: Action::$charger,
                pre_alarm: Action::$pre_alarm,
                severity: Severity::$severity,
            },)*
        ];
    };
}

const fn below(signal: Signal, bit: Status) -> Trip {
    Trip::Threshold { signal, bit, begins_tripped: true }
}

/// A battery that says "cell under-voltage" sets the pre-alarm, too (COM-6); start-up leaves PRE-ALARM to the values.
const PRE_ALARM: Trip =
    Trip::Threshold { signal: Signal::LowestCell, bit: Status::CELL_UNDER_VOLTAGE, begins_tripped: false };

use Signal::{Coldest, HighestCell, Hottest, LowestCell};
use Trip::{Floor, Rule};

rows! {
    // cause                   trip                                                  LOAD      CHARGER   PRE-ALARM severity
    PreAlarm:                  PRE_ALARM,                                            None,     None,     High,     Warning;
    UnderVoltage:              below(LowestCell, Status::CELL_UNDER_VOLTAGE),        Floating, None,     High,     Alarm;
    OverVoltage:               below(HighestCell, Status::CELL_OVER_VOLTAGE),        None,     Floating, None,     Alarm;
    ColdCharge:                below(Coldest, Status::LOW_TEMPERATURE_CHARGE),       None,     Floating, None,     Alarm;
    HotCharge:                 below(Hottest, Status::HIGH_TEMPERATURE_CHARGE),      None,     Floating, None,     Alarm;
    ColdDischarge:             below(Coldest, Status::LOW_TEMPERATURE_DISCHARGE),    Floating, None,     None,     Alarm;
    HotDischarge:              below(Hottest, Status::HIGH_TEMPERATURE_DISCHARGE),   Floating, None,     None,     Alarm;
    FloorWarning:              Floor,                                                None,     None,     High,     Warning;
    FloorAlarm:                Floor,                                                Floating, None,     High,     Alarm;
    Communication:             Rule,                                                 Floating, Floating, None,     Alarm;
    BankMismatch:              Rule,                                                 Floating, Floating, None,     Alarm;
    RemoteOff:                 Rule,                                                 Floating, Floating, Floating, State;
    DischargeCurrentWarning:   Rule,                                                 None,     None,     High,     Warning;
    DischargeOverCurrent:      Rule,                                                 Floating, None,     None,     Alarm;
    ChargeOverCurrent:         Rule,                                                 None,     Floating, None,     Alarm;
    Supply:                    Rule,                                                 Floating, Floating, Floating, Alarm;
    StartUp:                   Rule,                                                 Floating, Floating, Floating, State;
    WaitingForClear:           Rule,                                                 None,     None,     None,     State;
    Settings:                  Rule,                                                 Floating, Floating, Floating, Alarm;
    FirmwareUpdate:            Rule,                                                 Floating, Floating, Floating, State;
    Clock:                     Rule,                                                 Floating, Floating, None,     Alarm;
    ChargerGivenUp:            Rule,                                                 None,     Floating, None,     Alarm;
}

/// Causes that float LOAD. "Waiting for clear value" floats the column of the row that waits (BOOT-2).
pub const FLOATS_LOAD: CauseSet = select(0);
/// Causes that float CHARGER.
pub const FLOATS_CHARGER: CauseSet = select(1);
/// Causes that float PRE-ALARM.
pub const FLOATS_PRE_ALARM: CauseSet = select(2);
/// Causes that raise PRE-ALARM.
pub const RAISES_PRE_ALARM: CauseSet = select(3);
/// Causes that are warnings.
pub const WARNINGS: CauseSet = select(4);
/// Causes that are alarms.
pub const ALARMS: CauseSet = select(5);

const fn select(what: u8) -> CauseSet {
    let mut set = CauseSet::EMPTY;
    let mut i = 0;
    while i < ROWS.len() {
        let row = &ROWS[i];
        assert!(row.cause as usize == i, "rows are in the order of the causes");
        let chosen = match what {
            0 => matches!(row.load, Action::Floating),
            1 => matches!(row.charger, Action::Floating),
            2 => matches!(row.pre_alarm, Action::Floating),
            3 => matches!(row.pre_alarm, Action::High),
            4 => matches!(row.severity, Severity::Warning),
            _ => matches!(row.severity, Severity::Alarm),
        };
        if chosen {
            set.insert(row.cause);
        }
        i += 1;
    }
    set
}

/// The numbers of a threshold row, out of the settings. Values are signed so that every row trips *below*: those
/// that trip above have both value and limits negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The row's condition holds below this.
    pub set_below: i32,
    /// The row's clear condition holds from this on.
    pub clear_from: i32,
    /// Hold of the condition, ms.
    pub hold_ms: u32,
    /// Hold of the clear condition, ms; UV-2 may lengthen it.
    pub clear_hold_ms: u32,
}

impl Limits {
    /// Before the first start.
    pub const ZERO: Self = Self { set_below: 0, clear_from: 0, hold_ms: 0, clear_hold_ms: 0 };
    /// No settings: trips never, clears never.
    pub const NONE: Self = Self { set_below: i32::MIN, clear_from: i32::MAX, hold_ms: 0, clear_hold_ms: 0 };

    /// The limits of a threshold row.
    pub fn of(cause: Cause, settings: &Settings) -> Self {
        let s = settings;
        let hysteresis = s.temperature_hysteresis_dc;
        let row = |set_below: i32, clear_from: i32| Self { set_below, clear_from, hold_ms: 0, clear_hold_ms: 0 };
        let cold = |min: i32| row(min, min.saturating_add(hysteresis));
        let hot = |max: i32| row(max.saturating_neg(), hysteresis.saturating_sub(max));
        match cause {
            // PRE-3: clears *above*; all values are whole millivolts.
            Cause::PreAlarm => {
                row(s.pre_alarm_mv, s.pre_alarm_mv.saturating_add(s.pre_alarm_clear_mv).saturating_add(1))
            }
            // Its holds depend on more than the settings: 30 s with PRE-2's countdown, and UV-2's doubling.
            Cause::UnderVoltage => row(s.under_voltage_mv, s.under_voltage_clear_mv),
            // OV-2: clears *below*.
            Cause::OverVoltage => Self {
                hold_ms: s.over_voltage_hold_ms.unsigned_abs(),
                ..row(s.over_voltage_mv.saturating_neg(), 1i32.saturating_sub(s.over_voltage_clear_mv))
            },
            Cause::ColdCharge => cold(s.charge_min_dc),
            Cause::HotCharge => hot(s.charge_max_dc),
            Cause::ColdDischarge => cold(s.discharge_min_dc),
            Cause::HotDischarge => hot(s.discharge_max_dc),
            _ => Self::NONE,
        }
    }
}

//! The oracle's own table of numbers, typed from the rules; it shares no constant with the core.

use ngbank_models::time::{MINUTE, MS, Micros, SECOND};

/// Settings of the BMS under test (defaults as in the rules; a scenario may override them).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// PRE-1, mV.
    pub pre_alarm_mv: u32,
    /// PRE-3, mV above PRE-1.
    pub pre_alarm_clear_mv: u32,
    /// UV-1, mV.
    pub under_voltage_mv: u32,
    /// UV-1, ms.
    pub under_voltage_hold_ms: u32,
    /// UV-2, mV.
    pub under_voltage_clear_mv: u32,
    /// UV-2, ms.
    pub under_voltage_clear_hold_ms: u32,
    /// OV-1, mV.
    pub over_voltage_mv: u32,
    /// OV-1, ms.
    pub over_voltage_hold_ms: u32,
    /// OV-2, mV.
    pub over_voltage_clear_mv: u32,
    /// TEMP-1, 0.1 °C.
    pub charge_min_dc: i32,
    /// TEMP-2, 0.1 °C.
    pub charge_max_dc: i32,
    /// TEMP-3, 0.1 °C.
    pub discharge_min_dc: i32,
    /// TEMP-3, 0.1 °C.
    pub discharge_max_dc: i32,
    /// TEMP-4, 0.1 °C.
    pub temperature_hysteresis_dc: i32,
    /// SOC-2, ‰; 0 is no floor.
    pub discharge_floor_pm: u32,
    /// SOC-2, ‰ above the floor.
    pub floor_warning_margin_pm: u32,
    /// SOC-4, ‰.
    pub floor_clear_pm: u32,
    /// COM-2, ms.
    pub silence_timeout_ms: u32,
    /// REM-3, ms.
    pub remote_debounce_ms: u32,
    /// PRE-6, s; 0 is never.
    pub pre_alarm_after_cutoff_s: u32,
    /// PRE-4: the cell, too, must have been below for 30 s.
    pub countdown_from_under_voltage: bool,
    /// PRE-5: PRE-ALARM is 0.8 s on and off instead of High.
    pub pre_alarm_intermittent: bool,
    /// UV-4's variant: CHARGER gives up in the low-cell state.
    pub charger_gives_up: bool,
    /// OC-4: an over-current warns and cuts nothing.
    pub over_current_warns: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pre_alarm_mv: 3100,
            pre_alarm_clear_mv: 50,
            under_voltage_mv: 2800,
            under_voltage_hold_ms: 1000,
            under_voltage_clear_mv: 3200,
            under_voltage_clear_hold_ms: 30_000,
            over_voltage_mv: 3750,
            over_voltage_hold_ms: 1000,
            over_voltage_clear_mv: 3600,
            charge_min_dc: 50,
            charge_max_dc: 500,
            discharge_min_dc: -200,
            discharge_max_dc: 500,
            temperature_hysteresis_dc: 20,
            discharge_floor_pm: 100,
            floor_warning_margin_pm: 50,
            floor_clear_pm: 50,
            silence_timeout_ms: 5000,
            remote_debounce_ms: 200,
            pre_alarm_after_cutoff_s: 0,
            countdown_from_under_voltage: false,
            pre_alarm_intermittent: false,
            charger_gives_up: false,
            over_current_warns: false,
        }
    }
}

/// What the oracle knows of a run before it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct OracleConfig {
    /// Settings of the BMS.
    pub limits: Limits,
    /// Batteries in series per string.
    pub series: usize,
    /// Strings in parallel.
    pub parallel: usize,
    /// Cells per battery.
    pub cells: usize,
    /// Rated capacity of a battery, Ah.
    pub capacity_ah: f64,
    /// Continuous charge rating of a battery, A.
    pub continuous_charge_a: f64,
    /// Continuous discharge rating of a battery, A (positive).
    pub continuous_discharge_a: f64,
    /// 10 s pulse charge rating of a battery, A.
    pub pulse_charge_a: f64,
    /// 10 s pulse discharge rating of a battery, A (positive).
    pub pulse_discharge_a: f64,
    /// Error tolerance of the plant, V.
    pub tolerance_v: f64,
}

impl OracleConfig {
    /// Batteries in the bank.
    pub fn batteries(&self) -> usize {
        self.series * self.parallel
    }
}

// Tolerances of the measurement chain (PLANT.md): what the truth may differ from what the core was told.

/// 3 mV offset, 4 mV noise, 0.5 mV rounding, rounded up.
pub(super) const TOLERANCE_V: f64 = 0.008;
/// 1 °C offset and rounding to 0.1 °C.
pub(super) const TOLERANCE_C: f64 = 1.1;
/// Gain error of the current sensor.
pub(super) const TOLERANCE_A_PART: f64 = 0.001;
/// 50 mA offset and rounding to 10 mA.
pub(super) const TOLERANCE_A: f64 = 0.060;
/// The same for one string in a sum over all: what strings exchange up to 10 A adds 0.1 % of it.
pub(super) const TOLERANCE_BANK_A: f64 = 0.070;
/// The strings' reports are not of one instant: the bank SoC (SOC-1) may be a step off.
pub(super) const TOLERANCE_PM: f64 = 1.0;

// Timing (COM-1).

/// Cycle of the batteries' samples.
pub(super) const CYCLE: Micros = 500 * MS;
/// Slot of one battery.
pub(super) const SLOT: Micros = 10 * MS;
/// From a true change to its effect on a pin, at most: one cycle, one slot, one decision.
pub(super) const SLACK: Micros = 1100 * MS;

// Constants of the rules.

/// PRE-2.
pub(super) const LEAD: Micros = 30 * SECOND;
/// UV-2: the lengthened hold at most.
pub(super) const UV_CLEAR_HOLD_MAX: Micros = 32 * MINUTE;
/// UV-2: cuts within this time of the last one lengthen the hold.
pub(super) const UV_CUT_WINDOW: Micros = 60 * MINUTE;
/// UV-2: bank charge current that ends the lengthening, part of C.
pub(super) const UV_RELIEF_C: f64 = 0.02;
/// UV-2: for so long.
pub(super) const UV_RELIEF_HOLD: Micros = 5 * SECOND;
/// COM-5: frames in a row until a battery is trusted.
pub(super) const TRUST_FRAMES: u64 = 20;
/// COM-5: after the third loss within [`LOSS_WINDOW`].
pub(super) const TRUST_LONG: Micros = 60 * SECOND;
/// COM-5.
pub(super) const LOSS_WINDOW: Micros = 10 * MINUTE;
/// BOOT-1: CHARGER and PRE-ALARM take at most two cycles; COM-7: complete for three.
pub(super) const BOOT_CYCLES: Micros = 3 * CYCLE;
/// OC-2: above the continuous rating.
pub(super) const OC_CONTINUOUS: Micros = 30 * SECOND;
/// OC-2: above the pulse rating.
pub(super) const OC_PULSE: Micros = 10 * SECOND;
/// OC-2: at once above this multiple of the pulse rating.
pub(super) const OC_FACTOR: f64 = 1.5;
/// OC-1: part of the rating below which the warning clears, and for how long.
pub(super) const OC_CLEAR_PART: f64 = 0.98;
/// OC-1.
pub(super) const OC_CLEAR_HOLD: Micros = 5 * SECOND;
/// OC-3: time until the retry.
pub(super) const OC_RETRY: Micros = 60 * SECOND;
/// OC-3: the latch ends by itself.
pub(super) const OC_LATCH: Micros = 60 * MINUTE;
/// OC-3: three cuts within this time latch.
pub(super) const OC_LATCH_WINDOW: Micros = 10 * MINUTE;
/// UV-4: without charge current for so long CHARGER gives up.
pub(super) const LOW_CELL_PATIENCE: Micros = 5 * MINUTE;
/// UV-4: bank charge current that counts, part of C.
pub(super) const LOW_CELL_CHARGE_C: f64 = 0.01;
/// UV-4: for so long.
pub(super) const LOW_CELL_CHARGE_HOLD: Micros = 5 * SECOND;
/// DIAG-1: a bank current above this, and this for each string, ignores its output, A.
pub(super) const STRAY_A: f64 = 0.7;
/// DIAG-1.
pub(super) const STRAY_STRING_A: f64 = 0.05;
/// DIAG-1: for so long.
pub(super) const STRAY_HOLD: Micros = 30 * SECOND;
/// SUP-1: off below, for [`SUPPLY_OFF_HOLD`].
pub(super) const SUPPLY_OFF_MV: i32 = 8000;
/// SUP-1: on above.
pub(super) const SUPPLY_ON_MV: i32 = 8500;
/// SUP-1: OUT-14 above.
pub(super) const SUPPLY_HIGH_MV: i32 = 70_000;
/// SUP-1: which clears below.
pub(super) const SUPPLY_HIGH_CLEAR_MV: i32 = 69_000;
/// SUP-1.
pub(super) const SUPPLY_OFF_HOLD: Micros = 10 * MS;
/// REM-1: L pulled to battery minus.
pub(super) const REMOTE_L_MV: i32 = 3500;
/// REM-1: H high.
pub(super) const REMOTE_H_MV: i32 = 2900;
/// REM-2: H may be so much above the bank.
pub(super) const REMOTE_H_OVER_MV: i32 = 200;
/// Grid of the decisions.
pub(super) const DECISION: Micros = 100 * MS;
/// The batteries' own bit (PLANT.md, COM-6) for charging in the cold comes at 0 °C whatever the setting says.
pub(super) const BIT_CHARGE_MIN_DC: i32 = 0;

//! The first and cheapest look at a battery: one box around a whole step of the plant.
//!
//! Most steps of most days come nowhere near anything. A few comparisons of the box with one that was made beforehand
//! show that; only where they fail does anybody look at single cells or instants.

use super::sensors::{Channels, NOISE_MV_MAX, ReportedBounds};
use super::{StatusBits, StatusLimits};

/// Rounding of a reading, as a part of its unit: half a step up or down, and what floating point adds.
const HALF_STEP: f64 = 0.5 + 1e-6;

/// Inclusive bounds on what is true of a battery throughout a step, or on what is allowed to be: voltage of any cell (V),
/// current (A, positive charges), temperature (°C), counted charge (A·s).
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct Envelope {
    /// Low ends.
    pub low: [f64; 4],
    /// High ends.
    pub high: [f64; 4],
}

impl Envelope {
    /// Index of the voltage of any cell.
    pub const VOLTS: usize = 0;
    /// Index of the current.
    pub const AMPS: usize = 1;
    /// Index of the temperature.
    pub const CELSIUS: usize = 2;
    /// Index of the counted charge.
    pub const COUNTED: usize = 3;

    /// Everything.
    pub const ANY: Self = Self { low: [f64::NEG_INFINITY; 4], high: [f64::INFINITY; 4] };
    /// Nothing lies within it.
    pub const NONE: Self = Self { low: [f64::INFINITY; 4], high: [f64::NEG_INFINITY; 4] };

    /// True when all of it lies within `limits`.
    #[inline]
    pub fn within(&self, limits: &Self) -> bool {
        // Without branches, so that four comparisons are one instruction.
        let mut inside = true;
        for quantity in 0..4 {
            inside &= limits.low[quantity] <= self.low[quantity] && self.high[quantity] <= limits.high[quantity];
        }
        inside
    }

    /// Grows until it holds `other`, too.
    #[inline]
    pub fn enclose(&mut self, other: &Self) {
        for quantity in 0..4 {
            self.low[quantity] = lesser(other.low[quantity], self.low[quantity]);
            self.high[quantity] = greater(other.high[quantity], self.high[quantity]);
        }
    }

    /// Shrinks to what lies within `other`, too.
    pub fn narrow(&mut self, other: &Self) {
        for quantity in 0..4 {
            self.low[quantity] = greater(other.low[quantity], self.low[quantity]);
            self.high[quantity] = lesser(other.high[quantity], self.high[quantity]);
        }
    }

    fn at_least(&mut self, quantity: usize, value: f64) {
        self.low[quantity] = self.low[quantity].max(value);
    }

    fn at_most(&mut self, quantity: usize, value: f64) {
        self.high[quantity] = self.high[quantity].min(value);
    }
}

/// As `f64::min`, in one instruction: neither is ever something else than a number.
#[inline]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[inline]
fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

impl Channels {
    /// Whatever is true within the result is reported within `reports`, whatever the noise; balancing bits are the caller's.
    /// Smaller than it could be: a battery outside of it may still report within.
    pub(super) fn truth_within(&self, reports: &ReportedBounds, current_offset_a: f64) -> Envelope {
        let (Some(cells), Some(sensors)) = (self.cell_bias_mv(), self.sensor_bias_c()) else {
            return Envelope::NONE;
        };
        let Some(reports) = self.status_limits().narrowed(reports) else {
            return Envelope::NONE;
        };
        let mut truth = Envelope::ANY;
        // Every cell obeys the bounds of both the lowest and the highest one.
        let volts = |mv: u16, bias_mv: f64| (f64::from(mv) - bias_mv) * 1e-3;
        let slack_mv = NOISE_MV_MAX + HALF_STEP;
        for (low_mv, high_mv) in [reports.lowest_mv, reports.highest_mv] {
            truth.at_least(Envelope::VOLTS, volts(low_mv, cells.0 - slack_mv));
            truth.at_most(Envelope::VOLTS, volts(high_mv, cells.1 + slack_mv));
        }
        for (low_dc, high_dc) in [reports.coldest_dc, reports.hottest_dc] {
            truth.at_least(Envelope::CELSIUS, (f64::from(low_dc) + HALF_STEP) * 0.1 - sensors.0);
            truth.at_most(Envelope::CELSIUS, (f64::from(high_dc) - HALF_STEP) * 0.1 - sensors.1);
        }
        let amps = |ma: f64| (ma * 1e-3 - current_offset_a) / self.gain();
        let step_ma = 10.0 * HALF_STEP;
        truth.at_least(Envelope::AMPS, amps(f64::from(reports.current_ma.0) + step_ma));
        truth.at_most(Envelope::AMPS, amps(f64::from(reports.current_ma.1) - step_ma));
        // Rounded down, and no report is below 0 or above 1000.
        let permille_as = self.capacity_as() * 1e-3;
        let (low_pm, high_pm) = reports.soc_pm;
        if low_pm > 0 {
            truth.at_least(Envelope::COUNTED, (f64::from(low_pm) + 1e-6) * permille_as);
        }
        if high_pm < 1000 {
            truth.at_most(Envelope::COUNTED, (f64::from(high_pm) + 1.0 - 1e-6) * permille_as);
        }
        truth
    }
}

impl StatusLimits {
    /// The bounds with those on the bits made into bounds on the values that decide them; `None` for a bit that no
    /// value decides.
    fn narrowed(&self, reports: &ReportedBounds) -> Option<ReportedBounds> {
        type Bits = StatusBits;
        let mut narrow = *reports;
        let set = |bit: Bits| reports.status_always.contains(bit);
        let clear = |bit: Bits| !reports.status_maybe.contains(bit);
        // A bit that comes below a limit.
        macro_rules! below {
            ($bit:expr, $range:expr, $limit:expr) => {
                if set($bit) {
                    $range.1 = $range.1.min($limit - 1);
                } else if clear($bit) {
                    $range.0 = $range.0.max($limit);
                }
            };
        }
        macro_rules! above {
            ($bit:expr, $range:expr, $limit:expr) => {
                if set($bit) {
                    $range.0 = $range.0.max($limit + 1);
                } else if clear($bit) {
                    $range.1 = $range.1.min($limit);
                }
            };
        }
        below!(Bits::CELL_UNDER_VOLTAGE, narrow.lowest_mv, Self::CELL_LOW_MV);
        above!(Bits::CELL_OVER_VOLTAGE, narrow.highest_mv, Self::CELL_HIGH_MV);
        below!(Bits::LOW_TEMPERATURE_CHARGE, narrow.coldest_dc, Self::CHARGE_MIN_DC);
        above!(Bits::HIGH_TEMPERATURE_CHARGE, narrow.hottest_dc, Self::CHARGE_MAX_DC);
        below!(Bits::LOW_TEMPERATURE_DISCHARGE, narrow.coldest_dc, Self::DISCHARGE_MIN_DC);
        above!(Bits::HIGH_TEMPERATURE_DISCHARGE, narrow.hottest_dc, Self::DISCHARGE_MAX_DC);
        // Whole numbers at or inside the limit, and beyond it.
        let (charge, discharge) = (self.charge_ma as i32, self.discharge_ma as i32);
        let alarm = |ma: f64| (ma * Self::ALARM_FACTOR) as i32;
        above!(Bits::CHARGE_CURRENT_WARNING, narrow.current_ma, charge);
        above!(Bits::CHARGE_CURRENT_ALARM, narrow.current_ma, alarm(self.charge_ma));
        below!(Bits::DISCHARGE_CURRENT_WARNING, narrow.current_ma, -discharge);
        below!(Bits::DISCHARGE_CURRENT_ALARM, narrow.current_ma, -alarm(self.discharge_ma));
        let undecided = [Bits::MEASUREMENT_ERROR, Bits::FIRMWARE_MISMATCH];
        (!undecided.into_iter().any(set)).then_some(narrow)
    }
}

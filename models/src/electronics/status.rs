//! The status bits that a battery adds to its report (PLANT.md, COM-6).

use super::BatteryRating;
use std::ops::{BitAnd, BitOr, BitOrAssign, Not};

/// Status bits of a report. The layout is the model's own; the host translates it to the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusBits(u16);

impl StatusBits {
    /// No bit.
    pub const NONE: Self = Self(0);
    /// Balancing state: balanced (no balancing bit: unknown).
    pub const BALANCED: Self = Self(1 << 0);
    /// Balancing state: balancing.
    pub const BALANCING: Self = Self(1 << 1);
    /// Balancing state: imbalance.
    pub const IMBALANCE: Self = Self(1 << 2);
    /// A cell is above [`StatusLimits::CELL_HIGH_MV`].
    pub const CELL_OVER_VOLTAGE: Self = Self(1 << 3);
    /// A cell is below [`StatusLimits::CELL_LOW_MV`].
    pub const CELL_UNDER_VOLTAGE: Self = Self(1 << 4);
    /// Too cold to charge.
    pub const LOW_TEMPERATURE_CHARGE: Self = Self(1 << 5);
    /// Too hot to charge.
    pub const HIGH_TEMPERATURE_CHARGE: Self = Self(1 << 6);
    /// Too cold to discharge.
    pub const LOW_TEMPERATURE_DISCHARGE: Self = Self(1 << 7);
    /// Too hot to discharge.
    pub const HIGH_TEMPERATURE_DISCHARGE: Self = Self(1 << 8);
    /// Charge current warning.
    pub const CHARGE_CURRENT_WARNING: Self = Self(1 << 9);
    /// Charge current alarm.
    pub const CHARGE_CURRENT_ALARM: Self = Self(1 << 10);
    /// Discharge current warning.
    pub const DISCHARGE_CURRENT_WARNING: Self = Self(1 << 11);
    /// Discharge current alarm.
    pub const DISCHARGE_CURRENT_ALARM: Self = Self(1 << 12);
    /// The battery cannot measure. No model sets it yet.
    pub const MEASUREMENT_ERROR: Self = Self(1 << 13);
    /// Firmware of another version than its neighbours'. No model sets it yet.
    pub const FIRMWARE_MISMATCH: Self = Self(1 << 14);

    /// True when every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// True when no bit is set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The bits as a word, in the order of the constants.
    pub const fn bits(self) -> u16 {
        self.0
    }

    pub(super) const fn only_if(self, condition: bool) -> Self {
        if condition { self } else { Self::NONE }
    }
}

impl BitOr for StatusBits {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for StatusBits {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

impl BitAnd for StatusBits {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for StatusBits {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

/// The battery's own limits, judged on the values of the very report (all assumed).
///
/// They lie at or beyond the end of the range of the BMS setting for the same danger, so that in ordinary operation
/// the settings decide and the bits are the second line. The exception is charging in the cold: the bit comes at
/// 0 °C, below which lithium plates, although the setting may be as low as −20 °C. The current bits come at the
/// pulse rating and at 1.5 times the pulse rating (OC-2), above the continuous rating that OC-1 judges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatusLimits {
    /// Charge current above this sets the warning bit, mA; 1.5 times of it the alarm bit.
    pub charge_ma: f64,
    /// Discharge current above this sets the warning bit, mA (positive); 1.5 times of it the alarm bit.
    pub discharge_ma: f64,
}

impl StatusLimits {
    /// Below this a cell sets its under-voltage bit, mV.
    pub const CELL_LOW_MV: u16 = 2500;
    /// Above this a cell sets its over-voltage bit, mV.
    pub const CELL_HIGH_MV: u16 = 3850;
    /// Below this the battery is too cold to charge, 0.1 °C.
    pub const CHARGE_MIN_DC: i16 = 0;
    /// Above this the battery is too hot to charge, 0.1 °C.
    pub const CHARGE_MAX_DC: i16 = 550;
    /// Below this the battery is too cold to discharge, 0.1 °C.
    pub const DISCHARGE_MIN_DC: i16 = -250;
    /// Above this the battery is too hot to discharge, 0.1 °C.
    pub const DISCHARGE_MAX_DC: i16 = 600;
    /// The alarm bit of a current comes at this multiple of its warning bit.
    pub const ALARM_FACTOR: f64 = 1.5;

    pub(super) fn new(rating: &BatteryRating) -> Self {
        Self { charge_ma: rating.pulse_charge_a * 1000.0, discharge_ma: rating.pulse_discharge_a * 1000.0 }
    }

    /// The bits of a report with these values. Every bit depends on one argument and only in one direction.
    pub(super) fn judge(&self, values: &Judged) -> StatusBits {
        let charge_ma = f64::from(values.current_ma);
        let discharge_ma = -charge_ma;
        let alarm = Self::ALARM_FACTOR;
        StatusBits::CELL_UNDER_VOLTAGE.only_if(values.lowest_mv < Self::CELL_LOW_MV)
            | StatusBits::CELL_OVER_VOLTAGE.only_if(values.highest_mv > Self::CELL_HIGH_MV)
            | StatusBits::LOW_TEMPERATURE_CHARGE.only_if(values.coldest_dc < Self::CHARGE_MIN_DC)
            | StatusBits::HIGH_TEMPERATURE_CHARGE.only_if(values.hottest_dc > Self::CHARGE_MAX_DC)
            | StatusBits::LOW_TEMPERATURE_DISCHARGE.only_if(values.coldest_dc < Self::DISCHARGE_MIN_DC)
            | StatusBits::HIGH_TEMPERATURE_DISCHARGE.only_if(values.hottest_dc > Self::DISCHARGE_MAX_DC)
            | StatusBits::CHARGE_CURRENT_WARNING.only_if(charge_ma > self.charge_ma)
            | StatusBits::CHARGE_CURRENT_ALARM.only_if(charge_ma > self.charge_ma * alarm)
            | StatusBits::DISCHARGE_CURRENT_WARNING.only_if(discharge_ma > self.discharge_ma)
            | StatusBits::DISCHARGE_CURRENT_ALARM.only_if(discharge_ma > self.discharge_ma * alarm)
    }
}

/// The values of a report that decide its bits.
#[derive(Clone, Copy)]
pub(super) struct Judged {
    pub lowest_mv: u16,
    pub highest_mv: u16,
    pub coldest_dc: i16,
    pub hottest_dc: i16,
    pub current_ma: i32,
}

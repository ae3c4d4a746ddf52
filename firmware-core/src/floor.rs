//! The discharge floor (SOC-1 … SOC-4).

use crate::battery::Battery;
use crate::settings::{BankLayout, Settings};
use crate::threshold::State;

/// Bank state of charge and the two rows that look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Floor {
    /// Sum over the strings of their lowest battery's state of charge, ‰.
    pub sum_pm: u32,
    pub warning: State,
    pub alarm: State,
}

/// What the two rows compare with, ‰; `None` without a floor (SOC-2).
#[derive(Clone, Copy)]
pub(crate) struct FloorLimits {
    pub warning_pm: u32,
    pub warning_clear_pm: u32,
    pub alarm_pm: u32,
    pub alarm_clear_pm: u32,
}

impl FloorLimits {
    pub fn of(settings: &Settings) -> Option<Self> {
        let [floor, margin, clear] =
            [settings.discharge_floor_pm, settings.floor_warning_margin_pm, settings.floor_clear_pm]
                .map(i32::unsigned_abs);
        (floor > 0).then_some(Self {
            warning_pm: floor.saturating_add(margin),
            warning_clear_pm: floor.saturating_add(margin).saturating_add(clear),
            alarm_pm: floor,
            alarm_clear_pm: floor.saturating_add(clear),
        })
    }
}

impl Floor {
    pub const NONE: Self = Self { sum_pm: 0, warning: State::Clear, alarm: State::Clear };

    /// Without retained state the alarm begins tripped (BOOT-2); the warning is left to the measured values.
    pub fn waiting(settings: &Settings) -> Self {
        let alarm = if FloorLimits::of(settings).is_some() { State::Waiting } else { State::Clear };
        Self { alarm, ..Self::NONE }
    }

    /// The bank's state of charge, ‰, rounded down (SOC-1). All batteries of a bank have one rated capacity.
    pub fn bank_pm(&self, strings: u8) -> u32 {
        self.sum_pm.checked_div(strings.into()).unwrap_or(0)
    }

    /// A report has changed a string's lowest state of charge.
    pub fn replace(&mut self, old_pm: u16, new_pm: u16) {
        self.sum_pm = self.sum_pm.wrapping_add(new_pm.into()).wrapping_sub(old_pm.into());
    }

    /// One decision. `trusted`: every battery is; no clear rule is met otherwise.
    pub fn decide(&mut self, settings: &Settings, trusted: bool) {
        let Some(limits) = FloorLimits::of(settings) else { return };
        let bank_pm = self.bank_pm(settings.bank.parallel);
        decide(&mut self.warning, bank_pm, limits.warning_pm, limits.warning_clear_pm, trusted);
        decide(&mut self.alarm, bank_pm, limits.alarm_pm, limits.alarm_clear_pm, trusted);
    }

    /// Sums of state of charge, low and high, inclusive, within which nothing changes.
    pub fn band(&self, settings: &Settings) -> (u32, u32) {
        let (mut low, mut high) = (0, u32::MAX);
        let Some(limits) = FloorLimits::of(settings) else { return (low, high) };
        let strings = u32::from(settings.bank.parallel);
        let rows = [
            (self.warning, limits.warning_pm, limits.warning_clear_pm),
            (self.alarm, limits.alarm_pm, limits.alarm_clear_pm),
        ];
        for (state, set_pm, clear_pm) in rows {
            // The bank is above a limit exactly when the sum is at least (limit + 1) · strings.
            let above = |pm: u32| pm.saturating_add(1).saturating_mul(strings);
            if state != State::Tripped {
                if self.sum_pm >= above(set_pm) {
                    low = low.max(above(set_pm));
                } else {
                    high = high.min(above(set_pm).saturating_sub(1));
                }
            }
            if state != State::Clear {
                if self.sum_pm >= above(clear_pm) {
                    low = low.max(above(clear_pm));
                } else {
                    high = high.min(above(clear_pm).saturating_sub(1));
                }
            }
        }
        (low, high)
    }
}

fn decide(state: &mut State, bank_pm: u32, set_pm: u32, clear_pm: u32, trusted: bool) {
    if bank_pm <= set_pm {
        *state = State::Tripped;
    } else if trusted && bank_pm > clear_pm {
        *state = State::Clear;
    }
}

/// Lowest state of charge of the string in which the battery at `place` is, ‰.
pub(crate) fn string_soc_pm(batteries: &[Battery], bank: &BankLayout, place: usize) -> u16 {
    let series = usize::from(bank.series.max(1));
    let first = place.saturating_sub(place.checked_rem(series).unwrap_or(0));
    let string = batteries.iter().skip(first).take(series);
    string.fold(u16::MAX, |lowest, battery| lowest.min(battery.values.soc_pm))
}

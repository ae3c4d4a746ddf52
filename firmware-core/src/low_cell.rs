//! The low-cell state's variant (UV-4): CHARGER gives up where nothing charges.

use crate::bms::Bms;
use crate::cause::Cause;
use crate::settings::LowCellCharger;
use crate::units::Millis;

/// Without charge current for so long, CHARGER gives up.
pub(crate) const PATIENCE: Millis = Millis::minutes(5);
/// A charge current counts after so long …
pub(crate) const CHARGING: Millis = Millis::seconds(5);
/// … above 1 % C (one hundredth).
const CHARGING_PART: u32 = 100;

/// Times within the low-cell state, counted from decision to decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LowCell {
    /// Without charge current, at most [`PATIENCE`]: then it has given up.
    pub idle: Millis,
    /// The charge current has been there for so long, at most [`CHARGING`].
    pub charging: Millis,
    /// It was there at the last decision.
    pub charged: bool,
}

impl LowCell {
    pub const fn after(idle: Millis) -> Self {
        Self { idle, charging: Millis::ZERO, charged: false }
    }

    /// A charge current has been there long enough to count.
    pub fn is_charging(self) -> bool {
        self.charging == CHARGING
    }

    /// A charge current has come, and may count soon.
    pub fn is_undecided(self) -> bool {
        self.charged && !self.is_charging()
    }

    /// So much later, with the charge current as it was.
    pub fn pass(&mut self, elapsed: Millis) {
        self.charging = if self.charged { self.charging.plus(elapsed).min(CHARGING) } else { Millis::ZERO };
        self.idle = if self.is_charging() { Millis::ZERO } else { self.idle.plus(elapsed).min(PATIENCE) };
    }
}

impl Bms {
    /// One decision, `elapsed` after the last: whether OUT-16 holds. `low`: the BMS is in its low-cell state.
    pub(crate) fn give_up_charging(&mut self, elapsed: Millis, low: bool, toggled: bool, charge_ma: i32) -> bool {
        if !low || self.settings.charger_in_low_cell_state == LowCellCharger::On {
            self.low_cell = None;
            return false;
        }
        let charges = charge_ma > self.charging_ma();
        let mut state = self.low_cell.unwrap_or(LowCell::after(Millis::ZERO));
        if self.low_cell.is_some() {
            if !charges {
                state.charged = false;
            }
            state.pass(elapsed);
        }
        state.charged = charges;
        if toggled {
            state.idle = Millis::ZERO;
        }
        self.low_cell = Some(state);
        state.idle == PATIENCE && !self.planted().removed.contains(Cause::ChargerGivenUp)
    }

    /// 1 % of the bank's capacity as a current, mA.
    pub(crate) fn charging_ma(&self) -> i32 {
        self.part_of_capacity_ma(CHARGING_PART)
    }
}

//! The low-cell state's variant (UV-4): CHARGER gives up where nothing charges.

use crate::bms::Bms;
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
    /// Without charge current, at most [`PATIENCE`]: then it has given up. `None`: not in the state.
    pub idle: Option<Millis>,
    /// With a charge current at every decision, at most [`CHARGING`]. `None`: without at the last one.
    pub charging: Option<Millis>,
}

impl LowCell {
    /// Not in the state, or not the variant.
    pub const NONE: Self = Self { idle: None, charging: None };

    /// A charge current has been there long enough to count.
    pub fn is_charging(self) -> bool {
        self.charging == Some(CHARGING)
    }

    /// A charge current has come, and may count soon.
    pub fn is_undecided(self) -> bool {
        self.charging.is_some() && !self.is_charging()
    }

    /// So much later, with the charge current as it was.
    pub fn pass(&mut self, elapsed: Millis) {
        self.charging = self.charging.map(|time| time.plus(elapsed).min(CHARGING));
        let charging = self.is_charging();
        self.idle = self.idle.map(|idle| if charging { Millis::ZERO } else { idle.plus(elapsed).min(PATIENCE) });
    }
}

impl Bms {
    /// One decision, `elapsed` after the last: whether OUT-16 holds. `low`: the BMS is in its low-cell state.
    pub(crate) fn give_up_charging(&mut self, elapsed: Millis, low: bool, toggled: bool, charge_ma: i32) -> bool {
        if !low || self.settings.charger_in_low_cell_state == LowCellCharger::On {
            self.low_cell = LowCell::NONE;
            return false;
        }
        let charges = charge_ma > self.charging_ma();
        let state = &mut self.low_cell;
        // The time up to this decision is one with a charge current if there was one at the last decision.
        let charged = state.is_charging();
        if !charges {
            state.charging = None;
        }
        state.pass(elapsed);
        if charges {
            state.charging = state.charging.or(Some(Millis::ZERO));
        }
        if toggled || charged || state.idle.is_none() {
            state.idle = Some(Millis::ZERO);
        }
        state.idle == Some(PATIENCE)
    }

    /// 1 % of the bank's capacity as a current, mA.
    pub(crate) fn charging_ma(&self) -> i32 {
        self.part_of_capacity_ma(CHARGING_PART)
    }
}

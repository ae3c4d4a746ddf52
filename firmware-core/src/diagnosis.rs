//! Devices that ignore their wire (DIAG-1): the BMS cannot stop them, but it says so with error 36.

use crate::bms::Bms;
use crate::outputs::{Drive, Outputs};
use crate::overcurrent::Direction;
use crate::units::Millis;

/// More than this flows though the output floats, mA; and more for each string.
const STRAY_MA: i32 = 700;
const STRAY_PER_STRING_MA: i32 = 50;
/// For so long.
pub(crate) const PATIENCE: Millis = Millis::seconds(30);

/// For how long a current has ignored its output, by direction, at most [`PATIENCE`]; `None`: none does.
pub(crate) type Ignored = [Option<Millis>; 2];

impl Bms {
    /// One decision, `elapsed` after the last. A battery that is silent or not trusted does not count: an old value
    /// accuses nobody.
    ///
    /// `charge_ma`: the bank's current, if it is known already.
    pub(crate) fn watch_strays(&mut self, elapsed: Millis, outputs: &Outputs, charge_ma: Option<i32>) {
        let pins = [outputs.load, outputs.charger];
        if pins == [Drive::High; 2] {
            self.ignored = [None; 2];
            return;
        }
        let charge_ma = charge_ma.unwrap_or_else(|| self.bank_charge_ma());
        let limit = self.stray_ma();
        for ((ignored, pin), direction) in self.ignored.iter_mut().zip(pins).zip(Direction::BOTH) {
            let flows = pin == Drive::Floating && direction.magnitude(charge_ma) > limit;
            *ignored = flows.then(|| ignored.map_or(Millis::ZERO, |time| time.plus(elapsed).min(PATIENCE)));
        }
    }

    /// Error 36 by DIAG-1.
    pub(crate) fn is_ignored(&self) -> bool {
        self.ignored.contains(&Some(PATIENCE))
    }

    /// Above this a current is no stray one, mA.
    pub(crate) fn stray_ma(&self) -> i32 {
        STRAY_PER_STRING_MA.saturating_mul(self.settings.bank.parallel.into()).saturating_add(STRAY_MA)
    }
}

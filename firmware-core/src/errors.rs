//! Error numbers (ERR-1). Warnings are not errors.

use crate::bms::Bms;
use crate::cause::Cause;
use crate::settings::BankLayout;
use crate::units::Instant;

/// Settings invalid.
pub(crate) const SETTINGS: u8 = 119;

/// Every number that can be active while the settings are valid, lowest first. Its place is its bit in a word.
const NUMBERS: [u8; 16] = [2, 3, 4, 5, 7, 9, 11, 12, 13, 14, 15, 16, 32, 34, 36, 39];

/// The bit of an error number.
const fn error(number: u8) -> u32 {
    let mut place = 0;
    while NUMBERS[place] != number {
        place += 1;
    }
    1 << place
}

/// A cell between these voltages is not of another system, mV: what a string of the configured bank can have.
const STRING_CELL_MV: (i32, i32) = (1500, 4500);

/// Nominal cells of a string at this system voltage.
fn string_cells(bank: &BankLayout) -> i32 {
    i32::from(bank.cells).saturating_mul(bank.series.into())
}

/// Supply voltages of the configured bank, mV (error 34; assumed).
pub(crate) fn voltage_band(bank: &BankLayout) -> (i32, i32) {
    let cells = string_cells(bank);
    (cells.saturating_mul(STRING_CELL_MV.0), cells.saturating_mul(STRING_CELL_MV.1))
}

/// Error 34: no bank of this system voltage has such a voltage.
pub(crate) fn wrong_voltage(bank: &BankLayout, supply_mv: i32) -> bool {
    let (low, high) = voltage_band(bank);
    !(low..=high).contains(&supply_mv)
}

impl Bms {
    /// The lowest active error; new ones go into the history.
    pub(crate) fn lowest_error(&mut self, now: Instant) -> Option<u8> {
        let active = self.active_errors(now);
        let new = active & !self.errors;
        self.errors = active;
        let number = |word: u32| usize::try_from(word.trailing_zeros()).ok().and_then(|place| NUMBERS.get(place));
        let mut rest = new;
        while let Some(&number) = number(rest) {
            self.history.push(number, now);
            rest &= rest.wrapping_sub(1);
        }
        number(active).copied()
    }

    fn active_errors(&mut self, now: Instant) -> u32 {
        let mut active = self.missing_at_start(now);
        let mut set = |error: u32, holds: bool| active |= if holds { error } else { 0 };
        let cause = |cause| self.active.contains(cause);
        set(const { error(3) }, self.mismatch.serial);
        set(const { error(4) }, self.mismatch.model);
        set(const { error(7) }, self.distrusted != 0);
        set(const { error(9) }, self.mismatch.count);
        set(const { error(11) }, self.clock_fault);
        set(const { error(12) }, self.watchdog);
        set(const { error(13) }, cause(Cause::OverVoltage));
        set(const { error(14) }, cause(Cause::UnderVoltage));
        set(const { error(15) }, cause(Cause::HotCharge) || cause(Cause::HotDischarge));
        set(const { error(16) }, cause(Cause::ColdCharge) || cause(Cause::ColdDischarge));
        set(const { error(34) }, self.wrong_voltage);
        set(const { error(36) }, self.is_ignored() || self.cuts.iter().any(|cuts| cuts.fails()));
        if self.silent != 0 {
            active |= if self.cable() { const { error(32) } } else { const { error(39) } };
        }
        active
    }

    /// At start-up, once the silence timeout has passed: 2 if no battery has answered, 5 if some have not.
    fn missing_at_start(&mut self, now: Instant) -> u32 {
        if self.complete {
            return 0;
        }
        // Kept as a latch: the time since start may wrap in a bank that never answers.
        self.started_late |= now.since(self.started) >= self.silence_timeout();
        if !self.started_late {
            return 0;
        }
        if self.seen == self.everyone() {
            0
        } else if self.seen != 0 {
            const { error(5) }
        } else {
            const { error(2) }
        }
    }

    /// The silent batteries are exactly those from one on to the last: a broken cable.
    fn cable(&self) -> bool {
        let everyone = self.everyone();
        let speaking = everyone & !self.silent;
        // The speaking ones are the first few exactly if adding one carries through all of them.
        self.silent == everyone & !speaking && speaking & speaking.wrapping_add(1) == 0
    }
}

//! Error numbers (ERR-1). Warnings are not errors.

use crate::bms::Bms;
use crate::cause::Cause;
use crate::settings::BankLayout;
use crate::units::Instant;

/// Settings invalid.
pub(crate) const SETTINGS: u8 = 119;

/// Every number that can be active while the settings are valid, lowest first. The place is the bit in the history.
const NUMBERS: [u8; 16] = [2, 3, 4, 5, 7, 9, 11, 12, 13, 14, 15, 16, 32, 34, 36, 39];

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
        let mut active = 0u32;
        let mut lowest = None;
        for (number, place) in NUMBERS.into_iter().zip(0u32..u32::MAX) {
            if !self.error_is_active(now, number) {
                continue;
            }
            let bit = 1u32.wrapping_shl(place);
            active |= bit;
            lowest = lowest.or(Some(number));
            if self.errors & bit == 0 {
                self.history.push(number, now);
            }
        }
        self.errors = active;
        lowest
    }

    fn error_is_active(&mut self, now: Instant, number: u8) -> bool {
        let cause = |cause| self.active.contains(cause);
        match number {
            2 | 5 => self.missing_at_start(now) == Some(number),
            3 => self.mismatch.serial,
            4 => self.mismatch.model,
            7 => self.distrusted != 0,
            9 => self.mismatch.count,
            11 => self.clock_fault,
            12 => self.watchdog,
            13 => cause(Cause::OverVoltage),
            14 => cause(Cause::UnderVoltage),
            15 => cause(Cause::HotCharge) || cause(Cause::HotDischarge),
            16 => cause(Cause::ColdCharge) || cause(Cause::ColdDischarge),
            32 => self.silent != 0 && self.cable(),
            34 => self.wrong_voltage,
            36 => self.is_ignored() || self.cuts.iter().any(|cuts| cuts.fails()),
            39 => self.silent != 0 && !self.cable(),
            _ => false,
        }
    }

    /// At start-up, once the silence timeout has passed: 2 if no battery has answered, 5 if some have not.
    fn missing_at_start(&mut self, now: Instant) -> Option<u8> {
        if self.complete {
            return None;
        }
        // Kept as a latch: the time since start may wrap in a bank that never answers.
        self.started_late |= now.since(self.started) >= self.silence_timeout();
        let bank = self.settings.bank.batteries();
        let mut batteries = self.batteries.iter().take(bank);
        let answered = |battery: &crate::battery::Battery| battery.seen();
        if !self.started_late || batteries.clone().all(answered) {
            None
        } else if batteries.any(answered) {
            Some(5)
        } else {
            Some(2)
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

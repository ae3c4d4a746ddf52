//! Changes while running: settings (UPD-1) and firmware (UPD-2).

use crate::bms::{Bms, ResetCause, Watch, with_bits};
use crate::floor::FloorLimits;
use crate::settings::Settings;
use crate::table::Limits;
use crate::threshold::{KINDS, State};
use crate::units::{Instant, Millis};

/// Why new settings were not taken; those in force stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// They break a rule; [`Settings::check`] names each.
    Invalid,
    /// A firmware update is under way.
    Updating,
}

impl Bms {
    /// Takes new settings between two decisions, whole (UPD-1). Timers and latches stay and are judged by the new
    /// values; a changed `countdown` restarts PRE-2's 30 s; a changed bank is BOOT-1, where causes that a value has
    /// tripped stay until their clear rule is met (UV-5).
    ///
    /// # Errors
    /// When they are not valid, or during a firmware update. Nothing changes then.
    pub fn change_settings(&mut self, now: Instant, settings: &Settings) -> Result<(), Refusal> {
        if self.updating {
            return Err(Refusal::Updating);
        }
        if !settings.is_valid() {
            return Err(Refusal::Invalid);
        }
        if !self.configured || self.settings.bank != settings.bank {
            self.change_bank(settings);
            return Ok(());
        }
        self.advance_clock(now);
        if let Some(last) = self.last_step {
            // What is counted from decision to decision is counted up to here, and on from here.
            let elapsed = now.since(last);
            let both_high = self.count_both_high(elapsed);
            self.pass(elapsed);
            self.both_high = both_high;
            self.gap_counted = self.gap_counted.plus(elapsed);
            self.last_step = Some(now);
        }
        if self.settings.countdown != settings.countdown {
            self.both_high = Millis::ZERO;
        }
        let lengthened = self.clear_hold != self.clear_hold_setting();
        self.settings = *settings;
        let clear_hold = self.clear_hold_setting();
        self.clear_hold = if lengthened { self.clear_hold.max(clear_hold) } else { clear_hold };
        let untrusted = self.untrusted();
        for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
            row.limits = Limits::of(kind.cause, settings);
        }
        for (bit, battery) in with_bits(self.batteries.iter_mut()).filter(|(_, battery)| battery.has_values()) {
            for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
                row.update(kind, battery, bit, now, untrusted);
            }
        }
        if FloorLimits::of(settings).is_none() {
            (self.floor.warning, self.floor.alarm) = (State::Clear, State::Clear);
        }
        self.watch = Watch::begin(now, now);
        Ok(())
    }

    fn change_bank(&mut self, settings: &Settings) {
        let tripped = self.rows.map(|row| row.state == State::Tripped);
        let alarm = self.floor.alarm;
        let history = self.history;
        self.start(settings, ResetCause::PowerOn, None);
        for (row, tripped) in self.rows.iter_mut().zip(tripped) {
            if tripped {
                row.state = State::Tripped;
            }
        }
        if alarm == State::Tripped && self.floor.alarm == State::Waiting {
            self.floor.alarm = State::Tripped;
        }
        self.history = history;
    }

    /// A firmware update begins: every output floats, reports are not taken (UPD-2). It ends with [`Bms::start`]: of
    /// the new firmware without retained state, or, if the update failed, of this one with what it retained.
    pub fn begin_update(&mut self) {
        self.updating = true;
    }
}

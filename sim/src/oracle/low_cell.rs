//! UV-4's variant: in the low-cell state CHARGER gives up after 5 min without charge current (OUT-16).
//!
//! The low-cell state itself is OUT-2 as the core reports it; whether that is right, UV-1 to UV-5 judge.

use super::config::{DECISION, LOW_CELL_CHARGE_HOLD, LOW_CELL_PATIENCE, SLACK};
use super::input::{Pins, Reported};
use super::ledger::at;
use super::watch::Run;
use ngbank_models::time::Micros;

/// Shadow of OUT-16.
#[derive(Clone, Debug)]
pub(super) struct LowCell {
    /// "off-after" is set.
    variant: bool,
    /// Until then the core may not know yet that it is not any more.
    variant_until: Micros,
    /// The core is in the low-cell state.
    low: bool,
    /// When the 5 min begin: at the earliest, at the latest.
    idle: (Micros, Micros),
    /// A reset came in the low-cell state: its time may go on afterwards, and what had given up still has.
    kept: bool,
    pub accused: bool,
}

impl LowCell {
    pub(super) fn new(variant: bool) -> Self {
        Self { variant, variant_until: 0, low: false, idle: (0, 0), kept: false, accused: false }
    }

    /// Other settings. What the core counts before the variant is set is open.
    pub(super) fn change(&mut self, t: Micros, variant: bool) {
        if self.variant && !variant {
            self.variant_until = t + SLACK;
        }
        if !self.variant && variant {
            self.idle.1 = t;
        }
        self.variant = variant;
    }

    /// The BMS starts without retained state (BOOT-2).
    pub(super) fn start(&mut self) {
        (self.low, self.kept) = (false, false);
    }

    /// The BMS starts with it.
    pub(super) fn reset(&mut self) {
        self.kept |= self.low;
    }

    /// The clock went backwards: a running time may start anew (TIME-2).
    pub(super) fn restart(&mut self, t: Micros) {
        if !self.must(t) {
            self.idle.1 = t;
        }
    }

    /// Time passes with this charge current above 1 % C.
    pub(super) fn settle(&mut self, now: Micros, slack: Micros, charging: Run) {
        if charging.strict.is_some_and(|since| now.saturating_sub(since) >= LOW_CELL_CHARGE_HOLD + slack) {
            self.idle.0 = now;
        }
        if charging.loose.is_some_and(|since| now.saturating_sub(since) + slack >= LOW_CELL_CHARGE_HOLD) {
            self.idle.1 = now;
        }
    }

    /// A decision. `starting`: a change of OUT-11 may be the first judgement of the remote, and no toggle.
    pub(super) fn decide(&mut self, t: Micros, was: &Reported, is: &Reported, starting: bool) {
        let low = is.load.has(2);
        if low && !self.low {
            let had_given_up = self.kept && self.idle.1 + LOW_CELL_PATIENCE <= t;
            if !self.kept {
                self.idle.0 = t;
            }
            if !had_given_up {
                self.idle.1 = t;
            }
            self.kept = false;
        }
        self.low = low;
        if was.load.has(11) != is.load.has(11) {
            self.idle.1 = t;
            if !starting {
                self.idle.0 = t;
            }
        }
    }

    /// The core must have given up by then; `None` while nothing asks for it.
    pub(super) fn due(&self) -> Option<Micros> {
        (self.low && self.variant).then_some(self.idle.1 + LOW_CELL_PATIENCE + DECISION)
    }

    fn must(&self, t: Micros) -> bool {
        self.due().is_some_and(|due| due + SLACK <= t)
    }

    fn may(&self, t: Micros) -> bool {
        self.low && (self.variant || t <= self.variant_until) && self.idle.0 + LOW_CELL_PATIENCE <= t
    }

    /// What is wrong with pins and reports that are so at `t`.
    pub(super) fn objection(&self, t: Micros, running: bool, pins: Pins, reported: &Reported) -> Option<String> {
        let fact = "although the low-cell state has seen no charge current for 5 min (UV-4)";
        let gives_up = reported.charger.has(16);
        if self.must(t) && pins.charger {
            Some(format!("CHARGER is High at {} {fact}", at(t)))
        } else if self.must(t) && running && !gives_up {
            Some(format!("OUT-16 is not reported at {} {fact}", at(t)))
        } else if gives_up && !self.may(t) {
            let why = if !self.low {
                "outside the low-cell state"
            } else if !self.variant {
                "though CHARGER is to stay on"
            } else {
                "less than 5 min after its beginning, a charge current or a remote toggle"
            };
            Some(format!("OUT-16 is reported at {} {why} (UV-4)", at(t)))
        } else {
            None
        }
    }
}

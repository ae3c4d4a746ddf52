//! PRE-6: after a UV or floor cut PRE-ALARM floats once a time has passed, until LOAD goes High.

use super::config::{DECISION, Limits, SLACK};
use super::input::{Pins, Reported};
use ngbank_models::time::{Micros, SECOND};

/// When PRE-ALARM floats though a cause raises it.
#[derive(Clone, Debug)]
pub(super) struct AfterCut {
    /// The time that must pass; `None`: never.
    limit: Option<Micros>,
    /// A cut floats LOAD since then: its time at the earliest and at the latest reading.
    cut: Option<(Micros, Micros)>,
    /// Other settings came; they act with the next decision.
    changed: Micros,
    /// It may still float by the settings before.
    floats_until: Micros,
}

impl AfterCut {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limit: limit(limits), cut: None, changed: 0, floats_until: 0 }
    }

    pub(super) fn change(&mut self, t: Micros, limits: &Limits) {
        if self.may_float(t) {
            self.floats_until = t + SLACK;
        }
        self.changed = t;
        self.limit = limit(limits);
    }

    /// The BMS starts without retained state.
    pub(super) fn start(&mut self) {
        self.cut = None;
    }

    /// A reset or a clock fault: a running time may start anew.
    pub(super) fn restart(&mut self, t: Micros) {
        if !self.must_float(t) {
            self.cut = self.cut.map(|(earliest, _)| (earliest, t));
        }
    }

    /// A decision.
    pub(super) fn decide(&mut self, t: Micros, was: Pins, pins: Pins, reported: &Reported) {
        if pins.load {
            self.cut = None;
        } else if was.load && (reported.load.has(2) || reported.load.has(8)) {
            self.cut = Some((t, t));
        }
    }

    pub(super) fn may_float(&self, t: Micros) -> bool {
        let (Some(limit), Some((earliest, _))) = (self.limit, self.cut) else { return t < self.floats_until };
        earliest + limit <= t || t < self.floats_until
    }

    pub(super) fn must_float(&self, t: Micros) -> bool {
        let (Some(limit), Some((_, latest))) = (self.limit, self.cut) else { return false };
        (latest + limit + DECISION).max(self.changed + SLACK) < t
    }
}

fn limit(limits: &Limits) -> Option<Micros> {
    let seconds = Micros::from(limits.pre_alarm_after_cutoff_s);
    (seconds > 0).then_some(seconds * SECOND)
}

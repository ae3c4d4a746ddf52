//! Causes that follow events of the world: silence, foreign battery, remote, start-up, supply, clock.
//!
//! Each is a list of intervals in which the cause must hold, and of wider ones in which it may.

use super::verdict::Property;
use ngbank_models::time::{Micros, NEVER};

/// A half-open interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub from: Micros,
    pub until: Micros,
}

impl Window {
    pub(super) fn contains(&self, t: Micros) -> bool {
        self.from <= t && t < self.until
    }
}

/// One cause `OUT-n` out of events.
#[derive(Clone, Debug)]
pub(super) struct External {
    pub out: u32,
    pub property: Property,
    pub what: &'static str,
    /// It floats PRE-ALARM, too; LOAD and CHARGER it floats always.
    pub pre_alarm: bool,
    must: Vec<(usize, Window)>,
    may: Vec<(usize, Window)>,
    pub accused: bool,
}

impl External {
    pub(super) fn new(out: u32, property: Property, what: &'static str, pre_alarm: bool) -> Self {
        Self { out, property, what, pre_alarm, must: Vec::new(), may: Vec::new(), accused: false }
    }

    /// The cause begins for `key` (a battery, or 0): certain from `must`, possible from `may`, without an end yet.
    pub(super) fn begin(&mut self, key: usize, may: Micros, must: Micros) {
        self.end(key, may, may);
        self.may.push((key, Window { from: may, until: NEVER }));
        self.must.push((key, Window { from: must, until: NEVER }));
    }

    /// The cause of `key` ends: certain until `must`, possible until `may`.
    pub(super) fn end(&mut self, key: usize, must: Micros, may: Micros) {
        for (windows, until) in [(&mut self.must, must), (&mut self.may, may)] {
            for (_, window) in windows.iter_mut().filter(|(owner, _)| *owner == key) {
                window.until = window.until.min(until.max(window.from));
            }
        }
    }

    /// The cause is possible in a window of its own.
    pub(super) fn allow(&mut self, from: Micros, until: Micros) {
        self.may.push((usize::MAX, Window { from, until }));
    }

    /// Forgets windows that ended before `t`.
    pub(super) fn prune(&mut self, t: Micros) {
        self.must.retain(|(_, window)| window.until > t);
        self.may.retain(|(_, window)| window.until > t);
    }

    pub(super) fn may(&self, t: Micros) -> bool {
        self.may.iter().any(|(_, window)| window.contains(t))
    }

    /// When the last possible window ends that is open at `t`; `None` when none is.
    pub(super) fn may_until(&self, t: Micros) -> Option<Micros> {
        let open = self.may.iter().filter(|(_, window)| window.contains(t));
        open.map(|(_, window)| window.until).max()
    }

    pub(super) fn must(&self, t: Micros) -> bool {
        self.must.iter().any(|(_, window)| window.contains(t))
    }

    /// First instant of `[from, to)` at which the cause must hold.
    pub(super) fn must_within(&self, from: Micros, to: Micros) -> Option<Micros> {
        let overlaps = self.must.iter().map(|(_, window)| (window.from.max(from), window.until.min(to)));
        overlaps.filter(|(begin, end)| begin < end).map(|(begin, _)| begin).min()
    }

    /// The next instant at which the cause must hold although it need not yet.
    pub(super) fn deadline(&self, t: Micros) -> Option<Micros> {
        let ahead = self.must.iter().filter(|(_, window)| window.from < window.until && window.until > t);
        ahead.map(|(_, window)| window.from).min()
    }
}

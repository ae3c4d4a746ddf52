//! When a device is on by itself: within a time window, and while its remote and its supply are there.
//!
//! For DEV-4, DEV-6, DEV-7, DEV-13 of the device table.

use crate::profile::micros_of_seconds;
use crate::time::{Micros, NEVER};

/// A stretch of time, its end not in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    from: Micros,
    until: Micros,
}

impl Window {
    pub const ALWAYS: Self = Self { from: 0, until: NEVER };

    pub fn of_seconds(from_s: f64, until_s: Option<f64>) -> Self {
        Self { from: micros_of_seconds(from_s), until: until_s.map_or(NEVER, micros_of_seconds) }
    }

    pub fn contains(&self, t: Micros) -> bool {
        (self.from..self.until).contains(&t)
    }

    /// Its next edge.
    pub fn next_change_after(&self, t: Micros) -> Micros {
        [self.from, self.until].into_iter().find(|edge| *edge > t).unwrap_or(NEVER)
    }
}

/// Remote and supply, and the window within which they count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gate {
    window: Window,
    enabled: bool,
    next: Micros,
}

impl Gate {
    /// Remote or supply are not there yet.
    pub fn new(window: Window) -> Self {
        Self { window, enabled: false, next: NEVER }
    }

    /// Remote and supply come or go. True if that is news.
    pub fn set_enabled(&mut self, enabled: bool) -> bool {
        std::mem::replace(&mut self.enabled, enabled) != enabled
    }

    /// Whether the device is on at `t`. To be asked at every change and at [`Gate::next_time`].
    pub fn is_on(&mut self, t: Micros) -> bool {
        self.next = if self.enabled { self.window.next_change_after(t) } else { NEVER };
        self.enabled && self.window.contains(t)
    }

    /// When that may change by itself.
    pub fn next_time(&self) -> Micros {
        self.next
    }
}

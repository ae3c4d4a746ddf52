//! How much a load wants, over time.
//!
//! For DEV-6 … DEV-9 of the device table.

use super::gate::Window;
use crate::profile::Series;
use crate::time::Micros;

/// A value over time: a series, or a constant within a window.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    Series(Series),
    Window { value: f64, window: Window },
}

impl Demand {
    /// Constant for ever.
    pub fn constant(value: f64) -> Demand {
        Demand::Window { value, window: Window::ALWAYS }
    }

    pub fn value_at(&self, t: Micros) -> f64 {
        match self {
            Demand::Series(series) => series.value_at(t),
            Demand::Window { value, window } if window.contains(t) => *value,
            Demand::Window { .. } => 0.0,
        }
    }

    pub fn next_change_after(&self, t: Micros) -> Micros {
        match self {
            Demand::Series(series) => series.next_change_after(t),
            Demand::Window { window, .. } => window.next_change_after(t),
        }
    }
}

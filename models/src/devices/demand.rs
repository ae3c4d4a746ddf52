//! How much a load wants, over time.
//!
//! For DEV-6 … DEV-9 of the device table.

use crate::profile::Series;
use crate::time::{Micros, NEVER};

/// A value over time: a series, or a constant within a window.
#[derive(Clone, Debug)]
pub(super) enum Demand {
    Series(Series),
    Window { value: f64, from: Micros, until: Micros },
}

impl Demand {
    /// Constant for ever.
    pub fn constant(value: f64) -> Demand {
        Demand::Window { value, from: 0, until: NEVER }
    }

    pub fn value_at(&self, t: Micros) -> f64 {
        match self {
            Demand::Series(series) => series.value_at(t),
            Demand::Window { value, from, until } => {
                if (*from..*until).contains(&t) {
                    *value
                } else {
                    0.0
                }
            }
        }
    }

    pub fn next_change_after(&self, t: Micros) -> Micros {
        match self {
            Demand::Series(series) => series.next_change_after(t),
            Demand::Window { from, .. } if t < *from => *from,
            Demand::Window { until, .. } if t < *until => *until,
            Demand::Window { .. } => NEVER,
        }
    }
}

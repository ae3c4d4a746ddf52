//! What the BMS remembers for people (HIST-1). Information only: no decision looks at it.

use crate::units::Instant;

/// The last errors, extremes and counts (HIST-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    /// The last four errors, newest first, with the time at which they came.
    pub errors: [Option<(u8, Instant)>; 4],
    /// Lowest bank state of charge seen, ‰: the deepest discharge.
    pub soc_pm_min: u16,
    /// Lowest cell voltage seen, mV.
    pub cell_mv_min: u16,
    /// Highest cell voltage seen, mV.
    pub cell_mv_max: u16,
    /// How often UV was set.
    pub under_voltages: u16,
    /// How often OV was set.
    pub over_voltages: u16,
    /// How often the pre-alarm was set.
    pub pre_alarms: u16,
}

impl History {
    /// Nothing has happened.
    pub const NONE: Self = Self { soc_pm_min: 1000, cell_mv_min: u16::MAX, ..Self::ZERO };
    /// Before the first start.
    pub(crate) const ZERO: Self = Self {
        errors: [None; 4],
        soc_pm_min: 0,
        cell_mv_min: 0,
        cell_mv_max: 0,
        under_voltages: 0,
        over_voltages: 0,
        pre_alarms: 0,
    };

    /// A new error comes first; the oldest goes.
    pub(crate) fn push(&mut self, error: u8, now: Instant) {
        let [first, second, third, _] = self.errors;
        self.errors = [Some((error, now)), first, second, third];
    }
}

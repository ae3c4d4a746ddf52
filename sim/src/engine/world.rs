//! What the scenario makes happen from outside: faults and the remote switch, by time.

use ngbank_models::time::{Micros, NEVER};

use super::host::{SUPPLY_OFF_HOLD, SUPPLY_OFF_V};
use crate::scenario::{FaultKind, Resolved};

/// One thing that happens at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The remote input gets the wiring of this entry of [`Resolved::remote`].
    Remote(usize),
    /// This fault of [`Resolved::faults`] begins.
    FaultBegins(usize),
    /// This fault ends.
    FaultEnds(usize),
    /// The dip of this fault has lasted long enough to switch the BMS off (SUP-1).
    PowerLost(usize),
}

/// All actions of a scenario, played in order of time; at one instant in the order of the scenario.
#[derive(Debug)]
pub struct Schedule {
    actions: Vec<(Micros, Action)>,
    next: usize,
}

impl Schedule {
    /// The actions of this scenario.
    pub fn new(scenario: &Resolved) -> Self {
        let mut actions = Vec::new();
        for (i, change) in scenario.remote.iter().enumerate().skip(1) {
            actions.push((change.at_us, Action::Remote(i)));
        }
        for (i, fault) in scenario.faults.iter().enumerate() {
            let end = fault.until_us.unwrap_or(NEVER);
            actions.push((fault.at_us, Action::FaultBegins(i)));
            if let FaultKind::SupplyDip { volts } = fault.kind {
                let off = fault.at_us.saturating_add(SUPPLY_OFF_HOLD);
                if volts < SUPPLY_OFF_V && off <= end {
                    actions.push((off, Action::PowerLost(i)));
                }
            }
            if end != NEVER {
                actions.push((end, Action::FaultEnds(i)));
            }
        }
        // Stable: actions of one instant keep their order.
        actions.sort_by_key(|&(at, _)| at);
        Self { actions, next: 0 }
    }

    /// When the next action is due.
    pub fn next_time(&self) -> Micros {
        self.actions.get(self.next).map_or(NEVER, |&(at, _)| at)
    }

    /// The next action that is due at `t`.
    pub fn pop(&mut self, t: Micros) -> Option<Action> {
        let &(at, action) = self.actions.get(self.next)?;
        if at > t {
            return None;
        }
        self.next += 1;
        Some(action)
    }
}

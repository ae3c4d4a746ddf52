//! Contactor or relay: pick-up and drop-out delay, one bounce, welding.
//!
//! Its coil hangs on the output (the control current is in the BMS's draw), so that it has no
//! branch of its own. A contact that opens while it carries more than its breaking current
//! welds and conducts for ever; a bounce never welds (it is closed again before the arc lasts).
//!
//! For DEV-3 of the device table.

use super::Action;
use super::part::{Log, Moment, Out, Part, Tag};
use crate::circuit::Branch;
use crate::time::{Micros, NEVER};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    PickUp {
        at: Micros,
    },
    /// Closed for the first time; opens once at `at`.
    Touched {
        at: Micros,
    },
    /// In the bounce's gap; closes for good at `at`.
    Bounced {
        at: Micros,
    },
    Closed,
    /// Coil off, still conducting until `at`.
    DropOut {
        at: Micros,
    },
    Welded,
}

/// A contactor at work. Delays are at least 1 µs, so that no switching is instantaneous.
pub(super) struct ContactorPart {
    pub pick_up: Micros,
    pub drop_out: Micros,
    pub bounce: Micros,
    pub weld_above_a: f64,
    state: State,
}

impl ContactorPart {
    pub fn new(pick_up: Micros, drop_out: Micros, bounce: Micros, weld_above_a: f64) -> Self {
        let (pick_up, drop_out) = (pick_up.max(1), drop_out.max(1));
        ContactorPart { pick_up, drop_out, bounce, weld_above_a, state: State::Open }
    }
}

impl Part for ContactorPart {
    fn set_enabled(&mut self, t: Micros, coil: bool, _log: &mut Log<'_>) {
        self.state = match (self.state, coil) {
            (State::Open, true) => State::PickUp { at: t + self.pick_up },
            (State::DropOut { .. }, true) => State::Closed,
            (State::PickUp { .. } | State::Bounced { .. }, false) => State::Open,
            (State::Touched { .. } | State::Closed, false) => State::DropOut { at: t + self.drop_out },
            (state, _) => state,
        };
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        if self.next_time() > now.time {
            return;
        }
        let half = self.bounce / 2;
        self.state = match self.state {
            State::PickUp { .. } => {
                log.add(Action::Closed);
                if half == 0 { State::Closed } else { State::Touched { at: now.time + half } }
            }
            State::Touched { .. } => {
                log.add(Action::Opened);
                State::Bounced { at: now.time + half }
            }
            State::Bounced { .. } => {
                log.add(Action::Closed);
                State::Closed
            }
            State::DropOut { .. } if now.through_amps > self.weld_above_a => {
                log.add(Action::Welded);
                State::Welded
            }
            State::DropOut { .. } => {
                log.add(Action::Opened);
                State::Open
            }
            state => state,
        };
    }

    fn on_guard(&mut self, _tag: Tag, _now: Moment, _log: &mut Log<'_>) {}

    fn next_time(&self) -> Micros {
        match self.state {
            State::PickUp { at } | State::Touched { at } | State::Bounced { at } | State::DropOut { at } => at,
            State::Open | State::Closed | State::Welded => NEVER,
        }
    }

    fn publish(&self, out: &mut Out<'_>) {
        out.branch(Branch::Open);
    }

    fn closed(&self) -> bool {
        match self.state {
            State::Open | State::PickUp { .. } | State::Bounced { .. } => false,
            State::Touched { .. } | State::Closed | State::DropOut { .. } | State::Welded => true,
        }
    }
}

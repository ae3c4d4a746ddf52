//! Mains charger: a charge cycle with fixed limits, begun anew a moment after its remote or its mains.
//!
//! For DEV-13 of the device table.

use super::Action;
use super::charger::Charger;
use super::part::{Log, Moment, Out, Part, Tag};
use crate::circuit::Branch;
use crate::time::{Micros, NEVER};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Off,
    Starting { at: Micros },
    On,
}

/// A mains charger at work.
pub(super) struct MainsChargerPart {
    charger: Charger,
    start_delay: Micros,
    /// There is mains for this time only: from, until.
    mains: (Micros, Micros),
    enabled: bool,
    state: State,
    /// When mains comes or goes next.
    next_switch: Micros,
}

impl MainsChargerPart {
    pub fn new(charger: Charger, start_delay: Micros, mains: (Micros, Micros)) -> Self {
        let start_delay = start_delay.max(1);
        MainsChargerPart { charger, start_delay, mains, enabled: false, state: State::Off, next_switch: NEVER }
    }

    /// Starts or stops by its remote and its mains.
    fn switch(&mut self, t: Micros, log: &mut Log<'_>) {
        let (from, until) = self.mains;
        let on = self.enabled && (from..until).contains(&t);
        self.next_switch = [from, until].into_iter().find(|at| *at > t).filter(|_| self.enabled).unwrap_or(NEVER);
        match (on, self.state) {
            (true, State::Off) => self.state = State::Starting { at: t + self.start_delay },
            (false, State::Starting { .. } | State::On) => {
                self.state = State::Off;
                self.charger.stop();
                log.add(Action::Stopped);
            }
            (true, _) | (false, State::Off) => {}
        }
    }
}

impl Part for MainsChargerPart {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        if enabled != self.enabled {
            self.enabled = enabled;
            self.switch(t, log);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        self.switch(now.time, log);
        match self.state {
            State::Starting { at } if at <= now.time => {
                self.state = State::On;
                self.charger.begin(log);
            }
            State::On if self.charger.next_time() <= now.time => self.charger.on_time(now.time, now.volts, log),
            _ => {}
        }
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, _log: &mut Log<'_>) {
        if self.state == State::On {
            self.charger.on_guard(tag, now.time);
        }
    }

    fn regulates(&self) -> bool {
        true
    }

    fn next_time(&self) -> Micros {
        let own = match self.state {
            State::Off => NEVER,
            State::Starting { at } => at,
            State::On => self.charger.next_time(),
        };
        own.min(self.next_switch)
    }

    fn publish(&self, out: &mut Out<'_>) {
        match self.state {
            State::On => self.charger.publish(out),
            State::Off | State::Starting { .. } => out.branch(Branch::Open),
        }
    }
}

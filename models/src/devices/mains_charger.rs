//! Mains charger: a charge cycle with fixed limits, begun anew a moment after its remote or its mains.
//!
//! For DEV-13 of the device table.

use super::Action;
use super::charger::Charger;
use super::gate::{Gate, Window};
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
    /// Remote and mains.
    gate: Gate,
    state: State,
}

impl MainsChargerPart {
    pub fn new(charger: Charger, start_delay: Micros, mains: Window) -> Self {
        let start_delay = start_delay.max(1);
        MainsChargerPart { charger, start_delay, gate: Gate::new(mains), state: State::Off }
    }

    /// Starts or stops by its remote and its mains.
    fn switch(&mut self, t: Micros, log: &mut Log<'_>) {
        match (self.gate.is_on(t), self.state) {
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
        if self.gate.set_enabled(enabled) {
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
        own.min(self.gate.next_time())
    }

    fn publish(&self, out: &mut Out<'_>) {
        match self.state {
            State::On => self.charger.publish(out),
            State::Off | State::Starting { .. } => out.branch(Branch::Open),
        }
    }
}

//! Mains charger: a charge cycle with fixed limits, begun anew a moment after its remote.
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
    state: State,
}

impl MainsChargerPart {
    pub fn new(charger: Charger, start_delay: Micros) -> Self {
        MainsChargerPart { charger, start_delay: start_delay.max(1), state: State::Off }
    }
}

impl Part for MainsChargerPart {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        if enabled != (self.state == State::Off) {
            return;
        }
        if enabled {
            self.state = State::Starting { at: t + self.start_delay };
        } else {
            self.state = State::Off;
            self.charger.stop();
            log.add(Action::Stopped);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        match self.state {
            State::Starting { at } if at <= now.time => {
                self.state = State::On;
                self.charger.begin(log);
            }
            State::On => self.charger.on_time(now.time, now.volts, log),
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
        match self.state {
            State::Off => NEVER,
            State::Starting { at } => at,
            State::On => self.charger.next_time(),
        }
    }

    fn publish(&self, out: &mut Out<'_>) {
        match self.state {
            State::On => self.charger.publish(out),
            State::Off | State::Starting { .. } => out.branch(Branch::Open),
        }
    }
}

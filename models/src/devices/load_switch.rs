//! Load switches that lock after three attempts: the BatteryProtect in Li-ion mode and the Cyrix-Li-load relay.
//!
//! ```text
//!                remote on for 1 s, off for 30 s
//!   Open ──────────────────────────────────────▶ Closed ── short circuit ──▶ Shorted ── the third time ──▶ Failed
//!    ▲  ◀───────── remote floats: at once ───────┘  │ ▲                         │
//!    │                    the third time: Locked    │ └───────── 5 s ───────────┘
//!  above 13.0 V for 30 s ── Locked                  │ above 16.3 V: at once
//!    └───────────── below 16.0 V ────────── OverVoltage
//! ```
//!
//! The disconnections are counted until it has been connected for 30 min (assumed): a locked
//! unit that is unlocked and loses its remote again is locked again. A short circuit is a current
//! through the contacts above a limit; after it two more tries are made, and the remote going off
//! is what ends the error after them. The Cyrix has no over-voltage and no short-circuit protection.
//!
//! For DEV-1, DEV-2, DEV-18 of the device table.

use super::Action;
use super::load::Draw;
use super::part::{Log, Moment, Out, Part, Tag};
use crate::time::{Micros, NEVER};

/// Times (µs) and limits (V of the system, A) of a load switch.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadSwitchLimits {
    pub off_time_min: Micros,
    /// From the remote closing to the connection.
    pub connect_delay: Micros,
    pub events_to_lock: u32,
    pub unlock_v: f64,
    pub unlock_hold: Micros,
    pub event_memory: Micros,
    /// Over-voltage and the voltage that ends it.
    pub over_voltage: Option<(f64, f64)>,
    pub short_circuit: Option<ShortCircuit>,
    /// How far below the unlocking voltage the way back is.
    pub band_v: f64,
}

/// What counts as a short circuit, and what follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShortCircuit {
    pub amps: f64,
    pub retry: Micros,
    pub retries: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Off; with the remote on it connects at `connect`.
    Open {
        connect: Micros,
    },
    Closed {
        since: Micros,
    },
    OverVoltage,
    /// Off until the unlocking voltage has been seen long enough, which is at `unlock`.
    Locked {
        unlock: Micros,
    },
    /// Off after a short circuit, tries again at `retry`.
    Shorted {
        retry: Micros,
    },
    /// Off until the remote has been off.
    Failed,
}

/// A load switch at work.
pub(super) struct LoadSwitchPart {
    state: State,
    remote: bool,
    /// Disconnections by the remote that are not forgotten.
    count: u32,
    /// Short circuits in a row.
    shorts: u32,
    /// Not to be connected before.
    off_until: Micros,
    draw: Draw,
    limits: LoadSwitchLimits,
}

impl LoadSwitchPart {
    pub fn new(limits: LoadSwitchLimits, draw: Draw) -> Self {
        let state = State::Open { connect: NEVER };
        LoadSwitchPart { state, remote: false, count: 0, shorts: 0, off_until: 0, draw, limits }
    }

    /// Off, on its way to connecting if the remote is on.
    fn open(&self, t: Micros) -> State {
        let connect = match self.remote {
            true => self.off_until.max(t + self.limits.connect_delay),
            false => NEVER,
        };
        State::Open { connect }
    }

    /// The count is forgotten lazily: it is looked at only here.
    fn disconnect(&mut self, t: Micros, since: Micros, log: &mut Log<'_>) {
        if t - since >= self.limits.event_memory {
            self.count = 0;
        }
        self.count += 1;
        self.off_until = t + self.limits.off_time_min;
        log.add(Action::Opened);
        self.state = if self.count >= self.limits.events_to_lock {
            log.add(Action::Locked);
            State::Locked { unlock: NEVER }
        } else {
            self.open(t)
        };
    }

    /// A connection that lasted as long as the pause between tries ends the row of short circuits (assumed).
    fn trip(&mut self, t: Micros, since: Micros, log: &mut Log<'_>) {
        let Some(short) = self.limits.short_circuit else {
            return;
        };
        if t - since >= short.retry {
            self.shorts = 0;
        }
        self.shorts += 1;
        log.add(Action::ShortCircuit);
        self.state = if self.shorts > short.retries {
            log.add(Action::Failed);
            State::Failed
        } else {
            State::Shorted { retry: t + short.retry }
        };
    }

    fn close(&mut self, t: Micros, log: &mut Log<'_>) {
        self.state = State::Closed { since: t };
        log.add(Action::Closed);
    }
}

impl Part for LoadSwitchPart {
    fn set_enabled(&mut self, t: Micros, remote: bool, log: &mut Log<'_>) {
        if remote == self.remote {
            return;
        }
        self.remote = remote;
        match self.state {
            State::Closed { since } => self.disconnect(t, since, log),
            State::Open { .. } | State::Shorted { .. } | State::Failed => {
                self.shorts = 0;
                self.state = self.open(t);
            }
            State::OverVoltage | State::Locked { .. } => {}
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        match self.state {
            State::Open { connect: at } | State::Shorted { retry: at } if at <= now.time => self.close(now.time, log),
            State::Locked { unlock } if unlock <= now.time => {
                log.add(Action::Unlocked);
                self.state = self.open(now.time);
            }
            _ => {}
        }
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, log: &mut Log<'_>) {
        match (tag, self.state) {
            (Tag::High, State::Locked { .. }) => {
                self.state = State::Locked { unlock: now.time + self.limits.unlock_hold };
            }
            (Tag::HighOver, State::Locked { .. }) => self.state = State::Locked { unlock: NEVER },
            (Tag::High, State::Closed { .. }) => {
                log.add(Action::OverVoltage);
                self.state = State::OverVoltage;
            }
            (Tag::HighOver, State::OverVoltage) => self.state = self.open(now.time),
            (Tag::Trip, State::Closed { since }) => self.trip(now.time, since, log),
            _ => self.draw.on_guard(tag),
        }
    }

    fn next_time(&self) -> Micros {
        match self.state {
            State::Open { connect: at } | State::Locked { unlock: at } | State::Shorted { retry: at } => at,
            State::Closed { .. } | State::OverVoltage | State::Failed => NEVER,
        }
    }

    fn publish(&self, out: &mut Out<'_>) {
        self.draw.publish(out);
        match (self.state, self.limits.over_voltage) {
            (State::Closed { .. }, Some((limit, _))) => out.volts_above(Tag::High, limit),
            (State::OverVoltage, Some((_, clear))) => out.volts_below(Tag::HighOver, clear),
            (State::Locked { unlock: NEVER }, _) => out.volts_above(Tag::High, self.limits.unlock_v),
            (State::Locked { .. }, _) => out.volts_below(Tag::HighOver, self.limits.unlock_v - self.limits.band_v),
            _ => {}
        }
    }

    fn closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }

    fn trip_amps(&self) -> Option<f64> {
        self.limits.short_circuit.filter(|_| self.closed()).map(|short| short.amps)
    }
}

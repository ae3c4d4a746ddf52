//! BatteryProtect in Li-ion mode.
//!
//! ```text
//!                remote on for 1 s, off for 30 s
//!   Open ──────────────────────────────────────▶ Closed
//!    ▲  ◀───────── remote floats: at once ───────┘  │
//!    │                    the third time: Locked    │ above 16.3 V: at once
//!  above 13.0 V for 30 s ── Locked                  ▼
//!    └───────────── below 16.0 V ────────── OverVoltage
//! ```
//!
//! The disconnections are counted until it has been connected for 30 min (assumed): a locked
//! unit that is unlocked and loses its remote again is locked again.

use super::Action;
use super::load::Draw;
use super::part::{BAND_V, Log, Moment, Out, Part, Tag};
use crate::catalogue::{BatteryProtectFigures, Figure};
use crate::profile::micros_of_seconds;
use crate::time::{Micros, NEVER};

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
}

/// A BatteryProtect at work.
pub(super) struct BatteryProtectPart {
    state: State,
    remote: bool,
    /// Disconnections by the remote that are not forgotten.
    count: u32,
    /// Not to be connected before.
    off_until: Micros,
    draw: Draw,
    figures: &'static BatteryProtectFigures,
    over_voltage_v: f64,
    k: f64,
}

impl BatteryProtectPart {
    pub fn new(k: f64, own_draw_a: Option<f64>, over_voltage_v: Option<f64>) -> Self {
        let figures = &crate::catalogue::figures().battery_protect;
        BatteryProtectPart {
            state: State::Open { connect: NEVER },
            remote: false,
            count: 0,
            off_until: 0,
            draw: Draw::new(own_draw_a.unwrap_or(figures.own_draw_a.value), k),
            figures,
            over_voltage_v: over_voltage_v.unwrap_or(figures.over_voltage_v.value * k),
            k,
        }
    }

    /// Off, on its way to connecting if the remote is on.
    fn open(&self, t: Micros) -> State {
        let connect = match self.remote {
            true => self.off_until.max(t + us(&self.figures.connect_delay_s)),
            false => NEVER,
        };
        State::Open { connect }
    }

    /// The count is forgotten lazily: it is looked at only here.
    fn disconnect(&mut self, t: Micros, since: Micros, log: &mut Log<'_>) {
        if t - since >= us(&self.figures.event_memory_s) {
            self.count = 0;
        }
        self.count += 1;
        self.off_until = t + us(&self.figures.off_time_min_s);
        log.add(Action::Opened);
        self.state = if f64::from(self.count) >= self.figures.events_to_lock.value {
            log.add(Action::Locked);
            State::Locked { unlock: NEVER }
        } else {
            self.open(t)
        };
    }

    /// Voltage below which it connects again after an over-voltage.
    fn over_voltage_clear_v(&self) -> f64 {
        let gap = self.figures.over_voltage_v.value - self.figures.over_voltage_clear_v.value;
        self.over_voltage_v - gap * self.k
    }
}

impl Part for BatteryProtectPart {
    fn set_enabled(&mut self, t: Micros, remote: bool, log: &mut Log<'_>) {
        if remote == self.remote {
            return;
        }
        self.remote = remote;
        match self.state {
            State::Closed { since } => self.disconnect(t, since, log),
            State::Open { .. } => self.state = self.open(t),
            State::OverVoltage | State::Locked { .. } => {}
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        match self.state {
            State::Open { connect } if connect <= now.time => {
                self.state = State::Closed { since: now.time };
                log.add(Action::Closed);
            }
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
                self.state = State::Locked { unlock: now.time + us(&self.figures.unlock_hold_s) };
            }
            (Tag::HighOver, State::Locked { .. }) => self.state = State::Locked { unlock: NEVER },
            (Tag::High, State::Closed { .. }) => {
                log.add(Action::OverVoltage);
                self.state = State::OverVoltage;
            }
            (Tag::HighOver, State::OverVoltage) => self.state = self.open(now.time),
            _ => self.draw.on_guard(tag),
        }
    }

    fn next_time(&self) -> Micros {
        match self.state {
            State::Open { connect } => connect,
            State::Locked { unlock } => unlock,
            State::Closed { .. } | State::OverVoltage => NEVER,
        }
    }

    fn publish(&self, out: &mut Out<'_>) {
        self.draw.publish(out);
        let unlock_v = self.figures.unlock_v.value * self.k;
        match self.state {
            State::Open { .. } => {}
            State::Closed { .. } => out.volts_above(Tag::High, self.over_voltage_v),
            State::OverVoltage => out.volts_below(Tag::HighOver, self.over_voltage_clear_v()),
            State::Locked { unlock: NEVER } => out.volts_above(Tag::High, unlock_v),
            State::Locked { .. } => {
                out.volts_below(Tag::HighOver, unlock_v - BAND_V * self.k);
            }
        }
    }

    fn closed(&self) -> bool {
        matches!(self.state, State::Closed { .. })
    }
}

fn us(figure: &Figure) -> Micros {
    micros_of_seconds(figure.value)
}

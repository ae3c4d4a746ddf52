//! Low shut-down, restart and lock of devices that draw constant power.
//!
//! ```text
//!            below low                30 s, above restart
//!  Running ─────────────▶ Waiting ─────────────────────▶ Running (a restart)
//!     │ below low within 30 s of a restart, the third time in a row
//!     ▼
//!  Locked ── above unlock for 30 s ──▶ Running (count 0)
//! ```
//!
//! How a device comes to its shut-down is its input's matter ([`super::supply`]).
//! Remote off or loss of supply leads to Off and forgets the count (assumed).
//!
//! For DEV-4, DEV-5, DEV-8, DEV-9 of the device table.

use super::Action;
use super::part::{BAND_V, Log, Moment, Out, Tag};
use crate::catalogue::InverterFigures;
use crate::time::{Micros, NEVER};

/// The limits, in V of the system and µs.
#[derive(Clone, Copy, Debug)]
pub(super) struct LowVoltageLimits {
    pub restart_v: f64,
    pub restart_delay: Micros,
    /// Restarts in a row that fail before it locks; `None`: never.
    pub failed_max: Option<u32>,
    pub failed_within: Micros,
    pub unlock_v: f64,
    pub unlock_hold: Micros,
    pub band_v: f64,
}

impl LowVoltageLimits {
    /// The catalogue's limits at voltage factor `k`.
    pub fn new(k: f64, f: &InverterFigures, restart_v: Option<f64>, locks: bool) -> Self {
        let us = |figure: &crate::catalogue::Figure| crate::profile::micros_of_seconds(figure.value);
        let failed_max = f.failed_restarts_to_lock.value as u32;
        LowVoltageLimits {
            restart_v: restart_v.unwrap_or(f.low_restart_v.value * k),
            restart_delay: us(&f.restart_delay_s),
            failed_max: locks.then_some(failed_max),
            failed_within: us(&f.restart_failed_within_s),
            unlock_v: f.unlock_v.value * k,
            unlock_hold: us(&f.unlock_hold_s),
            band_v: BAND_V * k,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Off,
    Running {
        restarted: Option<Micros>,
    },
    /// Shut down until a time at the earliest, then until the voltage has recovered.
    Waiting {
        until: Micros,
    },
    WaitingForVolts,
    Locked,
    /// Locked, and the voltage that unlocks has been seen.
    Unlocking {
        at: Micros,
    },
}

/// The state of one device.
#[derive(Clone, Debug)]
pub(super) struct LowVoltage {
    limits: LowVoltageLimits,
    state: State,
    failed: u32,
}

impl LowVoltage {
    pub fn new(limits: LowVoltageLimits) -> LowVoltage {
        LowVoltage { limits, state: State::Off, failed: 0 }
    }

    pub fn running(&self) -> bool {
        matches!(self.state, State::Running { .. })
    }

    /// Returns whether something changed.
    pub fn set_enabled(&mut self, enabled: bool, log: &mut Log<'_>) -> bool {
        if enabled != (self.state == State::Off) {
            return false;
        }
        self.failed = 0;
        self.state = if enabled { State::Running { restarted: None } } else { State::Off };
        log.add(if enabled { Action::Started } else { Action::Stopped });
        true
    }

    pub fn shut_down(&mut self, t: Micros, reason: Action, log: &mut Log<'_>) {
        let State::Running { restarted } = self.state else {
            return;
        };
        log.add(reason);
        let failed = restarted.is_some_and(|r| t - r < self.limits.failed_within);
        self.failed = if failed { self.failed + 1 } else { 0 };
        self.state = if self.limits.failed_max.is_some_and(|max| self.failed >= max) {
            log.add(Action::Locked);
            State::Locked
        } else {
            State::Waiting { until: t + self.limits.restart_delay }
        };
    }

    pub fn next_time(&self) -> Micros {
        match self.state {
            State::Waiting { until } => until,
            State::Unlocking { at } => at,
            _ => NEVER,
        }
    }

    pub fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        match self.state {
            State::Waiting { until } if until <= now.time => {
                if now.volts > self.limits.restart_v {
                    self.restart(now.time, log);
                } else {
                    self.state = State::WaitingForVolts;
                }
            }
            State::Unlocking { at } if at <= now.time => {
                self.failed = 0;
                self.state = State::Running { restarted: None };
                log.add(Action::Unlocked);
                log.add(Action::Restarted);
            }
            _ => {}
        }
    }

    pub fn on_guard(&mut self, tag: Tag, t: Micros, log: &mut Log<'_>) {
        match (tag, self.state) {
            (Tag::LowOver, State::WaitingForVolts) => self.restart(t, log),
            (Tag::High, State::Locked) => {
                self.state = State::Unlocking { at: t + self.limits.unlock_hold };
            }
            (Tag::HighOver, State::Unlocking { .. }) => self.state = State::Locked,
            _ => {}
        }
    }

    pub fn publish_guards(&self, out: &mut Out<'_>) {
        let limits = &self.limits;
        match self.state {
            State::WaitingForVolts => out.volts_above(Tag::LowOver, limits.restart_v),
            State::Locked => out.volts_above(Tag::High, limits.unlock_v),
            State::Unlocking { .. } => {
                out.volts_below(Tag::HighOver, limits.unlock_v - limits.band_v);
            }
            State::Off | State::Running { .. } | State::Waiting { .. } => {}
        }
    }

    fn restart(&mut self, t: Micros, log: &mut Log<'_>) {
        self.state = State::Running { restarted: Some(t) };
        log.add(Action::Restarted);
    }
}

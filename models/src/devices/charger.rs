//! The charge cycle that mains and solar chargers share.
//!
//! ```text
//!  Bulk ── set-point reached ──▶ Absorption ── fixed time, ──▶ Float ── time ──▶ Storage
//!   ▲                                          or tail current │                 │
//!   └───────────────── below float for 1 min ───────────────────┴─────────────────┘
//! ```
//!
//! Absorption begins when its voltage has been held for a second, so that a passing peak does
//! not count; its time then runs on, also while a load pulls the bank below it (both assumed).
//! With a tail current it ends earlier, when less than that has flowed for a while at the
//! set-point. "Below float" means a margin below, so that regulation itself never counts as below.
//!
//! For DEV-13, DEV-14 of the device table.

use super::Action;
use super::part::{BAND_V, Log, Out, Tag};
use super::regulator::{Mode, Regulator};
use crate::time::{Micros, NEVER, SECOND};

/// How long the absorption voltage is held before the stage begins.
const ARRIVAL: Micros = SECOND;

/// Voltages (V of the system) and times (µs) of a charge cycle.
#[derive(Clone, Copy, Debug)]
pub(super) struct CycleLimits {
    pub absorption_v: f64,
    pub float_v: f64,
    pub storage_v: f64,
    pub absorption: Micros,
    /// Current (A) below which absorption ends when it has lasted `tail_hold`; 0: never.
    pub tail_a: f64,
    pub tail_hold: Micros,
    /// Float before storage; [`NEVER`]: no storage.
    pub float: Micros,
    pub rebulk_hold: Micros,
    pub rebulk_margin_v: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Bulk,
    /// Bulk, at the absorption voltage since a moment.
    Arriving {
        at: Micros,
    },
    Absorption {
        end: Micros,
    },
    Float {
        end: Micros,
    },
    Storage,
}

/// A charge cycle and the output stage that it steers.
#[derive(Clone, Debug)]
pub(super) struct Charger {
    pub regulator: Regulator,
    limits: CycleLimits,
    stage: Stage,
    /// When a voltage below float will have lasted long enough.
    rebulk_at: Micros,
    /// When a current below the tail current will have.
    tail_at: Micros,
}

impl Charger {
    /// Off, with a new cycle ahead.
    pub fn new(k: f64, cable_ohm: f64, amps_max: f64, watts_max: f64, limits: CycleLimits) -> Charger {
        let set_v = limits.absorption_v;
        let regulator = Regulator { k, cable_ohm, amps_max, watts_max, set_v, mode: Mode::Off };
        Charger { regulator, limits, stage: Stage::Bulk, rebulk_at: NEVER, tail_at: NEVER }
    }

    /// Begins a new cycle.
    pub fn begin(&mut self, log: &mut Log<'_>) {
        self.bulk(log);
        self.regulator.start();
    }

    /// Goes on with the cycle after a stop.
    pub fn resume(&mut self) {
        self.regulator.start();
    }

    /// Delivers nothing until [`Charger::begin`] or [`Charger::resume`].
    pub fn stop(&mut self) {
        self.regulator.mode = Mode::Off;
        self.rebulk_at = NEVER;
        self.tail_at = NEVER;
        if let Stage::Arriving { .. } = self.stage {
            self.stage = Stage::Bulk;
        }
    }

    pub fn next_time(&self) -> Micros {
        let stage = match self.stage {
            Stage::Arriving { at: end } | Stage::Absorption { end } | Stage::Float { end } => end,
            Stage::Bulk | Stage::Storage => NEVER,
        };
        stage.min(self.rebulk_at).min(self.tail_at).min(self.regulator.next_time())
    }

    pub fn on_time(&mut self, t: Micros, volts: f64, log: &mut Log<'_>) {
        self.regulator.on_time(t, volts);
        match self.stage {
            Stage::Arriving { at } if at <= t => {
                self.stage = Stage::Absorption { end: t + self.limits.absorption };
                log.add(Action::Absorption);
            }
            Stage::Absorption { end } if end.min(self.tail_at) <= t => {
                self.tail_at = NEVER;
                let end = t.saturating_add(self.limits.float);
                self.stage = Stage::Float { end };
                self.regulator.lower(self.limits.float_v);
                log.add(Action::Float);
            }
            Stage::Float { end } if end <= t => {
                self.stage = Stage::Storage;
                if self.limits.storage_v != self.regulator.set_v {
                    self.regulator.lower(self.limits.storage_v);
                }
                log.add(Action::Storage);
            }
            _ => {}
        }
        if self.rebulk_at <= t {
            self.bulk(log);
        }
    }

    pub fn on_guard(&mut self, tag: Tag, t: Micros) {
        match tag {
            Tag::Low => self.rebulk_at = t + self.limits.rebulk_hold,
            Tag::LowOver => self.rebulk_at = NEVER,
            Tag::Tail => self.tail_at = t + self.limits.tail_hold,
            Tag::TailOver => self.tail_at = NEVER,
            _ => self.regulator.on_guard(tag, t),
        }
        let holds = self.regulator.holds();
        if holds {
            self.rebulk_at = NEVER;
        } else {
            self.tail_at = NEVER;
        }
        match self.stage {
            Stage::Bulk if holds => self.stage = Stage::Arriving { at: t + ARRIVAL },
            Stage::Arriving { .. } if !holds => self.stage = Stage::Bulk,
            _ => {}
        }
    }

    pub fn publish(&self, out: &mut Out<'_>) {
        self.regulator.publish(out);
        if self.limits.tail_a > 0.0 && matches!(self.stage, Stage::Absorption { .. }) && self.regulator.holds() {
            self.publish_tail(out);
        }
        let floating = matches!(self.stage, Stage::Float { .. } | Stage::Storage);
        if !floating || !matches!(self.regulator.mode, Mode::Amps | Mode::Watts) {
            return;
        }
        let drop = self.regulator.knee_amps() * self.regulator.cable_ohm;
        let low = self.regulator.set_v - self.limits.rebulk_margin_v - drop;
        if self.rebulk_at == NEVER {
            out.volts_below(Tag::Low, low);
        } else {
            out.volts_above(Tag::LowOver, low + BAND_V * self.regulator.k);
        }
    }

    /// Idle is less than any tail current.
    fn publish_tail(&self, out: &mut Out<'_>) {
        let band = BAND_V * self.regulator.k / self.regulator.cable_ohm;
        if self.tail_at == NEVER {
            out.amps_below(Tag::Tail, self.limits.tail_a);
        } else if self.regulator.mode == Mode::Volts {
            out.amps_above(Tag::TailOver, self.limits.tail_a + band);
        }
    }

    fn bulk(&mut self, log: &mut Log<'_>) {
        self.stage = Stage::Bulk;
        self.rebulk_at = NEVER;
        self.tail_at = NEVER;
        self.regulator.raise(self.limits.absorption_v);
        log.add(Action::Bulk);
    }
}

//! What a constant-power device does when its bank sags: a limited current, then off.
//!
//! ```text
//!  A ▲          ╭╮
//!    │ limit ───╯ ╲___  power / V
//!    │  fades         ╲______
//!    └──┬───────┬─────────────▶ V
//!       2 V   minimum
//! ```
//!
//! Below its minimum voltage, or above its current limit, a converter can only draw the current that it drew
//! there. It bears that for a moment and switches off. The bank therefore always has an answer: a current that
//! does not grow when the voltage falls, and fades on a dead bus. A load that no voltage can feed
//! ([`NoRoot`](crate::circuit::NoRoot)) goes the same way.
//!
//! For DEV-4, DEV-5, DEV-8, DEV-9 of the device table.

use super::Action;
use super::load::Draw;
use super::part::{BAND_V, Out, Tag};
use crate::circuit::Branch;
use crate::time::{Micros, NEVER};

/// The input of a constant-power device.
#[derive(Clone, Debug)]
pub(super) struct Supply {
    /// Lowest voltage at which it draws its power (V of the system).
    pub min_v: f64,
    /// Largest current (A), may be infinite.
    pub amps_max: f64,
    /// How long it bears to be limited (µs).
    pub hold: Micros,
    pub k: f64,
    limited: Option<Limited>,
}

#[derive(Clone, Copy, Debug)]
struct Limited {
    until: Micros,
    why: Action,
    draw: Draw,
}

impl Supply {
    pub fn new(k: f64, min_v: f64, amps_max: f64, hold: Micros) -> Supply {
        Supply { min_v, amps_max, hold, k, limited: None }
    }

    /// Voltage below which the current would be too large, or the voltage too small, for this power.
    fn limit_v(&self, watts: f64) -> f64 {
        self.min_v.max(watts / self.amps_max)
    }

    /// Begins to draw the limited current of this power.
    pub fn limit(&mut self, t: Micros, watts: f64, why: Action) {
        let limit_v = self.limit_v(watts);
        let why = if limit_v > self.min_v && why == Action::LowVoltage { Action::Overload } else { why };
        let draw = Draw::new(watts / limit_v, self.k);
        self.limited = Some(Limited { until: t + self.hold, why, draw });
    }

    /// Draws its power again, or nothing.
    pub fn release(&mut self) {
        self.limited = None;
    }

    pub fn limited(&self) -> bool {
        self.limited.is_some()
    }

    pub fn next_time(&self) -> Micros {
        self.limited.map_or(NEVER, |limited| limited.until)
    }

    /// Why it has to switch off now, if it has.
    pub fn gives_up(&self, t: Micros) -> Option<Action> {
        self.limited.filter(|limited| limited.until <= t).map(|limited| limited.why)
    }

    /// A guard of the limited current.
    pub fn on_guard(&mut self, tag: Tag) {
        match &mut self.limited {
            Some(_) if tag == Tag::Recovered => self.limited = None,
            Some(limited) => limited.draw.on_guard(tag),
            None => {}
        }
    }

    /// Its branch and guards while it runs with this power.
    pub fn publish(&self, watts: f64, out: &mut Out<'_>) {
        let limit_v = self.limit_v(watts);
        if let Some(limited) = &self.limited {
            limited.draw.publish(out);
            out.volts_above(Tag::Recovered, limit_v + BAND_V * self.k);
            return;
        }
        out.branch(if watts > 0.0 { Branch::Power { watts: -watts } } else { Branch::Open });
        out.volts_below(Tag::Low, limit_v);
    }
}

//! Cyrix-Li-Charge: lets a charger that shows charging voltage charge the bank.
//!
//! ```text
//!                 control High, charger side ≥ 13.7 V, battery ≥ 2 V: 3 s
//!   Open ─────────────────────────────────────────────────────────────▶ Closed
//!    ▲ ◀── control floats, or current from the battery: at once ────────┘  │
//!    └───────────── every hour, to see whether the charger is still there ─┘
//! ```
//!
//! The hourly look is an opening like any other: a charger that still shows charging voltage is
//! back after 3 s, one that only floats is not.
//!
//! For DEV-17 of the device table.

use super::Action;
use super::part::{BAND_V, Log, Moment, Out, Part, Tag};
use crate::catalogue::CyrixChargeFigures;
use crate::circuit::Branch;
use crate::profile::micros_of_seconds;
use crate::time::{Micros, NEVER};

/// A Cyrix-Li-Charge at work.
pub(super) struct CyrixChargePart {
    charging_v: f64,
    battery_min_v: f64,
    close_after: Micros,
    look_every: Micros,
    reverse_a: f64,
    band_v: f64,
    draw: Branch,
    cable_ohm: f64,
    control: bool,
    /// The charger side is at charging voltage, until it is below `leave_below`.
    charging: bool,
    leave_below: f64,
    closed: bool,
    moves_at: Micros,
}

impl CyrixChargePart {
    pub fn new(k: f64, figures: &CyrixChargeFigures, cable_ohm: f64) -> Self {
        let us = |figure: &crate::catalogue::Figure| micros_of_seconds(figure.value);
        CyrixChargePart {
            charging_v: figures.charging_v.value * k,
            battery_min_v: figures.battery_min_v.value,
            close_after: us(&figures.close_delay_s),
            look_every: us(&figures.look_every_s),
            reverse_a: figures.reverse_a.value,
            band_v: BAND_V * k,
            draw: Branch::Conductance { siemens: figures.own_draw_a.value / (12.0 * k) },
            cable_ohm,
            control: false,
            charging: false,
            leave_below: 0.0,
            closed: false,
            moves_at: NEVER,
        }
    }

    fn start_timer(&mut self, t: Micros) {
        self.moves_at = match self.closed {
            true => t + self.look_every,
            false if self.control && self.charging => t + self.close_after,
            false => NEVER,
        };
    }

    fn open(&mut self, t: Micros, why: Action, log: &mut Log<'_>) {
        self.closed = false;
        log.add(why);
        self.start_timer(t);
    }
}

impl Part for CyrixChargePart {
    fn set_enabled(&mut self, t: Micros, control: bool, log: &mut Log<'_>) {
        if control == self.control {
            return;
        }
        self.control = control;
        if self.closed {
            self.open(t, Action::Opened, log);
        } else {
            self.start_timer(t);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        if self.moves_at > now.time {
            return;
        }
        if self.closed {
            self.open(now.time, Action::Opened, log);
            return;
        }
        if now.bus_volts >= self.battery_min_v {
            self.closed = true;
            log.add(Action::Closed);
        }
        self.start_timer(now.time);
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, log: &mut Log<'_>) {
        match tag {
            Tag::High | Tag::Low => {
                self.charging = tag == Tag::High;
                let creeping = now.volts <= self.charging_v + self.band_v;
                self.leave_below = self.charging_v - if creeping { self.band_v } else { 0.0 };
                if !self.closed {
                    self.start_timer(now.time);
                }
            }
            Tag::Trip if self.closed => self.open(now.time, Action::Reverse, log),
            _ => {}
        }
    }

    fn next_time(&self) -> Micros {
        self.moves_at
    }

    /// The charging voltage is included; what has crept across it stays until the usual distance below.
    fn publish(&self, out: &mut Out<'_>) {
        out.branch(self.draw);
        match self.charging {
            false => out.volts_above(Tag::High, self.charging_v.next_down()),
            true => out.volts_below(Tag::Low, self.leave_below),
        }
    }

    fn closed(&self) -> bool {
        self.closed
    }

    fn trip_amps(&self) -> Option<f64> {
        self.closed.then_some(self.reverse_a)
    }

    fn own_node(&self) -> Option<f64> {
        Some(self.cable_ohm)
    }
}

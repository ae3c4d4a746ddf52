//! Loads of constant current and of constant resistance, and the BMS's own draw.
//!
//! For DEV-6, DEV-7, DEV-10 of the device table.

use super::Action;
use super::gate::{Gate, Window};
use super::part::{BAND_V, FADE_V, Log, Moment, Out, Part, Tag};
use crate::circuit::Branch;
use crate::time::Micros;

/// A constant current that fades out like a resistance on a dead bus, so that no draw can pull
/// the bank below 0 V.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    pub amps: f64,
    k: f64,
    faded: bool,
}

impl Draw {
    pub fn new(amps: f64, k: f64) -> Draw {
        Draw { amps, k, faded: false }
    }

    pub fn on_guard(&mut self, tag: Tag) {
        match tag {
            Tag::Low => self.faded = true,
            Tag::LowOver => self.faded = false,
            _ => {}
        }
    }

    /// Below the fading voltage the branch is the resistance that takes the same current there.
    pub fn publish(&self, out: &mut Out<'_>) {
        let fade = FADE_V * self.k;
        if self.amps == 0.0 {
            out.branch(Branch::Open);
        } else if self.faded {
            out.branch(Branch::Conductance { siemens: self.amps / fade });
            out.volts_above(Tag::LowOver, fade + BAND_V * self.k);
        } else {
            out.branch(Branch::Current { amps: -self.amps });
            out.volts_below(Tag::Low, fade);
        }
    }
}

/// What a plain load is at 1.0 of its demand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Nature {
    Current(Draw),
    Resistance { ohms: f64 },
}

/// A load of constant current or resistance within a time window.
pub(super) struct PlainLoad {
    nature: Nature,
    gate: Gate,
    drawing: bool,
}

impl PlainLoad {
    pub fn new(nature: Nature, window: Window) -> PlainLoad {
        PlainLoad { nature, gate: Gate::new(window), drawing: false }
    }

    fn update(&mut self, t: Micros, log: &mut Log<'_>) {
        let drawing = self.gate.is_on(t);
        if drawing != self.drawing {
            log.add(if drawing { Action::Started } else { Action::Stopped });
        }
        self.drawing = drawing;
    }
}

impl Part for PlainLoad {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        if self.gate.set_enabled(enabled) {
            self.update(t, log);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        self.update(now.time, log);
    }

    fn on_guard(&mut self, tag: Tag, _now: Moment, _log: &mut Log<'_>) {
        if let Nature::Current(draw) = &mut self.nature {
            draw.on_guard(tag);
        }
    }

    fn next_time(&self) -> Micros {
        self.gate.next_time()
    }

    fn publish(&self, out: &mut Out<'_>) {
        match self.nature {
            _ if !self.drawing => out.branch(Branch::Open),
            Nature::Current(draw) => draw.publish(out),
            Nature::Resistance { ohms } => out.branch(Branch::Conductance { siemens: 1.0 / ohms }),
        }
    }
}

/// A draw that its owner sets and nothing switches: a switch's electronics, the BMS (SUP-2).
pub(super) struct OwnDraw(pub Draw);

impl Part for OwnDraw {
    fn set_enabled(&mut self, _t: Micros, _enabled: bool, _log: &mut Log<'_>) {}

    fn on_time(&mut self, _now: Moment, _log: &mut Log<'_>) {}

    fn on_guard(&mut self, tag: Tag, _now: Moment, _log: &mut Log<'_>) {
        self.0.on_guard(tag);
    }

    fn publish(&self, out: &mut Out<'_>) {
        self.0.publish(out);
    }
}

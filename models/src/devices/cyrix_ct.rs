//! Cyrix-Li-ct: joins the starter side to the bank while the starter side shows that it is being charged.
//!
//! | Starter side U (12 V) | Open | Closed |
//! |---|---|---|
//! | U < 13.2 | – | opens at once |
//! | 13.2 ≤ U < 13.3 | – | opens after 10 s |
//! | 13.3 ≤ U < 13.4 | – | – |
//! | 13.4 ≤ U < 13.7 | closes after 120 s | – |
//! | 13.7 ≤ U < 13.9 | closes after 30 s | – |
//! | 13.9 ≤ U | closes after 4 s | – |
//!
//! Its control floating opens it at once. A time starts anew when the band changes, the contacts
//! move or the control goes High (assumed). The way back out of a band that was reached by creeping
//! across its limit has the usual small distance; a jump is judged by the table alone.
//!
//! For DEV-16 of the device table.

use super::Action;
use super::part::{BAND_V, Log, Moment, Out, Part, Tag};
use crate::catalogue::CyrixCtFigures;
use crate::circuit::Branch;
use crate::profile::micros_of_seconds;
use crate::time::{Micros, NEVER};

/// Limits between the bands.
const EDGES: usize = 5;

/// A Cyrix-Li-ct at work.
pub(super) struct CyrixCtPart {
    /// Lower limits of bands 1 to 5 (V of the system).
    edges: [f64; EDGES],
    /// Time after which an open relay closes, per band.
    close_after: [Micros; EDGES + 1],
    /// Time after which a closed relay opens, per band.
    open_after: [Micros; EDGES + 1],
    band_v: f64,
    draw: Branch,
    cable_ohm: f64,
    control: bool,
    closed: bool,
    /// Band of the starter side, and the voltage below which it is left.
    band: usize,
    leave_below: f64,
    /// When it moves if nothing changes.
    moves_at: Micros,
}

impl CyrixCtPart {
    pub fn new(k: f64, figures: &CyrixCtFigures, cable_ohm: f64) -> Self {
        let f = figures;
        let us = |figure: &crate::catalogue::Figure| micros_of_seconds(figure.value);
        let edges = [&f.open_at_once_v, &f.keep_v, &f.close_slow_v, &f.close_medium_v, &f.close_fast_v];
        let never = NEVER;
        CyrixCtPart {
            edges: edges.map(|edge| edge.value * k),
            close_after: [never, never, never, us(&f.close_slow_s), us(&f.close_medium_s), us(&f.close_fast_s)],
            open_after: [0, us(&f.open_delay_s), never, never, never, never],
            band_v: BAND_V * k,
            draw: Branch::Conductance { siemens: f.own_draw_a.value / (12.0 * k) },
            cable_ohm,
            control: false,
            closed: false,
            band: 0,
            leave_below: f64::NEG_INFINITY,
            moves_at: NEVER,
        }
    }

    /// The starter side is in this band from now on.
    fn enter(&mut self, band: usize, now: Moment, log: &mut Log<'_>) {
        let floor = band.checked_sub(1).map_or(f64::NEG_INFINITY, |edge| self.edges[edge]);
        self.leave_below = if now.volts > floor + self.band_v { floor } else { floor - self.band_v };
        if band != self.band {
            self.band = band;
            self.start_timer(now.time, log);
        }
    }

    fn start_timer(&mut self, t: Micros, log: &mut Log<'_>) {
        let after = match (self.closed, self.control) {
            (true, _) => self.open_after[self.band],
            (false, true) => self.close_after[self.band],
            (false, false) => NEVER,
        };
        if self.closed && after == 0 {
            self.open(t, log);
        } else {
            self.moves_at = t.saturating_add(after);
        }
    }

    fn open(&mut self, t: Micros, log: &mut Log<'_>) {
        self.closed = false;
        log.add(Action::Opened);
        self.start_timer(t, log);
    }

    fn band_of(&self, volts: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= volts)
    }
}

impl Part for CyrixCtPart {
    fn set_enabled(&mut self, t: Micros, control: bool, log: &mut Log<'_>) {
        if control == self.control {
            return;
        }
        self.control = control;
        if !control && self.closed {
            self.open(t, log);
        } else {
            self.start_timer(t, log);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        if self.moves_at > now.time {
            return;
        }
        if self.closed {
            self.open(now.time, log);
        } else {
            self.closed = true;
            log.add(Action::Closed);
            self.start_timer(now.time, log);
        }
    }

    /// A guard may be found a hair before its limit: it says the direction, the voltage says how far.
    fn on_guard(&mut self, tag: Tag, now: Moment, log: &mut Log<'_>) {
        let band = self.band_of(now.volts);
        match tag {
            Tag::High => self.enter(band.max(self.band + 1).min(EDGES), now, log),
            Tag::Low => self.enter(band.min(self.band.saturating_sub(1)), now, log),
            _ => {}
        }
    }

    fn next_time(&self) -> Micros {
        self.moves_at
    }

    fn publish(&self, out: &mut Out<'_>) {
        out.branch(self.draw);
        // The upper band begins at its limit, not above it.
        if let Some(edge) = self.edges.get(self.band) {
            out.volts_above(Tag::High, edge.next_down());
        }
        if self.band > 0 {
            out.volts_below(Tag::Low, self.leave_below);
        }
    }

    fn closed(&self) -> bool {
        self.closed
    }

    fn own_node(&self) -> Option<f64> {
        Some(self.cable_ohm)
    }
}

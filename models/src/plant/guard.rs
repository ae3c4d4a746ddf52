//! Locating a guard: the step that contains an event ends at the event.

use super::Plant;
use super::extension::first_beyond;
use crate::circuit::{Branch, Guard, Quantity, When};
use crate::time::Micros;

/// An event is located in time to this, s …
const CLOSE_S: f64 = 1e-4;
/// … or, where the quantity hardly moves, to this share of the tolerance: on a flat curve 1 µV can be a second.
const CLOSE_SHARE: f64 = 0.01;
/// Refinements that are at most made; the secant needs two or three.
const REFINEMENTS: usize = 12;

impl Plant {
    /// A dead bus carries no current that could be compared.
    pub(super) fn is_watched(&self, guard: &Guard) -> bool {
        guard.quantity == Quantity::BusVolts || !self.bus_is_dead()
    }

    /// The first guard that fires within the step, located: the step is recomputed until the voltage at its own end
    /// is that of the guard's limit. Length of that step.
    pub(super) fn locate(&mut self, branches: &[Branch], guards: &[Guard]) -> Option<(usize, Micros)> {
        let full = self.length;
        let resolution = 0.5 / full as f64;
        let mut first: Option<(usize, f64, f64)> = None;
        for (index, guard) in guards.iter().enumerate().filter(|(_, guard)| self.is_watched(guard)) {
            let Some((limit, when)) = guard.on_bus(branches) else {
                continue;
            };
            let sign = if when == When::Above { 1.0 } else { -1.0 };
            if let Some(s) = first_beyond(&self.bus, limit, sign, resolution)
                && first.is_none_or(|(_, earliest, _)| s < earliest)
            {
                first = Some((index, s, limit));
            }
        }
        let (index, s, limit) = first?;
        // A current is watched through the voltage of its cable, which may be short: worth its drop in the bank.
        let steep = match guards[index].quantity {
            Quantity::BusVolts => 1.0,
            Quantity::DeviceAmps => {
                let siemens = branches[guards[index].device].amps_per_volt(limit).abs();
                (siemens * self.solver.ohms()).max(1.0)
            }
        };
        let close = CLOSE_SHARE * self.accuracy.tolerance_v / steep;
        let mut length = ((s * full as f64).ceil() as Micros).clamp(1, full);
        for _ in 0..REFINEMENTS {
            if length != self.length {
                self.force(length);
            }
            let off = self.after.volts - limit;
            let drift = self.after.drift;
            if off.abs() <= (CLOSE_S * drift.abs()).max(close) {
                break;
            }
            let moved = length as f64 - off / drift * 1e6;
            let next = (moved.round().max(1.0) as Micros).min(full);
            if next == length {
                break;
            }
            length = next;
        }
        if length != self.length {
            self.force(length);
        }
        Some((index, length))
    }
}

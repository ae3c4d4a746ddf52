//! What can be read from a proposed step, anywhere on `[time, end]`.
//!
//! A reading outside the step is a mistake of the caller and is refused by an assertion.

use super::Plant;
use super::extension::{Part, apply, hull, weights_at};
use crate::circuit::BusState;
use crate::time::Micros;

/// Bounds of a battery's current and temperature over a part of the step.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct BatteryBounds {
    /// Lowest and highest current, A, positive charges.
    pub current: (f64, f64),
    /// Lowest and highest temperature, °C.
    pub temperature: (f64, f64),
}

/// Bounds of what is linear between two values.
fn ordered(a: f64, b: f64) -> (f64, f64) {
    (a.min(b), a.max(b))
}

impl Plant {
    /// Where `t` lies in the step, 0..=1.
    fn share(&self, t: Micros) -> f64 {
        let proposal = self.proposed.as_ref().expect("a step is proposed");
        assert!(self.time <= t && t <= proposal.end, "{t} µs is outside the step");
        if proposal.end == self.time { 0.0 } else { (t - self.time) as f64 / self.length as f64 }
    }

    /// Voltage of cell `c` of battery `b` at `t`, V.
    pub fn cell_volts(&self, b: usize, c: usize, t: Micros) -> f64 {
        apply(&weights_at(self.share(t)), &self.cubics[b * self.model.cells_per_battery + c])
    }

    /// Voltages of all cells of battery `b` at `t`, V, into the first `cells_per_battery` entries of `out`.
    pub fn battery_cells(&self, b: usize, t: Micros, out: &mut [f64]) {
        let n = self.model.cells_per_battery;
        let weights = weights_at(self.share(t));
        for (volts, cubic) in out[..n].iter_mut().zip(&self.cubics[b * n..(b + 1) * n]) {
            *volts = apply(&weights, cubic);
        }
    }

    /// Current of battery `b` at `t`, A, positive charges; linear over the step.
    pub fn battery_current(&self, b: usize, t: Micros) -> f64 {
        let s = b / self.model.series;
        let (i0, i1) = (self.start.strings[s], self.end.strings[s]);
        i0 + self.share(t) * (i1 - i0)
    }

    /// Charge that has gone into battery `b` from the start of the step to `t`, A·s: the exact integral of
    /// [`battery_current`](Self::battery_current).
    pub fn battery_charge_since_step(&self, b: usize, t: Micros) -> f64 {
        let s = b / self.model.series;
        let (i0, i1) = (self.start.strings[s], self.end.strings[s]);
        (t - self.time) as f64 * 1e-6 * (i0 + 0.5 * self.share(t) * (i1 - i0))
    }

    /// Temperature of battery `b` at `t`, °C; linear over the step.
    pub fn battery_temperature(&self, b: usize, t: Micros) -> f64 {
        let (t0, t1) = (self.state.celsius[b], self.end_state.celsius[b]);
        t0 + self.share(t) * (t1 - t0)
    }

    /// Bounds of battery `b` over `[ta, tb]`: `cells[c]` becomes the lowest and highest voltage of cell `c`, V; the
    /// rest is returned. Every reading inside lies within them.
    pub fn battery_bounds(&self, b: usize, ta: Micros, tb: Micros, cells: &mut [(f64, f64)]) -> BatteryBounds {
        let n = self.model.cells_per_battery;
        let (a, z) = (self.share(ta), self.share(tb));
        let cubics = &self.cubics[b * n..(b + 1) * n];
        if a == 0.0 && z == 1.0 {
            for (bounds, cubic) in cells[..n].iter_mut().zip(cubics) {
                *bounds = hull(cubic);
            }
        } else {
            let part = Part::new(a, z);
            for (bounds, cubic) in cells[..n].iter_mut().zip(cubics) {
                *bounds = part.bounds(cubic);
            }
        }
        BatteryBounds {
            current: ordered(self.battery_current(b, ta), self.battery_current(b, tb)),
            temperature: ordered(self.battery_temperature(b, ta), self.battery_temperature(b, tb)),
        }
    }

    /// Bus voltage at `t`, V.
    pub fn bus_volts_at(&self, t: Micros) -> f64 {
        apply(&weights_at(self.share(t)), &self.bus)
    }

    /// Bounds of the bus voltage over `[ta, tb]`, V.
    pub fn bus_bounds(&self, ta: Micros, tb: Micros) -> (f64, f64) {
        Part::new(self.share(ta), self.share(tb)).bounds(&self.bus)
    }

    /// The bus at `t`: its voltage and the device currents that follow from it.
    pub fn bus_state_at(&self, t: Micros, out: &mut BusState) {
        out.volts = self.bus_volts_at(t);
        out.amps_of_device.clear();
        let dead = self.bus_is_dead();
        out.amps_of_device.extend(self.branches.iter().map(|branch| if dead { 0.0 } else { branch.amps(out.volts) }));
    }
}

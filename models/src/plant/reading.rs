//! What can be read from a proposed step, anywhere on `[time, end]`, and, for cells, currents and temperatures, from the
//! step that was committed last, anywhere on `[last_time, time)`.
//!
//! A reading outside of them is a mistake of the caller and is refused by an assertion.

use super::Plant;
use super::extension::{Part, ROUNDING_V, apply, hull, weights_at};
use crate::circuit::{Branch, BusState};
use crate::time::Micros;
use crate::wide::{Lane, Vector, WIDTH};

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

    /// Start of the step that was committed last; equal to [`time`](Self::time) before the first one.
    pub fn last_time(&self) -> Micros {
        self.last.from
    }

    /// Where `t` lies in the step that was committed last, if it does.
    fn last_share(&self, t: Micros) -> Option<f64> {
        (t < self.time).then(|| {
            assert!(self.last.from <= t, "{t} µs is before the step committed last");
            (t - self.last.from) as f64 / self.last.length as f64
        })
    }

    /// Voltage of cell `c` of battery `b` at `t`, V.
    pub fn cell_volts(&self, b: usize, c: usize, t: Micros) -> f64 {
        apply(&weights_at(self.share(t)), &self.cubics.of(self.model.place(b, c)))
    }

    /// Voltages of all cells of battery `b` at `t`, V, into the first `cells_per_battery` entries of `out`.
    pub fn battery_cells(&self, b: usize, t: Micros, out: &mut [f64]) {
        let (share, cubics) = match self.last_share(t) {
            Some(share) => (share, &self.last.cubics),
            None => (self.share(t), &self.cubics),
        };
        let weights = weights_at(share);
        for (c, volts) in out[..self.model.cells_per_battery].iter_mut().enumerate() {
            *volts = apply(&weights, &cubics.of(self.model.place(b, c)));
        }
    }

    /// Voltages of all cells in chain order at `t`, V: as [`battery_cells`](Self::battery_cells) of every battery.
    pub fn all_cells(&self, t: Micros, out: &mut [f64]) {
        let (share, cubics) = match self.last_share(t) {
            Some(share) => (share, &self.last.cubics),
            None => (self.share(t), &self.cubics),
        };
        let n = self.model.cells_per_battery;
        for (block, batteries) in cubics.blocks(n).zip(out.chunks_mut(WIDTH * n)) {
            let weights = weights_at(share).map(Lane::all);
            for (c, [c0, c1, c2, c3]) in block.iter().enumerate() {
                let volts = weights[0] * *c0 + weights[1] * *c1 + weights[2] * *c2 + weights[3] * *c3;
                batteries.iter_mut().skip(c).step_by(n).zip(volts.0).for_each(|(out, volts)| *out = volts);
            }
        }
    }

    /// Current of string `s` over the step as `i0 + s·linear + s²·bend`, A.
    #[inline]
    pub(super) fn string_amps(&self, s: usize) -> [f64; 3] {
        let (i0, i1) = (self.start.strings[s], self.end.strings[s]);
        let bend = if self.bent { i1 - i0 - self.length as f64 * 1e-6 * self.start.slopes[s] } else { 0.0 };
        [i0, i1 - i0 - bend, bend]
    }

    /// Current of battery `b` at `t`, A, positive charges; linear over the step, or a parabola at tight accuracy.
    pub fn battery_current(&self, b: usize, t: Micros) -> f64 {
        let ([i0, linear, bend], s) = match self.last_share(t) {
            Some(share) => (self.last.amps[b / self.model.series], share),
            None => (self.string_amps(b / self.model.series), self.share(t)),
        };
        i0 + s * (linear + s * bend)
    }

    /// Current of every string at `t` of the proposed step, A: that of each of its batteries
    /// ([`battery_current`](Self::battery_current)).
    pub fn string_currents_at(&self, t: Micros) -> impl Iterator<Item = f64> {
        let share = self.share(t);
        (0..self.start.strings.len()).map(move |s| {
            let [i0, linear, bend] = self.string_amps(s);
            i0 + share * (linear + share * bend)
        })
    }

    /// Currents of every string over the whole proposed step, A: at its start and at its end.
    #[inline]
    pub fn string_currents(&self) -> (&[f64], &[f64]) {
        (&self.start.strings, &self.end.strings)
    }

    /// Temperatures of every battery over the whole proposed step, °C: at its start and at its end.
    #[inline]
    pub fn temperatures(&self) -> (&[f64], &[f64]) {
        (&self.state.celsius, &self.end_state.celsius)
    }

    /// Charge that has gone into battery `b` from the start of the step to `t`, A·s: the exact integral of
    /// [`battery_current`](Self::battery_current).
    pub fn battery_charge_since_step(&self, b: usize, t: Micros) -> f64 {
        let ([i0, linear, bend], s) = (self.string_amps(b / self.model.series), self.share(t));
        (t - self.time) as f64 * 1e-6 * (i0 + s * (0.5 * linear + s * bend / 3.0))
    }

    /// True state of charge of cell `c` of battery `b` at `t`, not clipped; linear over the step, as if its current were
    /// constant.
    pub fn cell_soc(&self, b: usize, c: usize, t: Micros) -> f64 {
        let (at, lane) = self.model.place(b, c);
        let [q0, q1] = [&self.state, &self.end_state].map(|state| state.cells[at].q.0[lane]);
        (q0 + self.share(t) * (q1 - q0)) * self.model.own[at].per_capacity.0[lane]
    }

    /// Bounds of the current of battery `b` over `[ta, tb]`, A.
    fn current_bounds(&self, b: usize, ta: Micros, tb: Micros) -> (f64, f64) {
        let (low, high) = ordered(self.battery_current(b, ta), self.battery_current(b, tb));
        let [i0, linear, bend] = self.string_amps(b / self.model.series);
        if bend == 0.0 {
            return (low, high);
        }
        let rounding = 1e-13 * (low.abs() + high.abs() + bend.abs());
        let turn = -0.5 * linear / bend;
        if self.share(ta) < turn && turn < self.share(tb) {
            let turned = i0 + turn * (linear + turn * bend);
            return (low.min(turned) - rounding, high.max(turned) + rounding);
        }
        (low - rounding, high + rounding)
    }

    /// Temperature of battery `b` at `t`, °C; linear over the step.
    pub fn battery_temperature(&self, b: usize, t: Micros) -> f64 {
        let (share, (t0, t1)) = match self.last_share(t) {
            Some(share) => (share, self.last.celsius[b]),
            None => (self.share(t), (self.state.celsius[b], self.end_state.celsius[b])),
        };
        t0 + share * (t1 - t0)
    }

    /// Bounds of battery `b` over `[ta, tb]`: `cells[c]` becomes the lowest and highest voltage of cell `c`, V; the
    /// rest is returned. Every reading inside lies within them.
    pub fn battery_bounds(&self, b: usize, ta: Micros, tb: Micros, cells: &mut [(f64, f64)]) -> BatteryBounds {
        let (a, z) = (self.share(ta), self.share(tb));
        let cubics = (0..self.model.cells_per_battery).map(|c| self.cubics.of(self.model.place(b, c)));
        if ta == tb {
            let weights = weights_at(a);
            for (bounds, cubic) in cells.iter_mut().zip(cubics) {
                let volts = apply(&weights, &cubic);
                *bounds = (volts - ROUNDING_V, volts + ROUNDING_V);
            }
        } else {
            let part = (a > 0.0 || z < 1.0).then(|| Part::new(a, z));
            for (bounds, cubic) in cells.iter_mut().zip(cubics) {
                *bounds = part.as_ref().map_or_else(|| hull(&cubic), |part| part.bounds(&cubic));
            }
        }
        BatteryBounds {
            current: self.current_bounds(b, ta, tb),
            temperature: ordered(self.battery_temperature(b, ta), self.battery_temperature(b, tb)),
        }
    }

    /// Lowest and highest voltage of all cells of battery `b` over `[ta, tb]`, V: the hull of the bounds of
    /// [`battery_bounds`](Self::battery_bounds).
    pub fn battery_range(&self, b: usize, ta: Micros, tb: Micros) -> (f64, f64) {
        let (a, z) = (self.share(ta), self.share(tb));
        if a == 0.0 && z == 1.0 {
            return self.step_range(b);
        }
        let part = Part::new(a, z);
        let cells = (0..self.model.cells_per_battery).map(|c| part.of(&self.cubics.of(self.model.place(b, c))));
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for coefficient in cells.flatten() {
            (low, high) = (low.min(coefficient), high.max(coefficient));
        }
        (low - ROUNDING_V, high + ROUNDING_V)
    }

    /// [`battery_range`](Self::battery_range) over the whole step: computed with the step, so that it costs nothing.
    pub fn step_range(&self, b: usize) -> (f64, f64) {
        let (low, high) = self.cubics.hull(b);
        (low - ROUNDING_V, high + ROUNDING_V)
    }

    /// [`step_range`](Self::step_range) of every battery in chain order.
    pub fn step_ranges(&self) -> impl Iterator<Item = (f64, f64)> {
        (0..self.batteries()).map(|b| self.step_range(b))
    }

    /// [`step_ranges`](Self::step_ranges) into `out`, which has an entry for every battery.
    pub fn step_ranges_into(&self, out: &mut [(f64, f64)]) {
        for (out, range) in out.iter_mut().zip(self.step_ranges()) {
            *out = range;
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
        let amps = |branch: &Branch| if dead { 0.0 } else { branch.amps(out.volts) };
        out.amps_of_device.extend(self.outside.branches.iter().map(amps));
    }
}

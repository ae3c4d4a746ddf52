//! The cubics of all cells of a step, block by block, and what they bound.

use super::Plant;
use super::extension::{Cubic, Steeper, hermite};
use super::solver::Instant;
use super::state::{Cells, Model, Own, State};
use crate::cell::Climate;
use crate::wide::{self, Body, Lane, Vector, flat};

/// The cubic of every cell over the proposed step, in Bernstein form, and what bounds those of a battery.
#[derive(Clone, Debug)]
pub(super) struct Cubics {
    /// `[block][place]`.
    coefficients: Vec<[Lane; 4]>,
    /// Per block: least and greatest coefficient of all cells of each battery, V.
    low: Vec<Lane>,
    high: Vec<Lane>,
}

impl Cubics {
    pub fn new(model: &Model) -> Self {
        let lanes = vec![Lane::default(); model.blocks()];
        Self {
            coefficients: vec![[Lane::default(); 4]; model.blocks() * model.cells_per_battery],
            low: lanes.clone(),
            high: lanes,
        }
    }

    /// That of one cell, by its place.
    pub fn of(&self, (at, lane): (usize, usize)) -> Cubic {
        self.coefficients[at].map(|coefficient| coefficient.0[lane])
    }

    /// Those of the cells of every block of batteries with `n` cells, by place.
    pub fn blocks(&self, n: usize) -> impl Iterator<Item = &[[Lane; 4]]> {
        self.coefficients.chunks(n)
    }

    /// Least and greatest coefficient of the cells of battery `b`, V.
    pub fn hull(&self, b: usize) -> (f64, f64) {
        (flat(&self.low)[b], flat(&self.high)[b])
    }
}

impl<V: Vector> Cells<V> {
    /// Voltages at string current `i`, V, their slopes while the current changes by `slope` A/s and the battery warms by
    /// `warming` K/s, V/s, and what of it is that of the RC pairs.
    #[inline(always)]
    fn volts(&self, model: &Model, own: &Own<V>, climate: &Climate<V>, [i, slope, warming]: [V; 3]) -> (V, V, [V; 2]) {
        let c = i - own.bleed;
        let wasted = c.max(V::zero()) * (1.0 - model.efficiency);
        let stored = c - wasted - own.self_discharge;
        let r2 = self.r2(c);
        let (rate1, rate2) = if model.rc {
            (V::all(1.0) / (self.r1 * model.farads[0]), V::all(1.0) / (r2 * model.farads[1]))
        } else {
            (climate.rate1, climate.rate2)
        };
        let (relaxing1, relaxing2) = ((self.r1 * c - self.v1) * rate1, (r2 * c - self.v2) * rate2);
        let drift = (self.slope + self.r0_slope * c) * stored
            + self.r0 * (slope + climate.r0_per_kelvin * warming * c)
            + relaxing1
            + relaxing2
            + self.m * own.per_capacity * (c - c.abs() * self.h) * model.gamma
            + self.entropy * warming;
        (self.emf + self.r0 * c, drift, [relaxing1, relaxing2])
    }
}

impl Model {
    /// [`drift`](Self::drift) of a part of block `k`, cell by cell.
    #[inline(always)]
    pub fn drift_of_cells<V: Vector>(&self, state: &State, k: usize, part: usize, [i, warming]: [V; 2]) -> V {
        let range = k * self.cells_per_battery..(k + 1) * self.cells_per_battery;
        let (mut sum, climate) = (V::zero(), &state.climate[k].load(part));
        for (cell, own) in state.cells[range.clone()].iter().zip(&self.own[range]) {
            sum += cell.load(part).volts(self, &own.load(part), climate, [i, V::zero(), warming]).1;
        }
        sum
    }
}

impl Plant {
    /// The cubic of the bus from values and slopes at both ends of the step.
    pub(super) fn extend_bus(&mut self) {
        let h = self.length as f64 * 1e-6;
        let ends = [(&self.state, &self.start), (&self.end_state, &self.after)];
        let [more0, more1] = self.solver.of_bus(&self.model, &self.outside, &self.after, |[start, end]| {
            wide::run(self.model.registers, Steepen { model: &self.model, ends, h, out: [start, end] });
        });
        let (from, to) = (self.start.drift + more0, self.after.drift + more1);
        self.bus = hermite(self.start.volts, from, self.after.volts, to, h);
    }

    /// The cubics of the cells from values and slopes at both ends of the step.
    pub(super) fn extend(&mut self) {
        let h = self.length as f64 * 1e-6;
        let ends = [(&self.state, &self.start), (&self.end_state, &self.after)];
        let (model, out) = (&self.model, &mut self.cubics);
        if model.bleeding {
            wide::run(model.registers, Fill::<true> { model, ends, h, out });
        } else {
            wide::run(model.registers, Fill::<false> { model, ends, h, out });
        }
    }
}

struct Fill<'a, const BLEED: bool> {
    model: &'a Model,
    ends: [(&'a State, &'a Instant); 2],
    h: f64,
    out: &'a mut Cubics,
}

impl<const BLEED: bool> Body for Fill<'_, BLEED> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { model, ends, h, out } = self;
        for k in 0..out.low.len() {
            if model.is_half(k) {
                fill::<V::Half, BLEED>(model, k, V::HALF, ends, h, out);
            } else {
                fill::<V, BLEED>(model, k, V::PARTS, ends, h, out);
            }
        }
    }
}

/// The cubics of the first `parts` of block `k`.
#[inline(always)]
fn fill<V: Vector, const BLEED: bool>(
    model: &Model,
    k: usize,
    parts: usize,
    [start, end]: [(&State, &Instant); 2],
    h: f64,
    out: &mut Cubics,
) {
    let n = model.cells_per_battery;
    let range = k * n..(k + 1) * n;
    let third = h / 3.0;
    for part in 0..parts {
        let (mut low, mut high) = (V::all(f64::INFINITY), V::all(f64::NEG_INFINITY));
        let (drive0, drive1) = (start.1.drive::<V>(k, part), end.1.drive(k, part));
        let (climate0, climate1) = (&start.0.climate[k].load(part), &end.0.climate[k].load(part));
        let steeper = &Steepers::over(h, climate0, climate1);
        let cells = start.0.cells[range.clone()].iter().zip(&end.0.cells[range.clone()]);
        let rest = model.own[range.clone()].iter().zip(&mut out.coefficients[range.clone()]);
        for ((cell0, cell1), (own, [c0, c1, c2, c3])) in cells.zip(rest) {
            let own = &own.load_for::<V, BLEED>(part);
            let (v0, slope0, relaxing0) = cell0.load(part).volts(model, own, climate0, drive0);
            let (v1, slope1, relaxing1) = cell1.load(part).volts(model, own, climate1, drive1);
            let [more0, more1] = steeper.of(relaxing0, relaxing1);
            let (after, before) = (v0 + (slope0 + more0) * third, v1 - (slope1 + more1) * third);
            low = low.min(v0.min(after).min(before.min(v1)));
            high = high.max(v0.max(after).max(before.max(v1)));
            v0.store(c0, part);
            after.store(c1, part);
            before.store(c2, part);
            v1.store(c3, part);
        }
        low.store(&mut out.low[k], part);
        high.store(&mut out.high[k], part);
    }
}

/// What makes the slopes of cubics steeper, for both RC pairs.
struct Steepers<V>([Steeper<V>; 2]);

impl<V: Vector> Steepers<V> {
    /// Over `h` seconds between these climates.
    #[inline(always)]
    fn over(h: f64, from: &Climate<V>, to: &Climate<V>) -> Self {
        let (x1, x2) = ((from.rate1 + to.rate1) * (0.5 * h), (from.rate2 + to.rate2) * (0.5 * h));
        Self([Steeper::over(x1), Steeper::over(x2)])
    }

    /// What is to be added to the slopes at start and end of the step, where the pairs change by `from` and `to`.
    #[inline(always)]
    fn of(&self, from: [V; 2], to: [V; 2]) -> [V; 2] {
        let [pair1, pair2] = &self.0;
        let (gained1, gained2) = (to[0] - from[0], to[1] - from[1]);
        [pair1.start * gained1 + pair2.start * gained2, pair1.end * gained1 + pair2.end * gained2]
    }
}

/// What is to be added to the slopes of every battery's cubic, V/s, at start and end of the step.
struct Steepen<'a> {
    model: &'a Model,
    ends: [(&'a State, &'a Instant); 2],
    h: f64,
    out: [&'a mut [Lane]; 2],
}

impl Body for Steepen<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { model, ends: [(from, before), (to, after)], h, out: [start, end] } = self;
        for (k, (start, end)) in start.iter_mut().zip(end).enumerate() {
            for part in 0..V::PARTS {
                let (sums0, sums1) = (&from.sums[k].load(part), &to.sums[k].load(part));
                let (climate0, climate1) = (&from.climate[k].load(part), &to.climate[k].load(part));
                let relaxing0 = model.relaxing(sums0, climate0, V::load(&before.amps[k], part));
                let relaxing1 = model.relaxing(sums1, climate1, V::load(&after.amps[k], part));
                let [more0, more1] = Steepers::over(h, climate0, climate1).of(relaxing0, relaxing1);
                more0.store(start, part);
                more1.store(end, part);
            }
        }
    }
}

impl Instant {
    /// Current, its slope and the warming of a part of block `k`.
    #[inline(always)]
    fn drive<V: Vector>(&self, k: usize, part: usize) -> [V; 3] {
        [V::load(&self.amps[k], part), V::load(&self.amps_slope[k], part), V::load(&self.warming[k], part)]
    }
}

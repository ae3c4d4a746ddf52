//! The cubics of all cells of a step, four at a time, and what they bound.

use super::Plant;
use super::extension::Cubic;
use super::lanes::{Lane, of};
use super::solver::Instant;
use super::state::{Cells, Climate, Model, Own, State};
use crate::wide::{self, Body};

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

    /// Least and greatest coefficient of the cells of battery `b`, V.
    pub fn hull(&self, b: usize) -> (f64, f64) {
        (of(&self.low, b), of(&self.high, b))
    }
}

impl Cells {
    /// Voltages at string current `i`, V, and their slopes while the current changes by `slope` A/s and the battery
    /// warms by `warming` K/s, V/s.
    #[inline(always)]
    fn volts(&self, model: &Model, own: &Own, climate: &Climate, [i, slope, warming]: [Lane; 3]) -> (Lane, Lane) {
        let c = i - own.bleed;
        let wasted = c.max(Lane::default()) * (1.0 - model.efficiency);
        let stored = c - wasted - own.self_discharge;
        let r2 = self.r2(c);
        let (rate1, rate2) = if model.rc {
            (Lane::all(1.0) / (self.r1 * model.farads[0]), Lane::all(1.0) / (r2 * model.farads[1]))
        } else {
            (climate.rate1, climate.rate2)
        };
        let drift = (self.slope + self.r0_slope * c) * stored
            + self.r0 * (slope + climate.r0_per_kelvin * warming * c)
            + (self.r1 * c - self.v1) * rate1
            + (r2 * c - self.v2) * rate2
            + self.m * own.per_capacity * (c - c.abs() * self.h) * model.gamma
            + self.entropy * warming;
        (self.emf + self.r0 * c, drift)
    }
}

impl Model {
    /// [`drift`](Self::drift) of block `k`, cell by cell.
    #[inline(always)]
    pub fn drift_of_cells(&self, state: &State, k: usize, [i, warming]: [Lane; 2]) -> Lane {
        let range = k * self.cells_per_battery..(k + 1) * self.cells_per_battery;
        let mut sum = Lane::default();
        for (cell, own) in state.cells[range.clone()].iter().zip(&self.own[range]) {
            sum += cell.volts(self, own, &state.climate[k], [i, Lane::default(), warming]).1;
        }
        sum
    }
}

impl Plant {
    /// The cubics of the cells from values and slopes at both ends of the step.
    pub(super) fn extend(&mut self) {
        let h = self.length as f64 * 1e-6;
        let ends = [(&self.state, &self.start), (&self.end_state, &self.after)];
        wide::run(self.model.wide, Fill { model: &self.model, ends, h, out: &mut self.cubics });
    }
}

struct Fill<'a> {
    model: &'a Model,
    ends: [(&'a State, &'a Instant); 2],
    h: f64,
    out: &'a mut Cubics,
}

impl Body for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { model, ends: [start, end], h, out } = self;
        let n = model.cells_per_battery;
        let third = h / 3.0;
        for k in 0..out.low.len() {
            let (mut low, mut high) = (Lane::all(f64::INFINITY), Lane::all(f64::NEG_INFINITY));
            let drive = |at: &Instant| [at.amps[k], at.amps_slope[k], at.warming[k]];
            let (drive0, drive1) = (drive(start.1), drive(end.1));
            let range = k * n..(k + 1) * n;
            let cells = start.0.cells[range.clone()].iter().zip(&end.0.cells[range.clone()]);
            let rest = model.own[range.clone()].iter().zip(&mut out.coefficients[range]);
            for ((cell0, cell1), (own, coefficients)) in cells.zip(rest) {
                let (v0, slope0) = cell0.volts(model, own, &start.0.climate[k], drive0);
                let (v1, slope1) = cell1.volts(model, own, &end.0.climate[k], drive1);
                let (after, before) = (v0 + slope0 * third, v1 - slope1 * third);
                low = low.min(v0.min(after).min(before.min(v1)));
                high = high.max(v0.max(after).max(before.max(v1)));
                *coefficients = [v0, after, before, v1];
            }
            (out.low[k], out.high[k]) = (low, high);
        }
    }
}

//! Heat of the batteries over a step, by Simpson's rule; the lag of the RC pairs in the middle is that of a cubic.

use super::Plant;
use super::relax::Weights;
use super::solver::Instant;
use super::state::{Model, State};
use super::sums::Sums;
use crate::cell::Climate;
use crate::wide::{self, Body, Lane, Vector, WIDTH};

impl Plant {
    /// Temperatures at the end, from what the step before still owes and the heat that the start promises, or that of
    /// the end state as it was last computed.
    pub(super) fn warm(&mut self, h: f64, promised: bool) {
        self.heat_of(h, promised);
        for (watts, owed) in self.watts.iter_mut().zip(&self.state.owed) {
            *watts += owed / h;
        }
        self.outside.thermal.step(
            h,
            self.outside.ambient_c,
            &self.watts,
            &self.state.celsius,
            &mut self.end_state.celsius,
        );
        self.model.climates(&self.end_state.celsius, &mut self.end_state.climate);
    }

    /// The heat that the step really gave; what the temperatures missed of it, and what the thermal step misses by its
    /// order, is owed to the next one.
    pub(super) fn settle(&mut self, h: f64) {
        for (b, given) in self.watts.iter().enumerate() {
            self.end_state.owed[b] = self.state.owed[b] - h * given;
        }
        self.heat_of(h, false);
        for (owed, watts) in self.end_state.owed.iter_mut().zip(&self.watts) {
            *owed += h * watts;
        }
        let warming = self.start.warming.iter().zip(&self.after.warming);
        for (gained, (before, after)) in self.warming_gained.chunks_mut(WIDTH).zip(warming) {
            (*after - *before).put(gained);
        }
        self.outside.thermal.owe(h, &self.warming_gained, &mut self.end_state.owed);
    }

    /// Mean heat of every battery over the step into `watts`: promised by its start, or given by both its ends.
    fn heat_of(&mut self, h: f64, promised: bool) {
        let end = (!promised).then_some(&self.end_state);
        let (model, watts) = (&self.model, &mut self.watts);
        let (amps, pairs, bent) = ([&self.start, &self.end], &self.pairs, self.bent);
        wide::run(model.registers, Heat { model, start: &self.state, end, amps, pairs, bent, h, watts });
    }

    /// Heat of all batteries over the step, J.
    pub(super) fn heat_j(&self) -> f64 {
        self.watts.iter().sum::<f64>() * (self.length as f64 * 1e-6)
    }
}

struct Heat<'a> {
    model: &'a Model,
    start: &'a State,
    end: Option<&'a State>,
    amps: [&'a Instant; 2],
    pairs: &'a [(Weights, Weights)],
    bent: bool,
    h: f64,
    watts: &'a mut [f64],
}

impl Body for Heat<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let [from, to] = self.amps;
        for (k, watts) in self.watts.chunks_mut(WIDTH).enumerate() {
            let mut heat = Lane::default();
            for part in 0..V::PARTS {
                let bend_from = self.bent.then_some(V::load(&from.amps_slope[k], part));
                let amps = (V::load(&from.amps[k], part), V::load(&to.amps[k], part));
                let pairs = (&self.pairs[k].0.load(part), &self.pairs[k].1.load(part));
                let start = (&self.start.sums[k].load(part), &self.start.climate[k].load(part));
                let end = self.end.map(|end| (&end.sums[k], &end.climate[k], part));
                mean(self.model, start, end, amps, bend_from, pairs, self.h).store(&mut heat, part);
            }
            heat.put(watts);
        }
    }
}

/// Mean heat of batteries over a step of `h` seconds with string currents `(i0, i1)`, W. Without an `end`, of which this is a
/// part, it is what the start lets expect.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn mean<V: Vector>(
    model: &Model,
    (sums0, climate0): (&Sums<V>, &Climate<V>),
    end: Option<(&Sums, &Climate, usize)>,
    (i0, i1): (V, V),
    bend_from: Option<V>,
    (pair1, pair2): (&Weights<V>, &Weights<V>),
    h: f64,
) -> V {
    let mut middle = (i0 + i1) * 0.5;
    if let Some(slope) = bend_from {
        middle = middle - (i1 - i0 - slope * h) * 0.25;
    }
    let (sums1, climate1) = &match end {
        Some((sums, climate, part)) => (sums.load(part), climate.load(part)),
        None => {
            let moved = (i0 + i1) * (0.5 * h);
            let expected = Sums {
                r0: sums0.r0 + sums0.r0_slope * moved,
                v1: pair1.linear(sums0.v1, sums0.target1(i0), sums0.target1(i1)),
                v2: pair2.linear(sums0.v2, sums0.target2(i0, i0), sums0.target2(i1, i1)),
                ..*sums0
            };
            (expected, *climate0)
        }
    };
    // Only the sum of all that lags behind the current matters; it is carried by `mh`.
    let lag = half(sums0.v1 + sums0.v2 + sums0.mh, sums1.v1 + sums1.v2 + sums1.mh)
        + (lag_speed(model, sums0, climate0, i0) - lag_speed(model, sums1, climate1, i1)) * (0.125 * h);
    let sums = Sums {
        r0: half(sums0.r0, sums1.r0),
        r0_bleed: half(sums0.r0_bleed, sums1.r0_bleed),
        v1: V::zero(),
        v2: V::zero(),
        mh: lag,
        entropy: half(sums0.entropy, sums1.entropy),
        ocv: half(sums0.ocv, sums1.ocv),
        leak_watts: half(sums0.leak_watts, sums1.leak_watts),
        leak_entropy: half(sums0.leak_entropy, sums1.leak_entropy),
        ..Sums::zero()
    };
    let between = Climate { celsius: half(climate0.celsius, climate1.celsius), ..Climate::zero() };
    let heat =
        model.heat(sums0, climate0, i0) + model.heat(&sums, &between, middle) * 4.0 + model.heat(sums1, climate1, i1);
    heat * (1.0 / 6.0)
}

#[inline(always)]
fn half<V: Vector>(a: V, b: V) -> V {
    (a + b) * 0.5
}

/// How fast RC pairs and hysteresis follow the string current `i`, V/s.
#[inline(always)]
fn lag_speed<V: Vector>(model: &Model, sums: &Sums<V>, climate: &Climate<V>, i: V) -> V {
    let hysteresis = i * (sums.m_per_q - i.sign() * sums.mh_per_q) * model.gamma;
    (sums.target1(i) - sums.v1) * climate.rate1 + (sums.target2(i, i) - sums.v2) * climate.rate2 + hysteresis
}

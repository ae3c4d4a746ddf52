//! The error norm of a step, and what it allows before anything is computed.
//!
//! Error norm, in volts of one cell: `R0·|δI|` of every string, where `δI` is what the step's current misses, and what
//! the cubic of a cell misses: decay of the hysteresis (`A·x⁴/384` for an exponential of amplitude `A` over `x` time
//! constants) and of the RC pairs, to which it is fitted (a sixth of that and less), and the kinks of the tables (at most
//! 4/27 of the change of slope times the charge). The voltage error alone would not do: at a charger in constant voltage it is zero while the
//! currents drift.
//!
//! | Order | String current | `δI` |
//! |---|---|---|
//! | 2 | linear | `(I1 − I0 − h·I0')/4`, what a parabola adds in the middle, known before a cell is touched; then `I1` of the implicit circuit against that of the end state |
//! | 3 | parabola that starts with `I0'` | `4/27·h·δI'`, with `δI'` its slope at the end against that of the circuit there; then the same mismatch, after a correction |

use super::Plant;
use super::extension::{NEAREST, nearest_misses};
use super::solver::Instant;
use super::state::{Model, State};
use super::step::LONGEST_S;
use super::sums::Sums;
use crate::cell::Climate;
use crate::wide::{self, Body, Vector};

/// Largest deviation of a line with a kink from its cubic, per change of slope; and of a cubic with one wrong end
/// slope from the right one: `s²·(1 − s)` at 2/3.
pub(super) const KINK_MISSES: f64 = 4.0 / 27.0;

/// Largest deviation of a cubic with the slopes of an exponential of amplitude 1 over `x` time constants from it.
#[inline(always)]
fn cubic_misses<V: Vector>(x: V) -> V {
    (x * x * x * x * (1.0 / 384.0)).min(x * 0.15)
}

/// An error of the currents counts this much more than its voltage: a string current is to be right to 0.1 % at 0.1 mV.
const SHARPNESS: f64 = 8.0;
/// Currents are right to this over `R0`, V, while the tail of a charge at constant voltage is waited for: 0.1 mV there moved
/// its end by 0.4 s.
const HELD_V: f64 = 2e-8;

/// What a step misses, relative to the tolerance, by the power of its length with which that falls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Misses {
    pub second: f64,
    pub third: f64,
    pub fourth: f64,
}

impl Misses {
    /// A step that misses more than 1 is refused.
    pub fn largest(&self) -> f64 {
        self.second.max(self.third).max(self.fourth)
    }

    /// Factor on the length with which a step would miss almost 1.
    pub fn scale(&self) -> f64 {
        0.85 / self.second.sqrt().max(libm::cbrt(self.third)).max(self.fourth.sqrt().sqrt())
    }
}

impl Plant {
    /// What is allowed before anything is computed, s: by the decays of RC pairs and hysteresis, and by the OCV table,
    /// of which a step crosses one segment at most, so that it meets one kink at most.
    pub(super) fn reach_s(&self) -> f64 {
        // amplitude · rate⁴ decides; the largest gives the shortest reach. A cubic then misses less than half the tolerance.
        let (model, state, start) = (&self.model, &self.state, &self.start);
        let fastest = wide::run(model.registers, Fastest { model, state, start }) / model.cells_per_battery as f64;
        let amps = self.start.strings.iter().fold(1e-9, |most: f64, i| most.max(i.abs()));
        let limit = LONGEST_S.min(self.outside.thermal.time_constant_s()).min(self.model.segment / amps);
        if fastest > 0.0 { limit.min((160.0 * self.accuracy.tolerance_v / fastest).sqrt().sqrt()) } else { limit }
    }

    /// R0 of one cell of string `s` whose resistance is `r`, Ω.
    fn cell_ohms(&self, s: usize, r: f64) -> f64 {
        (r - self.model.string_ohm[s]) * self.model.per_cell
    }

    /// Whether a voltage source holds the bus and gives way when its current has fallen far enough: the voltage errs by
    /// nothing, the current drifts freely, and what it errs by is time. A source that ends by the clock is a step as any
    /// other: what its currents err by shifts the charge by less than the tolerance of the voltage says.
    ///
    /// Not while cells bleed: their balancers move up to 90 A·s a minute, by decisions on whole minutes; a charge right to a
    /// millionth of that would cost steps of a second.
    pub(super) fn held(&self) -> bool {
        self.tail_awaited
            && !self.model.bleeding
            && self.outside.node.slope(self.start.volts) * self.solver.ohms() > 1.0
    }

    /// How much more an error of the currents counts than its voltage.
    pub(super) fn sharpness(&self) -> f64 {
        if self.held() { (self.accuracy.tolerance_v / HELD_V).max(SHARPNESS) } else { SHARPNESS }
    }

    /// Curvature that linear currents miss, and what the cubics miss of the decays.
    pub(super) fn misses_before(&self, h: f64) -> Misses {
        let per_tolerance = 1.0 / self.accuracy.tolerance_v;
        let mut line: f64 = 0.0;
        if !self.bent {
            for (s, r) in self.state.r.iter().enumerate() {
                let missed = self.end.strings[s] - self.start.strings[s] - h * self.start.slopes[s];
                line = line.max(self.cell_ohms(s, *r) * 0.25 * missed.abs());
            }
        }
        let (model, state, ends) = (&self.model, &self.state, [&self.start, &self.end]);
        let decay = wide::run(model.registers, Missed { model, state, ends, h }) / model.cells_per_battery as f64;
        Misses { second: line * self.sharpness() * per_tolerance, fourth: decay * per_tolerance, ..Misses::default() }
    }

    /// End currents of the implicit circuit against those of the end state. V.
    pub(super) fn mismatch(&self) -> f64 {
        let pairs = self.after.strings.iter().zip(&self.end.strings).zip(&self.end_state.r).enumerate();
        pairs.map(|(s, ((after, end), r))| self.cell_ohms(s, *r) * (after - end).abs()).fold(0.0, f64::max)
    }

    /// What the parabolas miss of the currents. V.
    pub(super) fn error_of_bend(&self, h: f64) -> f64 {
        let missed = |s: usize, r: f64| {
            let slope = 2.0 * (self.end.strings[s] - self.start.strings[s]) - h * self.start.slopes[s];
            self.cell_ohms(s, r) * KINK_MISSES * (h * self.after.slopes[s] - slope).abs()
        };
        self.end_state.r.iter().enumerate().map(|(s, r)| missed(s, *r)).fold(0.0, f64::max)
    }
}

/// How far a decaying part of a battery's cells is from what it decays to, V per battery, with its rate, 1/s.
type Decay<V> = (V, V);

/// The decays of both RC pairs, and that of the hysteresis.
#[inline(always)]
fn decays<V: Vector>(model: &Model, sums: &Sums<V>, climate: &Climate<V>, i: V, slope: V) -> ([Decay<V>; 2], Decay<V>) {
    let r2 = i.choose(sums.r2_charge, sums.r2_discharge);
    let one = V::all(1.0);
    let gamma = sums.per_q * (model.gamma / model.cells_per_battery as f64);
    let pairs = [
        ((sums.v1 - sums.r1 * (i - slope * (one / climate.rate1))).abs(), climate.rate1),
        ((sums.v2 - r2 * (i - slope * (one / climate.rate2))).abs(), climate.rate2),
    ];
    (pairs, ((sums.m - i.sign() * sums.mh).abs(), gamma * i.abs()))
}

/// Amplitude · rate⁴.
#[inline(always)]
fn fast<V: Vector>((amplitude, rate): Decay<V>) -> V {
    let square = rate * rate;
    amplitude * (square * square)
}

/// The largest amplitude · rate⁴ of all decays, V per battery and s⁴, as if no cubic were fitted to it.
struct Fastest<'a> {
    model: &'a Model,
    state: &'a State,
    start: &'a Instant,
}

impl Body for Fastest<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector>(self) -> f64 {
        let mut fastest = V::zero();
        for (k, (sums, climate)) in self.state.sums.iter().zip(&self.state.climate).enumerate() {
            for part in 0..V::PARTS {
                let (sums, climate) = (&sums.load::<V>(part), &climate.load(part));
                let (i, slope) = (V::load(&self.start.amps[k], part), V::load(&self.start.amps_slope[k], part));
                let ([pair1, pair2], hysteresis) = decays(self.model, sums, climate, i, slope);
                fastest = fastest.max(fast(pair1).max(fast(pair2)) * NEAREST).max(fast(hysteresis));
            }
        }
        fastest.largest()
    }
}

/// What the cubics miss of the decays over the step, V per battery.
struct Missed<'a> {
    model: &'a Model,
    state: &'a State,
    ends: [&'a Instant; 2],
    h: f64,
}

impl Body for Missed<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<V: Vector>(self) -> f64 {
        let Self { model, state, ends: [start, end], h } = self;
        let mut error = V::zero();
        for (k, (sums, climate)) in state.sums.iter().zip(&state.climate).enumerate() {
            for part in 0..V::PARTS {
                let (sums, climate) = (&sums.load::<V>(part), &climate.load(part));
                let (i0, i1) = (V::load(&start.amps[k], part), V::load(&end.amps[k], part));
                let (pairs, (amplitude, rate)) = decays(model, sums, climate, i0, (i1 - i0) * (1.0 / h));
                for (amplitude, rate) in pairs {
                    error = error.max(amplitude * nearest_misses(rate * h));
                }
                error = error.max(amplitude * cubic_misses(rate * h));
                // The curvature of the hysteresis jumps where the current changes sign.
                if V::zero().any_above(i0 * i1) {
                    let gamma = sums.per_q * (model.gamma / model.cells_per_battery as f64);
                    let jump = sums.m * gamma * (i1 - i0).abs() * (0.0625 * h);
                    error = error.max((i0 * i1).choose(V::zero(), jump));
                }
            }
        }
        error.largest()
    }
}

//! One step: its length, its error tests, its result.
//!
//! Error norm, in volts of one cell: `R0·|δI|` of every string, where `δI` is what the step's current misses, and what
//! the cubic of a cell misses: decay of the RC pairs and of the hysteresis (`A·x⁴/384` for an exponential of
//! amplitude `A` over `x` time constants) and the kinks of the tables (at most 4/27 of the change of slope times
//! the charge). The voltage error alone would not do: at a charger in constant voltage it is zero while the
//! currents drift.
//!
//! | Order | String current | `δI` |
//! |---|---|---|
//! | 2 | linear | `(I1 − I0 − h·I0')/4`, what a parabola adds in the middle, known before a cell is touched; then `I1` of the implicit circuit against that of the end state |
//! | 3 | parabola that starts with `I0'` | `4/27·h·δI'`, with `δI'` its slope at the end against that of the circuit there; then the same mismatch, after a correction |

use super::extension::hermite;
use super::lanes::Lane;
use super::relax::Weights;
use super::solver::End;
use super::state::{Climate, Model};
use super::sums::Sums;
use super::{Plant, Proposal, Stop, cells};
use crate::circuit::{Branch, Guard, NoRoot};
use crate::time::Micros;

/// First step of a run, s.
pub(super) const FIRST_S: f64 = 1.0;
/// No step is longer, s.
const LONGEST_S: f64 = 1800.0;
/// The error control goes no further down.
const SHORTEST: Micros = 1_000;
/// A parabola is used up to this OCV slope · h / R: it is not stable for every step.
const STIFFEST: f64 = 3.0;
/// Passes over the cells that a step of order 3 may take until its currents agree with its end state.
const PASSES: usize = 3;

/// Largest deviation of a line with a kink from its cubic, per change of slope; and of a cubic with one wrong end
/// slope from the right one: `s²·(1 − s)` at 2/3.
const KINK_MISSES: f64 = 4.0 / 27.0;

/// Largest deviation of the cubic from an exponential of amplitude 1 over `x` time constants.
#[inline(always)]
fn cubic_misses(x: Lane) -> Lane {
    (x * x * x * x * (1.0 / 384.0)).min(x * 0.15)
}

/// The longest `x` for which an exponential of this amplitude stays within half the tolerance.
fn reach(tolerance: f64, amplitude: f64) -> f64 {
    (192.0 * tolerance / amplitude).sqrt().sqrt()
}

/// Length in s as whole µs, at least 1.
fn micros(seconds: f64) -> Micros {
    ((seconds * 1e6) as Micros).max(1)
}

/// How far each decaying part of a battery's cells is from what it decays to, V per battery, with its rate, 1/s.
#[inline(always)]
fn decays(model: &Model, sums: &Sums, climate: &Climate, i: Lane, slope: Lane) -> [(Lane, Lane); 3] {
    let r2 = i.choose(sums.r2_charge, sums.r2_discharge);
    let one = Lane::all(1.0);
    let gamma = sums.per_q * (model.gamma / model.cells_per_battery as f64);
    [
        ((sums.v1 - sums.r1 * (i - slope * (one / climate.rate1))).abs(), climate.rate1),
        ((sums.v2 - r2 * (i - slope * (one / climate.rate2))).abs(), climate.rate2),
        ((sums.m - i.sign() * sums.mh).abs(), gamma * i.abs()),
    ]
}

impl Plant {
    /// Chooses and computes the step of [`Plant::propose`].
    pub(super) fn choose(&mut self, branches: &[Branch], guards: &[Guard], until: Micros) -> Proposal {
        let here = |stop| Proposal { end: self.time, stop };
        let no_root = here(Stop::NoRoot);
        let nothing = here(Stop::Until);
        if self.solve(branches).is_err() {
            return no_root;
        }
        if let Some(index) = guards.iter().position(|guard| guard.fires_at(branches, self.start.volts)) {
            return Proposal { stop: Stop::Guard(index), ..nothing };
        }
        let remaining = until - self.time;
        let wanted = micros(self.next_s.min(self.reach_s()));
        let mut length = if wanted >= remaining {
            remaining
        } else if 2 * wanted > remaining {
            remaining.div_ceil(2)
        } else {
            wanted
        };
        let error = loop {
            match self.attempt(length, true) {
                Ok(error) if error <= 1.0 => break error,
                Ok(_) if length <= SHORTEST => {
                    self.force(length);
                    break 1.0;
                }
                Ok(error) => length = micros(length as f64 * 1e-6 * self.scale(error).clamp(0.1, 0.8)),
                Err(NoRoot) if length <= SHORTEST => return no_root,
                Err(NoRoot) => length = (length / 4).max(1),
            }
            length = length.max(SHORTEST.min(remaining));
        };
        let grown = length as f64 * 1e-6 * self.scale(error).clamp(0.3, 3.0);
        // A step that its target cut short says nothing against the length wanted before.
        self.wish_s = if length < wanted { grown.max(self.next_s) } else { grown }.min(LONGEST_S);
        if let Some((index, located)) = self.locate(branches, guards) {
            return Proposal { end: self.time + located, stop: Stop::Guard(index) };
        }
        let stop = if length == remaining { Stop::Until } else { Stop::Error };
        Proposal { end: self.time + length, stop }
    }

    /// Factor on the length of a step after this error relative to the tolerance.
    fn scale(&self, error: f64) -> f64 {
        0.85 / if self.bent { libm::cbrt(error) } else { error.sqrt() }
    }

    /// What is allowed before anything is computed, s: by the decays of RC pairs and hysteresis, and by the OCV table,
    /// of which a step crosses one segment at most, so that it meets one kink at most.
    fn reach_s(&self) -> f64 {
        // amplitude · rate⁴ decides; the largest gives the shortest reach.
        let fastest = crate::wide::run(self.model.wide, || self.fastest_decay()) / self.model.cells_per_battery as f64;
        let amps = self.start.strings.iter().fold(1e-9, |most: f64, i| most.max(i.abs()));
        let limit = LONGEST_S.min(self.outside.thermal.time_constant_s()).min(self.model.segment / amps);
        if fastest > 0.0 { limit.min(reach(self.accuracy.tolerance_v, fastest)) } else { limit }
    }

    #[inline(always)]
    fn fastest_decay(&self) -> f64 {
        let mut fastest = Lane::default();
        for (k, (sums, climate)) in self.state.sums.iter().zip(&self.state.climate).enumerate() {
            for (amplitude, rate) in decays(&self.model, sums, climate, self.start.amps[k], self.start.amps_slope[k]) {
                let square = rate * rate;
                fastest = fastest.max(amplitude * (square * square));
            }
        }
        fastest.largest()
    }

    /// Computes the step with exactly this length and accepts it whatever its error.
    pub(super) fn force(&mut self, length: Micros) {
        // Judging off, the only failure left is a circuit without root at the end; `attempt` then holds currents.
        let _ = self.attempt(length, false);
    }

    /// Computes a step of this length; the result is its error relative to the tolerance. With `judge` a step whose
    /// error exceeds 1 may be left unfinished.
    fn attempt(&mut self, length: Micros, judge: bool) -> Result<f64, NoRoot> {
        let h = length as f64 * 1e-6;
        let tolerance = self.accuracy.tolerance_v;
        self.length = length;
        self.weigh(h);
        self.bent = self.accuracy.cubic() && self.relaxed(h);
        self.close_end(h, judge)?;
        if self.bent && self.reverses() {
            self.bent = false;
            self.close_end(h, judge)?;
        }
        let before = self.error_before(h) / tolerance;
        if judge && before > 1.0 {
            return Ok(before);
        }
        self.warm(h);
        let mut kink = self.advance(h, judge)?;
        let mut mismatch = self.mismatch();
        if self.accuracy.cubic() {
            for _ in 1..PASSES {
                if mismatch <= 0.02 * tolerance {
                    break;
                }
                if self.solver.correct(&self.model, &self.end_state, &self.outside, &mut self.end).is_err() {
                    break;
                }
                self.bent = self.bent && !self.reverses();
                kink = self.advance(h, judge)?;
                mismatch = self.mismatch();
            }
        }
        self.settle(h);
        self.bus = hermite(self.start.volts, self.start.drift, self.after.volts, self.after.drift, h);
        let after = mismatch.max(self.error_of_bend(h)).max(KINK_MISSES * kink);
        Ok(before.max(after / tolerance))
    }

    /// Weights of the RC pairs at the rate that the middle of the step will have.
    fn weigh(&mut self, h: f64) {
        for (k, (pair1, pair2)) in self.pairs.iter_mut().enumerate() {
            let climate = &self.state.climate[k];
            let middle = self.start.warming[k] * (0.5 * h);
            let weights = |rate: Lane, per_kelvin: Lane| {
                let end = rate + per_kelvin * middle * 2.0;
                Weights::new((rate + per_kelvin * middle) * h, Lane::all(1.0) / end)
            };
            *pair1 = weights(climate.rate1, climate.rate1_per_kelvin);
            *pair2 = weights(climate.rate2, climate.rate2_per_kelvin);
        }
    }

    /// Whether every string is far enough from stiff for a parabola.
    fn relaxed(&mut self, h: f64) -> bool {
        let mut slopes = self.state.sums.iter().flat_map(|sums| sums.slope.0);
        let mut strings = self.state.r.iter();
        strings.all(|r| slopes.by_ref().take(self.model.series).sum::<f64>() * h <= STIFFEST * r)
    }

    /// Whether the current of a string changes sign in the step, or could for a moment.
    fn reverses(&self) -> bool {
        let h = self.length as f64 * 1e-6;
        let strings = self.start.strings.iter().zip(&self.start.slopes).zip(&self.end.strings);
        strings.into_iter().any(|((&i0, &slope), &i1)| {
            let bend = i1 - i0 - h * slope;
            let turns_at = 0.5 * (bend - (i1 - i0)) / bend;
            let turned = i0 + turns_at * (i1 - i0 - bend) + turns_at * turns_at * bend;
            i0 * i1 < 0.0 || (turns_at > 0.0 && turns_at < 1.0 && turned * (i0 + i1) < 0.0)
        })
    }

    /// The implicit circuit at the end of the step. Without root the currents of the start are held if not judged.
    fn close_end(&mut self, h: f64, judge: bool) -> Result<(), NoRoot> {
        let enough = 0.02 * self.accuracy.tolerance_v;
        let from = End { h, bent: self.bent, pairs: &self.pairs, enough };
        let closed = self.solver.end(&self.model, &self.state, &self.start, &from, &self.outside, &mut self.end);
        if judge || closed.is_ok() {
            return closed;
        }
        self.end.copy_currents(&self.start);
        Ok(())
    }

    /// The pass over the cells, and the circuit of the state it gives. Returns the largest kink of a voltage, V.
    fn advance(&mut self, h: f64, judge: bool) -> Result<f64, NoRoot> {
        for (k, drive) in self.drives.iter_mut().enumerate() {
            let (before, climate) = (&self.state.climate[k], &self.end_state.climate[k]);
            let bend_from = self.bent.then_some(self.start.amps_slope[k]);
            *drive = cells::drives(self.start.amps[k], self.end.amps[k], bend_from, h, &self.pairs[k], before, climate);
        }
        let kink = self.model.advance(self.accuracy.cubic(), &self.state, &self.drives, &mut self.end_state);
        if let Err(no_root) = self.solver.instant(&self.model, &self.end_state, &self.outside, &mut self.after) {
            if judge {
                return Err(no_root);
            }
            self.after.copy_currents(&self.end);
        }
        Ok(kink)
    }

    /// R0 of one cell of a string whose resistance is `r`, Ω.
    fn cell_ohms(&self, r: f64) -> f64 {
        (r - self.model.string_ohm) / (self.model.series * self.model.cells_per_battery) as f64
    }

    /// Curvature that linear currents miss, and what the cubics miss of the decays. V.
    fn error_before(&self, h: f64) -> f64 {
        let mut error: f64 = 0.0;
        if !self.bent {
            for (s, r) in self.state.r.iter().enumerate() {
                let missed = self.end.strings[s] - self.start.strings[s] - h * self.start.slopes[s];
                error = error.max(self.cell_ohms(*r) * 0.25 * missed.abs());
            }
        }
        let missed = crate::wide::run(self.model.wide, || self.decays_missed(h));
        error.max(missed / self.model.cells_per_battery as f64)
    }

    #[inline(always)]
    fn decays_missed(&self, h: f64) -> f64 {
        let mut error = Lane::default();
        for (k, (sums, climate)) in self.state.sums.iter().zip(&self.state.climate).enumerate() {
            let (i0, i1) = (self.start.amps[k], self.end.amps[k]);
            for (amplitude, rate) in decays(&self.model, sums, climate, i0, (i1 - i0) * (1.0 / h)) {
                error = error.max(amplitude * cubic_misses(rate * h));
            }
            if (i0 * i1).any(|product| product < 0.0) {
                // The curvature of the hysteresis jumps where the current changes sign.
                let gamma = sums.per_q * (self.model.gamma / self.model.cells_per_battery as f64);
                let jump = sums.m * gamma * (i1 - i0).abs() * (0.0625 * h);
                error = error.max((i0 * i1).choose(Lane::default(), jump));
            }
        }
        error.largest()
    }

    /// End currents of the implicit circuit against those of the end state. V.
    fn mismatch(&self) -> f64 {
        let pairs = self.after.strings.iter().zip(&self.end.strings).zip(&self.end_state.r);
        pairs.map(|((after, end), r)| self.cell_ohms(*r) * (after - end).abs()).fold(0.0, f64::max)
    }

    /// What the parabolas miss of the currents. V.
    fn error_of_bend(&self, h: f64) -> f64 {
        if !self.bent {
            return 0.0;
        }
        let missed = |s: usize, r: f64| {
            let slope = 2.0 * (self.end.strings[s] - self.start.strings[s]) - h * self.start.slopes[s];
            self.cell_ohms(r) * KINK_MISSES * (h * self.after.slopes[s] - slope).abs()
        };
        self.end_state.r.iter().enumerate().map(|(s, r)| missed(s, *r)).fold(0.0, f64::max)
    }

    /// Temperatures at the end, from the heat that the start promises and what the step before still owes.
    fn warm(&mut self, h: f64) {
        self.heat_of(h, true);
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

    /// The heat that the step really gave; what the temperatures missed of it is owed to the next one.
    fn settle(&mut self, h: f64) {
        for (b, given) in self.watts.iter().enumerate() {
            self.end_state.owed[b] = self.state.owed[b] - h * given;
        }
        self.heat_of(h, false);
        for (owed, watts) in self.end_state.owed.iter_mut().zip(&self.watts) {
            *owed += h * watts;
        }
    }

    /// Mean heat of every battery over the step into `watts`: promised by its start, or given by both its ends.
    fn heat_of(&mut self, h: f64, promised: bool) {
        let mut four = self.watts.chunks_mut(4);
        for k in 0..self.model.blocks() {
            let bend_from = self.bent.then_some(self.start.amps_slope[k]);
            let end = (!promised).then_some(&self.end_state);
            let (amps, pairs) = ((self.start.amps[k], self.end.amps[k]), &self.pairs[k]);
            let heat = super::heat::mean(&self.model, k, &self.state, end, amps, bend_from, pairs, h);
            if let Some(watts) = four.next() {
                watts.copy_from_slice(&heat.0[..watts.len()]);
            }
        }
    }

    /// Heat of all batteries over the step, J.
    pub(super) fn heat_j(&self) -> f64 {
        self.watts.iter().sum::<f64>() * (self.length as f64 * 1e-6)
    }
}

//! One step: its length, its parts in order, its result.
//! The error norm is in [`norm`](super).

use super::cells::Step;
use super::norm::Misses;
use super::relax::Weights;
use super::solver::{End, Instant};
use super::state::State;
use super::{Plant, Proposal, Stop, norm};
use crate::circuit::{Branch, Guard, NoRoot};
use crate::time::Micros;
use crate::wide::{self, Body, Vector};

/// First step of a run, s.
pub(super) const FIRST_S: f64 = 1.0;
/// No step is longer, s.
pub(super) const LONGEST_S: f64 = 1800.0;
/// The error control goes no further down.
const SHORTEST: Micros = 1_000;
/// A step may be longer than its decays allow by this if it then reaches its target: much less than that would be left.
const STRETCH: f64 = 1.15;
/// … and by this longer than the error control wants: one step that is corrected costs less than two.
const DARING: f64 = 1.45;
/// A parabola is used up to this OCV slope · h / R: it is not stable for every step.
const STIFFEST: f64 = 3.0;
/// Passes over the cells that a step of order 3 may take until its currents agree with its end state.
const PASSES: usize = 3;
/// What a current that the end of a step found wrong by 1 is wrong by within it, once its end is corrected: a kink at `s`
/// bends a line by `s·(1 − s)` of what it misses at the end.
const CORRECTED: f64 = 0.25;

/// Length in s as whole µs, at least 1.
fn micros(seconds: f64) -> Micros {
    ((seconds * 1e6) as Micros).max(1)
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
        let fires = |guard: &Guard| self.is_watched(guard) && guard.fires_at(branches, self.start.volts);
        if let Some(index) = guards.iter().position(fires) {
            return Proposal { stop: Stop::Guard(index), ..nothing };
        }
        self.tail_awaited = guards.iter().any(|guard| guard.awaits_tail(branches));
        let remaining = until - self.time;
        let reach = self.reach_s();
        let wanted = micros(self.next_s.min(reach)).max(SHORTEST);
        let mut length = if micros((DARING * self.next_s).min(STRETCH * reach)).max(SHORTEST) >= remaining {
            remaining
        } else if 2 * wanted > remaining {
            remaining.div_ceil(2).max(SHORTEST)
        } else {
            wanted
        };
        // Refused for what its cells became: kinks go on, other than what follows a switching.
        let mut kinked = false;
        let scale = loop {
            match self.attempt(length, true) {
                Ok(misses) if misses.largest() <= 1.0 => break misses.scale(),
                Ok(_) if length <= SHORTEST => {
                    self.force(length);
                    break 1.0;
                }
                Ok(misses) => {
                    kinked |= self.passed;
                    length = micros(length as f64 * 1e-6 * misses.scale().clamp(0.1, 0.8));
                }
                Err(NoRoot) if length <= SHORTEST => return no_root,
                Err(NoRoot) => length = (length / 4).max(1),
            }
            length = length.max(SHORTEST.min(remaining));
        };
        let grown = length as f64 * 1e-6 * scale.clamp(0.3, 3.0);
        // A step that its target cut short says nothing against the length wanted before.
        self.wish_s = if length < wanted && !kinked { grown.max(self.next_s) } else { grown }.min(LONGEST_S);
        let guard = self.locate(branches, guards);
        // The step may by now end at a guard; a fuse within it comes before.
        if let Some((string, located)) = self.locate_fuse() {
            return Proposal { end: self.time + located, stop: Stop::Fuse(string) };
        }
        if let Some((index, located)) = guard {
            return Proposal { end: self.time + located, stop: Stop::Guard(index) };
        }
        let stop = if length == remaining { Stop::Until } else { Stop::Error };
        Proposal { end: self.time + length, stop }
    }

    /// Computes the step with exactly this length and accepts it whatever its error.
    pub(super) fn force(&mut self, length: Micros) {
        // Judging off, the only failure left is a circuit without root at the end; `attempt` then holds currents.
        let _ = self.attempt(length, false);
    }

    /// Computes a step of this length; the result is what it misses. With `judge` a step that misses too much may be left
    /// unfinished.
    fn attempt(&mut self, length: Micros, judge: bool) -> Result<Misses, NoRoot> {
        let h = length as f64 * 1e-6;
        let tolerance = self.accuracy.tolerance_v;
        self.length = length;
        (self.reduced, self.passed) = (false, false);
        self.weigh(h, false);
        let cubic = self.accuracy.cubic() || self.held();
        self.bent = cubic && self.relaxed(h);
        self.close_end(h, judge)?;
        if self.bent && self.reverses() {
            self.bent = false;
            self.close_end(h, judge)?;
        }
        let mut misses = self.misses_before(h);
        if judge && misses.largest() > 1.0 {
            return Ok(misses);
        }
        self.passed = !cubic;
        self.warm(h, true);
        if cubic {
            self.weigh(h, true);
        }
        let mut kink = self.advance(h, cubic, judge)?;
        let mut mismatch = self.mismatch();
        if cubic {
            for _ in 1..PASSES {
                if mismatch * self.sharpness() <= 0.02 * tolerance {
                    break;
                }
                if self.solver.correct(&self.model, &self.end_state, &self.outside, &mut self.end).is_err() {
                    break;
                }
                self.bent = self.bent && !self.reverses();
                // By the heat of the pass before: what its start lets expect is right to order 2 only.
                self.warm(h, false);
                self.weigh(h, true);
                kink = self.advance(h, cubic, judge)?;
                mismatch = self.mismatch();
            }
        } else if mismatch * self.sharpness() > tolerance {
            let missed = CORRECTED * mismatch;
            if missed * self.sharpness() > tolerance {
                // The next attempt may be corrected.
                mismatch = missed;
            } else if self.solver.correct(&self.model, &self.end_state, &self.outside, &mut self.end).is_ok() {
                // Cheaper than the shorter steps of a refusal.
                kink = self.advance(h, cubic, judge)?;
                mismatch = self.mismatch().max(missed);
            }
        }
        // The end currents are final: what they did to the fuses.
        let worn = self.melt(h);
        self.settle(h);
        self.extend_bus();
        let kinks = norm::KINK_MISSES * kink * self.accuracy.weight_of_kink();
        let end = (mismatch * self.sharpness()).max(kinks).max(worn) / tolerance;
        if self.bent {
            misses.third = end.max(self.error_of_bend(h) * self.sharpness() / tolerance);
        } else {
            misses.second = end.max(misses.second);
        }
        Ok(misses)
    }

    /// Weights of the RC pairs, for the temperatures that the start lets expect at the end, or for those of `end_state`.
    fn weigh(&mut self, h: f64, warmed: bool) {
        let (state, start, pairs) = (&self.state, &self.start, &mut self.pairs);
        let end = warmed.then_some(&self.end_state);
        wide::run(self.model.registers, Weigh { state, start, end, h, pairs });
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
        // The correction is Newton's: what is left is of the order of the square of the last change. Order 2 has the
        // mismatch of its end state to tell.
        let share = if self.accuracy.cubic() || self.held() { 0.02 } else { 10.0 };
        let enough = share * self.accuracy.tolerance_v / self.sharpness();
        let from = End { h, bent: self.bent, pairs: &self.pairs, enough };
        let closed = self.solver.end(&self.model, &self.state, &self.start, &from, &self.outside, &mut self.end);
        if judge || closed.is_ok() {
            return closed;
        }
        self.end.copy_currents(&self.start);
        Ok(())
    }

    /// The pass over the cells, and the circuit of the state it gives. Returns the largest kink of a voltage, V.
    fn advance(&mut self, h: f64, cubic: bool, judge: bool) -> Result<f64, NoRoot> {
        let step = Step { h, bent: self.bent, circuits: [&self.start, &self.end], pairs: &self.pairs };
        let kink = self.model.advance(cubic, &step, &self.state, &mut self.end_state);
        if let Err(no_root) = self.solver.instant(&self.model, &self.end_state, false, &self.outside, &mut self.after) {
            if judge {
                return Err(no_root);
            }
            self.after.copy_currents(&self.end);
        }
        Ok(kink)
    }
}

/// Weights of the RC pairs at the mean of the rates, whose temperature is a parabola that starts with its slope.
struct Weigh<'a> {
    state: &'a State,
    start: &'a Instant,
    end: Option<&'a State>,
    h: f64,
    pairs: &'a mut [(Weights, Weights)],
}

impl Body for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector>(self) {
        let Self { state, start, end, h, pairs } = self;
        let one = V::all(1.0);
        for (k, (pair1, pair2)) in pairs.iter_mut().enumerate() {
            for part in 0..V::PARTS {
                let climate = state.climate[k].load::<V>(part);
                let straight = V::load(&start.warming[k], part) * h;
                let risen = match end {
                    Some(end) => V::load(&end.climate[k].celsius, part) - climate.celsius,
                    None => straight,
                };
                let mean = straight * (1.0 / 6.0) + risen * (1.0 / 3.0);
                let rates = [(climate.rate1, climate.rate1_per_kelvin), (climate.rate2, climate.rate2_per_kelvin)];
                for (pair, (rate, per_kelvin)) in [&mut *pair1, &mut *pair2].into_iter().zip(rates) {
                    let weights = Weights::new((rate + per_kelvin * mean) * h, one / (rate + per_kelvin * risen));
                    weights.store(pair, part);
                }
            }
        }
    }
}

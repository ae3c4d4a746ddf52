//! One step: its length, its two error tests, its result.
//!
//! Error norm, in volts of one cell: `R0·|δI|` of every string, where `δI` is first the curvature that a linear
//! current misses (`(I1 − I0 − h·I0')/4`, its deviation in the middle of the step) and then the mismatch between
//! the implicit end currents and the circuit of the end state; and what the cubic of a cell misses: decay of the
//! RC pairs and of the hysteresis (`A·x⁴/384` for an exponential of amplitude `A` over `x` time constants) and
//! the kinks of the open-circuit table (at most 4/27 of the change of slope times the charge). Where a fuse melts,
//! the part of its life that a linear current misjudges counts as volts. The voltage error alone would not do: at a charger in constant voltage it is zero while the currents drift.

use super::extension::hermite;
use super::state::{State, Sums};
use super::{Plant, Proposal, Stop};
use crate::cell::Factors;
use crate::circuit::{Branch, Guard, NoRoot};
use crate::time::Micros;

/// First step of a run, s.
pub(super) const FIRST_S: f64 = 1.0;
/// No step is longer, s.
const LONGEST_S: f64 = 1800.0;
/// The error control goes no further down.
const SHORTEST: Micros = 1_000;

/// Largest deviation of the cubic from a line with a kink, per change of slope: `s²·(1 − s)` at 2/3.
const KINK_MISSES: f64 = 4.0 / 27.0;

/// Largest deviation of the cubic from an exponential of amplitude 1 over `x` time constants.
fn cubic_misses(x: f64) -> f64 {
    (x * x * x * x / 384.0).min(0.15 * x)
}

/// The longest `x` for which an exponential of this amplitude stays within half the tolerance.
fn reach(tolerance: f64, amplitude: f64) -> f64 {
    (192.0 * tolerance / amplitude).sqrt().sqrt()
}

/// Length in s as whole µs, at least 1.
fn micros(seconds: f64) -> Micros {
    ((seconds * 1e6) as Micros).max(1)
}

/// How far each decaying part of a battery's cells is from what it decays to, V per cell, with its rate, 1/s.
fn decays(sums: &Sums, f: &Factors, cells: f64, i: f64, di: f64) -> [(f64, f64); 3] {
    let sign = if i >= 0.0 { 1.0 } else { -1.0 };
    let r2 = if i >= 0.0 { sums.r2_charge } else { sums.r2_discharge };
    [
        ((sums.v1 - sums.r1 * (i - di / f.rate1)).abs() / cells, f.rate1),
        ((sums.v2 - r2 * (i - di / f.rate2)).abs() / cells, f.rate2),
        ((sums.m - sign * sums.mh).abs() / cells, sums.gamma * i.abs()),
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
        let fires = |guard: &Guard| self.is_watched(guard) && guard.fires_at(branches, self.start.volts);
        if let Some(index) = guards.iter().position(fires) {
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
                Ok(error) => length = micros(length as f64 * 1e-6 * (0.85 / error.sqrt()).clamp(0.1, 0.8)),
                Err(NoRoot) if length <= SHORTEST => return no_root,
                Err(NoRoot) => length = (length / 4).max(1),
            }
            length = length.max(SHORTEST.min(remaining));
        };
        let grown = length as f64 * 1e-6 * (0.85 / error.sqrt()).clamp(0.3, 3.0);
        // A step that its target cut short says nothing against the length wanted before.
        self.wish_s = if length < wanted { grown.max(self.next_s) } else { grown }.min(LONGEST_S);
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

    /// What is allowed before anything is computed, s: by the decays of RC pairs and hysteresis, and by the OCV table,
    /// of which a step crosses one segment at most, so that it meets one kink at most.
    fn reach_s(&self) -> f64 {
        let cells = self.model.cells_per_battery as f64;
        let mut fastest = [0.0_f64; 3];
        for (b, (sums, f)) in self.state.sums.iter().zip(&self.state.factors).enumerate() {
            let s = b / self.model.series;
            let decays = decays(sums, f, cells, self.start.strings[s], self.start.slopes[s]);
            for (fastest, (amplitude, rate)) in fastest.iter_mut().zip(decays) {
                // amplitude · rate⁴ decides; the largest gives the shortest reach.
                let square = rate * rate;
                *fastest = fastest.max(amplitude * (square * square));
            }
        }
        let worst = fastest.into_iter().fold(0.0, f64::max);
        let amps = self.start.strings.iter().fold(1e-9, |most: f64, i| most.max(i.abs()));
        let limit = LONGEST_S.min(self.thermal.time_constant_s()).min(self.model.segment / amps);
        if worst > 0.0 { limit.min(reach(self.tolerance, worst)) } else { limit }
    }

    /// Computes the step with exactly this length and accepts it whatever its error.
    pub(super) fn force(&mut self, length: Micros) {
        // Judging off, the only failure left is a circuit without root at the end; `attempt` then holds currents.
        let _ = self.attempt(length, false);
    }

    /// Computes a step of this length; the result is its error relative to the tolerance. With `judge` a step whose
    /// error exceeds 1 is left unfinished.
    fn attempt(&mut self, length: Micros, judge: bool) -> Result<f64, NoRoot> {
        let h = length as f64 * 1e-6;
        self.length = length;
        self.weigh(h);
        let enough = 0.02 * self.tolerance;
        let ended = self.solver.end(
            &self.model,
            &self.state,
            &self.start,
            h,
            &self.weights,
            &self.branches,
            &self.node,
            enough,
            &mut self.end,
        );
        if let Err(no_root) = ended {
            if judge {
                return Err(no_root);
            }
            self.end.clone_from(&self.start);
        }
        let before = self.error_before(h).max(self.melt(h)) / self.tolerance;
        if judge && before > 1.0 {
            return Ok(before);
        }
        self.warm(h);
        let kink = self.advance_cells(h);
        let mut after = std::mem::take(&mut self.after);
        let solved = self.solver.instant(&self.model, &self.end_state, &self.branches, &self.node, &mut after);
        self.after = after;
        if let Err(no_root) = solved {
            if judge {
                return Err(no_root);
            }
            self.after.clone_from(&self.end);
        }
        let error = before.max(self.error_after(kink) / self.tolerance);
        if !judge || error <= 1.0 {
            self.extend(h);
        }
        Ok(error)
    }

    fn weigh(&mut self, h: f64) {
        let mut last: Option<usize> = None;
        for b in 0..self.weights.len() {
            let f = &self.state.factors[b];
            let same = last.filter(|&l| {
                let other = &self.state.factors[l];
                other.rate1 == f.rate1 && other.rate2 == f.rate2
            });
            self.weights[b] = match same {
                Some(l) => self.weights[l],
                None => super::Weights::new(h, f.rate1, f.rate2),
            };
            last = Some(b);
        }
    }

    /// R0 of one cell of a string, Ω.
    fn cell_ohms(&self, state: &State, s: usize) -> f64 {
        (state.r[s] - self.model.string_ohm[s]) / (self.model.series * self.model.cells_per_battery) as f64
    }

    /// Curvature of the currents, and what the cubics miss of the decays. V.
    fn error_before(&self, h: f64) -> f64 {
        let cells = self.model.cells_per_battery as f64;
        let mut error: f64 = 0.0;
        for s in 0..self.model.parallel {
            let (i0, i1) = (self.start.strings[s], self.end.strings[s]);
            let curvature = 0.25 * (i1 - i0 - h * self.start.slopes[s]).abs();
            error = error.max(self.cell_ohms(&self.state, s) * curvature);
            let di = (i1 - i0) / h;
            for b in s * self.model.series..(s + 1) * self.model.series {
                let sums = &self.state.sums[b];
                for (amplitude, rate) in decays(sums, &self.state.factors[b], cells, i0, di) {
                    error = error.max(amplitude * cubic_misses(h * rate));
                }
                if i0 * i1 < 0.0 {
                    // The curvature of the hysteresis jumps where the current changes sign.
                    error = error.max(0.0625 * sums.m / cells * sums.gamma * h * (i1 - i0).abs());
                }
            }
        }
        error
    }

    /// Mismatch of the end currents, and what the cubics miss of a kink in the OCV. V.
    fn error_after(&self, kink: f64) -> f64 {
        let pairs = self.after.strings.iter().zip(&self.end.strings).enumerate();
        let mismatch = pairs.map(|(s, (after, end))| self.cell_ohms(&self.end_state, s) * (after - end).abs());
        mismatch.fold(KINK_MISSES * kink, f64::max)
    }

    /// Temperatures at the end, from the mean heat of each battery over the step.
    fn warm(&mut self, h: f64) {
        for (b, sums) in self.state.sums.iter().enumerate() {
            let s = b / self.model.series;
            let (i0, i1) = (self.start.strings[s], self.end.strings[s]);
            let w = &self.weights[b];
            let (mean, change) = (0.5 * (i0 + i1), i1 - i0);
            // ∫v dt follows from the pair's own equation: R·∫i dt − τ·(v(h) − v(0)).
            let mean_of = |v: f64, r: f64, a: f64, b: f64, rate: f64| {
                let rise = r * ((a - b) * i0 + b * i1) - a * v;
                (r * mean - rise / (h * rate)) * mean + rise * change / 12.0
            };
            let r2 = if mean >= 0.0 { sums.r2_charge } else { sums.r2_discharge };
            let f = &self.state.factors[b];
            let lag = mean_of(sums.v1, sums.r1, w.a1, w.b1, f.rate1) + mean_of(sums.v2, r2, w.a2, w.b2, f.rate2);
            let ohmic = sums.r0 * (i0 * i0 + i0 * i1 + i1 * i1) / 3.0;
            let kelvin = self.state.celsius[b] + 273.15;
            self.watts[b] = ohmic + lag + (sums.mh + kelvin * sums.entropy) * mean + sums.leak_watts;
        }
        self.thermal.step(h, self.ambient_c, &self.watts, &self.state.celsius, &mut self.end_state.celsius);
    }

    /// The one pass over the cells; returns the largest kink of an OCV (change of slope times charge), V.
    fn advance_cells(&mut self, h: f64) -> f64 {
        let mut kink: f64 = 0.0;
        let n = self.model.cells_per_battery;
        for b in 0..self.state.sums.len() {
            let s = b / self.model.series;
            let currents = (self.start.strings[s], self.end.strings[s]);
            let celsius = self.end_state.celsius[b];
            let factors = self.model.set.factors(celsius);
            self.end_state.factors[b] = factors;
            for index in b * n..(b + 1) * n {
                let bent = self.model.advance(
                    index,
                    &self.state.cells[index],
                    currents,
                    h,
                    &self.weights[b],
                    &self.state.factors[b],
                    &factors,
                    celsius,
                    self.model.planted[s],
                    &mut self.end_state.cells[index],
                );
                kink = kink.max(bent);
            }
            self.end_state.sums[b] = self.model.sum(b, &self.end_state.cells);
            self.model.mean_rates(b, &self.end_state.sums[b], &mut self.end_state.factors[b]);
        }
        self.model.sum_strings(&mut self.end_state);
        kink
    }

    /// The cubics of bus and cells from values and slopes at both ends.
    fn extend(&mut self, h: f64) {
        self.bus = hermite(self.start.volts, self.start.drift, self.after.volts, self.after.drift, h);
        let n = self.model.cells_per_battery;
        for b in 0..self.state.sums.len() {
            let s = b / self.model.series;
            let (i0, di0) = (self.start.strings[s], self.start.slopes[s]);
            let (i1, di1) = (self.after.strings[s], self.after.slopes[s]);
            let warming = (self.end_state.celsius[b] - self.state.celsius[b]) / h;
            let (f0, f1) = (&self.state.factors[b], &self.end_state.factors[b]);
            for index in b * n..(b + 1) * n {
                let (cell0, cell1) = (&self.state.cells[index], &self.end_state.cells[index]);
                let bleed = self.model.fixed[index].bleed;
                let v0 = cell0.emf + cell0.r0 * (i0 - bleed);
                let v1 = cell1.emf + cell1.r0 * (i1 - bleed);
                let slope0 = self.model.cell_slope(index, cell0, f0, i0, di0, warming);
                let slope1 = self.model.cell_slope(index, cell1, f1, i1, di1, warming);
                self.cubics[index] = hermite(v0, slope0, v1, slope1, h);
            }
        }
    }
}

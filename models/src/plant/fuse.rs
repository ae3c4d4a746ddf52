//! What opens a string: its fuse melts, or one of its batteries is taken out.
//!
//! **Melting.** A fuse wears by `dD/dt = 1/t_melt(|I|)` and blows at `D = 1`. The melting curve is a line from point to
//! point on the paper of data sheets, whose axes are logarithms; below its first point the fuse never melts, beyond
//! its last one it follows `I²·t = constant`, because then no heat gets away. On every piece the rate is a power of
//! the current, so the wear under a linear current is a closed form: no quadrature, no step too long for it. Wear
//! does not heal: a fuse that has been hot is nearer to its end than it would be after cooling down.
//!
//! **Open strings** carry exactly no current. Their cells rest with their own physics, and a battery that is taken
//! out stays in its place in the enclosure.

use serde::{Deserialize, Serialize};

use super::solver::Solver;
use super::{Plant, PlantError, params};
use crate::time::Micros;

/// The fuse in each string.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StringFuse {
    /// Rating, A > 0.
    pub rated_a: f64,
    /// Cold resistance, Ω ≥ 0.
    pub ohm: f64,
    /// Points of the melting curve: current as a multiple of the rating (rising), and time, s (falling).
    #[serde(default = "slow_bolt_down")]
    pub melting: Vec<(f64, f64)>,
}

/// A slow bolt-down fuse for battery cables: the middle, on logarithmic paper, of the times within which fuses of
/// this kind melt (assumed; specimens differ by a factor of three to each side).
pub fn slow_bolt_down() -> Vec<(f64, f64)> {
    vec![(1.35, 460.0), (2.0, 3.9), (3.5, 1.2), (6.0, 0.32)]
}

impl StringFuse {
    /// Checks numbers and order; `field` is the name of the fuse.
    pub fn check(&self, field: &str) -> Result<(), PlantError> {
        params::positive(&format!("{field}.rated_a"), self.rated_a)?;
        params::not_negative(&format!("{field}.ohm"), self.ohm)?;
        let melting = format!("{field}.melting");
        params::require(self.melting.len() >= 2, &melting, self.melting.len() as f64, "two points or more")?;
        for (k, &(multiple, seconds)) in self.melting.iter().enumerate() {
            params::positive(&format!("{melting}[{k}] multiple"), multiple)?;
            params::positive(&format!("{melting}[{k}] seconds"), seconds)?;
        }
        for (k, pair) in self.melting.windows(2).enumerate() {
            let (multiple, seconds) = pair[1];
            params::require(multiple > pair[0].0, &format!("{melting}[{}] multiple", k + 1), multiple, "rising")?;
            params::require(seconds < pair[0].1, &format!("{melting}[{}] seconds", k + 1), seconds, "falling")?;
        }
        Ok(())
    }

    /// Time to melt at this current, s; infinite below the curve.
    pub fn melts_after_s(&self, amps: f64) -> f64 {
        Curve::new(self)
            .pieces
            .iter()
            .rev()
            .find(|piece| amps.abs() >= piece.from)
            .map_or(f64::INFINITY, |piece| piece.seconds * libm::pow(piece.from / amps.abs(), piece.power))
    }
}

/// From a current upwards the time to melt is `seconds·(from/I)^power`.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// A.
    from: f64,
    seconds: f64,
    power: f64,
}

/// The melting curve in ampere.
#[derive(Clone, Debug)]
struct Curve {
    pieces: Vec<Piece>,
}

/// Beyond the curve no heat gets away.
const ADIABATIC: f64 = 2.0;

impl Curve {
    fn new(fuse: &StringFuse) -> Self {
        let piece = |k: usize| {
            let (multiple, seconds) = fuse.melting[k];
            let power = fuse
                .melting
                .get(k + 1)
                .map_or(ADIABATIC, |&(next, faster)| libm::log(seconds / faster) / libm::log(next / multiple));
            Piece { from: multiple * fuse.rated_a, seconds, power }
        };
        Self { pieces: (0..fuse.melting.len()).map(piece).collect() }
    }

    /// Wear while the current goes linearly from `i0` to `i1` in `h` seconds.
    fn wear(&self, i0: f64, i1: f64, h: f64) -> f64 {
        if i0.abs().max(i1.abs()) < self.pieces[0].from {
            return 0.0;
        }
        if i0 * i1 < 0.0 {
            let first = h * (i0 / (i0 - i1));
            return self.wear(i0, 0.0, first) + self.wear(0.0, i1, h - first);
        }
        let (low, high) = (i0.abs().min(i1.abs()), i0.abs().max(i1.abs()));
        let ends = self.pieces[1..].iter().map(|next| next.from).chain([f64::INFINITY]);
        let parts = self.pieces.iter().zip(ends).filter(|&(piece, end)| low < end && high >= piece.from);
        parts
            .map(|(piece, end)| {
                let (a, b) = (low.max(piece.from), high.min(end));
                let time = if high > low { h * ((b - a) / (high - low)) } else { h };
                let rate = libm::pow(a / piece.from, piece.power) / piece.seconds;
                rate * time * mean_power(b / a - 1.0, piece.power)
            })
            .sum()
    }

    /// Wear over the first `share` of a step of `h` seconds in which the current is `i0 + s·linear + s²·bend`.
    fn wear_of(&self, [i0, linear, bend]: [f64; 3], share: f64, h: f64, chords: usize) -> f64 {
        let amps = |s: f64| i0 + s * (linear + s * bend);
        let chords = if bend == 0.0 { 1 } else { chords };
        let width = share / chords as f64;
        (0..chords).map(|n| self.wear(amps(width * n as f64), amps(width * (n + 1) as f64), width * h)).sum()
    }
}

/// Chords for which a parabola is taken.
const CHORDS: usize = 8;

/// Mean of `x^power` for `x` from 1 to `1 + rise`.
fn mean_power(rise: f64, power: f64) -> f64 {
    if rise == 0.0 {
        return 1.0;
    }
    libm::expm1((power + 1.0) * libm::log1p(rise)) / ((power + 1.0) * rise)
}

/// Which strings are closed, and how far their fuses have melted.
#[derive(Clone, Debug)]
pub(super) struct Openings {
    curve: Option<Curve>,
    /// Wear of each fuse at the start of the step and at its end, 0..=1.
    worn: Vec<f64>,
    worn_end: Vec<f64>,
    /// Batteries that are in their place.
    present: Vec<bool>,
    series: usize,
}

impl Openings {
    pub fn new(fuse: Option<&StringFuse>, series: usize, parallel: usize) -> Self {
        Self {
            curve: fuse.map(Curve::new),
            worn: vec![0.0; parallel],
            worn_end: vec![0.0; parallel],
            present: vec![true; series * parallel],
            series,
        }
    }

    fn open(&self, string: usize) -> bool {
        let batteries = &self.present[string * self.series..(string + 1) * self.series];
        self.worn[string] >= 1.0 || batteries.contains(&false)
    }

    /// Takes the end of the step for its start; true if a fuse has blown in it.
    pub fn commit(&mut self, solver: &mut Solver) -> bool {
        if self.curve.is_none() {
            return false;
        }
        let mut blown = false;
        for (string, (worn, &end)) in self.worn.iter_mut().zip(&self.worn_end).enumerate() {
            if *worn < 1.0 && end >= 1.0 {
                solver.set_open(string, true);
                blown = true;
            }
            *worn = end;
        }
        blown
    }

    /// Feeds what differs from a whole bank to `sink`.
    pub fn digest(&self, sink: &mut dyn FnMut(f64)) {
        if self.curve.is_some() {
            self.worn.iter().for_each(|&worn| sink(worn));
        }
        self.present.iter().enumerate().filter(|&(_, &present)| !present).for_each(|(b, _)| sink(b as f64));
    }
}

impl Plant {
    /// Takes battery `b` out of its string or puts it back: the string is open while one is missing. Its cells go on
    /// resting. Only at a step boundary: it drops a proposed step.
    pub fn set_present(&mut self, b: usize, present: bool) {
        let string = b / self.model.series;
        self.openings.present[b] = present;
        self.solver.set_open(string, self.openings.open(string));
        self.proposed = None;
        (self.solved, self.reduced) = (false, false);
    }

    /// True while string `s` carries no current because a battery is missing or its fuse has blown.
    pub fn string_is_open(&self, s: usize) -> bool {
        self.openings.open(s)
    }

    /// True while every string is open: then the bus is at 0 V and carries no current, because no device of this kind
    /// feeds another one by itself (assumed).
    pub fn bus_is_dead(&self) -> bool {
        self.solver.network().all_open()
    }

    /// How far the fuse of string `s` has melted at [`time`](Self::time): 0 is new, 1 is blown.
    pub fn fuse_wear(&self, s: usize) -> f64 {
        self.openings.worn[s]
    }

    /// Wear of the fuses over the step of `h` seconds; returns how far it is wrong at most, for what a linear current
    /// misses of the circuit's, or chords of a parabola.
    pub(super) fn melt(&mut self, h: f64) -> f64 {
        let Some(curve) = &self.openings.curve else { return 0.0 };
        // A parabola is off its chord by a quarter of its bend at most.
        let most = (0..self.model.parallel).map(|s| self.string_amps(s)).fold(0.0, |most: f64, [i0, linear, bend]| {
            most.max(i0.abs().max((i0 + linear + bend).abs()) + 0.25 * bend.abs())
        });
        if most < curve.pieces[0].from {
            self.openings.worn_end.copy_from_slice(&self.openings.worn);
            return 0.0;
        }
        let mut error: f64 = 0.0;
        for s in 0..self.model.parallel {
            let amps @ [i0, linear, bend] = self.string_amps(s);
            let wear = curve.wear_of(amps, 1.0, h, CHORDS);
            self.openings.worn_end[s] = self.openings.worn[s] + wear;
            if wear > 0.0 {
                let missed = linear - h * self.start.slopes[s];
                let other = if bend == 0.0 { [i0, linear - missed, missed] } else { amps };
                error = error.max((curve.wear_of(other, 1.0, h, CHORDS / 2) - wear).abs());
            }
        }
        error
    }

    /// The first fuse that blows within the step, located to the microsecond: the step is recomputed until its end is
    /// where the fuse has melted. String, and length of that step.
    pub(super) fn locate_fuse(&mut self) -> Option<(usize, Micros)> {
        let full = self.length;
        let mut found = None;
        while let Some((string, share)) = self.first_to_blow() {
            let length = ((share * self.length as f64).ceil() as Micros).clamp(1, self.length);
            found = Some(string);
            if length == self.length {
                break;
            }
            // A shorter step has other currents, if only by its error: what it says of the fuse counts.
            self.force(length);
        }
        let string = found?;
        while self.first_to_blow().is_none() && self.length < full {
            let curve = self.openings.curve.as_ref()?;
            let rate = curve.wear(self.end.strings[string], self.end.strings[string], 1.0);
            let left = ((1.0 - self.openings.worn_end[string]) / rate * 1e6).max(1.0);
            let longer = self.length + (left.min(full as f64) as Micros);
            self.force(longer.min(full));
        }
        self.first_to_blow().map(|(string, _)| (string, self.length))
    }

    /// The fuse that is the first to blow in the step as it stands, and where, 0..=1.
    fn first_to_blow(&self) -> Option<(usize, f64)> {
        let openings = &self.openings;
        let curve = openings.curve.as_ref()?;
        let h = self.length as f64 * 1e-6;
        let mut first: Option<(usize, f64)> = None;
        for (s, (&worn, &end)) in openings.worn.iter().zip(&openings.worn_end).enumerate() {
            if worn >= 1.0 || end < 1.0 {
                continue;
            }
            let amps = self.string_amps(s);
            // Wear only grows, so halving finds the one crossing.
            let (mut before, mut after) = (0.0, 1.0);
            while (after - before) * h > 0.25e-6 {
                let middle = 0.5 * (before + after);
                if worn + curve.wear_of(amps, middle, h, CHORDS) < 1.0 {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            if first.is_none_or(|(_, earliest)| after < earliest) {
                first = Some((s, after));
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wear_under_a_ramp_is_the_integral_of_its_rate() {
        let fuse = StringFuse { rated_a: 100.0, ohm: 0.0, melting: vec![(1.5, 100.0), (3.0, 4.0), (6.0, 0.5)] };
        let curve = Curve::new(&fuse);
        // Within a piece, over its points, through zero, hardly changing, and beyond the curve.
        for (i0, i1) in [(160.0, 290.0), (50.0, 700.0), (-400.0, 350.0), (200.0, 200.000_001), (800.0, 700.0)] {
            let (pieces, h) = (100_000, 7.0);
            let rate = |n: i32| {
                let middle: f64 = i0 + (i1 - i0) * (f64::from(n) + 0.5) / f64::from(pieces);
                1.0 / fuse.melts_after_s(middle)
            };
            let expected: f64 = (0..pieces).map(rate).sum::<f64>() * h / f64::from(pieces);
            let found = curve.wear(i0, i1, h);
            // The rate jumps where the curve begins: one of the pieces lies across it.
            assert!((found - expected).abs() < 2e-6 * expected, "{i0} A to {i1} A: {found}, expected {expected}");
        }
    }
}

//! The continuous extension of a step: what may be read between its ends.
//!
//! Inside a step the voltage of a cell *is defined* as a cubic that meets its values at both ends, held as its four
//! Bernstein coefficients. Restricted to any part of the step, the coefficients bound it there, so what is sampled and what
//! is bounded are the same object. Its slopes at both ends are those of the voltage, [`Steeper`] by what brings it nearest to
//! the exponentials of the RC pairs. Temperatures are linear, string currents linear or parabolas.

use crate::wide::Vector;

/// A cubic on 0..=1 in Bernstein form.
pub(super) type Cubic = [f64; 4];

/// Widening of every bound, V: ten times the rounding of an evaluation of 64 V.
pub(super) const ROUNDING_V: f64 = 1e-13;

/// The cubic with these end values and end slopes (per second) over `h` seconds.
pub(super) fn hermite(v0: f64, slope0: f64, v1: f64, slope1: f64, h: f64) -> Cubic {
    let third = h / 3.0;
    [v0, v0 + third * slope0, v1 - third * slope1, v1]
}

/// By how much the slopes of a cubic that keeps its end values must be those of an exponential, and more, to come nearest to
/// it: in parts of what the slope of the exponential gains from the start of the step to its end.
///
/// Over `x` time constants a cubic with the very slopes misses `x⁴/384` of the amplitude, for small `x`. With `±(√2 − 1)/48·x²`
/// it is as far above as below, and misses `(√2 − 1)²` of that: a sixth. The factors over `x` are fitted to the cubics of
/// least error; up to 10 time constants a fifth of the error is left at most ([`nearest_misses`]).
pub(super) struct Steeper<V> {
    pub start: V,
    pub end: V,
}

/// √2 − 1.
const SILVER: f64 = std::f64::consts::SQRT_2 - 1.0;
/// What is left of the error over a short step.
pub(super) const NEAREST: f64 = SILVER * SILVER;

impl<V: Vector> Steeper<V> {
    /// For an exponential over `x` ≥ 0 time constants.
    #[inline(always)]
    pub fn over(x: V) -> Self {
        let square = x * x;
        let mean = square * (SILVER / 48.0) / (square * (1.0 / 42.0) + 1.0);
        let apart = mean * x * 0.05 / (square * (1.0 / 330.0) + 1.0);
        Self { start: mean + apart, end: apart - mean }
    }
}

/// No less than the largest deviation of such a cubic from an exponential of amplitude 1 over `x` time constants.
#[inline(always)]
pub(super) fn nearest_misses<V: Vector>(x: V) -> V {
    let square = x * x;
    square * square * (1.003 * NEAREST / 384.0) / (square * 0.125 + x * 0.5 + 1.0)
}

/// Weights of the four coefficients for the value at `s`.
pub(super) fn weights_at(s: f64) -> [f64; 4] {
    let r = 1.0 - s;
    [r * r * r, 3.0 * r * r * s, 3.0 * r * s * s, s * s * s]
}

/// Value from the weights.
pub(super) fn apply(weights: &[f64; 4], c: &Cubic) -> f64 {
    weights[0] * c[0] + weights[1] * c[1] + weights[2] * c[2] + weights[3] * c[3]
}

/// A part `[a, b]` of the step, as the map from the coefficients of the whole to those of the part.
pub(super) struct Part([[f64; 4]; 4]);

impl Part {
    pub fn new(a: f64, b: f64) -> Self {
        let blossom = |u: f64, v: f64, w: f64| {
            let (x, y, z) = (1.0 - u, 1.0 - v, 1.0 - w);
            [x * y * z, u * y * z + x * v * z + x * y * w, u * v * z + u * y * w + x * v * w, u * v * w]
        };
        Self([blossom(a, a, a), blossom(a, a, b), blossom(a, b, b), blossom(b, b, b)])
    }

    /// The coefficients over the part.
    pub fn of(&self, c: &Cubic) -> Cubic {
        [apply(&self.0[0], c), apply(&self.0[1], c), apply(&self.0[2], c), apply(&self.0[3], c)]
    }

    /// Lowest and highest value that the cubic can take over the part.
    pub fn bounds(&self, c: &Cubic) -> (f64, f64) {
        hull(&self.of(c))
    }
}

/// Bounds of a cubic from its coefficients.
#[inline]
pub(super) fn hull(c: &Cubic) -> (f64, f64) {
    // Faster than `min` and `max`: a voltage is always a number.
    let lesser = |a: f64, b: f64| if a < b { a } else { b };
    let greater = |a: f64, b: f64| if a > b { a } else { b };
    let low = lesser(lesser(c[0], c[1]), lesser(c[2], c[3]));
    let high = greater(greater(c[0], c[1]), greater(c[2], c[3]));
    (low - ROUNDING_V, high + ROUNDING_V)
}

/// The first `s` at which `sign·(cubic − limit) > 0`, to within `resolution`; `None` if there is none.
///
/// Touch-and-return crossings are found: a part is passed over only when its hull lies on the safe side.
pub(super) fn first_beyond(c: &Cubic, limit: f64, sign: f64, resolution: f64) -> Option<f64> {
    let beyond = |c: &Cubic| c.iter().any(|&value| sign * (value - limit) > 0.0);
    if !beyond(c) {
        // The rule, and not worth a stack.
        return None;
    }
    let halves = |c: &Cubic| {
        let mid = |x: f64, y: f64| 0.5 * (x + y);
        let (p, q, r) = (mid(c[0], c[1]), mid(c[1], c[2]), mid(c[2], c[3]));
        let (u, v) = (mid(p, q), mid(q, r));
        let centre = mid(u, v);
        ([c[0], p, u, centre], [centre, v, r, c[3]])
    };
    // Left parts are examined first; the stack holds the right ones, one per level.
    let mut stack = [([0.0; 4], 0.0, 0.0); 64];
    stack[0] = (*c, 0.0, 1.0);
    let mut depth = 1;
    while depth > 0 {
        depth -= 1;
        let (part, from, width) = stack[depth];
        if !beyond(&part) {
            continue;
        }
        if width <= resolution || sign * (part[0] - limit) > 0.0 || depth + 2 > stack.len() {
            if sign * (part[0] - limit) > 0.0 || sign * (part[3] - limit) > 0.0 {
                return Some(if sign * (part[0] - limit) > 0.0 { from } else { from + width });
            }
            continue;
        }
        let (left, right) = halves(&part);
        let half = 0.5 * width;
        stack[depth] = (right, from + half, half);
        stack[depth + 1] = (left, from, half);
        depth += 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wide::Lane;

    #[test]
    fn a_touch_and_return_between_two_safe_ends_is_found() {
        // 0 at both ends, highest (0.75) in the middle.
        let bump = [0.0, 1.0, 1.0, 0.0];
        let s = first_beyond(&bump, 0.749_999, 1.0, 1e-9).expect("it goes beyond");
        assert!((s - 0.5).abs() < 1e-3 && s < 0.5, "{s}");
        assert_eq!(first_beyond(&bump, 0.750_001, 1.0, 1e-9), None);
        assert_eq!(first_beyond(&bump, -1e-6, -1.0, 1e-9), None);
    }

    #[test]
    fn a_crossing_is_found_at_its_root() {
        // 1 − s, below 0.3 from 0.7 on.
        let line = hermite(1.0, -0.5, 0.0, -0.5, 2.0);
        let s = first_beyond(&line, 0.3, -1.0, 1e-9).expect("it falls below");
        assert!((s - 0.7).abs() < 2e-9, "{s}");
    }

    #[test]
    fn the_steeper_cubic_is_five_times_nearer_to_an_exponential() {
        for n in 1..=200 {
            let x = 0.05 * f64::from(n);
            let (left, [from, to]) = (libm::exp(-x), [-x, -x * libm::exp(-x)]);
            let steeper = Steeper::over(Lane::all(x));
            let [start, end] = [steeper.start, steeper.end].map(|steeper| steeper.0[0] * (to - from));
            let (plain, nearest) = (hermite(1.0, from, left, to, 1.0), hermite(1.0, from + start, left, to + end, 1.0));
            let misses = |cubic: &Cubic| {
                let at = |s: f64| (apply(&weights_at(s), cubic) - libm::exp(-x * s)).abs();
                (0..=1000).map(|n| at(f64::from(n) / 1000.0)).fold(0.0, f64::max)
            };
            assert!(misses(&nearest) < 0.2 * misses(&plain), "{x}: {} of {}", misses(&nearest), misses(&plain));
            let bound = nearest_misses(Lane::all(x)).0[0];
            assert!((0.6..1.0).contains(&(misses(&nearest) / bound)), "{x}: {} of {bound}", misses(&nearest));
        }
    }

    #[test]
    fn a_part_of_the_cubic_is_the_cubic() {
        let cubic = [3.0, 3.4, 2.9, 3.1];
        let part = Part::new(0.25, 0.75).of(&cubic);
        for n in 0..=10 {
            let s = f64::from(n) / 10.0;
            let whole = apply(&weights_at(0.25 + 0.5 * s), &cubic);
            assert!((apply(&weights_at(s), &part) - whole).abs() < 1e-15);
        }
    }
}

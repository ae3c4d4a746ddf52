//! The continuous extension of a step: what may be read between its ends.
//!
//! Inside a step the voltage of a cell *is defined* as the cubic that meets value and slope at both ends, held
//! as its four Bernstein coefficients. Restricted to any part of the step, the coefficients bound it there, so
//! what is sampled and what is bounded are the same object. Temperatures are linear, string currents linear or parabolas.

/// A cubic on 0..=1 in Bernstein form.
pub(super) type Cubic = [f64; 4];

/// Widening of every bound, V: ten times the rounding of an evaluation of 64 V.
pub(super) const ROUNDING_V: f64 = 1e-13;

/// The cubic with these end values and end slopes (per second) over `h` seconds.
pub(super) fn hermite(v0: f64, slope0: f64, v1: f64, slope1: f64, h: f64) -> Cubic {
    let third = h / 3.0;
    [v0, v0 + third * slope0, v1 - third * slope1, v1]
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

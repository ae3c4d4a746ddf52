//! How an RC pair follows its target over a step: exactly, for a target that is linear or quadratic in time.
//!
//! `dv/dt = (g − v)·rate` in the pair's own time `θ = ∫ rate dt` is `dv/dθ = g − v`, whatever the rate does. Over `Θ`
//! in all, with `g` a parabola through `g0` and `g1` that arrives with slope `g1'`:
//!
//! ```text
//! v(Θ) = v·e^(−Θ) + a·g1 − p1·G + p2·(g0 − g1 + G)      G = dg/dθ·Θ at the end
//! a = 1 − e^(−Θ)    p1 = a/Θ − e^(−Θ)    p2 = 2·p1/Θ − e^(−Θ)
//! ```
//!
//! A straight target has `G = g1 − g0`.

use crate::wide::{Vector, lanewise};

/// A step is taken as no shorter than this in a pair's own time: there the weights would be 0/0.
const SHORTEST: f64 = 1e-12;

lanewise! {
    /// The weights of one pair for one step.
    pub(super) struct Weights {
        a,
        p1,
        p2,
        /// Θ·τ at the end, s: what makes `G` of a slope per second.
        seconds,
    }
}

impl<V: Vector> Weights<V> {
    /// Over `theta` time constants of a pair whose time constant at the end is `tau` seconds.
    #[inline(always)]
    pub fn new(theta: V, tau: V) -> Self {
        let theta = theta.max(V::all(SHORTEST));
        let inverse = V::all(1.0) / theta;
        let left = theta.decay();
        let a = V::all(1.0) - left;
        let p1 = a * inverse - left;
        let p2 = p1 * inverse * 2.0 - left;
        Self { a, p1, p2, seconds: theta * tau }
    }

    /// `v` at the end for a target that goes straight from `start` to `end`.
    #[inline(always)]
    pub fn linear(&self, v: V, start: V, end: V) -> V {
        v + (self.p1 * start + (self.a - self.p1) * end - self.a * v)
    }

    /// `v` at the end for a target that goes from `start` to `end` and arrives with `slope` per second.
    #[inline(always)]
    pub fn quadratic(&self, v: V, start: V, end: V, slope: V) -> V {
        let rise = slope * self.seconds;
        v + (self.a * end - self.p1 * rise + self.p2 * (start - end + rise) - self.a * v)
    }

    /// What the end of the target weighs if it goes straight.
    #[inline(always)]
    pub fn of_end(&self) -> V {
        self.a - self.p1
    }
}

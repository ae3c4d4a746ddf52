//! Four batteries side by side: the arithmetic of the cell pass, one lane per battery.
//!
//! Every operation is that of `f64` in each lane, in the order written, so the width of the machine's vectors changes
//! the speed and no bit of the result. No operation is fused.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// Lanes of a vector: batteries of a block.
pub(super) const WIDTH: usize = 4;

/// One number for each battery of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(align(32))]
pub(super) struct Lane(pub [f64; WIDTH]);

macro_rules! lanewise {
    ($($operator:ident $method:ident $sign:tt),*) => {$(
        impl $operator for Lane {
            type Output = Lane;
            #[inline(always)]
            fn $method(self, other: Lane) -> Lane {
                Lane([
                    self.0[0] $sign other.0[0],
                    self.0[1] $sign other.0[1],
                    self.0[2] $sign other.0[2],
                    self.0[3] $sign other.0[3],
                ])
            }
        }
        impl $operator<f64> for Lane {
            type Output = Lane;
            #[inline(always)]
            fn $method(self, other: f64) -> Lane {
                self $sign Lane::all(other)
            }
        }
    )*};
}

lanewise!(Add add +, Sub sub -, Mul mul *);

impl std::ops::Div for Lane {
    type Output = Lane;
    #[inline(always)]
    fn div(self, other: Lane) -> Lane {
        self.zip(other, |a, b| a / b)
    }
}

impl AddAssign for Lane {
    #[inline(always)]
    fn add_assign(&mut self, other: Lane) {
        *self = *self + other;
    }
}

impl Neg for Lane {
    type Output = Lane;
    #[inline(always)]
    fn neg(self) -> Lane {
        self.map(|a| -a)
    }
}

impl Lane {
    /// The same number in every lane.
    #[inline(always)]
    pub fn all(value: f64) -> Self {
        Self([value; WIDTH])
    }

    #[inline(always)]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let [a, b, c, d] = self.0;
        Self([f(a), f(b), f(c), f(d)])
    }

    #[inline(always)]
    pub fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let ([a, b, c, d], [p, q, r, s]) = (self.0, other.0);
        Self([f(a, p), f(b, q), f(c, r), f(d, s)])
    }

    /// The smaller number of each lane; not for NaN.
    #[inline(always)]
    pub fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    /// The larger number of each lane; not for NaN.
    #[inline(always)]
    pub fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    pub fn abs(self) -> Self {
        self.map(f64::abs)
    }

    /// `positive` where this is 0 or more, else `negative`.
    #[inline(always)]
    pub fn choose(self, positive: Self, negative: Self) -> Self {
        let pick = |n: usize| if self.0[n] >= 0.0 { positive.0[n] } else { negative.0[n] };
        Self([pick(0), pick(1), pick(2), pick(3)])
    }

    /// +1 where this is 0 or more, else −1.
    #[inline(always)]
    pub fn sign(self) -> Self {
        self.choose(Self::all(1.0), Self::all(-1.0))
    }

    /// The largest lane.
    pub fn largest(self) -> f64 {
        let [a, b, c, d] = self.0;
        a.max(b).max(c.max(d))
    }

    /// Whether any lane satisfies `f`.
    #[inline(always)]
    pub fn any(self, f: impl Fn(f64) -> bool) -> bool {
        let [a, b, c, d] = self.0;
        f(a) | f(b) | f(c) | f(d)
    }

    /// Whether every lane is +0.
    #[inline(always)]
    pub fn is_zero(self) -> bool {
        self.0.into_iter().fold(0, |bits, value| bits | value.to_bits()) == 0
    }

    /// The numbers of up to four batteries; the last one fills up.
    #[inline(always)]
    pub fn take(four: &[f64]) -> Self {
        match *four {
            [a, b, c, d] => Self([a, b, c, d]),
            _ => Self(std::array::from_fn(|n| four[n.min(four.len() - 1)])),
        }
    }

    /// Writes the numbers of up to four batteries.
    #[inline(always)]
    pub fn put(self, four: &mut [f64]) {
        match four {
            [a, b, c, d] => [*a, *b, *c, *d] = self.0,
            few => few.iter_mut().zip(self.0).for_each(|(to, value)| *to = value),
        }
    }

    /// `e^(−x)` for `x ≥ 0` of each lane, relative error below 3·10⁻¹⁶; 0 is never reached.
    ///
    /// Where all four are small, which is the rule for the hysteresis, Taylor to the 7th power (remainder below
    /// `32⁻⁸/8!` = 2.3·10⁻¹⁷).
    #[inline(always)]
    pub fn decay(self) -> Self {
        const SMALL: f64 = 1.0 / 32.0;
        if self.any(|x| x > SMALL) {
            return self.decay_of_any();
        }
        let (f, f2) = (-self, self * self);
        let term = |n: usize| f * INVERSE_FACTORIALS[n + 1] + INVERSE_FACTORIALS[n];
        (term(0) + f2 * term(2)) + (f2 * f2) * (term(4) + f2 * term(6))
    }

    /// `x = n·ln 2 + f` with `|f| ≤ ln 2 / 2`; Taylor to the 13th power (remainder 4·10⁻¹⁸), then the exponent field.
    #[inline(always)]
    fn decay_of_any(self) -> Self {
        // Adding 1.5·2⁵² leaves the nearest integer in the lowest bits.
        const MAGIC: f64 = 6_755_399_441_055_744.0;
        const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
        const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
        let x = self.min(Self::all(700.0));
        let shifted = x * std::f64::consts::LOG2_E + MAGIC;
        let n = shifted - MAGIC;
        let f = n * LN_2_HIGH - x + n * LN_2_LOW;
        let (f2, term) = (f * f, |n: usize| f * INVERSE_FACTORIALS[n + 1] + INVERSE_FACTORIALS[n]);
        let f4 = f2 * f2;
        let low = term(0) + f2 * term(2);
        let middle = term(4) + f2 * term(6);
        let high = term(8) + f2 * term(10) + f4 * term(12);
        let mantissa = low + f4 * (middle + f4 * high);
        mantissa * shifted.map(|s| f64::from_bits((1023_u64.wrapping_sub(s.to_bits())) << 52))
    }
}

/// 1/n!
const INVERSE_FACTORIALS: [f64; 14] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// Number of blocks that hold this many batteries.
pub(super) fn blocks(batteries: usize) -> usize {
    batteries.div_ceil(WIDTH)
}

/// The number of battery `b`.
pub(super) fn of(lanes: &[Lane], b: usize) -> f64 {
    lanes[b / WIDTH].0[b % WIDTH]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_that_of_libm_to_the_last_bits() {
        let mut worst: f64 = 0.0;
        for n in 0..200_000 {
            let x = 0.003_5 * f64::from(n) + 1e-9 * f64::from(n % 7);
            let [value, ..] = Lane([x, 0.0, 1.0, 2.0]).decay().0;
            let exact = libm::exp(-x.min(700.0));
            worst = worst.max((value - exact).abs() / exact);
        }
        assert!(worst < 5e-16, "{worst:e}");
        // All four small: the other series.
        let mut worst: f64 = 0.0;
        for n in 0..=200_000 {
            let x = f64::from(n) / (32.0 * 200_000.0);
            let [value, ..] = Lane([x, 0.0, 0.03, 1e-9]).decay().0;
            worst = worst.max((value - libm::exp(-x)).abs() / libm::exp(-x));
        }
        assert!(worst < 3e-16, "{worst:e}");
        assert_eq!(Lane::all(0.0).decay(), Lane::all(1.0));
    }
}

//! Numbers of eight batteries in memory, and their arithmetic in ordinary Rust.

use super::vector::{Pair, Vector, with_one_number};
use std::array::from_fn;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// Batteries of a block.
pub(crate) const WIDTH: usize = 8;

/// One number for each battery of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Lane(pub [f64; WIDTH]);

/// Number of blocks that hold this many batteries.
pub(crate) fn blocks(batteries: usize) -> usize {
    batteries.div_ceil(WIDTH)
}

/// The numbers of all batteries in chain order, with those that fill up the last block.
pub(crate) fn flat(lanes: &[Lane]) -> &[f64] {
    // SAFETY: a lane is so many numbers and nothing else.
    unsafe { std::slice::from_raw_parts(lanes.as_ptr().cast(), lanes.len() * WIDTH) }
}

impl Lane {
    /// The numbers of the batteries of a block; the last one fills up.
    #[inline(always)]
    pub fn take(numbers: &[f64]) -> Self {
        match numbers.try_into() {
            Ok(all) => Self(all),
            Err(_) => Self(from_fn(|n| numbers[n.min(numbers.len() - 1)])),
        }
    }

    /// Repeats the last of the first `batteries` numbers in those after it.
    #[inline(always)]
    pub fn fill_up(&mut self, batteries: usize) {
        let last = self.0[batteries - 1];
        self.0[batteries..].fill(last);
    }

    /// Writes the numbers of the batteries of a block.
    #[inline(always)]
    pub fn put(&self, numbers: &mut [f64]) {
        numbers.copy_from_slice(&self.0[..numbers.len()]);
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(from_fn(|n| f(self.0[n], other.0[n])))
    }
}

impl Vector for Lane {
    const PARTS: usize = 1;

    type Half = Self;

    type Each<T: Copy> = [T; WIDTH];

    #[inline(always)]
    fn load(lane: &Lane, _: usize) -> Self {
        *lane
    }

    #[inline(always)]
    fn store(self, lane: &mut Lane, _: usize) {
        *lane = self;
    }

    #[inline(always)]
    fn all(value: f64) -> Self {
        Self([value; WIDTH])
    }

    #[inline(always)]
    fn each<T: Copy>(self, f: impl Fn(f64) -> T) -> [T; WIDTH] {
        self.0.map(f)
    }

    #[inline(always)]
    fn pairs<'a, T: Copy>(of: [T; WIDTH], pair: impl Fn(T) -> &'a Pair) -> [Self; 2] {
        [Self(from_fn(|n| pair(of[n])[0])), Self(from_fn(|n| pair(of[n])[1]))]
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.map(f64::abs))
    }

    #[inline(always)]
    fn choose(self, positive: Self, negative: Self) -> Self {
        Self(from_fn(|n| if self.0[n] >= 0.0 { positive.0[n] } else { negative.0[n] }))
    }

    #[inline(always)]
    fn any_above(self, other: Self) -> bool {
        self.0.iter().zip(&other.0).fold(false, |any, (a, b)| any | (a > b))
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        self.0.into_iter().fold(0, |bits, value| bits | value.to_bits()) == 0
    }

    #[inline(always)]
    fn power_of_half(self) -> Self {
        Self(self.0.map(|shifted| f64::from_bits((1023_u64.wrapping_sub(shifted.to_bits())) << 52)))
    }

    #[inline(always)]
    fn largest(self) -> f64 {
        self.0.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

macro_rules! each_number {
    ($($operator:ident $method:ident $sign:tt),*) => {$(
        impl $operator for Lane {
            type Output = Lane;
            #[inline(always)]
            fn $method(self, other: Lane) -> Lane {
                self.zip(other, |a, b| a $sign b)
            }
        }
    )*};
}
each_number!(Add add +, Sub sub -, Mul mul *, Div div /);
with_one_number!(Lane, Add add +, Sub sub -, Mul mul *);

impl Neg for Lane {
    type Output = Lane;
    #[inline(always)]
    fn neg(self) -> Lane {
        Self(self.0.map(|a| -a))
    }
}

#[cfg(test)]
mod tests {
    use super::super::NEAR;
    use super::*;

    #[test]
    fn the_exponential_is_that_of_libm_to_the_last_bits() {
        let mut worst: f64 = 0.0;
        for n in 0..200_000 {
            let x = 0.003_5 * f64::from(n) + 1e-9 * f64::from(n % 7);
            let value = Lane::all(x).decay().0[3];
            let exact = libm::exp(-x.min(700.0));
            worst = worst.max((value - exact).abs() / exact);
        }
        assert!(worst < 5e-16, "{worst:e}");
        assert_eq!(Lane::all(0.0).decay(), Lane::all(1.0));
    }

    #[test]
    fn the_exponential_near_nothing_is_that_of_libm_to_the_last_bits() {
        let mut worst: f64 = 0.0;
        for n in -100_000..=100_000 {
            let x = NEAR * f64::from(n) / 100_000.0;
            let exact = libm::exp(-x);
            worst = worst.max((Lane::all(x).decay_near().0[3] - exact).abs() / exact);
        }
        assert!(worst < 5e-16, "{worst:e}");
        assert_eq!(Lane::all(0.0).decay_near(), Lane::all(1.0));
    }
}

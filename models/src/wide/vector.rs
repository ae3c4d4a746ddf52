//! What the kernels compute with: the numbers of several batteries at once.

use super::lane::Lane;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// Two numbers that lie one behind the other in a table.
pub(crate) type Pair = [f64; 2];

/// Numbers of some batteries of a block, held so that the machine computes all of them at once: a part of a [`Lane`].
pub(crate) trait Vector:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Neg<Output = Self>
    + AddAssign
{
    /// So many of them make up a lane.
    const PARTS: usize;

    /// For half a lane: its first [`HALF`](Self::HALF) parts are the first half of a lane, or all of it where it has but one.
    type Half: Vector;

    /// Parts of `Half` for the first half of a lane.
    const HALF: usize = Self::Half::PARTS.div_ceil(2);

    /// Something for each number.
    type Each<T: Copy>: Copy;

    /// A part of a lane.
    fn load(lane: &Lane, part: usize) -> Self;

    /// Into a part of a lane.
    fn store(self, lane: &mut Lane, part: usize);

    /// The same number everywhere.
    fn all(value: f64) -> Self;

    /// What `f` makes of each number.
    fn each<T: Copy>(self, f: impl Fn(f64) -> T) -> Self::Each<T>;

    /// The first numbers of pairs, and the second ones.
    fn pairs<'a, T: Copy>(of: Self::Each<T>, pair: impl Fn(T) -> &'a Pair) -> [Self; 2];

    /// The smaller numbers, the other's where they are equal; not for NaN.
    fn min(self, other: Self) -> Self;

    /// The larger numbers, the other's where they are equal; not for NaN.
    fn max(self, other: Self) -> Self;

    /// Without the sign.
    fn abs(self) -> Self;

    /// `positive` where this is 0 or more, else `negative`.
    fn choose(self, positive: Self, negative: Self) -> Self;

    /// Whether any number is larger than that of `other`.
    fn any_above(self, other: Self) -> bool;

    /// Whether every number is +0.
    fn is_zero(self) -> bool;

    /// `2^(−n)` where this is `n` + 1.5·2⁵².
    fn power_of_half(self) -> Self;

    /// The largest number.
    fn largest(self) -> f64;

    /// 0 everywhere.
    #[inline(always)]
    fn zero() -> Self {
        Self::all(0.0)
    }

    /// +1 where this is 0 or more, else −1.
    #[inline(always)]
    fn sign(self) -> Self {
        self.choose(Self::all(1.0), Self::all(-1.0))
    }

    /// `e^(−x)` for `x ≥ 0`, relative error below 5·10⁻¹⁶; 0 is never reached.
    ///
    /// `x = n·ln 2 + f` with `|f| ≤ ln 2 / 2`; Taylor to the 13th power (remainder 4·10⁻¹⁸), then the exponent field.
    #[inline(always)]
    fn decay(self) -> Self {
        // Adding 1.5·2⁵² leaves the nearest integer in the lowest bits.
        const MAGIC: f64 = 6_755_399_441_055_744.0;
        const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
        const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
        let x = self.min(Self::all(700.0));
        let shifted = x * std::f64::consts::LOG2_E + MAGIC;
        let n = shifted - MAGIC;
        let f = n * LN_2_HIGH - x + n * LN_2_LOW;
        let f2 = f * f;
        let f4 = f2 * f2;
        let low = term(f, 0) + f2 * term(f, 2);
        let middle = term(f, 4) + f2 * term(f, 6);
        let high = term(f, 8) + f2 * term(f, 10) + f4 * term(f, 12);
        let mantissa = low + f4 * (middle + f4 * high);
        mantissa * shifted.power_of_half()
    }

    /// `e^(−x)` for `|x|` ≤ [`NEAR`]: Taylor to the 7th power (remainder 2·10⁻¹⁷).
    #[inline(always)]
    fn decay_near(self) -> Self {
        let f = -self;
        let f2 = f * f;
        (term(f, 0) + f2 * term(f, 2)) + f2 * f2 * (term(f, 4) + f2 * term(f, 6))
    }
}

/// Up to here [`Vector::decay_near`] is exact, to the same 5·10⁻¹⁶.
pub(crate) const NEAR: f64 = 1.0 / 32.0;

/// Two terms of the exponential's series, over `f^n`.
#[inline(always)]
fn term<V: Vector>(f: V, n: usize) -> V {
    f * INVERSE_FACTORIALS[n + 1] + INVERSE_FACTORIALS[n]
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

/// Declares a struct of numbers by battery: lanes in memory, vectors where it is computed with.
macro_rules! lanewise {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$doc:meta])* $field_vis:vis $field:ident,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default)]
        $vis struct $name<V = $crate::wide::Lane> {
            $($(#[$doc])* $field_vis $field: V,)*
        }

        #[allow(dead_code)]
        impl $name {
            /// Into registers.
            #[inline(always)]
            pub fn load<V: $crate::wide::Vector>(&self, part: usize) -> $name<V> {
                $name { $($field: V::load(&self.$field, part),)* }
            }

            /// Repeats the last of the first `batteries` in the lanes after it.
            pub fn fill_up(&mut self, batteries: usize) {
                $(self.$field.fill_up(batteries);)*
            }
        }

        #[allow(dead_code)]
        impl<V: $crate::wide::Vector> $name<V> {
            /// Into memory.
            #[inline(always)]
            pub fn store(&self, lanes: &mut $name, part: usize) {
                $(self.$field.store(&mut lanes.$field, part);)*
            }

            /// 0 in every field.
            #[inline(always)]
            pub fn zero() -> Self {
                $name { $($field: V::zero(),)* }
            }
        }
    };
}
pub(crate) use lanewise;

/// The operators of a register.
macro_rules! operators {
    ($register:ident, $($operator:ident $method:ident $intrinsic:ident),*) => {
        $(
            impl $operator for $register {
                type Output = Self;
                #[inline(always)]
                fn $method(self, other: Self) -> Self {
                    // SAFETY: the machine has the register (module).
                    Self(unsafe { $intrinsic(self.0, other.0) })
                }
            }
        )*
        $crate::wide::vector::with_one_number!($register, Add add +, Sub sub -, Mul mul *);
    };
}
#[cfg(target_arch = "x86_64")]
pub(super) use operators;

/// What follows from the operators of two vectors.
macro_rules! with_one_number {
    ($vector:ident, $($operator:ident $method:ident $sign:tt),*) => {
        $(
            impl $operator<f64> for $vector {
                type Output = Self;
                #[inline(always)]
                fn $method(self, other: f64) -> Self {
                    self $sign Self::all(other)
                }
            }
        )*

        impl AddAssign for $vector {
            #[inline(always)]
            fn add_assign(&mut self, other: Self) {
                *self = *self + other;
            }
        }
    };
}
pub(super) use with_one_number;

//! The same arithmetic in AVX2 registers of four numbers.
//!
//! Soundness: a [`Register`] exists only inside [`run`], which its caller enters on machines with AVX2, and inside that of
//! `avx512`; these modules keep its name.

use std::arch::x86_64::*;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::Body;
use super::lane::{Lane, WIDTH};
use super::vector::{Pair, Vector, operators};

/// Numbers of a register.
const NUMBERS: usize = 4;

/// Runs `body`, compiled for AVX2, with its vectors in registers.
#[target_feature(enable = "avx2")]
pub(super) fn run<B: Body>(body: B) -> B::Output {
    body.run::<Register>()
}

/// Four numbers.
#[derive(Clone, Copy)]
pub(super) struct Register(__m256d);

impl Vector for Register {
    const PARTS: usize = WIDTH / NUMBERS;

    type Half = Self;

    type Each<T: Copy> = [T; NUMBERS];

    #[inline(always)]
    fn load(lane: &Lane, part: usize) -> Self {
        let numbers = &lane.0[part * NUMBERS..(part + 1) * NUMBERS];
        // SAFETY: AVX2 (module); so many numbers are there.
        Self(unsafe { _mm256_loadu_pd(numbers.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, lane: &mut Lane, part: usize) {
        let numbers = &mut lane.0[part * NUMBERS..(part + 1) * NUMBERS];
        // SAFETY: as in `load`.
        unsafe { _mm256_storeu_pd(numbers.as_mut_ptr(), self.0) };
    }

    #[inline(always)]
    fn all(value: f64) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe { _mm256_set1_pd(value) })
    }

    #[inline(always)]
    fn each<T: Copy>(self, f: impl Fn(f64) -> T) -> [T; NUMBERS] {
        let mut numbers = [0.0; NUMBERS];
        // SAFETY: AVX2 (module); so many numbers are there.
        unsafe { _mm256_storeu_pd(numbers.as_mut_ptr(), self.0) };
        numbers.map(f)
    }

    #[inline(always)]
    fn pairs<'a, T: Copy>([a, b, c, d]: [T; NUMBERS], pair: impl Fn(T) -> &'a Pair) -> [Self; 2] {
        // SAFETY: AVX2 (module).
        unsafe {
            let (ac, bd) = (two(pair(a), pair(c)), two(pair(b), pair(d)));
            [Self(_mm256_unpacklo_pd(ac, bd)), Self(_mm256_unpackhi_pd(ac, bd))]
        }
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe { _mm256_min_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe { _mm256_max_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0) })
    }

    #[inline(always)]
    fn choose(self, positive: Self, negative: Self) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe {
            let chosen = _mm256_cmp_pd::<_CMP_GE_OQ>(self.0, _mm256_setzero_pd());
            _mm256_blendv_pd(negative.0, positive.0, chosen)
        })
    }

    #[inline(always)]
    fn any_above(self, other: Self) -> bool {
        // SAFETY: AVX2 (module).
        unsafe { _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(self.0, other.0)) != 0 }
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        // SAFETY: AVX2 (module).
        unsafe {
            let bits = _mm256_castpd_si256(self.0);
            _mm256_testz_si256(bits, bits) == 1
        }
    }

    #[inline(always)]
    fn power_of_half(self) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe {
            let exponent = _mm256_sub_epi64(_mm256_set1_epi64x(1023), _mm256_castpd_si256(self.0));
            _mm256_castsi256_pd(_mm256_slli_epi64::<52>(exponent))
        })
    }

    #[inline(always)]
    fn largest(self) -> f64 {
        self.each(|number| number).into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Two pairs, one behind the other.
#[inline(always)]
unsafe fn two(low: &Pair, high: &Pair) -> __m256d {
    // SAFETY: AVX2 (module); a pair is two numbers.
    unsafe {
        _mm256_insertf128_pd::<1>(_mm256_castpd128_pd256(_mm_loadu_pd(low.as_ptr())), _mm_loadu_pd(high.as_ptr()))
    }
}

operators!(Register, Add add _mm256_add_pd, Sub sub _mm256_sub_pd, Mul mul _mm256_mul_pd, Div div _mm256_div_pd);

impl Neg for Register {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: AVX2 (module).
        Self(unsafe { _mm256_xor_pd(_mm256_set1_pd(-0.0), self.0) })
    }
}

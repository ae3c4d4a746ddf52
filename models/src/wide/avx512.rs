//! The same arithmetic in AVX-512 registers of eight numbers.
//!
//! Soundness: a [`Register`] exists only inside [`run`], which its caller enters on machines with AVX-512 and AVX2; this module keeps
//! its name.

use std::arch::x86_64::*;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::lane::{Lane, WIDTH};
use super::vector::{Pair, Vector, operators};
use super::{Body, avx2};

/// Numbers of a register.
const NUMBERS: usize = 8;

/// Runs `body`, compiled for AVX-512, with its vectors in registers.
#[target_feature(enable = "avx512f,avx512dq,avx2")]
pub(super) fn run<B: Body>(body: B) -> B::Output {
    body.run::<Register>()
}

/// Eight numbers.
#[derive(Clone, Copy)]
struct Register(__m512d);

impl Vector for Register {
    const PARTS: usize = WIDTH / NUMBERS;

    type Half = avx2::Register;

    type Each<T: Copy> = [T; NUMBERS];

    #[inline(always)]
    fn load(lane: &Lane, part: usize) -> Self {
        let numbers = &lane.0[part * NUMBERS..(part + 1) * NUMBERS];
        // SAFETY: AVX-512 (module); so many numbers are there.
        Self(unsafe { _mm512_loadu_pd(numbers.as_ptr()) })
    }

    #[inline(always)]
    fn store(self, lane: &mut Lane, part: usize) {
        let numbers = &mut lane.0[part * NUMBERS..(part + 1) * NUMBERS];
        // SAFETY: as in `load`.
        unsafe { _mm512_storeu_pd(numbers.as_mut_ptr(), self.0) };
    }

    #[inline(always)]
    fn all(value: f64) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe { _mm512_set1_pd(value) })
    }

    #[inline(always)]
    fn each<T: Copy>(self, f: impl Fn(f64) -> T) -> [T; NUMBERS] {
        let mut numbers = [0.0; NUMBERS];
        // SAFETY: AVX-512 (module); so many numbers are there.
        unsafe { _mm512_storeu_pd(numbers.as_mut_ptr(), self.0) };
        numbers.map(f)
    }

    #[inline(always)]
    fn pairs<'a, T: Copy>([a, b, c, d, e, f, g, h]: [T; NUMBERS], pair: impl Fn(T) -> &'a Pair) -> [Self; 2] {
        // SAFETY: AVX-512 (module).
        unsafe {
            let even = four([pair(a), pair(c), pair(e), pair(g)]);
            let odd = four([pair(b), pair(d), pair(f), pair(h)]);
            [Self(_mm512_unpacklo_pd(even, odd)), Self(_mm512_unpackhi_pd(even, odd))]
        }
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe { _mm512_min_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe { _mm512_max_pd(self.0, other.0) })
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe { _mm512_abs_pd(self.0) })
    }

    #[inline(always)]
    fn choose(self, positive: Self, negative: Self) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe {
            let chosen = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(self.0, _mm512_setzero_pd());
            _mm512_mask_blend_pd(chosen, negative.0, positive.0)
        })
    }

    #[inline(always)]
    fn any_above(self, other: Self) -> bool {
        // SAFETY: AVX-512 (module).
        unsafe { _mm512_cmp_pd_mask::<_CMP_GT_OQ>(self.0, other.0) != 0 }
    }

    #[inline(always)]
    fn is_zero(self) -> bool {
        // SAFETY: AVX-512 (module).
        unsafe {
            let bits = _mm512_castpd_si512(self.0);
            _mm512_test_epi64_mask(bits, bits) == 0
        }
    }

    #[inline(always)]
    fn power_of_half(self) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe {
            let exponent = _mm512_sub_epi64(_mm512_set1_epi64(1023), _mm512_castpd_si512(self.0));
            _mm512_castsi512_pd(_mm512_slli_epi64::<52>(exponent))
        })
    }

    #[inline(always)]
    fn largest(self) -> f64 {
        self.each(|number| number).into_iter().fold(f64::NEG_INFINITY, f64::max)
    }
}

/// Four pairs, one behind the other.
#[inline(always)]
unsafe fn four([a, b, c, d]: [&Pair; 4]) -> __m512d {
    // SAFETY: AVX-512 (module); a pair is two numbers.
    unsafe {
        let two = |low: &Pair, high: &Pair| {
            let low = _mm256_castpd128_pd256(_mm_loadu_pd(low.as_ptr()));
            _mm256_insertf128_pd::<1>(low, _mm_loadu_pd(high.as_ptr()))
        };
        _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(two(a, b)), two(c, d))
    }
}

operators!(Register, Add add _mm512_add_pd, Sub sub _mm512_sub_pd, Mul mul _mm512_mul_pd, Div div _mm512_div_pd);

impl Neg for Register {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        // SAFETY: AVX-512 (module).
        Self(unsafe { _mm512_xor_pd(_mm512_set1_pd(-0.0), self.0) })
    }
}

//! Batteries side by side, and the run-time choice of the registers that compute them.
//!
//! Numbers of eight batteries are kept as a [`Lane`]. A [`Body`] computes with [`Vector`]s, each of them a part of a lane:
//! AVX-512 registers, AVX2 registers, or a `Lane` itself, which is ordinary Rust for every machine. Every operation is
//! that of `f64` for each battery, in the order written, and none is fused; what is decided for several batteries at once is
//! decided by block. So all give the same bits.
//!
//! The only `unsafe` code of the crate: calling what the machine was seen to have, and lanes read as a row of numbers.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod lane;
mod vector;

pub(crate) use lane::{Lane, WIDTH, blocks, flat};
pub(crate) use vector::{NEAR, Pair, Vector, lanewise};

/// Work that profits from wide registers. `run`, and what it calls, must be `#[inline(always)]`: only what is inlined is
/// compiled for them. (A closure cannot promise that.)
pub(crate) trait Body {
    /// What it returns.
    type Output;

    /// Does the work.
    fn run<V: Vector>(self) -> Self::Output;
}

/// Registers that compute the batteries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Registers {
    /// Those that every machine of this kind has.
    Plain,
    /// AVX2.
    Avx2,
    /// AVX-512.
    Avx512,
}

impl Registers {
    /// All that this machine has, the widest last.
    pub fn available() -> impl DoubleEndedIterator<Item = Self> {
        [Self::Plain, Self::Avx2, Self::Avx512].into_iter().filter(|registers| registers.are_here())
    }

    /// The widest of this machine.
    pub(crate) fn widest() -> Self {
        Self::available().next_back().unwrap_or(Self::Plain)
    }

    #[cfg(target_arch = "x86_64")]
    fn are_here(self) -> bool {
        match self {
            Self::Plain => true,
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx2")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn are_here(self) -> bool {
        self == Self::Plain
    }
}

/// Runs `body` in these registers.
///
/// # Panics
/// If the machine does not have them.
#[inline]
pub(crate) fn run<B: Body>(registers: Registers, body: B) -> B::Output {
    assert!(registers.are_here(), "{registers:?} registers on a machine without them");
    match registers {
        // SAFETY: the machine has what the function asks for.
        #[cfg(target_arch = "x86_64")]
        Registers::Avx512 => unsafe { avx512::run(body) },
        // SAFETY: the machine has what the function asks for.
        #[cfg(target_arch = "x86_64")]
        Registers::Avx2 => unsafe { avx2::run(body) },
        _ => body.run::<Lane>(),
    }
}

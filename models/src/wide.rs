//! Run-time choice of the vector width: the same body, compiled once more for AVX2.
//!
//! The body is ordinary Rust. Compiled for AVX2 it uses wider registers, nothing else: no operation is fused and none
//! is reordered (Rust allows neither), so both give the same bits. This is the only `unsafe` code of the crate.
#![allow(unsafe_code)]

/// Work that profits from wide vectors. `run`, and what it calls, must be `#[inline(always)]`: only what is inlined is
/// compiled for AVX2. (A closure cannot promise that.)
pub(crate) trait Body {
    /// What it returns.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Whether this machine can run the AVX2 version.
pub(crate) fn available() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Runs `body`, compiled for AVX2 if `wide`.
///
/// # Panics
/// If `wide` on a machine without AVX2.
#[inline]
pub(crate) fn run<B: Body>(wide: bool, body: B) -> B::Output {
    #[cfg(target_arch = "x86_64")]
    if wide {
        assert!(available(), "AVX2 on a machine without it");
        // SAFETY: the machine has AVX2, which is all that the function asks for.
        return unsafe { with_avx2(body) };
    }
    let _ = wide;
    body.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<B: Body>(body: B) -> B::Output {
    body.run()
}

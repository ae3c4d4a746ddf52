//! Run-time choice of the vector width: the same body, compiled once more for AVX2.
//!
//! The body is ordinary Rust. Compiled for AVX2 it uses wider registers, nothing else: no operation is fused and none
//! is reordered (Rust allows neither), so both give the same bits. This is the only `unsafe` code of the crate.
#![allow(unsafe_code)]

/// Whether this machine can run the AVX2 version.
pub(crate) fn available() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Runs `body`, compiled for AVX2 if `wide`. What the body calls must be `#[inline(always)]` to profit.
///
/// # Panics
/// If `wide` on a machine without AVX2.
#[inline]
pub(crate) fn run<R>(wide: bool, body: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if wide {
        assert!(std::is_x86_feature_detected!("avx2"), "AVX2 on a machine without it");
        // SAFETY: the machine has AVX2, which is all that the function asks for.
        return unsafe { with_avx2(body) };
    }
    let _ = wide;
    body()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<R>(body: impl FnOnce() -> R) -> R {
    body()
}

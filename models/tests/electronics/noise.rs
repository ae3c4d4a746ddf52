//! PLANT.md: 1 mV RMS noise, clipped at 4 mV.

use ngbank_models::electronics::{NOISE_MV_MAX, noise_mv};

#[test]
fn extremes_stay_below_4_mv() {
    assert_eq!(noise_mv(0), -NOISE_MV_MAX);
    assert_eq!(noise_mv(u32::MAX), NOISE_MV_MAX);
    let widest = noise_mv(u32::MAX);
    assert!(widest > 3.0 && widest <= 4.0);
}

/// Words that fill their range evenly (multiples of 2³² divided by the golden ratio).
fn words() -> impl Iterator<Item = u32> {
    (0..100_000_u32).map(|i| i.wrapping_mul(0x9e37_79b9))
}

#[test]
fn is_symmetrical() {
    assert!(words().all(|word| noise_mv(!word) == -noise_mv(word)));
}

#[test]
fn rms_is_1_mv() {
    let squares: f64 = words().map(|word| noise_mv(word) * noise_mv(word)).sum();
    let rms = (squares / 100_000.0).sqrt();
    assert!((rms - 1.0).abs() < 0.02, "{rms}");
}

#[test]
fn every_byte_counts_alike() {
    let one_byte: Vec<f64> = (0..4).map(|byte| noise_mv(0xff << (8 * byte))).collect();
    assert!(one_byte.iter().all(|noise| *noise == one_byte[0]));
}

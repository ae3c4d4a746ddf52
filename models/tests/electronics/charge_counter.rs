//! SOC-5: the exact integral of I·(1 + gain) + offset, without what is below 100 mA; re-zeroed at rest; full detection.

use crate::{electronics, ideal};
use ngbank_models::electronics::{Electronics, ElectronicsParams, TICK_US};
use ngbank_models::time::{HOUR, MINUTE, SECOND};

const HALF_AS: f64 = 360_000.0;

#[track_caller]
fn near(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-6, "{value} instead of {expected}");
}

/// SOC-5.
#[test]
fn counts_a_linear_current_exactly() {
    let counter = ideal();
    near(counter.charge_after(10 * SECOND, 20.0, 40.0), HALF_AS + 300.0);
    near(counter.charge_after(10 * SECOND, -20.0, -20.0), HALF_AS - 200.0);
    near(counter.charge_after(0, -20.0, -20.0), HALF_AS);
}

#[test]
fn gain_and_offset_are_counted() {
    let mut params = ElectronicsParams::ideal(0.5);
    params.current_gain = 0.001;
    params.current_offset_a = -0.05;
    let counter = electronics(&params);
    near(counter.charge_after(100 * SECOND, 10.0, 10.0), HALF_AS + 1001.0 - 5.0);
}

#[test]
fn ignores_what_is_below_100_ma() {
    let counter = ideal();
    near(counter.charge_after(HOUR, 0.099, -0.099), HALF_AS);
    // From 0.3 A to −0.1 A in 40 s: 20 s lie above the band, with 0.2 A on average.
    near(counter.charge_after(40 * SECOND, 0.3, -0.1), HALF_AS + 4.0);
    // From −0.3 A to 0.5 A in 80 s: −0.2 A for 20 s, then 0.3 A for 40 s.
    near(counter.charge_after(80 * SECOND, -0.3, 0.5), HALF_AS - 4.0 + 12.0);
}

#[test]
fn the_dead_band_is_that_of_the_measured_current() {
    let mut params = ElectronicsParams::ideal(0.5);
    params.current_offset_a = 0.05;
    let counter = electronics(&params);
    near(counter.charge_after(100 * SECOND, 0.06, 0.06), HALF_AS + 11.0);
    near(counter.charge_after(100 * SECOND, -0.12, -0.12), HALF_AS);
}

#[test]
fn reading_and_committing_agree_however_the_step_is_cut() {
    let (mut whole, mut parts) = (ideal(), ideal());
    whole.advance(40 * SECOND, 0.3, -0.1);
    parts.advance(10 * SECOND, 0.3, 0.2);
    parts.advance(25 * SECOND, 0.2, -0.05);
    parts.advance(5 * SECOND, -0.05, -0.1);
    near(parts.counter().charge_as(), whole.counter().charge_as());
    near(whole.counter().charge_as(), ideal().charge_after(40 * SECOND, 0.3, -0.1));
}

#[test]
fn bounds_hold_the_turning_point() {
    let counter = ideal();
    let (start_a, end_a) = (0.5, -0.5);
    let bounds = counter.charge_bounds(start_a, (0, start_a), (100 * SECOND, end_a));
    for second in 0..=100_u32 {
        let now_a = start_a + (end_a - start_a) * f64::from(second) / 100.0;
        let charge = counter.charge_after(u64::from(second) * SECOND, start_a, now_a);
        assert!(bounds.0 <= charge && charge <= bounds.1, "{second} s: {charge} outside of {bounds:?}");
    }
    // The charge begins and ends at the same value; the bounds must know the hump between.
    assert!(bounds.1 > HALF_AS + 11.0, "{bounds:?}");
}

#[test]
fn is_clipped_to_its_capacity_at_the_end_of_a_step() {
    let mut counter = ideal();
    near(counter.charge_after(HOUR, 200.0, 200.0), HALF_AS + 720_000.0);
    counter.advance(HOUR, 200.0, 200.0);
    near(counter.counter().charge_as(), 720_000.0);
    counter.advance(5 * HOUR, -200.0, -200.0);
    near(counter.counter().charge_as(), 0.0);
}

/// One minute with these cells and this current; true when the counter will change.
fn minute(counter: &mut Electronics, cell_v: f64, amps: f64) -> bool {
    let changed = counter.tick(&[cell_v; 8], amps, 20.0).counter;
    counter.advance(TICK_US, amps, amps);
    changed
}

#[test]
fn offset_is_re_zeroed_after_4_hours_of_rest() {
    let mut params = ElectronicsParams::ideal(0.5);
    params.current_offset_a = 0.04;
    let mut counter = electronics(&params);
    let changes: Vec<u32> = (0..300).filter(|_| minute(&mut counter, 3.3, 0.05)).collect();
    assert_eq!(changes, [240], "minutes of rest before the tick");
    assert_eq!(counter.counter().offset_a(), 0.0);
}

#[test]
fn rest_is_broken_by_a_current_between_two_ticks() {
    let mut params = ElectronicsParams::ideal(0.5);
    params.current_offset_a = 0.04;
    let mut counter = electronics(&params);
    for _ in 0..239 {
        assert!(!minute(&mut counter, 3.3, 0.0));
    }
    counter.advance(SECOND, 5.0, 5.0);
    for _ in 0..240 {
        assert!(!minute(&mut counter, 3.3, 0.0));
    }
    assert!(minute(&mut counter, 3.3, 0.0));
}

/// SOC-5: what sets the counter to full.
#[test]
fn full_after_3_minutes_at_the_tail_current() {
    let mut counter = ideal();
    for _ in 0..3 {
        assert!(!minute(&mut counter, 3.51, 7.9));
    }
    assert!(counter.tick(&[3.51; 8], 7.9, 20.0).ends_step());
    assert!(counter.counter().charge_as() < 400_000.0, "applied by advance, not by the tick");
    counter.advance(0, 7.9, 7.9);
    near(counter.counter().charge_as(), 720_000.0);
    counter.advance(MINUTE, 7.9, 7.9);
    assert!(!minute(&mut counter, 3.51, 7.9), "once per charge");
}

#[test]
fn not_full_at_a_high_current_a_low_voltage_or_while_discharging() {
    for (cell_v, amps) in [(3.51, 8.1), (3.49, 7.9), (3.51, -1.0)] {
        let mut counter = ideal();
        for _ in 0..10 {
            assert!(!minute(&mut counter, cell_v, amps), "{cell_v} V, {amps} A");
        }
    }
}

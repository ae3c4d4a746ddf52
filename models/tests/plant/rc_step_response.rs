//! A current step on a flat cell has a closed form, and so has a ramp.

use crate::common::{bank, flat, plant, run};
use ngbank_models::circuit::Branch;
use ngbank_models::time::{HOUR, SECOND};

/// Set A: R0 0.5 mΩ, R1 0.3 mΩ with 30 s, R2 0.6 mΩ with 600 s.
fn step_response(amps: f64, seconds: f64) -> f64 {
    let pair = |ohm: f64, tau: f64| ohm * -libm::expm1(-seconds / tau);
    3.3 + amps * (0.0005 + pair(0.0003, 30.0) + pair(0.0006, 600.0))
}

#[test]
fn a_current_step_follows_the_closed_form() {
    for amps in [-100.0, 37.0] {
        let mut plant = plant(&bank(1, 1, 1, 100.0, 0.5), &flat(), 1);
        let mut largest: f64 = 0.0;
        run(&mut plant, &[Branch::Current { amps }], &[], HOUR, |plant, end| {
            let ends = (plant.cell_volts(0, 0, end) - step_response(amps, end as f64 * 1e-6)).abs();
            assert!(ends < 1e-12, "exact at the ends of steps: {ends:e} V at {end} µs");
            for n in 0..=20 {
                let t = plant.time() + (end - plant.time()) * n / 20;
                largest = largest.max((plant.cell_volts(0, 0, t) - step_response(amps, t as f64 * 1e-6)).abs());
            }
        });
        assert!(largest <= crate::common::TOLERANCE_V, "{largest:e} V inside steps");
    }
}

#[test]
fn a_cell_at_rest_relaxes_to_its_open_circuit_voltage() {
    let mut plant = plant(&bank(1, 1, 1, 100.0, 0.5), &flat(), 1);
    run(&mut plant, &[Branch::Current { amps: -50.0 }], &[], 600 * SECOND, |_, _| {});
    let left = -50.0 * (0.0003 + 0.0006 * -libm::expm1(-1.0));
    let mut last = 0.0;
    run(&mut plant, &[Branch::Open], &[], 1200 * SECOND, |plant, end| last = plant.cell_volts(0, 0, end));
    // 20 time constants of the first pair are over; the second has decayed by e^-1.
    let expected = 3.3 + (left + 50.0 * 0.0003) * libm::exp(-1.0);
    assert!((last - expected).abs() < 1e-9, "{last} V, expected {expected} V");
}

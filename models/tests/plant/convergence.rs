//! The error falls with the tolerance over four decades: a remainder rounded to a grid would stop it.

use crate::common::{power_at, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::Plant;
use ngbank_models::time::{MINUTE, Micros, SECOND};

/// All cell voltages every 7.5 s of 20 minutes with switchings at odd instants.
fn trajectory(tolerance: f64) -> Vec<f64> {
    let mut plant = Plant::new(&spread_bank(0.25), &CellSet::ng(), 1, tolerance).expect("valid");
    let mut samples = Vec::new();
    for minute in 0..20_u64 {
        let branches = [Branch::Power { watts: power_at(3 * minute as usize) * 4.0 }];
        let until = (minute + 1) * MINUTE + 137 * (minute + 1);
        let mut next: Micros = plant.time() + 7 * SECOND + SECOND / 2;
        crate::common::run(&mut plant, &branches, &[], until, |plant, end| {
            while next <= end {
                samples.extend((0..400).map(|k| plant.cell_volts(k / 8, k % 8, next)));
                next += 7 * SECOND + SECOND / 2;
            }
        });
    }
    samples
}

#[test]
fn the_error_follows_the_tolerance() {
    let exact = trajectory(1e-8);
    let mut last = f64::INFINITY;
    for tolerance in [1e-3, 1e-4, 1e-5, 1e-6] {
        let sample = trajectory(tolerance);
        assert_eq!(sample.len(), exact.len());
        let largest = sample.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        println!("tolerance {tolerance:e} V: largest error {largest:.3e} V");
        assert!(largest <= 5.0 * tolerance, "{largest:e} V at tolerance {tolerance:e} V");
        assert!(largest < 0.5 * last, "{largest:e} V at {tolerance:e} V after {last:e} V");
        last = largest;
    }
}

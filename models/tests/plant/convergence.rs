//! The error falls with the tolerance over four decades: a remainder rounded to a grid would stop it.

use crate::common::{power_at, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::{Accuracy, Plant};
use ngbank_models::time::{MINUTE, Micros, SECOND};

/// All cell voltages every 7.5 s of 20 minutes with switchings at odd instants.
fn trajectory(accuracy: Accuracy) -> (Vec<f64>, u64) {
    let mut plant = Plant::new(&spread_bank(0.25), &CellSet::ng(), 1, accuracy).expect("valid");
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
    (samples, plant.steps())
}

/// Over four decades of tolerance the error stays below the tolerance and falls with each decade, to less than a
/// hundredth in all.
fn follows_the_tolerance(accuracy: fn(f64) -> Accuracy) {
    let (exact, _) = trajectory(Accuracy::default_with(1e-8));
    let mut last = f64::INFINITY;
    let errors = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7].map(|tolerance| {
        let (sample, steps) = trajectory(accuracy(tolerance));
        let largest = largest_difference(&sample, &exact);
        println!("tolerance {tolerance:e} V: {steps} steps, largest error {largest:.3e} V");
        assert!(largest <= tolerance, "{largest:e} V at tolerance {tolerance:e} V");
        assert!(largest < last, "{largest:e} V at {tolerance:e} V after {last:e} V");
        last = largest;
        largest
    });
    assert!(errors[4] < 1e-2 * errors[0], "{errors:?}");
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn the_error_of_order_2_follows_the_tolerance() {
    follows_the_tolerance(Accuracy::default_with);
}

#[test]
fn the_error_of_order_3_follows_the_tolerance() {
    follows_the_tolerance(Accuracy::tight_with);
}

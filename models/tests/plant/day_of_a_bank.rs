//! A day of 400 cells under a load that changes every minute, with an hour-wise sun.

use crate::common::{plant, power_at, run, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::Plant;
use ngbank_models::time::{MINUTE, Micros};

fn day(plant: &mut Plant, minutes: usize, mut see: impl FnMut(&Plant, Micros)) {
    for minute in 0..minutes {
        let hour = minute / 60;
        let sun = if (9..16).contains(&hour) { 6000.0 + 37.0 * (minute % 60) as f64 } else { 0.0 };
        let branches = [Branch::Power { watts: power_at(minute) }, Branch::Power { watts: sun }];
        run(plant, &branches, &[], (minute as Micros + 1) * MINUTE, &mut see);
    }
}

#[test]
fn a_day_takes_a_sane_number_of_steps_and_balances() {
    let mut plant = plant(&spread_bank(0.7), &CellSet::ng(), 2);
    let mut extremes = (f64::MAX, f64::MIN);
    let mut cells = [(0.0, 0.0); 16];
    day(&mut plant, 1440, |plant, end| {
        for b in 0..plant.batteries() {
            plant.battery_bounds(b, plant.time(), end, &mut cells);
            for &(low, high) in &cells[..plant.cells_per_battery()] {
                extremes = (f64::min(extremes.0, low), f64::max(extremes.1, high));
            }
        }
    });
    let accounts = plant.accounts();
    println!("{} steps, cells {extremes:?} V, balance {:e}", plant.steps(), accounts.balance_error());
    assert!((1440..=5000).contains(&plant.steps()), "{} steps", plant.steps());
    assert!(extremes.0 > 2.8 && extremes.1 < 3.65, "{extremes:?}");
    assert!(accounts.balance_error() <= 1e-12, "{:e}", accounts.balance_error());
    assert!(accounts.throughput > 1e6, "the day moves charge");
    assert!(accounts.lost.iter().all(|&lost| lost > 0.0), "self-discharge and coulombic losses are seen");
}

#[test]
fn an_error_of_1_ppm_in_one_string_is_found() {
    let mut plant = plant(&spread_bank(0.7), &CellSet::ng(), 2);
    plant.plant_error_for_tests(7, 1.0 + 1e-6);
    day(&mut plant, 360, |_, _| {});
    let error = plant.accounts().balance_error();
    assert!(error > 1e-9, "planted error gives {error:e}");
}

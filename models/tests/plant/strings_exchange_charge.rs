//! Strings of unequal voltage exchange current when they are joined, and the current reverses sign on the way.

use crate::common::{bank, flat, plant, run, set_a};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::time::{HOUR, MINUTE};

#[test]
fn two_strings_meet_and_no_charge_is_lost() {
    let mut params = bank(4, 1, 2, 100.0, 0.5);
    for cell in &mut params.cells[..4] {
        cell.soc = 0.7;
    }
    let mut plant = plant(&params, &set_a(), 1);
    let mut first = None;
    let branches = [Branch::Open];
    run(&mut plant, &branches, &[], 24 * HOUR, |plant, _| {
        let (a, b) = (plant.battery_current(0, plant.time()), plant.battery_current(1, plant.time()));
        assert!((a + b).abs() < 1e-9, "Kirchhoff: {a} {b}");
        first.get_or_insert(a);
    });
    // (OCV(0.7) − OCV(0.5)) over twice R0: 11.25 mV over 1 mΩ.
    let first = first.expect("a step");
    let set = set_a();
    let expected = -(set.ocv_volts(0.7, 25.0) - set.ocv_volts(0.5, 25.0)) / (2.0 * 0.0005);
    assert!((first - expected).abs() < 1e-6 * expected.abs(), "{first} A, expected {expected} A");
    let (high, low) = (plant.soc(0, 0), plant.soc(1, 0));
    assert!((high + low - 1.2).abs() < 1e-12, "{high} + {low}");
    assert!(low > 0.51 && high < 0.69 && high > low, "{high} {low}");
}

#[test]
fn a_reversal_inside_a_step_is_split() {
    // After a long discharge of unequal strings the load stops and currents cross zero one by one. The same hour
    // with a hundred times smaller tolerance must agree.
    let ends = [1e-4, 1e-6].map(|tolerance| {
        let mut params = bank(4, 1, 3, 100.0, 0.55);
        for (k, cell) in params.cells.iter_mut().enumerate() {
            cell.resistance_factor = 1.0 + 0.4 * (k / 4) as f64;
            cell.soc -= 0.02 * (k / 4) as f64;
        }
        let mut plant = ngbank_models::plant::Plant::new(&params, &CellSet::ng(), 1, tolerance).expect("valid");
        let mut crossings = 0;
        for (n, amps) in [-150.0, 0.0, 90.0, 2.0, -2.0].into_iter().enumerate() {
            let until = (n as u64 + 1) * 20 * MINUTE;
            run(&mut plant, &[Branch::Current { amps }], &[], until, |plant, end| {
                let ends = |b| (plant.battery_current(b, plant.time()), plant.battery_current(b, end));
                crossings += (0..3).map(ends).filter(|(a, b)| a * b < 0.0).count();
            });
        }
        assert!(crossings > 0, "no string current changes sign inside a step: the test shows nothing");
        [plant.soc(0, 0), plant.soc(1, 0), plant.soc(2, 0), plant.bus_volts() / 4.0]
    });
    let [coarse, fine] = ends;
    for (a, b) in coarse.iter().zip(&fine) {
        assert!((a - b).abs() < 1e-4, "{coarse:?} against {fine:?}");
    }
}

#[test]
fn equal_flat_strings_share_equally() {
    let mut plant = plant(&bank(4, 2, 5, 100.0, 0.5), &flat(), 1);
    let branches = [Branch::Current { amps: -100.0 }];
    run(&mut plant, &branches, &[], HOUR, |plant, end| {
        for b in 0..10 {
            assert!((plant.battery_current(b, end) + 20.0).abs() < 1e-9);
        }
    });
}

//! Charge is never clipped; beyond 0 and 100 % the voltage is bounded and stays continuous.

use crate::common::{bank, plant, run};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::time::HOUR;

#[test]
fn the_open_circuit_voltage_is_bounded_and_rises() {
    let set = CellSet::ng();
    let mut last = set.ocv_volts(-1.0, 25.0);
    assert!(last > -0.5);
    for n in 1..=300_000 {
        let z = -1.0 + f64::from(n) * 1e-5;
        let volts = set.ocv_volts(z, 25.0);
        assert!(volts > last - 1e-12, "falls at {z}");
        assert!(volts - last < 0.001, "jumps at {z}: {last} V to {volts} V");
        last = volts;
    }
    assert!(last < 5.0 && set.ocv_volts(1.0, 25.0) < 3.7, "{last} V");
}

#[test]
fn an_over_discharged_cell_keeps_its_charge_in_the_books() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.05), &CellSet::ng(), 1);
    let branches = [Branch::Current { amps: -10.0 }];
    run(&mut plant, &branches, &[], HOUR, |_, _| {});
    assert!((plant.soc(0, 0) + 0.05).abs() < 1e-12, "SoC {}", plant.soc(0, 0));
    assert!(plant.bus_volts() > 4.0 * -0.6 && plant.bus_volts() < 4.0 * 2.0, "{} V", plant.bus_volts());
    assert!(plant.accounts().balance_error() < 1e-12);
}

#[test]
fn an_over_charged_cell_stays_below_its_bound() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.98), &CellSet::ng(), 1);
    run(&mut plant, &[Branch::Current { amps: 20.0 }], &[], HOUR, |_, _| {});
    assert!(plant.soc(0, 0) > 1.1);
    assert!((4.0 * 4.0..4.0 * 5.2).contains(&plant.bus_volts()), "{} V", plant.bus_volts());
}

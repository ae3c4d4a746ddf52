//! Bleed, self-discharge and coulombic losses leave the cells and are found in the accounts.

use crate::common::{bank, plant, run};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::time::HOUR;

#[test]
fn a_bleed_takes_its_charge_from_one_cell_only() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &CellSet::ng(), 1);
    plant.set_bleed(0, 2, 0.8);
    run(&mut plant, &[Branch::Open], &[], 10 * HOUR, |_, _| {});
    assert!((plant.soc(0, 2) - (0.5 - 0.08)).abs() < 1e-12, "{}", plant.soc(0, 2));
    assert_eq!(plant.soc(0, 1), 0.5);
    let accounts = plant.accounts();
    assert!((accounts.lost[2] - 0.8 * 36_000.0).abs() < 1e-6);
    assert!(accounts.balance_error() < 1e-12, "{:e}", accounts.balance_error());
}

#[test]
fn a_bleeding_cell_reverses_before_its_string_and_the_books_still_balance() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &CellSet::ng(), 2);
    plant.set_bleed(0, 1, 1.0);
    // A source that dies away: the string current runs through 1 A, where the bleeding cell reverses.
    let branches = [Branch::Voltage { volts: 13.45, ohms: 0.05 }, Branch::Conductance { siemens: 0.02 }];
    run(&mut plant, &branches, &[], 20 * HOUR, |_, _| {});
    let accounts = plant.accounts();
    assert!(accounts.balance_error() < 1e-12, "{:e}", accounts.balance_error());
    assert!(accounts.lost[1] > 60_000.0 && accounts.lost[0] < 5_000.0, "{:?}", accounts.lost);
}

#[test]
fn self_discharge_empties_a_resting_cell() {
    let mut params = bank(4, 1, 1, 100.0, 0.5);
    params.cells[3].self_discharge_a = 0.01;
    let mut plant = plant(&params, &CellSet::ng(), 1);
    run(&mut plant, &[Branch::Open], &[], 100 * HOUR, |_, _| {});
    assert!((plant.soc(0, 3) - 0.49).abs() < 1e-12, "{}", plant.soc(0, 3));
}

#[test]
fn charging_loses_what_the_coulombic_efficiency_says() {
    let set = CellSet::ng();
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.2), &set, 1);
    run(&mut plant, &[Branch::Current { amps: 10.0 }], &[], 2 * HOUR, |_, _| {});
    assert!((plant.soc(0, 0) - (0.2 + 0.2 * set.coulombic_efficiency())).abs() < 1e-12, "{}", plant.soc(0, 0));
}

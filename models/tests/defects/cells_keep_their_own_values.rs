//! liionpack 0.4.0 hands the values of single cells over by position, in an order that its solver does not share: capacity
//! and current change places, and strings run away to −496 A.

use ngbank_models::circuit::Branch;
use ngbank_models::plant::{BankParams, Plant};
use ngbank_models::time::HOUR;
use ngbank_models::validation::{Accuracy, bank, run, straight};

const CELLS: usize = 4;
const AMPS: f64 = -10.0;
const R0_OHM: f64 = 0.0005;

/// 2S3P of four cells, each unlike every other in each value, on a bus bar.
fn unlike() -> BankParams {
    let mut bank = bank(CELLS, 2, 3, 100.0, R0_OHM);
    bank.wiring.string_ohm = 0.001;
    bank.wiring.bus_segment_ohm = 0.0001;
    for (k, cell) in bank.cells.iter_mut().enumerate() {
        let k = k as f64;
        cell.capacity_ah = 90.0 + k;
        cell.resistance_factor = 2.0 - 0.03 * k;
        cell.soc = 0.4 + 0.007 * k;
        cell.self_discharge_a = 0.001 + 0.0001 * k;
    }
    bank
}

fn plant(bank: &BankParams) -> Plant {
    Accuracy::Default.plant(bank, &straight(3.2, 3.4, 100.0 * R0_OHM, [(0.0, 30.0), (0.0, 600.0)]), 1)
}

#[test]
fn soc_and_resistance_are_those_of_the_cell() {
    let bank = unlike();
    let mut plant = plant(&bank);
    plant.propose(&[Branch::Current { amps: AMPS }], &[], HOUR);
    for (k, cell) in bank.cells.iter().enumerate() {
        let amps = plant.battery_current(k / CELLS, 0);
        let expected = 3.2 + 0.2 * cell.soc + R0_OHM * cell.resistance_factor * amps;
        let volts = plant.cell_volts(k / CELLS, k % CELLS, 0);
        assert!((volts - expected).abs() < 1e-12, "cell {k}: {volts} V, expected {expected} V");
    }
}

#[test]
fn capacity_and_self_discharge_are_those_of_the_cell() {
    let bank = unlike();
    let mut plant = plant(&bank);
    let mut charge = [0.0; 6];
    run(&mut plant, &[Branch::Current { amps: AMPS }], &[], HOUR, |plant, end| {
        for (b, charge) in charge.iter_mut().enumerate() {
            *charge += plant.battery_charge_since_step(b, end);
        }
    });
    assert!(
        (charge.iter().sum::<f64>() - 2.0 * 3600.0 * AMPS).abs() < 1e-6,
        "both batteries of a string carry its current"
    );
    for (k, cell) in bank.cells.iter().enumerate() {
        let expected = cell.soc + (charge[k / CELLS] / 3600.0 - cell.self_discharge_a) / cell.capacity_ah;
        let soc = plant.soc(k / CELLS, k % CELLS);
        assert!((soc - expected).abs() < 1e-12, "cell {k}: {soc}, expected {expected}");
    }
}

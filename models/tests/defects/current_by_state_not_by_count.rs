//! oxigrid 0.1.2 divides the current of parallel cells by their number, whatever their state.

use ngbank_models::circuit::Branch;
use ngbank_models::time::HOUR;
use ngbank_models::validation::{Accuracy, bank, run, set_a};

/// Kirchhoff's laws at t = 0: the fuller and the better cell give more, and what each gives has a closed form.
#[test]
fn unequal_cells_share_by_voltage_and_resistance() {
    let set = set_a();
    let mut bank = bank(1, 1, 3, 100.0, 0.0005);
    for (cell, (soc, factor)) in bank.cells.iter_mut().zip([(0.8, 1.0), (0.5, 1.0), (0.5, 2.0)]) {
        cell.soc = soc;
        cell.resistance_factor = factor;
    }
    let sources: Vec<(f64, f64)> = bank
        .cells
        .iter()
        .map(|cell| (set.ocv_volts(cell.soc, 25.0), 1.0 / (0.0005 * cell.resistance_factor)))
        .collect();
    let total = -100.0;
    let siemens: f64 = sources.iter().map(|(_, siemens)| siemens).sum();
    let volts = (sources.iter().map(|(volts, siemens)| volts * siemens).sum::<f64>() + total) / siemens;
    let mut plant = Accuracy::Default.plant(&bank, &set, 1);
    plant.propose(&[Branch::Current { amps: total }], &[], HOUR);
    for (s, (ocv, siemens)) in sources.iter().enumerate() {
        let (amps, expected) = (plant.battery_current(s, 0), (volts - ocv) * siemens);
        assert!((amps - expected).abs() < 1e-9, "cell {s}: {amps} A, expected {expected} A");
    }
    assert!(plant.battery_current(0, 0) < plant.battery_current(1, 0) - 10.0, "the fuller cell gives more");
}

/// The empty cell takes from the full ones while nothing is connected.
#[test]
fn cells_that_are_joined_at_rest_move_towards_each_other() {
    let mut bank = bank(1, 1, 2, 100.0, 0.0005);
    bank.cells[0].soc = 0.9;
    bank.cells[1].soc = 0.2;
    let mut plant = Accuracy::Default.plant(&bank, &set_a(), 1);
    run(&mut plant, &[Branch::Open], &[], HOUR, |plant, end| {
        assert!(plant.battery_current(0, end) < 0.0 && plant.battery_current(1, end) > 0.0);
    });
    assert!(plant.soc(0, 0) < 0.89 && plant.soc(1, 0) > 0.21, "{} {}", plant.soc(0, 0), plant.soc(1, 0));
}

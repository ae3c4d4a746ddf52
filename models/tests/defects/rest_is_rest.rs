//! liionpack 0.4.0 gives a bank at rest a current of 1e-6 A and takes |(OCV − V)/I| for its resistance, which is undefined
//! without a current.

use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::time::HOUR;
use ngbank_models::validation::{Accuracy, bank, run};

#[test]
fn a_bank_of_equal_cells_at_rest_does_nothing() {
    for branch in [Branch::Open, Branch::Current { amps: 0.0 }, Branch::Power { watts: 0.0 }] {
        let mut plant = Accuracy::Default.plant(&bank(4, 2, 3, 100.0, 0.0005), &CellSet::ng(), 1);
        plant.solve(&[branch]).expect("a bank at rest has a voltage");
        let volts = plant.bus_volts();
        assert!((volts - 8.0 * CellSet::ng().ocv_volts(0.5, 25.0)).abs() < 1e-12, "{volts} V");
        run(&mut plant, &[branch], &[], 24 * HOUR, |plant, end| {
            assert_eq!(plant.battery_current(4, end), 0.0);
            assert_eq!(plant.bus_volts_at(end), volts);
        });
        assert_eq!(plant.soc(3, 2), 0.5);
        assert_eq!(plant.accounts().throughput, 0.0);
    }
}

/// A load after a rest meets the resistance of the bank at once.
#[test]
fn the_resistance_of_a_resting_bank_is_known() {
    let mut plant = Accuracy::Default.plant(&bank(4, 1, 2, 100.0, 0.0005), &CellSet::ng(), 1);
    run(&mut plant, &[Branch::Open], &[], HOUR, |_, _| {});
    let open = plant.bus_volts();
    plant.solve(&[Branch::Current { amps: -100.0 }]).expect("a root");
    let ohms = (open - plant.bus_volts()) / 100.0;
    assert!((ohms - 4.0 * 0.0005 / 2.0).abs() < 1e-12, "{ohms} Ω");
}

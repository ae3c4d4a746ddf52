//! SimSES 2.1.1 adds the hysteresis voltage with the same sign when charging and discharging. The search of the ESC toolbox ends
//! at its lowest rate for an A123 cell: 155 mV that take a whole charge to build up.

use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::time::HOUR;
use ngbank_models::validation::{Accuracy, bank, run};

/// The voltage of a cell after an hour at C/10 and a day of rest, less its open-circuit voltage, V.
fn left_after(amps: f64) -> f64 {
    let set = CellSet::ng();
    let mut plant = Accuracy::Default.plant(&bank(1, 1, 1, 100.0, 0.0005), &set, 1);
    run(&mut plant, &[Branch::Current { amps }], &[], HOUR, |_, _| {});
    run(&mut plant, &[Branch::Open], &[], 25 * HOUR, |_, _| {});
    plant.bus_volts() - set.ocv_volts(plant.soc(0, 0), 25.0)
}

#[test]
fn a_rested_cell_is_above_its_mean_after_charging_and_below_after_discharging() {
    let (charged, discharged) = (left_after(10.0), left_after(-10.0));
    assert!(charged > 0.003 && discharged < -0.003, "{charged} V, {discharged} V");
}

/// C/30 curves of LFP cells are 12 to 30 mV above and below their mean between 10 and 90 % at 25 °C
/// (a little slow polarisation included); a tenth of the capacity is enough to be on the branch.
#[test]
fn the_branches_are_as_far_apart_as_measured_and_soon_reached() {
    for (direction, name) in [(1.0, "charge"), (-1.0, "discharge")] {
        let (tenth, fifth) = (left_after(10.0 * direction), left_after(20.0 * direction));
        for left in [tenth, fifth] {
            assert!((0.003..=0.030).contains(&(left * direction)), "{name}: {left} V");
        }
    }
}

//! The battery of SAM once returned more than it had taken (round trip above 100 %).

use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::time::{HOUR, Micros};
use ngbank_models::validation::{Accuracy, bank, run, set_a, set_b, straight};

/// Energy out over energy in of a closed cycle: down by a fifth of the charge and back to the same charge, twice; the second
/// cycle, which begins and ends with the same history, is counted.
fn round_trip(set: &CellSet, amps: f64) -> f64 {
    let mut plant = Accuracy::Default.plant(&bank(4, 1, 1, 100.0, 0.0005), set, 2);
    let hours = 20.0 / amps;
    let mut counted = [0.0; 2];
    for cycle in 0..2 {
        let before = plant.accounts().device_energy;
        for (device, amps, hours) in [(0, -amps, hours), (1, amps, hours / set.coulombic_efficiency())] {
            let mut branches = [Branch::Open; 2];
            branches[device] = Branch::Current { amps };
            let moved = plant.time() + (hours * HOUR as f64) as Micros;
            run(&mut plant, &branches, &[], moved, |_, _| {});
            // Relaxed, so that no energy is left in an RC pair.
            let rested = plant.time() + 10 * HOUR;
            run(&mut plant, &[Branch::Open; 2], &[], rested, |_, _| {});
        }
        if cycle == 1 {
            let after = plant.accounts().device_energy;
            counted = [after[0] - before[0], after[1] - before[1]];
        }
    }
    -counted[0] / counted[1]
}

#[test]
fn a_round_trip_returns_less_than_it_took_with_every_parameter_set() {
    let sets = [CellSet::ng(), set_a(), set_b(), straight(3.2, 3.4, 0.05, [(0.03, 30.0), (0.06, 600.0)])];
    for set in sets {
        let mut last = 1.0;
        for amps in [1.0, 10.0, 50.0, 100.0] {
            let share = round_trip(&set, amps);
            println!("{}: {:.3} % at {amps} A", set.name(), 100.0 * share);
            assert!(share < last, "{}: {share} at {amps} A, {last} at less", set.name());
            last = share;
        }
        assert!(last > 0.8, "{}: {last} at 1C", set.name());
    }
}

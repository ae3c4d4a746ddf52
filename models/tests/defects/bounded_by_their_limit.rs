//! SLIDE looks at voltage limits once a step: they are overshot by up to one step. It reaches equal voltages of parallel cells by
//! repetition with a gain that diverges where capacity times resistance is large.

use ngbank_models::cell::CellSet;
use ngbank_models::circuit::{Branch, Guard, Quantity, When};
use ngbank_models::time::HOUR;
use ngbank_models::validation::{Accuracy, bank, run};

/// Nothing inside the step that ends at the limit lies beyond it, by the bounds of the bus and of every cell.
#[test]
fn a_limit_is_not_overshot_inside_the_step_that_reaches_it() {
    for (amps, limit, when) in [(-300.0, 2.8, When::Below), (80.0, 3.5, When::Above)] {
        let mut plant = Accuracy::Default.plant(&bank(1, 1, 1, 100.0, 0.0005), &CellSet::ng(), 1);
        let guard = Guard { device: 0, quantity: Quantity::BusVolts, limit, when };
        let mut worst = f64::NEG_INFINITY;
        let fired = run(&mut plant, &[Branch::Current { amps }], &[guard], 10 * HOUR, |plant, end| {
            let (low, high) = plant.bus_bounds(plant.time(), end);
            let mut cell = [(0.0, 0.0)];
            plant.battery_bounds(0, plant.time(), end, &mut cell);
            let beyond = |low: f64, high: f64| if when == When::Below { limit - low } else { high - limit };
            worst = worst.max(beyond(low, high)).max(beyond(cell[0].0, cell[0].1));
        });
        assert_eq!(fired, Some(0));
        assert!(worst.abs() <= Accuracy::Default.tolerance_v(), "{worst} V beyond {limit} V");
    }
}

/// Capacity × resistance of a string up to 10⁴ times what SLIDE's gain allows; the division is Ohm's law at every instant.
#[test]
fn parallel_strings_share_whatever_their_capacity_and_resistance() {
    for (capacity_ah, ohm) in [(1.0, 1e-5), (100.0, 0.0005), (1000.0, 0.1), (5000.0, 5.0)] {
        let mut bank = bank(1, 1, 3, capacity_ah, ohm);
        for (s, cell) in bank.cells.iter_mut().enumerate() {
            cell.resistance_factor = 1.0 + s as f64;
        }
        let set = ngbank_models::validation::straight(3.3, 3.3, 1.0, [(0.0, 30.0), (0.0, 600.0)]);
        let mut plant = Accuracy::Default.plant(&bank, &set, 1);
        let total = -0.5 / ohm * 1e-3;
        run(&mut plant, &[Branch::Current { amps: total }], &[], HOUR / 60, |plant, end| {
            for s in 0..3 {
                let share = 1.0 / (1.0 + s as f64) / (1.0 + 0.5 + 1.0 / 3.0);
                let amps = plant.battery_current(s, end);
                assert!((amps - share * total).abs() <= 1e-12 * total.abs(), "string {s}: {amps} A of {total} A");
            }
        });
    }
}

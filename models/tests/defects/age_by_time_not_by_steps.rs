//! SAM's calendar fade depended on the length of its step (its issue 291). BLAST-Lite and SimSES read the exponent in the law of
//! Naumann's resistance over charge differently, as 3 and as 2.

use ngbank_models::ageing::{Ageing, Health};
use ngbank_models::time::{HOUR, MINUTE, Micros};

/// A cell that rests for a year at 25 °C and is looked at every `step`.
fn rested(step: Micros, soc: f64) -> Health {
    let mut ageing = Ageing::new(1, 1);
    for n in 0..=8_760 * HOUR / step {
        ageing.sample(n * step, 0, 25.0, &[soc]);
    }
    ageing.health(0, 0)
}

#[test]
fn a_year_costs_what_a_year_costs_in_any_steps() {
    let hourly = rested(HOUR, 0.8);
    assert!(hourly.calendar_loss > 0.04, "{hourly:?}");
    for minutes in [5, 20, 30] {
        let found = rested(minutes * MINUTE, 0.8);
        let ratios = [found.calendar_loss / hourly.calendar_loss, (found.resistance - 1.0) / (hourly.resistance - 1.0)];
        assert!(ratios.iter().all(|ratio| (ratio - 1.0).abs() < 1e-9), "every {minutes} min: {found:?}, {hourly:?}");
    }
}

/// The exponent is 2, as in SimSES: the factor over charge, −3.3903·(SoC − 0.5)² + 1.5604, is the same on both sides of half
/// charge and largest there.
#[test]
fn the_resistance_of_a_resting_cell_grows_alike_on_both_sides_of_half_charge() {
    let [low, half, high] = [0.2, 0.5, 0.8].map(|soc| rested(HOUR, soc).resistance - 1.0);
    assert!((low / high - 1.0).abs() < 1e-9, "{low} and {high}");
    assert!((low / half - 0.8045).abs() < 1e-4, "{low} of {half}");
}

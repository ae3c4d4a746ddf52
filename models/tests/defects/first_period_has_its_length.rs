//! liionpack 0.4.0 counts the initial state as an entry of the profile: with rows of 60 s the first discharge lasts 5460 s
//! instead of 5400 s.

use ngbank_models::circuit::Branch;
use ngbank_models::profile::{CsvSource, Quantity, Series, parse};
use ngbank_models::time::{MINUTE, Micros, SECOND};
use ngbank_models::validation::{Accuracy, bank, run, straight};

/// 400 W for 90 rows of a minute, then nothing for 30.
#[test]
fn a_load_of_5400_seconds_takes_the_energy_of_5400_seconds() {
    let rows: String = (0..120).map(|n| format!("{},{}\n", 60 * n, if n < 90 { 400.0 } else { 0.0 })).collect();
    let source = CsvSource::new("first.csv", Quantity::Power);
    let table = parse(&source, &format!("time_s,power_w\n{rows}")).expect("a valid profile");
    let load = Series::new(table);
    let set = straight(3.2, 3.4, 0.05, [(0.03, 30.0), (0.06, 600.0)]);
    let mut plant = Accuracy::Default.plant(&bank(4, 1, 1, 100.0, 0.0005), &set, 1);
    let mut off_at: Option<Micros> = None;
    while plant.time() < 120 * MINUTE {
        let watts = -load.value_at(plant.time());
        if watts == 0.0 {
            off_at.get_or_insert(plant.time());
        }
        let until = load.next_change_after(plant.time()).min(120 * MINUTE);
        run(&mut plant, &[Branch::Power { watts }], &[], until, |_, _| {});
    }
    assert_eq!(off_at, Some(5400 * SECOND));
    let energy = plant.accounts().device_energy[0];
    // A row more or less would be 1.1 %.
    assert!((energy / (400.0 * 5400.0) + 1.0).abs() < 1e-4, "{energy} J, expected −2.16 MJ");
}

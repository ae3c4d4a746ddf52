//! Energy by path: the books close, and whole installations run end to end.

use ngbank_models::time::MINUTE;
use ngbank_sim::energy::EnergyByPath;
use ngbank_sim::engine::{Options, run};
use ngbank_sim::result::RunResult;
use ngbank_sim::scenario::{NoFiles, Resolved, load};

fn play(text: &str) -> (RunResult, Resolved) {
    let loaded = load(text, "energy", &NoFiles).unwrap_or_else(|found| panic!("{found:?}"));
    let resolved = loaded.resolve(1);
    let options = Options { trace_every_us: Some(MINUTE), ..Options::default() };
    let result = run(&resolved, &options).expect("it can be played");
    println!("{}:", result.scenario);
    result.energy.rows().iter().for_each(|(path, wh)| println!("{path:>20} {wh:12.1} Wh"));
    (result, resolved)
}

/// What all chargers and loads moved, Wh: the scale of an error.
fn moved(energy: &EnergyByPath) -> f64 {
    energy.solar_wh + energy.mains_wh + energy.alternator_wh - energy.load_wh - energy.bms_wh - energy.device_draw_wh
}

const BATTERY: &str = r#"
    [scenario]
    name = "books"
    title = "Books"
    lesson = "What goes in is stored or becomes heat."
    duration = "4 h"
    start = "12:00"
    [bank]
    model = "ng-12.8v-200ah"
    series = 1
    parallel = 1
    system_voltage_v = 12
    soc = 0.7
    ambient_c = 25.0
"#;

/// One string: the heat of its wiring is I²R, and nothing else is left over. Closes to 1e-5 of what was moved.
#[test]
fn the_books_close_on_a_constant_current() {
    let device = "[[device]]\nkind = \"current-load\"\nname = \"heater\"\nwired_to = \"load\"\ncurrent_a = 30.0\n";
    let (result, resolved) = play(&format!("{BATTERY}{device}"));
    let wiring = &resolved.bank.params.wiring;
    let ohms = wiring.ohms_of_string(0, 1) + wiring.terminal_ohm;
    let squares: f64 = result.trace.iter().skip(1).map(|point| point.bank_a * point.bank_a / 60.0).sum();
    let error = result.energy.left_over_wh - ohms * squares;
    println!("{} Wh of I²R, error {error:e} Wh of {} Wh", ohms * squares, moved(&result.energy));
    assert!(error.abs() <= 1e-5 * moved(&result.energy), "{error} Wh");
}

/// A real driving day: the alternator charges through its Cyrix-Li-ct.
#[test]
fn a_driving_day_through_alternator_and_relay() {
    let (result, _) = play(include_str!("../../scenarios/long/driving-day.toml"));
    let energy = &result.energy;
    assert!(result.passed(), "{:?}", result.failures());
    assert!(energy.alternator_wh > 500.0 && energy.load_wh < -1_000.0, "{energy:?}");
    assert!(energy.bms_wh < 0.0 && energy.solar_wh == 0.0 && energy.mains_wh == 0.0, "{energy:?}");
    assert_plausible(energy);
}

/// 28 days of January: a house of two with the sun of the same month and a mains charger for the rest.
#[test]
fn a_house_and_its_sun_for_28_days_of_winter() {
    let (result, _) = play(include_str!("../../scenarios/long/house-winter.toml"));
    let energy = &result.energy;
    assert!(result.passed(), "{:?}", result.failures());
    assert!(energy.solar_wh > 50_000.0 && energy.mains_wh > 10_000.0, "{energy:?}");
    // 28 days of 9.9 kWh and the inverter's losses.
    assert!((-450_000.0..-277_000.0).contains(&energy.load_wh), "{energy:?}");
    // 10 mA at 48 to 58 V.
    let leak = -energy.device_draw_wh / (672.0 * 0.010);
    assert!((48.0..58.0).contains(&leak), "{leak} V");
    assert_plausible(energy);
}

/// 28 days of July: a house of four, whose roof gives more than all it needs.
#[test]
fn a_house_and_its_sun_for_28_days_of_summer() {
    let (result, _) = play(include_str!("../../scenarios/long/house-summer.toml"));
    let energy = &result.energy;
    assert!(result.passed(), "{:?}", result.failures());
    assert!(energy.solar_wh > 2.0 * energy.mains_wh, "{energy:?}");
    // 28 days of 11.2 kWh and the inverter's losses.
    assert!((-450_000.0..-313_000.0).contains(&energy.load_wh), "{energy:?}");
    assert_plausible(energy);
}

/// The measured house is a scenario as it stands, but for its file.
#[test]
fn the_measured_house_names_its_file_and_nothing_else_is_wrong() {
    let found = load(include_str!("../../scenarios/long/house-measured.toml"), "house-measured.toml", &NoFiles);
    let found = found.expect_err("its file is not here");
    assert!(matches!(found.as_slice(), [one] if one.field == "device[0].load.series"), "{found:?}");
}

/// The batteries lose a few per cent; what is left over is the heat of links and cables: never less than nothing.
fn assert_plausible(energy: &EnergyByPath) {
    let moved = moved(energy);
    assert!((0.0..0.02 * moved).contains(&energy.left_over_wh), "{energy:?}");
    assert!((0.0..0.08 * moved).contains(&energy.battery_heat_wh), "{energy:?}");
}

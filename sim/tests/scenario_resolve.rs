//! Draws belong to what they are for: another battery, device or fault in the file leaves all others as they are.

use ngbank_models::devices::DeviceSpec;
use ngbank_models::profile::Series;
use ngbank_models::time::{HOUR, Micros};
use ngbank_sim::scenario::{Ambient, FileSource, NoFiles, Resolved, load};

const TEXT: &str = r#"[scenario]
name = "test"
title = "Test"
lesson = "Nothing."
duration = "24 h"
start = "18:00"
days_of_year = [170, 180]

[bank]
model = "ng-25.6v-200ah"
series = 2
parallel = 10
system_voltage_v = 48
soc = 0.5
ambient = "ambient-tmy"

[[device]]
kind = "profile-load"
name = "house"
wired_to = "load"
load = { series = "household-winter" }
fraction_of_bank_per_day = 0.5

[[device]]
kind = "solar-charger"
name = "roof"
wired_to = "charger"
irradiance = { series = "pv-tmy" }
energy_kwh_per_day = 40.0

[[fault]]
kind = "cable-break"
at = "2 h"
until = "3 h"
jitter = "10 min"
before_battery = 3

[[fault]]
kind = "bms-reset"
at = "1 h"
jitter = "10 min"
reset = "watchdog"
"#;

fn resolved(text: &str, seed: u64) -> Resolved {
    load(text, "test.toml", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}")).resolve(seed)
}

fn energy_kwh(resolved: &Resolved, place: usize) -> f64 {
    let library = resolved.library().expect("tables");
    let (_, _, spec) = resolved.devices[place].series()[0];
    let series: Series = library.series(spec).expect("a table");
    let (mut t, mut sum): (Micros, f64) = (0, 0.0);
    while t < resolved.duration_us {
        let end = series.next_change_after(t).min(resolved.duration_us);
        sum += series.value_at(t) * (end - t) as f64 / HOUR as f64;
        t = end;
    }
    sum / 1000.0
}

#[test]
fn more_batteries_leave_the_others_as_they_are() {
    let few = resolved(TEXT, 11);
    let many = resolved(&TEXT.replace("parallel = 10", "parallel = 25"), 11);
    let cells = few.bank.params.cells.len();
    assert_eq!(few.bank.params.cells, many.bank.params.cells[..cells]);
    assert_eq!(few.electronics, many.electronics[..20]);
    assert_eq!(few.serials, many.serials[..20]);
    assert_eq!(few.faults, many.faults);
}

#[test]
fn another_fault_or_device_shifts_nothing() {
    let before = resolved(TEXT, 11);
    let more = TEXT
        .replacen("[[fault]]", "[[fault]]\nkind = \"clock-set-back\"\nat = \"5 h\"\njitter = \"1 h\"\nms = 1\n\n[[fault]]", 1)
        .replacen(
            "[[device]]",
            "[[device]]\nkind = \"profile-load\"\nname = \"other\"\nload = { series = \"household-summer\" }\n\n[[device]]",
            1,
        );
    let after = resolved(&more, 11);
    assert_eq!(before.bank, after.bank);
    assert_eq!(before.devices, after.devices[1..]);
    assert_eq!(after.faults.len(), 3);
    assert_eq!(before.faults, after.faults[..2]);
}

#[test]
fn faults_come_in_order_of_time_and_within_their_jitter() {
    for seed in 0..50 {
        let faults = resolved(TEXT, seed).faults;
        assert!((HOUR..=HOUR + HOUR / 6).contains(&faults[0].at_us));
        assert!((2 * HOUR..=2 * HOUR + HOUR / 6).contains(&faults[1].at_us));
        assert_eq!(faults[1].until_us, Some(faults[1].at_us + HOUR), "the end moves with the beginning");
        assert_eq!((faults[0].at_us % 1000, faults[1].at_us % 1000), (0, 0), "whole milliseconds");
    }
}

#[test]
fn devices_are_scaled_to_the_bank_whatever_the_day() {
    for seed in 0..20 {
        let resolved = resolved(TEXT, seed);
        // 20 batteries of 5.12 kWh.
        assert!((energy_kwh(&resolved, 0) - 51.2).abs() < 1e-9, "seed {seed}");
        let DeviceSpec::SolarCharger(solar) = &resolved.devices[1] else { panic!("a solar charger") };
        // W/m² · h / 1000 is full-sun hours; 0.85 is the catalogue's conversion efficiency.
        let offered = energy_kwh(&resolved, 1) / 1000.0 * 1000.0 * solar.peak_power_w / 1000.0 * 0.85;
        assert!((offered - 40.0).abs() < 1e-9, "seed {seed}: {offered}");
    }
}

#[test]
fn sun_and_air_have_the_same_day_and_it_is_within_the_range() {
    let mut days = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let resolved = resolved(TEXT, seed);
        let (_, _, sun) = resolved.devices[1].series()[0];
        let Ambient::Series(air) = &resolved.ambient else { panic!("a series") };
        assert_eq!(sun.start_day, air.start_day);
        let day = sun.start_day - 0.75;
        assert!((169.0..=179.0).contains(&day), "18:00 of day 170 to 180, not {day}");
        days.insert(day as u32);
    }
    assert!(days.len() > 8, "{days:?}");
}

#[test]
fn weak_cells_and_strings_are_where_the_file_says() {
    let text = TEXT.replace(
        "ambient = \"ambient-tmy\"",
        "ambient_c = 10.0\nweak_cell = [{ battery = 4, cell = 8, soc = 0.9, capacity_factor = 0.5 }]\nstring = [{ string = 10, soc = 0.1 }]",
    );
    let (plain, special) = (resolved(TEXT, 2).bank.params, resolved(&text, 2).bank.params);
    let weak = 3 * 8 + 7;
    assert_eq!(special.cells[weak].soc, 0.9);
    assert_eq!(special.cells[weak].capacity_ah, plain.cells[weak].capacity_ah * 0.5);
    assert_eq!(special.cells[weak - 1], plain.cells[weak - 1]);
    let mean =
        |cells: &[ngbank_models::plant::CellParams]| cells.iter().map(|c| c.soc).sum::<f64>() / cells.len() as f64;
    assert!((mean(&special.cells[18 * 8..]) - 0.1).abs() < 0.01);
    assert!((mean(&special.cells[..3 * 8]) - 0.5).abs() < 0.01);
    assert!(special.battery_temperature_c.iter().all(|celsius| *celsius == 10.0));
}

/// An aged battery beside new ones, and in it a cell that is worse still.
#[test]
fn a_battery_with_another_state_of_health_is_where_the_file_says() {
    let text = TEXT.replace(
        "ambient = \"ambient-tmy\"",
        "ambient = \"ambient-tmy\"\nweak_cell = [{ battery = 4, cell = 8, capacity_factor = 0.5, self_discharge_factor = 3.0 }]\nbattery = [{ battery = 4, capacity_factor = 0.8, resistance_factor = 1.5, self_discharge_factor = 2.0, soc = 0.3 }]",
    );
    let (plain, special) = (resolved(TEXT, 2).bank.params, resolved(&text, 2).bank.params);
    let near = |found: f64, expected: f64| assert!((found / expected - 1.0).abs() < 1e-12, "{found}, {expected}");
    for (k, (new, aged)) in plain.cells.iter().zip(&special.cells).enumerate() {
        if k / 8 != 3 {
            assert_eq!(new, aged, "cell {k}");
            continue;
        }
        let (capacity, leak) = if k % 8 == 7 { (0.4, 6.0) } else { (0.8, 2.0) };
        near(aged.capacity_ah, capacity * new.capacity_ah);
        near(aged.resistance_factor, 1.5 * new.resistance_factor);
        near(aged.self_discharge_a, leak * new.self_discharge_a);
        near(aged.soc, new.soc - 0.2);
    }
}

#[test]
fn draws_stay_within_what_is_sold() {
    for seed in 0..20 {
        let resolved = resolved(TEXT, seed);
        for cell in &resolved.bank.params.cells {
            assert!((cell.capacity_ah / 200.0 - 1.0).abs() <= 3.0 * 0.008 + 1e-12);
            assert!((cell.resistance_factor - 1.0).abs() <= 3.0 * 0.05 + 1e-12);
            assert!((0.0..=1.0).contains(&cell.soc) && cell.self_discharge_a > 0.0);
        }
        for electronics in &resolved.electronics {
            assert!(electronics.cell_offset_mv.iter().all(|mv| mv.abs() <= 3.0));
            assert!(electronics.temperature_offset_c.iter().all(|k| k.abs() <= 1.0));
            assert!(electronics.current_gain.abs() <= 0.001 && electronics.current_offset_a.abs() <= 0.05);
            assert!((electronics.initial_soc - 0.5).abs() < 0.02, "the counter knows what the cells hold");
        }
        let mut serials = resolved.serials.clone();
        serials.sort_unstable();
        serials.dedup();
        assert_eq!(serials.len(), 20, "no serial twice");
    }
}

#[test]
fn a_file_of_the_user_travels_with_the_resolved_scenario() {
    struct One;
    impl FileSource for One {
        fn read(&self, _path: &str) -> Result<String, String> {
            Ok("time_s,power_w\n0,1000\n1800,3000\n".to_owned())
        }
    }
    let text = TEXT.replace("household-winter", "loads/mine.csv");
    let resolved = load(&text, "test.toml", &One).unwrap_or_else(|found| panic!("{found:#?}")).resolve(1);
    let again = Resolved::from_toml(&resolved.to_toml().expect("TOML")).expect("the same");
    assert_eq!(again, resolved);
    assert!((energy_kwh(&again, 0) - 51.2).abs() < 1e-9);
}

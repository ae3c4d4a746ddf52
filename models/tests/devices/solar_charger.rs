//! Solar charger: power from sun and air, stages, night, short clouds.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{Absorption, Bulk, Float, Started, Stopped};
use ngbank_models::profile::{CsvSource, Library, Quantity, parse};
use ngbank_models::time::{HOUR, MINUTE, MS, SECOND};

/// Sun of a table of (minute, W/m²), ended by a row a day later, and 1 kWp.
fn bench(volts: f64, sun: &[(u64, f64)], air_c: Option<f64>) -> Bench {
    let mut library = Library::new();
    let mut text = String::from("time_s,ghi_w_per_m2\n");
    for (minute, value) in sun {
        text.push_str(&format!("{},{value}\n", minute * 60));
    }
    let last = sun.last().unwrap().0 + 1;
    text.push_str(&format!("{},0\n{},0\n", last * 60, 86_400 * 2));
    let source = CsvSource::new("sun.csv", Quantity::Irradiance);
    library.add("sun", parse(&source, &text).unwrap());
    let mut air = String::new();
    if let Some(c) = air_c {
        let text = format!("time_s,ambient_temperature_c\n0,{c}\n3600,{c}\n");
        let source = CsvSource::new("air.csv", Quantity::Temperature);
        library.add("air", parse(&source, &text).unwrap());
        air = "air_temperature = { series = \"air\" }".into();
    }
    let specs = format!(
        r#"
        [[devices]]
        kind = "solar-charger"
        name = "solar"
        wired_to = "charger"
        peak_power_w = 1000.0
        conversion_efficiency = 0.8
        cable_resistance_ohm = 0.004
        irradiance = {{ series = "sun" }}
        {air}
    "#
    );
    let mut bench = Bench::with_library(12, volts, &specs, &library);
    bench.pins(false, true, false);
    bench
}

/// (DEV-14)
#[test]
fn power_follows_the_sun() {
    let mut bench = bench(12.8, &[(0, 0.0), (10, 500.0), (11, 1000.0), (12, 3.0)], None);
    for (minute, watts) in [(5, 0.0), (10, 400.0), (11, 800.0), (12, 0.0)] {
        bench.run_to(minute * MINUTE);
        let found = bench.amps("solar") * bench.bus();
        assert!((found - watts).abs() < 1e-9, "minute {minute}: {found} W");
    }
    assert_eq!(bench.times("solar", Started), [10 * MINUTE]);
    assert_eq!(bench.times("solar", Stopped), [12 * MINUTE], "3 W/m² is too little to start");
}

/// 1000 W/m² warm the panel by 31.25 K above the air; −0.4 % per kelvin above 25 °C.
/// (DEV-14)
#[test]
fn warm_panels_give_less() {
    for (air_c, watts) in [(-6.25, 800.0), (20.0, 800.0 * (1.0 - 0.004 * 26.25))] {
        let bench = bench(12.8, &[(0, 1000.0), (1, 1000.0)], Some(air_c));
        let found = bench.amps("solar") * bench.bus();
        assert!((found - watts).abs() < 1e-9, "{air_c} °C: {found} W");
    }
}

/// (DEV-14)
#[test]
fn absorption_two_hours_then_float() {
    let mut bench = bench(12.8, &[(0, 800.0), (600, 800.0)], None);
    bench.run_to(10 * MINUTE);
    assert!(matches!(bench.branch("solar"), Branch::Power { .. }));
    bench.set_volts(13.9);
    assert_eq!(bench.branch("solar"), Branch::Voltage { volts: 14.2, ohms: 0.004 });
    bench.run_to(3 * HOUR);
    assert_eq!(bench.times("solar", Absorption), [10 * MINUTE + SECOND]);
    assert_eq!(bench.times("solar", Float), [10 * MINUTE + SECOND + 2 * HOUR]);
    assert_eq!(bench.amps("solar"), 0.0);
    bench.set_volts(13.43);
    assert!((bench.amps("solar") - 5.0).abs() < 1e-9);
}

/// Below float for a minute because the sun gives less than the load takes.
/// (DEV-14)
#[test]
fn begins_a_new_bulk_after_a_minute_below_float() {
    let mut bench = bench(13.9, &[(0, 800.0), (180, 100.0), (240, 800.0), (600, 800.0)], None);
    bench.run_to(150 * MINUTE);
    assert_eq!(bench.times("solar", Float), [2 * HOUR + SECOND]);
    bench.set_volts(13.4);
    assert!(matches!(bench.branch("solar"), Branch::Voltage { .. }));
    bench.run_to(180 * MINUTE);
    assert!(matches!(bench.branch("solar"), Branch::Power { .. }), "80 W do not hold 13.5 V");
    assert!(bench.times("solar", Bulk).is_empty());
    bench.run_to(200 * MINUTE);
    assert_eq!(bench.times("solar", Bulk), [181 * MINUTE]);
}

/// A stop – by a cloud or by the remote – longer than an hour begins a new cycle.
/// (DEV-14)
#[test]
fn only_a_long_stop_begins_a_new_cycle() {
    for (stop, new_cycle) in [(60 * MINUTE - MS, false), (60 * MINUTE, false), (60 * MINUTE + MS, true)] {
        let mut bench = bench(13.9, &[(0, 800.0), (900, 800.0)], None);
        bench.run_to(150 * MINUTE);
        assert_eq!(bench.times("solar", Float), [2 * HOUR + SECOND]);
        bench.set_volts(13.45);
        bench.pins(false, false, false);
        bench.run_for(stop);
        bench.pins(false, true, false);
        bench.run_for(MINUTE);
        assert_eq!(!bench.times("solar", Bulk).is_empty(), new_cycle, "stopped for {stop} µs");
        let expected = match new_cycle {
            true => Branch::Power { watts: 640.0 },
            false => Branch::Voltage { volts: 13.5, ohms: 0.004 },
        };
        assert_eq!(bench.branch("solar"), expected);
    }
}

/// (DEV-14)
#[test]
fn a_winter_day_gives_its_energy() {
    let specs = r#"
        [[devices]]
        kind = "solar-charger"
        name = "solar"
        peak_power_w = 1000.0
        conversion_efficiency = 1.0
        irradiance = { series = "pv-clear-winter" }
    "#;
    let mut bench = Bench::new(12, 12.8, specs);
    let mut watt_minutes = 0.0;
    for _ in 0..24 * 60 {
        watt_minutes += bench.amps("solar") * bench.bus();
        bench.run_for(MINUTE);
    }
    let kwh = watt_minutes / 60_000.0;
    let expected = Library::new().table("pv-clear-winter").unwrap().mean() * 24.0 / 1000.0;
    assert!(expected > 2.0);
    // Below 5 W it does not charge.
    assert!(kwh <= expected && kwh > expected - 0.005, "{kwh} kWh of {expected}");
}

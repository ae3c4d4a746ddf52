//! Alternator: current by speed, warming up, regulated voltage, the engine's life, the load dump.

use crate::bench::Bench;
use ngbank_models::devices::Action::{Closed, LoadDump, Opened, Started, Stopped};
use ngbank_models::profile::{CsvSource, Library, Quantity, Table, parse};
use ngbank_models::time::{HOUR, MINUTE, Micros, SECOND};

/// 100 A at 20 m/s, 50 A standing, 40 % less when warm after τ = 600 s.
fn specs(extra: &str) -> String {
    format!(
        r#"
        {extra}
        [[devices]]
        kind = "alternator"
        name = "alternator"
        wired_to = "load"
        rated_a = 100.0
        derating = 0.4
        regulated_v = 14.4
        cable_resistance_ohm = 0.005
        speed = {{ series = "drive" }}
        curve = [
            {{ speed_m_per_s = 0.0, current_share = 0.5 }},
            {{ speed_m_per_s = 20.0, current_share = 1.0 }},
        ]
    "#
    )
}

fn with_speed(table: Table, volts: f64, specs: &str) -> Bench {
    let mut library = Library::new();
    library.add("drive", table);
    let mut bench = Bench::with_library(12, volts, specs, &library);
    bench.pins(true, true, false);
    bench
}

fn cruising(speed_m_per_s: f64, volts: f64) -> Bench {
    with_speed(Table::constant(Quantity::Speed, speed_m_per_s), volts, &specs(""))
}

/// (DEV-15)
#[test]
fn current_follows_the_speed() {
    for (speed, amps) in [(1e-9, 50.0), (10.0, 75.0), (20.0, 100.0), (50.0, 100.0)] {
        let bench = cruising(speed, 12.5);
        assert!((bench.amps("alternator") - amps).abs() < 1e-6, "{speed} m/s: {} A", bench.amps("alternator"));
    }
}

/// 40 % · (1 − exp(−t / 600 s)), taken over in steps of a twentieth of the time constant.
/// (DEV-15)
#[test]
fn warms_up_and_derates() {
    let mut bench = cruising(20.0, 12.5);
    for (seconds, lost) in [(600.0, 0.632_120_6), (1_200.0, 0.864_664_7), (1_800.0, 0.950_212_9)] {
        bench.run_to((seconds * 1e6) as Micros);
        let expected = 100.0 * (1.0 - 0.4 * lost);
        let found = bench.amps("alternator");
        assert!((found - expected).abs() < 0.01, "{seconds} s: {found} A of {expected} A");
    }
    bench.run_to(3 * HOUR);
    assert!((bench.amps("alternator") - 60.0).abs() < 0.9, "warm");
    assert!(bench.installation.next_time() > bench.time + MINUTE, "a warm one is quiet");
}

/// (DEV-15)
#[test]
fn holds_its_voltage_behind_its_cable() {
    let bench = cruising(20.0, 14.35);
    // 14.4 V behind 5 mΩ on 14.35 V behind 10 mΩ.
    let amps = (14.4 - 14.35) / 0.015;
    assert!((bench.amps("alternator") - amps).abs() < 1e-9);
    assert!(cruising(20.0, 14.5).amps("alternator") == 0.0, "a bank above it takes nothing");
}

/// Standing up to two minutes is a traffic light, longer is parked.
/// (DEV-15)
#[test]
fn a_stop_at_a_light_is_not_the_end_of_the_drive() {
    let rows = "time_s,speed_m_per_s\n0,0\n60,20\n120,0\n239,20\n300,0\n900,0\n";
    let table = parse(&CsvSource::new("drive.csv", Quantity::Speed), rows).unwrap();
    let mut bench = with_speed(table, 12.5, &specs(""));
    assert_eq!(bench.amps("alternator"), 0.0, "parked");
    bench.run_to(61 * SECOND);
    let moves = bench.times("alternator", Started);
    assert_eq!(moves.len(), 1);
    bench.run_to(10 * MINUTE);
    let stops = bench.times("alternator", Stopped);
    assert_eq!((bench.times("alternator", Started).len(), stops.len()), (1, 1), "{stops:?}");
    assert!(stops[0] >= (300 + 119) * SECOND && stops[0] <= (300 + 121) * SECOND, "{stops:?}");
}

const BEHIND_CONTACTOR: &str = r#"
    [[switches]]
    kind = "contactor"
    name = "k1"
    wired_to = "charger"
    drop_out_ms = 10.0
"#;

/// (DEV-15)
#[test]
fn cut_under_load_it_dumps_its_load() {
    let specs = specs(BEHIND_CONTACTOR).replace("wired_to = \"load\"", "behind = \"k1\"\n        wired_to = \"load\"");
    let mut bench = with_speed(Table::constant(Quantity::Speed, 20.0), 12.5, &specs);
    bench.run_to(10 * SECOND);
    assert!(bench.amps("alternator") > 90.0);
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    assert_eq!(bench.times("alternator", LoadDump), [10 * SECOND + 10_000]);
    assert_eq!(bench.amps("alternator"), 0.0);
}

/// (DEV-15)
#[test]
fn stopped_through_its_regulator_it_does_not() {
    let specs = specs(BEHIND_CONTACTOR).replace("wired_to = \"load\"", "behind = \"k1\"\n        wired_to = \"load\"");
    let mut bench = with_speed(Table::constant(Quantity::Speed, 20.0), 12.5, &specs);
    bench.run_to(10 * SECOND);
    bench.pins(false, true, false);
    assert_eq!(bench.times("alternator", Stopped), [10 * SECOND]);
    bench.run_for(SECOND);
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    assert!(bench.times("alternator", LoadDump).is_empty(), "nothing flowed when the contact opened");
}

/// A full bank takes next to nothing: opening the contact then is harmless.
/// (DEV-15)
#[test]
fn cut_without_load_it_does_not() {
    let specs = specs(BEHIND_CONTACTOR).replace("wired_to = \"load\"", "behind = \"k1\"\n        wired_to = \"load\"");
    let mut bench = with_speed(Table::constant(Quantity::Speed, 20.0), 14.37, &specs);
    bench.run_to(10 * SECOND);
    assert!(bench.amps("alternator") > 0.1 && bench.amps("alternator") < 4.0);
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    assert!(bench.times("alternator", LoadDump).is_empty());
}

/// With a Cyrix on the battery side the starter battery takes what the bank no longer does.
/// (DEV-15)
#[test]
fn behind_a_cyrix_with_its_starter_battery_it_does_not() {
    let extra = r#"
        [[switches]]
        kind = "cyrix-li-ct"
        name = "cyrix"
        wired_to = "charger"
        [[devices]]
        kind = "starter-battery"
        name = "starter"
        behind = "cyrix"
        capacity_ah = 70.0
        soc_at_start = 0.9
    "#;
    let specs = specs(extra).replace("wired_to = \"load\"", "behind = \"cyrix\"\n        wired_to = \"load\"");
    let mut bench = with_speed(Table::constant(Quantity::Speed, 20.0), 13.2, &specs);
    bench.run_to(10 * MINUTE);
    assert!(bench.closed("cyrix") && bench.amps("cyrix") > 30.0, "the alternator charges the bank");
    bench.pins(true, false, false);
    assert!(!bench.closed("cyrix"));
    assert!(bench.times("alternator", LoadDump).is_empty());
    assert!(bench.amps("alternator") > 1.0 && bench.node("starter") > 14.0, "it goes on into its own battery");
}

/// A BatteryProtect as charge switch: connects 1 s after CHARGER and opens at once. What it breaks is what flows at that
/// instant: the bank has taken next to nothing, and then 26 A, since anything last switched.
/// (DEV-15, DEV-18)
#[test]
fn cut_by_a_battery_protect_it_dumps_what_flows_now() {
    let extra = r#"
        [[switches]]
        kind = "battery-protect"
        name = "bp"
        wired_to = "charger"
    "#;
    let specs = specs(extra).replace("wired_to = \"load\"", "behind = \"bp\"\n        wired_to = \"load\"");
    for (volts, dumps) in [(14.0, true), (14.38, false)] {
        let mut bench = with_speed(Table::constant(Quantity::Speed, 20.0), 14.37, &specs);
        bench.run_to(9 * SECOND);
        assert_eq!(bench.times("bp", Closed), [SECOND]);
        bench.set_volts(volts);
        bench.run_to(10 * SECOND);
        assert_eq!(bench.amps("alternator") > 20.0, dumps);
        bench.pins(true, false, false);
        assert_eq!(bench.times("bp", Opened), [10 * SECOND]);
        let expected: &[Micros] = if dumps { &[10 * SECOND] } else { &[] };
        assert_eq!(bench.times("alternator", LoadDump), expected, "{volts} V");
    }
}

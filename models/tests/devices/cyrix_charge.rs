//! Cyrix-Li-Charge: three seconds of charging voltage, the hourly look, and never from the battery.

use crate::bench::Bench;
use ngbank_models::devices::Action::{Closed, Opened, Reverse};
use ngbank_models::time::{HOUR, MINUTE, MS, Micros, SECOND};

fn specs(charger_v: f64) -> String {
    format!(
        r#"
        [[switches]]
        kind = "cyrix-li-charge"
        name = "cyrix"
        wired_to = "charger"
        [[devices]]
        kind = "mains-charger"
        name = "mains"
        behind = "cyrix"
        wired_to = "pre-alarm"
        current_limit_a = 50.0
        absorption_v = {charger_v:?}
        float_v = {charger_v:?}
        storage_v = {charger_v:?}
        cable_resistance_ohm = 0.0078125
        start_delay_s = 0.0
        [[devices]]
        kind = "current-load"
        name = "lamp"
        behind = "cyrix"
        wired_to = "load"
        current_a = 5.0
    "#
    )
}

/// At 10 s, the charger on and the control floating.
fn at_ten_seconds(system_voltage_v: u8, volts: f64, charger_v: f64) -> Bench {
    let mut bench = Bench::new(system_voltage_v, volts, &specs(charger_v));
    bench.pins(false, false, true);
    bench.run_to(10 * SECOND);
    bench
}

/// (DEV-17)
#[test]
fn closes_three_seconds_after_control_and_charging_voltage() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        for (charger_v, closes) in [(13.69, false), (13.7 - 1e-6, false), (13.7, true), (14.2, true)] {
            let mut bench = at_ten_seconds(system_voltage_v, 13.2 * k, charger_v * k);
            bench.pins(false, true, true);
            bench.run_for(10 * SECOND);
            let expected: Vec<Micros> = if closes { vec![13 * SECOND] } else { vec![] };
            assert_eq!(bench.times("cyrix", Closed), expected, "{charger_v} V × {k}");
        }
    }
}

/// (DEV-17)
#[test]
fn a_charger_that_comes_later_is_waited_for() {
    let mut bench = Bench::new(12, 13.2, &specs(14.2));
    bench.pins(false, true, false);
    bench.run_for(MINUTE);
    bench.pins(false, true, true);
    // The charger starts a microsecond after its remote.
    let charging = bench.time + 1;
    bench.run_for(MINUTE);
    assert_eq!(bench.times("cyrix", Closed), [charging + 3 * SECOND]);
}

/// Less than 3 s of control do not close it; the time starts anew.
/// (DEV-17)
#[test]
fn three_seconds_are_three_seconds() {
    let mut bench = at_ten_seconds(12, 13.2, 14.2);
    for _ in 0..5 {
        bench.pins(false, true, true);
        bench.run_for(2_999 * MS);
        bench.pins(false, false, true);
        bench.run_for(SECOND);
    }
    assert!(bench.times("cyrix", Closed).is_empty());
}

/// (DEV-17)
#[test]
fn looks_every_hour_for_three_seconds() {
    let mut bench = at_ten_seconds(12, 13.2, 14.2);
    bench.pins(false, true, true);
    bench.run_to(13 * SECOND + 3 * HOUR);
    let period = HOUR + 3 * SECOND;
    let first = 13 * SECOND;
    assert_eq!(bench.times("cyrix", Closed), [first, first + period, first + 2 * period]);
    assert_eq!(bench.times("cyrix", Opened), [first + HOUR, first + HOUR + period]);
    assert!(bench.amps("mains") > 20.0);
}

/// A charger that vanished while the bank held its side up is found out at the next look.
/// (DEV-17)
#[test]
fn the_look_finds_a_charger_that_is_gone() {
    let mut bench = at_ten_seconds(12, 13.2, 14.2);
    bench.pins(false, true, true);
    bench.run_for(MINUTE);
    bench.pins(false, true, false);
    bench.run_for(30 * MINUTE);
    assert!(bench.closed("cyrix"), "the bank holds the charger side");
    bench.run_for(2 * HOUR);
    assert!(!bench.closed("cyrix"));
    assert_eq!(bench.times("cyrix", Opened).len(), 1);
}

/// (DEV-17)
#[test]
fn a_floating_control_opens_at_once() {
    let mut bench = at_ten_seconds(12, 13.2, 14.2);
    bench.pins(false, true, true);
    bench.run_for(MINUTE);
    let floats = bench.time;
    bench.pins(false, false, true);
    assert_eq!(bench.times("cyrix", Opened), [floats]);
}

/// (DEV-17)
#[test]
fn needs_two_volts_of_battery() {
    for (battery_v, closes) in [(1.9, false), (2.1, true)] {
        let mut bench = at_ten_seconds(12, battery_v, 14.2);
        bench.pins(false, true, true);
        bench.run_for(10 * SECOND);
        assert_eq!(!bench.times("cyrix", Closed).is_empty(), closes, "{battery_v} V");
    }
}

/// A lamp on the charger side must not be fed by the battery.
/// (DEV-17)
#[test]
fn conducts_only_towards_the_battery() {
    let mut bench = at_ten_seconds(12, 13.2, 14.2);
    bench.pins(true, true, true);
    bench.run_for(MINUTE);
    assert!(bench.closed("cyrix"), "the charger feeds both");
    let gone = bench.time;
    bench.pins(true, true, false);
    assert_eq!(bench.times("cyrix", Reverse), [gone]);
    assert!(bench.node("cyrix") < 1.0);
}

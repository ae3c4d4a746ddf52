//! Cyrix-Li-ct: every band of the starter side, to the millisecond, at its limits.
//!
//! The starter side is set by chargers without a battery on an open node: they hold their voltage exactly. Closed,
//! the relay joins it to the bank, whose voltage the bench sets.

use crate::bench::Bench;
use ngbank_models::devices::Action::{Closed, Opened};
use ngbank_models::time::{MINUTE, MS, Micros, SECOND};

const MICROVOLT: f64 = 1e-6;

/// Voltages of the two chargers on the starter side; the second one runs while PRE-ALARM is High.
fn specs(first_v: f64, second_v: f64) -> String {
    let charger = |name: &str, wired_to: &str, volts: f64| {
        format!(
            r#"
            [[devices]]
            kind = "mains-charger"
            name = "{name}"
            behind = "cyrix"
            wired_to = "{wired_to}"
            current_limit_a = 100.0
            absorption_v = {volts:?}
            float_v = {volts:?}
            storage_v = {volts:?}
            cable_resistance_ohm = 0.0078125
            start_delay_s = 0.0
            "#
        )
    };
    let relay = r#"
        [[switches]]
        kind = "cyrix-li-ct"
        name = "cyrix"
        wired_to = "charger"
        cable_resistance_ohm = 0.0001
    "#;
    [relay.into(), charger("first", "load", first_v), charger("second", "pre-alarm", second_v)].concat()
}

/// At 10 s with the first charger on and the control floating.
fn at_ten_seconds(system_voltage_v: u8, first_v: f64, second_v: f64) -> Bench {
    let k = f64::from(system_voltage_v) / 12.0;
    let mut bench = Bench::new(system_voltage_v, 13.0 * k, &specs(first_v, second_v));
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    bench
}

/// Starter side at 12 V, time until it closes; `None`: never.
const CLOSES: [(f64, Option<Micros>); 11] = [
    (13.2, None),
    (13.3, None),
    (13.4 - MICROVOLT, None),
    (13.4, Some(120 * SECOND)),
    (13.5, Some(120 * SECOND)),
    (13.7 - MICROVOLT, Some(120 * SECOND)),
    (13.7, Some(30 * SECOND)),
    (13.8, Some(30 * SECOND)),
    (13.9 - MICROVOLT, Some(30 * SECOND)),
    (13.9, Some(4 * SECOND)),
    (14.4, Some(4 * SECOND)),
];

/// (DEV-16)
#[test]
fn closes_by_the_table() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        for (volts, after) in CLOSES {
            let mut bench = at_ten_seconds(system_voltage_v, volts * k, 14.4 * k);
            assert_eq!(bench.node("cyrix"), volts * k, "the starter side is where the table wants it");
            bench.pins(true, true, false);
            bench.run_for(5 * MINUTE);
            let closed = bench.times("cyrix", Closed);
            let expected = after.map(|after| 10 * SECOND + after);
            assert_eq!(closed.first().copied(), expected, "{volts} V × {k}");
        }
    }
}

/// The upper band begins at its limit also for what comes from the band below it.
/// (DEV-16)
#[test]
fn a_limit_reached_from_below_belongs_to_the_upper_band() {
    let mut bench = at_ten_seconds(12, 13.35, 13.4);
    bench.pins(true, true, true);
    let reached = bench.time + 1;
    bench.run_for(5 * MINUTE);
    assert_eq!(bench.times("cyrix", Closed).first(), Some(&(reached + 120 * SECOND)));
}

/// (DEV-16)
#[test]
fn a_floating_control_keeps_it_open_and_opens_it_at_once() {
    let mut bench = at_ten_seconds(12, 14.0, 14.4);
    bench.run_for(5 * MINUTE);
    assert!(bench.times("cyrix", Closed).is_empty());
    bench.pins(true, true, false);
    bench.run_for(3_999 * MS);
    assert!(!bench.closed("cyrix"), "3.999 s");
    bench.run_for(MS);
    assert!(bench.closed("cyrix"), "4.000 s");
    bench.run_for(MINUTE + 7 * MS);
    let floats = bench.time;
    bench.pins(true, false, false);
    assert_eq!(bench.times("cyrix", Opened), [floats]);
}

/// A millisecond less of each time does not close it.
/// (DEV-16)
#[test]
fn each_closing_time_to_the_millisecond() {
    for (volts, after) in CLOSES.into_iter().filter_map(|(volts, after)| Some((volts, after?))) {
        for (control_for, closes) in [(after - MS, false), (after, true)] {
            let mut bench = at_ten_seconds(12, volts, 14.4);
            bench.pins(true, true, false);
            bench.run_for(control_for);
            bench.pins(true, false, false);
            bench.run_for(5 * MINUTE);
            assert_eq!(!bench.times("cyrix", Closed).is_empty(), closes, "{volts} V for {control_for} µs");
        }
    }
}

/// Its own draw is a resistance of 4 mA at 12 V.
/// (DEV-16)
#[test]
fn draws_four_milliamperes() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        let bench = at_ten_seconds(system_voltage_v, 13.2 * k, 14.4 * k);
        let milliamps = -1e3 * bench.amps("cyrix") * 12.0 * k / bench.bus();
        assert!((milliamps - 4.0).abs() < 1e-9, "{system_voltage_v} V: {milliamps} mA");
    }
}

/// Closed, first charger off, bank and starter side at 13.5 V.
fn closed() -> Bench {
    closed_at(12)
}

/// The same at another system voltage.
fn closed_at(system_voltage_v: u8) -> Bench {
    let k = f64::from(system_voltage_v) / 12.0;
    let mut bench = at_ten_seconds(system_voltage_v, 14.0 * k, 14.4 * k);
    bench.pins(true, true, false);
    bench.run_for(5 * SECOND);
    assert!(bench.closed("cyrix"));
    bench.ohms = 1e-6;
    bench.set_volts(13.5 * k);
    bench.pins(false, true, false);
    assert!((bench.node("cyrix") - 13.5 * k).abs() < 1e-5);
    bench
}

/// Starter side while closed, time until it opens. Its own 4 mA drop half a µV in bench and cable.
const OPENS: [(f64, Option<Micros>); 8] = [
    (13.4, None),
    (13.35, None),
    (13.3 + 10.0 * MICROVOLT, None),
    (13.3 - 10.0 * MICROVOLT, Some(10 * SECOND)),
    (13.25, Some(10 * SECOND)),
    (13.2 + 10.0 * MICROVOLT, Some(10 * SECOND)),
    (13.2 - 10.0 * MICROVOLT, Some(0)),
    (12.0, Some(0)),
];

/// (DEV-16)
#[test]
fn opens_by_the_table() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        for (volts, after) in OPENS {
            let mut bench = closed_at(system_voltage_v);
            let jump = bench.time;
            bench.set_volts(volts * k);
            bench.run_for(5 * MINUTE);
            let expected: Vec<Micros> = after.iter().map(|after| jump + after).collect();
            assert_eq!(bench.times("cyrix", Opened), expected, "{volts} V × {k}");
        }
    }
}

/// Up after 9.999 s it stays closed, after 10.000 s it is too late; the next stay below counts anew.
/// (DEV-16)
#[test]
fn ten_seconds_are_ten_seconds() {
    for (below, opens) in [(9_999 * MS, false), (10_000 * MS, true)] {
        let mut bench = closed();
        bench.set_volts(13.25);
        bench.run_for(below);
        bench.set_volts(13.35);
        bench.run_for(MINUTE);
        assert_eq!(!bench.times("cyrix", Opened).is_empty(), opens, "{below} µs");
    }
    let mut bench = closed();
    for _ in 0..5 {
        bench.set_volts(13.25);
        bench.run_for(9 * SECOND);
        bench.set_volts(13.35);
        bench.run_for(SECOND);
    }
    assert!(bench.closed("cyrix"), "the time starts anew");
}

/// The time of a band starts when the band is entered, in both directions.
/// (DEV-16)
#[test]
fn a_change_of_band_starts_the_time_anew() {
    let mut bench = at_ten_seconds(12, 13.5, 13.8);
    bench.pins(true, true, false);
    bench.run_for(100 * SECOND);
    bench.pins(true, true, true);
    let entered = bench.time + 1;
    bench.run_for(MINUTE);
    assert_eq!(bench.times("cyrix", Closed), [entered + 30 * SECOND], "up: not at 120 s, not at once");

    let mut bench = at_ten_seconds(12, 13.5, 13.8);
    bench.pins(true, false, true);
    bench.run_for(MINUTE);
    bench.pins(true, true, true);
    bench.run_for(29_999 * MS);
    bench.pins(true, true, false);
    let entered = bench.time;
    bench.run_for(5 * MINUTE);
    assert_eq!(bench.times("cyrix", Closed)[0], entered + 120 * SECOND, "down");
}

/// A starter side that creeps across a limit does not make the relay or the circuit busy.
/// (DEV-16)
#[test]
fn creeping_across_a_limit_is_one_change() {
    let mut bench = closed();
    bench.volts = Box::new(|t| 13.3001 - 1e-5 * (t / SECOND) as f64);
    let mut changes = 0;
    for _ in 0..600 {
        bench.run_for(SECOND / 10);
        changes += bench.changes;
    }
    assert!(changes < 5, "{changes} changes");
}

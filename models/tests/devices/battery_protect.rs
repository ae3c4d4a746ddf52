//! BatteryProtect in Li-ion mode, on LOAD with a lamp behind it.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{Closed, Locked, Opened, OverVoltage, Unlocked};
use ngbank_models::time::{MINUTE, MS, SECOND};

const SPECS: &str = r#"
    [[switches]]
    kind = "battery-protect"
    name = "bp"
    wired_to = "load"
    [[devices]]
    kind = "resistive-load"
    name = "lamp"
    behind = "bp"
    resistance_ohm = 1.0
"#;

/// At 10 s, remote on since 0.
fn connected(system_voltage_v: u8, volts: f64) -> Bench {
    let mut bench = Bench::new(system_voltage_v, volts, SPECS);
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    bench
}

/// (DEV-1)
#[test]
fn connects_one_second_after_the_remote_and_opens_at_once() {
    let mut bench = connected(12, 12.8);
    assert_eq!(bench.times("bp", Closed), [SECOND]);
    assert!(bench.amps("lamp") < -12.0);
    bench.pins(false, false, false);
    assert_eq!(bench.times("bp", Opened), [10 * SECOND]);
    assert_eq!(bench.branch("lamp"), Branch::Open);
}

/// Remote off at 10 s, on again after the time of the row; connected at.
/// (DEV-1)
#[test]
fn stays_off_thirty_seconds() {
    for (on_after, connected_at) in [
        (100 * MS, 40 * SECOND),
        (20 * SECOND, 40 * SECOND),
        (29_000 * MS, 40 * SECOND),
        (29_001 * MS, 40_001 * MS),
        (29_900 * MS, 40_900 * MS),
        (30_000 * MS, 41 * SECOND),
        (60 * SECOND, 71 * SECOND),
    ] {
        let mut bench = connected(12, 12.8);
        bench.pins(false, false, false);
        bench.run_for(on_after);
        bench.pins(true, false, false);
        bench.run_for(2 * MINUTE);
        assert_eq!(bench.times("bp", Closed), [SECOND, connected_at], "on after {on_after} µs");
    }
}

/// (DEV-1)
#[test]
fn a_short_remote_does_not_connect() {
    let mut bench = Bench::new(12, 12.8, SPECS);
    bench.pins(true, false, false);
    bench.run_for(900 * MS);
    bench.pins(false, false, false);
    bench.run_for(MINUTE);
    assert!(bench.times("bp", Closed).is_empty());
}

/// Interrupts the remote for a second and lets it connect again.
fn interrupt(bench: &mut Bench) {
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    bench.pins(true, false, false);
    bench.run_for(MINUTE);
}

/// (DEV-1)
#[test]
fn the_third_event_locks_until_thirty_seconds_above_thirteen_volts() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        let mut bench = connected(system_voltage_v, 12.8 * k);
        interrupt(&mut bench);
        interrupt(&mut bench);
        assert!(bench.closed("bp"), "{system_voltage_v} V: two events do not lock");
        interrupt(&mut bench);
        assert_eq!(bench.times("bp", Locked).len(), 1);
        bench.run_for(10 * MINUTE);
        assert!(!bench.closed("bp"), "{system_voltage_v} V: locked at 12.8 V");

        bench.set_volts(13.0 * k);
        bench.run_for(MINUTE);
        assert!(!bench.closed("bp"), "13.0 V is not above 13.0 V");
        bench.set_volts(13.1 * k);
        bench.run_for(29_900 * MS);
        bench.set_volts(12.9 * k);
        bench.run_for(SECOND);
        assert!(bench.times("bp", Unlocked).is_empty(), "29.9 s");
        let seen = bench.time;
        bench.set_volts(13.1 * k);
        bench.run_for(30 * SECOND);
        bench.set_volts(12.9 * k);
        bench.run_for(MINUTE);
        assert_eq!(bench.times("bp", Unlocked), [seen + 30 * SECOND]);
        assert_eq!(bench.times("bp", Closed).last(), Some(&(seen + 31 * SECOND)));
    }
}

/// The count returns to zero after 30 min connected, not after 29 min 59.999 s.
/// (DEV-1)
#[test]
fn thirty_minutes_connected_forget_the_events() {
    for (connected_for, locks) in [(30 * MINUTE - MS, true), (30 * MINUTE, false)] {
        let mut bench = connected(12, 12.8);
        interrupt(&mut bench);
        interrupt(&mut bench);
        let since = *bench.times("bp", Closed).last().unwrap();
        bench.run_to(since + connected_for);
        interrupt(&mut bench);
        assert_eq!(!bench.closed("bp"), locks, "after {connected_for} µs");
        if !locks {
            interrupt(&mut bench);
            interrupt(&mut bench);
            assert_eq!(bench.times("bp", Locked).len(), 1, "counted anew");
        }
    }
}

/// (DEV-1)
#[test]
fn over_voltage_opens_at_once() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0)] {
        let mut bench = connected(system_voltage_v, 13.0 * k);
        bench.set_volts(16.6 * k);
        assert_eq!(bench.times("bp", OverVoltage), [10 * SECOND]);
        bench.run_for(MINUTE);
        bench.set_volts(16.1 * k);
        bench.run_for(MINUTE);
        assert!(!bench.closed("bp"));
        let back = bench.time;
        bench.set_volts(15.9 * k);
        bench.run_for(MINUTE);
        assert_eq!(bench.times("bp", Closed), [SECOND, back + SECOND]);
    }
}

/// (DEV-1)
#[test]
fn draws_a_milliampere_and_a_half_in_every_state() {
    let mut bench = Bench::new(12, 12.8, SPECS);
    assert!((bench.amps("bp") + 0.0015).abs() < 1e-12);
    bench.pins(true, false, false);
    bench.run_for(10 * SECOND);
    assert!((bench.amps("bp") + 0.0015).abs() < 1e-12);
}

/// (DEV-1)
#[test]
fn ignoring_its_remote_it_stays_connected() {
    let mut bench = connected(12, 12.8);
    let bp = bench.installation.find("bp").unwrap();
    bench.installation.set_ignores_remote(bench.time, bp, true);
    bench.pins(false, false, false);
    bench.run_for(MINUTE);
    assert!(bench.closed("bp"));
    bench.installation.set_ignores_remote(bench.time, bp, false);
    assert!(!bench.closed("bp"));
}

/// 13.0 V are not above 13.0 V, ten microvolts more are; 16.3 V are not above 16.3 V. (DEV-1)
#[test]
fn a_limit_itself_is_not_above_it() {
    const MICROVOLTS: f64 = 10e-6;
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        for (volts, unlocks) in [(13.0, false), (13.0 + MICROVOLTS, true)] {
            let mut bench = connected(system_voltage_v, 12.8 * k);
            (0..3).for_each(|_| interrupt(&mut bench));
            bench.pins(true, false, false);
            // Nothing but the unit's own 1.5 mA flows: the bus is a microvolt below the bank at most.
            bench.ohms = 1e-6;
            bench.set_volts(volts * k);
            let seen = bench.time;
            bench.run_for(MINUTE);
            let expected: Vec<_> = unlocks.then_some(seen + 30 * SECOND).into_iter().collect();
            assert_eq!(bench.times("bp", Unlocked), expected, "{volts} V × {k}");
        }
        for (volts, opens) in [(16.3, false), (16.3 + 2.0 * MICROVOLTS, true)] {
            let mut bench = connected(system_voltage_v, 12.8 * k);
            bench.ohms = 1e-7;
            bench.set_volts(volts * k);
            assert_eq!(!bench.times("bp", OverVoltage).is_empty(), opens, "{volts} V × {k}");
        }
    }
}

//! Mains charger: limits, stages, re-bulk, remote.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{Absorption, Bulk, Float, Stopped, Storage};
use ngbank_models::time::{HOUR, MINUTE, MS, Micros, SECOND};

fn charging(system_voltage_v: u8, volts: f64, figures: &str) -> Bench {
    limited(100.0, system_voltage_v, volts, figures)
}

fn limited(limit_a: f64, system_voltage_v: u8, volts: f64, figures: &str) -> Bench {
    let specs = format!(
        r#"
        [[devices]]
        kind = "mains-charger"
        name = "charger"
        wired_to = "charger"
        current_limit_a = {limit_a:?}
        cable_resistance_ohm = 0.004
        {figures}
        [[devices]]
        kind = "current-load"
        name = "heater"
        wired_to = "load"
        current_a = 150.0
    "#
    );
    let mut bench = Bench::new(system_voltage_v, volts, &specs);
    bench.pins(false, true, false);
    bench.run_to(10 * SECOND);
    bench
}

/// (DEV-13)
#[test]
fn starts_within_three_seconds_and_stops_at_once() {
    let mut bench = charging(12, 12.5, "");
    assert_eq!(bench.times("charger", Bulk), [2 * SECOND]);
    assert_eq!(bench.amps("charger"), 100.0);
    bench.pins(false, false, false);
    assert_eq!(bench.amps("charger"), 0.0);
    bench.run_for(SECOND);
    bench.pins(false, true, false);
    bench.run_for(3 * SECOND);
    assert_eq!(bench.times("charger", Bulk), [2 * SECOND, 13 * SECOND]);
}

/// Its mains comes and goes; charging follows it as it follows its remote, and only while the remote is on.
/// (DEV-13)
#[test]
fn charges_while_there_is_mains() {
    let mut bench = charging(12, 12.5, "from_s = 20.0\nuntil_s = 60.0");
    assert_eq!(bench.amps("charger"), 0.0);
    for (at, amps) in
        [(22 * SECOND - 1, 0.0), (22 * SECOND, 100.0), (60 * SECOND - 1, 100.0), (60 * SECOND, 0.0), (HOUR, 0.0)]
    {
        bench.run_to(at);
        assert_eq!(bench.amps("charger"), amps, "at {at} µs");
    }
    assert_eq!(bench.times("charger", Bulk), [22 * SECOND]);
    assert_eq!(bench.times("charger", Stopped), [60 * SECOND]);

    let mut remote_off = charging(12, 12.5, "from_s = 20.0\nuntil_s = 60.0");
    remote_off.pins(false, false, false);
    remote_off.run_to(30 * SECOND);
    assert_eq!(remote_off.amps("charger"), 0.0);
    remote_off.pins(false, true, false);
    remote_off.run_to(32 * SECOND);
    assert_eq!(remote_off.times("charger", Bulk), [32 * SECOND]);
}

/// Bulk → absorption 14.2 V → 2 h → float 13.5 V → 8 h → storage, at 12, 24 and 48 V.
/// (DEV-13)
#[test]
fn runs_through_its_stages() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        let mut bench = charging(system_voltage_v, 12.5 * k, "");
        // 100 A through 10 mΩ of bank and 4 mΩ of cable: the set-point is reached at 14.2 k − 1.4 V.
        bench.set_volts(14.2 * k - 1.45);
        bench.run_for(MINUTE);
        assert!(bench.times("charger", Absorption).is_empty());
        assert_eq!(bench.amps("charger"), 100.0);

        let reached = bench.time;
        bench.set_volts(14.2 * k - 0.70);
        assert!((bench.amps("charger") - 50.0).abs() < 1e-9);
        bench.run_for(HOUR);
        bench.set_volts(14.2 * k - 0.14);
        bench.run_for(HOUR);
        assert!((bench.amps("charger") - 10.0).abs() < 1e-9);
        bench.run_for(SECOND);
        assert_eq!(bench.times("charger", Absorption), [reached + SECOND]);
        let float = reached + SECOND + 2 * HOUR;
        assert_eq!(bench.times("charger", Float), [float]);
        assert_eq!(bench.amps("charger"), 0.0, "the bank is above float");

        bench.set_volts(13.5 * k - 0.14);
        assert!((bench.amps("charger") - 10.0).abs() < 1e-9);
        bench.run_for(9 * HOUR);
        assert_eq!(bench.times("charger", Storage), [float + 8 * HOUR]);
        assert!((bench.amps("charger") - 10.0).abs() < 1e-9);
    }
}

/// Below 5 A for a minute; at most two hours. 4 mΩ of cable, 10 mΩ of bank: 70 mV below 14.2 V are 5 A.
/// (DEV-13)
#[test]
fn absorption_ends_at_the_tail_current() {
    for (below_for, ends) in [(59_900 * MS, false), (60 * SECOND, true)] {
        let mut bench = charging(12, 14.1, "tail_current_a = 5.0");
        bench.run_for(5 * MINUTE);
        assert!(bench.amps("charger") > 7.0, "above the tail current");
        let tail = bench.time;
        bench.set_volts(14.2 - 0.056);
        bench.run_for(below_for);
        bench.set_volts(14.1);
        bench.run_for(MINUTE);
        let expected: Vec<Micros> = if ends { vec![tail + MINUTE] } else { vec![] };
        assert_eq!(bench.times("charger", Float), expected, "below for {below_for} µs");
        if !ends {
            bench.run_for(3 * HOUR);
            assert_eq!(bench.times("charger", Float), [bench.times("charger", Absorption)[0] + 2 * HOUR]);
        }
    }
}

/// In float: a load of 150 A pulls the bank below float for the time of the row.
/// (DEV-13)
#[test]
fn begins_a_new_bulk_after_a_minute_below_float() {
    for (below_for, bulks) in [(59_999 * MS, 1), (60_000 * MS + 1, 2)] {
        let mut bench = charging(12, 14.1, "absorption_s = 60.0");
        bench.run_for(5 * MINUTE);
        bench.set_volts(13.45);
        bench.run_for(MINUTE);
        assert_eq!(bench.times("charger", Float).len(), 1);
        let begin = bench.time;
        bench.pins(true, true, false);
        assert_eq!(bench.amps("charger"), 100.0, "at its limit");
        bench.run_for(below_for);
        bench.pins(false, true, false);
        bench.run_for(5 * MINUTE);
        let times = bench.times("charger", Bulk);
        assert_eq!(times.len(), bulks, "below for {below_for} µs");
        if bulks == 2 {
            assert_eq!(times[1], begin + 60 * SECOND);
        }
    }
}

/// A load that the charger can carry in float is no reason for a new bulk.
/// (DEV-13)
#[test]
fn carries_a_load_in_float() {
    let mut bench = limited(200.0, 12, 14.1, "absorption_s = 60.0");
    bench.run_for(5 * MINUTE);
    bench.set_volts(13.4);
    bench.pins(true, true, false);
    bench.run_for(HOUR);
    assert_eq!(bench.times("charger", Bulk).len(), 1);
}

/// (DEV-13)
#[test]
fn keeps_its_power_limit() {
    let mut bench = charging(12, 12.0, "power_limit_w = 1000.0");
    assert_eq!(bench.branch("charger"), Branch::Power { watts: 1000.0 });
    assert!((bench.amps("charger") * bench.bus() - 1000.0).abs() < 1e-9);
    bench.set_volts(8.0);
    assert_eq!(bench.branch("charger"), Branch::Current { amps: 100.0 });
    bench.set_volts(12.0);
    assert_eq!(bench.branch("charger"), Branch::Power { watts: 1000.0 });
    bench.set_volts(14.0);
    assert_eq!(bench.branch("charger"), Branch::Voltage { volts: 14.2, ohms: 0.004 });
}

/// Whatever the bank's voltage does, the current is between 0 and the limit.
/// (DEV-13)
#[test]
fn never_sinks_current() {
    let mut bench = charging(24, 25.6, "");
    let wave = |t: Micros| {
        let phase = (t / SECOND % 1_200) as f64 / 600.0;
        25.0 + 4.5 * (1.0 - (phase - 1.0).abs())
    };
    bench.volts = Box::new(wave);
    for _ in 0..40 * 60 {
        bench.run_for(SECOND);
        let amps = bench.amps("charger");
        assert!((0.0..=100.1 + 0.2).contains(&amps), "{amps} A at {} µs", bench.time);
    }
    assert!(!bench.times("charger", Absorption).is_empty());
}

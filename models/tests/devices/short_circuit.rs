//! A short circuit behind a BatteryProtect: it tries every five seconds and gives up after two.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{Closed, Failed, ShortCircuit};
use ngbank_models::time::{HOUR, MINUTE, SECOND};

/// From 10 s on, until `until_s`, 2 mΩ short the output.
fn bench(until_s: f64, limit_a: f64) -> Bench {
    let specs = format!(
        r#"
        [[switches]]
        kind = "battery-protect"
        name = "bp"
        wired_to = "load"
        short_circuit_a = {limit_a:?}
        [[devices]]
        kind = "resistive-load"
        name = "short"
        behind = "bp"
        resistance_ohm = 0.002
        from_s = 10.0
        until_s = {until_s:?}
        [[devices]]
        kind = "power-load"
        name = "pump"
        behind = "bp"
        power_w = 100.0
    "#
    );
    let mut bench = Bench::new(12, 12.8, &specs);
    bench.ohms = 0.005;
    bench.pins(true, false, false);
    bench
}

/// (DEV-1)
#[test]
fn opens_at_once_tries_twice_and_gives_up() {
    let mut bench = bench(1e6, 1000.0);
    bench.run_to(HOUR);
    let at = [10, 15, 20].map(|second| second * SECOND);
    assert_eq!(bench.times("bp", ShortCircuit), at);
    assert_eq!(bench.times("bp", Closed), [SECOND, at[1], at[2]]);
    assert_eq!(bench.times("bp", Failed), [at[2]]);
    assert_eq!(bench.branch("short"), Branch::Open);
}

/// (DEV-1)
#[test]
fn a_short_that_is_gone_at_the_second_try_is_forgotten() {
    let mut bench = bench(18.0, 1000.0);
    bench.run_to(HOUR);
    assert_eq!(bench.times("bp", Closed), [1, 15, 20].map(|second| second * SECOND));
    assert!(bench.times("bp", Failed).is_empty() && bench.closed("bp"));
}

/// (DEV-1)
#[test]
fn the_remote_ends_the_error() {
    let mut bench = bench(30.0, 1000.0);
    bench.run_to(MINUTE);
    assert!(!bench.closed("bp"));
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    assert!(bench.closed("bp"));
}

/// 12.8 V behind 7 mΩ give 1.8 kA: a limit above that is none.
/// (DEV-1)
#[test]
fn less_than_the_limit_is_a_load() {
    let mut bench = bench(1e6, 2_000.0);
    bench.run_to(MINUTE);
    assert!(bench.times("bp", ShortCircuit).is_empty());
    assert!(bench.amps("short") < -1_500.0);
}

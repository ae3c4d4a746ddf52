//! DC-DC converter: constant power, least input voltage, current limit, remote – and the limited current in between.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{LowVoltage, Overload, Restarted, Stopped};
use ngbank_models::time::{MINUTE, MS, SECOND};

fn specs(extra: &str) -> String {
    format!(
        r#"
        [[devices]]
        kind = "dc-dc-converter"
        name = "converter"
        wired_to = "load"
        power_w = 174.0
        efficiency = 0.87
        input_min_v = 10.0
        input_restart_v = 11.0
        {extra}
    "#
    )
}

fn running(extra: &str) -> Bench {
    let mut bench = Bench::new(12, 12.8, &specs(extra));
    bench.ohms = 0.001;
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    bench
}

/// (DEV-5)
#[test]
fn takes_its_power_and_loss_and_follows_its_remote() {
    let mut bench = running("");
    assert_eq!(bench.branch("converter"), Branch::Power { watts: -200.0 });
    bench.pins(false, false, false);
    assert_eq!(bench.times("converter", Stopped), [10 * SECOND]);
    assert_eq!(bench.branch("converter"), Branch::Open);
}

/// Below 10 V it draws 200 W / 10 V for 20 ms and switches off; it is back a second later above 11 V.
/// (DEV-5)
#[test]
fn below_its_least_voltage_it_limits_its_current_and_switches_off() {
    let mut bench = running("");
    bench.set_volts(9.9);
    assert_eq!(bench.branch("converter"), Branch::Current { amps: -20.0 });
    bench.run_for(19 * MS);
    assert!((bench.amps("converter") + 20.0).abs() < 1e-12, "still limited at 19 ms");
    bench.run_for(MS);
    assert_eq!(bench.times("converter", LowVoltage), [10_020 * MS]);
    assert_eq!(bench.branch("converter"), Branch::Open);
    bench.set_volts(10.9);
    bench.run_for(MINUTE);
    assert!(bench.times("converter", Restarted).is_empty(), "not below 11 V");
    let back = bench.time;
    bench.set_volts(11.1);
    assert_eq!(bench.times("converter", Restarted), [back]);
}

/// (DEV-5)
#[test]
fn a_dip_of_nineteen_milliseconds_is_ridden_through() {
    let mut bench = running("");
    bench.set_volts(9.9);
    bench.run_for(19 * MS);
    bench.set_volts(12.8);
    assert_eq!(bench.branch("converter"), Branch::Power { watts: -200.0 });
    bench.run_for(MINUTE);
    assert!(bench.times("converter", LowVoltage).is_empty());
}

/// 200 W at 17 A need 11.76 V.
/// (DEV-5)
#[test]
fn above_its_current_limit_it_limits_its_current_and_switches_off() {
    let mut bench = running("input_current_limit_a = 17.0");
    bench.set_volts(11.8);
    assert_eq!(bench.branch("converter"), Branch::Power { watts: -200.0 });
    bench.set_volts(11.7);
    let Branch::Current { amps } = bench.branch("converter") else { panic!("not limited") };
    assert!((amps + 17.0).abs() < 1e-12);
    bench.run_for(SECOND);
    assert_eq!(bench.times("converter", Overload), [10_020 * MS]);
}

/// On a dead bus the limited current fades and never pulls the bank below nothing.
/// (DEV-5)
#[test]
fn a_dead_bank_is_left_alone() {
    let mut bench = running("");
    bench.ohms = 0.5;
    bench.set_volts(3.0);
    assert!(bench.bus() > 0.0 && bench.bus() < 3.0, "{} V", bench.bus());
    bench.run_for(SECOND);
    assert_eq!(bench.branch("converter"), Branch::Open);
}

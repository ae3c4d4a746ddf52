//! Inrush of an inverter: its capacitors take their charge through a resistance, once per switch-on.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{LowVoltage, Started, Stopped};
use ngbank_models::time::{MS, SECOND};

/// 50 mF behind 100 mΩ: 5 ms.
const SPECS: &str = r#"
    [[devices]]
    kind = "inverter"
    name = "inverter"
    wired_to = "load"
    rated_w = 1000.0
    power_w = 0.0
    no_load_w = 10.0
    inrush_capacitance_f = 0.05
    inrush_resistance_ohm = 0.1
"#;

fn on() -> Bench {
    let mut bench = Bench::new(12, 13.0, SPECS);
    bench.ohms = 1e-6;
    bench.pins(true, false, false);
    bench
}

/// C·V = 0.65 A·s, integrated from the currents; what six time constants leave is 0.25 %.
/// (DEV-4)
#[test]
fn the_charge_is_that_of_the_capacitors() {
    let mut bench = on();
    let mut charge = 0.0;
    for _ in 0..30 {
        charge -= bench.amps("inverter") * 1e-3;
        bench.run_for(MS);
    }
    assert!((charge / 0.65 - 1.0).abs() < 0.003, "{charge} A·s");
    assert_eq!(bench.branch("inverter"), Branch::Power { watts: -10.0 }, "then it works");
}

/// (DEV-4)
#[test]
fn the_first_millisecond_draws_most() {
    let mut bench = on();
    let first = -bench.amps("inverter");
    // The mean of 130 A · exp(−t / 5 ms) over 5 ms.
    assert!((first - 130.0 * 0.632_120_56).abs() < 0.01, "{first} A");
    bench.run_for(6 * MS);
    assert!(-bench.amps("inverter") < 0.4 * first);
}

/// The dip that it makes itself does not shut it down, and it comes again after every switch-on.
/// (DEV-4)
#[test]
fn its_own_dip_does_not_stop_it() {
    let mut bench = on();
    bench.ohms = 0.2;
    bench.settle();
    assert!(bench.bus() < 9.3, "{} V", bench.bus());
    bench.run_for(SECOND);
    assert!(bench.times("inverter", LowVoltage).is_empty());
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    bench.pins(true, false, false);
    assert!(bench.bus() < 9.3);
}

/// Its own switch is on from 2 to 5 s: remote and switch together start it, and each alone stops it.
#[test]
fn it_works_while_its_remote_and_its_own_switch_are_on() {
    let specs = format!("{SPECS}    from_s = 2.0\n    until_s = 5.0\n");
    let mut bench = Bench::new(12, 13.0, &specs);
    bench.ohms = 1e-6;
    bench.pins(true, false, false);
    assert_eq!(bench.branch("inverter"), Branch::Open);
    bench.run_to(2 * SECOND);
    assert!(-bench.amps("inverter") > 80.0, "the capacitors charge when the second of the two comes on");
    bench.run_to(3 * SECOND);
    bench.pins(false, false, false);
    bench.run_to(4 * SECOND);
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    assert_eq!(bench.times("inverter", Started), [2 * SECOND, 4 * SECOND]);
    assert_eq!(bench.times("inverter", Stopped), [3 * SECOND, 5 * SECOND]);
}

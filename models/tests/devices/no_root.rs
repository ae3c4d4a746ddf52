//! A bank that cannot deliver the power asked for: the largest power load goes first.

use crate::bench::{Bench, HOLD_UP};
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{Collapsed, Locked, Restarted};
use ngbank_models::time::{MINUTE, SECOND};

const SPECS: &str = r#"
    [[devices]]
    kind = "inverter"
    name = "inverter"
    wired_to = "load"
    rated_w = 3000.0
    power_w = 2000.0
    [[devices]]
    kind = "power-load"
    name = "fridge"
    wired_to = "load"
    power_w = 60.0
"#;

/// (DEV-12)
#[test]
fn the_largest_load_shuts_down_and_comes_back_by_its_rule() {
    let mut bench = Bench::new(12, 12.8, SPECS);
    bench.ohms = 0.002;
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    assert!(bench.events.iter().all(|event| event.action != Collapsed));

    // 12 V behind 50 mΩ give 720 W at most.
    bench.ohms = 0.050;
    bench.set_volts(12.0);
    assert!(matches!(bench.branch("inverter"), Branch::Current { .. } | Branch::Conductance { .. }), "limited");
    bench.run_for(HOLD_UP);
    assert_eq!(bench.times("inverter", Collapsed), [10 * SECOND + HOLD_UP]);
    assert_eq!(bench.branch("inverter"), Branch::Open);
    assert_eq!(bench.times("fridge", Collapsed), [10 * SECOND + HOLD_UP], "the sag takes the other load with it");

    bench.run_for(10 * MINUTE);
    assert_eq!(bench.branch("fridge"), Branch::Power { watts: -60.0 }, "back when the inverter has given up");
    let restarts = [1, 2, 3].map(|n| 10 * SECOND + n * (30 * SECOND + HOLD_UP));
    assert_eq!(bench.times("inverter", Restarted), restarts);
    assert_eq!(bench.times("inverter", Locked), [restarts[2] + HOLD_UP]);
    assert!(bench.bus() > 11.0);
}

/// Two chargers at their limits and a load that both together cannot feed at their voltage, on a bank that is as good as
/// gone. As sources of current they would lift the bus to 60 V, as sources of voltage they are too weak: to and fro, until
/// the load counts as one that cannot be fed.
/// (DEV-12)
#[test]
fn chargers_sent_to_and_fro_end_with_the_load() {
    let specs = r#"
        [[devices]]
        kind = "mains-charger"
        name = "small"
        current_limit_a = 20.0
        [[devices]]
        kind = "mains-charger"
        name = "large"
        current_limit_a = 216.0
        [[devices]]
        kind = "power-load"
        name = "heater"
        wired_to = "load"
        power_w = 4358.0
    "#;
    let mut bench = Bench::new(12, 13.0, specs);
    bench.ohms = 0.001;
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    bench.ohms = 0.294;
    bench.set_volts(16.36);
    bench.run_for(HOLD_UP);
    assert_eq!(bench.times("heater", Collapsed), [10 * SECOND + HOLD_UP]);
    assert!(bench.bus() < 17.0, "{} V", bench.bus());
}

/// (DEV-12)
#[test]
fn without_a_power_load_there_is_nothing_to_shed() {
    let mut bench = Bench::new(12, 12.8, "");
    assert_eq!(bench.installation.on_no_root(0), None);
}

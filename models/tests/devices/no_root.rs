//! A bank that cannot deliver the power asked for: the largest power load goes first.

use crate::bench::Bench;
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
    assert_eq!(bench.times("inverter", Collapsed), [10 * SECOND]);
    assert_eq!(bench.branch("inverter"), Branch::Open);
    assert_eq!(bench.branch("fridge"), Branch::Power { watts: -60.0 });

    bench.run_for(10 * MINUTE);
    let restarts = [40, 70, 100].map(|second| second * SECOND);
    assert_eq!(bench.times("inverter", Restarted), restarts);
    assert_eq!(bench.times("inverter", Locked), [100 * SECOND]);
    assert!(bench.bus() > 11.0);
}

#[test]
fn without_a_power_load_there_is_nothing_to_shed() {
    let mut bench = Bench::new(12, 12.8, "");
    assert_eq!(bench.installation.on_no_root(0), None);
}

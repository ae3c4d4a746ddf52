//! Cyrix-Li-load: thirty seconds open, locked after the third opening until 13 V are seen.

use crate::bench::Bench;
use ngbank_models::devices::Action::{Closed, Locked, Opened, Unlocked};
use ngbank_models::time::{MINUTE, MS, Micros, SECOND};

const SPECS: &str = r#"
    [[switches]]
    kind = "cyrix-li-load"
    name = "cyrix"
    wired_to = "load"
    [[devices]]
    kind = "resistive-load"
    name = "lamp"
    behind = "cyrix"
    resistance_ohm = 1.0
"#;

/// Timers lie a microsecond ahead at least.
const TICK: Micros = 1;

/// At 10 s, control High since 0.
fn closed(system_voltage_v: u8) -> Bench {
    let mut bench = Bench::new(system_voltage_v, 12.8 * f64::from(system_voltage_v) / 12.0, SPECS);
    bench.pins(true, false, false);
    bench.run_to(10 * SECOND);
    bench
}

/// Control floats at 10 s and is High again after the time of the row; closed at.
/// (DEV-2)
#[test]
fn opens_at_once_and_closes_thirty_seconds_after() {
    for (high_after, closed_at) in [
        (100 * MS, 40 * SECOND),
        (29_999 * MS, 40 * SECOND),
        (30_000 * MS, 40 * SECOND + TICK),
        (45_000 * MS, 55 * SECOND + TICK),
    ] {
        let mut bench = closed(12);
        bench.pins(false, false, false);
        bench.run_for(high_after);
        bench.pins(true, false, false);
        bench.run_for(2 * MINUTE);
        assert_eq!(bench.times("cyrix", Opened), [10 * SECOND]);
        assert_eq!(bench.times("cyrix", Closed), [TICK, closed_at], "High after {high_after} µs");
    }
}

fn interrupt(bench: &mut Bench) {
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    bench.pins(true, false, false);
    bench.run_for(MINUTE);
}

/// (DEV-2)
#[test]
fn the_third_opening_locks_until_thirty_seconds_above_thirteen_volts() {
    for (system_voltage_v, k) in [(12, 1.0), (24, 2.0), (48, 4.0)] {
        for (hold, unlocks) in [(29_900 * MS, false), (30_000 * MS, true)] {
            let mut bench = closed(system_voltage_v);
            interrupt(&mut bench);
            interrupt(&mut bench);
            assert!(bench.closed("cyrix") && bench.times("cyrix", Locked).is_empty(), "two openings do not lock");
            interrupt(&mut bench);
            assert_eq!(bench.times("cyrix", Locked).len(), 1);
            bench.set_volts(13.0 * k - 0.01);
            bench.run_for(10 * MINUTE);
            assert!(!bench.closed("cyrix"), "{system_voltage_v} V: not above 13 V");

            let seen = bench.time;
            bench.set_volts(13.0 * k + 0.01);
            bench.run_for(hold);
            bench.set_volts(12.9 * k);
            bench.run_for(MINUTE);
            let expected: Vec<Micros> = if unlocks { vec![seen + 30 * SECOND] } else { vec![] };
            assert_eq!(bench.times("cyrix", Unlocked), expected, "{system_voltage_v} V, {hold} µs");
            assert_eq!(bench.closed("cyrix"), unlocks);
        }
    }
}

/// (DEV-2)
#[test]
fn has_no_protection_of_its_own() {
    let mut bench = closed(12);
    bench.set_volts(17.0);
    bench.run_for(MINUTE);
    assert!(bench.closed("cyrix"), "no over-voltage disconnection");
}

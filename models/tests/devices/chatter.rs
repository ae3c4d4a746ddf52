//! Whatever the bank does: every instant settles, timers lie ahead, chargers never sink current.

use crate::bench::Bench;
use ngbank_models::time::SECOND;
use proptest::prelude::*;

const SPECS: &str = r#"
    [[switches]]
    kind = "battery-protect"
    name = "bp"
    wired_to = "load"
    [[switches]]
    kind = "contactor"
    name = "k1"
    wired_to = "charger"
    bounce_ms = 3.0
    [[devices]]
    kind = "inverter"
    name = "inverter"
    behind = "bp"
    rated_w = 2000.0
    load = { series = "household-winter", start_day = 0.8 }
    [[devices]]
    kind = "power-load"
    name = "pump"
    wired_to = "load"
    power_w = 300.0
    [[devices]]
    kind = "mains-charger"
    name = "small"
    wired_to = "charger"
    current_limit_a = 15.0
    power_limit_w = 180.0
    absorption_s = 20.0
    [[devices]]
    kind = "mains-charger"
    name = "large"
    behind = "k1"
    current_limit_a = 100.0
    absorption_s = 30.0
    cable_resistance_ohm = 0.001
    [[devices]]
    kind = "solar-charger"
    name = "solar"
    wired_to = "charger"
    peak_power_w = 900.0
    current_limit_a = 50.0
    irradiance = { series = "pv-clear-winter", start_day = 0.8 }
    [[devices]]
    kind = "parasitic"
    name = "leak"
    current_ma = 20.0
"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..Default::default() })]

    #[test]
    fn every_instant_settles(
        ohms in 1e-4..0.2f64,
        steps in prop::collection::vec((1.0..17.0f64, 0.0..40.0f64, 0u8..8), 1..40),
    ) {
        let mut bench = Bench::new(12, 12.8, SPECS);
        bench.ohms = ohms;
        bench.settle();
        let mut start_v = 12.8;
        for (volts, seconds, pins) in steps {
            bench.pins(pins & 1 != 0, pins & 2 != 0, pins & 4 != 0);
            let span = (seconds * 1e6) as u64 + 1;
            let (begin, from) = (bench.time, start_v);
            // Half of the time a ramp, half of the time a step.
            if pins & 4 != 0 {
                bench.volts = Box::new(move |t| {
                    from + (volts - from) * (t - begin) as f64 / span as f64
                });
            } else {
                bench.set_volts(volts);
            }
            start_v = volts;
            bench.run_for(span);
            for charger in ["small", "large", "solar"] {
                prop_assert!(bench.amps(charger) >= 0.0, "{charger} at {} V", bench.bus());
            }
            prop_assert!(bench.amps("small") <= 15.0 * 1.001 + 0.041);
            prop_assert!(bench.amps("large") <= 100.0 * 1.001 + 0.201);
        }
        prop_assert!(bench.installation.next_time() > bench.time);
    }
}

/// A bank that drifts slowly through a charger's set-point does not make it busy.
#[test]
fn a_slow_drift_makes_few_events() {
    let mut bench = Bench::new(12, 12.8, SPECS);
    bench.pins(false, true, false);
    bench.ohms = 0.0005;
    bench.volts = Box::new(|t| 13.45 + 1e-4 * (t / SECOND) as f64);
    let mut changes = 0;
    for _ in 0..6_000 {
        bench.run_for(SECOND / 10);
        changes += bench.changes;
    }
    assert!(changes < 60, "{changes} changes in ten minutes");
}

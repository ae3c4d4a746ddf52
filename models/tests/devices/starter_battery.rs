//! Starter battery: takes and gives charge, and takes the less the fuller it is.

use crate::bench::Bench;
use ngbank_models::time::{HOUR, SECOND};

/// The bank jumps to a voltage: what flowed before counts until now.
fn jump(bench: &mut Bench, volts: f64) {
    bench.pins(false, false, true);
    bench.set_volts(volts);
    bench.run_for(HOUR / 2);
}

fn bench(soc: f64, volts: f64) -> Bench {
    let specs = format!(
        r#"
        [[devices]]
        kind = "starter-battery"
        name = "starter"
        capacity_ah = 70.0
        soc_at_start = {soc:?}
    "#
    );
    let mut bench = Bench::new(12, volts, &specs);
    bench.ohms = 1e-4;
    bench.settle();
    bench
}

/// 11.6 V empty, 12.8 V full, 6 mΩ.
/// (DEV-19)
#[test]
fn gives_current_from_its_open_voltage() {
    for (soc, open_v) in [(0.0, 11.6), (0.5, 12.2), (1.0, 12.8)] {
        let bench = bench(soc, 11.0);
        let amps = (open_v - 11.0) / 0.0061;
        assert!((bench.amps("starter") - amps).abs() < 1e-6, "{soc}: {} A", bench.amps("starter"));
    }
}

/// (DEV-19)
#[test]
fn a_full_one_takes_a_few_amperes_an_empty_one_many() {
    let full = -bench(1.0, 14.2).amps("starter");
    let half = -bench(0.5, 14.2).amps("starter");
    assert!(full > 2.0 && full < 8.0, "{full} A");
    assert!(half > 100.0, "{half} A");
}

/// The charge that flowed is the charge that it has: integrated by the test from the currents it sees.
/// (DEV-19)
#[test]
fn its_voltage_follows_its_charge() {
    let mut bench = bench(0.6, 13.0);
    let mut ah = 0.0;
    for _ in 0..3_600 {
        ah -= bench.amps("starter") / 3_600.0;
        bench.run_for(SECOND);
    }
    assert!(ah > 5.0 && ah < 28.0, "{ah} Ah in an hour");
    // At the open voltage that the charge should have, next to nothing flows.
    let open_v = 11.6 + 1.2 * (0.6 + ah / 70.0);
    jump(&mut bench, open_v);
    assert!(bench.amps("starter").abs() * 0.006 < 0.004, "{} A at {open_v} V", bench.amps("starter"));
}

/// (DEV-19)
#[test]
fn never_charges_beyond_full_nor_below_empty() {
    let mut over = bench(0.99, 15.0);
    over.run_for(24 * HOUR);
    jump(&mut over, 12.8);
    assert!(over.amps("starter").abs() < 1e-6);
    let mut under = bench(0.02, 10.0);
    under.run_for(24 * HOUR);
    jump(&mut under, 11.6);
    assert!(under.amps("starter").abs() < 1e-6);
}

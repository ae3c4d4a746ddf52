//! Contactor: pick-up, drop-out, bounce, weld, inverting wire.

use crate::bench::Bench;
use ngbank_models::devices::Action::{Closed, Opened, Welded};
use ngbank_models::time::{MS, SECOND};

/// A contactor on LOAD with 12.8 A behind it.
fn bench(figures: &str) -> Bench {
    let specs = format!(
        r#"
        [[switches]]
        kind = "contactor"
        name = "k1"
        wired_to = "load"
        control_current_ma = 500.0
        pick_up_ms = 20.0
        drop_out_ms = 10.0
        {figures}
        [[devices]]
        kind = "current-load"
        name = "lamp"
        behind = "k1"
        current_a = 12.8
    "#
    );
    Bench::new(12, 12.8, &specs)
}

/// (DEV-3)
#[test]
fn picks_up_and_drops_out_late() {
    let mut bench = bench("");
    bench.run_for(SECOND);
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    assert_eq!(bench.times("k1", Closed), [1_020 * MS]);
    assert_eq!(bench.times("k1", Opened), [2_010 * MS]);
}

/// (DEV-3)
#[test]
fn a_pulse_shorter_than_the_delay_does_nothing() {
    let mut bench = bench("");
    bench.pins(true, false, false);
    bench.run_for(15 * MS);
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    assert!(bench.times("k1", Closed).is_empty());
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    bench.pins(false, false, false);
    bench.run_for(5 * MS);
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    assert!(bench.times("k1", Opened).is_empty());
}

/// (DEV-3)
#[test]
fn bounces_once() {
    let mut bench = bench("bounce_ms = 4.0");
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    assert_eq!(bench.times("k1", Closed), [20 * MS, 24 * MS]);
    assert_eq!(bench.times("k1", Opened), [22 * MS]);
    assert!((bench.amps("lamp") + 12.8).abs() < 1e-12);
}

/// (DEV-3)
#[test]
fn welds_above_its_breaking_current_only() {
    for (breaking_a, welds) in [(13.0, false), (12.0, true)] {
        let mut bench = bench(&format!("weld_above_a = {breaking_a:?}"));
        bench.pins(true, false, false);
        bench.run_for(SECOND);
        bench.pins(false, false, false);
        bench.run_for(SECOND);
        assert_eq!(bench.closed("k1"), welds, "breaking current {breaking_a} A");
        assert_eq!(bench.times("k1", Welded).len(), usize::from(welds));
        bench.pins(true, false, false);
        bench.pins(false, false, false);
        bench.run_for(SECOND);
        assert_eq!(bench.closed("k1"), welds);
    }
}

/// (DEV-3, DEV-11)
#[test]
fn an_inverting_wire_closes_while_floating() {
    let mut bench = bench("inverting = true");
    bench.run_for(SECOND);
    assert!(bench.closed("k1"));
    bench.pins(true, false, false);
    bench.run_for(SECOND);
    assert!(!bench.closed("k1"));
}

/// What is broken is what flows at that instant, not what flowed when the contactor last moved: the bank has sunk from
/// 12.8 to 11.0 V since.
/// (DEV-3)
#[test]
fn it_breaks_the_current_of_the_instant() {
    for (breaking_a, welds) in [(11.5, false), (10.5, true)] {
        let mut bench = Bench::new(
            12,
            12.8,
            &format!(
                r#"
                [[switches]]
                kind = "contactor"
                name = "k1"
                wired_to = "load"
                weld_above_a = {breaking_a:?}
                [[devices]]
                kind = "resistive-load"
                name = "heater"
                behind = "k1"
                resistance_ohm = 0.99
            "#
            ),
        );
        bench.pins(true, false, false);
        bench.run_for(SECOND);
        assert!((bench.amps("heater") + 12.8).abs() < 0.01);
        bench.set_volts(11.0);
        bench.run_for(SECOND);
        bench.pins(false, false, false);
        bench.run_for(SECOND);
        assert_eq!(bench.closed("k1"), welds, "11.0 A against {breaking_a} A");
    }
}

/// Left to the catalogue: 20 ms, 10 ms, no bounce, and a coil of 500 mA on its output.
/// (DEV-3)
#[test]
fn the_catalogue_gives_coil_and_delays() {
    let mut bench = Bench::new(12, 12.8, "[[switches]]\nkind = \"contactor\"\nname = \"k1\"\nwired_to = \"load\"");
    let coil_ma = |bench: &Bench| -1e3 * bench.installation.branches()[bench.installation.bms()].amps(12.8);
    assert_eq!(coil_ma(&bench), 0.0);
    bench.pins(true, false, false);
    assert_eq!(coil_ma(&bench), 500.0);
    bench.run_for(SECOND);
    bench.pins(false, false, false);
    bench.run_for(SECOND);
    assert_eq!(coil_ma(&bench), 0.0);
    assert_eq!(bench.times("k1", Closed), [20 * MS]);
    assert_eq!(bench.times("k1", Opened), [1_010 * MS]);
}

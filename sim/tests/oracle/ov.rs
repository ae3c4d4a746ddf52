//! OV: a cell over-voltage floats CHARGER.

use crate::bench::{NONE, Plant, Ramp, Run, failed, passed};
use ngbank_sim::oracle::Property::Ov;

fn runner() -> Run {
    let plant =
        Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 3.8), (200.0, 3.8), (201.0, 3.5)]), ..Plant::default() };
    Run::started(plant)
}

#[test]
fn cut_and_recovery_pass() {
    let mut run = runner();
    run.pins(102.1, "L", [&[], &[3], &[]]);
    run.pins(201.1, "LC", NONE);
    passed(&run.end(300.0), Ov);
}

#[test]
fn no_cut_fails() {
    failed(&runner().end(150.0), Ov, "CHARGER is still High");
}

#[test]
fn cut_below_the_threshold_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(102.1, "L", [&[], &[3], &[]]);
    failed(&run.end(103.0), Ov, "OUT-3");
}

#[test]
fn cut_without_a_cause_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(102.1, "L", NONE);
    failed(&run.end(103.0), Ov, "without a reported cause");
}

#[test]
fn missing_recovery_fails() {
    let mut run = runner();
    run.pins(102.1, "L", [&[], &[3], &[]]);
    failed(&run.end(300.0), Ov, "recovery missing");
}

#[test]
fn a_peak_shorter_than_the_hold_need_not_cut() {
    let plant =
        Plant { cell_v: Ramp::through(&[(100.0, 3.3), (100.1, 3.8), (100.6, 3.8), (100.7, 3.3)]), ..Plant::default() };
    let mut run = Run::started(plant);
    let quiet = run.clone();
    assert!(quiet.end(200.0).passed());
    // And must not: one sample is no hold.
    run.pins(101.1, "L", [&[], &[3], &[]]);
    run.pins(101.6, "LC", NONE);
    failed(&run.end(200.0), Ov, "OUT-3");
}

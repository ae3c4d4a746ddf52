//! PRE: the pre-alarm, and 30 s of both pins High before a UV cut.

use crate::bench::{NONE, Plant, Ramp, Run, failed, failed_too, passed};
use ngbank_sim::oracle::Property::Pre;

/// The weak cell falls from 3.3 V to 2.7 V within one second, at 100 s.
fn drop() -> Plant {
    Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7)]), ..Plant::default() }
}

/// Between pre-alarm and UV from 100 s, back at 200 s.
fn dip() -> Plant {
    Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 3.0), (200.0, 3.0), (201.0, 3.3)]), ..Plant::default() }
}

#[test]
fn warning_passes() {
    let mut run = Run::started(dip());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(201.1, "LC", NONE);
    let verdicts = run.end(300.0);
    let margin = passed(&verdicts, Pre).margin.expect("reached");
    assert!(margin.value > 0.0 && margin.unit == "s", "{margin:?}");
}

#[test]
fn lead_of_30_s_passes_and_is_recorded() {
    let mut run = Run::started(drop());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    let verdicts = run.end(300.0);
    let margin = passed(&verdicts, Pre).margin.expect("reached");
    assert_eq!(margin.value, 0.0);
    assert_eq!(verdicts.pre_lead_us_min, Some(30_000_000));
    assert_eq!(verdicts.uv_cuts, 1);
}

#[test]
fn lead_of_29_9_s_fails() {
    let mut run = Run::started(drop());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(131.0, "CP", [&[2], &[], &[1, 2]]);
    let verdicts = run.end(300.0);
    let verdict = failed(&verdicts, Pre, "PRE-2");
    assert!(verdict.margin.expect("reached").value < 0.0);
    assert_eq!(verdicts.pre_lead_us_min, Some(29_900_000));
}

#[test]
fn lead_starts_anew_when_load_goes_high() {
    // LOAD was off by remote until 120 s with PRE-ALARM's cause present since 101 s.
    let mut run = Run::started(drop());
    run.remote(90.0, false);
    run.pins(90.3, "", [&[11], &[11], &[11]]);
    run.remote(100.8, true);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    // Both are High since 101.1 s although PRE-1 was seen earlier.
    run.pins(129.0, "CP", [&[2], &[], &[1, 2]]);
    failed(&run.end(200.0), Pre, "27.900 s instead of 30 s");
}

#[test]
fn missing_pre_alarm_fails() {
    let verdicts = Run::started(dip()).end(150.0);
    failed(&verdicts, Pre, "PRE-ALARM is still Floating");
}

#[test]
fn pre_alarm_that_never_ends_fails() {
    let mut run = Run::started(dip());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    failed(&run.end(300.0), Pre, "recovery missing");
}

#[test]
fn pre_alarm_without_reason_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(102.1, "LC", NONE);
    failed(&run.end(300.0), Pre, "OUT-1");
}

#[test]
fn pre_alarm_without_reported_cause_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(101.1, "LCP", NONE);
    run.pins(102.1, "LC", NONE);
    failed(&run.end(300.0), Pre, "against the reported causes");
}

#[test]
fn fall_for_under_voltage_without_pre_alarm_fails() {
    let mut run = Run::started(drop());
    run.pins(103.0, "C", [&[2], &[], &[]]);
    failed_too(&run.end(140.0), Pre, "");
}

#[test]
fn between_set_and_clear_either_is_right() {
    let plant = Plant {
        cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 3.105), (200.0, 3.105), (201.0, 3.3)]),
        ..Plant::default()
    };
    let mut run = Run::started(plant.clone());
    run.pins(150.0, "LCP", [&[], &[], &[1]]);
    run.pins(201.5, "LC", NONE);
    passed(&run.end(300.0), Pre);
    assert!(Run::started(plant).end(300.0).passed());
}

//! SOC: warning before the discharge floor, cut at it.

use crate::bench::{NONE, Plant, Ramp, Run, config, failed, passed};
use ngbank_sim::oracle::Property::Soc;

/// From 300 ‰ at 100 s to 50 ‰ at 350 s (1 ‰ a second), back to 300 ‰ at 650 s.
fn discharge() -> Plant {
    Plant { soc_pm: Ramp::through(&[(100.0, 300.0), (350.0, 50.0), (400.0, 50.0), (650.0, 300.0)]), ..Plant::default() }
}

fn warned() -> Run {
    let mut run = Run::started(discharge());
    // 150 ‰ at 250 s.
    run.pins(249.8, "LCP", [&[], &[], &[7]]);
    run
}

fn cut() -> Run {
    let mut run = warned();
    run.pins(299.8, "CP", [&[8], &[], &[7, 8]]);
    run
}

#[test]
fn warning_cut_and_recovery_pass() {
    let mut run = cut();
    // Above 150 ‰ at 501 s, above 200 ‰ at 551 s.
    run.pins(501.5, "LCP", [&[], &[], &[7]]);
    run.pins(551.5, "LC", NONE);
    let verdicts = run.end(700.0);
    passed(&verdicts, Soc);
    assert_eq!(verdicts.uv_cuts, 0, "a floor cut is none for under-voltage");
    assert_eq!(verdicts.pre_lead_us_min, None);
}

#[test]
fn no_warning_fails() {
    failed(&Run::started(discharge()).end(280.0), Soc, "PRE-ALARM is still Floating");
}

#[test]
fn no_cut_fails() {
    failed(&warned().end(320.0), Soc, "LOAD is still High");
}

#[test]
fn cut_above_the_floor_fails() {
    let mut run = warned();
    run.pins(290.0, "CP", [&[8], &[], &[7, 8]]);
    failed(&run.end(291.0), Soc, "OUT-8");
}

#[test]
fn rise_before_the_clear_value_fails() {
    let mut run = cut();
    run.pins(480.0, "LCP", [&[], &[], &[7]]);
    failed(&run.end(490.0), Soc, "LOAD is still High");
}

#[test]
fn missing_recovery_fails() {
    failed(&cut().end(700.0), Soc, "recovery missing");
}

#[test]
fn floor_0_is_no_floor() {
    let mut config = config();
    config.limits.discharge_floor_pm = 0;
    let mut run = Run::started_with(config, discharge());
    let quiet = run.clone();
    assert!(quiet.end(700.0).passed());
    run.pins(299.8, "CP", [&[8], &[], &[8]]);
    failed(&run.end(300.0), Soc, "OUT-8");
}

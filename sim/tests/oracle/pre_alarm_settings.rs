//! PRE-4, PRE-5 and PRE-6: the other countdown, the pattern, and what follows a cut.

use crate::bench::{Plant, Ramp, Run, config, failed, failed_too, passed};
use ngbank_sim::oracle::Property::{Pre, Uv};
use ngbank_sim::oracle::{Limits, OracleConfig};

fn with(change: impl Fn(&mut Limits)) -> OracleConfig {
    let mut config = config();
    change(&mut config.limits);
    config
}

/// Below the pre-alarm at 100 s, below 2.8 V from 200 s on.
fn slow(config: OracleConfig) -> Run {
    let plant =
        Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 3.0), (199.0, 3.0), (200.0, 2.7)]), ..Plant::default() };
    Run::started_with(config, plant)
}

#[test]
fn pre_4_from_under_voltage_waits_for_30_s_below() {
    let mut run = slow(with(|limits| limits.countdown_from_under_voltage = true));
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    let (mut early, late) = (run.clone(), run.clone());
    run.pins(230.1, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.end(300.0), Uv);
    early.pins(228.0, "CP", [&[2], &[], &[1, 2]]);
    failed(&early.end(229.0), Uv, "OUT-2");
    failed(&late.end(235.0), Uv, "LOAD is still High");
}

#[test]
fn pre_4_from_pre_alarm_does_not() {
    let mut run = slow(config());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    failed(&run.end(230.0), Uv, "LOAD is still High");
}

#[test]
fn pre_5_a_pattern_where_it_is_set_passes_and_counts_as_high() {
    let mut run = slow(with(|limits| limits.pre_alarm_intermittent = true));
    run.pins(101.1, "LCp", [&[], &[], &[1]]);
    run.pins(201.5, "Cp", [&[2], &[], &[1, 2]]);
    let verdicts = run.end(300.0);
    passed(&verdicts, Pre);
    assert_eq!(verdicts.pre_lead_us_min, Some(100_400_000));
}

#[test]
fn pre_5_without_a_pattern_where_it_is_set_fails() {
    let mut run = slow(with(|limits| limits.pre_alarm_intermittent = true));
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    failed(&run.end(150.0), Pre, "High without a break");
}

#[test]
fn pre_5_a_pattern_where_it_is_not_set_fails() {
    let mut run = slow(config());
    run.pins(101.1, "LCp", [&[], &[], &[1]]);
    failed(&run.end(150.0), Pre, "intermittent");
}

#[test]
fn pre_5_a_pattern_that_begins_anew_fails() {
    let mut run = slow(with(|limits| limits.pre_alarm_intermittent = true));
    run.pins(101.1, "LCp", [&[], &[], &[1]]);
    run.pins(110.0, "LCq", [&[], &[], &[1]]);
    failed(&run.end(150.0), Pre, "begins anew");
}

/// Cut at 201.5 s; PRE-ALARM is to float 60 s later.
fn cut() -> Run {
    let mut run = slow(with(|limits| limits.pre_alarm_after_cutoff_s = 60));
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(201.5, "CP", [&[2], &[], &[1, 2]]);
    run
}

#[test]
fn pre_6_floating_after_its_time_passes() {
    let mut run = cut();
    run.pins(261.5, "C", [&[2], &[], &[1, 2]]);
    passed(&run.end(400.0), Pre);
}

#[test]
fn pre_6_floating_before_its_time_fails() {
    let mut run = cut();
    run.pins(261.4, "C", [&[2], &[], &[1, 2]]);
    failed_too(&run.end(300.0), Pre, "Floating");
}

#[test]
fn pre_6_no_floating_fails() {
    failed(&cut().end(270.0), Pre, "so long after the cut");
}

#[test]
fn pre_6_floating_without_the_setting_fails() {
    let mut run = slow(config());
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(201.5, "CP", [&[2], &[], &[1, 2]]);
    run.pins(261.5, "C", [&[2], &[], &[1, 2]]);
    failed_too(&run.end(300.0), Pre, "Floating");
}

#[test]
fn pre_6_floating_while_load_is_high_fails() {
    let mut run = slow(with(|limits| limits.pre_alarm_after_cutoff_s = 60));
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(180.0, "LC", [&[], &[], &[1]]);
    failed_too(&run.end(190.0), Pre, "Floating");
}

#[test]
fn pre_6_it_ends_in_the_decision_in_which_load_goes_high() {
    // The floor: cut at 10 %, LOAD again above 15 %, the warning's clear at 20 %.
    let config = with(|limits| limits.pre_alarm_after_cutoff_s = 60);
    let plant = Plant {
        soc_pm: Ramp::through(&[(100.0, 300.0), (350.0, 50.0), (500.0, 50.0), (630.0, 180.0)]),
        ..Plant::default()
    };
    let mut run = Run::started_with(config, plant);
    run.pins(249.8, "LCP", [&[], &[], &[7]]);
    run.pins(299.8, "CP", [&[8], &[], &[7, 8]]);
    run.pins(359.8, "C", [&[8], &[], &[7, 8]]);
    let mut floats = run.clone();
    run.pins(601.5, "LCP", [&[], &[], &[7]]);
    passed(&run.end(700.0), Pre);
    floats.pins(601.5, "LC", [&[], &[], &[7]]);
    failed_too(&floats.end(605.0), Pre, "Floating");
}

#[test]
fn without_a_cut_nothing_ends() {
    // Remote off floats LOAD: no cut, and PRE-ALARM is there again when the remote is.
    let mut run = slow(with(|limits| limits.pre_alarm_after_cutoff_s = 60));
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.remote(110.0, false);
    run.pins(110.3, "", [&[11], &[11], &[1, 11]]);
    run.remote(190.0, true);
    run.pins(190.3, "LCP", [&[], &[], &[1]]);
    passed(&run.end(195.0), Pre);
}

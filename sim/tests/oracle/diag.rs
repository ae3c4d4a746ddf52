//! DIAG-1: error 36 for a current that ignores its output.

use crate::bench::{Plant, Ramp, Run, passed};
use ngbank_sim::oracle::Property::{Com, Diag, Rem};
use ngbank_sim::oracle::{DamagedPart, Reported, Verdicts, WorldEvent};

const OFF: [&[u32]; 3] = [&[11], &[11], &[11]];

fn error(number: u8) -> Reported {
    Reported { error: Some(number), ..Reported::default() }
}

/// Remote off since 100 s, this current throughout; two strings, so that the limit is 0.8 A.
fn off(amps: f64) -> Run {
    let mut run = Run::started(Plant { amps: Ramp::flat(amps), ..Plant::default() });
    run.remote(100.0, false);
    run.pins(100.2, "", OFF);
    run
}

#[track_caller]
fn failed(verdicts: &Verdicts, words: &str) {
    crate::bench::failed(verdicts, Diag, words);
}

#[test]
fn error_36_after_30_s_passes_in_both_directions() {
    for amps in [-5.0, 5.0] {
        let mut run = off(amps);
        run.decision(130.2, "", OFF, &error(36));
        let verdicts = run.end(200.0);
        assert!(passed(&verdicts, Diag).margin.is_some());
    }
}

#[test]
fn no_error_fails() {
    failed(&off(-5.0).end(132.0), "error 36 is not shown");
}

#[test]
fn a_lower_number_hides_it() {
    let mut run = off(-5.0);
    run.decision(110.0, "", OFF, &error(14));
    passed(&run.end(200.0), Rem);
}

#[test]
fn an_early_error_fails() {
    let mut run = off(-5.0);
    run.decision(129.0, "", OFF, &error(36));
    failed(&run.end(129.5), "error 36 is shown");
}

#[test]
fn a_current_below_the_limit_is_none() {
    for amps in [-0.5, 0.5] {
        let mut run = off(amps);
        passed(&run.clone().end(200.0), Rem);
        run.decision(130.2, "", OFF, &error(36));
        failed(&run.end(200.0), "error 36 is shown");
    }
}

#[test]
fn near_the_limit_either_is_right() {
    let mut run = off(-0.8);
    passed(&run.clone().end(200.0), Rem);
    run.decision(130.2, "", OFF, &error(36));
    passed(&run.end(200.0), Diag);
}

#[test]
fn a_current_through_a_high_output_is_none() {
    let mut run = Run::started(Plant { amps: Ramp::flat(-5.0), ..Plant::default() });
    run.decision(130.2, "LC", [&[], &[], &[]], &error(36));
    failed(&run.end(200.0), "error 36 is shown");
}

#[test]
fn an_error_that_outlives_the_current_fails() {
    let plant = Plant { amps: Ramp::through(&[(150.0, -5.0), (150.1, 0.0)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.remote(100.0, false);
    run.pins(100.2, "", OFF);
    run.decision(130.2, "", OFF, &error(36));
    let stays = run.clone();
    run.decision(150.6, "", OFF, &Reported::default());
    passed(&run.end(200.0), Diag);
    failed(&stays.end(153.0), "error 36 is shown");
}

#[test]
fn a_silent_battery_accuses_nobody() {
    // It was discharging when it fell silent; its last value stands.
    let mut run = Run::started(Plant { amps: Ramp::flat(-5.0), ..Plant::default() });
    run.world(100.0, WorldEvent::Damaged { battery: Some(0), part: DamagedPart::All });
    run.decision(105.0, "", [&[9], &[9], &[]], &error(39));
    passed(&run.clone().end(200.0), Com);
    run.decision(140.0, "", [&[9], &[9], &[]], &error(36));
    failed(&run.end(200.0), "error 36 is shown");
}

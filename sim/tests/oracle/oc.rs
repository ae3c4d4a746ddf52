//! OC: over-current warning, cut, retry and latch.

use crate::bench::{Causes, NONE, Plant, Ramp, Run, config, failed, passed};
use ngbank_sim::oracle::Property::Oc;
use ngbank_sim::oracle::Reported;

/// 150 A of discharge from 100 s to 131.5 s.
fn overload() -> Run {
    let plant = Plant {
        amps: Ramp::through(&[(100.0, 0.0), (100.1, -150.0), (131.5, -150.0), (131.6, 0.0)]),
        ..Plant::default()
    };
    Run::started(plant)
}

#[test]
fn warning_cut_and_retry_pass() {
    let mut run = overload();
    run.pins(100.7, "LCP", [&[], &[], &[12]]);
    run.pins(130.8, "CP", [&[12], &[], &[12]]);
    run.pins(137.2, "C", [&[12], &[], &[]]);
    run.pins(190.8, "LC", NONE);
    passed(&run.end(300.0), Oc);
}

#[test]
fn no_cut_fails() {
    let plant = Plant { amps: Ramp::through(&[(100.0, 0.0), (100.1, 150.0)]), ..Plant::default() };
    failed(&Run::started(plant).end(200.0), Oc, "CHARGER is still High");
}

#[test]
fn cut_after_10_s_above_the_pulse_rating() {
    let plant = Plant {
        amps: Ramp::through(&[(100.0, 0.0), (100.1, 250.0), (111.5, 250.0), (111.6, 0.0)]),
        ..Plant::default()
    };
    let mut run = Run::started(plant);
    let uncut = run.clone();
    run.pins(110.8, "L", [&[], &[13], &[]]);
    run.pins(170.8, "LC", NONE);
    passed(&run.end(300.0), Oc);
    failed(&uncut.end(200.0), Oc, "CHARGER is still High");
}

#[test]
fn missing_warning_fails() {
    failed(&overload().end(120.0), Oc, "PRE-ALARM is still Floating");
}

#[test]
fn cut_before_its_time_fails() {
    let mut run = overload();
    run.pins(100.7, "LCP", [&[], &[], &[12]]);
    run.pins(120.0, "CP", [&[12], &[], &[12]]);
    failed(&run.end(121.0), Oc, "no discharge over-current");
}

#[test]
fn retry_before_its_time_fails() {
    let mut run = overload();
    run.pins(100.7, "LCP", [&[], &[], &[12]]);
    run.pins(130.8, "CP", [&[12], &[], &[12]]);
    run.pins(137.2, "C", [&[12], &[], &[]]);
    run.pins(170.0, "LC", NONE);
    failed(&run.end(180.0), Oc, "before the retry time");
}

#[test]
fn missing_retry_fails() {
    let mut run = overload();
    run.pins(100.7, "LCP", [&[], &[], &[12]]);
    run.pins(130.8, "CP", [&[12], &[], &[12]]);
    run.pins(137.2, "C", [&[12], &[], &[]]);
    failed(&run.end(300.0), Oc, "recovery missing");
}

#[test]
fn third_cut_latches_until_the_remote_is_toggled() {
    let mut points = Vec::new();
    for n in 0..3 {
        let begin = 100.0 + 100.0 * f64::from(n);
        points.extend([(begin, 0.0), (begin + 0.1, 250.0)]);
        points.extend([(begin + 10.8, 250.0), (begin + 10.9, 0.0)]);
    }
    let plant = Plant { amps: Ramp::through(&points), ..Plant::default() };
    let mut run = Run::started(plant);
    for n in 0..3 {
        let begin = 100.0 + 100.0 * f64::from(n);
        run.pins(begin + 10.8, "L", [&[], &[13], &[]]);
        if n < 2 {
            run.pins(begin + 70.8, "LC", NONE);
        }
    }
    let mut retried = run.clone();
    retried.pins(370.8, "LC", NONE);
    failed(&retried.end(400.0), Oc, "latch of OC-3");
    run.remote(900.0, false);
    run.pins(900.3, "", [&[11], &[11], &[11]]);
    run.remote(910.0, true);
    run.pins(910.3, "LC", NONE);
    passed(&run.end(1000.0), Oc);
}

#[test]
fn oc_4_a_warning_without_a_cut_passes_where_it_is_set() {
    let plant = Plant {
        amps: Ramp::through(&[(100.0, 0.0), (100.1, -150.0), (150.0, -150.0), (150.1, 0.0)]),
        ..Plant::default()
    };
    let mut config = config();
    config.limits.over_current_warns = true;
    let mut run = Run::started_with(config, plant);
    run.pins(100.7, "LCP", [&[], &[], &[12]]);
    let mut cut = run.clone();
    run.pins(155.8, "LC", NONE);
    passed(&run.end(300.0), Oc);
    cut.pins(130.8, "CP", [&[12], &[], &[12]]);
    failed(&cut.end(131.0), Oc, "OC-4");
}

/// Both batteries are charged with 150 A from 100 s on, whatever CHARGER does, until `end`; cut at 130.8 s.
fn ignored(end: f64) -> Run {
    let amps = Ramp::through(&[(100.0, 0.0), (100.1, 150.0), (end, 150.0), (end + 0.1, 0.0)]);
    let mut run = Run::started(Plant { amps: amps.clone(), other_amps: amps, ..Plant::default() });
    run.pins(130.8, "L", [&[], &[13], &[]]);
    run
}

fn error(number: u8) -> Reported {
    Reported { error: Some(number), ..Reported::default() }
}

#[test]
fn a_cut_without_effect_shows_error_36() {
    let cut: Causes<'_> = [&[], &[13], &[]];
    let mut run = ignored(1000.0);
    failed(&run.clone().end(150.0), Oc, "error 36 is not shown");
    run.decision(132.9, "L", cut, &error(36));
    passed(&run.clone().end(190.0), Oc);
    // A lower number hides it; a higher one does not.
    run.decision(140.0, "L", cut, &error(13));
    passed(&run.clone().end(190.0), Oc);
    run.decision(150.0, "L", cut, &error(39));
    failed(&run.end(160.0), Oc, "error 36 is not shown");
}

#[test]
fn a_cut_that_works_needs_no_error() {
    passed(&ignored(131.0).end(190.0), Oc);
}

#[test]
fn cuts_without_effect_do_not_latch() {
    let cut: Causes<'_> = [&[], &[13], &[]];
    let mut run = ignored(330.0);
    for retry in [190.8, 281.6] {
        run.decision(retry - 57.8, "L", cut, &error(36));
        run.pins(retry, "LC", NONE);
        run.pins(retry + 30.0, "L", cut);
    }
    // The current stops by itself: a third cut that worked would be the first that counts.
    run.decision(314.0, "L", cut, &error(36));
    let mut retried = run.clone();
    retried.pins(371.6, "LC", NONE);
    passed(&retried.end(400.0), Oc);
    run.pins(371.6, "L", cut);
    failed(&run.end(400.0), Oc, "recovery missing");
}

//! UPD: settings and firmware that change while the BMS runs.

use crate::bench::{NONE, Plant, Ramp, Run, failed, failed_too, passed};
use ngbank_sim::oracle::Property::{Boot, Com, Oc, Pre, Rem, Upd, Uv};
use ngbank_sim::oracle::{DamagedPart, Limits, Reported, WorldEvent};

fn change(change: impl Fn(&mut Limits)) -> WorldEvent {
    let mut limits = Limits::default();
    change(&mut limits);
    WorldEvent::Settings { limits, taken: true }
}

/// The weak cell falls to 2.7 V at 100 s.
fn drop() -> Run {
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run
}

#[test]
fn upd_1_the_new_values_judge() {
    let mut run = drop();
    run.world(120.0, change(|limits| limits.under_voltage_mv = 2650));
    passed(&run.clone().end(300.0), Upd);
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    failed(&run.end(132.0), Uv, "OUT-2");
}

#[test]
fn upd_1_the_old_values_judge_no_longer() {
    let mut run = drop();
    run.world(120.0, change(|limits| limits.pre_alarm_mv = 2850));
    // 2.7 V is below either.
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.clone().end(140.0), Upd);
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 3.0)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.world(120.0, change(|limits| limits.pre_alarm_mv = 2850));
    let stays = run.clone();
    run.pins(120.1, "LC", NONE);
    passed(&run.end(200.0), Pre);
    failed(&stays.end(122.0), Pre, "recovery missing");
}

#[test]
fn upd_1_values_that_begin_to_matter_must_act() {
    let plant = Plant { cell_v: Ramp::flat(3.12), ..Plant::default() };
    let mut run = Run::started(Plant { cell_v: Ramp::through(&[(50.0, 3.3), (51.0, 3.12)]), ..plant });
    run.world(100.03, change(|limits| limits.pre_alarm_mv = 3150));
    let silent = run.clone();
    run.pins(100.1, "LCP", [&[], &[], &[1]]);
    passed(&run.end(200.0), Pre);
    failed(&silent.end(103.0), Pre, "PRE-ALARM is still Floating");
}

#[test]
fn upd_1_what_breaks_a_rule_must_be_refused_and_nothing_else() {
    let wrong: [fn(&mut Limits); 4] = [
        |limits| limits.under_voltage_mv = 2801,
        |limits| limits.pre_alarm_after_cutoff_s = 9,
        |limits| limits.over_voltage_mv = 3620,
        |limits| limits.discharge_floor_pm = 800 + limits.floor_clear_pm + 100,
    ];
    for wrong in wrong {
        let WorldEvent::Settings { limits, .. } = change(wrong) else { panic!("settings") };
        let mut run = Run::started(Plant::default());
        run.world(100.0, WorldEvent::Settings { limits, taken: false });
        passed(&run.end(200.0), Upd);
        let mut run = Run::started(Plant::default());
        run.world(100.0, WorldEvent::Settings { limits, taken: true });
        failed_too(&run.end(100.5), Upd, "must refuse");
    }
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::Settings { limits: Limits::default(), taken: false });
    failed(&run.end(200.0), Upd, "break no rule");
}

#[test]
fn upd_1_another_countdown_begins_the_30_s_anew() {
    let mut run = drop();
    run.world(120.0, change(|limits| limits.countdown_from_under_voltage = true));
    let mut early = run.clone();
    run.pins(150.0, "CP", [&[2], &[], &[1, 2]]);
    let verdicts = run.end(300.0);
    passed(&verdicts, Pre);
    assert_eq!(verdicts.pre_lead_us_min, Some(30_000_000));
    early.pins(149.9, "CP", [&[2], &[], &[1, 2]]);
    failed(&early.end(150.0), Pre, "29.900 s instead of 30 s");
}

#[test]
fn upd_1_another_threshold_does_not() {
    let mut run = drop();
    run.world(120.0, change(|limits| limits.under_voltage_mv = 2750));
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.clone().end(300.0), Pre);
}

#[test]
fn upd_1_under_voltage_is_kept() {
    let mut run = drop();
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    run.world(140.0, change(|limits| limits.under_voltage_mv = 2600));
    passed(&run.clone().end(300.0), Uv);
    run.pins(141.0, "LCP", [&[], &[], &[1]]);
    failed(&run.end(143.0), Uv, "LOAD is still High");
}

#[test]
fn oc_4_a_running_cut_ends_with_its_setting() {
    let plant = Plant {
        amps: Ramp::through(&[(100.0, 0.0), (100.1, -150.0), (131.5, -150.0), (131.6, 0.0)]),
        ..Plant::default()
    };
    let mut run = Run::started(plant);
    run.pins(100.7, "LCP", [&[], &[], &[12]]);
    run.pins(130.8, "CP", [&[12], &[], &[12]]);
    run.pins(137.2, "C", [&[12], &[], &[]]);
    run.world(150.0, change(|limits| limits.over_current_warns = true));
    let stays = run.clone();
    run.pins(150.1, "LC", NONE);
    passed(&run.end(300.0), Oc);
    failed(&stays.end(155.0), Oc, "recovery missing");
}

fn blinking() -> Reported {
    Reported { both_leds_blink: true, ..Reported::default() }
}

const ALL: [&[u32]; 3] = [&[14], &[14], &[14]];

/// An update from 100.03 s to 160 s; the outputs float from 100.1 s on.
fn update() -> Run {
    let mut run = Run::started(Plant::default());
    run.world(100.03, WorldEvent::UpdateBegins);
    run.decision(100.1, "", ALL, &blinking());
    run
}

fn ended(failed: bool) -> Run {
    let mut run = update();
    run.world(160.0, WorldEvent::UpdateEnds { failed });
    run.pins(160.0, "", NONE);
    run.pins(160.1, "", ALL);
    run
}

#[test]
fn upd_2_everything_floats_and_the_bms_starts_anew() {
    let mut run = ended(false);
    run.boot(160.1);
    let verdicts = run.end(300.0);
    assert!(passed(&verdicts, Upd).margin.is_some());
    passed(&verdicts, Boot);
}

#[test]
fn upd_2_an_output_that_stays_high_fails() {
    let mut run = Run::started(Plant::default());
    run.world(100.03, WorldEvent::UpdateBegins);
    run.decision(100.1, "C", [&[14], &[], &[14]], &blinking());
    failed(&run.end(101.0), Upd, "an output is High");
}

#[test]
fn led_3_both_blink() {
    let mut run = Run::started(Plant::default());
    run.world(100.03, WorldEvent::UpdateBegins);
    run.pins(100.1, "", ALL);
    failed(&run.end(101.0), Upd, "LED-3");
}

#[test]
fn upd_2_the_new_firmware_waits_for_clear_values_and_the_old_one_remembers() {
    let mut new = ended(false);
    new.pins(161.6, "LC", NONE);
    failed(&new.end(170.0), Boot, "BOOT-2");
    let mut old = ended(true);
    old.pins(161.6, "LC", NONE);
    passed(&old.end(300.0), Upd);
}

#[test]
fn upd_2_a_start_that_never_ends_fails() {
    failed(&ended(true).end(200.0), Boot, "recovery missing");
}

#[test]
fn upd_1_nothing_is_taken_during_an_update() {
    let mut run = update();
    let mut taken = run.clone();
    run.world(120.0, WorldEvent::Settings { limits: Limits::default(), taken: false });
    passed(&run.end(150.0), Upd);
    taken.world(120.0, change(|limits| limits.under_voltage_mv = 2700));
    failed(&taken.end(150.0), Upd, "UPD-2");
}

#[test]
fn upd_1_a_running_silence_is_judged_by_the_new_timeout() {
    const SILENT: [&[u32]; 3] = [&[9], &[9], &[]];
    let silent_with = |timeout_ms: u32| {
        let mut run = Run::started(Plant::default());
        run.world(100.0, WorldEvent::Damaged { battery: Some(1), part: DamagedPart::All });
        run.world(102.0, change(|limits| limits.silence_timeout_ms = timeout_ms));
        run
    };
    for (timeout_ms, at) in [(2000, 102.1), (10_000, 110.0)] {
        let mut run = silent_with(timeout_ms);
        run.pins(at, "", SILENT);
        passed(&run.end(200.0), Com);
    }
    let mut early = silent_with(10_000);
    early.pins(103.0, "", SILENT);
    failed(&early.end(103.1), Com, "OUT-9 is reported");
    failed(&silent_with(2000).end(107.0), Com, "an output is High");
}

#[test]
fn upd_1_a_running_debounce_is_judged_by_the_new_time() {
    let mut run = Run::started(Plant::default());
    run.remote(100.0, false);
    run.world(100.1, change(|limits| limits.remote_debounce_ms = 1000));
    let late = run.clone();
    run.pins(102.0, "", [&[11], &[11], &[11]]);
    passed(&run.end(200.0), Rem);
    failed(&late.end(103.0), Rem, "an output is High");
}

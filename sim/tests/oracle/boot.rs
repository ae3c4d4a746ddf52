//! BOOT: outputs float until the bank has reported; without retained state every hysteresis begins tripped.

use crate::bench::{Causes, NONE, Plant, Ramp, Run, config, failed, failed_too, passed};
use ngbank_sim::oracle::Property::{Boot, Com, Rem, Sup, Uv};
use ngbank_sim::oracle::WorldEvent;

#[test]
fn start_passes() {
    passed(&Run::started(Plant::default()).end(300.0), Boot);
}

#[test]
fn load_high_before_the_clear_hold_fails() {
    let mut run = Run::powered(config(), Plant::default());
    run.pins(0.1, "", [&[14], &[14], &[14]]);
    run.pins(1.1, "LC", NONE);
    failed(&run.end(60.0), Boot, "BOOT-2");
}

#[test]
fn a_start_that_never_ends_fails() {
    let mut run = Run::powered(config(), Plant::default());
    run.pins(0.1, "", [&[14], &[14], &[14]]);
    failed(&run.end(60.0), Boot, "recovery missing");
}

#[test]
fn load_waits_for_the_clear_value() {
    // 3.15 V is neither under-voltage nor recovered.
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.15), (101.0, 3.3)]), ..Plant::default() };
    let mut run = Run::powered(config(), plant);
    run.pins(0.1, "", [&[14], &[14], &[14]]);
    run.pins(1.1, "C", [&[14], &[], &[]]);
    let mut early = run.clone();
    run.pins(131.2, "LC", NONE);
    passed(&run.end(300.0), Boot);
    early.pins(60.0, "LC", NONE);
    failed(&early.end(70.0), Boot, "BOOT-2");
}

#[test]
fn reset_floats_and_comes_back() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::WatchdogReset);
    run.pins(100.0, "", NONE);
    run.pins(100.1, "", [&[14], &[14], &[14]]);
    run.pins(101.5, "LC", NONE);
    passed(&run.end(300.0), Boot);
}

#[test]
fn the_margin_of_a_reset_is_the_way_to_the_pins() {
    // Between two decisions: the outputs float at once, the causes come with the next decision.
    let mut run = Run::started(Plant::default());
    run.world(100.03, WorldEvent::WatchdogReset);
    run.pins(100.03, "", NONE);
    run.pins(100.1, "", [&[14], &[14], &[14]]);
    run.pins(101.5, "LC", NONE);
    let verdicts = run.end(300.0);
    let margin = passed(&verdicts, Boot).margin.expect("reached");
    assert!((margin.value - 1.1).abs() < 1e-9, "{margin:?}");
}

#[test]
fn what_a_reset_reports_anew_is_not_late() {
    // Supply too high since 100 s, remote off since 120 s, battery 2 silent since 155 s; the reset forgets what it reported.
    const START: Causes<'static> = [&[14], &[14], &[14]];
    const OFF: Causes<'static> = [&[11, 14], &[11, 14], &[11, 14]];
    const SILENT: Causes<'static> = [&[9, 11, 14], &[9, 11, 14], &[11, 14]];
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::Supply { mv: 71_000 });
    run.pins(100.1, "", START);
    run.remote(120.0, false);
    run.pins(120.2, "", OFF);
    run.world(150.1, WorldEvent::ChainBroken { from: 1 });
    run.pins(155.1, "", SILENT);
    run.world(200.03, WorldEvent::WatchdogReset);
    run.pins(200.03, "", NONE);
    run.pins(200.1, "", START);
    run.pins(200.3, "", OFF);
    run.pins(205.1, "", SILENT);
    let verdicts = run.end(300.0);
    for property in [Com, Rem, Sup] {
        assert!(passed(&verdicts, property).margin.is_some(), "{property:?}");
    }
}

#[test]
fn reset_that_floats_nothing_fails() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::WatchdogReset);
    failed(&run.end(120.0), Boot, "BOOT-1");
}

#[test]
fn a_reset_does_not_end_an_under_voltage() {
    let plant =
        Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7), (140.0, 2.7), (141.0, 3.0)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    run.world(200.0, WorldEvent::WatchdogReset);
    run.pins(200.0, "", NONE);
    run.pins(200.1, "", [&[14], &[14], &[14]]);
    let mut lost = run.clone();
    run.pins(201.5, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.end(300.0), Uv);
    lost.pins(201.5, "LCP", [&[], &[], &[1]]);
    failed_too(&lost.end(300.0), Uv, "LOAD is still High");
}

#[test]
fn a_dead_bms_floats_everything() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::PowerLost);
    let mut alive = run.clone();
    run.pins(100.0, "", NONE);
    run.world(200.0, WorldEvent::PowerOn);
    run.boot(200.1);
    passed(&run.end(300.0), Boot);
    alive.until(101.0);
    failed(&alive.end(101.0), Boot, "an output is High");
}

#[test]
fn start_waits_for_a_silent_battery() {
    let mut run = Run::powered(config(), Plant::default());
    run.world(0.0, WorldEvent::ChainBroken { from: 1 });
    run.world(0.0, WorldEvent::PowerOn);
    run.pins(0.1, "", [&[14], &[14], &[14]]);
    let mut incomplete = run.clone();
    passed(&run.end(100.0), Boot);
    incomplete.pins(40.0, "LC", NONE);
    failed_too(&incomplete.end(50.0), Boot, "an output is High");
}

#[test]
fn a_battery_that_is_first_heard_late_ends_the_start_at_once() {
    // Nothing of it was lost, so it has no trust to regain (COM-5); the start only waited for it.
    let mut run = Run::powered(config(), Plant::default());
    run.world(0.0, WorldEvent::BatteryRemoved { battery: 1, removed: true });
    run.world(0.0, WorldEvent::PowerOn);
    run.pins(0.1, "", [&[14], &[14], &[14]]);
    run.world(40.0, WorldEvent::BatteryRemoved { battery: 1, removed: false });
    let mut never = run.clone();
    run.pins(41.2, "C", [&[14], &[], &[]]);
    run.pins(71.2, "LC", NONE);
    passed(&run.end(300.0), Boot);
    never.until(300.0);
    failed_too(&never.end(300.0), Boot, "recovery missing");
}

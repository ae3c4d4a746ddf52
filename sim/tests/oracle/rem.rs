//! REM: remote off floats everything.

use crate::bench::{Causes, NONE, Plant, Run, failed, passed};
use ngbank_sim::oracle::Property::Rem;
use ngbank_sim::oracle::WorldEvent;

const OFF: Causes<'static> = [&[11], &[11], &[11]];

#[test]
fn off_and_on_pass() {
    let mut run = Run::started(Plant::default());
    run.remote(100.0, false);
    run.pins(100.2, "", OFF);
    run.remote(200.0, true);
    run.pins(200.2, "LC", NONE);
    passed(&run.end(300.0), Rem);
}

#[test]
fn off_that_is_ignored_fails() {
    let mut run = Run::started(Plant::default());
    run.remote(100.0, false);
    failed(&run.end(110.0), Rem, "in spite of remote off");
}

#[test]
fn off_without_off_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(100.2, "", OFF);
    failed(&run.end(101.0), Rem, "OUT-11");
}

#[test]
fn rise_before_the_debounce_time_fails() {
    let mut run = Run::started(Plant::default());
    run.remote(100.0, false);
    run.pins(100.2, "", OFF);
    run.remote(200.0, true);
    run.pins(200.1, "LC", NONE);
    failed(&run.end(300.0), Rem, "in spite of remote off");
}

#[test]
fn on_that_is_ignored_fails() {
    let mut run = Run::started(Plant::default());
    run.remote(100.0, false);
    run.pins(100.2, "", OFF);
    run.remote(200.0, true);
    failed(&run.end(300.0), Rem, "OUT-11");
}

#[test]
fn a_pulse_shorter_than_the_debounce_time_may_be_missed() {
    let mut run = Run::started(Plant::default());
    run.remote(100.0, false);
    run.remote(100.15, true);
    passed(&run.end(300.0), Rem);
}

#[test]
fn every_way_of_being_on_counts() {
    // REM-1, REM-2: L at battery minus; H at battery plus, up to 0.2 V above; anything else is off.
    let cases = [(0, 0, true), (5000, 13_200, true), (5000, 13_400, true), (5000, 13_401, false), (5000, 2900, false)];
    for (l_mv, h_mv, on) in cases {
        let mut run = Run::started(Plant::default());
        let supply_mv = 13_200;
        run.world(100.0, WorldEvent::Remote { l_mv, h_mv, supply_mv });
        assert_eq!(run.end(110.0).passed(), on, "L {l_mv} mV, H {h_mv} mV");
    }
}

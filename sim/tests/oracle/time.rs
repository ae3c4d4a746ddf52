//! TIME: a clock that goes backwards floats both outputs, once.

use crate::bench::{NONE, Plant, Run, failed, passed};
use ngbank_sim::oracle::Property::Time;
use ngbank_sim::oracle::WorldEvent;

fn set_back() -> Run {
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::ClockSetBack { ms: 5000 });
    run
}

#[test]
fn clock_fault_passes() {
    let mut run = set_back();
    run.pins(100.1, "", [&[15], &[15], &[]]);
    run.pins(101.2, "LC", NONE);
    passed(&run.end(200.0), Time);
}

#[test]
fn clock_fault_that_is_ignored_fails() {
    failed(&set_back().end(110.0), Time, "TIME-2");
}

#[test]
fn clock_fault_that_never_ends_fails() {
    let mut run = set_back();
    run.pins(100.1, "", [&[15], &[15], &[]]);
    failed(&run.end(200.0), Time, "OUT-15");
}

#[test]
fn clock_fault_without_one_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(100.1, "", [&[15], &[15], &[]]);
    failed(&run.end(101.0), Time, "OUT-15");
}

//! SUP: no output is High on a supply out of range.

use crate::bench::{NONE, Plant, Run, failed, passed};
use ngbank_sim::oracle::Property::{Boot, Sup};
use ngbank_sim::oracle::WorldEvent;

fn supply(mv: i32) -> WorldEvent {
    WorldEvent::Supply { mv }
}

#[test]
fn dip_and_start_pass() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, supply(7_900));
    run.pins(100.1, "", [&[14], &[14], &[14]]);
    run.world(110.0, supply(13_000));
    run.boot(110.1);
    passed(&run.end(200.0), Sup);
}

#[test]
fn dip_that_is_ignored_fails() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, supply(7_900));
    failed(&run.end(105.0), Sup, "SUP-1");
}

#[test]
fn a_dip_of_less_than_10_ms_is_none() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, supply(7_000));
    run.world(100.009, supply(13_000));
    passed(&run.clone().end(200.0), Sup);
    run.pins(102.0, "", [&[14], &[14], &[14]]);
    failed(&run.end(200.0), Boot, "recovery missing");
}

#[test]
fn on_again_below_8_5_v_fails() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, supply(7_900));
    run.pins(100.1, "", [&[14], &[14], &[14]]);
    run.world(110.0, supply(8_300));
    run.pins(112.0, "LC", NONE);
    failed(&run.end(120.0), Sup, "SUP-1");
}

#[test]
fn too_high_floats_until_69_v() {
    let mut run = Run::started(Plant::default());
    run.world(100.0, supply(71_000));
    let ignored = run.clone();
    run.pins(100.1, "", [&[14], &[14], &[14]]);
    run.world(110.0, supply(69_500));
    let mut early = run.clone();
    run.world(120.0, supply(68_000));
    run.pins(120.1, "LC", NONE);
    passed(&run.end(200.0), Sup);
    failed(&ignored.end(105.0), Sup, "SUP-1");
    early.pins(112.0, "LC", NONE);
    failed(&early.end(115.0), Sup, "SUP-1");
}

//! UV-4's variant: CHARGER gives up in the low-cell state, and comes back.

use crate::bench::{Plant, Ramp, Run, config, failed, passed};
use ngbank_sim::oracle::Property::Uv;

const LOW: [&[u32]; 3] = [&[2], &[], &[1, 2]];
const GIVEN_UP: [&[u32]; 3] = [&[2], &[16], &[1, 2]];

/// In the low-cell state since 131.1 s; 5 min end at 431.1 s. `amps` is the bank's current.
fn low(amps: Ramp) -> Run {
    let mut config = config();
    config.limits.charger_gives_up = true;
    low_with(config, amps)
}

fn low_with(config: ngbank_sim::oracle::OracleConfig, amps: Ramp) -> Run {
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7)]), amps, ..Plant::default() };
    let mut run = Run::started_with(config, plant);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(131.1, "CP", LOW);
    run
}

#[test]
fn giving_up_after_5_min_passes() {
    let mut run = low(Ramp::flat(0.0));
    run.pins(431.1, "P", GIVEN_UP);
    passed(&run.end(600.0), Uv);
}

#[test]
fn never_giving_up_fails() {
    failed(&low(Ramp::flat(0.0)).end(434.0), Uv, "CHARGER is High");
}

#[test]
fn giving_up_early_fails() {
    let mut run = low(Ramp::flat(0.0));
    run.pins(431.0, "P", GIVEN_UP);
    failed(&run.end(600.0), Uv, "less than 5 min");
}

#[test]
fn giving_up_without_the_variant_fails() {
    let mut run = low_with(config(), Ramp::flat(0.0));
    run.pins(431.1, "P", GIVEN_UP);
    failed(&run.end(432.0), Uv, "though CHARGER is to stay on");
}

#[test]
fn giving_up_outside_the_low_cell_state_fails() {
    let mut config = config();
    config.limits.charger_gives_up = true;
    let mut run = Run::started_with(config, Plant::default());
    run.pins(500.0, "L", [&[], &[16], &[]]);
    failed(&run.end(501.0), Uv, "outside the low-cell state");
}

#[test]
fn a_charge_current_begins_the_5_min_anew() {
    // 1 % C is 2 A.
    let amps = Ramp::through(&[(300.0, 0.0), (300.1, 5.0), (320.0, 5.0), (320.1, 0.0)]);
    let mut run = low(amps.clone());
    run.pins(621.0, "P", GIVEN_UP);
    passed(&run.end(700.0), Uv);
    let mut early = low(amps);
    early.pins(431.1, "P", GIVEN_UP);
    failed(&early.end(432.0), Uv, "less than 5 min");
}

#[test]
fn too_small_or_too_short_a_current_does_not() {
    for amps in [Ramp::flat(1.0), Ramp::through(&[(300.0, 0.0), (300.1, 5.0), (303.0, 5.0), (303.1, 0.0)])] {
        failed(&low(amps).end(434.0), Uv, "CHARGER is High");
    }
}

#[test]
fn a_charge_current_ends_it() {
    let mut run = low(Ramp::through(&[(500.0, 0.0), (500.1, 5.0)]));
    run.pins(431.1, "P", GIVEN_UP);
    let mut stays = run.clone();
    run.pins(505.6, "CP", LOW);
    passed(&run.end(600.0), Uv);
    stays.until(510.0);
    failed(&stays.end(510.0), Uv, "OUT-16 is reported");
}

#[test]
fn a_remote_toggle_ends_it_for_5_min() {
    let mut run = low(Ramp::flat(0.0));
    run.pins(431.1, "P", GIVEN_UP);
    run.remote(500.0, false);
    run.pins(500.3, "", [&[2, 11], &[11], &[1, 2, 11]]);
    run.remote(510.0, true);
    let mut stays = run.clone();
    run.pins(510.3, "CP", LOW);
    run.pins(810.3, "P", GIVEN_UP);
    passed(&run.end(900.0), Uv);
    stays.pins(510.3, "P", GIVEN_UP);
    failed(&stays.end(511.0), Uv, "OUT-16 is reported");
}

#[test]
fn it_ends_with_the_low_cell_state() {
    let mut config = config();
    config.limits.charger_gives_up = true;
    let plant =
        Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7), (500.0, 2.7), (501.0, 3.3)]), ..Plant::default() };
    let mut run = Run::started_with(config, plant);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(131.1, "CP", LOW);
    run.pins(431.1, "P", GIVEN_UP);
    run.pins(501.1, "P", [&[2], &[16], &[2]]);
    let mut stays = run.clone();
    run.pins(531.3, "LC", [&[], &[], &[]]);
    passed(&run.end(600.0), Uv);
    stays.pins(531.3, "L", [&[], &[16], &[]]);
    failed(&stays.end(532.0), Uv, "outside the low-cell state");
}

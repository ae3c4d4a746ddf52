//! UV: a cell under-voltage floats LOAD, after its hold and the 30 s, until every cell has recovered.

use crate::bench::{NONE, Plant, Ramp, Run, config, failed, passed};
use ngbank_models::time::MS;
use ngbank_sim::oracle::Property::Uv;
use ngbank_sim::oracle::{ChannelFault, WorldEvent};

/// 10 mV/s: 3.1 V at 120 s, 2.8 V at 150 s, 2.7 V at 160 s; back at 3.3 V at 330 s.
fn discharge() -> Plant {
    Plant { cell_v: Ramp::through(&[(100.0, 3.3), (160.0, 2.7), (300.0, 2.7), (330.0, 3.3)]), ..Plant::default() }
}

fn warned() -> Run {
    let mut run = Run::started(discharge());
    run.pins(120.6, "LCP", [&[], &[], &[1]]);
    run
}

/// Cut, and the pre-alarm's own cause over: 3.15 V at 322.5 s.
fn recovered() -> Run {
    let mut run = cut();
    run.pins(323.0, "CP", [&[2], &[], &[2]]);
    run
}

fn cut() -> Run {
    let mut run = warned();
    run.pins(152.0, "CP", [&[2], &[], &[1, 2]]);
    run
}

#[test]
fn cut_and_recovery_pass() {
    let mut run = recovered();
    // Above 3.2 V from 325 s: UV-2's 30 s end at 355 s.
    run.pins(355.6, "LC", NONE);
    let verdicts = run.end(600.0);
    passed(&verdicts, Uv);
    assert_eq!(verdicts.pre_lead_us_min, Some(31_400_000));
}

#[test]
fn margin_is_measured_from_the_certain_condition() {
    let mut run = warned();
    // Strictly below since the sample at 151 s; 1 s of hold and 1.1 s of slack end at 153.1 s.
    run.pins(152.7, "CP", [&[2], &[], &[1, 2]]);
    let verdicts = run.end(300.0);
    let margin = passed(&verdicts, Uv).margin.expect("reached");
    assert!((margin.value - 0.4).abs() < 1e-9, "{margin:?}");
}

#[test]
fn late_cut_fails() {
    let mut run = warned();
    run.pins(153.4, "CP", [&[2], &[], &[1, 2]]);
    failed(&run.end(300.0), Uv, "LOAD is still High");
}

#[test]
fn no_cut_fails() {
    failed(&warned().end(300.0), Uv, "LOAD is still High");
}

#[test]
fn cut_above_the_threshold_fails() {
    // At 151 s the cell would be at 2.79 V; here it stops at 2.81 V.
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (149.0, 2.81), (300.0, 2.81)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(120.6, "LCP", [&[], &[], &[1]]);
    run.pins(160.0, "CP", [&[2], &[], &[1, 2]]);
    failed(&run.end(170.0), Uv, "OUT-2");
}

#[test]
fn within_the_tolerance_either_is_right() {
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (149.7, 2.803), (300.0, 2.803)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(120.6, "LCP", [&[], &[], &[1]]);
    let mut other = run.clone();
    run.pins(160.0, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.end(300.0), Uv);
    other.until(300.0);
    assert!(other.end(300.0).passed());
}

#[test]
fn a_drawn_sensor_fault_belongs_to_what_the_core_can_know() {
    // The channel reads 200 mV too low: a true 2.95 V shows as 2.75 V.
    let plant = Plant { cell_v: Ramp::flat(3.4), ..Plant::default() };
    let mut run = Run::started(plant);
    let fault = Some(ChannelFault::Stuck { mv: 2700.0 });
    run.world(100.0, WorldEvent::ChannelFault { battery: 1, cell: 3, fault });
    run.pins(100.6, "LCP", [&[], &[], &[1]]);
    run.pins(130.6, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.end(300.0), Uv);
}

#[test]
fn a_channel_offset_is_added() {
    let fault = Some(ChannelFault::Offset { mv: -600.0 });
    let mut run = Run::started(Plant::default());
    run.world(100.0, WorldEvent::ChannelFault { battery: 1, cell: 3, fault });
    run.pins(100.6, "LCP", [&[], &[], &[1]]);
    failed(&run.end(200.0), Uv, "LOAD is still High");
}

#[test]
fn rise_before_the_clear_value_fails() {
    let mut run = cut();
    run.pins(320.0, "LCP", [&[], &[], &[1]]);
    failed(&run.end(321.0), Uv, "LOAD is still High");
}

#[test]
fn rise_before_the_clear_hold_fails() {
    let mut run = recovered();
    run.pins(350.0, "LC", NONE);
    failed(&run.end(400.0), Uv, "LOAD is still High");
}

#[test]
fn missing_recovery_fails() {
    failed(&recovered().end(600.0), Uv, "recovery missing");
}

/// Two cuts within an hour, the second at 331.1 s; above 3.2 V again from 351 s, with this bank current.
fn cut_twice(amps: f64) -> Run {
    let plant = Plant {
        cell_v: Ramp::through(&[
            (100.0, 3.3),
            (101.0, 2.7),
            (150.0, 2.7),
            (151.0, 3.3),
            (300.0, 3.3),
            (301.0, 2.7),
            (350.0, 2.7),
            (351.0, 3.3),
        ]),
        amps: Ramp::through(&[(350.0, 0.0), (351.0, amps)]),
        ..Plant::default()
    };
    let mut run = Run::started(plant);
    run.pins(101.1, "LCP", [&[], &[], &[1]]);
    run.pins(131.1, "CP", [&[2], &[], &[1, 2]]);
    run.pins(151.1, "CP", [&[2], &[], &[2]]);
    run.pins(181.3, "LC", NONE);
    run.pins(301.1, "LCP", [&[], &[], &[1]]);
    run.pins(331.1, "CP", [&[2], &[], &[1, 2]]);
    run.pins(351.1, "CP", [&[2], &[], &[2]]);
    run
}

#[test]
fn second_cut_within_an_hour_doubles_the_hold() {
    let mut run = cut_twice(0.0);
    let mut early = run.clone();
    // UV-2: 60 s after the second cut.
    run.pins(411.3, "LC", NONE);
    passed(&run.end(500.0), Uv);
    early.pins(381.3, "LC", NONE);
    failed(&early.end(500.0), Uv, "LOAD is still High");
}

#[test]
fn a_bank_that_is_charged_halves_the_hold_again() {
    let mut run = cut_twice(50.0);
    run.pins(381.3, "LC", NONE);
    passed(&run.end(500.0), Uv);
}

#[test]
fn under_voltage_while_load_floats_needs_no_hold() {
    // UV-5: remote off at 90 s, the cell falls at 100 s, remote on at 200 s: LOAD must stay Floating.
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.remote(90.0, false);
    run.pins(90.3, "", [&[11], &[11], &[11]]);
    run.pins(101.1, "", [&[2, 11], &[11], &[1, 2, 11]]);
    run.remote(200.0, true);
    let mut wrong = run.clone();
    run.pins(200.3, "CP", [&[2], &[], &[1, 2]]);
    passed(&run.end(300.0), Uv);
    wrong.pins(200.3, "LCP", [&[], &[], &[1]]);
    failed(&wrong.end(210.0), Uv, "LOAD is still High");
}

#[test]
fn overridden_limits_count() {
    let mut config = config();
    config.limits.under_voltage_mv = 2600;
    let mut run = Run::started_with(config, discharge());
    run.pins(120.6, "LCP", [&[], &[], &[1]]);
    run.pins(152.0, "CP", [&[2], &[], &[1, 2]]);
    failed(&run.end(300.0), Uv, "OUT-2");
}

/// A busy core decides every 700 ms: a cut may come by that much later than its latest time, and no more.
#[test]
fn rare_decisions_make_a_cut_later() {
    let plant = Plant { cell_v: Ramp::through(&[(100.0, 3.3), (101.0, 2.7)]), ..Plant::default() };
    for (every, latest) in [(100, 132.3), (700, 132.9)] {
        let mut run = Run::started(plant.clone());
        run.world(80.0, WorldEvent::Decisions { every: every * MS });
        run.pins(101.2, "LCP", [&[], &[], &[1]]);
        let mut late = run.clone();
        run.pins(latest - 0.1, "CP", [&[2], &[], &[1, 2]]);
        passed(&run.end(150.0), Uv);
        late.pins(latest + 0.1, "CP", [&[2], &[], &[1, 2]]);
        failed(&late.end(150.0), Uv, "LOAD is still High");
    }
}

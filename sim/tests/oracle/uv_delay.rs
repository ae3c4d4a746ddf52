//! The delay of a UV cut: from "UV hold and 30 s met" in the true plant to LOAD Floating.

use crate::bench::{Plant, Ramp, Run, passed};
use ngbank_models::time::MS;
use ngbank_sim::oracle::Property::Uv;
use ngbank_sim::oracle::{ChannelFault, Verdicts, WorldEvent};

const WARNING: [&[u32]; 3] = [&[], &[], &[1]];
const CUT: [&[u32]; 3] = [&[2], &[], &[1, 2]];

/// Between pre-alarm and UV from 101 s, and both pins High; then through these points.
fn warned(points: &[(f64, f64)]) -> Run {
    let start = [(100.0, 3.3), (101.0, 3.0)];
    let plant = Plant { cell_v: Ramp::through(&[&start, points].concat()), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(101.1, "LCP", WARNING);
    run
}

/// Falls below the threshold between the samples at 150 s and 150.5 s. Its first frame below arrives at 150.51 s.
const STEP: [(f64, f64); 2] = [(150.2, 3.0), (150.3, 2.7)];

/// The cut comes at this time and is right.
fn cut(mut run: Run, seconds: f64) -> Verdicts {
    run.pins(seconds, "CP", CUT);
    let verdicts = run.end(seconds + 10.0);
    passed(&verdicts, Uv);
    verdicts
}

fn delay_ms(verdicts: &Verdicts) -> Option<i64> {
    verdicts.uv_delay_us_max.map(|delay| delay / MS.cast_signed())
}

#[test]
fn no_cut_has_no_delay() {
    assert_eq!(warned(&[]).end(300.0).uv_delay_us_max, None);
}

#[test]
fn it_counts_from_the_arrival_of_the_first_sample_below_and_the_hold() {
    assert_eq!(delay_ms(&cut(warned(&STEP), 151.6)), Some(90));
    assert_eq!(delay_ms(&cut(warned(&STEP), 152.5)), Some(990));
}

#[test]
fn it_counts_from_the_30_s_where_they_bind() {
    let early = || warned(&[(110.2, 3.0), (110.3, 2.7)]);
    assert_eq!(delay_ms(&cut(early(), 131.1)), Some(0));
    assert_eq!(delay_ms(&cut(early(), 131.9)), Some(800));
}

#[test]
fn a_sample_that_is_not_below_begins_the_row_anew() {
    // 2.801 V at 151 s; below again from the sample at 151.5 s.
    let dips = [STEP[0], STEP[1], (150.9, 2.801), (151.1, 2.801), (151.2, 2.7)];
    assert_eq!(delay_ms(&cut(warned(&dips), 152.6)), Some(90));
}

#[test]
fn a_cut_before_the_truth_is_negative() {
    // Within the tolerance from 150 s, so that the channel may show it; truly below from the sample at 155.5 s.
    let near = [(149.0, 3.0), (150.0, 2.803), (155.2, 2.803), (155.3, 2.7)];
    assert_eq!(delay_ms(&cut(warned(&near), 156.0)), Some(-510));
    assert_eq!(delay_ms(&cut(warned(&near), 155.0)), None, "never truly below");
}

#[test]
fn a_channel_that_reads_high_makes_it_longer() {
    // 5 mV below the threshold: a channel may hide that for ever.
    let near = [(150.2, 3.0), (150.3, 2.795)];
    assert_eq!(delay_ms(&cut(warned(&near), 171.6)), Some(20_090));
}

#[test]
fn a_drawn_channel_fault_belongs_to_the_truth() {
    let mut run = warned(&[]);
    let fault = Some(ChannelFault::Offset { mv: -600.0 });
    run.world(150.2, WorldEvent::ChannelFault { battery: 1, cell: 3, fault });
    // The frame of the second battery arrives at 150.52 s.
    assert_eq!(delay_ms(&cut(run, 151.6)), Some(80));
}

#[test]
fn a_sample_whose_frame_is_lost_begins_no_row() {
    let broken_at = |seconds| {
        let mut run = warned(&STEP);
        run.world(seconds, WorldEvent::ChainBroken { from: 0 });
        run.world(150.8, WorldEvent::ChainRepaired);
        run
    };
    // The next frame arrives at 151.01 s.
    assert_eq!(delay_ms(&cut(broken_at(150.505), 152.1)), Some(90));
    assert_eq!(delay_ms(&cut(broken_at(150.6), 151.6)), Some(90));
}

#[test]
fn the_largest_of_all_cuts_counts() {
    let twice = [STEP[0], STEP[1], (200.0, 2.7), (201.0, 3.3), (300.0, 3.3), (301.0, 3.0), (350.2, 3.0), (350.3, 2.7)];
    let mut run = warned(&twice);
    run.pins(152.3, "CP", CUT);
    run.pins(201.1, "CP", [&[2], &[], &[2]]);
    run.pins(231.1, "LC", crate::bench::NONE);
    run.pins(301.1, "LCP", WARNING);
    let verdicts = cut(run, 351.6);
    assert_eq!((verdicts.uv_cuts, delay_ms(&verdicts)), (2, Some(790)));
}

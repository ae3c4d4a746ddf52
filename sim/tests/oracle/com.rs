//! COM: silent, distrusted and foreign batteries float both outputs.

use crate::bench::{Causes, NONE, Plant, Ramp, Run, failed, failed_too, passed};
use ngbank_sim::oracle::Property::Com;
use ngbank_sim::oracle::{ChannelFault, DamagedPart, WorldEvent};

const SILENT: Causes<'static> = [&[9], &[9], &[]];
const FOREIGN: Causes<'static> = [&[10], &[10], &[]];

fn broken() -> Run {
    let mut run = Run::started(Plant::default());
    run.world(100.2, WorldEvent::ChainBroken { from: 1 });
    run
}

#[test]
fn cable_break_and_repair_pass() {
    let mut run = broken();
    run.pins(105.1, "", SILENT);
    run.world(200.0, WorldEvent::ChainRepaired);
    run.pins(209.6, "LC", NONE);
    passed(&run.end(300.0), Com);
}

#[test]
fn silence_that_is_not_noticed_fails() {
    failed(&broken().end(120.0), Com, "in spite of a silent");
}

#[test]
fn silence_without_silence_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(105.1, "", SILENT);
    failed(&run.end(106.0), Com, "OUT-9");
}

#[test]
fn silence_before_its_timeout_fails() {
    let mut run = broken();
    run.pins(103.1, "", SILENT);
    failed(&run.end(104.0), Com, "OUT-9");
}

#[test]
fn trust_after_less_than_20_frames_fails() {
    let mut run = broken();
    run.pins(105.1, "", SILENT);
    run.world(200.0, WorldEvent::ChainRepaired);
    run.pins(205.0, "LC", NONE);
    failed(&run.end(220.0), Com, "an output is High");
}

/// Losses at 105, 404 and 704.5 s: the third is within ten minutes of the first, and ends after they are over.
#[test]
fn trust_takes_a_minute_after_the_third_loss_in_ten_minutes() {
    let mut run = broken();
    run.pins(105.1, "", SILENT);
    run.world(106.0, WorldEvent::ChainRepaired);
    run.pins(115.6, "LC", NONE);
    run.world(399.2, WorldEvent::ChainBroken { from: 1 });
    run.pins(404.1, "", SILENT);
    run.world(406.0, WorldEvent::ChainRepaired);
    run.pins(415.6, "LC", NONE);
    run.world(699.7, WorldEvent::ChainBroken { from: 1 });
    run.pins(704.6, "", SILENT);
    run.world(710.0, WorldEvent::ChainRepaired);
    let mut early = run.clone();
    run.pins(769.6, "LC", NONE);
    passed(&run.end(800.0), Com);
    early.pins(715.0, "LC", NONE);
    failed(&early.end(716.0), Com, "an output is High");
}

#[test]
fn missing_trust_fails() {
    let mut run = broken();
    run.pins(105.1, "", SILENT);
    run.world(200.0, WorldEvent::ChainRepaired);
    failed(&run.end(300.0), Com, "OUT-9");
}

#[test]
fn a_break_shorter_than_the_timeout_is_none() {
    let mut run = broken();
    run.world(102.0, WorldEvent::ChainRepaired);
    let quiet = run.clone();
    passed(&quiet.end(200.0), Com);
    run.pins(110.0, "", SILENT);
    failed(&run.end(111.0), Com, "OUT-9");
}

#[test]
fn some_damaged_frames_may_or_may_not_silence() {
    let mut run = Run::started(Plant::default());
    let damaged = |part| WorldEvent::Damaged { battery: Some(0), part };
    run.world(100.0, damaged(DamagedPart::Some));
    let mut heard = run.clone();
    run.pins(150.0, "", SILENT);
    run.pins(160.0, "LC", NONE);
    run.world(200.0, damaged(DamagedPart::None));
    assert!(run.end(400.0).passed());
    heard.world(200.0, damaged(DamagedPart::None));
    assert!(heard.end(400.0).passed());
}

#[test]
fn all_frames_damaged_are_silence() {
    let mut run = Run::started(Plant::default());
    let part = DamagedPart::All;
    run.world(100.0, WorldEvent::Damaged { battery: None, part });
    let unnoticed = run.clone();
    run.pins(105.1, "", SILENT);
    passed(&run.end(120.0), Com);
    failed(&unnoticed.end(120.0), Com, "in spite of a silent");
}

#[test]
fn a_channel_that_reads_0_v_makes_its_battery_distrusted() {
    let mut run = Run::started(Plant::default());
    let fault = Some(ChannelFault::Stuck { mv: 0.0 });
    run.world(100.0, WorldEvent::ChannelFault { battery: 1, cell: 2, fault });
    let exempt = run.clone();
    run.pins(101.0, "", SILENT);
    passed(&run.end(120.0), Com);
    failed(&exempt.end(120.0), Com, "in spite of a silent");
}

#[test]
fn a_silent_battery_keeps_its_last_values() {
    // Its cell was below the pre-alarm threshold when the cable broke; that it recovers is not heard.
    let plant =
        Plant { cell_v: Ramp::through(&[(90.0, 3.3), (91.0, 3.0), (150.0, 3.0), (151.0, 3.3)]), ..Plant::default() };
    let mut run = Run::started(plant);
    run.pins(91.2, "LCP", [&[], &[], &[1]]);
    run.world(100.2, WorldEvent::ChainBroken { from: 0 });
    run.pins(105.1, "P", [&[9], &[9], &[1]]);
    passed(&run.clone().end(300.0), Com);
    run.pins(160.0, "", SILENT);
    failed_too(&run.end(300.0), ngbank_sim::oracle::Property::Pre, "PRE-ALARM is still Floating");
}

/// Content that cannot be costs its trust also a battery that was never trusted (COM-4); 20 reports bring it (COM-5).
#[test]
fn a_battery_that_says_nonsense_when_the_bms_starts_has_trust_to_win() {
    let mut run = Run::started(Plant::default());
    let fault = |fault| WorldEvent::ChannelFault { battery: 1, cell: 0, fault };
    run.world(100.0, fault(Some(ChannelFault::Stuck { mv: 0.0 })));
    run.pins(100.6, "", SILENT);
    run.world(200.0, WorldEvent::PowerOn);
    run.pins(200.1, "", [&[14], &[14], &[14]]);
    run.pins(200.6, "", [&[9, 14], &[9, 14], &[14]]);
    run.world(300.0, fault(None));
    run.pins(301.1, "", [&[9, 14], &[9], &[]]);
    run.pins(309.6, "C", [&[14], &[], &[]]);
    let mut late = run.clone();
    run.pins(339.6, "LC", NONE);
    passed(&run.end(400.0), Com);
    late.pins(320.0, "", SILENT);
    failed(&late.end(400.0), Com, "OUT-9 is reported");
}

/// A break nearer to the BMS than another one is mended: what lies between the two is heard again, the rest is not.
#[test]
fn of_two_breaks_the_farther_one_remains() {
    let mut run = Run::started(Plant::default());
    run.world(100.2, WorldEvent::ChainBroken { from: 0 });
    run.pins(105.1, "", SILENT);
    run.world(150.0, WorldEvent::ChainBroken { from: 1 });
    let mut none = run.clone();
    run.world(200.0, WorldEvent::ChainRepaired);
    run.pins(209.6, "LC", NONE);
    passed(&run.end(300.0), Com);
    none.pins(170.0, "LC", NONE);
    failed(&none.end(180.0), Com, "an output is High");
}

#[test]
fn foreign_battery_floats_until_a_restart() {
    let mut run = Run::started(Plant::default());
    let battery = 1;
    let foreign = |present| WorldEvent::ForeignBattery { battery, present };
    run.world(100.0, foreign(true));
    let unnoticed = run.clone();
    run.pins(100.6, "", FOREIGN);
    run.world(200.0, foreign(false));
    let mut early = run.clone();
    run.world(300.0, WorldEvent::PowerOn);
    run.boot(300.1);
    passed(&run.end(400.0), Com);
    failed(&unnoticed.end(150.0), Com, "another serial");
    early.pins(210.0, "LC", NONE);
    failed(&early.end(220.0), Com, "another serial");
}

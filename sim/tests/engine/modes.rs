//! Jumping over grid points changes nothing: every built-in scenario gives the digest of lockstep.

use super::{play, resolved};
use ngbank_models::time::{HOUR, MINUTE, Micros};
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::scenario::{Fault, FaultKind, Reset, builtin};
use rayon::prelude::*;

/// A longer run is executed around every change of a pin only: nine days in lockstep cost half a minute.
const WHOLE_MAX: Micros = 48 * HOUR;

#[test]
fn jumping_equals_lockstep_in_every_built_in_scenario() {
    builtin().par_iter().for_each(|scenario| {
        let jump = play(scenario.name, 1, Mode::Jump);
        let whole = jump.duration_us <= WHOLE_MAX;
        let lockstep = play(scenario.name, 1, if whole { Mode::Lockstep } else { Mode::Windows });
        assert_eq!(jump.digest, lockstep.digest, "{}", scenario.name);
        assert_eq!(jump.outputs.protection_changes, lockstep.outputs.protection_changes, "{}", scenario.name);
        assert_eq!(jump.uv_latency_us_max, lockstep.uv_latency_us_max, "{}", scenario.name);
        let verdicts = |run: &ngbank_sim::result::RunResult| format!("{:?}", run.verdicts);
        assert_eq!(verdicts(&jump), verdicts(&lockstep), "{}", scenario.name);
        if whole {
            assert_eq!(lockstep.cost.decisions_executed, lockstep.cost.decisions_total, "{}", scenario.name);
        }
    });
}

/// Once wrong: samples kept for the end of a jump were read after the minute's tick of the electronics, and showed the
/// balancing state of the next minute. The first seed does not hit it.
#[test]
fn samples_kept_for_the_end_of_a_jump_are_older_than_the_tick() {
    let digest = |mode| play("charger-ignores-remote", 3, mode).digest;
    assert_eq!(digest(Mode::Jump), digest(Mode::Lockstep));
}

#[test]
fn lockstep_windows_around_the_events_change_nothing() {
    for name in ["night-discharge", "runner-cell"] {
        let jump = play(name, 2, Mode::Jump);
        let windows = play(name, 2, Mode::Windows);
        assert_eq!(jump.digest, windows.digest, "{name}");
        assert!(
            windows.cost.decisions_executed > 2 * jump.cost.decisions_executed,
            "{name}: the windows were executed"
        );
        assert!(windows.cost.decisions_executed < windows.cost.decisions_total / 2, "{name}: only the windows were");
    }
}

#[test]
fn a_household_day_with_a_cut_off_executes_at_most_five_percent_of_its_decisions() {
    let run = play("household-day", 1, Mode::Jump);
    assert_eq!(run.cells, 400);
    assert!(run.outputs.protection_changes >= 2, "cut-off and recovery");
    assert!(run.cost.decisions_executed * 20 <= run.cost.decisions_total, "{:?}", run.cost);
}

#[test]
fn a_trace_changes_nothing() {
    let scenario = resolved("over-current-step", 3);
    let plain = run(&scenario, &Options::default()).expect("plays");
    let traced = run(&scenario, &Options { trace_every_us: Some(7_300_000), ..Options::default() }).expect("plays");
    assert_eq!(plain.digest, traced.digest);
    let expected = scenario.duration_us.div_ceil(7_300_000);
    assert_eq!(traced.trace.len() as u64, expected);
    assert!(traced.trace.is_sorted_by_key(|point| point.time_us));
}

#[test]
fn the_seed_decides_the_record() {
    let digest = |seed| play("over-current-step", seed, Mode::Jump).digest;
    assert_eq!(digest(5), digest(5));
    assert_ne!(digest(5), digest(6));
}

/// The minute's tick of the batteries' electronics is decided inside a step.
#[test]
fn a_bank_under_constant_load_takes_fewer_steps_than_minutes() {
    let run = play("prealarm-binds-cold-step", 1, Mode::Jump);
    let minutes = run.duration_us / 60_000_000;
    assert!(2 * run.cost.plant_steps < minutes, "{} steps in {minutes} minutes", run.cost.plant_steps);
}

/// Once wrong: behind a break another battery was put in; when the break was mended, its place, silent until then, was
/// jumped over as before, though the first frame of the other battery is news (COM-7).
#[test]
fn the_first_frame_of_another_battery_is_never_jumped_over() {
    let mut scenario = resolved("foreign-battery", 1);
    scenario.faults.truncate(1);
    let swapped = scenario.faults[0].clone();
    let FaultKind::ForeignBattery { battery } = swapped.kind else { panic!("another battery is put in first") };
    scenario.faults[0].until_us = None;
    let kind = FaultKind::CableBreak { before_battery: battery };
    let (at_us, until_us) = (swapped.at_us - 10 * MINUTE, Some(swapped.at_us + 10 * MINUTE));
    scenario.faults.insert(0, Fault { at_us, until_us, kind });
    let played = |mode| run(&scenario, &Options { mode, ..Options::default() }).expect("plays");
    let (jump, lockstep) = (played(Mode::Jump), played(Mode::Lockstep));
    assert_eq!(jump.digest, lockstep.digest);
    assert!(jump.causes.keys().any(|label| label.starts_with("OUT-10")), "{:?}", jump.causes);
}

/// Once wrong: when the BMS started anew, a battery sent impossible content, and another one was put in its place before it
/// was learnt. When the first one came back, it was jumped over, as if it were known.
#[test]
fn the_first_frame_of_a_battery_that_comes_back_is_never_jumped_over() {
    let mut scenario = resolved("foreign-battery", 1);
    scenario.duration_us = HOUR;
    let battery = 3;
    let fault = |kind, from, until| Fault { at_us: from * MINUTE, until_us: Some(until * MINUTE), kind };
    scenario.faults = vec![
        fault(FaultKind::SensorStuck { battery, cell: 1, mv: 5609 }, 10, 16),
        Fault { until_us: None, ..fault(FaultKind::BmsReset { reset: Reset::Watchdog }, 12, 12) },
        fault(FaultKind::ForeignBattery { battery }, 14, 40),
    ];
    let played = |mode| run(&scenario, &Options { mode, ..Options::default() }).expect("plays");
    let (jump, lockstep) = (played(Mode::Jump), played(Mode::Lockstep));
    assert_eq!(jump.digest, lockstep.digest);
    let found = jump.events.iter().find(|event| event.text.starts_with("OUT-10"));
    assert!(found.is_some_and(|event| event.time_us >= 40 * MINUTE), "{found:?}");
}

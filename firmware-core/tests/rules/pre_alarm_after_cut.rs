//! PRE-6: after a UV or floor cut PRE-ALARM stays High, or floats after a time.

use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive};

use crate::common::everywhere::{resets_raise_nothing, wraps_anywhere};
use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, SECOND, charger, load, parallel, pins, pre_alarm};

/// PRE-2.
const LEAD: u64 = 30 * SECOND;

/// PRE-6: PRE-ALARM floats so long after a cut.
const AFTER: u64 = MINUTE;

fn floats_after(settings: &mut Settings) {
    settings.pre_alarm_after_cutoff_s = 60;
}

/// Three batteries with the setting, in the decision of a UV cut.
fn cut() -> Bank {
    cut_with(floats_after)
}

fn cut_with(change: fn(&mut Settings)) -> Bank {
    let mut bank = Bank::running_with(parallel(3), change);
    bank.all_cells(2700);
    bank.changes_at(LEAD + DECISION, load, Drive::High, Drive::Floating);
    assert!(pre_alarm(&bank.outputs));
    bank
}

/// Three batteries with the setting, in the decision of a floor cut.
fn floor_cut() -> Bank {
    let mut bank = Bank::running_with(parallel(3), floats_after);
    bank.all(|report| report.soc_pm = 100);
    bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
    assert!(pre_alarm(&bank.outputs));
    bank
}

#[test]
fn pre_6_never_is_the_default() {
    cut_with(|_| {}).stays(3 * 60 * MINUTE, pre_alarm, true);
}

#[test]
fn pre_6_after_a_cut_to_the_decision() {
    for mut bank in [cut(), floor_cut()] {
        bank.changes_at(AFTER, pre_alarm, true, false);
        bank.stays(60 * MINUTE, pins, (Drive::Floating, Drive::High, false));
    }
    let mut bank = cut_with(|settings| settings.pre_alarm_after_cutoff_s = 10);
    bank.changes_at(10 * SECOND, pre_alarm, true, false);
    let mut bank = cut_with(|settings| settings.pre_alarm_after_cutoff_s = 86_400);
    bank.changes_at(86_400 * SECOND, pre_alarm, true, false);
}

/// While LOAD floats no new cause raises it, nor one that changes hands.
#[test]
fn pre_6_no_cause_ends_it_while_load_floats() {
    let mut bank = cut();
    bank.run_for(AFTER);
    bank.align();
    for soc in [160, 150, 100, 500, 140] {
        bank.all(|report| report.soc_pm = soc);
        bank.stays(5 * SECOND, pre_alarm, false);
    }
    bank.current(1, -160_000);
    bank.stays(SECOND, pre_alarm, false);
    bank.current(1, 0);
    bank.cell(1, 1, 2500);
    bank.stays(10 * SECOND, pre_alarm, false);
    // UV clears, but the floor keeps LOAD.
    bank.all(|report| report.soc_pm = 100);
    bank.all_cells(3300);
    bank.stays(2 * MINUTE, pre_alarm, false);
    assert!(!bank.shows(Cause::UnderVoltage) && bank.shows(Cause::FloorAlarm));
}

/// The floating ends in the decision in which LOAD goes High: from then PRE-ALARM follows its causes.
#[test]
fn pre_6_ends_with_load() {
    for (soc, high) in [(160, true), (200, true), (201, false)] {
        let mut bank = floor_cut();
        bank.run_for(AFTER);
        bank.align();
        assert!(!pre_alarm(&bank.outputs));
        bank.all(|report| report.soc_pm = soc);
        bank.changes_at(DECISION, |o| (o.load, pre_alarm(o)), (Drive::Floating, false), (Drive::High, high));
        bank.stays(10 * MINUTE, |o| (o.load, pre_alarm(o)), (Drive::High, high));
    }
    // And the next cut has its own time, and its own 30 s.
    let mut bank = cut();
    bank.run_for(2 * AFTER);
    bank.align();
    bank.all_cells(3300);
    bank.changes_at(LEAD + DECISION, load, Drive::Floating, Drive::High);
    bank.assert_clean();
    bank.align();
    bank.all_cells(2700);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.changes_at(LEAD, load, Drive::High, Drive::Floating);
    bank.changes_at(AFTER, pre_alarm, true, false);
}

/// LOAD goes High within the time: it is over, and PRE-ALARM follows its causes.
#[test]
fn pre_6_never_while_load_is_high() {
    let mut bank = floor_cut();
    bank.run_for(AFTER / 2);
    bank.align();
    bank.all(|report| report.soc_pm = 180);
    bank.changes_at(DECISION, load, Drive::Floating, Drive::High);
    bank.stays(20 * MINUTE, pre_alarm, true);
    // Nor does it come back with a LOAD that floats for another reason.
    bank.align();
    bank.temperature(0, 200, 501);
    bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
    bank.stays(20 * MINUTE, pre_alarm, true);
}

/// A cut is LOAD going from High to Floating with UV or floor set in that decision.
#[test]
fn pre_6_only_after_a_cut() {
    let hot = |bank: &mut Bank| bank.temperature(2, 200, 501);
    // LOAD floats already when the cell falls: no cut.
    let mut bank = Bank::running_with(parallel(3), floats_after);
    hot(&mut bank);
    bank.run_for(SECOND);
    bank.all_cells(2700);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.align();
    bank.all(|report| report.soc_pm = 50);
    bank.stays(20 * MINUTE, pre_alarm, true);
    // Another cause floats LOAD, and UV-5 sets UV in that decision: a cut.
    let mut bank = Bank::running_with(parallel(3), floats_after);
    bank.cell(0, 0, 2700);
    bank.run_for(CYCLE);
    hot(&mut bank);
    bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage));
    bank.changes_at(AFTER, pre_alarm, true, false);
}

/// A second cause during the time does not begin it anew.
#[test]
fn pre_6_counts_from_the_cut() {
    let mut bank = floor_cut();
    bank.run_for(AFTER / 2);
    bank.all_cells(2700);
    bank.changes_at(AFTER / 2, pre_alarm, true, false);
}

/// REM-4: the time goes on while the remote is off.
#[test]
fn pre_6_through_remote_off() {
    for (off_at, off_for) in [(10, 20), (10, 49), (10, 60), (70, 10)] {
        let mut bank = cut();
        bank.run_for(off_at * SECOND);
        bank.remote(false);
        bank.run_for(off_for * SECOND);
        assert!(!pre_alarm(&bank.outputs));
        bank.remote(true);
        bank.run_for(300);
        let passed = (off_at + off_for) * SECOND + 300;
        if passed < AFTER {
            bank.changes_at(AFTER - passed, pre_alarm, true, false);
        }
        bank.stays(10 * MINUTE, pins, (Drive::Floating, Drive::High, false));
    }
    // The remote itself cuts, with an empty cell in that decision (UV-5).
    let mut bank = Bank::running_with(parallel(3), floats_after);
    bank.cell(0, 0, 2700);
    bank.run_for(CYCLE);
    bank.remote(false);
    bank.run_for(2 * SECOND);
    bank.remote(true);
    bank.run_for(SECOND);
    assert!(pre_alarm(&bank.outputs));
    bank.changes_at(AFTER - 2700, pre_alarm, true, false);
}

/// OUT-9 leaves PRE-ALARM alone, and PRE-6's time too.
#[test]
fn pre_6_through_silence() {
    for from in [10, 70] {
        let mut bank = cut();
        bank.run_for(from * SECOND);
        bank.link(1, Link::Silent);
        if from == 10 {
            bank.changes_at(AFTER - 10 * SECOND, pre_alarm, true, false);
        }
        bank.stays(10 * SECOND, pre_alarm, false);
        bank.link(1, Link::Good);
        bank.stays(MINUTE, pre_alarm, false);
        assert_eq!(charger(&bank.outputs), Drive::High);
    }
}

/// BOOT-2: at any moment around the end of the time, and long after.
#[test]
fn boot_2_no_reset_raises_pre_alarm() {
    // At 180 ‰ the floor's warning still holds where it was set (SOC-4), and only there.
    for (mut bank, warned) in [(cut(), false), (floor_cut(), true)] {
        resets_raise_nothing(&bank, 2 * SECOND);
        bank.run_for(AFTER - 12 * SECOND);
        resets_raise_nothing(&bank, 15 * SECOND);
        bank.run_for(20 * MINUTE);
        resets_raise_nothing(&bank, SECOND);
        for _ in 0..3 {
            bank.watchdog_reset();
            bank.stays(AFTER, pre_alarm, false);
        }
        // A reset does not end it, LOAD does.
        bank.align();
        bank.all(|report| report.soc_pm = 180);
        bank.all_cells(3300);
        bank.run_for(MINUTE);
        assert_eq!(pins(&bank.outputs), (Drive::High, Drive::High, warned));
    }
}

#[test]
fn time_1_late_missing_and_doubled_steps() {
    for gap in [300, 900, 1000, 7700, 100_000] {
        let mut bank = cut();
        let begin = bank.time;
        while pre_alarm(&bank.outputs) && bank.time < begin + 20 * MINUTE {
            bank.frames_for(gap);
            bank.decide();
            bank.decide();
        }
        let waited = bank.time - begin;
        assert!((AFTER..AFTER + gap).contains(&waited), "steps every {gap} ms: {waited} ms");
    }
}

#[test]
fn time_1_the_wrap() {
    let mut settings = Settings::new(parallel(1));
    floats_after(&mut settings);
    wraps_anywhere(settings, 4700, |bank| {
        bank.all_cells(2700);
        bank.run_for(LEAD + DECISION);
        bank.changes_at(AFTER, pre_alarm, true, false);
        bank.align();
        bank.all_cells(3300);
        bank.run_for(32 * SECOND);
        bank.assert_clean();
        bank.soc(0, 100);
        bank.run_for(DECISION);
        bank.changes_at(AFTER, pre_alarm, true, false);
    });
}

/// 49.7 days later it floats as well.
#[test]
fn time_1_the_time_saturates() {
    let mut settings = Settings::new(parallel(1));
    floats_after(&mut settings);
    settings.silence_timeout_ms = 30_000;
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank.soc(0, 50);
    bank.run_for(DECISION + AFTER);
    let end = bank.time + (1 << 32) + 10 * MINUTE;
    while bank.time < end {
        assert!(!pre_alarm(&bank.outputs), "{} ms", bank.time);
        bank.time += 20 * SECOND;
        bank.deliver(0);
        bank.decide();
    }
}

/// TIME-2: what runs begins anew, what floats goes on to float.
#[test]
fn time_2_backwards() {
    let mut bank = cut();
    for _ in 0..2 {
        bank.run_for(AFTER - 10 * SECOND);
        assert!(pre_alarm(&bank.outputs));
        bank.clock = bank.clock.wrapping_sub(5000);
        bank.decide();
    }
    bank.stays(AFTER - DECISION, pre_alarm, true);
    bank.run_for(2 * DECISION);
    assert!(!pre_alarm(&bank.outputs));
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.stays(20 * SECOND, pre_alarm, false);
}

/// TIME-2 just after the decision in which it began to float.
#[test]
fn time_2_backwards_at_the_end_of_the_time() {
    let mut bank = cut();
    bank.changes_at(AFTER, pre_alarm, true, false);
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.stays(20 * SECOND, pre_alarm, false);
}

/// UPD-1: the time since the cut stays, and is judged by the new value.
#[test]
fn upd_1_changed_while_the_time_runs() {
    for (at, to, floats) in [(40, 30, 100), (40, 40, 100), (40, 50, 10_000), (40, 90, 50_000), (10, 86_400, 86_390_000)]
    {
        let mut bank = cut();
        bank.run_for(at * SECOND);
        for seconds in [0, to] {
            let settings = Settings { pre_alarm_after_cutoff_s: seconds, ..bank.settings };
            bank.change_settings(settings).unwrap();
        }
        bank.changes_at(floats, pre_alarm, true, false);
    }
    // Something else changes: nothing happens to it, before and after.
    let mut bank = cut();
    for (ms, is) in [(AFTER / 2, true), (AFTER / 2, false), (AFTER, false)] {
        bank.run_for(ms);
        assert_eq!(pre_alarm(&bank.outputs), is);
        let settings = Settings { pre_alarm_clear_mv: bank.settings.pre_alarm_clear_mv + 1, ..bank.settings };
        bank.change_settings(settings).unwrap();
    }
    bank.stays(MINUTE, pre_alarm, false);
}

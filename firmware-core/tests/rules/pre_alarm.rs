//! PRE-1 … PRE-3: the pre-alarm, and the 30 s that it leads the cut-off.

use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive, PreAlarm};

use crate::common::{Bank, CYCLE, DECISION, MINUTE, SECOND, layout, load, parallel, pins, pre_alarm};

/// From the decision that shows PRE-ALARM High to the decision that floats LOAD.
const LEAD: u64 = 30 * SECOND;

#[test]
fn pre_1_below_the_threshold_of_any_cell() {
    for (cells, series, strings) in [(8, 1, 3), (4, 4, 1), (16, 1, 2)] {
        let up = Bank::running_with(layout(cells, series, strings), |_| {});
        for b in 0..up.batteries.len() {
            for c in 0..usize::from(cells) {
                for (mv, high) in [(3100, false), (3099, true)] {
                    let mut bank = up.clone();
                    bank.cell(b, c, mv);
                    bank.run_for(DECISION);
                    assert_eq!(pre_alarm(&bank.outputs), high, "battery {b}, cell {c}, {mv} mV");
                    assert_eq!(bank.shows(Cause::PreAlarm), high);
                    if high {
                        let why = bank.why(Cause::PreAlarm);
                        let place = (why.battery.map(usize::from), why.cell.map(usize::from));
                        assert_eq!((place, why.since), ((Some(b), Some(c)), bank.now()));
                    }
                }
            }
        }
    }
}

/// The chain has its own order of time: the last battery of a full bank is seen with the next cycle.
#[test]
fn pre_1_last_cell_of_fifty_batteries() {
    let mut bank = Bank::running(50);
    bank.cell(49, 7, 3099);
    bank.changes_at(500, pre_alarm, false, true);
    assert_eq!(bank.why(Cause::PreAlarm).battery, Some(49));
}

#[test]
fn pre_1_follows_the_setting() {
    for (threshold, mv, high) in [(2850, 2850, false), (2850, 2849, true), (3150, 3150, false), (3150, 3149, true)] {
        let mut settings = Settings::new(parallel(1));
        settings.pre_alarm_mv = threshold;
        let mut bank = Bank::new(settings);
        bank.come_up();
        bank.cell(0, 0, mv);
        bank.run_for(DECISION);
        assert_eq!(pre_alarm(&bank.outputs), high, "{mv} mV against {threshold} mV");
    }
}

/// Continuous is the default (PRE-5), and a pre-alarm alone never cuts.
#[test]
fn a_pre_alarm_is_only_a_warning() {
    let mut bank = Bank::running(2);
    bank.cell(1, 0, 2800);
    bank.run_for(DECISION);
    assert_eq!(bank.outputs.pre_alarm, PreAlarm::High);
    bank.stays(10 * MINUTE, pins, (Drive::High, Drive::High, true));
    assert!(!bank.shows(Cause::UnderVoltage));
}

#[test]
fn pre_3_clears_when_every_cell_is_above() {
    for (mv, high) in [(3100, true), (3149, true), (3150, true), (3151, false)] {
        let mut bank = Bank::running(3);
        bank.cell(0, 2, 3000);
        bank.cell(2, 7, 3000);
        bank.run_for(CYCLE);
        bank.cell(0, 2, 3300);
        bank.cell(2, 7, mv);
        bank.run_for(10 * SECOND);
        assert_eq!(pre_alarm(&bank.outputs), high, "{mv} mV");
    }
}

#[test]
fn pre_3_follows_the_setting() {
    for (above, mv, high) in [(0, 3100, true), (0, 3101, false), (100, 3200, true), (100, 3201, false)] {
        let mut settings = Settings::new(parallel(1));
        settings.pre_alarm_clear_mv = above;
        let mut bank = Bank::new(settings);
        bank.come_up();
        bank.cell(0, 0, 3099);
        bank.run_for(CYCLE);
        bank.cell(0, 0, mv);
        bank.run_for(CYCLE);
        assert_eq!(pre_alarm(&bank.outputs), high, "{mv} mV, {above} mV above");
    }
}

/// COM-6: the battery's own bit sets OUT-1 too, and both must clear.
#[test]
fn pre_1_the_bit_of_the_battery_counts() {
    let mut bank = Bank::running(2);
    bank.status(1, Status::CELL_UNDER_VOLTAGE);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.align();
    bank.cell(1, 0, 3120);
    bank.status(1, Status::NONE);
    bank.run_for(CYCLE);
    assert!(pre_alarm(&bank.outputs), "3120 mV holds it");
    bank.cell(1, 0, 3300);
    bank.run_for(CYCLE);
    assert!(!pre_alarm(&bank.outputs));
}

#[test]
fn pre_2_load_floats_30_s_after_the_pre_alarm_to_the_decision() {
    let mut bank = Bank::running(2);
    bank.cell(1, 7, 2799);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.changes_at(LEAD, load, Drive::High, Drive::Floating);
    assert!(bank.outputs.load_causes.contains(Cause::UnderVoltage));
    assert!(pre_alarm(&bank.outputs));
}

#[test]
fn pre_2_the_30_s_have_passed_before_the_cell_is_empty() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 3000);
    bank.run_for(5 * MINUTE);
    bank.cell(0, 0, 2799);
    // UV-1's hold of 1 s alone: from 10 ms to 1010 ms.
    bank.changes_at(1100, load, Drive::High, Drive::Floating);
}

#[test]
fn pre_2_counts_whatever_causes_the_pre_alarm() {
    let mut bank = Bank::running(1);
    bank.soc(0, 150);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.align();
    bank.run_for(20 * SECOND);
    bank.cell(0, 0, 2799);
    bank.stays(SECOND, pre_alarm, true);
    // 30 s after OUT-7 raised PRE-ALARM, not after the cell.
    bank.changes_at(LEAD - 21 * SECOND - CYCLE + DECISION, load, Drive::High, Drive::Floating);
}

/// The cause changes while the pin stays High: no break.
#[test]
fn pre_2_runs_on_from_one_cause_to_the_next() {
    let mut bank = Bank::running(1);
    bank.soc(0, 150);
    bank.run_for(10 * SECOND);
    bank.cell(0, 0, 2799);
    bank.soc(0, 500);
    bank.stays(DECISION, pre_alarm, true);
    assert!(!bank.shows(Cause::FloorWarning));
    bank.changes_at(LEAD - 10 * SECOND, load, Drive::High, Drive::Floating);
}

#[test]
fn pre_2_starts_anew_when_the_pre_alarm_goes_high_again() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2799);
    bank.run_for(29 * SECOND);
    bank.cell(0, 0, 3300);
    bank.run_for(CYCLE);
    assert!(!pre_alarm(&bank.outputs));
    bank.cell(0, 0, 2799);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.changes_at(LEAD, load, Drive::High, Drive::Floating);
}

#[test]
fn pre_2_starts_anew_when_load_goes_high_again() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 3000);
    bank.run_for(5 * MINUTE);
    bank.temperature(0, 200, 501);
    bank.run_for(10 * SECOND);
    assert_eq!((load(&bank.outputs), pre_alarm(&bank.outputs)), (Drive::Floating, true));
    bank.temperature(0, 200, 210);
    bank.changes_at(DECISION, load, Drive::Floating, Drive::High);
    bank.align();
    bank.cell(0, 0, 2799);
    bank.changes_at(LEAD - (CYCLE - DECISION), load, Drive::High, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage));
}

#[test]
fn pre_2_starts_anew_after_remote_off() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 3000);
    bank.run_for(5 * MINUTE);
    bank.remote(false);
    bank.run_for(SECOND);
    assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::Floating, false));
    bank.remote(true);
    let rise = bank.run_until(SECOND, |o| o.load == Drive::High).unwrap();
    assert!(pre_alarm(&bank.outputs));
    bank.align();
    bank.cell(0, 0, 2799);
    bank.changes_at(LEAD - (CYCLE - rise), load, Drive::High, Drive::Floating);
}

#[test]
fn pre_2_a_gap_between_decisions_counts_as_one_second() {
    for gap in [200, 900, 1000, 1100, 1500, 5000, 60_000] {
        let mut bank = Bank::running(1);
        bank.cell(0, 0, 2799);
        bank.run_for(10 * SECOND);
        bank.frames_for(gap - DECISION);
        let lost = gap.saturating_sub(SECOND);
        let rest = LEAD + DECISION + lost - 10 * SECOND - (gap - DECISION);
        bank.changes_at(rest, load, Drive::High, Drive::Floating);
    }
}

#[test]
fn pre_2_two_decisions_at_one_instant_count_once() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2799);
    for _ in 0..LEAD / DECISION {
        bank.run_for(DECISION);
        assert_eq!(load(&bank.outputs), Drive::High);
        bank.decide();
        bank.decide();
    }
    bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
}

/// 29 999 ms are not 30 s.
#[test]
fn pre_2_to_the_millisecond() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2799);
    bank.run_for(LEAD);
    bank.frames_for(DECISION - 1);
    bank.decide();
    assert_eq!(load(&bank.outputs), Drive::High, "29.999 s");
    bank.frames_for(1);
    bank.decide();
    assert_eq!(load(&bank.outputs), Drive::Floating, "30.000 s");
}

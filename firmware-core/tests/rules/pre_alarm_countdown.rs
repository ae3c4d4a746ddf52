//! PRE-4: the other reading of the 30 s, `countdown = "from-under-voltage"`.

use ngbank_core::frame::Status;
use ngbank_core::settings::{Countdown, Settings};
use ngbank_core::{Cause, Drive};

use crate::common::everywhere::{resets_raise_nothing, wraps_anywhere};
use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, SECOND, load, parallel, pins, pre_alarm};

/// PRE-2 and PRE-4.
const LEAD: u64 = 30 * SECOND;

/// PRE-4: a bank whose pre-alarm has been High for a minute, by a cell of the first battery above UV.
fn warned(batteries: u8, change: fn(&mut Settings)) -> Bank {
    let mut settings = Settings::new(parallel(batteries));
    settings.countdown = Countdown::FromUnderVoltage;
    change(&mut settings);
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank.cell(0, 0, 2800);
    bank.run_for(MINUTE);
    assert_eq!(pins(&bank.outputs), (Drive::High, Drive::High, true));
    bank
}

/// The frame of the tenth battery comes with a decision: 30.000 s later is a decision; that of the eleventh is seen by
/// the next.
#[test]
fn pre_4_the_cell_has_been_empty_for_30_s() {
    for (b, floats) in [(0, LEAD + 100), (8, LEAD + 100), (9, LEAD + 100), (10, LEAD + 200)] {
        let mut bank = warned(11, |_| {});
        bank.cell(b, 3, 2799);
        bank.changes_at(floats, load, Drive::High, Drive::Floating);
        assert_eq!(bank.why(Cause::UnderVoltage).battery.map(usize::from), Some(b));
    }
}

/// A cell that goes below both thresholds at once: both times end together, as under PRE-2.
#[test]
fn pre_4_from_a_full_bank() {
    let mut bank = Bank::running_with(parallel(2), |settings| settings.countdown = Countdown::FromUnderVoltage);
    bank.cell(1, 0, 2799);
    bank.changes_at(DECISION, pre_alarm, false, true);
    bank.changes_at(LEAD, load, Drive::High, Drive::Floating);
}

#[test]
fn pre_4_at_the_threshold_it_never_cuts() {
    let mut bank = warned(2, |_| {});
    bank.all_cells(2800);
    bank.stays(20 * MINUTE, load, Drive::High);
}

/// It is additional: the longest hold of UV-1 changes nothing, and PRE-2 is still asked.
#[test]
fn pre_4_asks_for_pre_2_as_well() {
    let mut bank = warned(1, |settings| settings.under_voltage_hold_ms = 10_000);
    bank.cell(0, 0, 2799);
    bank.changes_at(LEAD + DECISION, load, Drive::High, Drive::Floating);
    // Long empty, but the steps were missing: PRE-2 counts the gap as 1 s, PRE-4 as it was.
    let mut bank = Bank::running_with(parallel(1), |settings| settings.countdown = Countdown::FromUnderVoltage);
    bank.cell(0, 0, 2799);
    bank.run_for(DECISION);
    bank.frames_for(MINUTE);
    bank.decide();
    assert_eq!(load(&bank.outputs), Drive::High);
    bank.changes_at(LEAD - SECOND, load, Drive::High, Drive::Floating);
    // PRE-2 met long ago: the cell's 30 s pass without a step.
    for (ms, cut) in [(LEAD, false), (LEAD + 10, true), (MINUTE, true)] {
        let mut bank = warned(1, |_| {});
        bank.cell(0, 0, 2799);
        bank.frames_for(ms);
        bank.decide();
        bank.decide();
        assert_eq!(load(&bank.outputs) == Drive::Floating, cut, "one step after {ms} ms");
    }
}

#[test]
fn pre_4_a_good_frame_starts_the_30_s_anew() {
    let mut bank = warned(3, |_| {});
    for _ in 0..5 {
        bank.cell(1, 0, 2799);
        bank.run_for(LEAD - CYCLE);
        bank.cell(1, 0, 2800);
        bank.run_for(CYCLE);
        assert_eq!(load(&bank.outputs), Drive::High);
    }
    bank.cell(1, 0, 2799);
    bank.changes_at(LEAD + DECISION, load, Drive::High, Drive::Floating);
}

/// A hold is of one battery: two that take turns do not add.
#[test]
fn pre_4_times_of_two_batteries_do_not_add() {
    let mut bank = warned(3, |_| {});
    for turn in 0..20 {
        let (empty, other) = if turn % 2 == 0 { (1, 2) } else { (2, 1) };
        bank.cell(empty, 0, 2700);
        bank.run_for(5 * SECOND);
        bank.cell(other, 0, 3300);
        bank.run_for(20 * SECOND);
        assert_eq!(load(&bank.outputs), Drive::High, "turn {turn}");
    }
}

/// COM-6: the bit acts beside the value.
#[test]
fn pre_4_the_bit_of_the_battery_counts() {
    let mut bank = warned(3, |_| {});
    bank.status(1, Status::CELL_UNDER_VOLTAGE);
    bank.changes_at(LEAD + DECISION, load, Drive::High, Drive::Floating);
}

/// Silence lets the hold run on.
#[test]
fn pre_4_silence_does_not_stop_the_time() {
    let mut bank = warned(3, |settings| settings.silence_timeout_ms = 30_000);
    bank.cell(1, 0, 2799);
    bank.run_for(10 * SECOND);
    bank.link(1, Link::Silent);
    bank.changes_at(LEAD + DECISION - 10 * SECOND, load, Drive::High, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage) && !bank.shows(Cause::Communication));
}

/// UV-5: where LOAD floats already there is nothing to wait for.
#[test]
fn pre_4_is_not_asked_while_load_floats() {
    let mut bank = warned(3, |_| {});
    bank.remote(false);
    bank.run_for(SECOND);
    bank.cell(1, 0, 2799);
    bank.run_for(DECISION);
    assert!(bank.bms.cause(Cause::UnderVoltage).is_some());
}

#[test]
fn pre_4_reset_and_wrap() {
    let mut bank = warned(1, |_| {});
    bank.cell(0, 0, 2799);
    bank.run_for(LEAD - 2 * SECOND);
    resets_raise_nothing(&bank, 3 * SECOND);
    wraps_anywhere(bank.settings, 2900, |bank| {
        bank.cell(0, 0, 2800);
        bank.run_for(40 * SECOND);
        bank.cell(0, 0, 2799);
        bank.run_for(LEAD);
        bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
    });
}

//! UPD-1: a timer that runs stays when settings change, and is judged by the new values.

use ngbank_core::settings::{Countdown, Settings};
use ngbank_core::{Cause, Drive};

use crate::common::{Bank, DECISION, Link, MINUTE, PULSE_DISCHARGE, SECOND, charger, load, pre_alarm};
use crate::settings_change::set;

/// A timer that runs, its setting to and fro within it, and where it ends: ms after the change, of which one decision
/// is open where a value must first be seen under the new threshold.
#[test]
fn upd_1_uv_hold() {
    // 1 s of the hold have passed.
    for (from, to, floats) in [(10_000, 1000, 100), (10_000, 5000, 4100), (5000, 10_000, 9100), (10_000, 0, 100)] {
        let mut bank = Bank::running(1);
        set(&mut bank, |settings| settings.under_voltage_hold_ms = from);
        bank.cell(0, 0, 3000);
        bank.run_for(MINUTE);
        bank.cell(0, 0, 2799);
        bank.run_for(SECOND);
        set(&mut bank, |settings| settings.under_voltage_hold_ms = 0);
        set(&mut bank, |settings| settings.under_voltage_hold_ms = to);
        bank.changes_at(floats, load, Drive::High, Drive::Floating);
    }
}

#[test]
fn upd_1_uv_threshold() {
    // A cell at 2750 mV that the new threshold calls empty: the hold runs from now.
    let mut bank = Bank::running(1);
    set(&mut bank, |settings| settings.under_voltage_mv = 2700);
    bank.cell(0, 0, 2750);
    bank.run_for(MINUTE);
    set(&mut bank, |settings| settings.under_voltage_mv = 2800);
    let floats = bank.run_until(2 * SECOND, |o| o.load == Drive::Floating);
    assert!(matches!(floats, Some(1000..=1100)), "{floats:?}");
    // And one that it calls well: never cut.
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2750);
    bank.run_for(20 * SECOND);
    set(&mut bank, |settings| settings.under_voltage_mv = 2750);
    bank.stays(5 * MINUTE, load, Drive::High);
}

/// PRE-2's 30 s stay, whatever else changes: the pre-alarm stays High.
#[test]
fn upd_1_countdown_of_pre_2() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2799);
    bank.run_for(10 * SECOND);
    for mv in [3000, 3100] {
        set(&mut bank, |settings| settings.pre_alarm_mv = mv);
    }
    bank.run_for(10 * SECOND);
    for mv in [2790, 2800] {
        set(&mut bank, |settings| settings.under_voltage_hold_ms = mv);
    }
    bank.changes_at(10 * SECOND + DECISION, load, Drive::High, Drive::Floating);
}

/// A changed `countdown` restarts the 30 s, each time; an unchanged one does not.
#[test]
fn upd_1_a_changed_countdown_restarts_the_30_s() {
    use Countdown::{FromPreAlarm, FromUnderVoltage};
    for (from, to) in [(FromPreAlarm, FromUnderVoltage), (FromUnderVoltage, FromPreAlarm)] {
        let mut bank = Bank::running(1);
        set(&mut bank, |settings| settings.countdown = from);
        bank.cell(0, 0, 2799);
        bank.run_for(20 * SECOND);
        set(&mut bank, |settings| settings.countdown = from);
        let mut same = bank.clone();
        same.changes_at(10 * SECOND + DECISION, load, Drive::High, Drive::Floating);
        for changes in [[to, to], [to, from]] {
            let mut bank = bank.clone();
            for countdown in changes {
                set(&mut bank, |settings| settings.countdown = countdown);
            }
            bank.stays(30 * SECOND - DECISION, load, Drive::High);
            bank.run_for(2 * DECISION);
            assert_eq!(load(&bank.outputs), Drive::Floating, "{from:?} to {changes:?}");
        }
        // Met long ago: it is not met now.
        let mut bank = Bank::running(1);
        set(&mut bank, |settings| settings.countdown = from);
        bank.cell(0, 0, 3000);
        bank.run_for(5 * MINUTE);
        set(&mut bank, |settings| settings.countdown = to);
        bank.cell(0, 0, 2799);
        bank.stays(30 * SECOND - DECISION, load, Drive::High);
        bank.run_for(2 * DECISION);
        assert_eq!(load(&bank.outputs), Drive::Floating, "{from:?} to {to:?}, met");
    }
}

/// From a UV cut, 20 s of UV-2's 30 s have passed.
#[test]
fn upd_1_uv_2_hold() {
    for (to, rises) in [(30_000, 10_100), (60_000, 40_100), (20_000, 100), (0, 100)] {
        let mut bank = Bank::running(1);
        bank.all_cells(2700);
        bank.run_for(31 * SECOND);
        bank.all_cells(3200);
        bank.run_for(20 * SECOND);
        set(&mut bank, |settings| settings.under_voltage_clear_hold_ms = 600_000);
        set(&mut bank, |settings| settings.under_voltage_clear_hold_ms = to);
        bank.changes_at(rises, load, Drive::Floating, Drive::High);
    }
}

/// A hold that UV cuts have doubled is a latch: a shorter setting does not undo it, nor does any other.
#[test]
fn upd_1_doubled_uv_2_hold() {
    for to in [30_000, 10_000] {
        let mut bank = Bank::running(1);
        for _ in 0..2 {
            bank.all_cells(2700);
            bank.run_for(31 * SECOND);
            bank.all_cells(3200);
            bank.run_for(31 * SECOND);
        }
        assert!(bank.shows(Cause::UnderVoltage), "the hold is 60 s");
        set(&mut bank, |settings| settings.under_voltage_clear_hold_ms = to);
        set(&mut bank, |settings| settings.pre_alarm_mv = 3000);
        bank.changes_at(29_100, load, Drive::Floating, Drive::High);
    }
}

#[test]
fn upd_1_over_voltage_hold() {
    for (to, floats) in [(5000, 4100), (3000, 2100), (1000, 100), (0, 100)] {
        let mut bank = Bank::running(1);
        set(&mut bank, |settings| settings.over_voltage_hold_ms = 5000);
        bank.cell(0, 0, 3751);
        bank.run_for(SECOND);
        set(&mut bank, |settings| settings.over_voltage_hold_ms = to);
        bank.changes_at(floats, charger, Drive::High, Drive::Floating);
    }
}

/// COM-2: silent for 3.99 s when the timeout changes. The last frame came at 20 ms.
#[test]
fn upd_1_silence_timeout() {
    for (to, floats) in [(5000, 1100), (10_000, 6100), (3000, 100), (1500, 100)] {
        let mut bank = Bank::running(2);
        bank.run_for(DECISION);
        bank.link(1, Link::Silent);
        bank.run_for(3900);
        set(&mut bank, |settings| settings.silence_timeout_ms = 30_000);
        set(&mut bank, |settings| settings.silence_timeout_ms = to);
        bank.changes_at(floats, load, Drive::High, Drive::Floating);
        assert!(bank.shows(Cause::Communication));
    }
}

/// REM-3: off since the first of five decisions.
#[test]
fn upd_1_remote_debounce() {
    for (to, acts) in [(1000, 600), (500, 100), (400, 100), (0, 100)] {
        let mut bank = Bank::running(1);
        set(&mut bank, |settings| settings.remote_debounce_ms = 1000);
        bank.remote(false);
        bank.run_for(5 * DECISION);
        set(&mut bank, |settings| settings.remote_debounce_ms = to);
        bank.changes_at(acts, load, Drive::High, Drive::Floating);
    }
}

/// Over-current times, retry and latch know no setting; they stay.
#[test]
fn upd_1_over_current_times_stay() {
    let other = |bank: &mut Bank| set(bank, |settings| settings.pre_alarm_clear_mv ^= 1);
    let mut bank = Bank::running(2);
    bank.current(1, -150_001);
    bank.run_for(20 * SECOND);
    other(&mut bank);
    bank.changes_at(10_100, load, Drive::High, Drive::Floating);
    bank.current(1, 0);
    bank.run_for(30 * SECOND);
    other(&mut bank);
    bank.changes_at(30 * SECOND, load, Drive::Floating, Drive::High);
    bank.align();
    for _ in 0..2 {
        bank.current(1, -2 * PULSE_DISCHARGE);
        bank.run_for(SECOND);
        bank.current(1, 0);
        other(&mut bank);
        bank.run_for(70 * SECOND);
    }
    other(&mut bank);
    bank.stays(30 * MINUTE, load, Drive::Floating);
}

/// COM-5: a battery is not trusted sooner.
#[test]
fn upd_1_trust_stays() {
    let mut bank = Bank::running(2);
    bank.link(1, Link::Silent);
    bank.run_for(6 * SECOND);
    bank.align();
    bank.link(1, Link::Good);
    bank.run_for(5 * SECOND);
    set(&mut bank, |settings| settings.silence_timeout_ms = 10_000);
    bank.stays(4500, load, Drive::Floating);
    bank.run_for(DECISION);
    assert_eq!(load(&bank.outputs), Drive::High);
}

/// PRE-2: a gap of more than 1 s between two decisions counts as 1 s, however often settings change within it.
#[test]
fn changes_within_a_gap_do_not_lengthen_what_it_counts() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2799);
    bank.run_for(DECISION);
    assert!(pre_alarm(&bank.outputs));
    for change in 0..40 {
        bank.frames_for(SECOND);
        let settings = Settings { pre_alarm_clear_mv: 50 + change % 2, ..bank.settings };
        bank.change_settings(settings).unwrap();
    }
    bank.decide();
    assert_eq!(load(&bank.outputs), Drive::High, "one gap");
    bank.stays(28 * SECOND, load, Drive::High);
}

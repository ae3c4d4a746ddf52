//! OC-4: `over_current_action = "warn"` leaves LOAD and CHARGER alone.

use ngbank_core::frame::Status;
use ngbank_core::settings::{OverCurrentAction, Settings};
use ngbank_core::{Cause, Drive, Led};

use crate::common::everywhere::resets_raise_nothing;
use crate::common::{
    Bank, CONTINUOUS_CHARGE, CONTINUOUS_DISCHARGE, DECISION, MINUTE, PULSE_CHARGE, PULSE_DISCHARGE, SECOND, charger,
    layout, load, parallel,
};

const BOTH_HIGH: (Drive, Drive) = (Drive::High, Drive::High);

fn warn(settings: &mut Settings) {
    settings.over_current_action = OverCurrentAction::Warn;
}

/// Changes what an over-current does, in a bank that runs.
#[track_caller]
fn switch(bank: &mut Bank, action: OverCurrentAction) {
    bank.change_settings(Settings { over_current_action: action, ..bank.settings }).unwrap();
}

/// Whatever OC-2 would cut, it warns (OC-1); no cut was without effect, so that there is no error 36 either.
#[test]
fn oc_4_no_current_cuts() {
    for ma in [
        -CONTINUOUS_DISCHARGE - 1,
        -PULSE_DISCHARGE - 1,
        -2 * PULSE_DISCHARGE,
        i32::MIN,
        CONTINUOUS_CHARGE + 1,
        PULSE_CHARGE + 1,
        2 * PULSE_CHARGE,
        i32::MAX,
    ] {
        let mut bank = Bank::running_with(parallel(3), warn);
        bank.current(1, ma);
        bank.run_for(DECISION);
        bank.stays(20 * MINUTE, |o| (o.load, o.charger, o.red), (Drive::High, Drive::High, Led::Blinking));
        assert_eq!(bank.outputs.error, None, "{ma} mA");
        assert!(!bank.shows(Cause::DischargeOverCurrent) && !bank.shows(Cause::ChargeOverCurrent), "{ma} mA");
    }
}

#[test]
fn oc_4_the_bits_of_a_battery_do_not_cut_either() {
    for bit in [Status::DISCHARGE_CURRENT_ALARM, Status::CHARGE_CURRENT_ALARM] {
        let mut bank = Bank::running_with(parallel(3), warn);
        bank.status(1, bit);
        bank.stays(20 * MINUTE, |o| (o.load, o.charger), BOTH_HIGH);
    }
}

/// The other causes cut as ever.
#[test]
fn oc_4_concerns_nothing_but_the_current() {
    let mut bank = Bank::running_with(layout(8, 1, 3), warn);
    bank.current(1, -2 * PULSE_DISCHARGE);
    bank.run_for(MINUTE);
    bank.cell(1, 0, 2799);
    bank.run_for(32 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::Floating);
    bank.cell(2, 0, 3751);
    bank.run_for(2 * SECOND);
    assert_eq!(charger(&bank.outputs), Drive::Floating);
}

/// What did not cut does not count: the first cut after the change back is the first, and is retried after 60 s.
#[test]
fn oc_4_overloads_under_warn_are_no_cuts() {
    for (ma, output) in [(-2 * PULSE_DISCHARGE, load as fn(&_) -> _), (2 * PULSE_CHARGE, charger)] {
        let mut bank = Bank::running_with(parallel(3), warn);
        for _ in 0..5 {
            bank.current(1, ma);
            bank.run_for(40 * SECOND);
            bank.current(1, 0);
            bank.run_for(10 * SECOND);
        }
        switch(&mut bank, OverCurrentAction::Disconnect);
        bank.stays(10 * SECOND, output, Drive::High);
        bank.current(1, ma);
        bank.changes_at(600, output, Drive::High, Drive::Floating);
        bank.current(1, 0);
        bank.changes_at(60 * SECOND, output, Drive::Floating, Drive::High);
    }
}

/// UPD-1: the time above the rating stays, and is judged by the new action.
#[test]
fn upd_1_disconnect_while_the_current_flows() {
    // Seen at 20 ms of the cycle, so that 30 s end at 30 020 ms.
    for (under_warn, then) in [(20_000, 10_100), (30_000, 100), (60_000, 100)] {
        let mut bank = Bank::running_with(parallel(3), warn);
        bank.current(1, -CONTINUOUS_DISCHARGE - 1);
        bank.run_for(under_warn);
        assert_eq!((load(&bank.outputs), charger(&bank.outputs)), BOTH_HIGH);
        switch(&mut bank, OverCurrentAction::Disconnect);
        bank.changes_at(then, load, Drive::High, Drive::Floating);
        assert!(bank.shows(Cause::DischargeOverCurrent));
    }
}

/// To and fro within the time: it is the same time.
#[test]
fn upd_1_to_and_fro_while_the_time_runs() {
    let mut bank = Bank::running(3);
    bank.current(1, CONTINUOUS_CHARGE + 1);
    for action in [OverCurrentAction::Warn, OverCurrentAction::Disconnect] {
        bank.run_for(10 * SECOND);
        switch(&mut bank, action);
    }
    bank.changes_at(10_100, charger, Drive::High, Drive::Floating);
}

/// UPD-1: "warn" gives the output free; the retry time and the latch stay, and hold again after the change back.
#[test]
fn upd_1_latch_and_retry_stay() {
    for cuts in [1, 3] {
        let mut bank = Bank::running(3);
        for n in 1..=cuts {
            bank.current(1, -2 * PULSE_DISCHARGE);
            bank.run_for(600);
            assert_eq!(load(&bank.outputs), Drive::Floating, "cut {n}");
            bank.current(1, 0);
            bank.run_for(400);
            if n < cuts {
                bank.changes_at(60 * SECOND - 400, load, Drive::Floating, Drive::High);
                bank.align();
            }
        }
        switch(&mut bank, OverCurrentAction::Warn);
        bank.changes_at(DECISION, load, Drive::Floating, Drive::High);
        switch(&mut bank, OverCurrentAction::Disconnect);
        bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
        assert!(bank.shows(Cause::DischargeOverCurrent));
        if cuts == 1 {
            bank.changes_at(60 * SECOND - 600, load, Drive::Floating, Drive::High);
        } else {
            bank.stays(20 * MINUTE, load, Drive::Floating);
        }
    }
}

#[test]
fn boot_2_no_reset_raises_an_output() {
    let mut bank = Bank::running_with(parallel(3), warn);
    bank.current(1, -2 * PULSE_DISCHARGE);
    resets_raise_nothing(&bank, 2 * SECOND);
}

//! UV-4's 5 min and OUT-16 through resets, late steps, the wrap of the clock and changed settings.

use ngbank_core::settings::{LowCellCharger, Settings};
use ngbank_core::{Cause, Drive};

use crate::common::everywhere::{resets_raise_nothing, wraps_anywhere};
use crate::common::{Bank, CYCLE, DECISION, MINUTE, SECOND, charger, parallel, pre_alarm};
use crate::low_cell_charger::{PATIENCE, fall_low, given_up, low, off_after, waits_anew};

/// BOOT-2: OUT-16 is kept, and that the remote is on after a reset is no toggle.
#[test]
fn boot_2_watchdog_keeps_out_16() {
    let mut bank = given_up();
    for _ in 0..3 {
        bank.watchdog_reset();
        bank.stays(10 * SECOND, charger, Drive::Floating);
        assert!(bank.shows(Cause::ChargerGivenUp));
    }
    bank.align();
    // The other ends are still there.
    let mut toggled = bank.clone();
    toggled.remote(false);
    toggled.run_for(SECOND);
    toggled.remote(true);
    toggled.changes_at(300, charger, Drive::Floating, Drive::High);
    bank.all(|report| report.current_ma = 1001);
    bank.changes_at(5100, charger, Drive::Floating, Drive::High);
}

#[test]
fn boot_2_no_reset_raises_charger() {
    let mut bank = low();
    resets_raise_nothing(&bank, 2 * SECOND);
    bank.run_for(PATIENCE - 4 * SECOND);
    resets_raise_nothing(&bank, 5 * SECOND);
    // A charge current that ends it, in its fifth second.
    let mut bank = given_up();
    bank.all(|report| report.current_ma = 1001);
    resets_raise_nothing(&bank, 6 * SECOND);
    // The remote is off, and the bank falls low.
    let mut bank = Bank::running_with(parallel(3), off_after);
    bank.remote(false);
    bank.all_cells(2700);
    bank.run_for(PATIENCE - 2 * SECOND);
    resets_raise_nothing(&bank, 4 * SECOND);
    bank.remote(true);
    resets_raise_nothing(&bank, SECOND);
}

#[test]
fn boot_2_power_loss_loses_out_16() {
    let mut bank = given_up();
    bank.power_on();
    bank.run_until(3 * SECOND, |o| o.charger == Drive::High).expect("CHARGER after BOOT-1");
    assert!(bank.shows(Cause::UnderVoltage), "the cells are still empty (UV-5)");
    let floats = bank.run_until(PATIENCE + SECOND, |o| o.charger == Drive::Floating).expect("given up again");
    assert!(floats >= PATIENCE - 2 * SECOND, "after {floats} ms");
}

#[test]
fn time_1_late_missing_and_doubled_steps() {
    for gap in [300, 900, 1000, 7700, 60_000] {
        let mut bank = low();
        let cut = bank.time;
        while bank.outputs.charger == Drive::High && bank.time < cut + 2 * PATIENCE {
            bank.frames_for(gap);
            bank.decide();
            bank.decide();
        }
        let waited = bank.time - cut;
        assert!((PATIENCE..PATIENCE + gap).contains(&waited), "steps every {gap} ms: {waited} ms");
    }
    let mut bank = low();
    bank.frames_for(20 * MINUTE);
    bank.decide();
    assert_eq!(charger(&bank.outputs), Drive::Floating, "one step after 20 min");
    // A charge current until shortly before the late step: 5 min without it are still to come.
    let mut bank = low();
    bank.all(|report| report.current_ma = 5000);
    bank.run_for(MINUTE);
    bank.frames_for(20 * MINUTE);
    bank.align();
    bank.all(|report| report.current_ma = 0);
    bank.frames_for(CYCLE);
    bank.decide();
    assert_eq!(charger(&bank.outputs), Drive::High);
    waits_anew(&mut bank);
}

#[test]
fn time_1_the_wrap() {
    let mut settings = Settings::new(parallel(1));
    off_after(&mut settings);
    wraps_anywhere(settings, 11_300, |bank| {
        fall_low(bank);
        bank.run_for(PATIENCE);
        bank.align();
        bank.all(|report| report.current_ma = 1001);
        bank.run_for(6 * SECOND);
        bank.all(|report| report.current_ma = 0);
        bank.run_for(PATIENCE + SECOND);
        bank.remote(false);
        bank.run_for(SECOND);
        bank.remote(true);
        bank.run_for(PATIENCE + SECOND);
        bank.all_cells(3200);
        bank.run_for(31 * SECOND);
        bank.assert_clean();
    });
}

/// 49.7 days and a minute are not one minute.
#[test]
fn time_1_the_wait_saturates() {
    let mut settings = Settings::new(parallel(1));
    off_after(&mut settings);
    settings.silence_timeout_ms = 30_000;
    let mut bank = Bank::new(settings);
    bank.come_up();
    fall_low(&mut bank);
    bank.run_for(PATIENCE);
    let end = bank.time + (1 << 32) + 10 * MINUTE;
    while bank.time < end {
        bank.time += 20 * SECOND;
        bank.deliver(0);
        bank.decide();
        assert_eq!(charger(&bank.outputs), Drive::Floating, "{} ms", bank.time);
    }
}

/// TIME-2: what runs begins anew, what is set stays.
#[test]
fn time_2_backwards() {
    let mut bank = low();
    bank.run_for(PATIENCE - MINUTE);
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.run_for(2 * SECOND);
    assert!(!bank.shows(Cause::Clock));
    bank.stays(PATIENCE - 3 * SECOND, charger, Drive::High);
    bank.run_for(2 * SECOND);
    assert_eq!(charger(&bank.outputs), Drive::Floating);
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.stays(MINUTE, charger, Drive::Floating);
    assert!(bank.shows(Cause::ChargerGivenUp));
}

/// UPD-1: the timer stays while other settings change, and is none of "on".
#[test]
fn upd_1_settings_change_while_it_waits() {
    let mut bank = low();
    bank.run_for(2 * MINUTE);
    for clear_mv in [60, 50] {
        let settings = Settings { pre_alarm_clear_mv: clear_mv, ..bank.settings };
        bank.change_settings(settings).unwrap();
    }
    bank.changes_at(PATIENCE - 2 * MINUTE, charger, Drive::High, Drive::Floating);
    let settings = Settings { pre_alarm_clear_mv: 60, ..bank.settings };
    bank.change_settings(settings).unwrap();
    bank.stays(MINUTE, charger, Drive::Floating);
    // "on": CHARGER stays High.
    let on = Settings { charger_in_low_cell_state: LowCellCharger::On, ..bank.settings };
    bank.change_settings(on).unwrap();
    bank.changes_at(DECISION, charger, Drive::Floating, Drive::High);
    bank.stays(20 * MINUTE, charger, Drive::High);
    // And back: not later than after 5 min.
    let off = Settings { charger_in_low_cell_state: LowCellCharger::OffAfter, ..bank.settings };
    bank.change_settings(off).unwrap();
    assert!(bank.run_until(PATIENCE + DECISION, |o| o.charger == Drive::Floating).is_some());
    assert!(bank.shows(Cause::ChargerGivenUp) && pre_alarm(&bank.outputs));
}

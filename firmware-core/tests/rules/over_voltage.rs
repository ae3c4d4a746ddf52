//! OV-1, OV-2: cell over-voltage cuts the charger.

use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive};

use crate::common::{Bank, CYCLE, Link, MINUTE, SECOND, charger, load, parallel, pins};

fn up(change: impl FnOnce(&mut Settings)) -> Bank {
    let mut settings = Settings::new(parallel(3));
    change(&mut settings);
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank
}

#[test]
fn ov_1_above_the_threshold_of_any_cell() {
    let up = up(|_| {});
    for b in 0..3 {
        for c in 0..8 {
            for (mv, cut) in [(3750, false), (3751, true)] {
                let mut bank = up.clone();
                bank.cell(b, c, mv);
                bank.run_for(2 * SECOND);
                let expected = if cut { Drive::Floating } else { Drive::High };
                assert_eq!(pins(&bank.outputs), (Drive::High, expected, false), "battery {b}, cell {c}, {mv} mV");
                if cut {
                    let why = bank.why(Cause::OverVoltage);
                    assert_eq!((why.battery.map(usize::from), why.cell.map(usize::from)), (Some(b), Some(c)));
                }
            }
        }
    }
}

#[test]
fn ov_1_hold_to_the_decision() {
    for (hold, floats) in [(0, 100), (90, 100), (91, 200), (990, 1000), (991, 1100), (1000, 1100), (5000, 5100)] {
        let mut bank = up(|settings| settings.over_voltage_hold_ms = hold);
        bank.cell(0, 7, 3751);
        bank.changes_at(floats, charger, Drive::High, Drive::Floating);
        assert_eq!(bank.why(Cause::OverVoltage).since, bank.now());
    }
}

#[test]
fn ov_1_and_2_follow_the_settings() {
    let mut bank = up(|settings| (settings.over_voltage_mv, settings.over_voltage_clear_mv) = (3600, 3450));
    bank.cell(2, 0, 3600);
    bank.stays(10 * SECOND, charger, Drive::High);
    bank.cell(2, 0, 3601);
    bank.changes_at(1100, charger, Drive::High, Drive::Floating);
    bank.align();
    bank.cell(2, 0, 3450);
    bank.stays(10 * SECOND, charger, Drive::Floating);
    bank.cell(2, 0, 3449);
    bank.changes_at(100, charger, Drive::Floating, Drive::High);
}

#[test]
fn ov_1_holds_of_two_batteries_do_not_add() {
    let mut bank = up(|_| {});
    for turn in 0..40 {
        bank.cell(1, 0, if turn % 2 == 0 { 3751 } else { 3750 });
        bank.cell(2, 0, if turn % 2 == 0 { 3750 } else { 3751 });
        bank.run_for(CYCLE);
        assert_eq!(charger(&bank.outputs), Drive::High, "turn {turn}");
    }
}

#[test]
fn ov_1_silence_lets_the_hold_run_on() {
    let mut bank = up(|settings| settings.over_voltage_hold_ms = 3000);
    bank.cell(1, 0, 3751);
    bank.run_for(100);
    bank.link(1, Link::Silent);
    bank.changes_at(3000, charger, Drive::High, Drive::Floating);
}

#[test]
fn ov_2_clears_when_every_cell_is_below() {
    let mut bank = up(|_| {});
    bank.cell(0, 0, 3800);
    bank.cell(2, 7, 3800);
    bank.run_for(2 * SECOND);
    bank.cell(0, 0, 3500);
    bank.cell(2, 7, 3600);
    bank.stays(10 * MINUTE, charger, Drive::Floating);
    bank.cell(2, 7, 3599);
    bank.changes_at(100, charger, Drive::Floating, Drive::High);
    assert!(!bank.shows(Cause::OverVoltage));
}

/// Without the cause the space between the two thresholds is free.
#[test]
fn ov_2_is_a_hysteresis() {
    let mut bank = up(|_| {});
    bank.all_cells(3700);
    bank.stays(10 * MINUTE, charger, Drive::High);
}

/// COM-6: the bit has the same hold, and both must clear.
#[test]
fn ov_1_the_bit_of_the_battery_counts() {
    let mut bank = up(|_| {});
    bank.status(1, Status::CELL_OVER_VOLTAGE);
    bank.changes_at(1100, charger, Drive::High, Drive::Floating);
    bank.align();
    bank.cell(1, 0, 3600);
    bank.status(1, Status::NONE);
    bank.stays(10 * SECOND, charger, Drive::Floating);
    bank.status(1, Status::CELL_OVER_VOLTAGE);
    bank.cell(1, 0, 3300);
    bank.stays(10 * SECOND, charger, Drive::Floating);
    bank.status(1, Status::NONE);
    bank.changes_at(100, charger, Drive::Floating, Drive::High);
}

/// A full bank can be discharged, and an over-voltage is no pre-alarm.
#[test]
fn out_3_leaves_load_alone() {
    let mut bank = up(|_| {});
    bank.all_cells(3800);
    bank.stays(10 * MINUTE, load, Drive::High);
    assert_eq!(pins(&bank.outputs), (Drive::High, Drive::Floating, false));
}

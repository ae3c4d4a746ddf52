//! SOC-1 … SOC-4: the discharge floor.

use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::{Cause, Drive};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, SECOND, layout, load, parallel, pins};

fn bank_with(layout: BankLayout, change: impl FnOnce(&mut Settings)) -> Bank {
    let mut settings = Settings::new(layout);
    change(&mut settings);
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank
}

fn socs(bank: &mut Bank, socs: &[u16]) {
    assert_eq!(socs.len(), bank.batteries.len());
    for (b, &pm) in socs.iter().enumerate() {
        bank.soc(b, pm);
    }
}

/// OUT-7 and OUT-8.
fn shown(bank: &Bank) -> (bool, bool) {
    (bank.shows(Cause::FloorWarning), bank.shows(Cause::FloorAlarm))
}

#[test]
fn soc_1_lowest_battery_of_each_string_mean_of_strings_rounded_down() {
    // Batteries are numbered along the strings. Floor 100, warning 150.
    type Row = (u8, u8, &'static [u16], (bool, bool));
    let table: [Row; 13] = [
        (1, 1, &[151], (false, false)),
        (1, 1, &[150], (true, false)),
        (1, 1, &[101], (true, false)),
        (1, 1, &[100], (true, true)),
        (1, 2, &[100, 101], (true, true)),
        (1, 2, &[100, 102], (true, false)),
        (1, 2, &[150, 151], (true, false)),
        (1, 2, &[150, 152], (false, false)),
        (1, 3, &[0, 0, 302], (true, true)),
        (1, 3, &[0, 0, 303], (true, false)),
        (2, 1, &[900, 100], (true, true)),
        // Strings are (100, 100) and (300, 900): mean of 100 and 300.
        (2, 2, &[100, 100, 300, 900], (false, false)),
        (2, 2, &[100, 900, 900, 100], (true, true)),
    ];
    for (series, parallel, values, expected) in table {
        let cells = if series == 2 { 4 } else { 8 };
        let mut bank = bank_with(layout(cells, series, parallel), |_| {});
        socs(&mut bank, values);
        bank.run_for(CYCLE);
        assert_eq!(shown(&bank), expected, "{series}S{parallel}P {values:?}");
    }
}

/// 25 strings at 100 ‰ and so many ‰ more in one: the mean is rounded down.
#[test]
fn soc_1_fifty_batteries() {
    let up = bank_with(layout(8, 2, 25), |_| {});
    for (more, alarm) in [(1, true), (24, true), (25, false)] {
        let mut bank = up.clone();
        bank.all(|report| report.soc_pm = 100);
        bank.soc(48, 100 + more);
        bank.soc(49, 1000);
        bank.run_for(2 * CYCLE);
        assert_eq!(bank.shows(Cause::FloorAlarm), alarm, "{more}");
    }
}

/// SOC-3: at the floor LOAD floats in the decision that sees it, without the 30 s.
#[test]
fn soc_3_floats_at_once() {
    let mut bank = bank_with(parallel(1), |_| {});
    bank.soc(0, 100);
    bank.changes_at(DECISION, pins, (Drive::High, Drive::High, false), (Drive::Floating, Drive::High, true));
    assert_eq!(shown(&bank), (true, true), "{:?}", bank.outputs);
}

#[test]
fn soc_2_warning_without_alarm() {
    let mut bank = bank_with(parallel(1), |_| {});
    bank.soc(0, 150);
    bank.changes_at(DECISION, pins, (Drive::High, Drive::High, false), (Drive::High, Drive::High, true));
    bank.soc(0, 101);
    bank.stays(10 * MINUTE, load, Drive::High);
}

#[test]
fn soc_4_each_clears_above_its_limit_and_the_same_again() {
    let mut bank = bank_with(parallel(1), |_| {});
    let table =
        [(100, (true, true)), (101, (true, true)), (150, (true, true)), (151, (true, false)), (200, (true, false))];
    for (pm, expected) in table.into_iter().chain([(201, (false, false)), (151, (false, false))]) {
        bank.soc(0, pm);
        bank.run_for(SECOND);
        assert_eq!(shown(&bank), expected, "{pm} ‰");
    }
}

#[test]
fn limits_follow_their_settings() {
    // Floor, margin, clear; then values and what they show, one after the other.
    type Steps = &'static [(u16, (bool, bool))];
    let table: [(i32, i32, i32, Steps); 3] = [
        (200, 0, 10, &[(201, (false, false)), (200, (true, true)), (210, (true, true)), (211, (false, false))]),
        (
            600,
            200,
            100,
            &[
                (801, (false, false)),
                (800, (true, false)),
                (600, (true, true)),
                (701, (true, false)),
                (901, (false, false)),
            ],
        ),
        (
            1,
            10,
            10,
            &[(12, (false, false)), (11, (true, false)), (2, (true, false)), (1, (true, true)), (0, (true, true))],
        ),
    ];
    for (floor, margin, clear, steps) in table {
        let mut bank = bank_with(parallel(1), |settings| {
            settings.discharge_floor_pm = floor;
            settings.floor_warning_margin_pm = margin;
            settings.floor_clear_pm = clear;
        });
        bank.soc(0, 1000);
        bank.run_for(SECOND);
        for &(pm, expected) in steps {
            bank.soc(0, pm);
            bank.run_for(SECOND);
            assert_eq!(shown(&bank), expected, "{pm} ‰ with floor {floor}");
        }
    }
}

/// Floor 0 is no floor, also at the start.
#[test]
fn soc_2_floor_0_never() {
    let mut settings = Settings::new(parallel(2));
    settings.discharge_floor_pm = 0;
    let mut bank = Bank::new(settings);
    bank.all(|report| report.soc_pm = 0);
    bank.come_up();
    bank.assert_clean();
    bank.all(|report| report.soc_pm = 500);
    bank.run_for(SECOND);
    bank.all(|report| report.soc_pm = 0);
    bank.stays(MINUTE, pins, (Drive::High, Drive::High, false));
}

/// SOC-1: a silent battery counts with its last value.
#[test]
fn soc_1_silent_battery_counts() {
    let mut bank = bank_with(parallel(2), |_| {});
    socs(&mut bank, &[0, 500]);
    bank.run_for(SECOND);
    bank.link(0, Link::Silent);
    bank.run_for(10 * SECOND);
    assert_eq!(shown(&bank), (false, false), "mean of 0 and 500");
    bank.soc(1, 200);
    bank.run_for(DECISION);
    assert_eq!(shown(&bank), (true, true), "mean of 0 and 200");
}

/// UPD-1: a changed bank is BOOT-1, where what a value has tripped stays the real cause; with no floor it is none.
#[test]
fn upd_1_alarm_over_a_changed_bank() {
    for (floor, cause) in [(100, true), (0, false)] {
        let mut bank = bank_with(parallel(1), |_| {});
        bank.soc(0, 100);
        bank.run_for(SECOND);
        bank.soc(0, 140);
        bank.run_for(SECOND);
        let mut settings = bank.settings;
        settings.bank.capacity_mah += 1;
        settings.discharge_floor_pm = floor;
        bank.change_settings(settings).unwrap();
        bank.run_for(MINUTE);
        assert_eq!(bank.shows(Cause::FloorAlarm), cause, "floor {floor}: {:?}", bank.outputs);
        assert!(!bank.shows(Cause::WaitingForClear), "floor {floor}: {:?}", bank.outputs);
    }
}

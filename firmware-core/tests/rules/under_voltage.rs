//! UV-1, UV-2, UV-3, UV-5: cell under-voltage, its hold, and how LOAD comes back.

use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, SECOND, charger, layout, load, parallel, pre_alarm};

/// A bank on which PRE-2 has been met long ago, by a cell between the pre-alarm and UV.
fn warned(change: impl FnOnce(&mut Settings)) -> Bank {
    let mut settings = Settings::new(parallel(3));
    change(&mut settings);
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank.cell(0, 0, 3000);
    bank.run_for(MINUTE);
    bank
}

/// Empties the bank until LOAD floats; returns the instant of the cut. Ends at a cycle boundary.
#[track_caller]
fn cut(bank: &mut Bank) -> u64 {
    bank.all_cells(2700);
    bank.run_until(MINUTE, |o| o.load == Drive::Floating).expect("a cut");
    assert!(bank.outputs.load_causes.contains(Cause::UnderVoltage));
    let instant = bank.time;
    bank.align();
    instant
}

/// All cells recover; LOAD must rise exactly after the hold, which runs from the first frames at 10, 20, 30 ms.
#[track_caller]
fn recovers_after(bank: &mut Bank, hold: u64) {
    bank.all_cells(3200);
    bank.changes_at(hold + DECISION, load, Drive::Floating, Drive::High);
    assert!(!bank.shows(Cause::UnderVoltage));
    bank.align();
}

#[test]
fn uv_1_below_the_threshold_of_any_cell() {
    let up = warned(|_| {});
    for b in 0..3 {
        for c in 0..8 {
            for (mv, cut) in [(2800, false), (2799, true)] {
                let mut bank = up.clone();
                bank.cell(b, c, mv);
                bank.run_for(2 * SECOND);
                assert_eq!(load(&bank.outputs) == Drive::Floating, cut, "battery {b}, cell {c}, {mv} mV");
                if cut {
                    let why = bank.why(Cause::UnderVoltage);
                    assert_eq!((why.battery.map(usize::from), why.cell.map(usize::from)), (Some(b), Some(c)));
                }
            }
        }
    }
}

#[test]
fn uv_1_follows_the_setting() {
    for (threshold, mv, cut) in [(2600, 2600, false), (2600, 2599, true), (2700, 2700, false), (2700, 2699, true)] {
        let mut bank = warned(|settings| settings.under_voltage_mv = threshold);
        bank.cell(2, 7, mv);
        bank.run_for(2 * SECOND);
        assert_eq!(load(&bank.outputs) == Drive::Floating, cut, "{mv} mV against {threshold} mV");
    }
}

/// A dead cell is the emptiest of all.
#[test]
fn uv_1_the_lowest_voltage_that_can_be_believed() {
    let mut bank = warned(|_| {});
    bank.cell(2, 7, 500);
    bank.changes_at(1100, load, Drive::High, Drive::Floating);
}

#[test]
fn uv_1_hold_to_the_decision() {
    // The hold runs from the frame at 10 ms.
    for (hold, floats) in [
        (0, 100),
        (90, 100),
        (91, 200),
        (190, 200),
        (990, 1000),
        (991, 1100),
        (1000, 1100),
        (9990, 10_000),
        (10_000, 10_100),
    ] {
        let mut bank = warned(|settings| settings.under_voltage_hold_ms = hold);
        bank.cell(0, 0, 2799);
        bank.changes_at(floats, load, Drive::High, Drive::Floating);
    }
}

#[test]
fn uv_1_hold_starts_anew_after_a_good_frame() {
    let mut bank = warned(|_| {});
    bank.cell(0, 0, 2799);
    bank.run_for(2 * CYCLE);
    bank.cell(0, 0, 2800);
    bank.run_for(CYCLE);
    bank.cell(0, 0, 2799);
    bank.changes_at(1100, load, Drive::High, Drive::Floating);
}

/// The hold is of one battery: two that take turns never complete it.
#[test]
fn uv_1_holds_of_two_batteries_do_not_add() {
    let mut bank = warned(|_| {});
    for turn in 0..40 {
        bank.cell(1, 0, if turn % 2 == 0 { 2799 } else { 2800 });
        bank.cell(2, 0, if turn % 2 == 0 { 2800 } else { 2799 });
        bank.run_for(CYCLE);
        assert_eq!(load(&bank.outputs), Drive::High, "turn {turn}");
    }
}

/// Another cell of the same battery carries the hold on: the signal is the battery's lowest cell.
#[test]
fn uv_1_the_hold_is_of_the_lowest_cell() {
    let mut bank = warned(|_| {});
    bank.cell(1, 0, 2799);
    bank.run_for(CYCLE);
    bank.cell(1, 0, 3300);
    bank.cell(1, 5, 2799);
    bank.changes_at(1100 - CYCLE, load, Drive::High, Drive::Floating);
}

#[test]
fn uv_1_silence_lets_the_hold_run_on() {
    let mut bank = warned(|_| {});
    bank.cell(1, 0, 2799);
    bank.run_for(DECISION);
    bank.link(1, Link::Silent);
    bank.changes_at(1000, load, Drive::High, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage) && !bank.shows(Cause::Communication));
}

/// COM-6: the bit sets the cause with the same hold, and both must clear.
#[test]
fn uv_1_the_bit_of_the_battery_counts() {
    let mut bank = warned(|_| {});
    bank.status(1, Status::CELL_UNDER_VOLTAGE);
    bank.changes_at(1100, load, Drive::High, Drive::Floating);
    bank.align();
    bank.all_cells(3300);
    bank.stays(2 * MINUTE, load, Drive::Floating);
    bank.status(1, Status::NONE);
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
}

/// Only the dangerous direction is cut; PRE-ALARM stays High (PRE-6).
#[test]
fn out_2_leaves_the_charger_alone() {
    let mut bank = warned(|_| {});
    cut(&mut bank);
    bank.stays(30 * MINUTE, charger, Drive::High);
    assert!(pre_alarm(&bank.outputs));
}

#[test]
fn uv_2_clears_at_the_value_after_the_hold() {
    for (hold, rises) in
        [(0, 100), (70, 100), (71, 200), (29_970, 30_000), (29_971, 30_100), (30_000, 30_100), (600_000, 600_100)]
    {
        let mut bank = warned(|settings| settings.under_voltage_clear_hold_ms = hold);
        cut(&mut bank);
        bank.all_cells(3199);
        bank.stays(u64::try_from(hold).unwrap() + 10 * SECOND, load, Drive::Floating);
        bank.align();
        bank.all_cells(3200);
        // The last of the three batteries speaks at 30 ms.
        bank.changes_at(rises, load, Drive::Floating, Drive::High);
    }
}

#[test]
fn uv_2_asks_every_cell() {
    let mut bank = warned(|_| {});
    cut(&mut bank);
    bank.all_cells(3400);
    bank.cell(2, 7, 3199);
    bank.stays(5 * MINUTE, load, Drive::Floating);
    bank.cell(2, 7, 3200);
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
}

#[test]
fn uv_2_hold_starts_anew_after_a_dip() {
    let mut bank = warned(|_| {});
    cut(&mut bank);
    bank.all_cells(3300);
    bank.run_for(29 * SECOND);
    bank.cell(1, 4, 3199);
    bank.run_for(CYCLE);
    bank.cell(1, 4, 3200);
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
}

#[test]
fn uv_2_hold_doubles_up_to_32_min() {
    let mut bank = warned(|_| {});
    for hold in [30, 60, 120, 240, 480, 960, 1920, 1920] {
        cut(&mut bank);
        recovers_after(&mut bank, hold * SECOND);
    }
}

#[test]
fn uv_2_hold_doubles_from_the_setting_if_that_is_longer() {
    let mut bank = warned(|settings| settings.under_voltage_clear_hold_ms = 600_000);
    for minutes in [10, 20, 32, 32] {
        cut(&mut bank);
        recovers_after(&mut bank, minutes * MINUTE);
    }
}

#[test]
fn uv_2_hold_doubles_from_at_least_30_s() {
    let mut bank = warned(|settings| settings.under_voltage_clear_hold_ms = 5000);
    for seconds in [5, 60, 120] {
        cut(&mut bank);
        recovers_after(&mut bank, seconds * SECOND);
    }
}

#[test]
fn uv_2_hold_does_not_double_more_than_60_min_later() {
    for (minutes, hold) in [(58, 60 * SECOND), (61, 30 * SECOND)] {
        let mut bank = warned(|_| {});
        cut(&mut bank);
        recovers_after(&mut bank, 30 * SECOND);
        bank.run_for(minutes * MINUTE);
        cut(&mut bank);
        recovers_after(&mut bank, hold);
    }
}

/// UV that is set while LOAD floats anyway is no UV cut.
#[test]
fn uv_2_hold_does_not_double_without_a_cut() {
    let mut bank = warned(|_| {});
    cut(&mut bank);
    recovers_after(&mut bank, 30 * SECOND);
    bank.remote(false);
    bank.run_for(SECOND);
    bank.all_cells(2700);
    bank.run_for(SECOND);
    assert!(bank.shows(Cause::UnderVoltage));
    bank.remote(true);
    bank.run_for(SECOND);
    recovers_after(&mut bank, 30 * SECOND);
}

/// 2 % of 100 Ah · 3 strings is 6 A, for 5 s.
#[test]
fn uv_2_hold_falls_back_when_the_bank_is_charged() {
    let table = [
        ([2001, 2000, 2000], 6, true),
        ([6001, 0, 0], 6, true),
        ([8001, 0, -2000], 6, true),
        ([2000, 2000, 2000], 60, false),
        ([6001, 0, -1], 60, false),
        ([-9000, 1000, 1000], 60, false),
        ([9000, 9000, 9000], 3, false),
    ];
    for (currents, seconds, falls_back) in table {
        let mut bank = warned(|_| {});
        cut(&mut bank);
        recovers_after(&mut bank, 30 * SECOND);
        cut(&mut bank);
        bank.all_cells(3100);
        for (b, ma) in currents.into_iter().enumerate() {
            bank.current(b, ma);
        }
        bank.run_for(seconds * SECOND);
        bank.all(|report| report.current_ma = 0);
        bank.all_cells(3200);
        let hold = if falls_back { 30 } else { 60 };
        bank.changes_at(hold * SECOND + DECISION, load, Drive::Floating, Drive::High);
    }
}

/// The current of a string is that of its batteries once, not once per battery; C is that of the strings.
#[test]
fn uv_2_fall_back_counts_strings_not_batteries() {
    for (ma, falls_back) in [(2000, false), (2001, true)] {
        let mut bank = Bank::running_with(layout(4, 4, 1), |_| {});
        cut(&mut bank);
        bank.all_cells(3200);
        bank.changes_at(30_100, load, Drive::Floating, Drive::High);
        bank.align();
        cut(&mut bank);
        bank.all_cells(3100);
        bank.all(|report| report.current_ma = ma);
        bank.run_for(10 * SECOND);
        bank.all(|report| report.current_ma = 0);
        bank.all_cells(3200);
        let hold = if falls_back { 30 } else { 60 };
        bank.changes_at(hold * SECOND + DECISION, load, Drive::Floating, Drive::High);
    }
}

#[test]
fn uv_3_low_cell_state_lasts_as_long_as_the_cause() {
    let mut bank = warned(|_| {});
    bank.cell(0, 0, 2799);
    bank.changes_at(1100, |o| o.low_cell_state, false, true);
    assert_eq!(load(&bank.outputs), Drive::Floating);
    bank.align();
    bank.all_cells(3200);
    bank.changes_at(30_100, |o| o.low_cell_state, true, false);
    assert_eq!(load(&bank.outputs), Drive::High);
}

type Act = fn(&mut Bank);

/// What floats LOAD without an under-voltage, and takes its time: ms until it does.
const FLOATS_LOAD: [(&str, Act, Act, u64); 5] = [
    ("remote", |bank| bank.remote(false), |bank| bank.remote(true), 300),
    ("hot", |bank| bank.temperature(2, 200, 501), |bank| bank.temperature(2, 200, 210), 100),
    ("cold", |bank| bank.temperature(2, -201, 0), |bank| bank.temperature(2, 190, 210), 100),
    ("floor", |bank| bank.all(|r| r.soc_pm = 100), |bank| bank.all(|r| r.soc_pm = 500), 100),
    ("silence", |bank| bank.link(2, Link::Silent), |bank| bank.link(2, Link::Good), 4600),
];

/// UV-5 in the decision that floats LOAD: no hold, no 30 s.
#[test]
fn uv_5_sets_uv_when_load_floats_for_another_cause() {
    for (name, float, _, ms) in FLOATS_LOAD {
        let mut bank = Bank::running(3);
        float(&mut bank);
        bank.run_for(ms - DECISION);
        bank.cell(0, 0, 2799);
        // Its last value before the decision; the others float LOAD at `ms`.
        bank.deliver(0);
        bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
        assert!(bank.shows(Cause::UnderVoltage), "{name}: {:?}", bank.outputs);
        assert!(bank.outputs.low_cell_state, "{name}");
    }
}

#[test]
fn uv_5_sets_uv_while_load_floats_and_only_uv_2_clears_it() {
    for (name, float, back, ms) in FLOATS_LOAD {
        let mut bank = Bank::running(3);
        float(&mut bank);
        bank.run_for(ms);
        bank.align();
        assert!(!bank.shows(Cause::UnderVoltage), "{name}");
        for (mv, set) in [(2800, false), (2799, true)] {
            bank.cell(1, 3, mv);
            bank.run_for(DECISION);
            assert_eq!(bank.bms.cause(Cause::UnderVoltage).is_some(), set, "{name}, {mv} mV");
            bank.align();
        }
        // The cell is well again and the other cause is gone: UV holds for its time.
        back(&mut bank);
        bank.cell(1, 3, 3199);
        bank.stays(MINUTE, load, Drive::Floating);
        assert_eq!(bank.bms.cause(Cause::UnderVoltage).map(|why| why.battery), Some(Some(1)), "{name}");
        bank.cell(1, 3, 3200);
        bank.changes_at(30_100, load, Drive::Floating, Drive::High);
    }
}

/// A silent battery with an empty cell keeps UV set: its last value counts.
#[test]
fn uv_5_is_kept_through_silence_and_remote_off() {
    let mut bank = warned(|_| {});
    cut(&mut bank);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    bank.all_cells(3300);
    bank.remote(false);
    bank.run_for(10 * MINUTE);
    assert!(bank.bms.cause(Cause::UnderVoltage).is_some(), "battery 1 was last seen at 2700 mV");
    bank.remote(true);
    bank.stays(MINUTE, load, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage));
    // Trusted after 20 frames, the last at 9.52 s; only then its clear hold begins.
    bank.link(1, Link::Good);
    bank.stays(39_500, load, Drive::Floating);
    bank.run_for(SECOND);
    assert_eq!(load(&bank.outputs), Drive::High);
}

/// LOAD never rises in a decision that sees an empty cell, even for one frame.
#[test]
fn uv_5_load_does_not_rise_onto_an_empty_cell() {
    for (name, float, back, ms) in FLOATS_LOAD.into_iter().take(4) {
        let mut bank = Bank::running(3);
        float(&mut bank);
        bank.run_for(ms);
        bank.align();
        back(&mut bank);
        bank.run_for(if name == "remote" { 200 } else { 0 });
        bank.cell(0, 0, 2799);
        bank.deliver(0);
        bank.run_for(DECISION);
        assert_eq!(load(&bank.outputs), Drive::Floating, "{name}");
        assert!(bank.shows(Cause::UnderVoltage), "{name}");
    }
}

/// A cut exactly 60 min after the last one is within 60 min, one cycle later it is not.
#[test]
fn uv_2_hold_doubles_within_60_min_to_the_cycle() {
    for (late, hold) in [(0, 60 * SECOND), (CYCLE, 30 * SECOND)] {
        let mut bank = warned(|_| {});
        let first = cut(&mut bank);
        recovers_after(&mut bank, 30 * SECOND);
        // The pre-alarm has cleared: LOAD floats 30 s after it is High again, 100 ms after the cycle.
        bank.run_for(first + 60 * MINUTE + late - 30_100 - bank.time);
        assert_eq!(cut(&mut bank), first + 60 * MINUTE + late);
        recovers_after(&mut bank, hold);
    }
}

/// "Signals": the clear hold does not run while a battery is lost, and starts at 0 when it is trusted again.
#[test]
fn uv_2_hold_starts_anew_after_silence() {
    let mut bank = warned(|_| {});
    cut(&mut bank);
    bank.all_cells(3200);
    // Lost at 27.6 s: the hold would be over 2.5 s later.
    bank.run_for(23 * SECOND);
    bank.link(1, Link::Silent);
    bank.run_for(MINUTE);
    assert!(bank.bms.cause(Cause::UnderVoltage).is_some());
    bank.link(1, Link::Good);
    // The twentieth frame comes at 9520 ms.
    bank.changes_at(39_600, load, Drive::Floating, Drive::High);
}

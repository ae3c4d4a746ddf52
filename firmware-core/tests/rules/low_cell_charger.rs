//! UV-4, OUT-16: in the low-cell state CHARGER stays High, or floats after 5 min in which nobody charges.

use ngbank_core::settings::{LowCellCharger, Settings};
use ngbank_core::{Cause, Drive};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, SECOND, charger, layout, load, parallel, pins};

/// Without a charge current CHARGER floats after so long.
pub const PATIENCE: u64 = 5 * MINUTE;

pub fn off_after(settings: &mut Settings) {
    settings.charger_in_low_cell_state = LowCellCharger::OffAfter;
}

/// Three batteries with the variant, in the decision of a UV cut.
pub fn low() -> Bank {
    low_with(off_after)
}

fn low_with(change: fn(&mut Settings)) -> Bank {
    let mut bank = Bank::running_with(parallel(3), change);
    fall_low(&mut bank);
    bank
}

/// From a cycle boundary with LOAD High to the decision of a UV cut.
#[track_caller]
pub fn fall_low(bank: &mut Bank) {
    bank.all_cells(2700);
    bank.changes_at(30_100, load, Drive::High, Drive::Floating);
    assert!(bank.outputs.low_cell_state);
    assert_eq!(charger(&bank.outputs), Drive::High, "nothing has been waited for yet");
}

/// CHARGER has been given up; ends at a cycle boundary.
pub fn given_up() -> Bank {
    let mut bank = low();
    bank.run_for(PATIENCE);
    assert!(bank.shows(Cause::ChargerGivenUp));
    bank.align();
    bank
}

/// CHARGER floats `PATIENCE` after this decision.
#[track_caller]
pub fn waits_anew(bank: &mut Bank) {
    bank.changes_at(PATIENCE, charger, Drive::High, Drive::Floating);
    assert!(bank.shows(Cause::ChargerGivenUp));
}

#[test]
fn uv_4_on_is_the_default() {
    let mut bank = low_with(|_| {});
    bank.stays(60 * MINUTE, charger, Drive::High);
    assert!(bank.bms.cause(Cause::ChargerGivenUp).is_none());
}

#[test]
fn uv_4_five_minutes_to_the_decision() {
    let mut bank = low();
    bank.changes_at(PATIENCE, charger, Drive::High, Drive::Floating);
    assert_eq!(bank.why(Cause::ChargerGivenUp).since, bank.now());
    let outputs = &bank.outputs;
    assert!(outputs.charger_causes.contains(Cause::ChargerGivenUp));
    assert!(!outputs.load_causes.union(outputs.pre_alarm_causes).contains(Cause::ChargerGivenUp), "its own column");
    bank.stays(60 * MINUTE, pins, (Drive::Floating, Drive::Floating, true));
}

/// It is a matter of the low-cell state: no other reason for LOAD to float begins it.
#[test]
fn uv_4_only_in_the_low_cell_state() {
    type Act = fn(&mut Bank);
    let acts: [(&str, Act); 4] = [
        ("nothing", |_| {}),
        ("pre-alarm", |bank| bank.cell(0, 0, 2800)),
        ("floor", |bank| bank.all(|report| report.soc_pm = 0)),
        ("cold to discharge", |bank| bank.temperature(0, 10, 20)),
    ];
    for (name, act) in acts {
        let mut bank = Bank::running_with(parallel(3), |settings| {
            off_after(settings);
            settings.charge_min_dc = -200;
        });
        act(&mut bank);
        bank.run_for(SECOND);
        bank.stays(20 * MINUTE, charger, Drive::High);
        assert!(bank.bms.cause(Cause::ChargerGivenUp).is_none(), "{name}");
    }
}

/// BOOT-2: a state tripped only by the start does not begin it.
#[test]
fn uv_4_waiting_for_the_clear_value_is_no_low_cell_state() {
    let mut bank = Bank::running_with(parallel(3), off_after);
    bank.all_cells(3180);
    bank.power_on();
    bank.run_for(10 * SECOND);
    assert!(bank.shows(Cause::WaitingForClear));
    bank.stays(20 * MINUTE, charger, Drive::High);
}

/// UV-5 sets OUT-2 while LOAD floats anyway, and the low-cell state begins then (UV-3).
#[test]
fn uv_4_counts_from_the_low_cell_state_however_it_began() {
    let mut bank = Bank::running_with(parallel(3), off_after);
    bank.all(|report| report.soc_pm = 50);
    bank.run_for(10 * MINUTE);
    bank.all_cells(2700);
    bank.changes_at(DECISION, |o| o.low_cell_state, false, true);
    bank.changes_at(PATIENCE, charger, Drive::High, Drive::Floating);
}

/// 1 % of 100 Ah · 3 strings is 3 A, and it is the sum that counts.
#[test]
fn uv_4_a_charge_current_of_the_bank() {
    let table = [
        ([1000, 1000, 1000], false),
        ([1001, 1000, 1000], true),
        ([3000, 0, 0], false),
        ([3001, 0, 0], true),
        ([0, 0, 3001], true),
        ([9000, -3000, -3000], false),
        ([9001, -3000, -3000], true),
        ([-3001, 0, 0], false),
    ];
    for (currents, charges) in table {
        let mut bank = low();
        for (b, ma) in currents.into_iter().enumerate() {
            bank.current(b, ma);
        }
        if charges {
            bank.stays(20 * MINUTE, charger, Drive::High);
        } else {
            bank.changes_at(PATIENCE, charger, Drive::High, Drive::Floating);
            bank.stays(20 * MINUTE, charger, Drive::Floating);
        }
    }
}

/// A string's current counts once, and C is that of the strings.
#[test]
fn uv_4_counts_strings_not_batteries() {
    for (series, strings) in [(4, 1), (4, 2), (4, 3)] {
        for (ma, ends) in [(1000, false), (1001, true)] {
            let mut bank = Bank::running_with(layout(4, series, strings), off_after);
            fall_low(&mut bank);
            bank.run_for(PATIENCE);
            assert!(bank.shows(Cause::ChargerGivenUp));
            bank.all(|report| report.current_ma = ma);
            bank.run_for(10 * SECOND);
            assert_eq!(charger(&bank.outputs) == Drive::High, ends, "{series}S{strings}P, {ma} mA each");
        }
    }
}

#[test]
fn uv_4_ends_at_a_charge_current_of_5_s() {
    let mut bank = given_up();
    bank.all(|report| report.current_ma = 1001);
    // From the frame at 30 ms, seen at 100 ms, for 5 s.
    bank.changes_at(5100, charger, Drive::Floating, Drive::High);
    assert_eq!(load(&bank.outputs), Drive::Floating);
    assert!(bank.bms.cause(Cause::ChargerGivenUp).is_none());
    // As long as it flows it is not given up again; after it, 5 min anew.
    bank.stays(20 * MINUTE, charger, Drive::High);
    bank.align();
    bank.all(|report| report.current_ma = 0);
    bank.run_for(DECISION);
    waits_anew(&mut bank);
}

#[test]
fn uv_4_a_shorter_current_is_none() {
    for (on, counts) in [(4500, false), (5500, true)] {
        // It does not end what was given up …
        let mut bank = given_up();
        bank.all(|report| report.current_ma = 5000);
        bank.run_for(on);
        bank.all(|report| report.current_ma = 0);
        bank.run_for(CYCLE);
        assert_eq!(charger(&bank.outputs) == Drive::High, counts, "{on} ms");
        // … nor begin the 5 min anew, however often it comes.
        let mut bank = low();
        while bank.outputs.charger == Drive::High && bank.time < 100 * MINUTE {
            for (ma, ms) in [(5000, on), (0, 1500)] {
                bank.all(|report| report.current_ma = ma);
                bank.run_for(ms);
            }
        }
        assert_eq!(bank.shows(Cause::ChargerGivenUp), !counts, "{on} ms");
        assert_eq!(bank.time >= 20 * MINUTE, counts, "given up at {} ms", bank.time);
    }
}

/// A short current before the end of the 5 min neither holds nor shifts it.
#[test]
fn uv_4_a_current_that_comes_too_late() {
    let mut bank = low();
    bank.run_for(PATIENCE - 3 * SECOND);
    bank.all(|report| report.current_ma = 5000);
    bank.changes_at(3 * SECOND, charger, Drive::High, Drive::Floating);
    bank.run_for(3 * SECOND);
    assert_eq!(charger(&bank.outputs), Drive::High, "5 s of it have passed");
}

#[test]
fn uv_4_ends_with_the_low_cell_state() {
    let mut bank = given_up();
    bank.all_cells(3200);
    bank.changes_at(30_100, |o| (o.low_cell_state, o.charger), (true, Drive::Floating), (false, Drive::High));
    bank.assert_clean();
    bank.stays(20 * MINUTE, charger, Drive::High);
    bank.align();
    // A new one has its own 5 min.
    fall_low(&mut bank);
    bank.changes_at(PATIENCE, charger, Drive::High, Drive::Floating);
}

#[test]
fn uv_4_ends_at_a_remote_toggle() {
    for off in [SECOND, 20 * MINUTE] {
        let mut bank = given_up();
        bank.remote(false);
        bank.run_for(off);
        assert_eq!(charger(&bank.outputs), Drive::Floating);
        bank.remote(true);
        bank.changes_at(300, charger, Drive::Floating, Drive::High);
        assert!(bank.bms.cause(Cause::UnderVoltage).is_some());
        waits_anew(&mut bank);
    }
}

/// The remote is off when the bank falls low, or when the 5 min pass: switched on, CHARGER is High (REM-4), and for
/// not more than 5 min.
#[test]
fn uv_4_time_that_passes_while_the_remote_is_off() {
    for before in [true, false] {
        let mut bank = if before { Bank::running_with(parallel(3), off_after) } else { low() };
        bank.align();
        bank.remote(false);
        bank.run_for(SECOND);
        bank.all_cells(2700);
        bank.run_for(20 * MINUTE);
        assert!(bank.outputs.low_cell_state);
        bank.remote(true);
        bank.changes_at(300, charger, Drive::Floating, Drive::High);
        waits_anew(&mut bank);
    }
}

/// A pulse that the debounce swallows is no toggle (REM-3).
#[test]
fn uv_4_a_bounce_is_no_toggle() {
    let mut bank = given_up();
    bank.remote(false);
    bank.run_for(DECISION);
    bank.remote(true);
    bank.stays(MINUTE, charger, Drive::Floating);
}

/// A silent battery meets no clear rule, though its last value was a charge current; trusted again, 5 s anew.
#[test]
fn uv_4_a_silent_battery_ends_nothing() {
    let mut bank = low_with(|settings| {
        off_after(settings);
        settings.silence_timeout_ms = 1500;
    });
    bank.run_for(PATIENCE);
    bank.align();
    bank.current(1, 5000);
    bank.run_for(CYCLE);
    bank.link(1, Link::Silent);
    bank.run_for(2 * SECOND);
    assert!(bank.shows(Cause::Communication));
    for _ in 0..60 {
        bank.run_for(SECOND);
        assert!(bank.shows(Cause::ChargerGivenUp), "{:?}", bank.outputs);
    }
    bank.align();
    bank.link(1, Link::Good);
    // The 20th frame comes at 9520 ms, 5 s later is 14 520 ms.
    bank.stays(14_500, charger, Drive::Floating);
    bank.run_for(2 * DECISION);
    assert_eq!(charger(&bank.outputs), Drive::High);
}

/// The 5 min go on while a battery is silent.
#[test]
fn uv_4_silence_does_not_stop_the_time() {
    let mut bank = low();
    bank.run_for(2 * MINUTE);
    bank.link(1, Link::Silent);
    bank.run_for(PATIENCE - 2 * MINUTE - DECISION);
    assert!(bank.bms.cause(Cause::ChargerGivenUp).is_none());
    bank.run_for(DECISION);
    assert!(bank.bms.cause(Cause::ChargerGivenUp).is_some());
}

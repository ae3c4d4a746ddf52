//! DIAG-1: a device that ignores its wire. The BMS cannot stop it, but it says so: error 36.

use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive, Led, Outputs};

use crate::common::everywhere::wraps_anywhere;
use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, PULSE_CHARGE, SECOND, charger, layout, load, parallel, pins};

/// From the decision that sees the current and the Floating output to the error.
const PATIENCE: u64 = 30 * SECOND;

fn error(outputs: &Outputs) -> Option<u8> {
    outputs.error
}

/// Both outputs float, and there is no other error: the remote is off. Ends at a cycle boundary.
fn off(mut bank: Bank) -> Bank {
    bank.remote(false);
    bank.run_for(SECOND);
    assert_eq!(error(&bank.outputs), None);
    bank
}

#[test]
fn diag_1_the_limit_grows_with_the_strings() {
    for (strings, limit) in [(1, 750), (2, 800), (3, 850), (16, 1500), (50, 3200)] {
        for sign in [-1, 1] {
            for (ma, accused) in [(limit, false), (limit + 1, true)] {
                let mut bank = off(Bank::running(strings));
                bank.current(0, sign * ma);
                if accused {
                    bank.changes_at(PATIENCE + DECISION, error, None, Some(36));
                } else {
                    bank.stays(5 * MINUTE, error, None);
                }
            }
        }
    }
}

/// The sum over the strings: what they exchange among themselves is no device.
#[test]
fn diag_1_exchange_currents_cancel() {
    let table = [
        ([50_000, -50_000, 0], false),
        ([50_000, -50_850, 0], false),
        ([50_000, -50_851, 0], true),
        ([-50_000, 25_000, 25_850], false),
        ([-50_000, 25_000, 25_851], true),
        ([-283, -283, -284], false),
        ([-283, -284, -284], true),
    ];
    for (currents, accused) in table {
        let mut bank = off(Bank::running(3));
        for (b, ma) in currents.into_iter().enumerate() {
            bank.current(b, ma);
        }
        bank.run_for(PATIENCE + DECISION);
        assert_eq!(error(&bank.outputs), accused.then_some(36), "{currents:?}");
    }
}

/// The batteries of a string carry one current.
#[test]
fn diag_1_a_string_counts_once() {
    for (cells, series, strings, each) in [(4, 4, 1, 750), (8, 2, 2, 400), (4, 2, 2, 400), (4, 4, 4, 225)] {
        for sign in [-1, 1] {
            for (ma, accused) in [(each, false), (each + 1, true)] {
                let mut bank = off(Bank::running_with(layout(cells, series, strings), |_| {}));
                bank.all(|report| report.current_ma = sign * ma);
                bank.run_for(PATIENCE + 2 * DECISION);
                assert_eq!(error(&bank.outputs), accused.then_some(36), "{series}S{strings}P, {ma} mA");
            }
        }
    }
}

/// Discharge is LOAD's business: here LOAD floats at the floor, and CHARGER is High.
#[test]
fn diag_1_discharge_against_load() {
    for (ma, accused) in [(-1000, true), (1000, false)] {
        let mut bank = Bank::running(3);
        bank.all(|report| report.soc_pm = 50);
        bank.run_for(DECISION);
        assert_eq!((load(&bank.outputs), charger(&bank.outputs)), (Drive::Floating, Drive::High));
        bank.align();
        bank.current(1, ma);
        if accused {
            bank.changes_at(PATIENCE + DECISION, error, None, Some(36));
            assert_eq!(bank.outputs.red, Led::On);
        } else {
            bank.stays(5 * MINUTE, error, None);
        }
        assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::High, true), "it moves no pin");
    }
}

/// Charge is CHARGER's business: here an over-current has cut it, and LOAD is High.
#[test]
fn diag_1_charge_against_charger() {
    for (ma, accused) in [(1000, true), (-1000, false)] {
        let mut bank = Bank::running(3);
        bank.current(1, 2 * PULSE_CHARGE);
        bank.run_for(600);
        assert_eq!((load(&bank.outputs), charger(&bank.outputs)), (Drive::High, Drive::Floating));
        // The current obeys, and a device that does not is left.
        bank.current(1, 0);
        bank.align();
        bank.run_for(CYCLE);
        bank.current(1, ma);
        if accused {
            bank.changes_at(PATIENCE + DECISION, error, None, Some(36));
        } else {
            bank.stays(50 * SECOND, error, None);
        }
        assert_eq!((load(&bank.outputs), charger(&bank.outputs)), (Drive::High, Drive::Floating));
    }
}

/// What flows while the outputs are High is nobody's fault; the 30 s begin when they float.
#[test]
fn diag_1_counts_from_the_output() {
    for ma in [-10_000, 10_000] {
        let mut bank = Bank::running(3);
        bank.current(1, ma);
        bank.stays(20 * MINUTE, error, None);
        bank.remote(false);
        bank.changes_at(300, load, Drive::High, Drive::Floating);
        bank.changes_at(PATIENCE, error, None, Some(36));
    }
}

#[test]
fn diag_1_ends_with_the_current() {
    for rest in [0, -850, 850, 60_000] {
        let mut bank = off(Bank::running(3));
        bank.current(1, -851);
        bank.run_for(10 * MINUTE);
        assert_eq!(error(&bank.outputs), Some(36));
        bank.current(1, rest);
        bank.changes_at(DECISION, error, Some(36), None);
    }
}

#[test]
fn diag_1_ends_with_the_output() {
    let mut bank = off(Bank::running(3));
    bank.current(1, -851);
    bank.run_for(MINUTE);
    assert_eq!(error(&bank.outputs), Some(36));
    bank.remote(true);
    bank.changes_at(300, |o| (o.load, o.error), (Drive::Floating, Some(36)), (Drive::High, None));
}

/// A frame without it, or the output High for a moment, and the 30 s start anew.
#[test]
fn diag_1_an_interruption() {
    let mut bank = off(Bank::running(3));
    for _ in 0..10 {
        bank.current(1, -851);
        bank.run_for(29 * SECOND);
        bank.current(1, -850);
        bank.run_for(CYCLE);
        assert_eq!(error(&bank.outputs), None);
    }
    bank.current(1, -851);
    for _ in 0..10 {
        bank.remote(true);
        bank.run_for(SECOND);
        bank.remote(false);
        bank.run_for(29 * SECOND);
        assert_eq!(error(&bank.outputs), None);
    }
    bank.run_for(2 * SECOND);
    assert_eq!(error(&bank.outputs), Some(36));
}

/// Turning from discharge to charge is another device: its own 30 s.
#[test]
fn diag_1_each_direction_has_its_time() {
    let mut bank = off(Bank::running(3));
    for _ in 0..10 {
        for ma in [-5000, 5000] {
            bank.current(1, ma);
            bank.run_for(20 * SECOND);
            assert_eq!(error(&bank.outputs), None);
        }
    }
}

/// The last value of a silent battery accuses nobody; error 39 would not hide it, nor would it be 32.
#[test]
fn diag_1_a_silent_battery_accuses_nobody() {
    for ma in [-50_000, 50_000] {
        let mut bank = Bank::running(3);
        bank.current(1, ma);
        bank.run_for(SECOND);
        bank.link(1, Link::Silent);
        bank.run_for(5 * SECOND);
        assert!(bank.shows(Cause::Communication));
        bank.stays(5 * MINUTE, error, Some(39));
        // The others still do.
        bank.current(0, -851);
        bank.changes_at(PATIENCE + DECISION, error, Some(39), Some(36));
    }
}

/// Silence breaks the 30 s; they start anew when the battery is trusted again.
#[test]
fn diag_1_silence_breaks_the_time() {
    let mut bank = off(Bank::running(3));
    bank.current(1, -5000);
    bank.run_for(20 * SECOND);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    bank.link(1, Link::Good);
    // Trusted with the frame at 9520 ms.
    let accused = bank.run_until(MINUTE, |o| o.error == Some(36)).expect("error 36");
    assert!((39_500..39_800).contains(&accused), "{accused} ms");
}

#[test]
fn time_1_late_missing_and_doubled_steps() {
    for gap in [300, 900, 1000, 7700, 29_900, 60_000] {
        let mut bank = off(Bank::running(1));
        bank.current(0, -800);
        bank.run_for(DECISION);
        let begin = bank.time;
        while bank.outputs.error.is_none() && bank.time < begin + 10 * MINUTE {
            bank.frames_for(gap);
            bank.decide();
            bank.decide();
        }
        let waited = bank.time - begin;
        assert!((PATIENCE..PATIENCE + gap).contains(&waited), "steps every {gap} ms: {waited} ms");
    }
}

#[test]
fn time_1_the_wrap() {
    wraps_anywhere(Settings::new(parallel(1)), 1700, |bank| {
        bank.remote(false);
        for ma in [-800, 800, 0] {
            bank.current(0, ma);
            bank.run_for(32 * SECOND);
            assert_eq!(bank.outputs.error, (ma != 0).then_some(36));
        }
    });
}

#[test]
fn time_2_backwards() {
    let mut bank = off(Bank::running(1));
    bank.current(0, -800);
    bank.run_for(29 * SECOND);
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.run_for(2 * SECOND);
    bank.stays(27 * SECOND, error, None);
    bank.run_for(2 * SECOND);
    assert_eq!(error(&bank.outputs), Some(36));
}

/// UPD-1: the 30 s stay.
#[test]
fn upd_1_settings_change_while_it_counts() {
    let mut bank = off(Bank::running(1));
    bank.current(0, -800);
    for mv in [3060, 3100] {
        bank.run_for(10 * SECOND);
        bank.change_settings(Settings { pre_alarm_mv: mv, ..bank.settings }).unwrap();
    }
    bank.changes_at(PATIENCE + DECISION - 20 * SECOND, error, None, Some(36));
}

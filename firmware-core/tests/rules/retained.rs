//! BOOT-2: what a watchdog reset must not lose, thing by thing.

use ngbank_core::settings::{Countdown, LowCellCharger, OverCurrentAction, PreAlarmPattern, Settings};
use ngbank_core::{Cause, Drive, Led, Retained};

use crate::common::{
    Bank, CYCLE, DECISION, Link, MINUTE, PULSE_CHARGE, PULSE_DISCHARGE, SECOND, load, parallel, pre_alarm,
};

/// Battery 1 is lost for silence; it speaks again at the end, at a cycle boundary.
fn lose(bank: &mut Bank) {
    bank.link(1, Link::Silent);
    bank.run_for(6 * SECOND);
    assert!(bank.bms.cause(Cause::Communication).is_some());
    bank.link(1, Link::Good);
}

/// For how many ms OUT-9 holds from here on.
fn distrust(bank: &mut Bank) -> u64 {
    bank.run_until(2 * MINUTE, |o| !o.load_causes.contains(Cause::Communication)).expect("trust")
}

/// COM-5: 20 frames, the last at 9520 ms; after the third loss within 10 min 120, the last at 59 520 ms.
const SHORT: u64 = 9600;
const LONG: u64 = 59_600;

#[test]
fn the_number_of_losses() {
    for resets in 0_u8..8 {
        let mut bank = Bank::running(2);
        for (loss, expected) in [SHORT, SHORT, LONG].into_iter().enumerate() {
            lose(&mut bank);
            assert_eq!(distrust(&mut bank), expected, "loss {loss}, resets after {resets:03b}");
            bank.align();
            if resets >> loss & 1 == 1 {
                bank.watchdog_reset();
                bank.align();
                bank.run_for(2 * SECOND);
            }
        }
    }
}

/// A loss of more than 10 min ago is no loss, although the reset lets the age of the others begin anew.
#[test]
fn not_a_loss_of_long_ago() {
    let mut settings = Settings::new(parallel(2));
    settings.silence_timeout_ms = 30_000;
    let mut up = Bank::new(settings);
    up.come_up();
    for _ in 0..2 {
        up.link(1, Link::Silent);
        up.run_for(31 * SECOND);
        up.link(1, Link::Good);
        distrust(&mut up);
        up.align();
    }
    // The first loss was about 52 s ago. No frame of the bank is due to be missed for 30 s: nothing looks at its age.
    up.run_for(10 * MINUTE - 50 * SECOND);
    for seconds in (0..32).step_by(4) {
        let mut bank = up.clone();
        bank.run_for(seconds * SECOND);
        bank.watchdog_reset();
        bank.align();
        bank.run_for(2 * SECOND);
        bank.link(1, Link::Silent);
        bank.run_for(31 * SECOND);
        bank.link(1, Link::Good);
        assert_eq!(distrust(&mut bank), SHORT, "{seconds} s after the first loss has become old");
    }
}

/// Of the last battery of the largest bank too.
#[test]
fn a_long_way_to_trust() {
    for last in [1, 49] {
        let mut bank = Bank::running(last + 1);
        for loss in 1..=3 {
            bank.link(last.into(), Link::Silent);
            bank.run_for(6 * SECOND);
            bank.link(last.into(), Link::Good);
            if loss < 3 {
                distrust(&mut bank);
                bank.align();
            }
        }
        bank.run_for(30 * SECOND);
        bank.watchdog_reset();
        bank.align();
        assert!(distrust(&mut bank) >= LONG - CYCLE, "at full length, battery {last}");
    }
}

/// A battery that is silent at the reset is not trusted by its first frame.
#[test]
fn silence() {
    let mut bank = Bank::running(2);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    bank.watchdog_reset();
    bank.align();
    bank.run_for(SECOND);
    assert!(bank.shows(Cause::Communication));
    bank.link(1, Link::Good);
    assert_eq!(distrust(&mut bank), SHORT);
}

/// UV-2: a cut after the reset is the second within the hour.
#[test]
fn the_last_cut_of_under_voltage() {
    for resets in [false, true] {
        let mut bank = Bank::running(2);
        for hold in [30, 60] {
            bank.all_cells(2700);
            bank.run_for(31 * SECOND);
            bank.all_cells(3200);
            bank.changes_at(hold * SECOND + DECISION, load, Drive::Floating, Drive::High);
            bank.align();
            if resets {
                bank.watchdog_reset();
                bank.align();
                bank.run_for(2 * SECOND);
            }
        }
    }
    let mut bank = Bank::running(2);
    bank.watchdog_reset();
    bank.align();
    bank.run_for(2 * SECOND);
    bank.all_cells(2700);
    bank.run_for(31 * SECOND);
    bank.all_cells(3200);
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
}

/// A short in battery 1 that ends with the cut. Ends at a cycle boundary.
fn short(bank: &mut Bank, ma: i32) {
    bank.current(1, ma);
    bank.run_for(600);
    bank.current(1, 0);
    bank.run_for(SECOND);
    bank.align();
}

/// OC-3: the third counted cut latches, whenever the reset comes.
#[test]
fn the_number_of_over_current_cuts() {
    for (ma, cause) in
        [(-2 * PULSE_DISCHARGE, Cause::DischargeOverCurrent), (2 * PULSE_CHARGE, Cause::ChargeOverCurrent)]
    {
        for reset_after in 1..=3 {
            let mut bank = Bank::running(3);
            for cut in 1..=3 {
                short(&mut bank, ma);
                if cut == reset_after {
                    bank.watchdog_reset();
                    bank.align();
                    bank.run_for(SECOND);
                }
                assert_eq!(bank.why(cause).battery, Some(1), "cut {cut}");
                if cut < 3 {
                    let ends = bank.run_until(62 * SECOND, |o| !o.load_causes.union(o.charger_causes).contains(cause));
                    assert!(ends.is_some(), "cut {cut} retries, reset after {reset_after}");
                    bank.align();
                }
            }
            bank.run_for(2 * MINUTE);
            assert!(bank.shows(cause), "latched, reset after {reset_after}");
        }
    }
}

/// A cut that did not help stays an error and is not counted; one that is not judged yet is judged anew.
#[test]
fn how_a_cut_was_judged() {
    let mut bank = Bank::running(2);
    bank.current(1, -2 * PULSE_DISCHARGE);
    bank.run_for(5 * SECOND);
    assert_eq!(bank.outputs.error, Some(36));
    bank.current(1, 0);
    bank.run_for(CYCLE);
    let reset = bank.now();
    bank.watchdog_reset();
    bank.align();
    bank.run_for(2 * SECOND);
    let errors = bank.bms.history().errors;
    assert!(errors.iter().flatten().any(|&(error, at)| error == 36 && !at.is_before(reset)), "still 36: {errors:?}");
    for cut in 1..=2 {
        bank.run_until(62 * SECOND, |o| o.load == Drive::High).unwrap_or_else(|| panic!("cut {cut} retries"));
        bank.align();
        short(&mut bank, -2 * PULSE_DISCHARGE);
    }
    bank.run_until(62 * SECOND, |o| o.load == Drive::High).expect("two were counted, not three");

    let mut bank = Bank::running(2);
    bank.current(1, -2 * PULSE_DISCHARGE);
    bank.run_for(600);
    bank.watchdog_reset();
    bank.align();
    bank.run_for(5 * SECOND);
    let errors = bank.bms.history().errors;
    assert!(errors.iter().flatten().any(|&(error, _)| error == 36), "judged after the reset: {errors:?}");
}

/// OC-1: above the clear level a warning holds, in each direction.
#[test]
fn warnings_of_over_current() {
    for (above, between, pre_alarm_high) in [(-150_001, -148_000, true), (70_001, 69_000, false)] {
        let mut bank = Bank::running(2);
        bank.current(1, above);
        bank.run_for(SECOND);
        bank.current(1, between);
        bank.run_for(SECOND);
        bank.watchdog_reset();
        bank.align();
        // Longer than error 12 lights the red LED.
        bank.run_for(3 * MINUTE);
        assert_eq!(pre_alarm(&bank.outputs), pre_alarm_high, "{above} mA");
        assert_eq!(bank.outputs.red, if pre_alarm_high { Led::On } else { Led::Blinking }, "{above} mA");
        bank.current(1, 0);
        bank.run_for(6 * SECOND);
        bank.assert_clean();
    }
}

#[test]
fn the_floor_warning() {
    let mut bank = Bank::running(2);
    bank.all(|report| report.soc_pm = 150);
    bank.run_for(SECOND);
    bank.all(|report| report.soc_pm = 200);
    bank.run_for(SECOND);
    bank.watchdog_reset();
    bank.run_for(2 * SECOND);
    assert!(bank.shows(Cause::FloorWarning) && !bank.shows(Cause::FloorAlarm));
}

/// PRE-6 has floated PRE-ALARM, UV-4 has floated CHARGER: both stay.
#[test]
fn what_follows_a_cut() {
    let mut settings = Settings::new(parallel(2));
    settings.pre_alarm_after_cutoff_s = 60;
    settings.charger_in_low_cell_state = LowCellCharger::OffAfter;
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank.all_cells(2700);
    bank.run_for(31 * SECOND + 5 * MINUTE);
    for _ in 0..2 {
        assert!(!pre_alarm(&bank.outputs), "{:?}", bank.outputs);
        assert!(bank.shows(Cause::ChargerGivenUp), "{:?}", bank.outputs);
        bank.watchdog_reset();
        bank.run_for(2 * SECOND);
    }
}

/// UV-4: OUT-16 ends at a remote toggle. That the remote is on when it is first judged after the reset is none, that it comes
/// on after it was seen off is one.
#[test]
fn a_remote_that_comes_on_is_a_toggle() {
    for off_at_reset in [false, true] {
        let mut bank = Bank::running_with(parallel(2), |s| s.charger_in_low_cell_state = LowCellCharger::OffAfter);
        bank.all_cells(2700);
        bank.run_for(31 * SECOND + 5 * MINUTE);
        bank.remote(!off_at_reset);
        bank.watchdog_reset();
        bank.align();
        bank.run_for(2 * SECOND);
        assert!(bank.bms.cause(Cause::ChargerGivenUp).is_some(), "off at the reset: {off_at_reset}");
        bank.remote(true);
        bank.run_for(2 * SECOND);
        assert_eq!(bank.bms.cause(Cause::ChargerGivenUp).is_some(), !off_at_reset, "off at the reset: {off_at_reset}");
    }
}

/// State that arose under other settings is none: every hysteresis begins tripped.
#[test]
fn only_under_the_same_settings() {
    type Change = fn(&mut Settings);
    let changes: [(&str, Change, bool); 11] = [
        ("none", |_| {}, true),
        ("the first number", |s| s.pre_alarm_mv = 3000, false),
        ("the last number", |s| s.pre_alarm_after_cutoff_s = 10, false),
        ("PRE-4", |s| s.countdown = Countdown::FromUnderVoltage, false),
        ("PRE-5", |s| s.pre_alarm_pattern = PreAlarmPattern::Intermittent, false),
        ("UV-4", |s| s.charger_in_low_cell_state = LowCellCharger::OffAfter, false),
        ("OC-4", |s| s.over_current_action = OverCurrentAction::Warn, false),
        ("model", |s| s.bank.model += 1, false),
        ("cells and series", |s| (s.bank.cells, s.bank.series, s.bank.parallel) = (4, 2, 2), false),
        ("strings", |s| s.bank.parallel = 3, false),
        ("two and two", |s| (s.bank.cells, s.bank.series, s.bank.parallel) = (4, 2, 1), false),
    ];
    let mut retained = Retained::new();
    Bank::running(4).bms.retained(&mut retained);
    for (name, change, counts) in changes {
        let mut settings = Settings::new(parallel(4));
        change(&mut settings);
        let mut bank = Bank::new(settings);
        bank.all_cells(3180);
        bank.reset_with(Some(&retained));
        bank.run_for(5 * SECOND);
        assert_eq!(load(&bank.outputs) == Drive::High, counts, "{name}: {:?}", bank.outputs);
    }
}

/// What only waits for its clear value goes on waiting: it becomes no cause by the reset.
#[test]
fn waiting_for_clear() {
    let mut bank = Bank::new(Settings::new(parallel(2)));
    bank.all_cells(3180);
    bank.all(|report| report.soc_pm = 130);
    bank.come_up();
    for _ in 0..2 {
        assert!(bank.shows(Cause::WaitingForClear));
        assert!(!bank.shows(Cause::UnderVoltage) && !bank.shows(Cause::FloorAlarm), "{:?}", bank.outputs);
        bank.watchdog_reset();
        bank.run_for(5 * SECOND);
    }
}

/// Hardware sets so many bytes aside that a watchdog does not clear.
#[test]
fn it_takes_so_many_bytes() {
    assert_eq!(size_of::<Retained>(), 228);
}

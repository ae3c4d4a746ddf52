//! OC-1 … OC-3: over-current, its retry and its latch.

use ngbank_core::frame::Status;
use ngbank_core::settings::{OverCurrentAction, Settings};
use ngbank_core::{Cause, Drive, Led, Outputs};

use crate::common::{
    Bank, CONTINUOUS_CHARGE, CONTINUOUS_DISCHARGE, CYCLE, DECISION, Link, MINUTE, PULSE_CHARGE, PULSE_DISCHARGE,
    SECOND, charger, load, parallel, pins, pre_alarm,
};

/// One direction: sign of the current, its ratings, its output and its cause.
struct Direction {
    sign: i32,
    continuous: i32,
    pulse: i32,
    output: fn(&Outputs) -> Drive,
    other: fn(&Outputs) -> Drive,
    cause: Cause,
}

const DISCHARGE: Direction = Direction {
    sign: -1,
    continuous: CONTINUOUS_DISCHARGE,
    pulse: PULSE_DISCHARGE,
    output: load,
    other: charger,
    cause: Cause::DischargeOverCurrent,
};
const CHARGE: Direction = Direction {
    sign: 1,
    continuous: CONTINUOUS_CHARGE,
    pulse: PULSE_CHARGE,
    output: charger,
    other: load,
    cause: Cause::ChargeOverCurrent,
};

/// Overloads battery 1 until its output floats, then takes the current away. Ends at a cycle boundary.
#[track_caller]
fn cut(bank: &mut Bank, direction: &Direction) {
    assert_eq!((direction.output)(&bank.outputs), Drive::High, "before the overload");
    bank.current(1, direction.sign * direction.pulse * 2);
    bank.run_for(600);
    assert_eq!((direction.output)(&bank.outputs), Drive::Floating, "two reports of a short");
    assert!(bank.shows(direction.cause));
    bank.current(1, 0);
    bank.align();
}

#[test]
fn oc_1_warning_above_the_continuous_rating() {
    for (ma, warned) in [(-150_000, false), (-150_001, true), (70_000, false), (70_001, true)] {
        let mut bank = Bank::running(3);
        bank.current(2, ma);
        bank.run_for(DECISION);
        let expected = if warned { Led::Blinking } else { Led::Off };
        assert_eq!(bank.outputs.red, expected, "{ma} mA");
        // PRE-ALARM is for what will cut LOAD: the discharge direction only (OUT-12, OUT-13).
        assert_eq!(pins(&bank.outputs), (Drive::High, Drive::High, warned && ma < 0), "{ma} mA");
        assert_eq!(bank.shows(Cause::DischargeCurrentWarning), warned && ma < 0);
    }
}

#[test]
fn oc_1_clears_2_percent_below_for_5_s() {
    for (ma, clears) in [(-147_001, false), (-147_000, false), (-146_999, true), (0, true), (60_000, true)] {
        let mut bank = Bank::running(3);
        bank.current(2, -150_001);
        bank.run_for(2 * SECOND);
        bank.current(2, ma);
        if clears {
            // From the frame at 30 ms to 5030 ms.
            bank.changes_at(5100, pre_alarm, true, false);
        } else {
            bank.stays(MINUTE, pre_alarm, true);
        }
    }
}

#[test]
fn oc_1_the_5_s_start_anew() {
    let mut bank = Bank::running(1);
    bank.current(0, -150_001);
    bank.run_for(SECOND);
    bank.current(0, -146_000);
    bank.run_for(4 * SECOND);
    bank.current(0, -148_000);
    bank.run_for(CYCLE);
    bank.current(0, -146_000);
    bank.changes_at(5100, pre_alarm, true, false);
}

/// "Signals": no clear rule looks at a battery that is not trusted, and its hold starts at 0 when it is trusted again.
#[test]
fn oc_1_does_not_clear_before_its_battery_is_trusted() {
    let mut bank = Bank::running(3);
    bank.current(2, -150_001);
    bank.run_for(2 * SECOND);
    bank.current(2, -146_999);
    bank.run_for(4 * SECOND);
    bank.link(2, Link::Silent);
    bank.run_for(10 * SECOND);
    bank.link(2, Link::Good);
    // Trusted with the 20th frame, at 9530 ms; 5 s from there.
    bank.changes_at(14_600, pre_alarm, true, false);
}

#[test]
fn oc_2_each_time_to_the_decision() {
    for direction in [&DISCHARGE, &CHARGE] {
        let Direction { continuous, pulse, .. } = *direction;
        // Reports come at 20 ms of each cycle.
        let table = [
            (continuous, None),
            (continuous + 1, Some(30_100)),
            (pulse, Some(30_100)),
            (pulse + 1, Some(10_100)),
            (pulse * 3 / 2, Some(10_100)),
            (pulse * 3 / 2 + 1, Some(600)),
            (i32::MAX, Some(600)),
        ];
        for (ma, floats) in table {
            let mut bank = Bank::running(3);
            bank.current(1, direction.sign * ma);
            match floats {
                Some(ms) => {
                    bank.changes_at(ms, direction.output, Drive::High, Drive::Floating);
                    assert_eq!(bank.why(direction.cause).battery, Some(1));
                }
                None => bank.stays(10 * MINUTE, direction.output, Drive::High),
            }
            assert_eq!((direction.other)(&bank.outputs), Drive::High, "only that direction is cut: {ma} mA");
        }
    }
}

/// A battery's rating, not the bank's: three at their rating are within it.
#[test]
fn oc_2_judges_each_battery() {
    let mut bank = Bank::running(3);
    bank.all(|report| report.current_ma = -CONTINUOUS_DISCHARGE);
    bank.stays(MINUTE, load, Drive::High);
}

#[test]
fn oc_2_one_report_is_not_two() {
    let mut bank = Bank::running(2);
    for _ in 0..20 {
        bank.current(1, -PULSE_DISCHARGE * 2);
        bank.run_for(CYCLE);
        bank.current(1, 0);
        bank.run_for(5 * SECOND);
        assert_eq!(load(&bank.outputs), Drive::High);
    }
}

#[test]
fn oc_2_a_time_starts_anew_after_1_s_below() {
    let mut bank = Bank::running(2);
    for _ in 0..20 {
        for (ma, ms) in [(-150_001, 25 * SECOND), (-149_000, 1500), (-200_001, 8 * SECOND), (-149_000, 1500)] {
            bank.current(1, ma);
            bank.run_for(ms);
            assert_eq!(load(&bank.outputs), Drive::High, "after {ms} ms of {ma} mA");
        }
    }
}

/// Half a second below is no rest.
#[test]
fn oc_2_a_short_rest_does_not_start_the_time_anew() {
    let mut bank = Bank::running(2);
    let mut waited = 0;
    while load(&bank.outputs) == Drive::High {
        assert!(waited < 45, "never cut");
        bank.current(1, -150_001);
        bank.run_for(1500);
        bank.current(1, -149_000);
        bank.run_for(500);
        waited += 2;
    }
    assert!(waited >= 30, "cut after {waited} s");
}

/// The time stands still while the battery is silent.
#[test]
fn oc_2_silence_stops_the_time() {
    let mut bank = Bank::running(2);
    bank.current(1, -150_001);
    bank.run_for(20 * SECOND);
    bank.link(1, Link::Silent);
    bank.run_for(MINUTE);
    assert!(!bank.shows(Cause::DischargeOverCurrent));
}

/// COM-6: the bits act as OC-1 and OC-2.
#[test]
fn oc_bits_of_the_battery_count() {
    for (bit, pre_alarm_high) in [(Status::DISCHARGE_CURRENT_WARNING, true), (Status::CHARGE_CURRENT_WARNING, false)] {
        let mut bank = Bank::running(2);
        bank.status(1, bit);
        bank.run_for(DECISION);
        assert_eq!(pins(&bank.outputs), (Drive::High, Drive::High, pre_alarm_high), "{bit:?}");
        assert_eq!(bank.outputs.red, Led::Blinking, "{bit:?}");
    }
    for (bit, direction) in [(Status::DISCHARGE_CURRENT_ALARM, DISCHARGE), (Status::CHARGE_CURRENT_ALARM, CHARGE)] {
        let mut bank = Bank::running(2);
        bank.status(1, bit);
        let cut = bank.run_until(31 * SECOND, |o| (direction.output)(o) == Drive::Floating);
        assert!(cut.is_some(), "{bit:?}");
        assert!(bank.shows(direction.cause) && (direction.other)(&bank.outputs) == Drive::High);
    }
}

#[test]
fn oc_3_retries_60_s_later() {
    for direction in [&DISCHARGE, &CHARGE] {
        let mut bank = Bank::running(3);
        cut(&mut bank, direction);
        // The cut was at 600 ms, it is 1000 ms.
        bank.changes_at(60 * SECOND - 400, direction.output, Drive::Floating, Drive::High);
        assert!(!bank.shows(direction.cause));
    }
}

/// Three cuts of one output; ends at the third, at a cycle boundary.
fn latch(bank: &mut Bank, direction: &Direction) {
    for _ in 0..2 {
        cut(bank, direction);
        bank.run_until(61 * SECOND, |o| (direction.output)(o) == Drive::High).expect("a retry");
        bank.align();
    }
    cut(bank, direction);
}

#[test]
fn oc_3_third_cut_latches_for_60_min() {
    for direction in [&DISCHARGE, &CHARGE] {
        let mut bank = Bank::running(3);
        latch(&mut bank, direction);
        bank.stays(59 * MINUTE, direction.output, Drive::Floating);
        bank.run_for(MINUTE);
        assert_eq!((direction.output)(&bank.outputs), Drive::High, "60 min have passed");
    }
}

#[test]
fn oc_3_remote_off_and_on_ends_the_latch() {
    for direction in [&DISCHARGE, &CHARGE] {
        let mut bank = Bank::running(3);
        latch(&mut bank, direction);
        bank.stays(10 * MINUTE, direction.output, Drive::Floating);
        bank.remote(false);
        bank.run_for(SECOND);
        bank.remote(true);
        bank.changes_at(300, direction.output, Drive::Floating, Drive::High);
        bank.align();
        // The count is cleared too (REM-4): two cuts, and the second still retries.
        for _ in 0..2 {
            cut(&mut bank, direction);
            bank.changes_at(60 * SECOND - 400, direction.output, Drive::Floating, Drive::High);
            bank.align();
        }
    }
}

#[test]
fn oc_3_remote_off_ends_a_retry_time() {
    let mut bank = Bank::running(3);
    cut(&mut bank, &DISCHARGE);
    bank.remote(false);
    bank.run_for(SECOND);
    bank.remote(true);
    bank.changes_at(300, load, Drive::Floating, Drive::High);
}

/// Cuts of the other output, and cuts more than 10 min apart, do not count together.
#[test]
fn oc_3_counts_one_output_within_10_min() {
    let mut bank = Bank::running(3);
    for direction in [&DISCHARGE, &CHARGE, &DISCHARGE, &CHARGE] {
        cut(&mut bank, direction);
        bank.changes_at(60 * SECOND - 400, direction.output, Drive::Floating, Drive::High);
        bank.align();
    }
    let mut bank = Bank::running(3);
    for _ in 0..6 {
        cut(&mut bank, &DISCHARGE);
        bank.changes_at(60 * SECOND - 400, load, Drive::Floating, Drive::High);
        bank.run_for(5 * MINUTE);
        bank.align();
    }
}

/// A current that does not obey: error 36, and no latch however often it cuts.
#[test]
fn oc_3_a_cut_without_effect_is_not_counted() {
    for direction in [&DISCHARGE, &CHARGE] {
        let mut bank = Bank::running(3);
        bank.current(1, direction.sign * direction.pulse * 2);
        bank.changes_at(600, direction.output, Drive::High, Drive::Floating);
        bank.stays(1900, |o| o.error, None);
        bank.run_for(SECOND);
        assert_eq!(bank.outputs.error, Some(36));
        for _ in 0..5 {
            bank.run_until(62 * SECOND, |o| (direction.output)(o) == Drive::High).expect("a retry");
            bank.run_until(2 * SECOND, |o| (direction.output)(o) == Drive::Floating).expect("a cut");
        }
    }
}

/// With an effect within 2 s there is no error.
#[test]
fn oc_3_a_cut_with_effect_is_no_error() {
    let mut bank = Bank::running(3);
    cut(&mut bank, &DISCHARGE);
    bank.stays(MINUTE, |o| o.error, None);
}

/// The time stands still while the battery is silent, and goes on with its first report.
#[test]
fn oc_2_the_time_goes_on_after_silence() {
    let mut bank = Bank::running(2);
    bank.current(1, -150_001);
    // Reports at 20 ms of 40 cycles: 19.5 s.
    bank.run_for(20 * SECOND);
    bank.link(1, Link::Silent);
    bank.run_for(MINUTE);
    bank.link(1, Link::Good);
    let cut = bank.run_until(MINUTE, |o| o.load_causes.contains(Cause::DischargeOverCurrent));
    // 10.5 s from the first report at 20 ms.
    assert_eq!(cut, Some(10_600));
}

/// REM-4: reports go on while the remote is off, and so do the times. 30 s from the first report at 20 ms.
#[test]
fn oc_2_the_time_goes_on_while_the_remote_is_off() {
    let mut bank = Bank::running(3);
    bank.current(1, -150_001);
    bank.run_for(20 * SECOND);
    bank.remote(false);
    bank.run_for(5 * SECOND);
    bank.remote(true);
    let cut = bank.run_until(MINUTE, |o| o.load_causes.contains(Cause::DischargeOverCurrent));
    assert_eq!(cut, Some(5100));
}

/// OC-2: exactly the seconds of its times, and the rest of 1 s to the report.
#[test]
fn oc_2_a_rest_of_exactly_1_s() {
    for direction in [&DISCHARGE, &CHARGE] {
        // Cycles below: one is 0.5 s at its end, two are 1 s.
        for (cycles, cut_ms) in [(1, 20_100), (2, 30_100)] {
            let mut bank = Bank::running(2);
            bank.current(1, direction.sign * (direction.continuous + 1));
            bank.run_for(10 * SECOND - cycles * CYCLE);
            bank.current(1, 0);
            bank.run_for(cycles * CYCLE);
            bank.current(1, direction.sign * (direction.continuous + 1));
            bank.changes_at(cut_ms, direction.output, Drive::High, Drive::Floating);
        }
    }
}

/// The third cut within 10 min of the first latches, at exactly 10 min too; one that comes later does not.
#[test]
fn oc_3_window_of_10_min() {
    for (after_s, latched) in [(600, true), (601, false)] {
        let mut bank = Bank::running(3);
        for _ in 0..2 {
            cut(&mut bank, &DISCHARGE);
            bank.changes_at(60 * SECOND - 400, load, Drive::Floating, Drive::High);
            bank.align();
        }
        // Each cut came 600 ms after its overload began, and its retry ended 61 s after that at the next cycle.
        bank.run_for((after_s - 2 * 61) * SECOND);
        cut(&mut bank, &DISCHARGE);
        bank.run_for(2 * MINUTE);
        assert_eq!(load(&bank.outputs) == Drive::Floating, latched, "{after_s} s after the first");
    }
}

/// A cut is judged 2 s after it at the earliest as failed; a report below the rating counts it at once.
#[test]
fn oc_3_judged_to_the_report() {
    // The cut comes at 600 ms; reports at 1020, 1520, 2020, 2520, 3020 ms. Obeys before which report?
    for (obeys, error) in [(2500, None), (3500, Some(36))] {
        let mut bank = Bank::running(2);
        bank.current(1, -2 * PULSE_DISCHARGE);
        bank.run_for(obeys);
        bank.current(1, 0);
        bank.run_for(SECOND);
        assert_eq!(bank.outputs.error, error, "obeys after {obeys} ms");
    }
}

/// The tenth battery reports at the instant of a decision: 2 s after the cut it is still above.
#[test]
fn oc_3_judged_after_exactly_2_s() {
    let mut bank = Bank::running(10);
    bank.current(9, -2 * PULSE_DISCHARGE);
    bank.changes_at(600, load, Drive::High, Drive::Floating);
    bank.changes_at(2 * SECOND, |o| o.error, None, Some(36));
}

/// Judged on fresh reports of the battery that asked for the cut, whatever the others carry.
#[test]
fn oc_3_judged_on_its_battery() {
    let mut bank = Bank::running(3);
    bank.current(1, -2 * PULSE_DISCHARGE);
    bank.run_for(600);
    bank.current(1, 0);
    bank.current(0, -CONTINUOUS_DISCHARGE - 1);
    bank.run_for(5 * SECOND);
    assert_eq!(bank.outputs.error, None);
}

/// OC-1: each battery warns for itself, and the first of them is named.
#[test]
fn oc_1_warns_until_the_last_has_cleared() {
    let mut bank = Bank::running(3);
    for b in [2, 1] {
        bank.current(b, -150_001);
        bank.run_for(CYCLE);
    }
    assert_eq!(bank.why(Cause::DischargeCurrentWarning).battery, Some(2), "the first that warned");
    bank.current(2, 0);
    bank.run_for(6 * SECOND);
    assert!(pre_alarm(&bank.outputs));
    bank.current(1, 0);
    bank.run_for(6 * SECOND);
    bank.assert_clean();
}

/// Two directions have their own times: a charge above its rating does not add to a discharge.
#[test]
fn oc_2_directions_do_not_add() {
    let mut bank = Bank::running(2);
    for _ in 0..6 {
        for ma in [-150_001, 70_001] {
            bank.current(1, ma);
            bank.run_for(10 * SECOND);
            assert_eq!((load(&bank.outputs), charger(&bank.outputs)), (Drive::High, Drive::High));
        }
        bank.current(1, 0);
        bank.run_for(2 * SECOND);
    }
}

/// OC-1: 5 s from the first report below, to the millisecond.
#[test]
fn oc_1_clears_to_the_millisecond() {
    for (ms, warns) in [(4999, true), (5000, false)] {
        let mut bank = Bank::running(1);
        bank.current(0, -150_001);
        bank.run_for(CYCLE);
        bank.current(0, 0);
        bank.deliver(0);
        let first = bank.time;
        for later in [1000, 2000, 3000, 4000, ms] {
            bank.time = first + later;
            bank.deliver(0);
        }
        bank.decide();
        assert_eq!(pre_alarm(&bank.outputs), warns, "{ms} ms");
    }
}

/// OC-4 and UPD-1: what was only warned of is cut in the first decision after the change.
#[test]
fn oc_4_disconnect_judges_the_times_that_run() {
    for cycles in [80, 81] {
        let mut bank = Bank::running_with(parallel(2), |s| s.over_current_action = OverCurrentAction::Warn);
        bank.current(1, -150_001);
        bank.stays(cycles * CYCLE, load, Drive::High);
        bank.change_settings(Settings::new(parallel(2))).unwrap();
        bank.run_for(DECISION);
        assert_eq!(load(&bank.outputs), Drive::Floating, "after {cycles} cycles");
    }
}

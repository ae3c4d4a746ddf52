//! TIME-1, TIME-2: the wrap of the clock, long times, and a clock that goes backwards.

use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Cause, Drive, Outputs};

use crate::common::{
    Bank, CYCLE, DECISION, Link, MINUTE, PULSE_DISCHARGE, SECOND, charger, load, parallel, pins, pre_alarm,
};

/// Every kind of timer runs once: countdown, holds, retry, silence, trust, debounce, latch windows.
fn everything(clock: u32) -> Vec<(u64, Outputs, Vec<u32>)> {
    let mut bank = Bank::new(Settings::new(parallel(3)));
    bank.clock = clock;
    bank.come_up();
    // PRE-2, UV-1, UV-2; twice, so that the hold doubles.
    for hold in [30, 60] {
        bank.cell(1, 3, 2790);
        bank.run_for(32 * SECOND);
        bank.all_cells(3250);
        bank.run_for((hold + 2) * SECOND);
    }
    // OV-1, TEMP, SOC.
    bank.cell(2, 0, 3760);
    bank.run_for(3 * SECOND);
    bank.all_cells(3300);
    bank.temperature(0, 40, 510);
    bank.run_for(SECOND);
    bank.temperature(0, 200, 210);
    // COM-2, COM-5.
    bank.link(1, Link::Silent);
    bank.run_for(7 * SECOND);
    bank.link(1, Link::Good);
    bank.run_for(12 * SECOND);
    // OC-1, OC-2, OC-3.
    bank.current(1, -160_000);
    bank.run_for(32 * SECOND);
    bank.current(1, 0);
    bank.run_for(65 * SECOND);
    bank.current(1, -PULSE_DISCHARGE - 1);
    bank.run_for(12 * SECOND);
    bank.current(1, 0);
    bank.run_for(65 * SECOND);
    // REM-3.
    bank.remote(false);
    bank.run_for(2 * SECOND);
    bank.remote(true);
    bank.run_for(2 * SECOND);
    bank.assert_clean();
    let start = Instant::from_millis(clock);
    let since = Cause::ALL.map(|c| bank.bms.cause(c).map_or(0, |why| why.since.since(start).as_millis())).to_vec();
    bank.log.into_iter().map(|(time, outputs)| (time, outputs, since.clone())).collect()
}

#[test]
fn time_1_the_wrap_changes_nothing() {
    let expected = everything(0);
    assert!(expected.len() > 20, "{}", expected.len());
    for seconds in (0..400).step_by(3) {
        let clock = 0_u32.wrapping_sub(seconds * 1000 + 250);
        assert_eq!(everything(clock), expected, "wrap after {seconds}.25 s");
    }
    for clock in [1, 99, 0x7fff_ffff, 0x8000_0000, 0x7fff_0000, u32::MAX] {
        assert_eq!(everything(clock), expected, "clock starts at {clock}");
    }
}

/// A bank with the longest silence timeout, so that long times pass with few calls.
fn slow() -> Bank {
    let mut settings = Settings::new(parallel(2));
    settings.silence_timeout_ms = 30_000;
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank
}

/// Frames and decisions every 20 s.
fn pass(bank: &mut Bank, ms: u64) {
    let end = bank.time + ms;
    while bank.time < end {
        bank.time = (bank.time + 20 * SECOND).min(end);
        for b in 0..bank.batteries.len() {
            bank.deliver(b);
        }
        bank.decide();
    }
}

/// A little more than the clock can count.
const WRAP: u64 = 1 << 32;

#[test]
fn time_1_long_times_saturate() {
    let mut bank = slow();
    bank.cell(0, 0, 3000);
    bank.cell(1, 0, 3700);
    bank.run_for(SECOND);
    for _ in 0..6 {
        // Beyond 2^31 ms and beyond 2^32 ms.
        pass(&mut bank, WRAP / 4 + 17);
        assert_eq!(pins(&bank.outputs), (Drive::High, Drive::High, true));
    }
    // The pre-alarm has been High for ages: UV's own hold is all that is left of PRE-2.
    bank.run_for(CYCLE - bank.time % CYCLE);
    bank.cell(0, 0, 2799);
    bank.changes_at(1100, load, Drive::High, Drive::Floating);
}

#[test]
fn time_1_causes_outlast_the_clock() {
    let mut bank = slow();
    bank.cell(0, 0, 2700);
    bank.cell(1, 0, 3760);
    bank.run_for(40 * SECOND);
    bank.cell(0, 0, 3190);
    bank.cell(1, 0, 3650);
    for _ in 0..9 {
        pass(&mut bank, WRAP / 8 + 17);
        assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::Floating, true));
    }
}

#[test]
fn time_1_silence_outlasts_the_clock() {
    let mut bank = slow();
    bank.link(1, Link::Silent);
    for _ in 0..9 {
        pass(&mut bank, WRAP / 8 + 17);
        assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::Floating, false));
        assert!(bank.shows(Cause::Communication));
    }
}

/// Frames that come while nobody decides, for longer than half the clock: silence is still found afterwards (COM-2).
#[test]
fn time_1_decisions_may_come_very_late() {
    let mut bank = slow();
    for _ in 0..(WRAP / 2 / (20 * SECOND)) + 10 {
        bank.time += 20 * SECOND;
        bank.deliver(0);
        bank.deliver(1);
    }
    bank.run_for(CYCLE - bank.time % CYCLE);
    bank.run_for(10 * SECOND);
    bank.link(1, Link::Silent);
    bank.run_for(31 * SECOND);
    assert!(bank.shows(Cause::Communication));
    assert_eq!(load(&bank.outputs), Drive::Floating);
}

/// 49.7 days and ten minutes are not ten minutes: no doubling (UV-2).
#[test]
fn time_1_a_cut_of_long_ago_is_not_recent() {
    let mut bank = slow();
    for _ in 0..2 {
        bank.all_cells(2700);
        bank.run_for(40 * SECOND);
        bank.all_cells(3200);
        bank.changes_at(30_100, load, Drive::Floating, Drive::High);
        bank.run_for(CYCLE - bank.time % CYCLE);
        pass(&mut bank, WRAP + 5 * MINUTE);
        bank.run_for(CYCLE - bank.time % CYCLE);
    }
}

/// Nor are they for the count of over-current cuts (OC-3) and of losses (COM-5).
#[test]
fn time_1_counts_of_long_ago_are_forgotten() {
    let mut bank = slow();
    for _ in 0..4 {
        bank.current(1, -PULSE_DISCHARGE * 2);
        bank.run_for(SECOND);
        assert_eq!(load(&bank.outputs), Drive::Floating);
        bank.current(1, 0);
        bank.run_for(61 * SECOND);
        assert_eq!(load(&bank.outputs), Drive::High, "no latch");
        bank.link(1, Link::Silent);
        bank.run_for(40 * SECOND);
        bank.link(1, Link::Good);
        bank.run_for(11 * SECOND);
        assert_eq!(load(&bank.outputs), Drive::High, "no 60 s of trust");
        pass(&mut bank, WRAP + MINUTE);
        bank.run_for(CYCLE - bank.time % CYCLE);
    }
}

/// A loss at the beginning of a silence of 49.7 days is not one of the last ten minutes when the silence ends (COM-5).
#[test]
fn time_1_losses_before_a_long_silence_are_forgotten() {
    let mut bank = slow();
    for _ in 0..2 {
        bank.link(1, Link::Silent);
        bank.run_for(35 * SECOND);
        bank.link(1, Link::Good);
        bank.run_for(11 * SECOND);
        assert_eq!(load(&bank.outputs), Drive::High, "trusted again");
    }
    bank.link(1, Link::Silent);
    pass(&mut bank, WRAP - 5 * MINUTE);
    bank.align();
    bank.link(1, Link::Good);
    // The third loss within ten minutes, 49.7 days ago: trust takes 120 frames. The next one is the first of its time.
    bank.run_for(61 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::High, "trusted again");
    bank.link(1, Link::Silent);
    bank.run_for(35 * SECOND);
    bank.link(1, Link::Good);
    bank.run_for(11 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::High, "no 60 s of trust");
}

#[test]
fn time_2_backwards_is_a_clock_fault() {
    for ms in [1, 100, 5000, 3_600_000, 0x7fff_ffff] {
        let mut bank = Bank::running(2);
        bank.clock = bank.clock.wrapping_sub(ms);
        bank.decide();
        assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::Floating, false), "{ms} ms back");
        assert!(bank.shows(Cause::Clock), "{ms} ms back");
        assert_eq!(bank.outputs.error, Some(11), "{ms} ms back");
        // Clears as BOOT-1: every battery has reported and two cycles more at most; nothing was tripped.
        bank.run_for(2 * SECOND);
        bank.assert_clean();
        assert_eq!(bank.outputs.error, None, "{ms} ms back");
    }
}

/// Once wrong: a silent battery was forgiven an old loss only when the silences were looked at again, every 2.5 s, and a
/// clock that went backwards in between made it young (COM-5).
#[test]
fn time_2_a_loss_older_than_ten_minutes_is_not_made_young() {
    for cycles in 0..11 {
        let mut bank = Bank::running(2);
        bank.link(1, Link::Silent);
        bank.run_for(6 * SECOND + 10 * MINUTE + cycles * CYCLE);
        bank.clock = bank.clock.wrapping_sub(3_600_000);
        bank.link(1, Link::Good);
        bank.run_for(11 * SECOND);
        assert_eq!(load(&bank.outputs), Drive::High, "trusted again");
        for loss in ["first", "second"] {
            bank.link(1, Link::Silent);
            bank.run_for(10 * SECOND);
            bank.link(1, Link::Good);
            bank.run_for(11 * SECOND);
            assert_eq!(load(&bank.outputs), Drive::High, "the {loss} loss within ten minutes, {cycles} cycles later");
        }
    }
}

/// A frame that comes before the last decision is such a clock too.
#[test]
fn time_2_backwards_in_a_frame() {
    let mut bank = Bank::running(1);
    bank.clock = bank.clock.wrapping_sub(1000);
    bank.deliver(0);
    bank.decide();
    assert_eq!((load(&bank.outputs), charger(&bank.outputs)), (Drive::Floating, Drive::Floating));
    assert!(bank.shows(Cause::Clock));
}

#[test]
fn time_2_does_not_clear_before_every_battery_has_reported() {
    let mut bank = Bank::running(3);
    bank.link(2, Link::Silent);
    bank.clock = bank.clock.wrapping_sub(10_000);
    bank.decide();
    bank.stays(MINUTE, pins, (Drive::Floating, Drive::Floating, false));
}

/// The longest pause that is not a clock set back: what was heard just before it lies farther back than the clock can tell.
#[test]
fn time_1_silence_after_the_longest_pause() {
    let mut bank = Bank::running(1);
    bank.link(0, Link::Silent);
    bank.run_for(4 * SECOND);
    bank.assert_clean();
    bank.time += (1 << 31) - SECOND;
    bank.decide();
    assert!(bank.shows(Cause::Communication));
    assert!(!bank.shows(Cause::Clock));
}

/// Frames of one battery for 26 days without a decision: the other one was last heard farther back than the clock can tell.
#[test]
fn time_1_silence_while_nobody_decides() {
    let mut bank = Bank::running(2);
    for _ in 0..26 {
        bank.time += 24 * 60 * MINUTE;
        bank.deliver(0);
    }
    bank.decide();
    assert_eq!(bank.why(Cause::Communication).battery, Some(1));
}

/// PRE-ALARM is not floated by OUT-15.
#[test]
fn time_2_leaves_the_pre_alarm() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 3000);
    bank.run_for(SECOND);
    bank.clock = bank.clock.wrapping_sub(1000);
    bank.decide();
    assert!(pre_alarm(&bank.outputs));
    assert!(bank.bms.cause(Cause::PreAlarm).is_some());
}

/// All timers start anew: a clear hold that had almost passed, and a retry.
#[test]
fn time_2_timers_start_anew() {
    let mut bank = Bank::running(1);
    bank.all_cells(2700);
    bank.run_for(35 * SECOND);
    bank.all_cells(3200);
    bank.run_for(29 * SECOND);
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.stays(30 * SECOND - DECISION, load, Drive::Floating);
    bank.run_for(2 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::High);

    let mut bank = Bank::running(1);
    bank.current(0, -PULSE_DISCHARGE * 2);
    bank.run_for(SECOND);
    bank.current(0, 0);
    bank.run_for(55 * SECOND);
    bank.clock = bank.clock.wrapping_sub(5000);
    bank.decide();
    bank.stays(60 * SECOND - DECISION, load, Drive::Floating);
    bank.run_for(2 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::High);
}

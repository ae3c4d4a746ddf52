//! COM-2 … COM-7: silence, sequence, impossible content, trust, status bits, identity.

use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Counters, Drive, Led};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, MODEL, SECOND, layout, load, parallel, pins};

const BOTH_FLOAT: (Drive, Drive, bool) = (Drive::Floating, Drive::Floating, false);
const BOTH_HIGH: (Drive, Drive, bool) = (Drive::High, Drive::High, false);

#[test]
fn com_2_to_the_millisecond() {
    for (timeout, name) in [(1500, "shortest"), (5000, "default"), (30_000, "longest")] {
        let mut settings = Settings::new(parallel(1));
        settings.silence_timeout_ms = timeout;
        let mut bank = Bank::new(settings);
        bank.come_up();
        bank.run_for(10);
        bank.link(0, Link::Silent);
        bank.run_for(u64::try_from(timeout).unwrap() - 1);
        bank.decide();
        assert_eq!(pins(&bank.outputs), BOTH_HIGH, "{name}");
        bank.run_for(1);
        bank.decide();
        assert_eq!(pins(&bank.outputs), BOTH_FLOAT, "{name}");
        let why = bank.why(Cause::Communication);
        assert_eq!((why.battery, why.since), (Some(0), bank.now()));
    }
}

#[test]
fn com_2_any_battery_of_a_full_bank() {
    let up = Bank::running(50);
    for b in 0..50 {
        let mut bank = up.clone();
        bank.link(b, Link::Silent);
        bank.run_for(5 * SECOND);
        assert_eq!(pins(&bank.outputs), BOTH_FLOAT, "battery {b}");
        assert_eq!(bank.why(Cause::Communication).battery.map(usize::from), Some(b));
    }
}

/// Damaged frames are no frames (COM-3).
#[test]
fn com_2_damaged_frames_do_not_keep_a_battery_alive() {
    let mut bank = Bank::running(2);
    bank.link(1, Link::Damaged);
    // The last good frame came 480 ms ago.
    bank.changes_at(4600, load, Drive::High, Drive::Floating);
    assert_eq!(bank.bms.counters().damaged, 10);
}

fn counts(bank: &Bank) -> Counters {
    *bank.bms.counters()
}

#[test]
fn com_3_window_of_sequence_numbers() {
    let up = Bank::running(1);
    for last in [0, 10, 100, 250, 255] {
        for ahead in 0..=255_u8 {
            let mut bank = up.clone();
            bank.batteries[0].report.sequence = u8::wrapping_sub(last, 1);
            bank.time += 500;
            bank.deliver(0);
            // From the accepted one: the same or one to sixteen behind is dropped.
            let before = counts(&bank);
            bank.batteries[0].report.sequence = last.wrapping_add(ahead).wrapping_sub(1);
            bank.cell(0, 0, 3000);
            bank.deliver(0);
            bank.decide();
            let after = counts(&bank);
            let dropped = ahead == 0 || ahead >= 240;
            assert_eq!(bank.shows(Cause::PreAlarm), !dropped, "{ahead} after {last}");
            assert_eq!(after.repeated - before.repeated, u32::from(dropped), "{ahead} after {last}");
            assert_eq!(after.accepted - before.accepted, u32::from(!dropped), "{ahead} after {last}");
            let missing = if dropped { 0 } else { u32::from(ahead) - 1 };
            assert_eq!(after.missing - before.missing, missing, "{ahead} after {last}");
        }
    }
}

#[test]
fn com_3_damaged_frames_are_counted_and_dropped() {
    let mut bank = Bank::running(1);
    let mut report = bank.batteries[0].report;
    report.sequence = report.sequence.wrapping_add(1);
    report.cells_mv[0] = 3000;
    let mut frame = [0; MAX_FRAME];
    let length = report.encode(&mut frame);
    let mut changed = frame;
    changed[26] ^= 4;
    let before = counts(&bank);
    for bytes in [&changed[..length], &frame[..length - 1], &frame[..], &[], &[1]] {
        bank.bms.receive(bank.now(), bytes);
    }
    bank.decide();
    assert_eq!(counts(&bank).damaged - before.damaged, 5);
    assert_eq!(counts(&bank).accepted, before.accepted);
    assert!(!bank.shows(Cause::PreAlarm));
    bank.bms.receive(bank.now(), &frame[..length]);
    bank.decide();
    assert!(bank.shows(Cause::PreAlarm), "the good one is still welcome");
}

#[test]
fn com_3_any_number_from_a_silent_battery() {
    let up = Bank::running(1);
    for behind in 0..=20 {
        let mut bank = up.clone();
        bank.link(0, Link::Silent);
        let last = bank.batteries[0].report.sequence;
        bank.run_for(6 * SECOND);
        bank.link(0, Link::Good);
        bank.batteries[0].report.sequence = last.wrapping_sub(behind).wrapping_sub(1);
        bank.cell(0, 0, 3000);
        bank.deliver(0);
        bank.decide();
        assert!(bank.shows(Cause::PreAlarm), "{behind} behind: COM-5, set rules act at once");
    }
}

type ChangeReport = fn(&mut Report);

/// What cannot be, and what just can.
const CONTENT: [(&str, ChangeReport, bool); 14] = [
    ("cell 499 mV", |r| r.cells_mv[7] = 499, false),
    ("cell 500 mV", |r| r.cells_mv[7] = 500, true),
    ("cell 5000 mV", |r| r.cells_mv[7] = 5000, true),
    ("cell 5001 mV", |r| r.cells_mv[7] = 5001, false),
    ("coldest −45.1 °C", |r| r.coldest_dc = -451, false),
    ("coldest −45.0 °C", |r| r.coldest_dc = -450, true),
    ("hottest 100.0 °C", |r| r.hottest_dc = 1000, true),
    ("hottest 100.1 °C", |r| r.hottest_dc = 1001, false),
    ("coldest above hottest", |r| (r.coldest_dc, r.hottest_dc) = (211, 210), false),
    ("coldest equals hottest", |r| (r.coldest_dc, r.hottest_dc) = (210, 210), true),
    ("four cells", |r| r.cell_count = 4, false),
    ("sixteen cells", |r| r.cell_count = 16, false),
    ("SoC 1000 ‰", |r| r.soc_pm = 1000, true),
    ("SoC 1001 ‰", |r| r.soc_pm = 1001, false),
];

#[test]
fn com_4_impossible_content_twice_in_a_row() {
    for (name, change, possible) in CONTENT {
        let mut bank = Bank::running(2);
        change(&mut bank.batteries[1].report);
        bank.run_for(CYCLE);
        assert!(!bank.shows(Cause::Communication), "{name}: the first is dropped");
        bank.run_for(DECISION);
        assert_eq!(bank.shows(Cause::Communication), !possible, "{name}: the second");
        if !possible {
            assert_eq!(pins(&bank.outputs), BOTH_FLOAT, "{name}");
            assert_eq!(bank.outputs.error, Some(7), "{name}");
            assert_eq!(bank.why(Cause::Communication).battery, Some(1), "{name}");
        }
    }
}

/// The first is dropped with all that it says, and one good frame in between starts the count anew.
#[test]
fn com_4_one_alone_changes_nothing() {
    for (name, change, _) in CONTENT.into_iter().filter(|&(_, _, possible)| !possible) {
        let mut bank = Bank::running(2);
        let good = bank.batteries[1].report;
        let before = counts(&bank).implausible;
        for _ in 0..20 {
            let report = &mut bank.batteries[1].report;
            report.cells_mv[0] = 2700;
            report.current_ma = -900_000;
            report.status = Status::CELL_OVER_VOLTAGE;
            change(report);
            bank.run_for(CYCLE);
            bank.assert_clean();
            let sequence = bank.batteries[1].report.sequence;
            bank.batteries[1].report = Report { sequence, ..good };
            bank.run_for(CYCLE);
            bank.assert_clean();
        }
        assert_eq!(counts(&bank).implausible - before, 20, "{name}");
    }
}

/// 20 valid frames: the first at 20 ms, the last at 9520 ms.
#[test]
fn com_5_trusted_again_after_20_frames() {
    type Lose = fn(&mut Bank);
    let losses: [(&str, Lose); 3] = [
        ("silent", |bank| bank.link(1, Link::Silent)),
        ("impossible", |bank| bank.soc(1, 1001)),
        ("measurement error", |bank| bank.status(1, Status::MEASUREMENT_ERROR)),
    ];
    for (name, lose) in losses {
        let mut bank = Bank::running(2);
        lose(&mut bank);
        bank.run_for(10 * SECOND);
        assert!(bank.shows(Cause::Communication), "{name}");
        well(&mut bank);
        bank.changes_at(9600, load, Drive::Floating, Drive::High);
        bank.assert_clean();
    }
}

/// Nothing is wrong with battery 1 any more.
fn well(bank: &mut Bank) {
    bank.link(1, Link::Good);
    bank.soc(1, 500);
    bank.status(1, Status::NONE);
}

#[test]
fn com_5_in_a_row() {
    type Disturb = fn(&mut Bank);
    let table: [(&str, Disturb); 2] = [
        ("impossible", |bank| bank.soc(1, 1001)),
        ("measurement error", |bank| bank.status(1, Status::MEASUREMENT_ERROR)),
    ];
    for (name, disturb) in table {
        let mut bank = Bank::running(2);
        bank.link(1, Link::Silent);
        bank.run_for(10 * SECOND);
        well(&mut bank);
        // 19 frames, then another one.
        bank.run_for(19 * CYCLE);
        disturb(&mut bank);
        bank.run_for(CYCLE);
        well(&mut bank);
        bank.stays(9500, load, Drive::Floating);
        assert!(bank.shows(Cause::Communication), "{name}");
    }
}

#[test]
fn com_5_third_loss_within_10_min_takes_60_s() {
    let mut bank = Bank::running(2);
    for _ in 0..2 {
        bank.link(1, Link::Silent);
        bank.run_for(10 * SECOND);
        well(&mut bank);
        bank.changes_at(9600, load, Drive::Floating, Drive::High);
        bank.align();
    }
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    well(&mut bank);
    bank.stays(59_500, load, Drive::Floating);
    bank.run_for(SECOND);
    assert_eq!(load(&bank.outputs), Drive::High);
}

/// Content that cannot be costs a battery its trust, and a timeout later it is silent, too: one loss. One that has said something
/// believable in between is lost once more.
#[test]
fn com_5_silence_after_distrust_is_no_second_loss() {
    for (name, speaks, trusted) in
        [("nothing", false, [9600, 9600, 59_600]), ("one frame", true, [9600, 59_600, 59_600])]
    {
        let mut bank = Bank::running(2);
        let cell_mv = bank.batteries[1].report.cells_mv[0];
        for trusted in trusted {
            bank.batteries[1].report.cells_mv[0] = 5001;
            bank.run_for(2 * CYCLE);
            assert_eq!(bank.outputs.error, Some(7), "{name}: not trusted");
            if speaks {
                bank.batteries[1].report.cells_mv[0] = cell_mv;
                bank.run_for(CYCLE);
                bank.link(1, Link::Silent);
            }
            bank.run_for(10 * SECOND);
            assert_eq!(bank.outputs.error, Some(32), "{name}: silent");
            bank.batteries[1].report.cells_mv[0] = cell_mv;
            well(&mut bank);
            bank.changes_at(trusted, load, Drive::Floating, Drive::High);
            bank.align();
        }
    }
}

#[test]
fn com_5_losses_far_apart_do_not_add() {
    let mut bank = Bank::running(2);
    for _ in 0..5 {
        bank.link(1, Link::Silent);
        bank.run_for(10 * SECOND);
        well(&mut bank);
        bank.changes_at(9600, load, Drive::Floating, Drive::High);
        bank.run_for(6 * MINUTE);
        bank.align();
    }
}

/// "Signals": while it is not trusted, set rules act on its frames at once and clear rules wait.
#[test]
fn com_5_values_before_trust() {
    let mut bank = Bank::running(2);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    well(&mut bank);
    bank.temperature(1, 49, 60);
    bank.run_for(DECISION);
    assert!(bank.shows(Cause::ColdCharge), "set at once");
    bank.align();
    bank.temperature(1, 190, 210);
    bank.run_for(9 * SECOND);
    assert!(bank.shows(Cause::ColdCharge), "not cleared before it is trusted");
    bank.run_for(2 * SECOND);
    bank.assert_clean();
}

/// A silent battery keeps its last values: what they set stays set, and no clear rule is met.
#[test]
fn a_silent_battery_keeps_its_last_values() {
    let mut bank = Bank::running(2);
    bank.cell(1, 0, 3000);
    bank.temperature(1, 49, 60);
    bank.run_for(SECOND);
    bank.link(1, Link::Silent);
    bank.cell(1, 0, 3300);
    bank.temperature(1, 190, 210);
    bank.run_for(10 * MINUTE);
    for cause in [Cause::PreAlarm, Cause::ColdCharge, Cause::Communication] {
        assert!(bank.shows(cause), "{cause:?}");
    }
    // Without the silence PRE-ALARM and LOAD would be High; OUT-9 leaves PRE-ALARM alone.
    assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::Floating, true));
}

#[test]
fn com_6_measurement_error_is_not_trusted() {
    let mut bank = Bank::running(3);
    bank.status(2, Status::MEASUREMENT_ERROR);
    bank.changes_at(DECISION, pins, BOTH_HIGH, BOTH_FLOAT);
    assert_eq!(bank.outputs.error, Some(7));
    assert_eq!(bank.why(Cause::Communication).battery, Some(2));
}

#[test]
fn com_6_firmware_mismatch_is_a_warning_and_balancing_is_information() {
    let balancing = [Status::BALANCED, Status::BALANCING, Status::IMBALANCE];
    for (bits, red) in
        balancing.map(|bits| (bits, Led::Off)).into_iter().chain([(Status::FIRMWARE_MISMATCH, Led::Blinking)])
    {
        let mut bank = Bank::running(2);
        bank.status(1, bits);
        bank.run_for(SECOND);
        bank.assert_clean();
        assert_eq!((bank.outputs.red, bank.outputs.error), (red, None), "{bits:?}");
    }
}

/// A frame that does not belong to this bank, for a bank of two.
const FOREIGN: [(&str, ChangeReport); 3] = [
    ("another serial", |r| r.serial = 5),
    ("another model", |r| r.model = MODEL + 1),
    ("a position beyond the count", |r| r.position = 2),
];

#[test]
fn com_7_a_foreign_battery_until_a_restart() {
    for (name, change) in FOREIGN {
        let mut bank = Bank::running(2);
        let mut foreign = bank.batteries[1].report;
        foreign.sequence = foreign.sequence.wrapping_add(1);
        change(&mut foreign);
        let mut bytes = [0; MAX_FRAME];
        let length = foreign.encode(&mut bytes);
        bank.bms.receive(bank.now(), &bytes[..length]);
        bank.run_for(DECISION);
        assert_eq!(pins(&bank.outputs), BOTH_FLOAT, "{name}");
        assert!(bank.shows(Cause::BankMismatch), "{name}");
        // One such frame is enough, and it does not heal by itself.
        bank.align();
        bank.stays(10 * MINUTE, pins, BOTH_FLOAT);
        assert!(bank.shows(Cause::BankMismatch), "{name}");
        // Complete for three cycles after a restart.
        bank.power_on();
        bank.stays(CYCLE, pins, BOTH_FLOAT);
        bank.run_for(40 * SECOND);
        bank.assert_clean();
    }
}

#[test]
fn com_7_names_its_error() {
    for (change, error) in
        [(FOREIGN[0].1, 3), (FOREIGN[1].1, 4), (|r: &mut Report| (r.serial, r.model) = (5, MODEL + 1), 3)]
    {
        let mut bank = Bank::running(2);
        change(&mut bank.batteries[1].report);
        bank.run_for(DECISION);
        assert_eq!(bank.outputs.error, Some(error));
    }
}

/// Two batteries at one place of the chain take turns.
#[test]
fn com_7_two_serials_in_one_slot() {
    let mut bank = Bank::running(2);
    let mut other = bank.batteries[0].report;
    other.serial = 4711;
    other.sequence = other.sequence.wrapping_add(2);
    bank.run_for(10);
    let mut bytes = [0; MAX_FRAME];
    let length = other.encode(&mut bytes);
    bank.bms.receive(bank.now(), &bytes[..length]);
    bank.run_for(DECISION - 10);
    assert!(bank.shows(Cause::BankMismatch));
}

/// A bank that is foreign from the start never comes up.
#[test]
fn com_7_wrong_model_at_the_start() {
    let mut bank = Bank::new(Settings::new(layout(8, 2, 2)));
    bank.batteries[3].report.model = MODEL + 1;
    bank.power_on();
    bank.stays(5 * MINUTE, pins, BOTH_FLOAT);
    assert!(bank.shows(Cause::BankMismatch));
    assert_eq!(bank.outputs.error, Some(4));
}

/// One battery too many in the chain is not the bank configured, wherever its slot lies: nothing ever comes up, not
/// even for one decision.
#[test]
fn com_7_one_battery_too_many() {
    for configured in 1..=20 {
        let mut bank = Bank::new(Settings::new(parallel(configured)));
        let mut one_more = bank.batteries[0];
        one_more.report.position = configured;
        one_more.report.serial = 4711;
        bank.batteries.push(one_more);
        bank.power_on();
        bank.stays(MINUTE, pins, BOTH_FLOAT);
        assert!(bank.shows(Cause::BankMismatch), "{configured} configured");
    }
}

/// COM-5: the loss of exactly 10 min ago still counts, that of one cycle more does not.
#[test]
fn com_5_third_loss_to_the_cycle() {
    for (late, trusted) in [(0, 59_600), (CYCLE, 9600)] {
        let mut bank = Bank::running(2);
        let mut lose = |after: u64| {
            bank.run_for(after);
            bank.link(1, Link::Silent);
            let lost = bank.run_until(6 * SECOND, |o| o.load == Drive::Floating).expect("silence");
            bank.align();
            bank.link(1, Link::Good);
            let trust = bank.run_until(2 * MINUTE, |o| o.load == Drive::High).expect("trust");
            bank.align();
            (lost, trust)
        };
        assert_eq!(lose(0), (4600, 9600));
        assert_eq!(lose(0), (4600, 9600));
        // Each took 5 s to the boundary after the loss and 10 s to the one after trust.
        assert_eq!(lose(10 * MINUTE - 30 * SECOND + late), (4600, trusted), "{late} ms more");
    }
}

/// "Signals": what is not trusted keeps every cause, whoever else comes or goes.
#[test]
fn no_clear_rule_is_met_while_any_battery_is_lost() {
    type Act = fn(&mut Bank);
    let acts: [(&str, Act); 4] = [
        ("another one says that it cannot measure", |bank| {
            bank.status(2, Status::MEASUREMENT_ERROR);
            bank.run_for(DECISION);
        }),
        ("another one falls silent", |bank| {
            bank.link(2, Link::Silent);
            bank.run_for(6 * SECOND);
        }),
        ("another one comes back", |bank| {
            bank.link(2, Link::Silent);
            bank.run_for(6 * SECOND);
            bank.link(2, Link::Good);
            bank.run_for(11 * SECOND);
        }),
        ("the clock goes backwards", |bank| {
            bank.clock = bank.clock.wrapping_sub(1000);
            bank.decide();
        }),
    ];
    for (name, act) in acts {
        let mut bank = Bank::running(3);
        bank.temperature(0, 49, 60);
        bank.run_for(SECOND);
        bank.link(1, Link::Silent);
        bank.run_for(10 * SECOND);
        bank.temperature(0, 190, 210);
        bank.run_for(SECOND);
        assert!(bank.shows(Cause::ColdCharge), "{name}: before");
        act(&mut bank);
        assert!(bank.shows(Cause::ColdCharge), "{name}: in that decision");
        bank.run_for(10 * SECOND);
        assert!(bank.shows(Cause::ColdCharge), "{name}: and later");
    }
}

/// Nor by other settings, with which the value would not trip (UPD-1).
#[test]
fn no_clear_rule_is_met_by_settings_while_a_battery_is_lost() {
    let mut bank = Bank::running(2);
    bank.temperature(0, 49, 60);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    let mut settings = bank.settings;
    settings.charge_min_dc = -200;
    bank.change_settings(settings).unwrap();
    bank.run_for(SECOND);
    assert!(bank.shows(Cause::ColdCharge));
    bank.link(1, Link::Good);
    bank.run_for(20 * SECOND);
    bank.assert_clean();
}

/// Only gaps between accepted frames count, not the first number of a battery nor the first after its silence.
#[test]
fn com_3_first_numbers_are_no_gaps() {
    let mut bank = Bank::new(Settings::new(parallel(2)));
    bank.all(|report| report.sequence = 100);
    bank.come_up();
    assert_eq!(counts(&bank).missing, 0);
    bank.link(1, Link::Silent);
    bank.run_for(6 * SECOND);
    bank.link(1, Link::Good);
    bank.batteries[1].report.sequence = 7;
    bank.run_for(SECOND);
    assert_eq!(counts(&bank).missing, 0);
}

/// OUT-10 names the place at which the foreign frame came.
#[test]
fn com_7_names_the_battery() {
    for ((name, change), place) in FOREIGN.into_iter().zip([1, 1, 2]) {
        let mut bank = Bank::running(2);
        bank.run_for(CYCLE);
        change(&mut bank.batteries[1].report);
        bank.run_for(DECISION);
        assert_eq!(bank.why(Cause::BankMismatch).battery, Some(place), "{name}");
        assert_eq!(counts(&bank).foreign, 1, "{name}");
    }
}

/// At the start nothing foreign may be heard for three cycles of 500 ms; then the bank is the one configured.
#[test]
fn com_7_at_the_start_three_cycles_without_a_foreign_frame() {
    // One battery of two, heard right before its own frame at 520 ms; a bank of one, in the very slot at 510 ms.
    for (batteries, foreign_ms, up_ms) in [(2, 519, 2100), (1, 510, 2100), (1, 511, 2600)] {
        let mut bank = Bank::new(Settings::new(parallel(batteries)));
        bank.power_on();
        bank.run_for(foreign_ms);
        let mut foreign = bank.batteries[usize::from(batteries) - 1].report;
        foreign.serial = 4711;
        let mut bytes = [0; MAX_FRAME];
        let length = foreign.encode(&mut bytes);
        bank.bms.receive(bank.now(), &bytes[..length]);
        bank.run_for(DECISION - foreign_ms % DECISION);
        assert!(bank.shows(Cause::BankMismatch));
        let rise = bank.run_until(5 * SECOND, |o| o.charger == Drive::High);
        assert_eq!(rise.map(|_| bank.time), Some(up_ms), "{batteries} batteries, foreign at {foreign_ms} ms");
        assert!(!bank.shows(Cause::BankMismatch));
    }
}

/// "Until a restart": a clock fault, which clears as BOOT-1, is none.
#[test]
fn com_7_outlasts_a_clock_fault() {
    let mut bank = Bank::running(1);
    bank.batteries[0].report.serial = 4711;
    bank.deliver(0);
    bank.batteries[0].report.serial = 1000;
    bank.clock = bank.clock.wrapping_sub(1000);
    bank.run_for(10 * SECOND);
    assert!(bank.shows(Cause::BankMismatch) && !bank.shows(Cause::Clock), "{:?}", bank.outputs);
}

/// COM-6: the warning about another firmware version ends with its bit.
#[test]
fn com_6_firmware_mismatch_ends_with_the_bit() {
    let mut bank = Bank::running(3);
    for b in [0, 2] {
        bank.status(b, Status::FIRMWARE_MISMATCH);
    }
    for (b, red) in [(2, Led::Blinking), (0, Led::Off)] {
        bank.status(b, Status::NONE);
        bank.run_for(CYCLE);
        assert_eq!(bank.outputs.red, red);
    }
}

/// The battery that keeps UV from clearing falls silent, and comes back as it was: nothing has cleared in between (COM-2).
#[test]
fn com_2_the_one_that_fails_is_the_one_that_is_silent() {
    let mut bank = Bank::running(2);
    bank.cell(1, 0, 2700);
    bank.run_for(31 * SECOND);
    bank.cell(1, 0, 3100);
    bank.run_for(SECOND);
    assert_eq!(load(&bank.outputs), Drive::Floating);
    bank.link(1, Link::Silent);
    bank.run_for(2 * MINUTE);
    bank.link(1, Link::Good);
    bank.stays(2 * MINUTE, load, Drive::Floating);
    assert!(!bank.shows(Cause::Communication) && bank.shows(Cause::UnderVoltage));
}

//! Each planted bug does what it says, and nothing else: a bug that changes nothing would test nothing.

use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::{Bug, Cause, Drive, Mutant};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, PULSE_DISCHARGE, SECOND, parallel};

type Life = fn(&mut Bank);
type Ask = fn(&Bank) -> bool;

struct Row {
    bug: Bug,
    batteries: u8,
    /// From a healthy bank with the bug in it.
    life: Life,
    ask: Ask,
    /// The answer of the sound core, and of the one with the bug.
    answers: (bool, bool),
}

const fn row(bug: Bug, batteries: u8, life: Life, ask: Ask, sound: bool, spoilt: bool) -> Row {
    Row { bug, batteries, life, ask, answers: (sound, spoilt) }
}

const PRE_ALARM: Ask = |bank| bank.shows(Cause::PreAlarm);
const OVER_VOLTAGE: Ask = |bank| bank.shows(Cause::OverVoltage);
const COLD_CHARGE: Ask = |bank| bank.shows(Cause::ColdCharge);
const HOT_CHARGE: Ask = |bank| bank.shows(Cause::HotCharge);
const COMMUNICATION: Ask = |bank| bank.shows(Cause::Communication);
const START_UP: Ask = |bank| bank.shows(Cause::StartUp);
const LOAD_FLOATS: Ask = |bank| bank.outputs.load == Drive::Floating;
const CHARGER_FLOATS: Ask = |bank| bank.outputs.charger == Drive::Floating;
const ERROR_36: Ask = |bank| bank.outputs.error == Some(36);

/// A cell is at this voltage for so long.
fn cell(bank: &mut Bank, b: usize, c: usize, mv: u16, ms: u64) {
    bank.cell(b, c, mv);
    bank.run_for(ms);
}

/// A cell of the battery at this place is low.
fn low(bank: &mut Bank, b: usize) {
    cell(bank, b, 3, 3000, CYCLE);
}

/// Battery 0 has these temperatures for a second.
fn temperature(bank: &mut Bank, coldest_dc: i16, hottest_dc: i16) {
    bank.temperature(0, coldest_dc, hottest_dc);
    bank.run_for(SECOND);
}

/// Battery 0 carries this current for so long.
fn current(bank: &mut Bank, ma: i32, ms: u64) {
    bank.current(0, ma);
    bank.run_for(ms);
}

/// The battery at this place is silent for so long.
fn silent(bank: &mut Bank, b: usize, ms: u64) {
    bank.link(b, Link::Silent);
    bank.run_for(ms);
}

/// Battery 1 is silent; battery 0 was cold and is not any more.
fn cold_then_silent(bank: &mut Bank) {
    temperature(bank, 49, 60);
    silent(bank, 1, 6 * SECOND);
    temperature(bank, 190, 210);
}

/// So many over-current cuts that work; ends 70 s after the last.
fn cuts(bank: &mut Bank, cuts: usize) {
    for _ in 0..cuts {
        current(bank, -2 * PULSE_DISCHARGE, 600);
        current(bank, 0, 70 * SECOND - 100);
    }
}

/// Battery 1 was silent and has delivered so many frames since.
fn heard_again(bank: &mut Bank, frames: u64) {
    silent(bank, 1, 6 * SECOND);
    bank.link(1, Link::Good);
    bank.run_for(frames * CYCLE);
}

/// Too hot to charge, then not any more, with this current.
fn was_hot(bank: &mut Bank, ma: i32) {
    bank.current(0, ma);
    temperature(bank, 200, 501);
    temperature(bank, 200, 400);
}

/// A cell is empty, and so many decisions are made for every 100 ms.
fn decided(bank: &mut Bank, decisions: usize) {
    bank.cell(0, 0, 2799);
    for _ in 0..100 {
        bank.run_for(DECISION);
        for _ in 1..decisions {
            bank.decide();
        }
    }
}

const ROWS: &[Row] = &[
    row(Bug::OnlyFirstTwo, 3, |bank| low(bank, 2), PRE_ALARM, true, false),
    row(Bug::OnlyFirstTwo, 3, |bank| low(bank, 1), PRE_ALARM, true, true),
    row(Bug::NarrowIndex, 40, |bank| low(bank, 32), PRE_ALARM, true, false),
    row(Bug::NarrowIndex, 40, |bank| low(bank, 31), PRE_ALARM, true, true),
    row(Bug::LastCell, 1, |bank| low(bank, 0), PRE_ALARM, true, false),
    row(Bug::LastCell, 1, |bank| cell(bank, 0, 7, 3000, CYCLE), PRE_ALARM, true, true),
    row(Bug::ZeroExempt, 1, |bank| cell(bank, 0, 0, 0, SECOND), COMMUNICATION, true, false),
    row(Bug::ZeroExempt, 1, |bank| cell(bank, 0, 0, 500, CYCLE), PRE_ALARM, true, true),
    row(Bug::HottestForCold, 1, |bank| temperature(bank, 49, 210), COLD_CHARGE, true, false),
    row(Bug::MissingReading, 1, |bank| temperature(bank, -451, 210), COMMUNICATION, true, false),
    row(Bug::MissingReading, 1, |bank| temperature(bank, -450, 1000), COLD_CHARGE, true, true),
    row(
        Bug::SignFlipped,
        1,
        |bank| current(bank, -150_001, CYCLE),
        |bank| bank.shows(Cause::DischargeCurrentWarning),
        true,
        false,
    ),
    row(
        Bug::ChecksumAlwaysTrue,
        1,
        |bank| {
            bank.link(0, Link::Damaged);
            bank.run_for(6 * SECOND);
        },
        COMMUNICATION,
        true,
        false,
    ),
    row(
        Bug::NotResetPerString,
        2,
        |bank| {
            bank.soc(0, 100);
            bank.soc(1, 300);
            bank.run_for(CYCLE);
        },
        |bank| bank.shows(Cause::FloorAlarm),
        false,
        true,
    ),
    row(
        Bug::StuckSubState,
        1,
        |bank| {
            cell(bank, 0, 0, 2799, 31 * SECOND);
            temperature(bank, 49, 60);
        },
        CHARGER_FLOATS,
        true,
        false,
    ),
    row(Bug::StuckSubState, 1, |bank| temperature(bank, 49, 60), CHARGER_FLOATS, true, true),
    row(
        Bug::StuckSubState,
        1,
        |bank| {
            // Too cold for both, which sets UV in the same decision (UV-5).
            bank.cell(0, 0, 2799);
            bank.temperature(0, -201, 60);
            bank.run_for(CYCLE);
        },
        CHARGER_FLOATS,
        true,
        true,
    ),
    row(Bug::WaitsForEver, 1, |bank| cuts(bank, 1), LOAD_FLOATS, false, true),
    row(Bug::CountsTwice, 1, |bank| cuts(bank, 2), LOAD_FLOATS, false, true),
    row(Bug::CountsTwice, 1, |bank| cuts(bank, 1), LOAD_FLOATS, false, false),
    row(Bug::HalfConstant, 2, |bank| heard_again(bank, 12), COMMUNICATION, true, false),
    row(Bug::HalfConstant, 2, |bank| heard_again(bank, 8), COMMUNICATION, true, true),
    row(Bug::HalfConstant, 2, cold_then_silent, COLD_CHARGE, true, true),
    row(Bug::NeverClearsDischarging, 1, |bank| was_hot(bank, -1000), HOT_CHARGE, false, true),
    row(Bug::NeverClearsDischarging, 1, |bank| was_hot(bank, 0), HOT_CHARGE, false, true),
    row(Bug::NeverClearsDischarging, 1, |bank| was_hot(bank, 1), HOT_CHARGE, false, false),
    row(Bug::NeverWritten, 1, |bank| silent(bank, 0, 6 * SECOND), COMMUNICATION, true, false),
    row(
        Bug::OneDisarmsAll,
        2,
        |bank| {
            silent(bank, 1, 6 * SECOND);
            low(bank, 0);
        },
        PRE_ALARM,
        true,
        false,
    ),
    row(Bug::OneDisarmsAll, 2, |bank| low(bank, 0), PRE_ALARM, true, true),
    row(
        Bug::AdvancesAnyway,
        1,
        |bank| {
            current(bank, -2 * PULSE_DISCHARGE, 3 * 62 * SECOND);
            current(bank, 0, 70 * SECOND);
        },
        LOAD_FLOATS,
        false,
        true,
    ),
    row(Bug::StaleClears, 2, cold_then_silent, COLD_CHARGE, true, false),
    row(Bug::NoMask, 2, |bank| temperature(bank, -201, 60), LOAD_FLOATS, true, false),
    row(
        Bug::NoMask,
        2,
        |bank| {
            bank.temperature(0, -201, 60);
            bank.temperature(1, 200, 501);
            bank.run_for(CYCLE);
        },
        LOAD_FLOATS,
        true,
        true,
    ),
    row(
        Bug::EchoedFeedback,
        1,
        |bank| {
            bank.remote(false);
            current(bank, 3000, 32 * SECOND);
        },
        ERROR_36,
        true,
        false,
    ),
    row(Bug::EchoedFeedback, 1, |bank| current(bank, -2 * PULSE_DISCHARGE, 5 * SECOND), ERROR_36, true, false),
    row(Bug::CountsCalls, 1, |bank| decided(bank, 5), LOAD_FLOATS, false, true),
    row(Bug::CountsCalls, 1, |bank| decided(bank, 1), LOAD_FLOATS, false, false),
    row(
        Bug::HandlerRestarts,
        2,
        |bank| {
            bank.status(1, Status::MEASUREMENT_ERROR);
            bank.run_for(SECOND);
        },
        START_UP,
        false,
        true,
    ),
    row(Bug::HandlerRestarts, 2, |bank| silent(bank, 1, 10 * SECOND), START_UP, false, false),
    row(Bug::PeriodicReset, 1, |bank| cell(bank, 0, 0, 2799, 40 * SECOND), LOAD_FLOATS, true, false),
    row(Bug::PeriodicReset, 1, |bank| cell(bank, 0, 0, 3751, 10 * SECOND), OVER_VOLTAGE, true, true),
    row(
        Bug::NoHysteresis,
        2,
        |bank| {
            cell(bank, 0, 0, 3099, CYCLE);
            cell(bank, 0, 0, 3120, CYCLE);
        },
        PRE_ALARM,
        true,
        false,
    ),
    row(Bug::NoHysteresis, 2, cold_then_silent, COLD_CHARGE, true, true),
    row(
        Bug::NeverRecovers,
        1,
        |bank| {
            cell(bank, 0, 0, 3751, 2 * SECOND);
            cell(bank, 0, 0, 3300, 2 * SECOND);
        },
        OVER_VOLTAGE,
        false,
        true,
    ),
    row(
        Bug::NeverRecovers,
        1,
        |bank| {
            low(bank, 0);
            cell(bank, 0, 3, 3300, 2 * SECOND);
        },
        PRE_ALARM,
        false,
        false,
    ),
    row(
        Bug::Overwritten,
        1,
        |bank| {
            temperature(bank, 200, 501);
            low(bank, 0);
        },
        LOAD_FLOATS,
        true,
        false,
    ),
    row(Bug::Overwritten, 1, |bank| temperature(bank, 200, 501), LOAD_FLOATS, true, true),
    row(Bug::Overwritten, 1, |bank| cell(bank, 0, 0, 2700, MINUTE), LOAD_FLOATS, true, true),
];

#[test]
fn each_bug_does_what_it_says() {
    for Row { bug, batteries, life, ask, answers: (sound, spoilt) } in ROWS {
        for (mutant, expected) in [(None, *sound), (Some(Mutant::Bug(*bug)), *spoilt)] {
            let mut bank = Bank::new(Settings::new(parallel(*batteries)));
            bank.come_up();
            bank.assert_clean();
            if let Some(mutant) = mutant {
                bank.bms.plant(mutant);
            }
            life(&mut bank);
            assert_eq!(ask(&bank), expected, "{bug:?}, planted: {}: {:?}", mutant.is_some(), bank.outputs);
        }
    }
}

#[test]
fn each_bug_is_seen() {
    for bug in Bug::ALL {
        let seen = ROWS.iter().any(|row| row.bug == bug && row.answers.0 != row.answers.1);
        assert!(seen, "{bug:?}: {}", bug.name());
    }
}

//! `fast_forward()` within a promise equals executing the cycles.

use ngbank_core::{Canonical, Cause, CauseInfo, Drive};
use proptest::prelude::*;
use proptest::test_runner::TestRng;

use crate::common::script::{Event, apply, config, script};
use crate::common::{Bank, CYCLE, Link, SECOND};
use crate::quiet_is_sound::{length, obey, promise, wander, wander_inputs};

/// What decides the future, and where and since when each cause holds.
fn canonical(bank: &Bank) -> (Canonical, [Option<CauseInfo>; Cause::ALL.len()]) {
    let mut canonical = Canonical::new();
    bank.bms.canonical(bank.now(), &mut canonical);
    (canonical, Cause::ALL.map(|cause| bank.bms.cause(cause)))
}

/// Jumps so many cycles: the core is told, the batteries count on.
fn jump(bank: &mut Bank, cycles: u64) {
    bank.time += cycles * CYCLE;
    bank.bms.fast_forward(bank.now(), u32::try_from(cycles).unwrap());
    for battery in &mut bank.batteries {
        let skipped = u8::try_from(cycles % 256).unwrap();
        battery.report.sequence = battery.report.sequence.wrapping_add(skipped);
    }
}

proptest! {
    #![proptest_config(config(500))]

    /// One walks through the cycles with random values in the bands, one jumps. After one further cycle with equal
    /// values they are the same, and stay so, whatever happens.
    #[test]
    fn equals_execution(
        script in script(),
        future in script(),
        seed in any::<[u8; 32]>(),
        most in prop_oneof![8 => Just(120 * SECOND), 8 => 500u64..20_000, 1 => 500..70 * 60 * SECOND],
    ) {
        let mut rng = TestRng::from_seed(prop::test_runner::RngAlgorithm::ChaCha, &seed);
        let mut walker = script.play();
        let Some(quiet) = promise(&walker) else { return Ok(()) };
        obey(&mut walker, &quiet);
        // The decision at the end of the jump must still change nothing.
        let cycles = length(&walker, &quiet, most).saturating_sub(1) / CYCLE;
        let mut jumper = walker.clone();
        for _ in 0..cycles {
            for b in 0..walker.batteries.len() {
                wander(&mut walker, b, &quiet.bands[b], &mut rng);
            }
            wander_inputs(&mut walker.inputs, &quiet.inputs, &mut rng);
            walker.run_for(CYCLE);
        }
        if cycles > 0 {
            jump(&mut jumper, cycles);
        }
        prop_assert_eq!(jumper.time, walker.time);
        // The further cycle: what the walker says, or what the bank said before.
        for (there, here) in jumper.batteries.iter_mut().zip(&walker.batteries) {
            prop_assert_eq!(there.report.sequence, here.report.sequence);
            there.report = here.report;
        }
        jumper.inputs = walker.inputs;
        walker.run_for(CYCLE);
        jumper.run_for(CYCLE);
        prop_assert_eq!(walker.outputs, jumper.outputs);
        prop_assert_eq!(canonical(&walker), canonical(&jumper), "after {} cycles", cycles);
        // And then anything.
        for (event, cycles) in &future.events {
            apply(&mut walker, event);
            apply(&mut jumper, event);
            walker.run_for(cycles * CYCLE);
            jumper.run_for(cycles * CYCLE);
            prop_assert_eq!(&walker.outputs, &jumper.outputs);
        }
        prop_assert_eq!(canonical(&walker), canonical(&jumper));
    }
}

/// Long jumps: a night, in one go, and the countdown and the silent battery are where they belong.
#[test]
fn a_night_in_one_jump() {
    let night = 10 * 3600 * SECOND / CYCLE;
    let mut bank = Bank::running(3);
    bank.run_for(120 * SECOND);
    let mut walker = bank.clone();
    jump(&mut bank, night);
    walker.run_for(night * CYCLE);
    bank.run_for(CYCLE);
    walker.run_for(CYCLE);
    assert_eq!(canonical(&bank), canonical(&walker));
    // A battery falls silent right after the jump: at the same instant in both.
    for bank in [&mut bank, &mut walker] {
        bank.link(1, Link::Silent);
        bank.run_for(4 * SECOND + 500);
        bank.assert_clean();
        bank.run_for(CYCLE);
        assert!(bank.shows(Cause::Communication));
    }
}

/// A frame of another battery leaves its mark (COM-7), and time goes on for both alike.
#[test]
fn after_a_foreign_frame() {
    let mut bank = Bank::running(2);
    apply(&mut bank, &Event::Foreign(1, 4711));
    bank.run_for(CYCLE);
    let Some(quiet) = promise(&bank) else { return };
    let cycles = length(&bank, &quiet, 60 * SECOND).saturating_sub(1) / CYCLE;
    let mut walker = bank.clone();
    walker.run_for(cycles * CYCLE);
    jump(&mut bank, cycles);
    bank.run_for(CYCLE);
    walker.run_for(CYCLE);
    assert_eq!(canonical(&bank), canonical(&walker));
}

/// UV-2 over a jump: a second cut within the hour has the longer hold, one after it has not.
#[test]
fn a_cut_is_remembered_for_an_hour() {
    for (minutes, hold) in [(10, 60), (61, 30)] {
        let mut bank = Bank::running(2);
        bank.all_cells(2700);
        bank.run_for(31 * SECOND);
        bank.all_cells(3300);
        bank.run_for(32 * SECOND);
        bank.assert_clean();
        jump(&mut bank, minutes * 60 * SECOND / CYCLE);
        bank.all_cells(2700);
        bank.run_for(31 * SECOND);
        bank.all_cells(3200);
        bank.changes_at(hold * SECOND + 100, |o| o.load, Drive::Floating, Drive::High);
    }
}

/// What a jump has passed over counts as heard: silence runs from the last of those frames (COM-2), and their numbers
/// are old (COM-3).
#[test]
fn frames_that_were_jumped_over() {
    const CYCLES: u64 = 1000;
    let mut jumper = Bank::running(3);
    let mut walker = jumper.clone();
    walker.run_for(CYCLES * CYCLE);
    jump(&mut jumper, CYCLES);
    for mut bank in [jumper, walker] {
        let repeated = bank.bms.counters().repeated;
        bank.batteries[0].report.sequence = bank.batteries[0].report.sequence.wrapping_sub(1);
        bank.deliver(0);
        assert_eq!(bank.bms.counters().repeated, repeated + 1);
        bank.link(1, Link::Silent);
        // The last frame of battery 1 came 480 ms before this boundary.
        bank.changes_at(4600, |o| o.load, Drive::High, Drive::Floating);
    }
}

/// A battery that is silent is not heard by a jump.
#[test]
fn silence_goes_on_over_a_jump() {
    let mut bank = Bank::running(2);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    let last = bank.batteries[1].report.sequence;
    let mut walker = bank.clone();
    walker.run_for(1001 * CYCLE);
    jump(&mut bank, 1000);
    bank.run_for(CYCLE);
    assert_eq!(canonical(&bank), canonical(&walker));
    assert!(bank.shows(Cause::Communication));
    bank.link(1, Link::Good);
    bank.batteries[1].report.sequence = last;
    bank.changes_at(9600, |o| o.load, Drive::Floating, Drive::High);
}

/// PRE-2's 30 s go on over a jump, and are met by one.
#[test]
fn the_countdown_goes_on_over_a_jump() {
    // PRE-ALARM is High 100 ms after the cell falls; asked for at a boundary 500 ms after it. UV-1's own hold ends at 1010 ms.
    for (jumped_s, cut_ms) in [(20, 30_100 - 20_500), (60, 1100)] {
        let mut bank = Bank::running(1);
        bank.cell(0, 0, 3000);
        bank.run_for(CYCLE);
        jump(&mut bank, jumped_s * SECOND / CYCLE);
        bank.cell(0, 0, 2799);
        bank.changes_at(cut_ms, |o| o.load, Drive::High, Drive::Floating);
    }
}

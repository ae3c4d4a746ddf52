//! `fast_forward()` within a promise equals executing the cycles.

use ngbank_core::{Canonical, Cause, CauseInfo};
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

//! One story many times: with the wrap of the clock, or a watchdog reset, at every moment of it.

use ngbank_core::settings::Settings;
use ngbank_core::{Drive, Outputs};

use super::{Bank, DECISION, pins};

/// The story has the same decisions wherever in it the clock wraps (TIME-1): at every `every` ms of it.
pub fn wraps_anywhere(settings: Settings, every: usize, story: fn(&mut Bank)) {
    let play = |clock: u32| {
        let mut bank = Bank::new(settings);
        bank.clock = clock;
        bank.come_up();
        story(&mut bank);
        let seen = |(time, o): &(u64, Outputs)| (*time, pins(o), o.error, o.low_cell_state);
        (bank.time, bank.log.iter().map(seen).collect::<Vec<_>>())
    };
    let (end, expected) = play(0);
    for ms in (50..u32::try_from(end).unwrap()).step_by(every) {
        assert_eq!(play(0_u32.wrapping_sub(ms)).1, expected, "wrap after {ms} ms");
    }
}

/// No watchdog reset in the next ms lets an output go High that would have been Floating without it (BOOT-2). Each
/// is watched for 10 s: boot and what it may shift.
#[track_caller]
pub fn resets_raise_nothing(bank: &Bank, ms: u64) {
    let mut before = bank.clone();
    for moment in (0..ms).step_by(usize::try_from(DECISION).unwrap()) {
        let (mut steady, mut reset) = (before.clone(), before.clone());
        reset.watchdog_reset();
        for _ in 0..100 {
            let was = pins(&reset.outputs);
            steady.run_for(DECISION);
            reset.run_for(DECISION);
            let (is, without) = (pins(&reset.outputs), pins(&steady.outputs));
            let rises = |was, is, without| was == Drive::Floating && is == Drive::High && without == Drive::Floating;
            let bad = rises(was.0, is.0, without.0) || rises(was.1, is.1, without.1) || (!was.2 && is.2 && !without.2);
            assert!(!bad, "reset after {moment} ms: {was:?} to {is:?}, without {without:?}");
        }
        before.run_for(DECISION);
    }
}

//! Snapshot and restore are an identity.

use ngbank_core::units::Instant;
use ngbank_core::{Bms, Canonical, Cause, Outputs, PreAlarm, Snapshot};
use proptest::prelude::*;

use crate::common::script::{config, script};
use crate::common::{Bank, CYCLE, Link};

fn canonical(bank: &Bank) -> Canonical {
    let mut canonical = Canonical::new();
    bank.bms.canonical(bank.now(), &mut canonical);
    canonical
}

/// The decisions, with the phase of PRE-ALARM's pattern (PRE-5) counted from the beginning.
fn log(bank: &Bank) -> Vec<(u64, Outputs)> {
    let mut log = bank.log.clone();
    for (_, outputs) in &mut log {
        if let PreAlarm::Intermittent { since } = &mut outputs.pre_alarm {
            *since = Instant::from_millis(since.as_millis().wrapping_sub(bank.clock));
        }
    }
    log
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn a_restored_core_is_the_same_core(script in script(), future in script()) {
        let mut bank = script.play();
        let mut snapshot = Snapshot::new();
        bank.bms.snapshot(&mut snapshot);
        let mut twin = bank.clone();
        // Into a core that has lived another life.
        twin.bms = future.play().bms;
        twin.bms.restore(&snapshot);
        prop_assert_eq!(canonical(&twin), canonical(&bank));
        prop_assert_eq!(twin.bms.history(), bank.bms.history());
        prop_assert_eq!(twin.bms.counters(), bank.bms.counters());
        for cause in Cause::ALL {
            prop_assert_eq!(twin.bms.cause(cause), bank.bms.cause(cause));
        }
        for _ in 0..80 {
            bank.run_for(CYCLE);
            twin.run_for(CYCLE);
        }
        prop_assert_eq!(&twin.log, &bank.log);
        prop_assert_eq!(canonical(&twin), canonical(&bank));
    }

    /// Two lives with the same calls at shifted clocks end in equal canonical states.
    #[test]
    fn canonical_does_not_know_the_hour(script in script(), shift in any::<u32>()) {
        let mut other = script.clone();
        other.clock = script.clock.wrapping_add(shift);
        let (one, other) = (script.play(), other.play());
        prop_assert_eq!(log(&one), log(&other));
        prop_assert_eq!(canonical(&one), canonical(&other));
    }
}

/// Equality must be able to fail: what decides the future shows.
#[test]
fn canonical_sees_what_decides() {
    type Change = fn(&mut Bank);
    let up = Bank::running(2);
    let changes: [(&str, Change); 8] = [
        ("a hold that runs", |bank| bank.cell(1, 0, 3751)),
        ("a tripped cause", |bank| bank.temperature(1, 49, 60)),
        ("a warning", |bank| bank.cell(0, 0, 3000)),
        ("the remote", |bank| bank.remote(false)),
        ("an over-current time", |bank| bank.current(0, -150_001)),
        ("the supply", |bank| bank.inputs.supply_mv = 70_001),
        ("silence", |bank| bank.link(1, Link::Silent)),
        ("an impossible frame", |bank| bank.cell(1, 0, 400)),
    ];
    let mut calm = up.clone();
    calm.run_for(CYCLE);
    for (name, change) in changes {
        let mut bank = up.clone();
        change(&mut bank);
        bank.run_for(CYCLE);
        assert_ne!(canonical(&bank), canonical(&calm), "{name}");
    }
    assert_ne!(Bms::new().counters(), calm.bms.counters());
}

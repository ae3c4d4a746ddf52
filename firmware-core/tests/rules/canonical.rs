//! Equal canonical bytes mean an equal future: what they leave out decides nothing.

use std::collections::BTreeMap;

use ngbank_core::settings::BATTERIES_MAX;
use ngbank_core::{Canonical, Drive, Outputs, PreAlarm};
use proptest::prelude::*;

use crate::common::script::{Event, apply, config, script};
use crate::common::{Bank, CONTINUOUS_DISCHARGE, CYCLE, Link, PULSE_DISCHARGE, SECOND, parallel};

/// A bank at a cycle boundary, with the last sequence number that each of its batteries brought through.
#[derive(Clone)]
struct Moment {
    bank: Bank,
    accepted: Vec<u8>,
}

impl Moment {
    fn canonical(&self) -> Vec<u8> {
        let mut canonical = Canonical::new();
        self.bank.bms.canonical(self.bank.now(), &mut canonical);
        canonical.as_bytes().to_vec()
    }

    /// The last decision. PRE-5's pattern by its place in it, for clocks may differ.
    fn answer(&self) -> (Outputs, u32) {
        match self.bank.outputs.pre_alarm {
            PreAlarm::Intermittent { since } => {
                let phase = self.bank.now().since(since).as_millis() % 1600;
                (Outputs { pre_alarm: PreAlarm::High, ..self.bank.outputs }, phase)
            }
            PreAlarm::Floating | PreAlarm::High => (self.bank.outputs, u32::MAX),
        }
    }

    /// One cycle.
    fn pass(&mut self) {
        self.bank.run_for(CYCLE);
        for (accepted, battery) in self.accepted.iter_mut().zip(&self.bank.batteries) {
            if battery.link == Link::Good {
                *accepted = battery.report.sequence;
            }
        }
    }

    /// The same bank around the core of another moment: clock and sequence numbers are shifted to fit it.
    fn with_core_of(&self, other: &Self) -> Self {
        let mut twin = other.clone();
        for (b, battery) in twin.bank.batteries.iter_mut().enumerate() {
            let shift = other.accepted[b].wrapping_sub(self.accepted[b]);
            *battery = self.bank.batteries[b];
            battery.report.sequence = battery.report.sequence.wrapping_add(shift);
        }
        twin.bank.inputs = self.bank.inputs;
        twin.bank.outputs = self.bank.outputs;
        twin
    }
}

/// Whatever a script does between its events, cycle by cycle.
fn moments(events: &[(Event, u64)], moment: &mut Moment, mut visit: impl FnMut(&Moment)) {
    for (event, cycles) in events {
        apply(&mut moment.bank, event);
        for _ in 0..cycles + 1 {
            moment.pass();
            visit(moment);
        }
    }
}

proptest! {
    #![proptest_config(config(300))]

    /// Two lives of one bank. Wherever a moment of the second has the bytes of one of the first, or of an earlier one of
    /// its own, both cores decide alike from then on, whatever happens.
    #[test]
    fn equal_bytes_answer_alike(script in script(), life in script(), future in script()) {
        let mut first = Moment { bank: script.play(), accepted: Vec::new() };
        first.accepted = first.bank.batteries.iter().map(|battery| battery.report.sequence).collect();
        first.bank.log.clear();
        let mut known = BTreeMap::new();
        let mut twins: Vec<(Moment, Moment)> = Vec::new();
        for events in [&script.events, &life.events, &script.events] {
            moments(events, &mut first, |moment| {
                let mut now = moment.clone();
                now.bank.log.clear();
                let settings = format!("{:?}", now.bank.settings);
                if let Some(before) = known.insert((settings, now.canonical()), now.clone()) {
                    twins.push((now, before));
                }
            });
        }
        // A dozen of them, spread over both lives.
        let stride = twins.len() / 12 + 1;
        for (now, before) in twins.iter().step_by(stride) {
            let (mut now, mut twin) = (now.clone(), now.with_core_of(before));
            // What a change of settings makes of running times is not covered.
            let covered = future.events.iter().filter(|(event, _)| !matches!(event, Event::Settings(_)));
            for (event, cycles) in covered.take(5) {
                apply(&mut now.bank, event);
                apply(&mut twin.bank, event);
                for _ in 0..(*cycles).min(70) {
                    now.bank.run_for(CYCLE);
                    twin.bank.run_for(CYCLE);
                    prop_assert_eq!(now.answer(), twin.answer(), "after {:?}", event);
                    prop_assert_eq!(now.canonical(), twin.canonical(), "after {:?}", event);
                }
            }
        }
    }
}

/// The piecewise feeding and the buffer are the same bytes, and the largest bank fits into the buffer.
#[test]
fn the_largest_bank_fits() {
    let bank = Bank::running(u8::try_from(BATTERIES_MAX).unwrap());
    let mut pieces = Vec::new();
    bank.bms.canonical_with(bank.now(), &mut |piece: &[u8]| pieces.extend_from_slice(piece));
    let mut canonical = Canonical::new();
    bank.bms.canonical(bank.now(), &mut canonical);
    assert_eq!(canonical.as_bytes(), pieces);
}

/// OC-3: after a cut all times start anew, whatever they were: those of a long over-current as those of a short one.
#[test]
fn a_cut_leaves_nothing_of_the_times_before_it() {
    let cut_after = |ms: u64| {
        let mut bank = Bank::running(2);
        bank.current(1, -CONTINUOUS_DISCHARGE - 1000);
        bank.run_for(20 * SECOND - ms);
        bank.current(0, -CONTINUOUS_DISCHARGE - 1000);
        bank.run_for(ms);
        bank.current(1, -2 * PULSE_DISCHARGE);
        assert!(bank.run_until(2 * SECOND, |o| o.load == Drive::Floating).is_some());
        let mut canonical = Canonical::new();
        bank.bms.canonical(bank.now(), &mut canonical);
        canonical
    };
    assert_eq!(cut_after(5 * SECOND), cut_after(10 * SECOND));
}

/// What no longer matters is left out: a calm bank has the same bytes cycle after cycle, and long after a loss, a UV cut
/// and an over-current those that it had before.
#[test]
fn a_calm_bank_stands_still() {
    let calm = |bank: Bank| Moment { accepted: Vec::new(), bank }.canonical();
    let mut bank = Bank::new(ngbank_core::settings::Settings::new(parallel(2)));
    bank.come_up();
    let before = calm(bank.clone());
    for event in [Event::Loss(0), Event::UnderVoltageCut, Event::OverCurrentCut(-400_000)] {
        apply(&mut bank, &event);
        bank.all_cells(3300);
        bank.run_for(CYCLE);
        assert_ne!(calm(bank.clone()), before, "right after {event:?}");
        bank.run_for(62 * 60 * 1000);
        assert_eq!(calm(bank.clone()), before, "an hour after {event:?}");
    }
}

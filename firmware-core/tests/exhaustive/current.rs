//! {current × remote}, with watchdog resets.
//!
//! Left out: silence, and a counted cut beside timers at every phase: from the first counted cut on choices are a minute
//! apart.

use ngbank_core::{Bug, Cause, Mutant, ResetCause};

use crate::search::Slice;
use crate::world::{CONTINUOUS_MA, HEALTHY, PULSE_MA, Shown, World, short_settings};

const EXTREME_MA: i32 = PULSE_MA + PULSE_MA / 2;

fn shown(currents_ma: &[i32]) -> Vec<Option<Shown>> {
    currents_ma.iter().map(|&current_ma| Some(Shown { current_ma, ..HEALTHY })).collect()
}

/// A current that stops while its pin floats.
fn obeying(current_ma: i32) -> Vec<Option<Shown>> {
    vec![Some(HEALTHY), Some(Shown { current_ma, obeys: true, ..HEALTHY })]
}

fn slice(name: &'static str, shown: &[Vec<Option<Shown>>]) -> Slice {
    let mut settings = short_settings(u8::try_from(shown.len()).unwrap());
    settings.discharge_floor_pm = 0;
    settings.silence_timeout_ms = 5000;
    Slice {
        worlds: World::all(shown, &[true, false]),
        resets: &[ResetCause::Watchdog],
        // The retry, or the end of a latch.
        recovery_ms: 62 * 60_000,
        ..Slice::every_cycle(name, settings)
    }
}

/// Every report may differ, up to the first counted cut: the warning and the 30 s.
fn continuous(sign: i32) -> Slice {
    let below = CONTINUOUS_MA / 100 * 98;
    let currents = [0, below - 1, below, CONTINUOUS_MA, CONTINUOUS_MA + 1].map(|ma| sign * ma);
    Slice { cycle_ms: 1000, mark_ms: 1000, ..slice("current, one battery, continuous rating", &[shown(&currents)]) }
}

/// The 10 s, and two extreme reports.
fn pulse(sign: i32) -> Slice {
    let currents = [0, PULSE_MA, PULSE_MA + 1, EXTREME_MA, EXTREME_MA + 1].map(|ma| sign * ma);
    Slice { cycle_ms: 2000, mark_ms: 2000, ..slice("current, one battery, pulse rating", &[shown(&currents)]) }
}

/// A minute apart: retries, counted cuts, the latch and its end.
fn latch() -> Slice {
    let shown = [obeying(-EXTREME_MA - 1)];
    let slice = slice("current, one battery, latch", &shown);
    Slice { cycle_ms: 2000, mark_ms: 60_000, attention_ms: u32::MAX, ..slice }
}

/// Up to the first counted cut; one battery may be above the pulse rating, one above the continuous one.
fn two() -> Slice {
    let shown = [shown(&[0, -PULSE_MA - 1]), shown(&[0, -CONTINUOUS_MA - 1])];
    let slice = slice("current, two batteries", &shown);
    Slice { cycle_ms: 2000, mark_ms: 2000, worlds: World::all(&shown, &[true]), ..slice }
}

#[test]
fn discharge() {
    continuous(-1).holds();
    pulse(-1).holds();
}

/// The other column, without resets.
#[test]
fn charge() {
    for slice in [continuous(1), pulse(1)] {
        Slice { resets: &[], ..slice }.holds();
    }
}

#[test]
fn the_latch() {
    latch().holds();
}

#[test]
fn two_batteries() {
    two().holds();
}

#[test]
fn mutants_are_found() {
    pulse(-1).finds(Mutant::RowRemoved(Cause::DischargeOverCurrent), "OC-2");
    pulse(-1).finds(Mutant::RowRemoved(Cause::DischargeCurrentWarning), "OC-1");
    pulse(1).finds(Mutant::RowRemoved(Cause::ChargeOverCurrent), "OC-2");
    pulse(1).finds(Mutant::RowRemoved(Cause::RemoteOff), "OUT-11");
    pulse(-1).finds(Mutant::Bug(Bug::SignFlipped), "OC-1");
    pulse(-1).finds(Mutant::Bug(Bug::WaitsForEver), "OUT-12");
    latch().finds(Mutant::Bug(Bug::CountsTwice), "OUT-12");
    two().finds(Mutant::RowRemoved(Cause::DischargeOverCurrent), "OC-2");
}

//! {SoC × cells × pre-alarm}, with watchdog resets: both ways to cut an empty bank, at once and after PRE-2's 30 s.
//!
//! Left out: communication and remote, and batteries in series.

use ngbank_core::{Cause, Mutant, ResetCause};

use crate::search::Slice;
use crate::world::{HEALTHY, Shown, World, short_settings};

fn shown(socs_pm: &[u16], voltages: &[u16]) -> Vec<Option<Shown>> {
    let socs = socs_pm.iter();
    socs.flat_map(|&soc_pm| voltages.iter().map(move |&cell_mv| Some(Shown { soc_pm, cell_mv, ..HEALTHY }))).collect()
}

fn slice(name: &'static str, shown: &[Vec<Option<Shown>>]) -> Slice {
    let settings = short_settings(u8::try_from(shown.len()).unwrap());
    Slice {
        worlds: World::all(shown, &[true]),
        resets: &[ResetCause::Watchdog],
        recovery_ms: 60_000,
        ..Slice::every_cycle(name, settings)
    }
}

/// Floor 100 ‰, its clear value and the warning 150 ‰, the warning's clear value 200 ‰, each ± 1; the cells' likewise.
fn thresholds() -> Slice {
    let socs_pm = [99, 100, 101, 149, 150, 151, 199, 200, 201, 500];
    slice("soc, one battery", &[shown(&socs_pm, &[2799, 2800, 3099, 3100, 3150, 3151, 3199, 3200, 3300])])
}

/// The mean of two, rounded down: 100, 100, 101.
fn two() -> Slice {
    let first = shown(&[100, 500], &[2799, 3300]);
    slice("soc, two batteries", &[first, shown(&[100, 101, 102, 200, 301, 500], &[3100, 3300])])
}

#[test]
fn one_battery() {
    thresholds().holds();
}

#[test]
fn two_batteries() {
    two().holds();
}

#[test]
fn mutants_are_found() {
    let slice = two();
    slice.finds(Mutant::RowRemoved(Cause::FloorAlarm), "OUT-8");
    slice.finds(Mutant::RowRemoved(Cause::FloorWarning), "OUT-7");
    slice.finds(Mutant::RowRemoved(Cause::PreAlarm), "PRE-1");
    slice.finds(Mutant::CutsEarly { ms: 500 }, "PRE-2");
    slice.finds(Mutant::NeverCuts, "UV-5");
}

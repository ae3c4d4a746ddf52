//! {cells × communication × remote × reset}.
//!
//! Left out: what a loss or a UV cut that lies more than a few seconds back still does (see `cuts` for the cuts), supply,
//! foreign and damaged frames, status bits, unequal cells within a battery.

use ngbank_core::{Bug, Cause, Mutant};

use crate::large;
use crate::search::{BOTH_RESETS, Slice};
use crate::world::{HEALTHY, Shown, World, short_settings};

/// Every threshold of a cell, and one millivolt beside it.
const THRESHOLDS: [u16; 13] = [2799, 2800, 3099, 3100, 3150, 3151, 3199, 3200, 3300, 3599, 3600, 3750, 3751];

fn cells(voltages: &[u16]) -> Vec<Option<Shown>> {
    voltages.iter().map(|&cell_mv| Some(Shown { cell_mv, ..HEALTHY })).chain([None]).collect()
}

fn slice(name: &'static str, batteries: &[&[u16]], attention_ms: u32) -> Slice {
    let mut settings = short_settings(u8::try_from(batteries.len()).unwrap());
    settings.discharge_floor_pm = 0;
    let shown: Vec<_> = batteries.iter().map(|voltages| cells(voltages)).collect();
    Slice {
        worlds: World::all(&shown, &[true, false]),
        resets: &BOTH_RESETS,
        attention_ms,
        // The third loss takes 60 s of frames, a lengthened hold 60 s.
        recovery_ms: 130_000,
        ..Slice::every_cycle(name, settings)
    }
}

/// Every threshold, up to a second after the first loss or cut.
fn thresholds() -> Slice {
    slice("cells, one battery", &[&THRESHOLDS], if large() { 2000 } else { 1000 })
}

/// Few voltages, and up to three losses in a row.
fn losses() -> Slice {
    slice("cells, one battery, losses", &[&[2799, 3300]], if large() { 6000 } else { 4500 })
}

/// Two batteries, each with voltages of its own, up to the first loss or cut.
fn two() -> Slice {
    let batteries: [&[u16]; 2] =
        if large() { [&THRESHOLDS, &[2799, 3199, 3300, 3751]] } else { [&[2799, 3199, 3300], &[2799, 3300, 3751]] };
    slice("cells, two batteries", &batteries, 0)
}

#[test]
fn one_battery() {
    thresholds().holds();
}

#[test]
fn one_battery_and_losses() {
    losses().holds();
}

#[test]
fn two_batteries() {
    two().holds();
}

#[test]
fn mutants_are_found() {
    let slice = slice("cells, few", &[&[2799, 3000, 3300, 3751]], 0);
    slice.finds(Mutant::RowRemoved(Cause::UnderVoltage), "UV-5");
    slice.finds(Mutant::RowRemoved(Cause::PreAlarm), "PRE-1");
    slice.finds(Mutant::RowRemoved(Cause::OverVoltage), "OV-1");
    slice.finds(Mutant::RowRemoved(Cause::Communication), "OUT-9");
    slice.finds(Mutant::RowRemoved(Cause::RemoteOff), "OUT-11");
    slice.finds(Mutant::CutsEarly { ms: 500 }, "PRE-2");
    slice.finds(Mutant::NeverCuts, "UV-5");
    slice.finds(Mutant::Bug(Bug::CountsCalls), "UV-1");
    slice.finds(Mutant::Bug(Bug::NeverRecovers), "UV-2");
    slice.finds(Mutant::Bug(Bug::HalfConstant), "OUT-9");
    slice.finds(Mutant::Bug(Bug::StaleClears), "PRE-1");
}

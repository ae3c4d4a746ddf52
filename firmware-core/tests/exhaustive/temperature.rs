//! {temperature × communication}, with resets.
//!
//! Left out: the remote, and sensors of one battery that differ.

use ngbank_core::{Bug, Cause, Mutant};

use crate::large;
use crate::search::{BOTH_RESETS, Slice};
use crate::world::{HEALTHY, Shown, World, short_settings};

/// Every limit and every clear value, and a tenth of a degree beside it.
const LIMITS: [i16; 13] = [-201, -200, -181, -180, 49, 50, 69, 70, 200, 480, 481, 500, 501];

fn slice(name: &'static str, temperatures: &[&[i16]], attention_ms: u32) -> Slice {
    let mut settings = short_settings(u8::try_from(temperatures.len()).unwrap());
    settings.discharge_floor_pm = 0;
    let shown = |dcs: &&[i16]| dcs.iter().map(|&dc| Some(Shown { dc, ..HEALTHY })).chain([None]).collect::<Vec<_>>();
    let shown: Vec<_> = temperatures.iter().map(shown).collect();
    Slice {
        worlds: World::all(&shown, &[true]),
        resets: &BOTH_RESETS,
        attention_ms,
        recovery_ms: 70_000,
        ..Slice::every_cycle(name, settings)
    }
}

fn limits() -> Slice {
    slice("temperature, one battery", &[&LIMITS], 2000)
}

fn losses() -> Slice {
    slice("temperature, one battery, losses", &[&[49, 200]], 12_000)
}

fn two() -> Slice {
    let batteries: [&[i16]; 2] = if large() { [&LIMITS, &LIMITS] } else { [&[-201, 69, 200, 501], &[49, 200, 481]] };
    slice("temperature, two batteries", &batteries, 500)
}

#[test]
fn one_battery() {
    limits().holds();
}

#[test]
fn one_battery_and_losses() {
    losses().holds();
}

#[test]
pub fn two_batteries() {
    two().holds();
}

#[test]
fn mutants_are_found() {
    let slice = two();
    slice.finds(Mutant::RowRemoved(Cause::ColdCharge), "TEMP-1");
    slice.finds(Mutant::RowRemoved(Cause::HotCharge), "TEMP-2");
    slice.finds(Mutant::RowRemoved(Cause::ColdDischarge), "TEMP-3");
    slice.finds(Mutant::RowRemoved(Cause::HotDischarge), "TEMP-3");
    slice.finds(Mutant::RowRemoved(Cause::Communication), "OUT-9");
    slice.finds(Mutant::Bug(Bug::HalfConstant), "OUT-9");
    slice.finds(Mutant::Bug(Bug::NoMask), "TEMP-3");
}

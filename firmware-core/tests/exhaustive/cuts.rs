//! UV cuts, one after the other, within the hour that they are remembered: the lengthened hold and its relief (UV-2).
//!
//! Left out: silence and remote; choices are two minutes apart, or one cycle after that.

use ngbank_core::{Cause, Mutant};

use crate::search::{BOTH_RESETS, Slice};
use crate::world::{HEALTHY, Shown, World, short_settings};

/// Empty, recovered, and charged above 2 % C.
fn slice(name: &'static str, batteries: u8) -> Slice {
    let mut settings = short_settings(batteries);
    settings.discharge_floor_pm = 0;
    settings.under_voltage_clear_hold_ms = 120_000;
    let shown = |cell_mv, current_ma| Some(Shown { cell_mv, current_ma, ..HEALTHY });
    let shown = vec![shown(2799, 0), shown(3300, 4001), Some(HEALTHY)];
    Slice {
        worlds: World::all(&vec![shown; batteries.into()], &[true]),
        resets: &BOTH_RESETS,
        cycle_ms: 1000,
        mark_ms: 120_000,
        attention_ms: u32::MAX,
        recovery_ms: 34 * 60_000,
        ..Slice::every_cycle(name, settings)
    }
}

#[test]
fn one_battery() {
    slice("cuts, one battery", 1).holds();
}

#[test]
fn mutants_are_found() {
    let slice = slice("cuts", 1);
    slice.finds(Mutant::RowRemoved(Cause::UnderVoltage), "UV-5");
    slice.finds(Mutant::CutsEarly { ms: 1000 }, "PRE-2");
    slice.finds(Mutant::NeverCuts, "UV-5");
}

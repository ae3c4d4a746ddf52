//! Fixtures of the benchmarks in `benches/`.
//!
//! *Idea.* What runs on every decision and every frame must stay cheap on a microcontroller, and a bank-day must stay
//! cheap enough to play thousands of them. Run with `cargo bench -p ngbank-benches`; a filter after `--` selects.
//!
//! *Layers.* [`core_bank`] feeds the firmware core with frames, without plant or chain; [`tape`] records whole runs, for
//! the core on a Cortex-M to play again (`cortex-m/`).
//!
//! *Not done here.* Nothing is judged: a benchmark prints times, and machines differ. Tests hold the limits.

use ngbank_sim::scenario::{self, NoFiles, Resolved};

pub mod core_bank;
pub mod tape;

/// The built-in scenario `household-day` with the draws of this seed: 50 batteries, 400 cells, 24 h, a cut-off.
///
/// # Panics
/// If the program has no such scenario.
pub fn household_day(seed: u64) -> Resolved {
    let builtin = scenario::builtin().iter().find(|builtin| builtin.name == "household-day");
    let builtin = builtin.expect("household-day is built in");
    let loaded = scenario::load(builtin.text, builtin.name, &NoFiles);
    loaded.unwrap_or_else(|findings| panic!("household-day: {findings:?}")).resolve(seed)
}

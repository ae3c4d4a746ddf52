//! Fixtures of the benchmarks in `benches/`.
//!
//! *Idea.* What runs on every decision and every frame must stay cheap on a microcontroller, and a bank-day must stay
//! cheap enough to play thousands of them. Run with `cargo bench -p ngbank-benches`; a filter after `--` selects.
//!
//! *Layers.* [`core_bank`] feeds the firmware core with frames, without plant or chain; [`tape`] records whole runs, for
//! the core on a Cortex-M to play again (`cortex-m/`); [`days`] are the bank-days that `bank_day` and the program `growth`
//! time; [`explicit`] is the plain loop that they are compared with; [`plot`] draws how the cost grows.
//!
//! *Not done here.* Nothing is judged: a benchmark prints times, and machines differ. Tests hold the limits.

use ngbank_sim::scenario::{self, NoFiles, Resolved};

pub mod core_bank;
pub mod days;
pub mod explicit;
pub mod plot;
pub mod tape;

/// Least processor time of so many calls, s: what the machine can do when nothing else disturbs it.
pub fn least_seconds<T>(times: u32, mut call: impl FnMut() -> T) -> f64 {
    (0..times).map(|_| seconds(&mut call)).fold(f64::INFINITY, f64::min)
}

/// As [`least_seconds`], of two calls in turn: a disturbance that lasts a while does not meet one of them alone.
pub fn least_seconds_in_turn<A, B>(times: u32, mut a: impl FnMut() -> A, mut b: impl FnMut() -> B) -> (f64, f64) {
    let rounds = (0..times).map(|_| (seconds(&mut a), seconds(&mut b)));
    rounds.fold((f64::INFINITY, f64::INFINITY), |least, round| (least.0.min(round.0), least.1.min(round.1)))
}

fn seconds<T>(call: &mut impl FnMut() -> T) -> f64 {
    let start = cpu_time::ThreadTime::now();
    std::hint::black_box(call());
    start.elapsed().as_secs_f64()
}

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

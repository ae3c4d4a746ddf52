//! The engine as a whole: firmware in the loop, judged by the oracle.

mod ageing;
mod balance;
mod bank_network;
mod bugs;
mod chain_break;
mod energy;
mod field_problems;
mod internal_short;
mod modes;
mod overlapping_faults;
mod planted;
mod pre_alarm;
mod shorted;
mod timers_of_no_length;

use ngbank_core::Mutant;
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::RunResult;
use ngbank_sim::scenario::{NoFiles, Resolved, builtin, load};

/// A built-in scenario with the draws of this seed.
fn resolved(name: &str, seed: u64) -> Resolved {
    let scenario = builtin().iter().find(|scenario| scenario.name == name);
    let scenario = scenario.unwrap_or_else(|| panic!("no built-in scenario is called {name}"));
    let loaded = load(scenario.text, name, &NoFiles);
    loaded.unwrap_or_else(|diagnostics| panic!("{name}: {diagnostics:?}")).resolve(seed)
}

/// Plays a built-in scenario.
fn play(name: &str, seed: u64, mode: Mode) -> RunResult {
    run(&resolved(name, seed), &Options { mode, ..Options::default() }).expect("built-in scenarios can be played")
}

/// Plays a built-in scenario with a bug in the firmware.
fn play_planted(name: &str, seed: u64, mutant: Mutant) -> RunResult {
    let options = Options { mutant: Some(mutant), ..Options::default() };
    run(&resolved(name, seed), &options).expect("built-in scenarios can be played")
}

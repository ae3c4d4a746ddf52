//! A short campaign as a judge of the firmware core: every built-in scenario with its pinned seed satisfies the oracle and
//! decides what was pinned. Mutants of the core that its own tests do not kill are tried here.

use std::sync::LazyLock;

use ngbank_sim::engine::{Options, run};
use ngbank_sim::result::RunResult;
use ngbank_sim::scenario::{Builtin, NoFiles, builtin, load};
use rayon::prelude::*;

/// The digests that the program pins: scenario, seed, digest.
const PINNED: &str = include_str!("../../experiments/digests.csv");
const PINNED_SEED: u64 = 1;

/// Every built-in scenario, played once for all tests.
static RUNS: LazyLock<Vec<RunResult>> = LazyLock::new(|| builtin().par_iter().with_max_len(1).map(play).collect());

fn play(scenario: &Builtin) -> RunResult {
    let loaded = load(scenario.text, scenario.name, &NoFiles);
    let resolved = loaded.unwrap_or_else(|wrong| panic!("{}: {wrong:?}", scenario.name)).resolve(PINNED_SEED);
    run(&resolved, &Options::default()).expect("built-in scenarios can be played")
}

#[test]
fn the_oracle_is_content() {
    let failures = RUNS.iter().flat_map(|run| run.failures().into_iter().map(|reason| (&run.scenario, reason)));
    assert_eq!(failures.collect::<Vec<_>>(), []);
}

#[test]
fn what_is_pinned_is_decided() {
    let decided = RUNS.iter().map(|run| format!("{},{PINNED_SEED},{}", run.scenario, run.digest));
    assert_eq!(decided.collect::<Vec<_>>(), PINNED.lines().skip(1).collect::<Vec<_>>());
}

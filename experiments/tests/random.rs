//! Random scenarios: whatever is drawn, a run finishes and shows only what can be.

use ngbank_experiments::random::examine;
use rayon::prelude::*;

/// `.ci/nightly` plays many more: `ngbank random --count 100000`.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=300;

#[test]
fn random_scenarios_finish_and_show_only_what_can_be() {
    let seeds: Vec<u64> = SEEDS.collect();
    let wrong: Vec<String> = seeds
        .into_par_iter()
        .with_max_len(16)
        .filter_map(|seed| examine(seed).err().map(|found| format!("seed {seed}: {}", found.join("; "))))
        .collect();
    assert!(
        wrong.is_empty(),
        "replay with `ngbank random --show SEED > r.toml; ngbank run r.toml`:\n{}",
        wrong.join("\n")
    );
}

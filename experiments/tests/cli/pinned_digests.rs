//! Every built-in scenario decides what it decided when its digest was pinned.

use ngbank_experiments::commands::digests::PINNED;
use predicates::str::contains;

use super::Bench;

#[test]
fn every_built_in_scenario_has_a_pinned_digest() {
    let pinned: Vec<_> = PINNED.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default()).collect();
    let known: Vec<_> = ngbank_sim::scenario::builtin().iter().map(|builtin| builtin.name).collect();
    assert_eq!(pinned, known);
}

#[test]
fn jumping_decides_what_is_pinned() {
    Bench::new().ngbank(&["digests", "--check", "--mode", "jump"]).assert().code(0).stdout(contains("all equal"));
}

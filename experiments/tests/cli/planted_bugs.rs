//! A bug in the firmware core turns a campaign red. The builds for tests can plant one; the shipped program cannot.

use predicates::str::contains;

use super::Bench;

/// The scenario in which the 30 s of PRE-2 bind.
const CAMPAIGN: [&str; 5] = ["campaign", "--only", "prealarm-binds-weak-cell", "--seeds", "1"];

#[test]
fn the_core_as_it_is_passes() {
    Bench::new().ngbank(&CAMPAIGN).assert().code(0).stdout(contains("GREEN"));
}

#[test]
fn a_core_that_cuts_100_ms_early_turns_the_campaign_red() {
    let campaign = Bench::new().ngbank(&CAMPAIGN).args(["--plant", "cuts-early"]).assert().code(1);
    campaign.stdout(contains("RED")).stdout(contains("PRE"));
}

#[test]
fn a_core_that_never_cuts_turns_the_campaign_red() {
    let campaign = Bench::new().ngbank(&CAMPAIGN).args(["--plant", "never-cuts"]).assert().code(1);
    campaign.stdout(contains("RED")).stdout(contains("UV"));
}

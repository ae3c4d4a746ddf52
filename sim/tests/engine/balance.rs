//! The charge balance holds in every run, and an error of 1 ppm in one string current is found.

use super::resolved;
use ngbank_sim::engine::{Options, run};
use ngbank_sim::result::BALANCE_MAX;

#[test]
fn one_ppm_in_one_string_current_is_found() {
    let scenario = resolved("household-day", 1);
    let play = |string_error| run(&scenario, &Options { string_error, ..Options::default() }).expect("plays");
    let sound = play(None);
    assert!(sound.balance_error <= BALANCE_MAX, "{:e}", sound.balance_error);
    let planted = play(Some(1.0 + 1e-6));
    assert!(planted.balance_error > BALANCE_MAX, "{:e}", planted.balance_error);
    assert!(planted.failures().iter().any(|failure| failure.contains("charge balance")));
}

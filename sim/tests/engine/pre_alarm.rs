//! PRE-2 in the loop: the 30 s bind, and a core that shortens them is found.

use super::{play, play_planted};
use ngbank_core::Mutant;
use ngbank_models::time::{MS, SECOND};
use ngbank_sim::engine::Mode;
use ngbank_sim::oracle::Property;

/// From "UV hold and 30 s met" to the pin, µs: 0 where the 30 s bind, never less. Where the hold ends later, noise may
/// begin it anew; with this seed by no more than the oracle's slack.
const MOST_DELAY: i64 = 1_100_000;

/// Scenarios in which a cell is under-voltage before the 30 s are over.
const BINDING: [&str; 2] = ["prealarm-binds-cold-step", "prealarm-binds-weak-cell"];

#[test]
fn the_lead_is_30_s_to_the_decision_where_it_binds() {
    for name in BINDING {
        let run = play(name, 1, Mode::Jump);
        assert_eq!(run.failures(), Vec::<String>::new(), "{name}");
        assert_eq!(run.verdicts.pre_lead_us_min, Some(30 * SECOND), "{name}");
        let delay = run.verdicts.uv_delay_us_max.expect("a cell was truly below");
        assert!((0..=MOST_DELAY).contains(&delay), "{name}: {delay} µs");
        assert!(run.verdicts.uv_cuts > 0, "{name}");
    }
}

#[test]
fn a_cut_comes_with_the_first_decision_after_the_reports_ask_for_it() {
    for name in ["night-discharge", "parasitic-load", BINDING[0], BINDING[1]] {
        let run = play(name, 1, Mode::Jump);
        let latency = run.uv_latency_us_max.expect("a cut for under-voltage");
        assert!(latency < 100 * MS, "{name}: {latency} µs");
    }
}

#[test]
fn a_core_that_cuts_100_ms_early_is_found() {
    for name in BINDING {
        let run = play_planted(name, 1, Mutant::CutsEarly { ms: 100 });
        assert_eq!(run.verdicts.pre_lead_us_min, Some(30 * SECOND - 100_000), "{name}");
        let failed: Vec<Property> = run.verdicts.failed().map(|verdict| verdict.property).collect();
        assert!(failed.contains(&Property::Pre), "{name}: {failed:?}");
    }
}

#[test]
fn a_core_that_never_cuts_is_found() {
    for name in BINDING {
        let run = play_planted(name, 1, Mutant::NeverCuts);
        let failed: Vec<Property> = run.verdicts.failed().map(|verdict| verdict.property).collect();
        assert!(failed.contains(&Property::Uv), "{name}: {failed:?}");
    }
}

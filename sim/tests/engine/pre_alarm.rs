//! PRE-2 in the loop: the 30 s bind, and a core that shortens them is found.

use super::{play, play_planted, resolved};
use ngbank_core::Mutant;
use ngbank_core::settings::PreAlarmPattern;
use ngbank_models::time::{HOUR, MS, SECOND};
use ngbank_sim::engine::{Mode, Options, run};
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

/// PRE-5: the buzzer of 200 mA is fed half the time, and nothing else changes.
#[test]
fn an_intermittent_pre_alarm_feeds_half_the_current() {
    let mut scenario = resolved("pre-alarm-intermittent", 1);
    let intermittent = run(&scenario, &Options::default()).expect("plays");
    scenario.settings.pre_alarm_pattern = PreAlarmPattern::Continuous;
    let continuous = run(&scenario, &Options::default()).expect("plays");
    let is = |run: &ngbank_sim::result::RunResult, word: &str| {
        let rise = run.events.iter().find(|event| event.text.starts_with(&format!("PRE-ALARM {word}")));
        rise.unwrap_or_else(|| panic!("PRE-ALARM never {word}: {:#?}", run.events)).time_us
    };
    let since = is(&intermittent, "Intermittent");
    assert_eq!(since, is(&continuous, "High"));
    let drawn_ah = |run: &ngbank_sim::result::RunResult| {
        run.devices.iter().find(|device| device.name == "bms").expect("the BMS draws").charge_ah
    };
    let saved_ah = drawn_ah(&intermittent) - drawn_ah(&continuous);
    let expected_ah = 0.1 * (scenario.duration_us - since) as f64 / HOUR as f64;
    assert!((saved_ah / expected_ah - 1.0).abs() < 1e-3, "{saved_ah} Ah of {expected_ah} Ah");
    let executed = [&intermittent, &continuous].map(|run| run.cost.decisions_executed);
    assert!(executed[0] <= executed[1] + 100, "the pattern is jumped over: {executed:?}");
}

/// UPD-1: the changed countdown of settings-changed-while-running starts the 30 s anew at 20 min 10 s, and the cut comes
/// with the first decision after them.
#[test]
fn a_changed_countdown_starts_the_30_s_anew() {
    for seed in 1..=3 {
        let run = play("settings-changed-while-running", seed, Mode::Jump);
        assert_eq!(run.failures(), Vec::<String>::new());
        let time = |text: &str| {
            let found = run.events.iter().find(|event| event.text.starts_with(text));
            found.unwrap_or_else(|| panic!("no event {text:?}")).time_us
        };
        let lead = time("LOAD Floating: OUT-2") - time("settings taken: countdown from-pre-alarm");
        assert!((30 * SECOND..30 * SECOND + 100 * MS).contains(&lead), "{lead} µs");
    }
}

//! What happens at an instant may set a timer that is due at that instant.

use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::scenario::{NoFiles, load};

/// The charger reaches its absorption voltage, and its absorption is over at once.
const SCENARIO: &str = r#"
[scenario]
name = "no-absorption"
title = "A charger without absorption"
lesson = "A stage may have no length."
duration = "20 min"

[bank]
model = "ng-12.8v-100ah"
series = 1
parallel = 1
system_voltage_v = 12
soc = 0.98

[[device]]
kind = "mains-charger"
name = "mains"
wired_to = "charger"
current_limit_a = 50.0
absorption_s = 0.0
"#;

#[test]
fn an_absorption_of_no_length_is_over_at_once() {
    let resolved = load(SCENARIO, "no-absorption", &NoFiles).expect("a valid scenario").resolve(1);
    let play = |mode| run(&resolved, &Options { mode, ..Options::default() }).expect("a run that finishes");
    let run = play(Mode::Jump);
    let stages: Vec<_> = run.events.iter().filter(|event| event.text.starts_with("mains ")).collect();
    let at = |name: &str| stages.iter().find(|event| event.text.contains(name)).map(|event| event.time_us);
    assert!(at("absorption").is_some(), "{stages:?}");
    assert_eq!(at("absorption"), at("float"), "{stages:?}");
    assert_eq!(run.digest, play(Mode::Lockstep).digest);
}

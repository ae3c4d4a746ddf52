//! Ageing in a run: off by default; on, the capacity fades by the law, however the run is executed.

use super::resolved;
use ngbank_models::ageing::Ageing;
use ngbank_models::time::HOUR;
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::{BALANCE_MAX, RunResult};
use ngbank_sim::scenario::{AgeingLaw, NoFiles, load};

/// A battery that rests, cut off from everything, at 45 °C for four days.
const AT_REST: &str = r#"
[scenario]
name = "at-rest"
title = "At rest"
lesson = "None."
duration = "97 h"

[bank]
model = "ng-12.8v-100ah"
count = 1
system_voltage_v = 12
soc = 0.6
soc_spread = 0.0
capacity_spread = 0.0
self_discharge_per_month = 0.0
ambient_c = 45.0
"#;

fn at_rest(more: &str) -> RunResult {
    let text = AT_REST.replace("[bank]", &format!("[bank]\n{more}"));
    let scenario = load(&text, "at-rest", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}"));
    let options = Options { trace_every_us: Some(HOUR), ..Options::default() };
    run(&scenario.resolve(1), &options).expect("plays")
}

#[test]
fn a_resting_battery_fades_by_the_law() {
    // Charge stays, so the state of charge rises as the capacity falls. The BMS draws the same in both runs.
    let last = |run: RunResult| run.trace.last().expect("a trace").soc_mean;
    let (new, aged) = (last(at_rest("")), last(at_rest("ageing = \"naumann\"")));
    let mut law = Ageing::new(1, 1);
    (0..=96).for_each(|hour| {
        law.sample(hour * HOUR, 0, 45.0, &[0.6]);
    });
    let left = law.health(0, 0).capacity();
    let found = new / aged;
    assert!(left < 0.995 && (found / left - 1.0).abs() < 1e-4, "{found}, expected {left}");
}

#[test]
fn ageing_is_the_same_in_every_mode_and_keeps_the_charge() {
    let mut scenario = resolved("household-day", 1);
    assert_eq!(scenario.bank.ageing, AgeingLaw::Off);
    scenario.bank.ageing = AgeingLaw::Naumann;
    let play = |mode| run(&scenario, &Options { mode, ..Options::default() }).expect("plays");
    let (jump, windows) = (play(Mode::Jump), play(Mode::Windows));
    assert_eq!(jump.digest, windows.digest);
    assert!(jump.balance_error <= BALANCE_MAX, "{:e}", jump.balance_error);
}

//! A resistance across a cell: it takes its charge out of that cell, warms the battery, and ends when it is told to.

use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::{BALANCE_MAX, RunResult};
use ngbank_sim::scenario::{NoFiles, load};

/// One 12.8 V 100 Ah battery without spread that rests for ten hours in still air.
const AT_REST: &str = r#"
[scenario]
name = "at-rest"
title = "At rest"
lesson = "None."
duration = "10 h"

[bank]
model = "ng-12.8v-100ah"
count = 1
system_voltage_v = 12
soc = 0.6
soc_spread = 0.0
capacity_spread = 0.0
self_discharge_per_month = 0.0
thermal = { to_ambient_w_per_k = 0.0, open_side_w_per_k = 0.0 }
"#;

fn play(more: &str, mode: Mode) -> RunResult {
    let scenario = load(&format!("{AT_REST}{more}"), "at-rest", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}"));
    run(&scenario.resolve(1), &Options { mode, ..Options::default() }).expect("plays")
}

#[test]
fn it_empties_its_cell_and_warms_its_battery() {
    let sound = play("", Mode::Jump).extremes;
    let short = "[[fault]]\nkind = \"internal-short\"\nat = \"1 min\"\nbattery = 1\ncell = 3\nohm = 3.3\n";
    let shorted = play(short, Mode::Jump);
    assert!(shorted.balance_error <= BALANCE_MAX, "{:e}", shorted.balance_error);
    // A cell of 60 % down to 50 % has 3.30 V within 20 mV: 1 A over ten hours, less two minutes at the beginning.
    let taken = sound.soc_min - shorted.extremes.soc_min;
    assert!((taken - 0.0997).abs() < 0.001, "{taken}");
    // 3.3 W into 9728 J/K, on top of what the run warms anyway.
    let warmer = shorted.extremes.temperature_c_max - sound.temperature_c_max;
    assert!((warmer - 3.3 * 35_900.0 / 9_728.0).abs() < 0.2, "{warmer} K");
    assert_eq!(shorted.digest, play(short, Mode::Lockstep).digest, "however the run is executed");
}

#[test]
fn it_ends() {
    let short =
        "[[fault]]\nkind = \"internal-short\"\nat = \"1 h\"\nuntil = \"3 h\"\nbattery = 1\ncell = 3\nohm = 3.3\n";
    let taken = play("", Mode::Jump).extremes.soc_min - play(short, Mode::Jump).extremes.soc_min;
    assert!((taken - 0.02).abs() < 0.0005, "{taken}");
}

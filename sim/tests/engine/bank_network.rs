//! What the wiring of a bank does to the installation: ladders, fuses, batteries out and in.

use ngbank_models::time::{MINUTE, Micros, SECOND};
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::result::{Event, EventKind, RunResult, TracePoint};
use ngbank_sim::scenario::{NoFiles, load};

use super::resolved;

fn traced(name: &str) -> RunResult {
    let options = Options { trace_every_us: Some(10 * SECOND), ..Options::default() };
    let run = run(&resolved(name, 1), &options).expect("built-in scenarios can be played");
    assert!(
        run.verdicts.failed().next().is_none() && run.unmet.is_empty(),
        "{name}: {:?} {:?}",
        run.verdicts,
        run.unmet
    );
    run
}

fn event<'r>(run: &'r RunResult, kind: EventKind, text: &str) -> &'r Event {
    let found = run.events.iter().find(|event| event.kind == kind && event.text.contains(text));
    found.unwrap_or_else(|| panic!("{text} is missing"))
}

fn between(run: &RunResult, from: Micros, to: Micros) -> impl Iterator<Item = &TracePoint> {
    run.trace.iter().filter(move |point| (from..to).contains(&point.time_us))
}

fn over_current(run: &RunResult) -> bool {
    run.causes.keys().any(|label| label.starts_with("OUT-12") || label.starts_with("OUT-13"))
}

#[test]
fn the_same_machine_is_cut_on_a_ladder_and_runs_through_on_a_diagonal() {
    let [ladder, diagonal] = ["ladder-of-ten", "diagonal-of-ten"].map(|name| {
        let run = traced(name);
        let starting = between(&run, 30 * MINUTE, 30 * MINUTE + 20 * SECOND);
        (starting.map(|point| -point.string_a_min).fold(0.0, f64::max), over_current(&run))
    });
    // 100 A are allowed, 50 A would be the share of each.
    println!("largest string current: ladder {:.1} A, diagonal {:.1} A", ladder.0, diagonal.0);
    assert!(ladder.1 && ladder.0 > 100.0, "{ladder:?}");
    assert!(!diagonal.1 && diagonal.0 < 80.0, "{diagonal:?}");
}

#[test]
fn a_blown_fuse_leaves_its_string_without_current() {
    let run = traced("string-fuse-blows");
    let blown = event(&run, EventKind::Device, "the fuse of string 1 blows").time_us;
    let before = between(&run, 0, blown).map(|point| point.string_a_max).fold(0.0, f64::max);
    assert!(before > 200.0, "an exchange current of {before} A melts no fuse of 150 A");
    // Where all others charge or all others discharge, the current nearest to zero is that of string 1.
    let least = |point: &TracePoint| {
        let (low, high) = (point.string_a_min, point.string_a_max);
        if low < 0.0 && high > 0.0 { f64::NAN } else { low.abs().min(high.abs()) }
    };
    let after: Vec<f64> = between(&run, blown + SECOND, Micros::MAX).map(least).filter(|amps| !amps.is_nan()).collect();
    assert!(after.len() > 1000 && after.iter().all(|&amps| amps == 0.0), "{} points", after.len());
    assert!(!over_current(&run), "the fuse is faster than the 30 s of OC-2");
}

#[test]
fn without_its_fuse_the_same_string_is_an_over_current() {
    let mut scenario = resolved("string-fuse-blows", 1);
    scenario.bank.params.wiring.fuse = None;
    let run = run(&scenario, &Options::default()).expect("plays");
    assert!(over_current(&run));
    assert_eq!(run.unmet, ["0 string fuses have blown, expected 1"]);
}

#[test]
fn a_string_that_is_joined_while_running_takes_more_than_its_rating() {
    let run = traced("string-joined-while-running");
    let joined = event(&run, EventKind::Fault, "ends: battery 1 is taken out").time_us;
    let highest = |from, to| between(&run, from, to).map(|point| point.string_a_max).fold(0.0, f64::max);
    // What the others exchange among themselves has faded; 200 A are allowed.
    assert!(highest(joined - MINUTE, joined) < 1.0, "{}", highest(joined - MINUTE, joined));
    assert!(highest(joined, joined + MINUTE) > 300.0, "{}", highest(joined, joined + MINUTE));
}

#[test]
fn a_missing_battery_is_silent_and_believed_again_after_20_frames() {
    let run = traced("battery-out-and-back");
    let out = event(&run, EventKind::Fault, "begins: battery 12 is taken out").time_us;
    let silent = event(&run, EventKind::Cause, "OUT-9").time_us;
    // It has last been heard up to a cycle before; the timeout is 5 s.
    assert!((4_500_000..=5_100_000).contains(&(silent - out)), "{}", silent - out);
    assert!(event(&run, EventKind::Display, "error 39").time_us >= silent);
    let back = event(&run, EventKind::Fault, "ends: battery 12 is taken out").time_us;
    let trusted =
        run.events.iter().find(|event| event.time_us > back && event.text.contains("OUT-9")).expect("cleared");
    // 20 frames of 500 ms; its serial number is the one that the BMS knows, so there is no OUT-10.
    assert!((9_500_000..=10_200_000).contains(&(trusted.time_us - back)), "{}", trusted.time_us - back);
    assert!(run.causes.keys().all(|label| !label.starts_with("OUT-10")), "{:?}", run.causes);
}

#[test]
fn fuses_of_equal_strings_blow_together() {
    let text = r#"
        [scenario]
        name = "too-small"
        title = "Fuses that are too small"
        lesson = "Equal fuses of equal strings do not wait for each other."
        duration = "10 min"
        [bank]
        model = "ng-12.8v-200ah"
        count = 2
        system_voltage_v = 12
        soc = 0.8
        soc_spread = 0.0
        capacity_spread = 0.0
        resistance_spread = 0.0
        self_discharge_spread = 0.0
        wiring = { layout = "equal-paths", fuse = { rated_a = 30.0 } }
        [[device]]
        kind = "current-load"
        name = "heater"
        current_a = 120.0
        from_s = 60.0
        [expect]
        fuses_blown = 2
    "#;
    let scenario = load(text, "too-small.toml", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}")).resolve(1);
    let run = run(&scenario, &Options::default()).expect("plays");
    assert!(run.unmet.is_empty(), "{:?}", run.unmet);
    let [first, second] =
        [1, 2].map(|string| event(&run, EventKind::Device, &format!("fuse of string {string} blows")));
    // 60 A are twice the rating: 3.9 s; the BMS itself takes a few milliamperes more.
    assert_eq!(first.time_us, second.time_us);
    assert!((63_899_000..=63_900_000).contains(&first.time_us), "{} µs", first.time_us);
}

/// The only battery of a bank is taken out under every kind of device: the bus is dead, and nobody chatters.
#[test]
fn a_bank_whose_only_battery_is_taken_out_is_dead_until_it_is_back() {
    let text = r#"
        [scenario]
        name = "one-battery"
        title = "One battery"
        lesson = "Nothing without a battery."
        duration = "40 min"
        start = "11:00"
        days_of_year = [170, 170]
        [bank]
        model = "ng-12.8v-200ah"
        count = 1
        system_voltage_v = 12
        soc = 0.6
        [[switch]]
        kind = "battery-protect"
        name = "protect"
        wired_to = "load"
        [[device]]
        kind = "inverter"
        name = "inverter"
        wired_to = "load"
        rated_w = 1000.0
        power_w = 300.0
        [[device]]
        kind = "power-load"
        name = "pump"
        behind = "protect"
        power_w = 100.0
        [[device]]
        kind = "resistive-load"
        name = "lamp"
        wired_to = "load"
        resistance_ohm = 5.0
        [[device]]
        kind = "parasitic"
        name = "clock"
        current_ma = 20.0
        [[device]]
        kind = "mains-charger"
        name = "mains"
        wired_to = "charger"
        current_limit_a = 60.0
        [[device]]
        kind = "solar-charger"
        name = "roof"
        wired_to = "charger"
        irradiance = { series = "pv-tmy" }
        peak_power_w = 500.0
        [[fault]]
        kind = "battery-removed"
        at = "10 min"
        until = "20 min"
        battery = 1
    "#;
    let scenario = load(text, "one-battery.toml", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}")).resolve(1);
    let runs = [Mode::Jump, Mode::Lockstep].map(|mode| {
        let options = Options { mode, trace_every_us: Some(10 * SECOND), ..Options::default() };
        run(&scenario, &options).expect("plays to its end")
    });
    assert_eq!(runs[0].digest, runs[1].digest);
    let run = &runs[0];
    assert!(run.verdicts.failed().next().is_none(), "{:?}", run.verdicts);
    assert!(run.balance_error <= 1e-12, "{}", run.balance_error);
    let mut seen = 0;
    for point in between(run, 10 * MINUTE, 20 * MINUTE) {
        assert_eq!((point.bus_v, point.bank_a), (0.0, 0.0), "{} µs", point.time_us);
        assert!(!point.load || point.time_us < 10 * MINUTE + SECOND, "{} µs", point.time_us);
        seen += 1;
    }
    assert!(seen >= 59, "{seen}");
    let alive = run.trace.last().expect("a trace");
    assert!(alive.bus_v > 12.0 && alive.load && alive.charger, "{alive:?}");
}

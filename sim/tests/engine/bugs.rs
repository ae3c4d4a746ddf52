//! Bugs that other battery firmwares really had: each is planted, and a built-in scenario finds it. `bugs.md` is the
//! table for people; it is checked here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::resolved;
use ngbank_core::{Bug, Mutant};
use ngbank_sim::engine::{Mode, Options, run};
use ngbank_sim::oracle::Property;
use ngbank_sim::result::RunResult;
use rayon::prelude::*;

/// Each scenario is played with seeds 1 to this.
const SEEDS: u64 = 3;

/// How a bug is found.
struct Row {
    bug: Bug,
    scenario: &'static str,
    property: Property,
    /// The rule that the oracle says is broken.
    rule: &'static str,
    /// Lockstep where the bug breaks the core's promise of what stays quiet, so that nothing may be jumped over.
    mode: Mode,
}

const fn row(bug: Bug, scenario: &'static str, property: Property, rule: &'static str) -> Row {
    Row { bug, scenario, property, rule, mode: Mode::Jump }
}

const ROWS: [Row; Bug::ALL.len()] = {
    use Property::{Com, Oc, Pre, Soc, Temp, Uv};
    [
        row(Bug::OnlyFirstTwo, "temperature-sensor-open", Com, "COM-4"),
        row(Bug::NarrowIndex, "temperature-sensor-open", Com, "COM-4"),
        row(Bug::LastCell, "busy-firmware", Pre, "PRE-1"),
        row(Bug::ZeroExempt, "sensor-wire-open", Com, "COM-4"),
        row(Bug::HottestForCold, "cold-corner", Temp, "TEMP-1"),
        row(Bug::MissingReading, "temperature-sensor-open", Com, "COM-4"),
        row(Bug::SignFlipped, "over-current-step", Oc, "OC-1"),
        row(Bug::ChecksumAlwaysTrue, "damaged-frames", Com, "COM-7"),
        row(Bug::NotResetPerString, "household-day", Soc, "SOC-2"),
        row(Bug::StuckSubState, "silent-at-recovery", Com, "COM-2"),
        row(Bug::WaitsForEver, "over-current-step", Oc, "OC-3"),
        row(Bug::CountsTwice, "over-current-step", Oc, "OC-3"),
        row(Bug::HalfConstant, "temperature-sensor-open", Com, "COM-4"),
        row(Bug::NeverClearsDischarging, "hot-afternoon", Temp, "TEMP-2"),
        row(Bug::NeverWritten, "hot-while-silent", Com, "COM-2"),
        row(Bug::OneDisarmsAll, "hot-while-silent", Temp, "TEMP-2"),
        row(Bug::AdvancesAnyway, "charger-wire-loose", Oc, "OC-3"),
        Row { mode: Mode::Lockstep, ..row(Bug::StaleClears, "silent-at-recovery", Uv, "UV-1") },
        row(Bug::NoMask, "cold-night", Temp, "TEMP-3"),
        row(Bug::EchoedFeedback, "charger-wire-loose", Oc, "OC-3"),
        row(Bug::CountsCalls, "busy-firmware", Uv, "UV-1"),
        Row { mode: Mode::Lockstep, ..row(Bug::Overwritten, "load-ignores-wire", Soc, "SOC-3") },
        row(Bug::HandlerRestarts, "temperature-sensor-open", Com, "COM-4"),
        row(Bug::PeriodicReset, "busy-firmware", Uv, "UV-1"),
        Row { mode: Mode::Lockstep, ..row(Bug::NoHysteresis, "cold-corner", Temp, "TEMP-1") },
        row(Bug::NeverRecovers, "busy-firmware", Uv, "UV-1"),
    ]
};

#[test]
fn the_table_has_every_bug_in_order() {
    let listed: Vec<Bug> = ROWS.iter().map(|row| row.bug).collect();
    assert_eq!(listed, Bug::ALL);
}

/// The healthy firmware passes where the bugs are looked for.
#[test]
fn without_a_bug_these_scenarios_pass() {
    let runs: BTreeMap<_, _> =
        ROWS.iter().flat_map(|row| (1..=SEEDS).map(|seed| ((row.scenario, seed), row.mode))).collect();
    runs.par_iter().for_each(|(&(scenario, seed), &mode)| {
        let run = play(scenario, seed, mode, None);
        assert_eq!(run.failures(), Vec::<String>::new(), "{scenario}, seed {seed}");
    });
}

/// Prints the table and compares it with the committed one: a bug that is found later or by another scenario shows up.
#[test]
fn every_bug_is_found_as_the_table_says() {
    let lines: Vec<String> = ROWS.par_iter().map(line).collect();
    let mut table =
        String::from("| Bug | Planted as | Scenario | First seed | Found in | Rule |\n|---|---|---|---|---|---|\n");
    for line in lines {
        let _ = writeln!(table, "{line}");
    }
    println!("{table}");
    assert!(include_str!("bugs.md").contains(&table), "bugs.md has another table than this:\n{table}");
}

/// Plays the scenario of a bug with every seed.
fn line(row: &Row) -> String {
    let found: Vec<(u64, String)> = (1..=SEEDS).filter_map(|seed| Some((seed, objection(row, seed)?))).collect();
    let Some((first, text)) = found.first() else { panic!("{}: {:?} is not found", row.scenario, row.bug) };
    assert!(text.contains(row.rule), "{:?} in {}: {text}", row.bug, row.scenario);
    format!(
        "| {} | `{:?}`: {} | `{}` | {first} | {} of {SEEDS} seeds | {} |",
        row.bug.name(),
        row.bug,
        row.bug.planted(),
        row.scenario,
        found.len(),
        row.rule
    )
}

/// What the oracle objects to with the bug, under the property of the row.
fn objection(row: &Row, seed: u64) -> Option<String> {
    let run = play(row.scenario, seed, row.mode, Some(Mutant::Bug(row.bug)));
    let verdict = run.verdicts.failed().find(|verdict| verdict.property == row.property)?;
    verdict.first_violation.as_ref().map(|violation| violation.text.clone())
}

fn play(scenario: &str, seed: u64, mode: Mode, mutant: Option<Mutant>) -> RunResult {
    let options = Options { mode, mutant, ..Options::default() };
    run(&resolved(scenario, seed), &options).expect("built-in scenarios can be played")
}

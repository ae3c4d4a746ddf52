//! A campaign in numbers: per scenario, per property, per cause, and over all.
//!
//! Made of the records alone, in the order of the plan, so it is the same for any number of threads and for a resumed campaign.

use std::collections::BTreeMap;

use ngbank_models::time::{HOUR, Micros};
use serde::Serialize;

use crate::record::{Margin, Outcome, RunRecord, Status};

/// A campaign in numbers; this is `summary.json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Version of the program.
    pub version: &'static str,
    /// Seeds per scenario.
    pub seeds: u64,
    /// First seed.
    pub seed_first: u64,
    /// Runs.
    pub runs: usize,
    /// Runs that passed.
    pub runs_passed: usize,
    /// Runs in which a property failed.
    pub runs_failed: usize,
    /// Runs that never reached what they promise.
    pub runs_not_reached: usize,
    /// Runs of at least 24 h of a bank of 400 cells.
    pub runs_full_day_400_cells: usize,
    /// Those of them in which LOAD or CHARGER changed at least twice for a protection cause.
    pub runs_full_day_400_cells_with_two_changes: usize,
    /// Scenarios in which every run had at least two such changes.
    pub scenarios_with_two_changes: usize,
    /// Smallest time from PRE-ALARM High (with LOAD High) to a UV cut (PRE-2).
    pub pre_lead_min: Option<Extreme>,
    /// Largest time from "UV hold and 30 s met" by the reports that had arrived to LOAD Floating (UV-1).
    pub uv_latency_max: Option<Extreme>,
    /// Largest time from "UV hold and 30 s met" by the true cell voltages to LOAD Floating (UV-1).
    pub uv_delay_max: Option<Extreme>,
    /// Largest charge balance error relative to the charge moved.
    pub balance_error_max: f64,
    /// Causes that no run ever set.
    pub causes_never_set: Vec<String>,
    /// Number of runs that set each cause.
    pub causes_runs: BTreeMap<String, usize>,
    /// Digest over the digests of all runs, in order.
    pub digest: String,
    /// Per scenario, in the order of the plan.
    pub scenarios: Vec<ScenarioSummary>,
    /// Per property, in the order of the oracle.
    pub properties: Vec<PropertySummary>,
    /// Every red run with its reasons.
    pub failures: Vec<Failure>,
}

/// An extreme value and the run that had it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Extreme {
    /// Value, µs.
    pub value_us: i64,
    /// Scenario of the run.
    pub scenario: String,
    /// Seed of the run.
    pub seed: u64,
}

/// One scenario over its seeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScenarioSummary {
    /// Name.
    pub scenario: String,
    /// Runs.
    pub runs: usize,
    /// Runs that passed.
    pub runs_passed: usize,
    /// Fewest and most changes of LOAD.
    pub load_changes: (u32, u32),
    /// Fewest and most changes of CHARGER.
    pub charger_changes: (u32, u32),
    /// Fewest and most changes for a protection cause.
    pub protection_changes: (u32, u32),
    /// Lowest and highest true cell voltage of all runs, V.
    pub cell_v: (f64, f64),
    /// Simulated days × cells, summed over the runs.
    pub cell_days: f64,
    /// Executed decisions, % of all.
    pub decisions_executed_percent: f64,
    /// Smallest margin of each property, smallest first.
    pub margins_min: Vec<NamedMargin>,
}

/// A margin and the property that has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedMargin {
    /// The property.
    pub property: String,
    /// Its margin.
    pub margin: Margin,
}

/// One property over all runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PropertySummary {
    /// Name, as in `PRE`.
    pub property: String,
    /// Rules of the specification that it watches.
    pub rules: Vec<String>,
    /// Runs that exercised it.
    pub runs_reached: usize,
    /// Runs in which it was exercised and held.
    pub runs_passed: usize,
    /// Runs in which it was violated.
    pub runs_failed: usize,
    /// Runs in which its margin is below ten times the local error of the plant.
    pub runs_fragile: usize,
    /// Smallest margin, with the run that had it.
    pub margin_min: Option<Margin>,
    /// The run with the smallest margin: scenario and seed.
    pub margin_min_run: Option<(String, u64)>,
}

/// A red run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// Scenario.
    pub scenario: String,
    /// Seed.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
}

impl Summary {
    /// Counts the records, which are in the order of the plan; `causes` are all that could be set.
    pub fn of(records: &[RunRecord], seed_first: u64, seeds: u64, causes: &[String]) -> Self {
        let with = |outcome| records.iter().filter(|run| run.outcome == outcome).count();
        let full_days: Vec<_> = records.iter().filter(|run| is_full_day_of_400_cells(run)).collect();
        let scenarios = by_scenario(records);
        let mut causes_runs: BTreeMap<String, usize> = causes.iter().map(|cause| (cause.clone(), 0)).collect();
        for (cause, count) in records.iter().flat_map(|run| &run.causes) {
            *causes_runs.entry(cause.clone()).or_default() += usize::from(*count > 0);
        }
        let never = causes_runs.iter().filter(|(_, runs)| **runs == 0).map(|(cause, _)| cause.clone());
        Self {
            version: env!("CARGO_PKG_VERSION"),
            seeds,
            seed_first,
            runs: records.len(),
            runs_passed: with(Outcome::Passed),
            runs_failed: with(Outcome::Failed),
            runs_not_reached: with(Outcome::NotReached),
            runs_full_day_400_cells: full_days.len(),
            runs_full_day_400_cells_with_two_changes: full_days
                .iter()
                .filter(|run| run.protection_changes >= 2)
                .count(),
            scenarios_with_two_changes: scenarios.iter().filter(|s| s.protection_changes.0 >= 2).count(),
            pre_lead_min: extreme(records, |run| run.pre_lead_us_min.map(Micros::cast_signed), |new, old| new < old),
            uv_latency_max: extreme(
                records,
                |run| run.uv_latency_us_max.map(Micros::cast_signed),
                |new, old| new > old,
            ),
            uv_delay_max: extreme(records, |run| run.uv_delay_us_max, |new, old| new > old),
            balance_error_max: records.iter().map(|run| run.balance_error.abs()).fold(0.0, f64::max),
            causes_never_set: never.collect(),
            causes_runs,
            digest: digest_of(records),
            scenarios,
            properties: by_property(records),
            failures: records.iter().filter(|run| run.outcome != Outcome::Passed).map(failure).collect(),
        }
    }

    /// The worst outcome of any run.
    pub fn outcome(&self) -> Outcome {
        match (self.runs_failed, self.runs_not_reached) {
            (0, 0) => Outcome::Passed,
            (0, _) => Outcome::NotReached,
            _ => Outcome::Failed,
        }
    }
}

fn is_full_day_of_400_cells(run: &RunRecord) -> bool {
    run.cells >= 400 && run.duration_us >= 24 * HOUR
}

fn extreme(
    records: &[RunRecord],
    value: impl Fn(&RunRecord) -> Option<i64>,
    better: impl Fn(i64, i64) -> bool,
) -> Option<Extreme> {
    let mut best: Option<Extreme> = None;
    for run in records {
        let Some(value_us) = value(run) else { continue };
        if best.as_ref().is_none_or(|best| better(value_us, best.value_us)) {
            best = Some(Extreme { value_us, scenario: run.scenario.clone(), seed: run.seed });
        }
    }
    best
}

fn by_scenario(records: &[RunRecord]) -> Vec<ScenarioSummary> {
    records
        .chunk_by(|a, b| a.scenario == b.scenario)
        .map(|runs| {
            let range = |count: fn(&RunRecord) -> u32| {
                let counts = || runs.iter().map(count);
                (counts().min().unwrap_or(0), counts().max().unwrap_or(0))
            };
            let sum = |count: fn(&RunRecord) -> u64| runs.iter().map(count).sum::<u64>() as f64;
            let cell_days = |run: &RunRecord| run.cells as f64 * run.duration_us as f64 / (24 * HOUR) as f64;
            ScenarioSummary {
                scenario: runs[0].scenario.clone(),
                runs: runs.len(),
                runs_passed: runs.iter().filter(|run| run.outcome == Outcome::Passed).count(),
                load_changes: range(|run| run.load_changes),
                charger_changes: range(|run| run.charger_changes),
                protection_changes: range(|run| run.protection_changes),
                cell_v: (
                    runs.iter().map(|run| run.cell_v_min).fold(f64::INFINITY, f64::min),
                    runs.iter().map(|run| run.cell_v_max).fold(f64::NEG_INFINITY, f64::max),
                ),
                cell_days: runs.iter().map(cell_days).sum(),
                decisions_executed_percent: 100.0 * sum(|run| run.decisions_executed)
                    / sum(|run| run.decisions_total).max(1.0),
                margins_min: margins_by_property(runs),
            }
        })
        .collect()
}

/// The smallest margin of each property, smallest first.
fn margins_by_property(runs: &[RunRecord]) -> Vec<NamedMargin> {
    let mut smallest: BTreeMap<&str, &Margin> = BTreeMap::new();
    for property in runs.iter().flat_map(|run| &run.properties) {
        let Some(margin) = &property.margin else {
            continue;
        };
        let old = smallest.entry(&property.property).or_insert(margin);
        if margin.value < old.value {
            *old = margin;
        }
    }
    let mut margins: Vec<_> = smallest
        .into_iter()
        .map(|(property, margin)| NamedMargin { property: property.to_owned(), margin: margin.clone() })
        .collect();
    margins.sort_by(|a, b| a.margin.value.total_cmp(&b.margin.value));
    margins
}

fn by_property(records: &[RunRecord]) -> Vec<PropertySummary> {
    let mut table: Vec<PropertySummary> = Vec::new();
    for run in records {
        for property in &run.properties {
            let known = table.iter().position(|row| row.property == property.property);
            let row = known.unwrap_or_else(|| {
                table.push(PropertySummary {
                    property: property.property.clone(),
                    rules: property.rules.clone(),
                    runs_reached: 0,
                    runs_passed: 0,
                    runs_failed: 0,
                    runs_fragile: 0,
                    margin_min: None,
                    margin_min_run: None,
                });
                table.len() - 1
            });
            let row = &mut table[row];
            row.runs_reached += usize::from(property.status != Status::NotReached);
            row.runs_passed += usize::from(property.status == Status::Passed);
            row.runs_failed += usize::from(property.status == Status::Failed);
            row.runs_fragile += usize::from(property.fragile);
            if let Some(margin) = &property.margin
                && row.margin_min.as_ref().is_none_or(|old| margin.value < old.value)
            {
                row.margin_min = Some(margin.clone());
                row.margin_min_run = Some((run.scenario.clone(), run.seed));
            }
        }
    }
    table
}

fn failure(run: &RunRecord) -> Failure {
    Failure { scenario: run.scenario.clone(), seed: run.seed, outcome: run.outcome, reasons: run.failures.clone() }
}

fn digest_of(records: &[RunRecord]) -> String {
    let mut hasher = blake3::Hasher::new();
    for run in records {
        hasher.update(format!("{} {} {}\n", run.scenario, run.seed, run.digest).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::PropertyRecord;

    fn run(scenario: &str, seed: u64) -> RunRecord {
        RunRecord {
            scenario: scenario.to_owned(),
            seed,
            outcome: Outcome::Passed,
            failures: Vec::new(),
            duration_us: 24 * HOUR,
            cells: 400,
            load_changes: 2,
            charger_changes: 0,
            pre_alarm_changes: 2,
            protection_changes: 2,
            decisions_total: 864_000,
            decisions_executed: 8_640,
            frames_executed: 0,
            plant_steps: 0,
            pre_lead_us_min: None,
            uv_latency_us_max: None,
            uv_delay_us_max: None,
            balance_error: 0.0,
            cell_v_min: 2.8,
            cell_v_max: 3.5,
            temperature_c_min: 20.0,
            temperature_c_max: 25.0,
            soc_min: 0.1,
            soc_max: 0.9,
            string_spread_a_max: 1.0,
            digest: seed.to_string(),
            properties: vec![PropertyRecord {
                property: "UV".to_owned(),
                rules: vec!["UV-1".to_owned()],
                status: Status::Passed,
                reached: 1,
                margin: Some(Margin { value: seed as f64, unit: "s".to_owned(), to: "the cut".to_owned() }),
                fragile: false,
                violation: None,
            }],
            causes: [("OUT-2 cell under-voltage".to_owned(), 1)].into(),
        }
    }

    fn summary(records: &[RunRecord]) -> Summary {
        let causes = ["OUT-2 cell under-voltage".to_owned(), "OUT-3 cell over-voltage".to_owned()];
        Summary::of(records, 1, 2, &causes)
    }

    #[test]
    fn extremes_name_their_run() {
        let mut records = [run("a", 1), run("a", 2), run("b", 1)];
        records[1].pre_lead_us_min = Some(30_000_000);
        records[2].pre_lead_us_min = Some(30_100_000);
        let lead = summary(&records).pre_lead_min.unwrap();
        assert_eq!((lead.value_us, lead.scenario.as_str(), lead.seed), (30_000_000, "a", 2));
        records[0].uv_delay_us_max = Some(-250_000);
        records[2].uv_delay_us_max = Some(-50_000);
        let delay = summary(&records).uv_delay_max.unwrap();
        assert_eq!((delay.value_us, delay.scenario.as_str(), delay.seed), (-50_000, "b", 1));
        let uv = &summary(&records).properties[0];
        assert_eq!(uv.margin_min_run, Some(("a".to_owned(), 1)));
    }

    #[test]
    fn one_failed_run_makes_the_campaign_red_and_one_unreached_expectation_makes_it_not_reached() {
        let mut records = [run("a", 1), run("a", 2)];
        assert_eq!(summary(&records).outcome(), Outcome::Passed);
        records[0].outcome = Outcome::NotReached;
        assert_eq!(summary(&records).outcome(), Outcome::NotReached);
        records[1].outcome = Outcome::Failed;
        assert_eq!(summary(&records).outcome(), Outcome::Failed);
        assert_eq!(summary(&records).failures.len(), 2);
    }

    #[test]
    fn full_days_with_two_protection_changes_are_counted() {
        let mut records = [run("a", 1), run("a", 2), run("b", 1)];
        records[1].protection_changes = 1;
        records[2].cells = 399;
        let summary = summary(&records);
        assert_eq!(summary.runs_full_day_400_cells, 2);
        assert_eq!(summary.runs_full_day_400_cells_with_two_changes, 1);
        assert_eq!(summary.scenarios_with_two_changes, 1); // b; a has a run with one change
    }

    #[test]
    fn causes_that_no_run_set_are_named() {
        assert_eq!(summary(&[run("a", 1)]).causes_never_set, ["OUT-3 cell over-voltage"]);
    }

    #[test]
    fn the_digest_depends_on_every_run_and_on_their_order() {
        let forwards = summary(&[run("a", 1), run("a", 2)]).digest;
        let backwards = summary(&[run("a", 2), run("a", 1)]).digest;
        assert_ne!(forwards, backwards);
        assert_ne!(forwards, summary(&[run("a", 1)]).digest);
    }
}

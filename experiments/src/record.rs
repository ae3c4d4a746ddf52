//! One run as a row: what tables, CSV files, the journal and the report are made of.

use std::collections::BTreeMap;

use ngbank_models::time::Micros;
use ngbank_sim::{oracle, result::RunResult};
use serde::{Deserialize, Serialize};

/// Charge balance that every run must keep, relative to the charge moved (NUMERICS definition).
pub const BALANCE_ERROR_ALLOWED: f64 = 1e-9;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every property held and everything promised was reached.
    Passed,
    /// No property failed, but the scenario never reached what it promises.
    NotReached,
    /// A property failed or the charge balance is off.
    Failed,
}

/// How a property ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It was exercised and held.
    Passed,
    /// Nothing in this run exercised it.
    NotReached,
    /// It was violated.
    Failed,
}

/// How far from violation, in the property's own unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Margin {
    /// Smallest distance seen.
    pub value: f64,
    /// Unit.
    pub unit: String,
    /// What it is the distance to.
    pub to: String,
}

/// One property of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PropertyRecord {
    /// Name, as in `PRE`.
    pub property: String,
    /// Rules of the specification that it watches.
    pub rules: Vec<String>,
    /// How it ended.
    pub status: Status,
    /// How often it was exercised.
    pub reached: u32,
    /// Smallest margin, if it has one.
    pub margin: Option<Margin>,
    /// The margin is below ten times the local error of the plant.
    pub fragile: bool,
    /// First violation: when (µs) and what.
    pub violation: Option<(Micros, String)>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed that drew it.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it is red, one sentence each.
    pub failures: Vec<String>,
    /// Simulated time, µs.
    pub duration_us: Micros,
    /// Cells in the bank.
    pub cells: u64,
    /// Changes of LOAD.
    pub load_changes: u32,
    /// Changes of CHARGER.
    pub charger_changes: u32,
    /// Changes of PRE-ALARM.
    pub pre_alarm_changes: u32,
    /// Changes of LOAD or CHARGER for a protection cause.
    pub protection_changes: u32,
    /// Decisions on the 100 ms grid.
    pub decisions_total: u64,
    /// Decisions that were executed.
    pub decisions_executed: u64,
    /// Frames that the core received.
    pub frames_executed: u64,
    /// Steps of the plant.
    pub plant_steps: u64,
    /// Smallest time from PRE-ALARM High (with LOAD High) to a UV cut, µs (PRE-2).
    pub pre_lead_us_min: Option<Micros>,
    /// Largest time from "UV hold and 30 s met" by the reports that had arrived to LOAD Floating, µs (UV-1).
    pub uv_latency_us_max: Option<Micros>,
    /// Largest time from "UV hold and 30 s met" by the true cell voltages to LOAD Floating, µs; negative when the measuring
    /// channel read low and LOAD floated before (UV-1).
    pub uv_delay_us_max: Option<i64>,
    /// Charge balance error relative to the charge moved.
    pub balance_error: f64,
    /// Lowest true cell voltage, V.
    pub cell_v_min: f64,
    /// Highest true cell voltage, V.
    pub cell_v_max: f64,
    /// Lowest true battery temperature, °C.
    pub temperature_c_min: f64,
    /// Highest true battery temperature, °C.
    pub temperature_c_max: f64,
    /// Lowest true state of charge of a cell, 0 to 1.
    pub soc_min: f64,
    /// Highest true state of charge of a cell, 0 to 1.
    pub soc_max: f64,
    /// Largest difference between string currents, A.
    pub string_spread_a_max: f64,
    /// 128-bit digest of the decision record.
    pub digest: String,
    /// What the oracle says, property by property.
    pub properties: Vec<PropertyRecord>,
    /// How often each cause was set, by id and name.
    pub causes: BTreeMap<String, u32>,
}

impl RunRecord {
    /// The row of a finished run.
    pub fn of(run: &RunResult) -> Self {
        let properties: Vec<_> = run.verdicts.properties.iter().map(property).collect();
        let failures = run.failures();
        let violated = properties.iter().any(|property| property.status == Status::Failed);
        let balanced = run.balance_error.abs() <= BALANCE_ERROR_ALLOWED; // false for NaN
        let outcome = match (violated || !balanced, failures.is_empty()) {
            (true, _) => Outcome::Failed,
            (false, false) => Outcome::NotReached,
            (false, true) => Outcome::Passed,
        };
        Self {
            scenario: run.scenario.clone(),
            seed: run.seed,
            outcome,
            failures,
            duration_us: run.duration_us,
            cells: run.cells as u64,
            load_changes: run.outputs.load_changes,
            charger_changes: run.outputs.charger_changes,
            pre_alarm_changes: run.outputs.pre_alarm_changes,
            protection_changes: run.outputs.protection_changes,
            decisions_total: run.cost.decisions_total,
            decisions_executed: run.cost.decisions_executed,
            frames_executed: run.cost.frames_executed,
            plant_steps: run.cost.plant_steps,
            pre_lead_us_min: run.verdicts.pre_lead_us_min,
            uv_latency_us_max: run.uv_latency_us_max,
            uv_delay_us_max: run.verdicts.uv_delay_us_max,
            balance_error: run.balance_error,
            cell_v_min: run.extremes.cell_v_min,
            cell_v_max: run.extremes.cell_v_max,
            temperature_c_min: run.extremes.temperature_c_min,
            temperature_c_max: run.extremes.temperature_c_max,
            soc_min: run.extremes.soc_min,
            soc_max: run.extremes.soc_max,
            string_spread_a_max: run.extremes.string_spread_a_max,
            digest: run.digest.clone(),
            properties,
            causes: run.causes.clone(),
        }
    }

    /// Plants a failed property: the canary that shows that a failure is reported.
    pub fn plant_failure(&mut self) {
        let text = "canary: this failure was planted on purpose".to_owned();
        self.outcome = Outcome::Failed;
        self.failures.push(text.clone());
        if let Some(property) = self.properties.first_mut() {
            property.status = Status::Failed;
            property.violation = Some((0, text));
        }
    }

    /// Executed decisions, 0 to 1 of all.
    pub fn executed_share(&self) -> f64 {
        self.decisions_executed as f64 / (self.decisions_total.max(1)) as f64
    }
}

fn property(verdict: &oracle::Verdict) -> PropertyRecord {
    PropertyRecord {
        property: verdict.property.name().to_owned(),
        rules: verdict.rules.iter().map(|&rule| rule.to_owned()).collect(),
        status: match verdict.status {
            oracle::Status::Passed => Status::Passed,
            oracle::Status::NotReached => Status::NotReached,
            oracle::Status::Failed => Status::Failed,
        },
        reached: verdict.reached,
        margin: verdict.margin.map(|margin| Margin {
            value: margin.value,
            unit: margin.unit.to_owned(),
            to: margin.to.to_owned(),
        }),
        fragile: verdict.fragile,
        violation: verdict.first_violation.as_ref().map(|violation| (violation.time_us, violation.text.clone())),
    }
}

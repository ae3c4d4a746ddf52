//! What one scenario and seed gave: the record that tables, plots and reports are made of.

use ngbank_models::time::Micros;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::energy::EnergyByPath;
use crate::oracle::Verdicts;

/// Largest charge balance error of a good run, relative to port throughput.
pub const BALANCE_MAX: f64 = 1e-9;

/// Result of one scenario and seed.
#[derive(Clone, Debug, Serialize)]
pub struct RunResult {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed that drew it.
    pub seed: u64,
    /// Simulated time, µs.
    pub duration_us: Micros,
    /// Cells in the bank.
    pub cells: usize,
    /// 128-bit digest of the decision record, lower-case hexadecimal.
    pub digest: String,
    /// What the oracle says.
    pub verdicts: Verdicts,
    /// Largest latency of an under-voltage cut, µs: from hold and 30 s met in the reports that had arrived (UV-1,
    /// PRE-2) to LOAD Floating.
    pub uv_latency_us_max: Option<Micros>,
    /// What the run cost.
    pub cost: Cost,
    /// What the outputs did.
    pub outputs: OutputCounts,
    /// How often each cause was set, by id and name (`OUT-2 cell UV`).
    pub causes: BTreeMap<String, u32>,
    /// Extremes of the true plant.
    pub extremes: Extremes,
    /// Energy and charge by device, in the order of the installation.
    pub devices: Vec<DeviceAccount>,
    /// Energy by path, and what the cells kept of it.
    pub energy: EnergyByPath,
    /// Charge balance error relative to port throughput ([`ngbank_models::plant::Accounts::balance_error`]).
    pub balance_error: f64,
    /// What the scenario promises to reach and this run did not, one sentence each.
    pub unmet: Vec<String>,
    /// Ids of the rules that the run has exercised, sorted ([`crate::reach`]).
    pub reached: Vec<&'static str>,
    /// Everything that happened, in time order.
    pub events: Vec<Event>,
    /// Samples for plots, when asked for.
    #[serde(skip)]
    pub trace: Vec<TracePoint>,
}

impl RunResult {
    /// True when no property failed, the charge balance holds and every expectation was reached.
    pub fn passed(&self) -> bool {
        self.failures().is_empty()
    }

    /// Every reason why this run is red, one sentence each.
    pub fn failures(&self) -> Vec<String> {
        let violated = self.verdicts.failed().map(|verdict| {
            let name = verdict.property.name();
            match &verdict.first_violation {
                Some(violation) => format!("{name} at {} µs: {}", violation.time_us, violation.text),
                None => format!("{name} failed"),
            }
        });
        let balance = (self.balance_error > BALANCE_MAX)
            .then(|| format!("charge balance off by {:e} of the charge moved", self.balance_error));
        violated.chain(balance).chain(self.unmet.iter().cloned()).collect()
    }
}

/// What the run cost; never part of the digest.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Cost {
    /// Decisions on the 100 ms grid.
    pub decisions_total: u64,
    /// Decisions that were executed; the others were jumped over.
    pub decisions_executed: u64,
    /// Frames that the core received.
    pub frames_executed: u64,
    /// Steps of the plant.
    pub plant_steps: u64,
    /// The shortest of them that ended only because the error control wanted no longer one, µs.
    #[serde(skip)]
    pub free_step_us_min: Option<Micros>,
}

/// What the outputs did.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct OutputCounts {
    /// Changes of LOAD.
    pub load_changes: u32,
    /// Changes of CHARGER.
    pub charger_changes: u32,
    /// Changes of PRE-ALARM.
    pub pre_alarm_changes: u32,
    /// Changes of LOAD or CHARGER to or from Floating for a protection cause (start-up and remote not counted).
    pub protection_changes: u32,
}

/// Extremes of the true plant.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Extremes {
    /// Lowest true cell voltage, V.
    pub cell_v_min: f64,
    /// Highest true cell voltage, V.
    pub cell_v_max: f64,
    /// Lowest true battery temperature, °C.
    pub temperature_c_min: f64,
    /// Highest true battery temperature, °C.
    pub temperature_c_max: f64,
    /// Largest difference between true battery temperatures at one instant, K.
    pub temperature_spread_k_max: f64,
    /// Lowest true state of charge of a cell, 0 to 1.
    pub soc_min: f64,
    /// Highest true state of charge of a cell, 0 to 1.
    pub soc_max: f64,
    /// Largest difference between string currents, A.
    pub string_spread_a_max: f64,
}

/// Energy and charge through one device.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceAccount {
    /// Name in the scenario.
    pub name: String,
    /// Energy into the bank, Wh (loads negative).
    pub energy_wh: f64,
    /// Charge into the bank, Ah (loads negative).
    pub charge_ah: f64,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Event {
    /// When, µs.
    pub time_us: Micros,
    /// Of what kind.
    pub kind: EventKind,
    /// For people: what, where, since when.
    pub text: String,
}

/// Kinds of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EventKind {
    /// LOAD, CHARGER or PRE-ALARM changed.
    Pins,
    /// A cause was set or cleared.
    Cause,
    /// An LED or the error number changed.
    Display,
    /// A device switched, changed stage or gave up, or a string fuse has blown.
    Device,
    /// A fault of the scenario began or ended.
    Fault,
    /// The oracle objects.
    Violation,
}

/// One row of the trace: the whole bank at one instant.
#[derive(Clone, Debug, Serialize)]
pub struct TracePoint {
    /// When, µs.
    pub time_us: Micros,
    /// Voltage at the bank's terminals, V.
    pub bus_v: f64,
    /// Current into the bank, A (positive charges).
    pub bank_a: f64,
    /// Lowest and highest true cell voltage, V.
    pub cell_v_min: f64,
    /// Highest true cell voltage, V.
    pub cell_v_max: f64,
    /// Lowest string current, A.
    pub string_a_min: f64,
    /// Highest string current, A.
    pub string_a_max: f64,
    /// Lowest true state of charge of a cell.
    pub soc_min: f64,
    /// Mean true state of charge.
    pub soc_mean: f64,
    /// Highest true state of charge of a cell.
    pub soc_max: f64,
    /// Coldest battery, °C.
    pub temperature_c_min: f64,
    /// Hottest battery, °C.
    pub temperature_c_max: f64,
    /// LOAD is High.
    pub load: bool,
    /// CHARGER is High.
    pub charger: bool,
    /// PRE-ALARM is High, or intermittent, in both phases (PRE-5).
    pub pre_alarm: bool,
    /// Ids of the causes that hold on any output, separated by spaces (`OUT-1 OUT-2`).
    pub causes: String,
}

impl TracePoint {
    /// A point that has seen no battery yet: sums are 0, extremes are infinite.
    pub(crate) fn empty(time_us: Micros) -> Self {
        Self {
            time_us,
            bus_v: 0.0,
            bank_a: 0.0,
            cell_v_min: f64::INFINITY,
            cell_v_max: f64::NEG_INFINITY,
            string_a_min: f64::INFINITY,
            string_a_max: f64::NEG_INFINITY,
            soc_min: f64::INFINITY,
            soc_mean: 0.0,
            soc_max: f64::NEG_INFINITY,
            temperature_c_min: f64::INFINITY,
            temperature_c_max: f64::NEG_INFINITY,
            load: false,
            charger: false,
            pre_alarm: false,
            causes: String::new(),
        }
    }
}

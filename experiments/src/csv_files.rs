//! Result tables as CSV: one header line, unit in the column name, most significant word first.

use ngbank_sim::energy::EnergyByPath;
use ngbank_sim::result::{Event, TracePoint};

use crate::{
    format::clock,
    record::{Outcome, PropertyRecord, RunRecord, Status},
};

/// `scenarios.csv`: one row per run. After the fixed columns come status and margin of each property.
///
/// # Errors
/// Never for records of one campaign; the writer is fallible.
pub fn scenarios(records: &[RunRecord]) -> csv::Result<Vec<u8>> {
    let properties: &[PropertyRecord] = records.first().map_or(&[], |run| &run.properties);
    let mut header: Vec<String> = RUN_COLUMNS.iter().map(|column| column.0.to_owned()).collect();
    for property in properties {
        let name = property.property.to_lowercase();
        header.extend([format!("{name}_status"), format!("{name}_margin"), format!("{name}_margin_unit")]);
    }
    header.push("failures".to_owned());
    let mut table = Table::new(&header)?;
    for run in records {
        let mut row: Vec<String> = RUN_COLUMNS.iter().map(|column| column.1(run)).collect();
        for property in properties {
            let own = run.properties.iter().find(|own| own.property == property.property);
            let margin = own.and_then(|own| own.margin.as_ref());
            row.push(own.map_or("", |own| status(own.status)).to_owned());
            row.push(margin.map(|margin| margin.value.to_string()).unwrap_or_default());
            row.push(margin.map(|margin| margin.unit.clone()).unwrap_or_default());
        }
        row.push(run.failures.join("; "));
        table.row(&row)?;
    }
    table.finish()
}

/// A column: its name and its value for a run.
type Column = (&'static str, fn(&RunRecord) -> String);

const RUN_COLUMNS: &[Column] = &[
    ("scenario", |run| run.scenario.clone()),
    ("seed", |run| run.seed.to_string()),
    ("outcome", |run| outcome(run.outcome).to_owned()),
    ("duration_s", |run| seconds(run.duration_us)),
    ("cells", |run| run.cells.to_string()),
    ("changes_load", |run| run.load_changes.to_string()),
    ("changes_charger", |run| run.charger_changes.to_string()),
    ("changes_pre_alarm", |run| run.pre_alarm_changes.to_string()),
    ("changes_protection", |run| run.protection_changes.to_string()),
    ("decisions_total", |run| run.decisions_total.to_string()),
    ("decisions_executed", |run| run.decisions_executed.to_string()),
    ("frames_executed", |run| run.frames_executed.to_string()),
    ("plant_steps", |run| run.plant_steps.to_string()),
    ("pre_lead_s_min", |run| run.pre_lead_us_min.map(seconds).unwrap_or_default()),
    ("uv_latency_s_max", |run| run.uv_latency_us_max.map(seconds).unwrap_or_default()),
    ("uv_delay_s_max", |run| run.uv_delay_us_max.map(signed_seconds).unwrap_or_default()),
    ("cell_v_min", |run| run.cell_v_min.to_string()),
    ("cell_v_max", |run| run.cell_v_max.to_string()),
    ("temperature_c_min", |run| run.temperature_c_min.to_string()),
    ("temperature_c_max", |run| run.temperature_c_max.to_string()),
    ("soc_min", |run| run.soc_min.to_string()),
    ("soc_max", |run| run.soc_max.to_string()),
    ("string_spread_a_max", |run| run.string_spread_a_max.to_string()),
    ("balance_error_relative", |run| format!("{:e}", run.balance_error)),
    ("digest", |run| run.digest.clone()),
];

/// `energy.csv`: energy by path, into the bank positive.
///
/// # Errors
/// Never in practice; the writer is fallible.
pub fn energy(energy: &EnergyByPath) -> csv::Result<Vec<u8>> {
    let mut table = Table::new(&["path", "energy_wh"])?;
    for (path, wh) in energy.rows() {
        table.row(&[path.to_owned(), wh.to_string()])?;
    }
    table.finish()
}

/// `trace.csv`: the bank over time.
///
/// # Errors
/// Never in practice; the writer is fallible.
pub fn trace(points: &[TracePoint]) -> csv::Result<Vec<u8>> {
    let mut table = Table::new(&[
        "time_s",
        "bus_v",
        "bank_a",
        "cell_v_min",
        "cell_v_max",
        "string_a_min",
        "string_a_max",
        "soc_min",
        "soc_mean",
        "soc_max",
        "temperature_c_min",
        "temperature_c_max",
        "load_high",
        "charger_high",
        "pre_alarm_high",
        "causes",
    ])?;
    let flag = |high: bool| if high { "1" } else { "0" }.to_owned();
    for point in points {
        table.row(&[
            seconds(point.time_us),
            point.bus_v.to_string(),
            point.bank_a.to_string(),
            point.cell_v_min.to_string(),
            point.cell_v_max.to_string(),
            point.string_a_min.to_string(),
            point.string_a_max.to_string(),
            point.soc_min.to_string(),
            point.soc_mean.to_string(),
            point.soc_max.to_string(),
            point.temperature_c_min.to_string(),
            point.temperature_c_max.to_string(),
            flag(point.load),
            flag(point.charger),
            flag(point.pre_alarm),
            point.causes.clone(),
        ])?;
    }
    table.finish()
}

/// `events.csv`: everything that happened.
///
/// # Errors
/// Never in practice; the writer is fallible.
pub fn events(events: &[Event]) -> csv::Result<Vec<u8>> {
    let mut table = Table::new(&["time_s", "clock", "kind", "text"])?;
    for event in events {
        table.row(&[seconds(event.time_us), clock(event.time_us), kind(event), event.text.clone()])?;
    }
    table.finish()
}

/// The kind of an event as one word.
pub(crate) fn kind(event: &Event) -> String {
    format!("{:?}", event.kind).to_lowercase()
}

/// An outcome as one word.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::NotReached => "not-reached",
        Outcome::Failed => "failed",
    }
}

/// A status as one word.
pub(crate) fn status(status: Status) -> &'static str {
    match status {
        Status::Passed => "passed",
        Status::NotReached => "not-reached",
        Status::Failed => "failed",
    }
}

/// Exact seconds of integer microseconds.
fn seconds(time_us: u64) -> String {
    let text = format!("{}.{:06}", time_us / 1_000_000, time_us % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The same with a sign.
fn signed_seconds(time_us: i64) -> String {
    let sign = if time_us < 0 { "-" } else { "" };
    format!("{sign}{}", seconds(time_us.unsigned_abs()))
}

/// A CSV writer into memory.
struct Table(csv::Writer<Vec<u8>>);

impl Table {
    fn new<T: AsRef<[u8]>>(header: &[T]) -> csv::Result<Self> {
        let mut table = Self(csv::Writer::from_writer(Vec::new()));
        table.0.write_record(header)?;
        Ok(table)
    }

    fn row(&mut self, row: &[String]) -> csv::Result<()> {
        self.0.write_record(row)
    }

    fn finish(self) -> csv::Result<Vec<u8>> {
        self.0.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
    }
}

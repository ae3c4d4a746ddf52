//! Tables on the terminal.

use comfy_table::{Cell, CellAlignment, Table, presets};
use ngbank_models::validation::{Check, Verdict};
use ngbank_sim::{energy::EnergyByPath, result::Event};

use crate::{
    csv_files::{kind, outcome, status},
    format::{clock, quantity, range, seconds, small},
    record::{Margin, Outcome, RunRecord},
    summary::{Extreme, NamedMargin, Summary},
};

/// Red runs that the terminal names; the report has all.
const FAILURES_SHOWN: usize = 20;

/// An empty table with these columns.
pub fn new(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(columns);
    table
}

/// A campaign: per scenario, per property, and in total.
pub fn print_summary(summary: &Summary) {
    outln!("{}", scenarios(summary));
    outln!("{}", properties(summary));
    outln!();
    for (name, value) in totals(summary) {
        outln!("{name:<62} {value}");
    }
    for failure in summary.failures.iter().take(FAILURES_SHOWN) {
        let reasons = failure.reasons.join("; ");
        outln!("{} {} seed {}: {reasons}", outcome(failure.outcome), failure.scenario, failure.seed);
    }
    let more = summary.failures.len().saturating_sub(FAILURES_SHOWN);
    if more > 0 {
        outln!("… and {more} more, see the report");
    }
}

/// What a campaign says in total: name and value, in the order of terminal and report.
pub fn totals(summary: &Summary) -> Vec<(&'static str, String)> {
    let extreme = |extreme: &Option<Extreme>| match extreme {
        Some(e) => format!("{} ({}, seed {})", seconds(e.value_us), e.scenario, e.seed),
        None => "never reached".to_owned(),
    };
    let never = &summary.causes_never_set;
    vec![
        (
            "Result",
            format!(
                "{}: {} runs, {} passed, {} failed, {} did not reach what they promise",
                match summary.outcome() {
                    Outcome::Passed => "GREEN",
                    Outcome::NotReached => "NOT REACHED",
                    Outcome::Failed => "RED",
                },
                summary.runs,
                summary.runs_passed,
                summary.runs_failed,
                summary.runs_not_reached
            ),
        ),
        ("PRE-2: smallest lead, both pins High to UV cut (asked: ≥ 30 s)", extreme(&summary.pre_lead_min)),
        ("UV-1: largest delay, UV hold and 30 s met to LOAD Floating", extreme(&summary.uv_latency_max)),
        ("      the same by the true voltage: with the channel's error", extreme(&summary.uv_delay_max)),
        (
            "Runs of a full day of 400 cells",
            format!(
                "{} of {}; {} of them with ≥ 2 protection changes",
                summary.runs_full_day_400_cells, summary.runs, summary.runs_full_day_400_cells_with_two_changes
            ),
        ),
        (
            "Scenarios with ≥ 2 protection changes in every run",
            format!("{} of {}", summary.scenarios_with_two_changes, summary.scenarios.len()),
        ),
        (
            "Largest charge balance error, relative to the charge moved",
            format!("{:.1e} (allowed 1e-9)", summary.balance_error_max),
        ),
        ("Causes never reached", if never.is_empty() { "none".to_owned() } else { never.join(", ") }),
        ("Campaign digest", summary.digest.clone()),
    ]
}

/// One run: its verdicts.
pub fn print_run(run: &RunRecord) {
    let mut table = new(&["Property", "Rules", "Verdict", "Exercised", "Smallest margin", "First violation"]);
    for property in &run.properties {
        let violation = property.violation.as_ref();
        table.add_row([
            Cell::new(&property.property),
            Cell::new(property.rules.join(" ")),
            Cell::new(status(property.status)),
            right(property.reached),
            right(margin(property.margin.as_ref(), property.fragile)),
            Cell::new(violation.map(|(t, text)| format!("{} {text}", clock(*t))).unwrap_or_default()),
        ]);
    }
    outln!("\n{table}\n");
    outln!(
        "{}: LOAD changed {} ×, CHARGER {} ×, PRE-ALARM {} ×; {} for a protection cause",
        outcome(run.outcome),
        run.load_changes,
        run.charger_changes,
        run.pre_alarm_changes,
        run.protection_changes
    );
    outln!(
        "executed {} of {} decisions ({:.2} %), {} plant steps, balance error {:.1e}",
        run.decisions_executed,
        run.decisions_total,
        100.0 * run.executed_share(),
        run.plant_steps,
        run.balance_error
    );
    for reason in &run.failures {
        outln!("red: {reason}");
    }
}

/// Columns of the checks of a validation.
pub const CHECK_COLUMNS: [&str; 5] = ["Case", "Quantity", "Figure", "Limit", "Verdict"];

/// One check in these columns.
pub fn check_row(check: &Check) -> [String; 5] {
    let (figure, limit) = if check.figure.is_nan() && check.limit.is_nan() {
        (String::new(), String::new())
    } else {
        (small(check.figure, check.unit), small(check.limit, check.unit))
    };
    let verdict = match &check.verdict {
        Verdict::Ok => "ok".to_owned(),
        Verdict::Failed => "FAILED".to_owned(),
        Verdict::Skipped(why) => format!("skipped, {why}"),
    };
    [check.case.clone(), check.quantity.clone(), figure, limit, verdict]
}

/// The checks of a validation.
pub fn checks(checks: &[Check]) -> Table {
    let mut table = new(&CHECK_COLUMNS);
    for check in checks {
        let [case, quantity, figure, limit, verdict] = check_row(check);
        table.add_row([Cell::new(case), Cell::new(quantity), right(figure), right(limit), Cell::new(verdict)]);
    }
    table
}

/// The same as CSV, with every digit.
///
/// # Errors
/// When it cannot be written.
pub fn checks_csv(checks: &[Check]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["case", "quantity", "figure", "limit", "unit", "verdict"])?;
    for check in checks {
        let [case, quantity, _, _, verdict] = check_row(check);
        let number = |value: f64| if value.is_nan() { String::new() } else { format!("{value:e}") };
        writer.write_record([case, quantity, number(check.figure), number(check.limit), check.unit.into(), verdict])?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// Energy by path.
pub fn energy(energy: &EnergyByPath) -> Table {
    let mut table = new(&["Energy at the bank", "Wh"]);
    for (path, wh) in energy.rows() {
        table.add_row([Cell::new(path), right(format!("{wh:.1}"))]);
    }
    table
}

/// Events, one per line.
pub fn print_events(events: &[Event]) {
    for event in events {
        outln!("{}  {:<9}  {}", clock(event.time_us), kind(event), event.text);
    }
}

/// The three smallest margins of a scenario, as in `PRE 0.100 s, UV 1.100 s`.
pub fn margins(margins: &[NamedMargin]) -> String {
    let texts: Vec<_> = margins
        .iter()
        .take(3)
        .map(|named| format!("{} {}", named.property, quantity(named.margin.value, &named.margin.unit)))
        .collect();
    texts.join(", ")
}

/// A margin with its unit, marked if fragile.
pub fn margin(margin: Option<&Margin>, fragile: bool) -> String {
    let text = margin.map(|margin| quantity(margin.value, &margin.unit)).unwrap_or_default();
    if fragile { format!("{text} (fragile)") } else { text }
}

/// Lowest and highest voltage, V.
pub fn volts((lowest, highest): (f64, f64)) -> String {
    format!("{lowest:.3} – {highest:.3}")
}

fn scenarios(summary: &Summary) -> Table {
    let mut table = new(&[
        "Scenario",
        "Runs",
        "Passed",
        "LOAD\nchanges",
        "CHARGER\nchanges",
        "Protection\nchanges",
        "True cells\n[V]",
        "Days ×\ncells",
        "Decisions\nexecuted",
        "Smallest margins",
    ]);
    for row in &summary.scenarios {
        let changes = |(lowest, highest)| right(range(lowest, highest));
        table.add_row([
            Cell::new(&row.scenario),
            right(row.runs),
            right(row.runs_passed),
            changes(row.load_changes),
            changes(row.charger_changes),
            changes(row.protection_changes),
            right(volts(row.cell_v)),
            right(format!("{:.0}", row.cell_days)),
            right(format!("{:.2} %", row.decisions_executed_percent)),
            Cell::new(margins(&row.margins_min)),
        ]);
    }
    table
}

fn properties(summary: &Summary) -> Table {
    let mut table =
        new(&["Property", "Rules", "Runs\nreached", "Passed", "Failed", "Fragile", "Smallest margin", "In run"]);
    for row in &summary.properties {
        let run = row.margin_min_run.as_ref();
        table.add_row([
            Cell::new(&row.property),
            Cell::new(row.rules.join(" ")),
            right(row.runs_reached),
            right(row.runs_passed),
            right(row.runs_failed),
            right(row.runs_fragile),
            right(margin(row.margin_min.as_ref(), false)),
            Cell::new(run.map(|(scenario, seed)| format!("{scenario}, seed {seed}")).unwrap_or_default()),
        ]);
    }
    table
}

fn right(value: impl ToString) -> Cell {
    Cell::new(value).set_alignment(CellAlignment::Right)
}

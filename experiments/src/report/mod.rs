//! The HTML report of a campaign: one file that needs nothing else.

mod assumed;
mod html;
mod validation;

use ngbank_sim::{result::RunResult, scenario::Resolved};

use crate::{
    csv_files::{outcome, status},
    format::{quantity, range, seconds_f64},
    plots::{Histogram, Level, PlotError, Timeline, TraceFigure, svg},
    record::{Outcome, RunRecord, Status},
    summary::Summary,
    table::{margin, margins, totals, volts},
};
use html::{Page, escape};
pub use validation::validation;

/// The thresholds of a scenario that belong into its plot of cell voltages.
pub fn levels(resolved: &Resolved) -> Vec<Level> {
    let settings = &resolved.settings;
    let level = |rule: &str, millivolts: i32| {
        let volts = f64::from(millivolts) / 1000.0;
        Level { label: format!("{rule} {volts:.2} V"), volts }
    };
    vec![
        level("OV-1 set", settings.over_voltage_mv),
        level("OV-2 clear", settings.over_voltage_clear_mv),
        level("UV-2 clear", settings.under_voltage_clear_mv),
        level("PRE-1 set", settings.pre_alarm_mv),
        level("UV-1 set", settings.under_voltage_mv),
    ]
}

/// The report of a campaign; `replays` are the runs whose traces are plotted.
///
/// # Errors
/// When a plot cannot be drawn.
pub fn html(summary: &Summary, records: &[RunRecord], replays: &[(Resolved, RunResult)]) -> Result<String, PlotError> {
    let mut page = Page::new("ngbank – campaign report");
    verdict(&mut page, summary);
    scenarios(&mut page, summary);
    properties(&mut page, summary);
    causes(&mut page, summary);
    failures(&mut page, summary);
    timing_plots(&mut page, records)?;
    margin_plots(&mut page, summary, records)?;
    energies(&mut page, replays);
    traces(&mut page, replays)?;
    assumed::section(&mut page, replays);
    Ok(page.finish())
}

fn verdict(page: &mut Page, summary: &Summary) {
    let class = match summary.outcome() {
        Outcome::Passed => "good",
        Outcome::NotReached => "unsure",
        Outcome::Failed => "bad",
    };
    page.paragraph(
        "The firmware core of a battery management system was driven by a simulated bank with one-minute household loads and measured-climate sun and air \
         data. An oracle that knows nothing of the core's insides judged every run from the true cell voltages and the output \
         pins. Values marked <b>assumed</b> below are not the manufacturer's.",
    );
    let rows: Vec<_> = totals(summary)
        .into_iter()
        .enumerate()
        .map(|(k, (name, value))| {
            let value = escape(&value);
            let value = if k == 0 { format!("<span class=\"{class}\">{value}</span>") } else { value };
            vec![escape(name), value]
        })
        .collect();
    page.table(&["Quantity", "Value"], &rows);
    page.paragraph(&format!(
        "Seeds {} to {}, program version {}. Lead and delay are measured on the simulation's clock at the output pins.",
        summary.seed_first,
        summary.seed_first + summary.seeds - 1,
        summary.version
    ));
}

fn scenarios(page: &mut Page, summary: &Summary) {
    page.heading("Scenarios");
    let rows: Vec<_> = summary
        .scenarios
        .iter()
        .map(|row| {
            let changes = |(lowest, highest)| range(lowest, highest);
            vec![
                escape(&row.scenario),
                row.runs.to_string(),
                row.runs_passed.to_string(),
                changes(row.load_changes),
                changes(row.charger_changes),
                changes(row.protection_changes),
                volts(row.cell_v),
                format!("{:.0}", row.cell_days),
                format!("{:.2}", row.decisions_executed_percent),
                escape(&margins(&row.margins_min)),
            ]
        })
        .collect();
    page.table(
        &[
            "Scenario",
            "Runs",
            "Passed",
            "LOAD changes",
            "CHARGER changes",
            "Protection changes",
            "True cells [V]",
            "Days × cells",
            "Decisions executed [%]",
            "Smallest margins",
        ],
        &rows,
    );
}

fn properties(page: &mut Page, summary: &Summary) {
    page.heading("Properties");
    let rows: Vec<_> = summary
        .properties
        .iter()
        .map(|row| {
            let run = row.margin_min_run.as_ref();
            vec![
                escape(&row.property),
                escape(&row.rules.join(" ")),
                row.runs_reached.to_string(),
                row.runs_passed.to_string(),
                row.runs_failed.to_string(),
                row.runs_fragile.to_string(),
                escape(&margin(row.margin_min.as_ref(), false)),
                run.map(|(scenario, seed)| escape(&format!("{scenario}, seed {seed}"))).unwrap_or_default(),
            ]
        })
        .collect();
    page.table(
        &["Property", "Rules", "Runs reached", "Passed", "Failed", "Fragile", "Smallest margin", "In run"],
        &rows,
    );
    page.paragraph("Fragile: the margin is below ten times the local error of the plant.");
}

fn causes(page: &mut Page, summary: &Summary) {
    page.heading("Causes of the protection table");
    let rows: Vec<_> = summary
        .causes_runs
        .iter()
        .map(|(cause, runs)| {
            let mark = if *runs == 0 { "<span class=\"unsure\">never reached</span>" } else { "reached" };
            vec![escape(cause), runs.to_string(), mark.to_owned()]
        })
        .collect();
    page.table(&["Cause", "Runs that set it", "Mark"], &rows);
}

fn failures(page: &mut Page, summary: &Summary) {
    if summary.failures.is_empty() {
        return;
    }
    page.heading("Red runs");
    let rows: Vec<_> = summary
        .failures
        .iter()
        .map(|failure| {
            vec![
                escape(&failure.scenario),
                failure.seed.to_string(),
                outcome(failure.outcome).to_owned(),
                escape(&failure.reasons.join("; ")),
            ]
        })
        .collect();
    page.table(&["Scenario", "Seed", "Outcome", "Reasons"], &rows);
}

fn timing_plots(page: &mut Page, records: &[RunRecord]) -> Result<(), PlotError> {
    page.heading("Timing of under-voltage cuts");
    let figures = [
        Histogram {
            title: "PRE-2: both pins High until the UV cut, smallest per run".into(),
            axis: "Lead [s]".into(),
            label: "runs with a UV cut".into(),
            values: records
                .iter()
                .filter_map(|run| run.pre_lead_us_min)
                .map(|us| seconds_f64(us.cast_signed()))
                .collect(),
            limit: Some(("asked: ≥ 30.000 s".into(), 30.0)),
        },
        Histogram {
            title: "UV-1: hold and 30 s met in the reports until LOAD Floating, largest per run".into(),
            axis: "Delay [s]".into(),
            label: "runs with a UV cut".into(),
            values: records
                .iter()
                .filter_map(|run| run.uv_latency_us_max)
                .map(|us| seconds_f64(us.cast_signed()))
                .collect(),
            limit: None,
        },
        Histogram {
            title: "UV-1: the same by the true voltage, largest per run".into(),
            axis: "Delay [s], channel error included; negative: the channel read low".into(),
            label: "runs with a UV cut of a cell truly below".into(),
            values: records.iter().filter_map(|run| run.uv_delay_us_max).map(seconds_f64).collect(),
            limit: None,
        },
    ];
    figures.iter().filter(|figure| !figure.values.is_empty()).try_for_each(|figure| {
        page.figure(&svg(figure)?);
        Ok(())
    })
}

fn margin_plots(page: &mut Page, summary: &Summary, records: &[RunRecord]) -> Result<(), PlotError> {
    page.heading("Margins: how far each property stayed from violation");
    for property in &summary.properties {
        let Some(unit) = property.margin_min.as_ref().map(|margin| margin.unit.as_str()) else {
            continue;
        };
        let values = records
            .iter()
            .flat_map(|run| &run.properties)
            .filter(|own| own.property == property.property)
            .filter_map(|own| own.margin.as_ref())
            .filter(|margin| margin.unit == unit)
            .map(|margin| margin.value)
            .collect();
        page.figure(&svg(&Histogram {
            title: format!("{} ({})", property.property, property.rules.join(" ")),
            axis: format!("Smallest margin of the run [{unit}]"),
            label: format!("runs, {}", status(Status::Passed)),
            values,
            limit: Some((format!("violated below {}", quantity(0.0, unit)), 0.0)),
        })?);
    }
    Ok(())
}

/// Where the energy of the plotted runs came from and where it went.
fn energies(page: &mut Page, replays: &[(Resolved, RunResult)]) {
    let Some((_, first)) = replays.first() else { return };
    page.heading("Energy by path");
    page.paragraph(
        "Wh at the bank's terminals over one run of each scenario; what goes into the bank is positive. Stored is what the \
         cells hold more than at the start. Left over is the heat of links, cables and fuses, and the error of the books.",
    );
    let paths = first.energy.rows().map(|(path, _)| path);
    let columns: Vec<&str> = ["Scenario", "Seed"].into_iter().chain(paths).collect();
    let row = |(resolved, run): &(Resolved, RunResult)| {
        let figures = run.energy.rows().map(|(_, wh)| format!("{wh:.1}"));
        [escape(&resolved.name), resolved.seed.to_string()].into_iter().chain(figures).collect()
    };
    page.table(&columns, &replays.iter().map(row).collect::<Vec<_>>());
}

fn traces(page: &mut Page, replays: &[(Resolved, RunResult)]) -> Result<(), PlotError> {
    page.heading("Outputs over time");
    page.figure(&svg(&Timeline::new(replays.iter().map(|(_, run)| run)))?);
    page.heading("One run of each scenario");
    for (k, (resolved, run)) in replays.iter().enumerate() {
        let title = format!("{} – seed {}", resolved.title, resolved.seed);
        let levels = levels(resolved);
        let figure = svg(&TraceFigure::new(&title, run, &levels))?;
        page.details(&format!("{}: {title}", resolved.name), &resolved.lesson, &figure, k == 0);
    }
    Ok(())
}

//! How the cost of a run grows with cells and with time: `growth [FOLDER]`.
//!
//! Prints a table with the exponent of a straight line through the logarithms, and writes it as `growth.csv` with its plot
//! `growth.svg` into the folder. Every run has the firmware in the loop, full physics and the default tolerance, on one core.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use ngbank_benches::days::{DAYS, GROWTH};
use ngbank_benches::least_seconds;
use ngbank_benches::plot::{Growth, svg};
use ngbank_models::time::{HOUR, Micros};
use ngbank_sim::engine::{Options, run};
use ngbank_sim::scenario::Resolved;

const BATTERIES: [usize; 7] = [5, 8, 12, 20, 30, 40, 50];
const HOURS: [Micros; 7] = [1, 6, 24, 7 * 24, 28 * 24, 91 * 24, 365 * 24];

/// How the cost of a run grows with cells and with time
#[derive(Parser)]
struct Arguments {
    /// Where `growth.csv` and `growth.svg` go; without it the table is only printed
    folder: Option<PathBuf>,
}

/// One row: what grows, its size, cost in ms, steps.
struct Row {
    size: f64,
    ms: f64,
    steps: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let by_cells: Vec<Row> = BATTERIES
        .iter()
        .map(|&batteries| timed(&[GROWTH[0].resolve_with(batteries)], (batteries * 8) as f64))
        .collect();
    let by_time: Vec<Row> = HOURS
        .iter()
        .map(|&hours| {
            // Hours differ: less than a day is the mean of all such parts of the day.
            let parts = (0..24).step_by(hours as usize);
            let parts: Vec<Resolved> = parts.map(|from| DAYS[0].resolve_from(from, hours * HOUR)).collect();
            timed(&parts, hours as f64)
        })
        .collect();
    let mut csv = String::from("grows,size,cost_ms,plant_steps\n");
    let mut panels = Vec::new();
    for (what, axis, title, rows) in
        [("cells", "cells", "24 h", &by_cells), ("hours", "simulated hours", "400 cells", &by_time)]
    {
        for row in rows {
            println!("{:>8} {axis}, {title}: {:10.3} ms, {:7} steps", row.size, row.ms, row.steps);
            // Writing to a string cannot fail.
            let _ = writeln!(csv, "{what},{},{},{}", row.size, row.ms, row.steps);
        }
        let points = rows.iter().map(|row| (row.size, row.ms)).collect();
        let growth = Growth { title: title.to_owned(), axis, points };
        println!("{what}: cost ~ size^{:.3}\n", growth.law().exponent);
        panels.push(growth);
    }
    let Some(folder) = arguments.folder else { return ExitCode::SUCCESS };
    match write(&folder, &csv, &panels) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("growth: {problem}");
            ExitCode::from(3)
        }
    }
}

fn write(folder: &Path, csv: &str, panels: &[Growth]) -> Result<(), String> {
    let plot = svg(panels)?;
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, text) in [("growth.csv", csv), ("growth.svg", plot.as_str())] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The mean of these runs.
fn timed(scenarios: &[Resolved], size: f64) -> Row {
    let mut steps = 0;
    let mut least = |times| {
        least_seconds(times, || {
            let cost = |scenario| run(scenario, &Options::default()).expect("the day can be played").cost;
            steps = scenarios.iter().map(|scenario| cost(scenario).plant_steps).sum();
        })
    };
    let once = least(1);
    // Short runs are repeated until they have lasted half a second.
    let again = least((0.5 / once).min(20.0) as u32);
    let count = scenarios.len() as u64;
    Row { size, ms: 1e3 * once.min(again) / count as f64, steps: steps / count }
}

//! How the cost of a run grows with cells and with time: `growth [FILE.csv]`.
//!
//! Prints a table with the exponent of a straight line through the logarithms, and writes the rows as CSV for a plot.
//! Every run has the firmware in the loop, full physics and the default tolerance, on one core.

use std::fmt::Write as _;
use std::process::ExitCode;

use ngbank_benches::days::{DAYS, GROWTH};
use ngbank_benches::least_seconds;
use ngbank_models::time::{HOUR, Micros};
use ngbank_sim::engine::{Options, run};
use ngbank_sim::scenario::Resolved;

const BATTERIES: [usize; 7] = [5, 8, 12, 20, 30, 40, 50];
const HOURS: [Micros; 7] = [1, 6, 24, 7 * 24, 28 * 24, 91 * 24, 365 * 24];

/// One row: what grows, its size, cost in ms, steps.
struct Row {
    size: f64,
    ms: f64,
    steps: u64,
}

fn main() -> ExitCode {
    let by_cells: Vec<Row> = BATTERIES
        .iter()
        .map(|&batteries| {
            let scenario = GROWTH[0].resolve_as(Some(batteries), 24 * HOUR);
            timed(&scenario, (batteries * 8) as f64)
        })
        .collect();
    let by_time: Vec<Row> =
        HOURS.iter().map(|&hours| timed(&DAYS[0].resolve_as(None, hours * HOUR), hours as f64)).collect();
    let mut csv = String::from("grows,size,cost_ms,plant_steps\n");
    for (what, unit, rows) in [("cells", "cells, 24 h", &by_cells), ("hours", "h, 400 cells", &by_time)] {
        for row in rows {
            println!("{:>8} {unit}: {:10.3} ms, {:7} steps", row.size, row.ms, row.steps);
            // Writing to a string cannot fail.
            let _ = writeln!(csv, "{what},{},{},{}", row.size, row.ms, row.steps);
        }
        println!("{what}: cost ~ size^{:.3}\n", exponent(rows));
    }
    if let Some(path) = std::env::args_os().nth(1)
        && let Err(error) = std::fs::write(&path, csv)
    {
        eprintln!("growth: {}: {error}", path.display());
        return ExitCode::from(3);
    }
    ExitCode::SUCCESS
}

fn timed(scenario: &Resolved, size: f64) -> Row {
    let mut steps = 0;
    let mut least = |times| {
        least_seconds(times, || {
            steps = run(scenario, &Options::default()).expect("the day can be played").cost.plant_steps
        })
    };
    let once = least(1);
    // Short runs are repeated until they have lasted half a second.
    let again = least((0.5 / once).min(20.0) as u32);
    Row { size, ms: 1e3 * once.min(again), steps }
}

/// Slope of the straight line through the logarithms.
fn exponent(rows: &[Row]) -> f64 {
    let points: Vec<(f64, f64)> = rows.iter().map(|row| (libm::log(row.size), libm::log(row.ms))).collect();
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |sum, point| (sum.0 + point.0 / n, sum.1 + point.1 / n));
    let (above, below) = points
        .iter()
        .fold((0.0, 0.0), |sum, point| (sum.0 + (point.0 - x) * (point.1 - y), sum.1 + (point.0 - x) * (point.0 - x)));
    above / below
}

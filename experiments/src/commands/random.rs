//! `ngbank random`: many short scenarios that nobody thought of.

use std::panic;

use rayon::prelude::*;

use super::CommandError;
use crate::{
    cli::RandomArgs,
    exit::Exit,
    random::{examine, resolved},
};

/// Findings that the terminal names.
const SHOWN: usize = 20;

/// Plays the seeds in parallel and names what went wrong, each with the command that replays it.
///
/// # Errors
/// When a scenario cannot be written.
pub fn random(args: &RandomArgs) -> Result<Exit, CommandError> {
    if let Some(seed) = args.show {
        match resolved(seed) {
            Ok(resolved) => out!("{}", resolved.to_toml()?),
            Err(why) => outln!("{why}"),
        }
        return Ok(Exit::Ok);
    }
    // A panic is a finding; its text is in it.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let seeds: Vec<u64> = (args.first_seed..args.first_seed + args.count).collect();
    let runs: Vec<Row> = seeds.par_iter().with_max_len(16).map(|&seed| Row::of(seed, args.lockstep)).collect();
    panic::set_hook(hook);

    let total = Row::total(&runs);
    outln!(
        "{} random scenarios: {} plant steps, {} decisions executed, cells {:.3} to {:.3} V, {:.1} to {:.1} °C",
        runs.len(),
        total.steps,
        total.decisions,
        total.volts.0,
        total.volts.1,
        total.celsius.0,
        total.celsius.1
    );
    let wrong: Vec<(u64, &Row)> = seeds.iter().copied().zip(&runs).filter(|(_, row)| !row.found.is_empty()).collect();
    for (seed, row) in wrong.iter().take(SHOWN) {
        outln!("seed {seed}: {}", row.found.join("; "));
        outln!("    ngbank random --show {seed} > random-{seed}.toml; ngbank run random-{seed}.toml");
    }
    let judged = seeds.iter().zip(&runs).filter(|(_, row)| !row.judged.is_empty());
    for (seed, row) in judged.clone().take(SHOWN) {
        outln!("seed {seed}, by the oracle: {}", row.judged.join("; "));
    }
    outln!("{} of them impossible, {} judged red by the oracle", wrong.len(), judged.count());
    Ok(if wrong.is_empty() { Exit::Ok } else { Exit::PropertyFailed })
}

/// One run in short.
struct Row {
    found: Vec<String>,
    judged: Vec<String>,
    steps: u64,
    decisions: u64,
    volts: (f64, f64),
    celsius: (f64, f64),
}

impl Row {
    fn none() -> Self {
        let nothing = (f64::INFINITY, f64::NEG_INFINITY);
        Self { found: Vec::new(), judged: Vec::new(), steps: 0, decisions: 0, volts: nothing, celsius: nothing }
    }

    fn of(seed: u64, twice: bool) -> Self {
        match examine(seed, twice) {
            Ok(run) => Self {
                found: Vec::new(),
                judged: run.failures(),
                steps: run.cost.plant_steps,
                decisions: run.cost.decisions_executed,
                volts: (run.extremes.cell_v_min, run.extremes.cell_v_max),
                celsius: (run.extremes.temperature_c_min, run.extremes.temperature_c_max),
            },
            Err(found) => Self { found, ..Self::none() },
        }
    }

    fn total(rows: &[Self]) -> Self {
        let wider = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
        rows.iter().fold(Self::none(), |mut sum, row| {
            sum.steps += row.steps;
            sum.decisions += row.decisions;
            sum.volts = wider(sum.volts, row.volts);
            sum.celsius = wider(sum.celsius, row.celsius);
            sum
        })
    }
}

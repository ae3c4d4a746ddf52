//! `ngbank run`: one scenario and seed, in full.

use std::path::{Path, PathBuf};

use ngbank_models::time::{MINUTE, SECOND};
use ngbank_sim::{engine::Options, result::RunResult, scenario::Resolved};

use super::{CommandError, exit_of, options};
use crate::{
    campaign::{CampaignError, play, trace_distance},
    cli::RunArgs,
    csv_files,
    exit::Exit,
    files::{make_folder, remove_left_overs, write_whole},
    plots::{TraceFigure, svg, write_png},
    record::RunRecord,
    report,
    sources::{SourceError, find_builtin, of_builtin, of_file, read},
    table,
};

/// Plays one scenario and seed; prints its events and verdicts and writes its files.
///
/// # Errors
/// When the scenario is refused, cannot be played, or a file not be written.
pub fn run(args: &RunArgs) -> Result<Exit, CommandError> {
    let resolved = resolve(&args.scenario, args.seed)?;
    if args.resolved {
        out!("{}", resolved.to_toml()?);
        return Ok(Exit::Ok);
    }
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("ngbank-out/run").join(format!("{}-{}", resolved.name, resolved.seed)));
    make_folder(&folder)?;
    remove_left_overs(&folder)?;
    let every = args.trace_every.map(|seconds| seconds * SECOND);
    let trace_every_us = Some(every.unwrap_or_else(|| trace_distance(resolved.duration_us).min(MINUTE)));
    let options = Options { trace_every_us, ..options(args.lockstep) };
    let result = play(&resolved, &options).map_err(CampaignError::from)?;
    let record = RunRecord::of(&result);
    write_files(&folder, &resolved, &result)?;
    table::print_events(&result.events);
    table::print_run(&record);
    outln!("{}", table::energy(&result.energy));
    outln!("digest   {}", record.digest);
    outln!("results  {}", folder.display());
    Ok(exit_of(record.outcome))
}

/// A built-in scenario by name, or a scenario file, or a resolved scenario (known by its drawn `electronics`).
pub(super) fn resolve(scenario: &str, seed: u64) -> Result<Resolved, CommandError> {
    let path = Path::new(scenario);
    if !path.exists() {
        return Ok(of_builtin(find_builtin(scenario)?)?.scenario.resolve(seed));
    }
    let text = read(path)?;
    let root: Option<toml::Table> = toml::from_str(&text).ok();
    if root.is_some_and(|root| root.contains_key("electronics")) {
        let refused = |error| SourceError::BadInput(format!("{}: {error}", path.display()));
        return Ok(Resolved::from_toml(&text).map_err(refused)?);
    }
    let source = of_file(path)?;
    let warnings = source.scenario.warnings();
    if !warnings.is_empty() {
        eprintln!("{}", crate::sources::explain(warnings, &text));
    }
    Ok(source.scenario.resolve(seed))
}

fn write_files(folder: &Path, resolved: &Resolved, result: &RunResult) -> Result<(), CommandError> {
    let levels = report::levels(resolved);
    let title = format!("{} – seed {}", resolved.title, resolved.seed);
    let figure = TraceFigure::new(title, result, &levels);
    write_whole(&folder.join("trace.csv"), &csv_files::trace(&result.trace)?)?;
    write_whole(&folder.join("events.csv"), &csv_files::events(&result.events)?)?;
    write_whole(&folder.join("energy.csv"), &csv_files::energy(&result.energy)?)?;
    write_whole(&folder.join("result.json"), &serde_json::to_vec_pretty(result)?)?;
    write_whole(&folder.join("resolved.toml"), resolved.to_toml()?.as_bytes())?;
    write_whole(&folder.join("trace.svg"), svg(&figure)?.as_bytes())?;
    write_png(&figure, &folder.join("trace.png"))?;
    Ok(())
}

//! `ngbank campaign`: the main job.

use ngbank_core::Cause;
use ngbank_sim::{engine::Options, scenario::builtin};

use super::{CommandError, exit_of, options};
use crate::{
    campaign::{CampaignError, Plan, on_threads},
    cli::CampaignArgs,
    csv_files,
    exit::Exit,
    files::{make_folder, remove, remove_left_overs, write_whole},
    report::html,
    sources::{Source, SourceError, find_builtin, of_builtin, of_file},
    summary::Summary,
    table,
};

/// Seeds of the quick form.
const SEEDS_SHORT: u64 = 2;

/// What a campaign leaves beside its journal.
const RESULTS: [&str; 3] = ["scenarios.csv", "summary.json", "report.html"];

/// Plays the campaign, prints its tables and writes its files.
///
/// # Errors
/// When a scenario is refused, a run cannot be played or a file not be written.
pub fn campaign(args: &CampaignArgs) -> Result<Exit, CommandError> {
    let plan = Plan {
        sources: sources(args)?,
        seed_first: args.first_seed,
        seeds: if args.short { SEEDS_SHORT } else { args.seeds },
        options: planted(options(args.lockstep), args),
    };
    make_folder(&args.out)?;
    remove_left_overs(&args.out)?;
    let [table, summary_json, report] = RESULTS.map(|name| args.out.join(name));
    remove(&[&table, &summary_json, &report])?; // of an earlier campaign
    let (mut records, replays) = on_threads(args.threads, || -> Result<_, CampaignError> {
        Ok((plan.play(&args.out, args.resume)?, plan.replay_with_trace()?))
    })?;
    if let Some(first) = records.first_mut().filter(|_| args.canary) {
        first.plant_failure();
    }
    let causes: Vec<String> = Cause::ALL.iter().map(|cause| format!("{} {}", cause.id(), cause.name())).collect();
    let summary = Summary::of(&records, plan.seed_first, plan.seeds, &causes);
    let page = html(&summary, &records, &replays)?;
    write_whole(&table, &csv_files::scenarios(&records)?)?;
    write_whole(&summary_json, &serde_json::to_vec_pretty(&summary)?)?;
    write_whole(&report, page.as_bytes())?;
    table::print_summary(&summary);
    outln!("report   {}", report.display());
    Ok(exit_of(summary.outcome()))
}

/// The options with the bug that the tests of the campaign ask for.
#[cfg(feature = "mutants")]
fn planted(options: Options, args: &CampaignArgs) -> Options {
    use crate::cli::PlantArg;
    use ngbank_core::Mutant;
    let mutant = args.plant.map(|plant| match plant {
        PlantArg::CutsEarly => Mutant::CutsEarly { ms: 100 },
        PlantArg::NeverCuts => Mutant::NeverCuts,
    });
    Options { mutant, ..options }
}

/// Without the feature there is nothing to plant.
#[cfg(not(feature = "mutants"))]
fn planted(options: Options, _: &CampaignArgs) -> Options {
    options
}

/// Everything that was asked for; all that is wrong with it is reported at once.
fn sources(args: &CampaignArgs) -> Result<Vec<Source>, SourceError> {
    let mut wrong = Vec::new();
    let mut sources: Vec<Source> = Vec::new();
    let mut take = |source: Result<Source, SourceError>| match source {
        Ok(source) if sources.iter().any(|other| other.scenario.name() == source.scenario.name()) => {
            wrong.push(format!(
                "name = \"{}\" – allowed: a name that no other scenario of the campaign has",
                source.scenario.name()
            ));
            Ok(())
        }
        Ok(source) => {
            sources.push(source);
            Ok(())
        }
        Err(SourceError::BadInput(text)) => {
            wrong.push(text);
            Ok(())
        }
        Err(unreadable) => Err(unreadable),
    };
    if args.only.is_empty() && args.scenario.is_empty() {
        builtin().iter().try_for_each(|builtin| take(of_builtin(builtin)))?;
    }
    args.only.iter().try_for_each(|name| take(find_builtin(name).and_then(of_builtin)))?;
    args.scenario.iter().try_for_each(|path| take(of_file(path)))?;
    if wrong.is_empty() { Ok(sources) } else { Err(SourceError::BadInput(wrong.join("\n"))) }
}

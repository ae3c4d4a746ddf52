//! Scenarios × seeds on all cores.
//!
//! The plan is a list of jobs; workers take jobs in any order, results are kept in the order of the plan. Nothing that a run
//! gives depends on the worker, so one thread and sixty-four write the same files.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ngbank_models::time::{Micros, SECOND};
use ngbank_sim::{
    engine::{self, Options, Tap},
    result::RunResult,
    scenario::Resolved,
};
use rayon::prelude::*;

use crate::{files::FileError, journal::Journal, record::RunRecord, sources::Source};

/// What to run.
pub struct Plan {
    /// Scenarios, in the order of the tables.
    pub sources: Vec<Source>,
    /// First seed of each.
    pub seed_first: u64,
    /// Seeds of each.
    pub seeds: u64,
    /// How each run is played.
    pub options: Options,
}

/// A campaign could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Runs could not be played: every one of them.
    #[error("{}", lines(.0))]
    Runs(Vec<Unplayed>),
    /// The threads could not be started.
    #[error("threads: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// A run that could not be played.
#[derive(Debug, thiserror::Error)]
#[error("{scenario}, seed {seed}: {reason}")]
pub struct Unplayed {
    /// Scenario of the run.
    pub scenario: String,
    /// Seed of the run.
    pub seed: u64,
    /// What went wrong.
    pub reason: String,
}

impl From<Unplayed> for CampaignError {
    fn from(run: Unplayed) -> Self {
        Self::Runs(vec![run])
    }
}

impl Plan {
    /// Plays every run that is not already whole in the journal of `folder`, on the current thread pool. The records are in
    /// the order of the plan.
    ///
    /// # Errors
    /// With every run that cannot be played, after all others; at once when the journal cannot be written.
    pub fn play(&self, folder: &Path, resume: bool) -> Result<Vec<RunRecord>, CampaignError> {
        let (journal, kept) = Journal::begin(folder, resume)?;
        let program = program_fingerprint();
        let jobs: Vec<(&Source, u64)> = self.jobs().collect();
        let bar = progress(jobs.len());
        let resumed = AtomicUsize::new(0);
        let runs: Vec<Result<RunRecord, Unplayed>> = jobs
            .into_par_iter()
            .with_max_len(1)
            .map(|(source, seed)| {
                let key = key(&program, source, seed, &self.options);
                if let Some(record) = kept.get(&key) {
                    bar.inc(1);
                    resumed.fetch_add(1, Ordering::Relaxed);
                    return Ok(Ok(record.clone()));
                }
                let run = play(&source.scenario.resolve(seed), &self.options).map(|run| RunRecord::of(&run));
                if let Ok(record) = &run {
                    journal.add(&key, record)?;
                }
                bar.inc(1);
                Ok(run)
            })
            .collect::<Result<_, FileError>>()?;
        bar.finish_and_clear();
        let (elapsed, resumed) = (bar.elapsed().as_secs_f64(), resumed.into_inner());
        eprintln!(
            "{} runs in {elapsed:.1} s ({:.1} per second, {} threads), {resumed} kept from the journal",
            runs.len() - resumed,
            (runs.len() - resumed) as f64 / elapsed.max(1e-3),
            rayon::current_num_threads(),
        );
        let (records, unplayed) = separate(runs);
        if !unplayed.is_empty() {
            return Err(CampaignError::Runs(unplayed));
        }
        journal.finish()?;
        Ok(records)
    }

    /// Plays the first seed of each scenario again with a trace, for the plots of the report.
    ///
    /// # Errors
    /// When a run cannot be played.
    pub fn replay_with_trace(&self) -> Result<Vec<(Resolved, RunResult)>, CampaignError> {
        self.sources
            .par_iter()
            .with_max_len(1)
            .map(|source| {
                let resolved = source.scenario.resolve(self.seed_first);
                let trace_every_us = Some(trace_distance(resolved.duration_us));
                let options = Options { trace_every_us, ..self.options };
                let result = play(&resolved, &options)?;
                Ok((resolved, result))
            })
            .collect()
    }

    fn jobs(&self) -> impl Iterator<Item = (&Source, u64)> {
        let seeds = self.seed_first..self.seed_first.saturating_add(self.seeds);
        self.sources.iter().flat_map(move |source| seeds.clone().map(move |seed| (source, seed)))
    }
}

/// Plays one run; a failed assertion of the simulator becomes an error that names the run.
///
/// # Errors
/// When the bank cannot be simulated or an assertion failed.
pub fn play(resolved: &Resolved, options: &Options) -> Result<RunResult, Unplayed> {
    play_guarded(resolved, || engine::run(resolved, options))
}

/// As [`play`], for somebody who is told of every call on the firmware.
///
/// # Errors
/// As [`play`].
pub fn play_tapped(resolved: &Resolved, options: &Options, tap: &mut dyn Tap) -> Result<RunResult, Unplayed> {
    play_guarded(resolved, || engine::run_tapped(resolved, options, tap))
}

fn play_guarded(
    resolved: &Resolved,
    run: impl FnOnce() -> Result<RunResult, engine::RunError>,
) -> Result<RunResult, Unplayed> {
    let error = |reason: String| Unplayed { scenario: resolved.name.clone(), seed: resolved.seed, reason };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(refused)) => Err(error(refused.to_string())),
        Err(panic) => {
            let text = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            Err(error(format!("an assertion of the simulator failed: {text}")))
        }
    }
}

/// Runs `work` on a pool of its own if a number of threads is asked for, else on the one of all cores.
///
/// # Errors
/// When the threads cannot be started.
pub fn on_threads<T: Send>(
    threads: Option<u16>,
    work: impl FnOnce() -> Result<T, CampaignError> + Send,
) -> Result<T, CampaignError> {
    match threads {
        None => work(),
        Some(threads) => rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build()?.install(work),
    }
}

/// A trace of about 720 points: one every two minutes for a day.
pub fn trace_distance(duration: Micros) -> Micros {
    (duration / 720 / SECOND).max(1) * SECOND
}

fn separate(runs: Vec<Result<RunRecord, Unplayed>>) -> (Vec<RunRecord>, Vec<Unplayed>) {
    let (mut records, mut unplayed) = (Vec::new(), Vec::new());
    for run in runs {
        match run {
            Ok(record) => records.push(record),
            Err(run) => unplayed.push(run),
        }
    }
    (records, unplayed)
}

fn lines(runs: &[Unplayed]) -> String {
    let texts: Vec<_> = runs.iter().map(Unplayed::to_string).collect();
    texts.join("\n")
}

fn progress(jobs: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} runs, {per_sec}, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let bar = ProgressBar::with_draw_target(Some(jobs as u64), ProgressDrawTarget::stderr());
    bar.with_style(style)
}

fn key(program: &str, source: &Source, seed: u64, options: &Options) -> String {
    let text = format!("{program} {} {seed} {options:?}", source.fingerprint);
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// Version and bytes of this very program: a rebuilt one must not reuse records.
fn program_fingerprint() -> String {
    let bytes = std::env::current_exe().and_then(std::fs::read).unwrap_or_default();
    format!("{} {}", env!("CARGO_PKG_VERSION"), blake3::hash(&bytes).to_hex())
}

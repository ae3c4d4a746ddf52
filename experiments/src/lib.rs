//! Campaigns, single runs, tables, plots and reports: everything of the program `ngbank` except its `main`.
//!
//! **Idea.** A campaign is scenarios × seeds. Every run is played by `ngbank-sim` and becomes one [`record::RunRecord`]; tables,
//! CSV, JSON, the HTML report and the exit code are made of the records alone, in the order of the plan.
//!
//! **Layers**, from the command line down:
//!
//! | Module | What it does |
//! |---|---|
//! | [`cli`], [`commands`], [`exit`] | arguments, one file per command, exit codes |
//! | [`sources`] | built-in scenarios and files of the user, all violations at once |
//! | [`campaign`], [`journal`] | runs in parallel, resumable |
//! | [`record`], [`summary`] | one run as a row, a campaign in numbers |
//! | [`table`], [`csv_files`], [`plots`], [`report`] | what people and scripts see |
//! | [`random`] | scenarios that nobody thought of, and what no run may do |
//! | [`advertisements`] | what the radio sends, for tests of other readers |
//! | [`requirements`] | every rule with code, tests and scenarios |
//! | [`files`] | files that appear only when whole |
//!
//! **Guarantees.** Result files do not depend on the number of threads, on the machine, or on whether the campaign was
//! interrupted. No wall clock enters a result; elapsed time and rate go to the error output only.
//!
//! **Not done here.** No physics and no rule: this crate cannot make a run pass.

#[macro_use]
mod stdout;

pub mod advertisements;
pub mod campaign;
pub mod cli;
pub mod commands;
pub mod csv_files;
pub mod exit;
pub mod files;
pub mod format;
pub mod journal;
pub mod plots;
pub mod random;
pub mod record;
pub mod report;
pub mod requirements;
pub mod sources;
pub mod summary;
pub mod table;

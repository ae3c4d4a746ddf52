//! The commands of the program, one file each. A command prints, writes its files, and says with what the program ends.

pub mod campaign;
pub mod check;
pub mod digests;
pub mod list;
pub mod random;
pub mod readout;
pub mod requirements;
pub mod run;
pub mod validate;

use std::path::PathBuf;

use ngbank_models::validation::measured::MeasuredError;
use ngbank_sim::engine::{Mode, Options};

use crate::{
    campaign::CampaignError, exit::Exit, files::FileError, plots::PlotError, record::Outcome, sources::SourceError,
};

/// Why a command ended early. What went wrong is in the message; the exit code follows from the kind.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// No usable scenario.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A run could not be played.
    #[error(transparent)]
    Campaign(#[from] CampaignError),
    /// A file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A plot could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// A table could not be written.
    #[error("CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A record could not be written.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The sources are not where they should be.
    #[error("{} is no checkout of this project, its sources cannot be read ({source}): see --root", root.display())]
    NotACheckout {
        /// Where they were looked for.
        root: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A measurement cannot be read.
    #[error(transparent)]
    Measured(#[from] MeasuredError),
    /// A scenario could not be written.
    #[error("TOML: {0}")]
    Toml(#[from] toml::ser::Error),
}

impl CommandError {
    /// The exit code of this error.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Source(SourceError::BadInput(_)) | Self::NotACheckout { .. } | Self::Measured(_) => Exit::BadInput,
            _ => Exit::Internal,
        }
    }
}

/// How a run is played when nothing special is asked for.
fn options(lockstep: bool) -> Options {
    let mode = if lockstep { Mode::Lockstep } else { Mode::Jump };
    Options { mode, ..Options::default() }
}

/// The exit code of an outcome.
fn exit_of(outcome: Outcome) -> Exit {
    match outcome {
        Outcome::Passed => Exit::Ok,
        Outcome::NotReached => Exit::NotReached,
        Outcome::Failed => Exit::PropertyFailed,
    }
}

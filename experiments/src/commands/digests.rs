//! `ngbank digests`: what the pinned runs decide, to compare platforms, modes and build profiles.

use ngbank_sim::engine::{Mode, Options};
use ngbank_sim::scenario::builtin;
use rayon::prelude::*;

use super::CommandError;
use crate::{
    campaign::{CampaignError, play},
    cli::{DigestsArgs, ModeArg},
    exit::Exit,
    files::write_whole,
    sources::{find_builtin, of_builtin},
};

/// The pinned digests: scenario, seed, digest.
pub const PINNED: &str = include_str!("../../digests.csv");

/// The seed that is pinned for each scenario.
pub const PINNED_SEED: u64 = 1;

const HEADER: &str = "scenario,seed,digest\n";

/// Plays the pinned seed of each scenario and prints, pins or compares the digests.
///
/// # Errors
/// When a scenario is unknown, cannot be played, or the file not be written.
pub fn digests(args: &DigestsArgs) -> Result<Exit, CommandError> {
    let chosen = if args.only.is_empty() {
        builtin().iter().collect()
    } else {
        args.only.iter().map(|name| find_builtin(name)).collect::<Result<Vec<_>, _>>()?
    };
    let options = Options { mode: args.mode.into(), ..Options::default() };
    let lines: Vec<String> = chosen
        .into_par_iter()
        .with_max_len(1)
        .map(|builtin| {
            let resolved = of_builtin(builtin)?.scenario.resolve(PINNED_SEED);
            let run = play(&resolved, &options).map_err(CampaignError::from)?;
            Ok(format!("{},{PINNED_SEED},{}\n", builtin.name, run.digest))
        })
        .collect::<Result<_, CommandError>>()?;
    if let Some(path) = &args.update {
        write_whole(path, format!("{HEADER}{}", lines.concat()).as_bytes())?;
        outln!("{} digests pinned in {}", lines.len(), path.display());
    } else if args.check {
        return Ok(compare(&lines));
    } else {
        out!("{HEADER}{}", lines.concat());
    }
    Ok(Exit::Ok)
}

fn compare(lines: &[String]) -> Exit {
    let mut exit = Exit::Ok;
    for line in lines {
        if !PINNED.lines().any(|pinned| pinned == line.trim_end()) {
            let name = line.split(',').next().unwrap_or_default();
            let pinned = PINNED.lines().find(|pinned| pinned.split(',').next() == Some(name));
            outln!("differs: {} – pinned: {}", line.trim_end(), pinned.unwrap_or("nothing"));
            exit = Exit::PropertyFailed;
        }
    }
    outln!("{} digests compared: {}", lines.len(), if exit == Exit::Ok { "all equal" } else { "RED" });
    exit
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Jump => Self::Jump,
            ModeArg::Lockstep => Self::Lockstep,
            ModeArg::Windows => Self::Windows,
        }
    }
}

//! `ngbank requirements`: every rule with its code, its tests and the scenarios that reach it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use ngbank_sim::{engine::Options, scenario::builtin};
use rayon::prelude::*;

use super::{CommandError, digests::PINNED_SEED};
use crate::{
    campaign::{CampaignError, play},
    cli::RequirementsArgs,
    exit::Exit,
    files::{FileError, write_whole},
    requirements::{Row, in_scenario, markdown, rules, sources, table},
    sources::of_builtin,
    table,
};

/// The page in the root of the checkout.
const PAGE: &str = "REQUIREMENTS.md";

/// Prints the table, writes it, or checks it.
///
/// # Errors
/// When there is no checkout here, a file cannot be read or written, or a scenario cannot be played.
pub fn requirements(args: &RequirementsArgs) -> Result<Exit, CommandError> {
    let root = args.root.as_path();
    let sources = sources(root).map_err(|source| not_a_checkout(root, source))?;
    let rows = table(&rules()?, &sources, &reached()?);
    let page = markdown(&rows);
    if let Some(path) = &args.out {
        write_whole(path, page.as_bytes())?;
        outln!("{} rules and devices written to {}", rows.len(), path.display());
    } else if args.check {
        return check(&root.join(PAGE), &page, &rows);
    } else {
        print(&rows);
    }
    Ok(Exit::Ok)
}

/// By scenario: the rules that its pinned seed reaches, and the devices that it has.
fn reached() -> Result<BTreeMap<String, Vec<&'static str>>, CommandError> {
    let play = |builtin: &ngbank_sim::scenario::Builtin| {
        let resolved = of_builtin(builtin)?.scenario.resolve(PINNED_SEED);
        let run = play(&resolved, &Options::default()).map_err(CampaignError::from)?;
        Ok((builtin.name.to_owned(), [run.reached, in_scenario(&resolved)].concat()))
    };
    builtin().par_iter().with_max_len(1).map(play).collect()
}

fn check(path: &Path, page: &str, rows: &[Row]) -> Result<Exit, CommandError> {
    let gaps: Vec<String> = rows.iter().flat_map(Row::gaps).collect();
    gaps.iter().for_each(|gap| outln!("{gap}"));
    let committed = match fs::read_to_string(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::at(path)(error))?,
        text => text.unwrap_or_default(),
    };
    let behind = committed != page;
    if behind {
        outln!("{} is behind the sources: ngbank requirements --out {}", path.display(), path.display());
    }
    outln!("{} rules and devices, {} gaps", rows.len(), gaps.len());
    Ok(if behind || !gaps.is_empty() { Exit::PropertyFailed } else { Exit::Ok })
}

fn print(rows: &[Row]) {
    let mut printed = table::new(&["Id", "Sure", "Kind", "Code", "Tests", "Scenarios", "Rule"]);
    for row in rows {
        let count = |number: usize| number.to_string();
        printed.add_row([
            row.rule.id.clone(),
            row.rule.sure.clone(),
            format!("{:?}", row.rule.kind).to_lowercase(),
            count(row.code.len()),
            count(row.tests.len()),
            count(row.scenarios.len()),
            row.rule.sentence.clone(),
        ]);
    }
    outln!("{printed}");
    rows.iter().flat_map(Row::gaps).for_each(|gap| outln!("{gap}"));
}

fn not_a_checkout(root: &Path, source: io::Error) -> CommandError {
    CommandError::NotACheckout { root: PathBuf::from(root), source }
}

//! `ngbank check`: all violations of a file at once, without running it.

use std::path::Path;

use ngbank_sim::scenario::{Diagnostic, load};

use super::CommandError;
use crate::{
    cli::CheckArgs,
    exit::Exit,
    sources::{Folder, count, explain, read},
};

/// Checks every file, prints every finding and a last line with the counts.
///
/// # Errors
/// When a file cannot be read.
pub fn check(args: &CheckArgs) -> Result<Exit, CommandError> {
    let (mut errors, mut warnings) = (0, 0);
    for path in &args.files {
        let text = read(path)?;
        let findings = findings(path, &text);
        if !findings.is_empty() {
            outln!("{}", explain(&findings, &text));
        }
        let (more_errors, more_warnings) = count(&findings);
        errors += more_errors;
        warnings += more_warnings;
    }
    outln!("{} file(s) checked: {errors} error(s), {warnings} warning(s)", args.files.len());
    Ok(if errors == 0 { Exit::Ok } else { Exit::BadInput })
}

fn findings(path: &Path, text: &str) -> Vec<Diagnostic> {
    match load(text, &path.display().to_string(), &Folder::of(path)) {
        Ok(scenario) => scenario.warnings().to_vec(),
        Err(findings) => findings,
    }
}

//! `ngbank check`: all violations of a file at once, without running it.

use ngbank_sim::scenario::{SupplyFuse, load};

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
        let findings = match load(&text, &path.display().to_string(), &Folder::of(path)) {
            Ok(scenario) => {
                let SupplyFuse { carries_ma, rating_a } = scenario.supply_fuse();
                outln!(
                    "{}: supply fuse of the BMS {rating_a} A: it carries {carries_ma} mA [BANK-5; steps assumed]",
                    path.display()
                );
                scenario.warnings().to_vec()
            }
            Err(findings) => findings,
        };
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

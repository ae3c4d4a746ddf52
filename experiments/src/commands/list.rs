//! `ngbank list`: the built-in scenarios.

use ngbank_models::time::HOUR;
use ngbank_sim::scenario::builtin;

use super::CommandError;
use crate::{
    cli::ListArgs,
    exit::Exit,
    sources::{find_builtin, of_builtin},
    table,
};

/// Prints the table of built-in scenarios, or the text of one.
///
/// # Errors
/// When the name is unknown.
pub fn list(args: &ListArgs) -> Result<Exit, CommandError> {
    if let Some(name) = &args.show {
        out!("{}", find_builtin(name)?.text);
        return Ok(Exit::Ok);
    }
    let mut rows = table::new(&["Scenario", "Bank", "Hours", "Must reach", "What it shows"]);
    for builtin in builtin() {
        let resolved = of_builtin(builtin)?.scenario.resolve(1);
        let params = &resolved.bank.params;
        rows.add_row([
            builtin.name.to_owned(),
            format!("{} {}S{}P", resolved.bank.model, params.series, params.parallel),
            format!("{:.1}", resolved.duration_us as f64 / HOUR as f64),
            resolved.expect.causes.join(" "),
            builtin.title.to_owned(),
        ]);
    }
    outln!("{rows}");
    Ok(Exit::Ok)
}

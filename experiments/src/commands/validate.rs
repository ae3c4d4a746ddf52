//! `ngbank validate`: the plant against references, closed forms and measurements, as a table and as a page.

use std::path::PathBuf;

use ngbank_models::validation::{Comparison, Report, measured};
use rayon::prelude::*;

use super::CommandError;
use crate::{
    cli::ValidateArgs,
    exit::Exit,
    files::{make_folder, remove_left_overs, write_whole},
    plots::{CurveFigure, write_png},
    report, table,
};

/// The environment variable that names the folder of the measurements.
pub const MEASURED: &str = "NGBANK_MEASURED";

/// Plays every comparison; prints the table, writes `validation.html`, `validation.csv` and one PNG per plot.
///
/// # Errors
/// When a measurement is there and cannot be read, or a file cannot be written.
pub fn validate(args: &ValidateArgs) -> Result<Exit, CommandError> {
    let folder = args.measured.clone().or_else(|| std::env::var_os(MEASURED).map(PathBuf::from));
    let measurements = measured::compare(folder.as_deref())?;
    let mut whole = Report::default();
    let parts: Vec<Report> = Comparison::all().into_par_iter().with_max_len(1).map(Comparison::compare).collect();
    parts.into_iter().for_each(|part| whole.add(part));
    whole.add(measurements);

    make_folder(&args.out)?;
    remove_left_overs(&args.out)?;
    let page = args.out.join("validation.html");
    write_whole(&page, report::validation(&whole)?.as_bytes())?;
    write_whole(&args.out.join("validation.csv"), &table::checks_csv(&whole.checks)?)?;
    for (n, figure) in CurveFigure::of(&whole.curves).iter().enumerate() {
        write_png(figure, &args.out.join(format!("plot-{:02}.png", n + 1)))?;
    }
    outln!("{}", table::checks(&whole.checks));
    let failed = whole.failed().count();
    let skipped = whole.checks.iter().filter(|check| check.figure.is_nan()).count();
    outln!("{} checks: {failed} failed, {skipped} skipped; page: {}", whole.checks.len(), page.display());
    Ok(if failed == 0 { Exit::Ok } else { Exit::PropertyFailed })
}

//! The page of `ngbank validate`.

use ngbank_models::validation::{Report, Verdict};

use super::html::{Page, escape};
use crate::{
    plots::{CurveFigure, PlotError, svg},
    table::{CHECK_COLUMNS, check_row},
};

/// The table and every plot, in one file that needs nothing else.
///
/// # Errors
/// When a plot cannot be drawn.
pub fn validation(report: &Report) -> Result<String, PlotError> {
    let mut page = Page::new("ngbank – validation of the plant");
    page.paragraph(
        "The simulated bank against what does not come from it: trajectories of an independent solver (Runge–Kutta of order 8 for \
         cells, of order 4 for the bank), problems with a solution on paper, and measured cells where their data are present. \
         Voltages are those of a cell, read inside steps, on the reference's own rows, farther than 0.5 s from a switching. \
         A fast switching is one at which the voltage moves faster than 1 mV/s.",
    );
    let rows: Vec<Vec<String>> = report
        .checks
        .iter()
        .map(|check| {
            let class = match check.verdict {
                Verdict::Ok => "good",
                Verdict::Failed => "bad",
                Verdict::Skipped(_) => "unsure",
            };
            let mut cells = check_row(check).map(|cell| escape(&cell)).to_vec();
            if let Some(verdict) = cells.last_mut() {
                *verdict = format!("<span class=\"{class}\">{verdict}</span>");
            }
            cells
        })
        .collect();
    page.table(&CHECK_COLUMNS, &rows);
    for figure in CurveFigure::of(&report.curves) {
        page.heading(figure.title());
        page.figure(&svg(&figure)?);
    }
    Ok(page.finish())
}

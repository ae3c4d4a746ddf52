//! CSV files of the user: `loads.csv`, or `loads.csv#kettle_power_w` for a column of another name.

use ngbank_models::profile::{CsvSource, Problem, Quantity, parse};

use super::super::FileSource;
use super::super::diagnostic::{Diagnostic, Severity};
use super::super::document::Document;
use super::super::tables::{TableQuantity, UserTable};
use super::Plan;

/// Whether a series names a file of the user.
pub(super) fn is_file(series: &str) -> bool {
    let path = series.split('#').next().unwrap_or(series);
    path.to_ascii_lowercase().ends_with(".csv")
}

/// Reads the CSV file that a series names into the plan's library, once.
pub(super) fn load(
    doc: &mut Document<'_>,
    plan: &mut Plan,
    field: &str,
    (series, quantity): (&str, Quantity),
    files: &dyn FileSource,
) {
    if !is_file(series) || plan.library.table(series).is_some() {
        return;
    }
    let (path, column) = series.split_once('#').unwrap_or((series, quantity.column()));
    let csv = match files.read(path) {
        Ok(csv) => csv,
        Err(reason) => {
            doc.error(field, format!("a file that can be read: {reason}"), "");
            return;
        }
    };
    match parse(&CsvSource { column, ..CsvSource::new(path, quantity) }, &csv) {
        Ok(table) => {
            plan.library.add(series, table);
            let quantity = TableQuantity::from(quantity);
            let table = UserTable { quantity, column: column.to_owned(), csv };
            plan.tables.insert(series.to_owned(), table);
        }
        Err(problems) => problems.into_iter().for_each(|problem| doc.foreign(diagnostic(problem))),
    }
}

fn diagnostic(problem: Problem) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        file: problem.file,
        line: problem.line.unwrap_or(0),
        field: problem.field,
        value: problem.value,
        allowed: problem.allowed,
        rule: String::new(),
    }
}

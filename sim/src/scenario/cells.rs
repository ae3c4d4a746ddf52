//! What the cells of a bank are: their parameter set, shipped or of the user, and whether they age.

use ngbank_models::cell::{CellFileError, CellSet};
use serde::{Deserialize, Serialize};

use super::FileSource;
use super::diagnostic::{Diagnostic, Severity};
use super::document::Document;

/// The parameter set of the cells, kept with the resolved scenario so that it needs no file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellSource {
    /// A set that is shipped, by its name.
    Shipped(String),
    /// The text of a parameter file.
    File(String),
}

impl Default for CellSource {
    fn default() -> Self {
        Self::Shipped(CellSet::ng().name().to_owned())
    }
}

impl CellSource {
    /// The set.
    ///
    /// # Errors
    /// If it is not shipped or its text is wrong; only if somebody edited a resolved scenario.
    pub fn set(&self) -> Result<CellSet, String> {
        match self {
            Self::Shipped(name) => CellSet::builtin(name).ok_or_else(|| format!("no cell set is called {name:?}")),
            Self::File(text) => CellSet::from_toml(text).map_err(|error| format!("cell file: {error}")),
        }
    }
}

/// Whether cells age while the run goes on, and by which law ([`ngbank_models::ageing`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AgeingLaw {
    /// Capacity and resistance stay what they are at the start.
    #[default]
    Off,
    /// Naumann 2018 and 2020, from new.
    Naumann,
}

/// The set that the file names: a shipped one, or a file if it ends in `.toml`. Without a name it is the default.
pub(super) fn check(doc: &mut Document<'_>, name: Option<&str>, files: &dyn FileSource) -> CellSource {
    let field = "bank.cells";
    let Some(name) = name else {
        return CellSource::default();
    };
    if CellSet::builtin(name).is_some() {
        return CellSource::Shipped(name.to_owned());
    }
    if !name.to_ascii_lowercase().ends_with(".toml") {
        let names: Vec<&str> = CellSet::builtin_names().collect();
        doc.error(field, format!("{}, or the path of a cell file that ends in .toml", names.join(", ")), "");
        return CellSource::default();
    }
    match files.read(name) {
        Ok(text) => {
            if let Err(error) = CellSet::from_toml(&text) {
                doc.foreign(diagnostic(name, error));
            }
            CellSource::File(text)
        }
        Err(reason) => {
            doc.error(field, format!("a file that can be read: {reason}"), "");
            CellSource::default()
        }
    }
}

fn diagnostic(file: &str, error: CellFileError) -> Diagnostic {
    let (line, field, value, allowed) = match error {
        CellFileError::Value { line, field, value, allowed } => (line, field, value.to_string(), allowed.to_owned()),
        CellFileError::Syntax { line, message } => (line, String::new(), String::new(), message),
        other => (0, String::new(), String::new(), other.to_string()),
    };
    Diagnostic { severity: Severity::Error, file: file.to_owned(), line, field, value, allowed, rule: String::new() }
}

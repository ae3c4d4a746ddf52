//! Where scenarios come from: built in, or files of the user, with everything that they read.

use std::{
    cell::RefCell,
    fs,
    path::{Path, PathBuf},
};

use ngbank_sim::scenario::{Builtin, Diagnostic, FileSource, NoFiles, Scenario, Severity, builtin, load};

/// A checked scenario and the bytes that define it.
#[derive(Debug)]
pub struct Source {
    /// The scenario, waiting for a seed.
    pub scenario: Scenario,
    /// Hash of the scenario's text and of every file that it names.
    pub fingerprint: String,
}

/// Why there is no scenario. Everything that is wrong is in it, not only the first thing.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file is refused, or a name is unknown.
    #[error("{0}")]
    BadInput(String),
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

/// One built-in scenario.
///
/// # Errors
/// Never for a program whose tests pass: built-in scenarios are checked by them.
pub fn of_builtin(builtin: &Builtin) -> Result<Source, SourceError> {
    let file = format!("{}.toml", builtin.name);
    let scenario =
        load(builtin.text, &file, &NoFiles).map_err(|found| SourceError::BadInput(explain(&found, builtin.text)))?;
    Ok(Source { scenario, fingerprint: blake3::hash(builtin.text.as_bytes()).to_hex().to_string() })
}

/// A scenario file of the user.
///
/// # Errors
/// When it cannot be read, or with every violation in it.
pub fn of_file(path: &Path) -> Result<Source, SourceError> {
    let text = read(path)?;
    let folder = Folder::of(path);
    let scenario = load(&text, &path.display().to_string(), &folder)
        .map_err(|found| SourceError::BadInput(explain(&found, &text)))?;
    let mut hasher = folder.seen.into_inner();
    hasher.update(text.as_bytes());
    Ok(Source { scenario, fingerprint: hasher.finalize().to_hex().to_string() })
}

/// A built-in scenario by its name.
///
/// # Errors
/// With the known names if there is no such one.
pub fn find_builtin(name: &str) -> Result<&'static Builtin, SourceError> {
    builtin().iter().find(|candidate| candidate.name == name).ok_or_else(|| {
        let known: Vec<_> = builtin().iter().map(|candidate| candidate.name).collect();
        SourceError::BadInput(format!("scenario = \"{name}\" – allowed: a file, or one of {}", known.join(", ")))
    })
}

/// The text of a file.
///
/// # Errors
/// With the name of the file.
pub fn read(path: &Path) -> Result<String, SourceError> {
    fs::read_to_string(path).map_err(|error| SourceError::Unreadable(format!("{}: {error}", path.display())))
}

/// Every finding on a line of its own; findings in the scenario file show the line that they are about.
pub fn explain(findings: &[Diagnostic], text: &str) -> String {
    let scenario_file = findings.iter().map(|finding| finding.file.as_str()).next().unwrap_or_default();
    let mut out = String::new();
    for finding in findings {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&finding.to_string());
        let shown = finding.line.checked_sub(1).and_then(|above| text.lines().nth(above));
        if let Some(line) = shown.filter(|_| finding.file == scenario_file) {
            out.push_str(&format!("\n  {:>4} | {}", finding.line, line.trim_end()));
        }
    }
    out
}

/// How many findings are errors and how many warnings.
pub fn count(findings: &[Diagnostic]) -> (usize, usize) {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    (errors, findings.len() - errors)
}

/// Files beside the scenario; remembers what it gave.
pub(crate) struct Folder {
    path: PathBuf,
    seen: RefCell<blake3::Hasher>,
}

impl Folder {
    pub(crate) fn of(scenario: &Path) -> Self {
        let path = scenario.parent().unwrap_or(Path::new("")).to_owned();
        Self { path, seen: RefCell::new(blake3::Hasher::new()) }
    }
}

impl FileSource for Folder {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = fs::read_to_string(self.path.join(path)).map_err(|error| error.to_string())?;
        let mut seen = self.seen.borrow_mut();
        seen.update(&(text.len() as u64).to_le_bytes());
        seen.update(text.as_bytes());
        Ok(text)
    }
}

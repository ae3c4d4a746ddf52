//! One thing wrong with an input file.

use std::fmt;

/// One thing wrong with an input file: where it is, what was found and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the file.
    pub file: String,
    /// 1-based line, when the problem has one.
    pub line: Option<usize>,
    /// Column or key.
    pub field: String,
    /// What was found.
    pub value: String,
    /// What is allowed there.
    pub allowed: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: found {}, allowed: {}", self.field, self.value, self.allowed)
    }
}

impl std::error::Error for Problem {}

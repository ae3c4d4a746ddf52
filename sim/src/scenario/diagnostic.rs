//! What is wrong with a scenario file, said so that an engineer finds it.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario is refused.
    Error,
    /// The scenario loads; somebody should look.
    Warning,
}

/// One finding: where, what it is, what is allowed, and the rule that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// File that holds the value: the scenario, or a CSV file that it names.
    pub file: String,
    /// Line in that file, from 1; 0 if the finding has no line.
    pub line: usize,
    /// Path of the field, such as `bank.count` or `device[2].control_current_ma` (indices from 0, in file order).
    pub field: String,
    /// The value found, as written.
    pub value: String,
    /// What is allowed instead.
    pub allowed: String,
    /// Rule that asks for it, such as `BANK-2`; empty if it is only the format of the file.
    pub rule: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        match self.severity {
            Severity::Error => write!(f, ": error: ")?,
            Severity::Warning => write!(f, ": warning: ")?,
        }
        if !self.field.is_empty() {
            write!(f, "{} ", self.field)?;
        }
        if !self.value.is_empty() {
            write!(f, "= {} ", self.value)?;
        }
        write!(f, "– {}", self.allowed)?;
        if !self.rule.is_empty() {
            write!(f, " [{}]", self.rule)?;
        }
        Ok(())
    }
}

//! Exit codes of the program, one per class of outcome.

use std::process::ExitCode;

/// Why the program ends. The numbers are a contract with scripts and are also in the README.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Every property held and everything promised was reached.
    Ok = 0,
    /// A property failed, or the charge balance or a pinned digest is off.
    PropertyFailed = 1,
    /// The input is refused; every violation was printed.
    BadInput = 2,
    /// A result could not be written, a file not read, or a run could not be played.
    Internal = 3,
    /// No property failed, but a scenario never reached what it promises to exercise.
    NotReached = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// The exit codes as a paragraph for `--help`.
pub const HELP: &str = "\
Exit codes:
  0  every property held and every expectation was reached
  1  a property failed, a pinned digest differs, or a figure is beyond its limit (red)
  2  bad input: file, line, field, value and what is allowed are printed, for all violations at once
  3  a file could not be read or written, or a run could not be played
  4  nothing failed, but a scenario never reached what it promises";

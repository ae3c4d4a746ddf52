//! The program as a person or a script meets it: exit codes, printed text, files. One file per behaviour.

mod check;
mod csv_columns;
mod exit_codes;
mod killed_and_resumed;
mod list;
mod pinned_digests;
mod planted_bugs;
mod readout;
mod replay;
mod threads;
mod validate;

use std::{fs, path::Path, path::PathBuf};

use assert_cmd::Command;
use tempfile::TempDir;

/// One battery and one lamp for 20 minutes: the smallest bank that is judged.
const LAMP: &str = r#"
[scenario]
name = "lamp"
title = "One battery and a lamp"
lesson = "The smallest bank that is judged."
duration = "20 min"

[bank]
model = "ng-12.8v-100ah"
series = 1
parallel = 1
system_voltage_v = 12
soc = 0.6

[[device]]
kind = "resistive-load"
name = "lamp"
wired_to = "load"
resistance_ohm = 1.0
"#;

/// A folder that vanishes after the test, and the program to run in it.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// The program in the folder, with these arguments.
    fn ngbank(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("ngbank").unwrap();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }
}

/// The text of a file.
fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

//! Records what the firmware core is asked in whole runs of the built-in scenarios, for another machine to ask again.
//!
//! `record DIR` writes `replay.bin`, every call (format: crate `ngbank-replay`), and `host.txt`, one line per run with
//! the digest of what this machine's core answered. An image that replays the first must print the second.
//!
//! Runs are played with jumps: what is executed, and therefore recorded, clusters around what happens.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use ngbank_benches::tape;
use ngbank_replay::Writer;
use ngbank_sim::scenario::{self, NoFiles};

/// Every scenario is recorded with the first seed, and with the second where the file has room for as much again.
const SEEDS: [u64; 2] = [1, 2];
/// Room of the file, with something to spare below 64 MiB: the runs of two seeds differ a little.
const BYTES_MAX: usize = 60 * 1024 * 1024;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1) else {
        eprintln!("usage: record DIR");
        return ExitCode::from(2);
    };
    match record(Path::new(&dir)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("record: {error}");
            ExitCode::from(3)
        }
    }
}

fn record(dir: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let mut lines = BufWriter::new(File::create(dir.join("host.txt"))?);
    let mut file = BufWriter::new(File::create(dir.join("replay.bin"))?);
    let mut written = Ok(());
    let length = Cell::new(0);
    let mut writer = Writer::new(|bytes: &[u8]| {
        length.set(length.get() + bytes.len());
        if written.is_ok() {
            written = file.write_all(bytes);
        }
    });
    let mut lengths = Vec::new();
    for seed in SEEDS {
        for (place, builtin) in scenario::builtin().iter().enumerate() {
            let expected = lengths.get(place).copied().unwrap_or(0);
            if length.get() + expected > BYTES_MAX {
                continue;
            }
            let begun = length.get();
            let wrong = |what: String| io::Error::other(format!("{}: {what}", builtin.name));
            let scenario = scenario::load(builtin.text, builtin.name, &NoFiles);
            let scenario = scenario.map_err(|findings| wrong(format!("{findings:?}")))?;
            let line = tape::record(&scenario.resolve(seed), &mut writer);
            writeln!(lines, "{}", line.map_err(|error| wrong(error.to_string()))?)?;
            if seed == SEEDS[0] {
                lengths.push(length.get() - begun);
            }
        }
    }
    writer.end_of_file();
    written?;
    file.flush()?;
    lines.flush()
}

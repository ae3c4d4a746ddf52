//! Records what the firmware core is asked in whole runs of the built-in scenarios, for another machine to ask again.
//!
//! `record DIR` writes `replay.bin`, every call (format: crate `ngbank-replay`), and `host.txt`, one line per run with
//! the digest of what this machine's core answered. An image that replays the first must print the second.
//!
//! Runs are played with jumps: what is executed, and therefore recorded, clusters around what happens.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use ngbank_benches::tape;
use ngbank_replay::Writer;
use ngbank_sim::scenario::{self, Builtin, NoFiles};
use rayon::prelude::*;

/// Each scenario that is recorded is so with these seeds.
const SEEDS: [u64; 2] = [1, 2];
/// Room of the file, with something to spare below 64 MiB: the runs of two seeds differ a little.
const BYTES_MAX: usize = 60 * 1024 * 1024;

/// Records what the firmware core is asked in whole runs of the built-in scenarios
#[derive(Parser)]
struct Arguments {
    /// Where `replay.bin` and `host.txt` go
    dir: PathBuf,
}

fn main() -> ExitCode {
    match record(&Arguments::parse().dir) {
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
    let mut writer = Writer::new(|bytes: &[u8]| {
        if written.is_ok() {
            written = file.write_all(bytes);
        }
    });
    for builtin in shortest()? {
        for seed in SEEDS {
            writeln!(lines, "{}", play(builtin, seed, &mut writer)?)?;
        }
    }
    writer.end_of_file();
    written?;
    file.flush()?;
    lines.flush()
}

/// The scenarios of which most find room: those with the fewest calls, hence most events among them.
fn shortest() -> io::Result<Vec<&'static Builtin>> {
    let measured: io::Result<Vec<_>> = scenario::builtin()
        .par_iter()
        .map(|builtin| {
            let mut length = 0;
            let line = play(builtin, SEEDS[0], &mut Writer::new(|bytes: &[u8]| length += bytes.len()));
            line.map(|_| (length, builtin))
        })
        .collect();
    let mut measured = measured?;
    measured.sort_by_key(|(length, builtin)| (*length, builtin.name));
    let mut left = BYTES_MAX;
    let fitting = measured.into_iter().map_while(|(length, builtin)| {
        left = left.checked_sub(SEEDS.len() * length)?;
        Some(builtin)
    });
    Ok(fitting.collect())
}

/// Plays a run into the tape; the line is the digest of what this machine's core answered.
fn play(builtin: &Builtin, seed: u64, writer: &mut Writer<impl FnMut(&[u8])>) -> io::Result<String> {
    let wrong = |what: String| io::Error::other(format!("{}: {what}", builtin.name));
    let scenario = scenario::load(builtin.text, builtin.name, &NoFiles);
    let scenario = scenario.map_err(|findings| wrong(format!("{findings:?}")))?;
    tape::record(&scenario.resolve(seed), writer).map_err(|error| wrong(error.to_string()))
}

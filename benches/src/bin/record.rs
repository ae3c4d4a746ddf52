//! Records what the firmware core is asked in whole runs of the built-in scenarios, for another machine to ask again.
//!
//! `record DIR` writes `replay.bin`, every call (format: crate `ngbank-replay`), and `host.txt`, one line per run with
//! the digest of what this machine's core answered. A Cortex-M image that replays the first must print the second.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Inputs, Outputs, Quiet, ResetCause};
use ngbank_replay::{Digest, Totals, Writer};
use ngbank_sim::engine::{self, Mode, Options, Tap};
use ngbank_sim::scenario::{self, NoFiles};

/// Seeds of every scenario.
const SEEDS: [u64; 2] = [1, 2];

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
    let mut failed = Ok(());
    let mut writer = Writer::new(|bytes: &[u8]| {
        if failed.is_ok() {
            failed = file.write_all(bytes);
        }
    });
    // Jumps first: calls cluster around events. Then some hours of every cycle, without jumps.
    for mode in [Mode::Jump] {
        for builtin in scenario::builtin() {
            let loaded = scenario::load(builtin.text, builtin.name, &NoFiles);
            let loaded = loaded.map_err(|findings| io::Error::other(format!("{}: {findings:?}", builtin.name)))?;
            for seed in SEEDS {
                let mut tape = Tape { writer: &mut writer, digest: Digest::new(), totals: Totals::default() };
                let name = format!("{} seed {seed}", builtin.name);
                tape.writer.run(&name);
                let options = Options { mode, ..Options::default() };
                engine::run_tapped(&loaded.resolve(seed), &options, &mut tape)
                    .map_err(|error| io::Error::other(format!("{name}: {error}")))?;
                writeln!(lines, "{name}{}", Line(tape.totals, tape.digest))?;
            }
        }
    }
    writer.end_of_file();
    failed?;
    file.flush()?;
    lines.flush()
}

/// Writes every call of a run, and digests the answers.
struct Tape<'a, P> {
    writer: &'a mut Writer<P>,
    digest: Digest,
    totals: Totals,
}

impl<P: FnMut(&[u8])> Tap for Tape<'_, P> {
    fn start(&mut self, settings: &Settings, reset: ResetCause, retained: bool) {
        self.writer.start(settings, reset, retained);
    }

    fn retain(&mut self) {
        self.writer.retain();
    }

    fn receive(&mut self, now: Instant, frame: &[u8]) {
        self.totals.receive += 1;
        self.writer.receive(now, frame);
    }

    fn step(&mut self, now: Instant, inputs: &Inputs, outputs: &Outputs, bms: &Bms) {
        self.totals.step += 1;
        self.writer.step(now, inputs);
        self.digest.step(now, outputs, bms);
    }

    fn quiet(&mut self, now: Instant, quiet: &Quiet) {
        self.totals.quiet += 1;
        self.writer.quiet(now);
        self.digest.quiet(now, quiet);
    }

    fn fast_forward(&mut self, to: Instant, cycles: u32) {
        self.totals.fast_forward += 1;
        self.writer.fast_forward(to, cycles);
    }

    fn end(&mut self, now: Instant, bms: &Bms) {
        self.writer.end(now);
        self.digest.end(now, bms);
    }
}

/// What the image prints after the name of a run.
struct Line(Totals, Digest);

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Totals { receive, step, quiet, fast_forward } = self.0;
        let digest = self.1.value();
        write!(f, ": receive {receive}, step {step}, quiet {quiet}, fast_forward {fast_forward}, digest {digest:016x}")
    }
}

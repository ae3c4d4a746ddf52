//! A recording of whole runs: every call on the firmware core, and the digest of every answer.

use std::fmt;

use ngbank_core::readout::Readout;
use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Inputs, Outputs, Quiet, ResetCause};
use ngbank_replay::{CONFIG, Digest, Seconds, Totals, Writer};
use ngbank_sim::engine::{self, Options, RunError, Tap};
use ngbank_sim::scenario::Resolved;

/// Plays one run and writes its calls; the line that an image must print for it.
///
/// # Errors
/// If the run cannot be played.
pub fn record(scenario: &Resolved, writer: &mut Writer<impl FnMut(&[u8])>) -> Result<String, RunError> {
    let name = format!("{} seed {}", scenario.name, scenario.seed);
    writer.run(&name);
    let mut tape = Tape { writer, digest: Digest::new(), totals: Totals::default(), radio: Radio::default() };
    engine::run_tapped(scenario, &Options::default(), &mut tape)?;
    Ok(format!("{name}: {}", Line(tape.totals, tape.digest, tape.radio)))
}

/// What stands after the name of a run.
pub struct Line(pub Totals, pub Digest, pub Radio);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { receive, step, quiet, fast_forward } = self.0;
        let (digest, advertised) = (self.1.value(), self.2.digest.value());
        write!(f, "receive {receive}, step {step}, quiet {quiet}, fast_forward {fast_forward}, ")?;
        write!(f, "digest {digest:016x}, readout {advertised:016x}")
    }
}

/// Writes every call of a run, and digests the answers.
struct Tape<'a, P> {
    writer: &'a mut Writer<P>,
    digest: Digest,
    totals: Totals,
    radio: Radio,
}

/// Asks for the readout as the image does.
#[derive(Default)]
pub struct Radio {
    readout: Readout,
    seconds: Seconds,
    digest: Digest,
}

impl Radio {
    /// The firmware starts: of the readout only the nonce was kept.
    pub fn start(&mut self) {
        self.readout = Readout::with_nonce(self.readout.nonce());
    }

    /// A decision was made.
    pub fn decided(&mut self, now: Instant, bms: &Bms) {
        if self.seconds.is_due(now) {
            self.readout.observe(now, bms);
            self.digest.advertised(&self.readout.advertise(bms, &CONFIG));
        }
    }
}

impl<P: FnMut(&[u8])> Tap for Tape<'_, P> {
    fn start(&mut self, settings: &Settings, reset: ResetCause, retained: bool) {
        self.writer.start(settings, reset, retained);
        self.radio.start();
    }

    fn change_settings(&mut self, now: Instant, settings: &Settings, taken: bool) {
        self.writer.change_settings(now, settings);
        self.digest.change_settings(taken);
    }

    fn begin_update(&mut self) {
        self.writer.begin_update();
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
        self.radio.decided(now, bms);
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

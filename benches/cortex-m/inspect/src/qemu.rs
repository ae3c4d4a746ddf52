//! Plays scripts and recorded calls on the image in QEMU, and counts the instructions of every call.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Inputs, ResetCause};
use ngbank_replay::Writer;

use crate::elf::{ElfError, Image};
use crate::script::{Player, Script};

/// Calls on the core that are counted, by their names in the image.
pub const CALLS: [&str; 8] = [
    "core_receive",
    "core_step",
    "core_quiet",
    "core_fast_forward",
    "core_start",
    "core_change_settings",
    "core_observe",
    "core_readout",
];
/// The place of `core_receive` in [`CALLS`].
pub const RECEIVE: usize = 0;
/// The place of `core_step`.
pub const STEP: usize = 1;
/// The place of `core_observe`.
pub const OBSERVE: usize = 6;
/// The place of `core_readout`.
pub const READOUT: usize = 7;

/// The machine, the image on it and the plugin.
#[derive(Debug)]
pub struct Machine {
    qemu: PathBuf,
    plugin: PathBuf,
    model: String,
    image: PathBuf,
    /// The counted calls that the image has: place in [`CALLS`], address.
    entries: Vec<(usize, u32)>,
}

/// One call on the core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Its place in [`CALLS`].
    pub call: usize,
    /// Instructions from its first to its return.
    pub instructions: u32,
}

/// A call, and the number of the cycle in which a script made it. The image itself makes those of the readout: they belong
/// to the cycle of the decision before them.
pub type InCycle = (Counted, Option<u32>);

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum QemuError {
    /// The image cannot be read.
    #[error("{0}: {1}")]
    Image(String, ElfError),
    /// A file cannot be read or written, or QEMU not started.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// The image ended with an error.
    #[error("the image failed: {0}")]
    Failed(String),
    /// The plugin says something else than counts.
    #[error("counts: {0}")]
    Counts(String),
    /// Another number of calls was counted than was made.
    #[error("{made} calls were made, {counted} counted")]
    Calls {
        /// By the script.
        made: usize,
        /// By the plugin.
        counted: usize,
    },
}

impl Machine {
    /// A machine of this model with this image.
    ///
    /// # Errors
    /// If the image cannot be read.
    pub fn new(qemu: &Path, plugin: &Path, model: &str, image: &Path) -> Result<Self, QemuError> {
        let path = absolute(image)?;
        let name = path.display().to_string();
        let bytes = fs::read(&path).map_err(|error| QemuError::File(name.clone(), error))?;
        let parsed = Image::parse(&bytes).map_err(|error| QemuError::Image(name.clone(), error))?;
        let mut entries = Vec::new();
        for (place, call) in CALLS.iter().enumerate() {
            match parsed.address_of(call) {
                Ok(address) => entries.push((place, address)),
                Err(error) if place == RECEIVE || place == STEP => return Err(QemuError::Image(name, error)),
                // The image does not have it.
                Err(_) => {}
            }
        }
        Ok(Self { qemu: qemu.to_owned(), plugin: absolute(plugin)?, model: model.to_owned(), image: path, entries })
    }

    /// True if the image has the readout.
    pub fn has_readout(&self) -> bool {
        self.entries.iter().any(|&(place, _)| place == READOUT)
    }

    /// Plays a replay file; every counted call in the order they were made.
    ///
    /// # Errors
    /// If QEMU or the image fails.
    pub fn play(&self, replay: &[u8]) -> Result<Vec<Counted>, QemuError> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error| QemuError::File(what, error)
        };
        let folder = tempfile::tempdir().map_err(failed("a temporary folder"))?;
        // The name that the image opens.
        fs::write(folder.path().join("replay.bin"), replay).map_err(failed("replay.bin"))?;
        let mut plugin = self.plugin.as_os_str().to_owned();
        for (_, address) in &self.entries {
            plugin.push(format!(",entry={address:#x}"));
        }
        plugin.push(",out=counts.txt");
        let output = Command::new(&self.qemu)
            .current_dir(folder.path())
            .args(["-M", &self.model, "-nographic", "-monitor", "none", "-serial", "none"])
            .args(["-semihosting-config", "enable=on,target=native", "-kernel"])
            .arg(&self.image)
            .arg("-plugin")
            .arg(plugin)
            .output()
            .map_err(failed(&self.qemu.display().to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(QemuError::Failed(format!("{}; {said}", output.status)));
        }
        let counts = fs::read_to_string(folder.path().join("counts.txt")).map_err(failed("counts.txt"))?;
        counts.lines().map(|line| self.counted(line)).collect()
    }

    /// Plays scripts one after the other; the counts of each, and in which cycle each call was made.
    ///
    /// # Errors
    /// If QEMU or the image fails, or other calls were counted than were made.
    pub fn play_scripts(&self, scripts: &[Script]) -> Result<Vec<Vec<InCycle>>, QemuError> {
        let mut file = Vec::new();
        let writer = Writer::new(|bytes: &[u8]| file.extend_from_slice(bytes));
        let mut tape = Tape { writer, script: 0, cycle: None, made: Vec::new() };
        for (number, script) in scripts.iter().enumerate() {
            tape.script = number;
            tape.writer.run("script");
            script.play(&mut tape);
            tape.writer.end(Instant::from_millis(0));
        }
        tape.writer.end_of_file();
        let made = tape.made;
        let counted = self.play(&file)?;
        sorted_out(scripts.len(), &made, &counted).ok_or(QemuError::Calls { made: made.len(), counted: counted.len() })
    }

    /// The QEMU that is used, in one line.
    ///
    /// # Errors
    /// If it does not start.
    pub fn version(&self) -> Result<String, QemuError> {
        let output = Command::new(&self.qemu).arg("--version").output();
        let output = output.map_err(|error| QemuError::File(self.qemu.display().to_string(), error))?;
        Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or("unknown QEMU").to_owned())
    }

    /// A line of the plugin: number of the entry, number of the call, instructions.
    fn counted(&self, line: &str) -> Result<Counted, QemuError> {
        let numbers: Vec<u32> = line.split(' ').filter_map(|word| word.parse().ok()).collect();
        let entry = |entry: u32| usize::try_from(entry).ok().and_then(|entry| self.entries.get(entry));
        match numbers[..] {
            [number, _, instructions] if let Some(&(call, _)) = entry(number) => Ok(Counted { call, instructions }),
            _ => Err(QemuError::Counts(line.to_owned())),
        }
    }
}

/// The counted calls of each script, if they are those that were made; calls that no script makes are left out.
fn sorted_out(scripts: usize, made: &[Made], counted: &[Counted]) -> Option<Vec<Vec<InCycle>>> {
    let mut found = vec![Vec::new(); scripts];
    let mut made = made.iter();
    let mut last = None;
    for &counted in counted {
        match counted.call {
            RECEIVE | STEP => last = Some(made.next().filter(|made| made.call == counted.call)?),
            OBSERVE | READOUT => {}
            _ => continue,
        }
        let &Made { script, cycle, .. } = last?;
        found.get_mut(script)?.push((counted, cycle));
    }
    made.next().is_none().then_some(found)
}

/// QEMU runs in another folder.
fn absolute(path: &Path) -> Result<PathBuf, QemuError> {
    path.canonicalize().map_err(|error| QemuError::File(path.display().to_string(), error))
}

/// Writes a replay file, and remembers which calls it holds.
struct Tape<P> {
    writer: Writer<P>,
    script: usize,
    cycle: Option<u32>,
    made: Vec<Made>,
}

/// A call that a script made.
struct Made {
    /// Its place in [`CALLS`].
    call: usize,
    script: usize,
    cycle: Option<u32>,
}

impl<P> Tape<P> {
    fn note(&mut self, call: usize) {
        self.made.push(Made { call, script: self.script, cycle: self.cycle });
    }
}

impl<P: FnMut(&[u8])> Player for Tape<P> {
    fn start(&mut self, settings: &Settings, reset: ResetCause) {
        if reset != ResetCause::PowerOn {
            self.writer.retain();
        }
        self.writer.start(settings, reset, reset != ResetCause::PowerOn);
    }

    fn receive(&mut self, now: Instant, frame: &[u8]) {
        self.writer.receive(now, frame);
        self.note(RECEIVE);
    }

    fn step(&mut self, now: Instant, inputs: &Inputs) {
        self.writer.step(now, inputs);
        self.note(STEP);
    }

    fn cycle(&mut self, number: Option<u32>) {
        self.cycle = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_the_readout_belong_to_the_decision_before_them() {
        let made = [(RECEIVE, 0, None), (STEP, 0, Some(4)), (STEP, 1, None)];
        let made = made.map(|(call, script, cycle)| Made { call, script, cycle });
        let counted = |calls: &[usize]| -> Vec<Counted> {
            (1..).zip(calls).map(|(instructions, &call)| Counted { call, instructions }).collect()
        };
        let quiet = 2;
        let sorted = sorted_out(2, &made, &counted(&[RECEIVE, STEP, OBSERVE, READOUT, quiet, STEP]));
        let cycles = |calls: &Vec<InCycle>| -> Vec<_> { calls.iter().map(|&(c, cycle)| (c.call, cycle)).collect() };
        let first = vec![(RECEIVE, None), (STEP, Some(4)), (OBSERVE, Some(4)), (READOUT, Some(4))];
        assert_eq!(
            sorted.as_deref().map(|scripts| scripts.iter().map(cycles).collect()),
            Some(vec![first, vec![(STEP, None)]])
        );
        // One too few, one too many, another order.
        for calls in [&[RECEIVE, STEP][..], &[RECEIVE, STEP, STEP, STEP], &[STEP, RECEIVE, STEP]] {
            assert_eq!(sorted_out(2, &made, &counted(calls)), None);
        }
    }
}

//! The journal of a campaign: what is finished, so that an interrupted campaign can go on.
//!
//! One line per finished run: a checksum, a space, and JSON with the run's key and record. While the campaign runs the file is
//! called `journal.partial` and grows; it gets its final name `journal.jsonl` only when every run is in it. A line cut short by a
//! kill fails its checksum and counts as not run. A record is used again only if its key matches: same program, same scenario
//! text and files, same seed, same mode.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

use serde::{Deserialize, Serialize};

use crate::{
    files::{FileError, remove, write_whole},
    record::RunRecord,
};

const GROWING: &str = "journal.partial";
const WHOLE: &str = "journal.jsonl";

/// A journal that is being written.
pub struct Journal {
    folder: PathBuf,
    file: Mutex<File>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    record: RunRecord,
}

impl Journal {
    /// Begins a journal in `folder`. With `resume`, whole records of an earlier one are kept and returned by key.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn begin(folder: &Path, resume: bool) -> Result<(Self, BTreeMap<String, RunRecord>), FileError> {
        let growing = folder.join(GROWING);
        let whole = folder.join(WHOLE);
        let kept = if resume {
            let mut kept = read(&whole)?;
            kept.append(&mut read(&growing)?);
            kept
        } else {
            BTreeMap::new()
        };
        let lines: String = kept
            .iter()
            .map(|(key, record)| line(key, record))
            .collect::<io::Result<_>>()
            .map_err(FileError::at(&growing))?;
        write_whole(&growing, lines.as_bytes())?;
        remove(&[&whole])?;
        let file = File::options().append(true).open(&growing).map_err(FileError::at(&growing))?;
        Ok((Self { folder: folder.to_owned(), file: Mutex::new(file) }, kept))
    }

    /// Adds a finished run; safe to call from any thread.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn add(&self, key: &str, record: &RunRecord) -> Result<(), FileError> {
        let write = || -> io::Result<()> {
            let line = line(key, record)?;
            let mut file = self.file.lock().map_err(|_| io::Error::other("another thread failed"))?;
            file.write_all(line.as_bytes())
        };
        write().map_err(FileError::at(&self.folder.join(GROWING)))
    }

    /// Gives the journal its final name.
    ///
    /// # Errors
    /// When the file cannot be flushed or renamed.
    pub fn finish(self) -> Result<(), FileError> {
        let growing = self.folder.join(GROWING);
        let publish = || -> io::Result<()> {
            File::open(&growing)?.sync_all()?;
            fs::rename(&growing, self.folder.join(WHOLE))
        };
        publish().map_err(FileError::at(&growing))
    }
}

fn line(key: &str, record: &RunRecord) -> io::Result<String> {
    let json = serde_json::to_string(&Line { key: key.to_owned(), record: record.clone() })?;
    Ok(format!("{} {json}\n", checksum(&json)))
}

fn read(path: &Path) -> Result<BTreeMap<String, RunRecord>, FileError> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let bytes = fs::read(path).map_err(FileError::at(path))?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().filter_map(whole_line).map(|line| (line.key, line.record)).collect())
}

fn whole_line(line: &str) -> Option<Line> {
    let (sum, json) = line.split_once(' ')?;
    (sum == checksum(json)).then(|| serde_json::from_str(json).ok())?
}

fn checksum(json: &str) -> String {
    blake3::hash(json.as_bytes()).to_hex()[..16].to_owned()
}

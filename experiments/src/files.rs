//! Files that appear under their final name only when they are whole.
//!
//! Every result goes to a temporary file in the same folder, is flushed to the disk and then renamed. A program that is
//! killed at any moment leaves at worst a file whose name starts with [`TEMPORARY_PREFIX`]; the next write clears those away
//! with [`remove_left_overs`].

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// How the names of unfinished files begin.
pub const TEMPORARY_PREFIX: &str = ".unfinished-";

/// A file could not be written or read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FileError {
    /// Which file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// Names the file that an input or output error belongs to.
    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self { path: path.to_owned(), source }
    }
}

/// Writes a whole file: all of `bytes` or, on any error, nothing under `path`.
///
/// # Errors
/// When the folder is missing or cannot be written.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    write_whole_with(path, |temporary| File::options().write(true).truncate(true).open(temporary)?.write_all(bytes))
}

/// Writes a whole file through a function that fills the temporary file it is given.
///
/// The temporary name keeps the extension of `path`, because image encoders choose the format by it.
///
/// # Errors
/// What `fill` reports, and when the file cannot be made, flushed or renamed.
pub fn write_whole_with(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), FileError> {
    let folder = folder_of(path);
    let extension = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    let publish = || -> io::Result<()> {
        let temporary = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .suffix(&extension)
            .permissions_of_a_plain_file()
            .tempfile_in(folder)?
            .into_temp_path();
        fill(&temporary)?;
        File::open(&temporary)?.sync_all()?;
        temporary.persist(path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()
    };
    publish().map_err(FileError::at(path))
}

/// Makes a folder and everything above it.
///
/// # Errors
/// When the system refuses.
pub fn make_folder(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::at(path))
}

/// Removes those of these files that exist.
///
/// # Errors
/// When one of them cannot be removed.
pub fn remove(paths: &[&Path]) -> Result<(), FileError> {
    for path in paths.iter().filter(|path| path.exists()) {
        fs::remove_file(path).map_err(FileError::at(path))?;
    }
    Ok(())
}

/// Removes what a killed program left unfinished in `folder`.
///
/// # Errors
/// When the folder cannot be read or a left-over cannot be removed.
pub fn remove_left_overs(folder: &Path) -> Result<(), FileError> {
    for entry in fs::read_dir(folder).map_err(FileError::at(folder))? {
        let entry = entry.map_err(FileError::at(folder))?;
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY_PREFIX) {
            fs::remove_file(entry.path()).map_err(FileError::at(&entry.path()))?;
        }
    }
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// `tempfile` makes files that only their owner may read; results are meant to be read by others.
trait PlainPermissions {
    fn permissions_of_a_plain_file(&mut self) -> &mut Self;
}

impl PlainPermissions for tempfile::Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_of_a_plain_file(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        self.permissions(fs::Permissions::from_mode(0o666)) // the umask still applies
    }

    #[cfg(not(unix))]
    fn permissions_of_a_plain_file(&mut self) -> &mut Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write_whole(&path, b"old").unwrap();
        let failed = write_whole_with(&path, |temporary| {
            fs::write(temporary, b"ne")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.unwrap_err().to_string().contains("a.csv: disk full"));
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn left_overs_of_a_killed_program_are_removed_and_results_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(format!("{TEMPORARY_PREFIX}x.svg")), b"half").unwrap();
        write_whole(&folder.path().join("trace.svg"), b"whole").unwrap();
        remove_left_overs(folder.path()).unwrap();
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(names, ["trace.svg"]);
    }
}

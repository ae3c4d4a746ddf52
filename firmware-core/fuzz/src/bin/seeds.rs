//! Writes the seeds into a folder, one file each: `seeds FOLDER`.

use std::{env, fs, io, path::Path};

use ngbank_core_fuzz::seeds::seeds;

fn main() -> io::Result<()> {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    fs::create_dir_all(&folder)?;
    for (name, script) in seeds() {
        fs::write(Path::new(&folder).join(format!("seed-{name}")), script.bytes())?;
    }
    Ok(())
}

//! The memory of the machine that the image is linked for.
//!
//! Code that only replays lies in a region of its own: `FLASH` is the memory that a firmware may take, and an image whose
//! core does not fit in is a link error.

use std::path::PathBuf;
use std::{env, fs};

/// Stellaris LM3S6965 (QEMU `lm3s6965evb`), Cortex-M3, has 256 KiB of flash and 64 KiB of RAM; Arm MPS2 with AN386 (QEMU
/// `mps2-an386`), Cortex-M4F, has more of both at the same addresses.
fn memory(flash_kib: u32) -> String {
    format!(
        "MEMORY {{
            FLASH : ORIGIN = 0x00000000, LENGTH = {flash_kib}K
            REPLAY : ORIGIN = 0x00010000, LENGTH = 64K
            RAM : ORIGIN = 0x20000000, LENGTH = 64K
        }}"
    )
}

/// Code by the crate that it is of, or is made for: function names tell both (mangling v0).
const REPLAY: &str = "SECTIONS {
    .replay : {
        *(.text.*13ngbank_replay* .text.*14cortex_m_image* .text.*20cortex_m_semihosting* .text.main)
    } > REPLAY
} INSERT AFTER .text;";

fn main() {
    // Without the encrypted readout, and with it.
    let flash_kib = if env::var_os("CARGO_FEATURE_READOUT").is_none() { 24 } else { 32 };
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    let write = |name: &str, text: &str| fs::write(out.join(name), text).expect("OUT_DIR can be written");
    write("memory.x", &memory(flash_kib));
    write("replay.x", REPLAY);
    // No device: no names of interrupts.
    write("device.x", "");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=-Treplay.x");
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rerun-if-changed=build.rs");
}

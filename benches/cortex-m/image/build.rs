//! The memory of the machine that the image is linked for.

use std::path::PathBuf;
use std::{env, fs};

/// Stellaris LM3S6965 (QEMU `lm3s6965evb`), Cortex-M3.
const LM3S6965: &str = "MEMORY { FLASH : ORIGIN = 0x00000000, LENGTH = 256K  RAM : ORIGIN = 0x20000000, LENGTH = 64K }";
/// Arm MPS2 with AN386 (QEMU `mps2-an386`), Cortex-M4F; its memory is larger, but no image needs more than this.
const MPS2_AN386: &str =
    "MEMORY { FLASH : ORIGIN = 0x00000000, LENGTH = 256K  RAM : ORIGIN = 0x20000000, LENGTH = 64K }";

fn main() {
    let memory =
        if env::var("TARGET").is_ok_and(|target| target.starts_with("thumbv7em")) { MPS2_AN386 } else { LM3S6965 };
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), memory).expect("OUT_DIR can be written");
    // No device: no names of interrupts.
    fs::write(out.join("device.x"), "").expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rerun-if-changed=build.rs");
}

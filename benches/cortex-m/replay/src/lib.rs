//! Recorded calls on the firmware core, and the digest of its answers: the same code on the host and on the target.
//!
//! ```text
//!  host:    simulation ──► firmware core ──► Digest ──► line per run ─┐
//!                │ every call                                        ├─ must be equal
//!                ▼ Writer                                            │
//!           replay file ──► Reader ──► firmware core ──► Digest ──► line per run
//!  target:                             the image
//! ```
//!
//! The readout is in no file: both sides ask for it after the first decision of each second ([`Seconds`]), and digest what
//! would be advertised.
//!
//! The file holds only what went in; what came out is known to the host alone, so that the image cannot but compute it.
//!
//! | Tag | Item | Then |
//! |---|---|---|
//! | `0x01` | [`Call::Run`] | length of the name (1 byte), name |
//! | `0x02` | [`Call::Start`] | reset cause (1), retained memory is handed over (1), settings |
//! | `0x03` | [`Call::Retain`] | – |
//! | `0x04` | [`Call::Receive`] | time, length (1), bytes of the frame |
//! | `0x05` | [`Call::Step`] | time, inputs: supply, L, H (4 each), radio (1) |
//! | `0x06` | [`Call::Step`] with the inputs of the last one | time |
//! | `0x07` | [`Call::Quiet`] | time |
//! | `0x08` | [`Call::FastForward`] | time, cycles (4) |
//! | `0x09` | [`Call::Receive`] of a frame like the last one of its sender | time, sender (1), which bytes differ (8: one bit each), these |
//! | `0x0a` | [`Call::ChangeSettings`] | time, settings |
//! | `0x0b` | [`Call::BeginUpdate`] | – |
//! | `0x0e` | [`Call::End`] | time |
//! | `0x0f` | [`Call::EndOfFile`] | – |
//!
//! Settings are their numbers (4 bytes each), their choices (1 each) and the bank layout, field by field.
//! The sender is the third byte of a frame. Frames longer than 64 bytes, and of senders from 50 on, are not remembered.
//! Tags from `0x10` on are free. Before everything stands [`MAGIC`]. Numbers are little-endian; a time is its distance
//! from the time before (wrapping, ms), seven bits a byte, the low ones first, the top bit set on all but the last.
//!
//! *Guarantees.* `no_std`, no heap, no panic path, no call through a pointer: it is linked into the target's image.
#![no_std]
#![forbid(unsafe_code)]

mod digest;
mod last;
mod read;
mod seconds;
mod write;

pub use digest::{Digest, Totals};
pub use read::{Broken, Reader, Source};
#[cfg(feature = "readout")]
pub use seconds::CONFIG;
pub use seconds::Seconds;
pub use write::Writer;

use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Inputs, ResetCause};

/// What a file begins with: name and version of the format.
pub const MAGIC: [u8; 8] = *b"ngreplay";

/// Longest name of a run, and longest frame, bytes.
pub const BYTES_MAX: usize = 255;

/// One call on the firmware core, or what stands between calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// A run begins, with an unused core; its name is in [`Reader::bytes`].
    Run,
    /// [`ngbank_core::Bms::start`].
    Start {
        /// The settings.
        settings: Settings,
        /// Why it starts.
        reset: ResetCause,
        /// What [`Call::Retain`] wrote is handed over.
        retained: bool,
    },
    /// [`ngbank_core::Bms::change_settings`].
    ChangeSettings {
        /// When.
        now: Instant,
        /// The new settings.
        settings: Settings,
    },
    /// [`ngbank_core::Bms::begin_update`].
    BeginUpdate,
    /// [`ngbank_core::Bms::retained`].
    Retain,
    /// [`ngbank_core::Bms::receive`]; the frame is in [`Reader::bytes`].
    Receive {
        /// When.
        now: Instant,
    },
    /// [`ngbank_core::Bms::step`].
    Step {
        /// When.
        now: Instant,
        /// What the pins read.
        inputs: Inputs,
    },
    /// [`ngbank_core::Bms::quiet`].
    Quiet {
        /// When.
        now: Instant,
    },
    /// [`ngbank_core::Bms::fast_forward`].
    FastForward {
        /// To when.
        to: Instant,
        /// Over so many cycles.
        cycles: u32,
    },
    /// The run is over.
    End {
        /// When.
        now: Instant,
    },
    /// Nothing follows.
    EndOfFile,
}

/// The bytes that say what follows.
mod tag {
    pub const RUN: u8 = 0x01;
    pub const START: u8 = 0x02;
    pub const RETAIN: u8 = 0x03;
    pub const RECEIVE: u8 = 0x04;
    pub const STEP: u8 = 0x05;
    pub const STEP_SAME_INPUTS: u8 = 0x06;
    pub const QUIET: u8 = 0x07;
    pub const FAST_FORWARD: u8 = 0x08;
    pub const RECEIVE_LIKE: u8 = 0x09;
    pub const CHANGE_SETTINGS: u8 = 0x0a;
    pub const BEGIN_UPDATE: u8 = 0x0b;
    pub const END: u8 = 0x0e;
    pub const END_OF_FILE: u8 = 0x0f;
}

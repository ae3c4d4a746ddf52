//! The readout, asked as a radio's task would ask: between decisions, about once a second.

pub use ngbank_core::readout::Readout;

use crate::calls::{core_observe, core_readout};
use crate::semihosting::{print, print_digest};
use crate::stack::Depth;
use ngbank_core::Bms;
use ngbank_core::readout::PAYLOAD_LEN;
use ngbank_core::units::Instant;
use ngbank_replay::{CONFIG, Digest, Seconds};

pub struct Radio {
    readout: &'static mut Readout,
    payload: [u8; PAYLOAD_LEN],
    seconds: Seconds,
    digest: Digest,
    observe_depth: Depth,
    readout_depth: Depth,
}

impl Radio {
    pub const fn new(readout: &'static mut Readout) -> Self {
        Self {
            readout,
            payload: [0; PAYLOAD_LEN],
            seconds: Seconds::new(),
            digest: Digest::new(),
            observe_depth: Depth::NONE,
            readout_depth: Depth::NONE,
        }
    }

    /// A run begins, with a key that was never used.
    pub fn begin_run(&mut self) {
        *self.readout = Readout::new();
        self.seconds = Seconds::new();
        self.digest = Digest::new();
    }

    /// The firmware starts: of the readout only the nonce was kept.
    pub fn start(&mut self) {
        *self.readout = Readout::with_nonce(self.readout.nonce());
    }

    /// A decision was made.
    pub fn decided(&mut self, now: Instant, bms: &Bms) {
        if self.seconds.is_due(now) {
            let Self { readout, payload, .. } = self;
            self.observe_depth.around(|| core_observe(readout, now, bms));
            self.readout_depth.around(|| core_readout(readout, bms, &CONFIG, payload));
            self.digest.advertised(&self.payload);
        }
    }

    /// The last part of a run's line.
    pub fn print_run(&self) {
        print(b", readout ");
        print_digest(self.digest);
    }

    pub fn print_depths(&self) {
        self.observe_depth.print(b"core_observe");
        self.readout_depth.print(b"core_readout");
    }
}

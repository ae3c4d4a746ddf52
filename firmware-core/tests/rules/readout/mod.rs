//! READ-1: Instant Readout. A reader of its own, written from the published record, decodes what the core advertises.

mod fields;
mod nonce;
mod reader;
mod time_to_go;
mod wire;

use ngbank_core::readout::{Readout, ReadoutConfig, Record};

use crate::common::Bank;

/// The key of the published example, ASCII A…P.
pub const CONFIG: ReadoutConfig = ReadoutConfig { product_id: 0xa3ec, key: *b"ABCDEFGHIJKLMNOP" };

/// What a reader sees of the bank now.
pub fn seen(bank: &Bank) -> Record {
    reader::read(&Readout::new().advertise(&bank.bms, &CONFIG), &CONFIG)
}

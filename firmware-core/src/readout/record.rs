//! The published manufacturer record 0x0A: fields, plaintext, payload.
//!
//! | Bytes | Payload, after the company id 0x02E1 |
//! |---|---|
//! | 0 | 0x10 |
//! | 1 | length of what follows byte 3: 20 |
//! | 2–3 | product id |
//! | 4 | 0x0A |
//! | 5–6 | nonce |
//! | 7 | first byte of the key |
//! | 8–23 | plaintext, encrypted by AES-128 in counter mode |
//!
//! Numbers are little-endian. The counter has 128 bits and begins at the nonce; a record is one block.

use super::ReadoutConfig;
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// Bytes of a payload.
pub const PAYLOAD_LEN: usize = 24;

const PREFIX: u8 = 0x10;
const LENGTH: u8 = 20;
const KIND: u8 = 0x0a;

/// What is shown, in the units of the record; `None` is not available. What a field cannot hold is shown as the nearest
/// value that it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// Error number (ERR-1); 0 is none.
    pub error: u8,
    /// Time to go, min, at most 65,534.
    pub time_to_go_min: Option<u16>,
    /// Battery voltage, 0.01 V, at most 327.66 V.
    pub voltage_cv: Option<i16>,
    /// Battery current, 0.1 A, positive charges, at most 3276.6 A.
    pub current_da: Option<i16>,
    /// What is switched on or allowed.
    pub io: IoStatus,
    /// Warnings and alarms.
    pub warnings: Warnings,
    /// State of charge, ‰, at most 102.2 %.
    pub soc_pm: Option<u16>,
    /// Consumed charge, 0.1 Ah, positive, at most 104,857.4 Ah. A reader shows it negated.
    pub consumed_dah: Option<u32>,
    /// Temperature, °C, −40 to 86.
    pub temperature_c: Option<i16>,
}

/// Seven answers; `None` is not available.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IoStatus {
    /// A contactor is closed.
    pub contactor_closed: Option<bool>,
    /// Charging is allowed.
    pub charge_allowed: Option<bool>,
    /// Discharging is allowed.
    pub discharge_allowed: Option<bool>,
    /// A relay is active.
    pub relay_active: Option<bool>,
    /// The auxiliary output is on.
    pub aux_on: Option<bool>,
    /// The remote is on.
    pub remote_on: Option<bool>,
    /// An alternator may charge.
    pub alternator_allowed: Option<bool>,
}

/// How bad something is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Level {
    /// The device does not watch it, or not yet.
    #[default]
    Unsupported = 0,
    /// As it should be.
    Ok = 1,
    /// A disconnect is coming if nothing changes.
    Warning = 2,
    /// The reason for a disconnect that has happened.
    Alarm = 3,
}

/// Warnings and alarms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warnings {
    /// A cell is low.
    pub low_cell_voltage: Level,
    /// The current is high.
    pub high_current: Level,
    /// The BMS itself is hot.
    pub high_bms_temperature: Level,
    /// A contactor fails.
    pub contactor: Level,
    /// A battery is not heard.
    pub bms_cable_fault: Level,
    /// Loads are, or will be, disconnected.
    pub load_disconnect: Level,
    /// The state of charge is low.
    pub low_soc: Level,
}

impl IoStatus {
    /// Nothing is available.
    pub const NONE: Self = Self {
        contactor_closed: None,
        charge_allowed: None,
        discharge_allowed: None,
        relay_active: None,
        aux_on: None,
        remote_on: None,
        alternator_allowed: None,
    };

    /// The field of the record: two bits each, the first lowest.
    pub fn bits(&self) -> u16 {
        let answers = [
            self.contactor_closed,
            self.charge_allowed,
            self.discharge_allowed,
            self.relay_active,
            self.aux_on,
            self.remote_on,
            self.alternator_allowed,
        ];
        answers.into_iter().rev().fold(0u16, |bits, answer| {
            let answer = match answer {
                None => 0,
                Some(true) => 1,
                Some(false) => 2,
            };
            bits << 2 | answer
        })
    }
}

impl Warnings {
    /// Nothing is watched.
    pub const NONE: Self = Self {
        low_cell_voltage: Level::Unsupported,
        high_current: Level::Unsupported,
        high_bms_temperature: Level::Unsupported,
        contactor: Level::Unsupported,
        bms_cable_fault: Level::Unsupported,
        load_disconnect: Level::Unsupported,
        low_soc: Level::Unsupported,
    };

    /// The field of the record: two bits each, the first lowest.
    pub fn bits(&self) -> u32 {
        let levels = [
            self.low_cell_voltage,
            self.high_current,
            self.high_bms_temperature,
            self.contactor,
            self.bms_cable_fault,
            self.load_disconnect,
            self.low_soc,
        ];
        levels.into_iter().rev().fold(0u32, |bits, level| bits << 2 | u32::from(level as u8))
    }
}

impl Record {
    /// Nothing is available.
    pub const NONE: Self = Self {
        error: 0,
        time_to_go_min: None,
        voltage_cv: None,
        current_da: None,
        io: IoStatus::NONE,
        warnings: Warnings::NONE,
        soc_pm: None,
        consumed_dah: None,
        temperature_c: None,
    };

    /// The 128 bits before encryption.
    pub fn plaintext(&self) -> [u8; 16] {
        let signed = |value: Option<i16>| value.map_or(0x7fff, |value| value.min(0x7ffe).cast_unsigned());
        let temperature = |c: i16| c.clamp(-40, 86).saturating_add(40).unsigned_abs();
        let mut pen = Pen { word: 0, at: 0 };
        pen.put(8, self.error.into());
        pen.put(16, self.time_to_go_min.map_or(0xffff, |min| min.min(0xfffe)).into());
        pen.put(16, signed(self.voltage_cv).into());
        pen.put(16, signed(self.current_da).into());
        pen.put(16, self.io.bits().into());
        pen.put(18, self.warnings.bits());
        pen.put(10, self.soc_pm.map_or(0x3ff, |pm| pm.min(0x3fe)).into());
        pen.put(20, self.consumed_dah.map_or(0xf_ffff, |consumed| consumed.min(0xf_fffe)));
        pen.put(7, self.temperature_c.map_or(0x7f, temperature).into());
        pen.put(1, 1);
        pen.word.to_le_bytes()
    }

    /// The encrypted payload under this nonce. A pair of key and nonce must never encrypt two records:
    /// [`super::Readout::advertise`] sees to that.
    pub fn payload(&self, nonce: u16, config: &ReadoutConfig) -> [u8; PAYLOAD_LEN] {
        payload(self.plaintext(), nonce, config)
    }
}

/// A plaintext as it goes on the air.
pub(super) fn payload(plaintext: [u8; 16], nonce: u16, config: &ReadoutConfig) -> [u8; PAYLOAD_LEN] {
    let [nonce_low, nonce_high] = nonce.to_le_bytes();
    let [product_low, product_high] = config.product_id.to_le_bytes();
    let [key_first, ..] = config.key;
    let head = [PREFIX, LENGTH, product_low, product_high, KIND, nonce_low, nonce_high, key_first];
    // One block: the counter never moves on.
    let mut keystream = u128::from(nonce).to_le_bytes().into();
    Aes128::new(&config.key.into()).encrypt_block(&mut keystream);
    let ciphertext = plaintext.into_iter().zip(keystream).map(|(text, key)| text ^ key);
    let mut out = [0; PAYLOAD_LEN];
    for (to, from) in out.iter_mut().zip(head.into_iter().chain(ciphertext)) {
        *to = from;
    }
    out
}

/// Packs bits, the least significant first.
struct Pen {
    word: u128,
    at: u32,
}

impl Pen {
    /// `bits` is below 32, and `value` has no more.
    fn put(&mut self, bits: u32, value: u32) {
        self.word |= u128::from(value).wrapping_shl(self.at);
        self.at = self.at.saturating_add(bits);
    }
}

//! A reader: payload to values, the other way round than the core, bit by bit.

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use ngbank_core::readout::{IoStatus, Level, PAYLOAD_LEN, ReadoutConfig, Record, Warnings};

/// The nonce of a payload.
pub fn nonce(payload: &[u8; PAYLOAD_LEN]) -> u16 {
    u16::from_le_bytes([payload[5], payload[6]])
}

/// Decrypts a payload, after a look at its head.
pub fn decrypt(payload: &[u8; PAYLOAD_LEN], config: &ReadoutConfig) -> [u8; 16] {
    let [low, high] = config.product_id.to_le_bytes();
    assert_eq!(payload[..5], [0x10, 20, low, high, 0x0a]);
    assert_eq!(payload[7], config.key[0]);
    let mut block = [0; 16];
    block[..2].copy_from_slice(&payload[5..7]);
    let mut block = block.into();
    Aes128::new(&config.key.into()).encrypt_block(&mut block);
    std::array::from_fn(|i| block[i] ^ payload[8 + i])
}

/// The values of a payload.
pub fn read(payload: &[u8; PAYLOAD_LEN], config: &ReadoutConfig) -> Record {
    values(&decrypt(payload, config))
}

/// The values of a plaintext.
pub fn values(plaintext: &[u8; 16]) -> Record {
    let mut bits = Bits { plaintext, at: 0 };
    let error = u8::try_from(bits.take(8)).unwrap();
    let time_to_go_min = bits.available(16, 0xffff).map(|raw| u16::try_from(raw).unwrap());
    let voltage_cv = bits.available(16, 0x7fff).map(signed);
    let current_da = bits.available(16, 0x7fff).map(signed);
    let io: [Option<bool>; 7] = std::array::from_fn(|_| match bits.take(2) {
        0 => None,
        1 => Some(true),
        2 => Some(false),
        other => panic!("an answer is {other}"),
    });
    assert_eq!(bits.take(2), 0, "spare bits");
    let levels: [Level; 7] = std::array::from_fn(|_| {
        [Level::Unsupported, Level::Ok, Level::Warning, Level::Alarm][usize::try_from(bits.take(2)).unwrap()]
    });
    assert_eq!(bits.take(4), 0, "spare bits");
    let soc_pm = bits.available(10, 0x3ff).map(|raw| u16::try_from(raw).unwrap());
    let consumed_dah = bits.available(20, 0xf_ffff);
    let temperature_c = bits.available(7, 0x7f).map(|raw| i16::try_from(raw).unwrap() - 40);
    assert_eq!(bits.take(1), 1, "the unused bit is set");
    assert_eq!(bits.at, 128);
    let [contactor_closed, charge_allowed, discharge_allowed, relay_active, aux_on, remote_on, alternator_allowed] = io;
    let [low_cell_voltage, high_current, high_bms_temperature, contactor, bms_cable_fault, load_disconnect, low_soc] =
        levels;
    Record {
        error,
        time_to_go_min,
        voltage_cv,
        current_da,
        io: IoStatus {
            contactor_closed,
            charge_allowed,
            discharge_allowed,
            relay_active,
            aux_on,
            remote_on,
            alternator_allowed,
        },
        warnings: Warnings {
            low_cell_voltage,
            high_current,
            high_bms_temperature,
            contactor,
            bms_cable_fault,
            load_disconnect,
            low_soc,
        },
        soc_pm,
        consumed_dah,
        temperature_c,
    }
}

fn signed(raw: u32) -> i16 {
    i16::from_le_bytes([raw.to_le_bytes()[0], raw.to_le_bytes()[1]])
}

/// Bits of a plaintext, the least significant first.
struct Bits<'a> {
    plaintext: &'a [u8; 16],
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: usize) -> u32 {
        let from = self.at;
        self.at += count;
        (from..self.at).rev().fold(0, |value, at| value << 1 | u32::from(self.plaintext[at / 8] >> (at % 8) & 1))
    }

    fn available(&mut self, count: usize, not_available: u32) -> Option<u32> {
        Some(self.take(count)).filter(|&raw| raw != not_available)
    }
}

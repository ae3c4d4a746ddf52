//! The nonce: one more for each changed record, never two records under one.

use std::collections::BTreeMap;

use ngbank_core::readout::{Readout, ReadoutConfig};
use proptest::prelude::*;

use super::{CONFIG, reader};
use crate::common::script::config;
use crate::common::{Bank, SECOND};

#[test]
fn read_1_the_nonce_counts_changed_records_not_calls() {
    let mut bank = Bank::running(1);
    let mut readout = Readout::with_nonce(0x1233);
    let first = readout.advertise(&bank.bms, &CONFIG);
    assert_eq!((reader::nonce(&first), readout.nonce()), (0x1234, 0x1234));
    bank.run_for(SECOND);
    assert_eq!(readout.advertise(&bank.bms, &CONFIG), first, "nothing has changed");
    bank.soc(0, 501);
    bank.run_for(SECOND);
    let second = readout.advertise(&bank.bms, &CONFIG);
    assert_eq!(reader::nonce(&second), 0x1235);
    bank.soc(0, 500);
    bank.run_for(SECOND);
    let third = readout.advertise(&bank.bms, &CONFIG);
    assert_eq!(reader::nonce(&third), 0x1236, "an old record is a changed one, too");
    assert_eq!(reader::read(&third, &CONFIG), reader::read(&first, &CONFIG));
}

#[test]
fn read_1_the_nonce_is_retained() {
    let mut bank = Bank::running(1);
    let mut readout = Readout::new();
    let before = readout.advertise(&bank.bms, &CONFIG);
    let kept = readout.nonce();
    bank.watchdog_reset();
    let mut readout = Readout::with_nonce(kept);
    let after = readout.advertise(&bank.bms, &CONFIG);
    assert_eq!(reader::nonce(&after), reader::nonce(&before) + 1);
}

#[test]
fn read_1_the_nonce_wraps() {
    let bank = Bank::running(1);
    let mut readout = Readout::with_nonce(u16::MAX);
    assert_eq!(reader::nonce(&readout.advertise(&bank.bms, &CONFIG)), 0);
}

/// What can happen between two advertisements.
#[derive(Clone, Copy, Debug)]
enum Event {
    Soc(u16),
    Current(i32),
    /// A watchdog reset: the readout is new, with the nonce that was kept.
    Reset,
    /// Another key, and perhaps the old one again later.
    Key(u8),
    Nothing,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        (0u16..4).prop_map(Event::Soc),
        (-300i32..300).prop_map(Event::Current),
        Just(Event::Reset),
        (0u8..2).prop_map(Event::Key),
        Just(Event::Nothing),
    ]
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn read_1_no_key_and_nonce_encrypt_two_records(events in prop::collection::vec(event(), 1..40), nonce in any::<u16>()) {
        let mut bank = Bank::running(1);
        let mut readout = Readout::with_nonce(nonce);
        let mut key = 0;
        let mut used = BTreeMap::new();
        for event in events {
            match event {
                Event::Soc(pm) => bank.soc(0, 500 + pm),
                Event::Current(ma) => bank.current(0, ma),
                Event::Reset => {
                    bank.watchdog_reset();
                    readout = Readout::with_nonce(readout.nonce());
                }
                Event::Key(another) => key = another,
                Event::Nothing => {}
            }
            bank.run_for(SECOND);
            readout.observe(bank.now(), &bank.bms);
            let config = ReadoutConfig { key: [key; 16], ..CONFIG };
            let payload = readout.advertise(&bank.bms, &config);
            let plaintext = reader::decrypt(&payload, &config);
            let before = *used.entry((key, reader::nonce(&payload))).or_insert(plaintext);
            prop_assert_eq!(before, plaintext, "key {}, nonce {}", key, reader::nonce(&payload));
        }
    }
}

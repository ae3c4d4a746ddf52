//! The record on the air: the published example, and every field at its limits.

use ngbank_core::readout::{IoStatus, Level, Record, Warnings};
use proptest::prelude::*;

use super::{CONFIG, reader};
use crate::common::script::config;

/// The published example: error 0, 14,400 min, 26.99 V, −0.6 A, 99.5 %, 4.4 Ah, no temperature.
const EXAMPLE: Record = Record {
    error: 0,
    time_to_go_min: Some(14_400),
    voltage_cv: Some(2699),
    current_da: Some(-6),
    io: IoStatus {
        contactor_closed: Some(true),
        charge_allowed: Some(true),
        discharge_allowed: Some(true),
        relay_active: Some(false),
        aux_on: Some(true),
        remote_on: Some(true),
        alternator_allowed: Some(true),
    },
    warnings: Warnings {
        low_cell_voltage: Level::Ok,
        high_current: Level::Ok,
        high_bms_temperature: Level::Ok,
        contactor: Level::Ok,
        bms_cable_fault: Level::Unsupported,
        load_disconnect: Level::Ok,
        low_soc: Level::Ok,
    },
    soc_pm: Some(995),
    consumed_dah: Some(44),
    temperature_c: None,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn read_1_the_published_example() {
    assert_eq!((EXAMPLE.io.bits(), EXAMPLE.warnings.bits()), (0x1595, 0x1455));
    assert_eq!(hex(&EXAMPLE.plaintext()), "0040388b0afaff951555148ccf0200ff");
    assert_eq!(hex(&EXAMPLE.payload(0x1234, &CONFIG)), "1014eca30a341241e3ca31e7a6c122e1766597d499c3e78d");
}

#[test]
fn read_1_the_reader_of_these_tests_reads_the_example() {
    assert_eq!(reader::read(&EXAMPLE.payload(0x1234, &CONFIG), &CONFIG), EXAMPLE);
}

/// What goes in, and what a reader sees: limits come through, what is beyond them stops there, and nothing but `None` is
/// not available.
#[test]
fn read_1_fields_at_their_limits() {
    let seen = |record: Record| reader::values(&record.plaintext());
    let none = Record::NONE;
    assert_eq!(seen(none), none);
    for error in [0, 119, 255] {
        assert_eq!(seen(Record { error, ..none }), Record { error, ..none });
    }
    for (value, shown) in [(0, 0), (1, 1), (65_534, 65_534), (65_535, 65_534)] {
        let record = Record { time_to_go_min: Some(value), ..none };
        assert_eq!(seen(record), Record { time_to_go_min: Some(shown), ..none });
    }
    for (value, shown) in [(0, 0), (-1, -1), (-32_768, -32_768), (32_766, 32_766), (32_767, 32_766)] {
        let (record, expected) = (Some(value), Some(shown));
        assert_eq!(seen(Record { voltage_cv: record, ..none }), Record { voltage_cv: expected, ..none });
        assert_eq!(seen(Record { current_da: record, ..none }), Record { current_da: expected, ..none });
    }
    for (value, shown) in [(0, 0), (1000, 1000), (1022, 1022), (1023, 1022), (65_535, 1022)] {
        assert_eq!(seen(Record { soc_pm: Some(value), ..none }), Record { soc_pm: Some(shown), ..none });
    }
    for (value, shown) in [(0, 0), (1_048_574, 1_048_574), (1_048_575, 1_048_574), (u32::MAX, 1_048_574)] {
        assert_eq!(seen(Record { consumed_dah: Some(value), ..none }), Record { consumed_dah: Some(shown), ..none });
    }
    let temperatures = [(0, 0), (-40, -40), (-41, -40), (86, 86), (87, 86), (i16::MIN, -40), (i16::MAX, 86)];
    for (value, shown) in temperatures {
        assert_eq!(seen(Record { temperature_c: Some(value), ..none }), Record { temperature_c: Some(shown), ..none });
    }
}

fn answer() -> impl Strategy<Value = Option<bool>> {
    any::<Option<bool>>()
}

fn level() -> impl Strategy<Value = Level> {
    prop::sample::select(&[Level::Unsupported, Level::Ok, Level::Warning, Level::Alarm][..])
}

prop_compose! {
    fn record()(
        error in any::<u8>(),
        time_to_go_min in prop::option::of(0u16..=65_534),
        voltage_cv in prop::option::of(-32_768i16..=32_766),
        current_da in prop::option::of(-32_768i16..=32_766),
        io in prop::array::uniform7(answer()),
        levels in prop::array::uniform7(level()),
        soc_pm in prop::option::of(0u16..=1022),
        consumed_dah in prop::option::of(0u32..=1_048_574),
        temperature_c in prop::option::of(-40i16..=86),
    ) -> Record {
        let [contactor_closed, charge_allowed, discharge_allowed, relay_active, aux_on, remote_on, alternator_allowed] = io;
        let [low_cell_voltage, high_current, high_bms_temperature, contactor, bms_cable_fault, load_disconnect, low_soc] =
            levels;
        Record {
            error, time_to_go_min, voltage_cv, current_da, soc_pm, consumed_dah, temperature_c,
            io: IoStatus {
                contactor_closed, charge_allowed, discharge_allowed, relay_active, aux_on, remote_on, alternator_allowed,
            },
            warnings: Warnings {
                low_cell_voltage, high_current, high_bms_temperature, contactor, bms_cable_fault, load_disconnect, low_soc,
            },
        }
    }
}

proptest! {
    #![proptest_config(config(256))]

    /// No field touches another one.
    #[test]
    fn read_1_any_record_reads_back(record in record(), nonce in any::<u16>()) {
        prop_assert_eq!(reader::read(&record.payload(nonce, &CONFIG), &CONFIG), record);
    }
}

//! The frame of a battery: what goes in comes out, and damage is seen (COM-3).

use ngbank_core::frame::{CELLS_MAX, FrameError, MAX_FRAME, Report, Status};
use proptest::prelude::*;

use crate::common::script::config;

fn report(cell_count: u8) -> Report {
    let mut cells_mv = [0; CELLS_MAX];
    for (mv, value) in cells_mv.iter_mut().zip(3301..).take(cell_count.into()) {
        *mv = value;
    }
    Report {
        serial: 0x1234_5678,
        model: 7,
        position: 3,
        sequence: 250,
        cell_count,
        cells_mv,
        coldest_dc: -12,
        hottest_dc: 345,
        current_ma: -123_456,
        soc_pm: 987,
        remaining_mah: 0x00ab_cdef,
        status: Status::BALANCING | Status::CELL_OVER_VOLTAGE,
    }
}

fn encoded(report: &Report) -> Vec<u8> {
    let mut bytes = [0; MAX_FRAME];
    let length = report.encode(&mut bytes);
    bytes[..length].to_vec()
}

/// CRC-16/IBM-SDLC bit by bit.
fn checksum(bytes: &[u8]) -> [u8; 2] {
    let mut crc = 0xffff_u16;
    for &byte in bytes {
        crc ^= u16::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0x8408 } else { crc >> 1 };
        }
    }
    (!crc).to_le_bytes()
}

/// Replaces the checksum by the right one.
fn resealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let body = bytes.len() - 2;
    let sum = checksum(&bytes[..body]);
    bytes[body..].copy_from_slice(&sum);
    bytes
}

#[test]
fn the_bytes_are_those_of_the_table() {
    let bytes = encoded(&report(4));
    let head = [1, 36, 3, 250, 0x78, 0x56, 0x34, 0x12, 7, 4];
    let temperatures = [0xf4, 0xff, 0x59, 0x01];
    let current = (-123_456_i32).to_le_bytes();
    let charge = [0xdb, 0x03, 0xef, 0xcd, 0xab, 0x00];
    let status = [0b1010, 0];
    let cells = [0xe5, 0x0c, 0xe6, 0x0c, 0xe7, 0x0c, 0xe8, 0x0c];
    let body = [&head[..], &temperatures, &current, &charge, &status, &cells].concat();
    assert_eq!(bytes, [&body[..], &checksum(&body)].concat());
}

/// 26 bytes, 16 cells of 2 bytes, a checksum of 2.
#[test]
fn the_longest_frame() {
    assert_eq!(MAX_FRAME, 60);
}

#[test]
fn every_number_of_cells_returns() {
    for cells in 0..=16 {
        let report = report(cells);
        let bytes = encoded(&report);
        assert_eq!(bytes.len(), 28 + 2 * usize::from(cells));
        assert_eq!(Report::decode(&bytes), Ok(report));
    }
}

#[test]
fn every_damaged_bit_and_pair_of_bits_is_seen() {
    for cells in [4, 8, 16] {
        let bytes = encoded(&report(cells));
        let bits = bytes.len() * 8;
        for first in 0..bits {
            let mut one = bytes.clone();
            one[first / 8] ^= 1 << (first % 8);
            assert!(Report::decode(&one).is_err(), "{cells} cells, bit {first}");
            for second in first + 1..bits {
                let mut two = one.clone();
                two[second / 8] ^= 1 << (second % 8);
                assert!(Report::decode(&two).is_err(), "{cells} cells, bits {first} and {second}");
            }
        }
    }
}

#[test]
fn every_wrong_length_is_seen() {
    for cells in [4, 8, 16] {
        let bytes = encoded(&report(cells));
        for length in 0..bytes.len() {
            assert!(Report::decode(&bytes[..length]).is_err(), "{length} of {}", bytes.len());
        }
        for more in 1..40 {
            let longer = [&bytes[..], &vec![0; more]].concat();
            assert_eq!(Report::decode(&longer), Err(FrameError::Length));
        }
        // A length that is wrong but sealed: one cell less, one cell more, and bytes that no cell fills.
        for length in [bytes.len() - 2, bytes.len() - 1, bytes.len() + 1, bytes.len() + 2] {
            let mut other = bytes.clone();
            other.resize(length, 0);
            other[1] = u8::try_from(length).unwrap();
            assert_eq!(Report::decode(&resealed(other)), Err(FrameError::Length), "{cells} cells, {length} bytes");
        }
    }
}

#[test]
fn every_other_version_is_refused() {
    for version in (0..=255).filter(|&version| version != 1) {
        let mut bytes = encoded(&report(8));
        bytes[0] = version;
        assert_eq!(Report::decode(&resealed(bytes)), Err(FrameError::Version));
    }
}

#[test]
fn a_wrong_checksum_is_called_so() {
    let mut bytes = encoded(&report(8));
    bytes[20] ^= 1;
    assert_eq!(Report::decode(&bytes), Err(FrameError::Checksum));
}

prop_compose! {
    fn any_report()(
        ids in any::<(u32, u8, u8, u8)>(),
        cell_count in 0u8..=16,
        cells_mv in any::<[u16; CELLS_MAX]>(),
        values in any::<(i16, i16, i32, u16, u32)>(),
        status in any::<u16>(),
    ) -> Report {
        let mut report = Report {
            serial: ids.0,
            model: ids.1,
            position: ids.2,
            sequence: ids.3,
            cell_count,
            cells_mv,
            coldest_dc: values.0,
            hottest_dc: values.1,
            current_ma: values.2,
            soc_pm: values.3,
            remaining_mah: values.4,
            status: Status::from_bits(status),
        };
        report.cells_mv[usize::from(cell_count)..].fill(0);
        report
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn any_report_returns(report in any_report()) {
        prop_assert_eq!(Report::decode(&encoded(&report)), Ok(report));
    }

    #[test]
    fn a_burst_of_sixteen_bits_is_seen(report in any_report(), at in any::<prop::sample::Index>(), burst in 1u16..) {
        let mut bytes = encoded(&report);
        let at = at.index(bytes.len() - 1);
        let [low, high] = burst.to_le_bytes();
        bytes[at] ^= low;
        bytes[at + 1] ^= high;
        prop_assert!(Report::decode(&bytes).is_err());
    }

    #[test]
    fn any_bytes_are_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(report) = Report::decode(&bytes) {
            prop_assert_eq!(encoded(&report), bytes);
        }
    }
}

/// The status word bit by bit (COM-6); a rule looks at all but the balancing state.
#[test]
fn status_bits_are_those_of_the_wire() {
    let bits = [
        Status::BALANCED,
        Status::BALANCING,
        Status::IMBALANCE,
        Status::CELL_OVER_VOLTAGE,
        Status::CELL_UNDER_VOLTAGE,
        Status::LOW_TEMPERATURE_CHARGE,
        Status::HIGH_TEMPERATURE_CHARGE,
        Status::LOW_TEMPERATURE_DISCHARGE,
        Status::HIGH_TEMPERATURE_DISCHARGE,
        Status::CHARGE_CURRENT_WARNING,
        Status::CHARGE_CURRENT_ALARM,
        Status::DISCHARGE_CURRENT_WARNING,
        Status::DISCHARGE_CURRENT_ALARM,
        Status::MEASUREMENT_ERROR,
        Status::FIRMWARE_MISMATCH,
    ];
    for (place, bit) in bits.into_iter().enumerate() {
        assert_eq!(bit.bits(), 1 << place);
        assert_eq!(Status::RULED.any(bit), place >= 3, "bit {place}");
        assert_eq!((bit | bit, bit | Status::NONE), (bit, bit));
        assert!(!bit.any(Status::NONE) && bit.any(Status::RULED | Status::BALANCED | bit));
    }
}

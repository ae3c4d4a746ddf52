//! The report of a battery on the daisy chain. The real wire format is not public; this one is our own.
//!
//! | Bytes | Field | Unit |
//! |---|---|---|
//! | 0 | version, 1 | |
//! | 1 | length of the frame with its checksum | bytes |
//! | 2 | position in the chain, from 0 | |
//! | 3 | sequence number | |
//! | 4–7 | serial number | |
//! | 8 | model code | |
//! | 9 | number of cells n, at most 16 | |
//! | 10–11, 12–13 | coldest, hottest sensor, signed | 0.1 °C |
//! | 14–17 | current, signed, positive charges | mA |
//! | 18–19 | state of charge | ‰ |
//! | 20–23 | remaining charge | mAh |
//! | 24–25 | status bits | |
//! | 26 … 26+2n−1 | cell voltages | mV |
//! | last two | CRC-16/IBM-SDLC over everything before | |
//!
//! Numbers are little-endian.

use crc::{CRC_16_IBM_SDLC, Crc, Table};

/// Most cells of one battery (BANK-1: 51.2 V).
pub const CELLS_MAX: usize = 16;
/// Bytes before the cell voltages.
const HEAD: usize = 26;
/// Longest frame, bytes.
pub const MAX_FRAME: usize = HEAD + 2 * CELLS_MAX + 2;
/// The only version that is understood.
const VERSION: u8 = 1;

/// Of frames, and of what is retained.
pub(crate) static CRC: Crc<u16, Table<1>> = Crc::<u16, Table<1>>::new(&CRC_16_IBM_SDLC);

/// The same with 8 KiB of tables, for who writes frames: batteries, and no image of the firmware.
static SENDERS_CRC: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_IBM_SDLC);

/// Status bits of a report (PLANT.md, COM-6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status(u16);

impl Status {
    /// No bit.
    pub const NONE: Self = Self(0);
    /// Balancing state: balanced. Without a balancing bit the state is unknown.
    pub const BALANCED: Self = Self(1);
    /// Balancing state: balancing.
    pub const BALANCING: Self = Self(1 << 1);
    /// Balancing state: imbalance.
    pub const IMBALANCE: Self = Self(1 << 2);
    /// Cell over-voltage.
    pub const CELL_OVER_VOLTAGE: Self = Self(1 << 3);
    /// Cell under-voltage.
    pub const CELL_UNDER_VOLTAGE: Self = Self(1 << 4);
    /// Too cold to charge.
    pub const LOW_TEMPERATURE_CHARGE: Self = Self(1 << 5);
    /// Too hot to charge.
    pub const HIGH_TEMPERATURE_CHARGE: Self = Self(1 << 6);
    /// Too cold to discharge.
    pub const LOW_TEMPERATURE_DISCHARGE: Self = Self(1 << 7);
    /// Too hot to discharge.
    pub const HIGH_TEMPERATURE_DISCHARGE: Self = Self(1 << 8);
    /// Charge current above the continuous rating.
    pub const CHARGE_CURRENT_WARNING: Self = Self(1 << 9);
    /// Charge current alarm.
    pub const CHARGE_CURRENT_ALARM: Self = Self(1 << 10);
    /// Discharge current above the continuous rating.
    pub const DISCHARGE_CURRENT_WARNING: Self = Self(1 << 11);
    /// Discharge current alarm.
    pub const DISCHARGE_CURRENT_ALARM: Self = Self(1 << 12);
    /// The battery cannot measure.
    pub const MEASUREMENT_ERROR: Self = Self(1 << 13);
    /// Another firmware version than expected.
    pub const FIRMWARE_MISMATCH: Self = Self(1 << 14);
    /// Every bit that a rule looks at; the balancing state is information only.
    pub const RULED: Self = Self(0x7ff8);

    /// A word off the wire.
    pub const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The bits as a word.
    pub const fn bits(self) -> u16 {
        self.0
    }

    /// True if any bit of `other` is set.
    pub const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl core::ops::BitOr for Status {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a battery reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Serial number.
    pub serial: u32,
    /// Model code of the catalogue.
    pub model: u8,
    /// Place in the chain, from 0.
    pub position: u8,
    /// Counts the reports of this battery, modulo 256.
    pub sequence: u8,
    /// Cells of the battery; the first so many voltages count.
    pub cell_count: u8,
    /// Cell voltages, mV.
    pub cells_mv: [u16; CELLS_MAX],
    /// Coldest sensor, 0.1 °C.
    pub coldest_dc: i16,
    /// Hottest sensor, 0.1 °C.
    pub hottest_dc: i16,
    /// Current, mA; positive charges.
    pub current_ma: i32,
    /// State of charge, ‰.
    pub soc_pm: u16,
    /// Remaining charge, mAh.
    pub remaining_mah: u32,
    /// Status bits.
    pub status: Status,
}

/// Why bytes are no report (COM-3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// Shorter or longer than it says, or than a report can be.
    Length,
    /// A version that is not understood.
    Version,
    /// The checksum does not fit.
    Checksum,
}

impl Report {
    /// Writes the frame; returns its length. More than 16 cells are written as 16, with the count as it is.
    pub fn encode(&self, out: &mut [u8; MAX_FRAME]) -> usize {
        let mut writer = Writer { out, length: 0 };
        let length = frame_length(self.cell_count);
        writer.put(&[VERSION, low_byte(length), self.position, self.sequence]);
        writer.put(&self.serial.to_le_bytes());
        writer.put(&[self.model, self.cell_count]);
        writer.put(&self.coldest_dc.to_le_bytes());
        writer.put(&self.hottest_dc.to_le_bytes());
        writer.put(&self.current_ma.to_le_bytes());
        writer.put(&self.soc_pm.to_le_bytes());
        writer.put(&self.remaining_mah.to_le_bytes());
        writer.put(&self.status.bits().to_le_bytes());
        for mv in self.cells_mv.iter().take(self.cell_count.into()) {
            writer.put(&mv.to_le_bytes());
        }
        let checksum = SENDERS_CRC.checksum(writer.written());
        writer.put(&checksum.to_le_bytes());
        length
    }

    /// Reads a frame. Content is not judged here (COM-4).
    ///
    /// # Errors
    /// When length, version or checksum are wrong (COM-3).
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        let frame = Frame::decode(bytes)?;
        let mut cells_mv = [0; CELLS_MAX];
        for (to, mv) in cells_mv.iter_mut().zip(frame.cells_mv()) {
            *to = mv;
        }
        Ok(Self {
            serial: frame.serial(),
            model: frame.model(),
            position: frame.position(),
            sequence: frame.sequence(),
            cell_count: frame.cell_count(),
            cells_mv,
            coldest_dc: frame.coldest_dc(),
            hottest_dc: frame.hottest_dc(),
            current_ma: frame.current_ma(),
            soc_pm: frame.soc_pm(),
            remaining_mah: frame.remaining_mah(),
            status: frame.status(),
        })
    }
}

/// A report that is read where it lies: nothing is copied before it is known to count.
#[derive(Clone, Copy)]
pub(crate) struct Frame<'a> {
    head: &'a [u8; HEAD],
    cells: &'a [u8],
}

impl<'a> Frame<'a> {
    /// A frame whose length, version and checksum fit.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, FrameError> {
        let (body, checksum) = bytes.split_last_chunk::<2>().ok_or(FrameError::Length)?;
        let (&[version, length], _) = body.split_first_chunk::<2>().ok_or(FrameError::Length)?;
        if version != VERSION {
            return Err(FrameError::Version);
        }
        if usize::from(length) != bytes.len() || bytes.len() > MAX_FRAME {
            return Err(FrameError::Length);
        }
        if CRC.checksum(body) != u16::from_le_bytes(*checksum) {
            return Err(FrameError::Checksum);
        }
        let (head, cells) = body.split_first_chunk::<HEAD>().ok_or(FrameError::Length)?;
        let frame = Self { head, cells };
        if bytes_of_cells(frame.cell_count()) == cells.len() { Ok(frame) } else { Err(FrameError::Length) }
    }

    pub fn position(self) -> u8 {
        self.head[2]
    }

    pub fn sequence(self) -> u8 {
        self.head[3]
    }

    pub fn serial(self) -> u32 {
        u32::from_le_bytes(self.bytes::<4, 4>())
    }

    pub fn model(self) -> u8 {
        self.head[8]
    }

    pub fn cell_count(self) -> u8 {
        self.head[9]
    }

    pub fn coldest_dc(self) -> i16 {
        i16::from_le_bytes(self.bytes::<10, 2>())
    }

    pub fn hottest_dc(self) -> i16 {
        i16::from_le_bytes(self.bytes::<12, 2>())
    }

    pub fn current_ma(self) -> i32 {
        i32::from_le_bytes(self.bytes::<14, 4>())
    }

    pub fn soc_pm(self) -> u16 {
        u16::from_le_bytes(self.bytes::<18, 2>())
    }

    pub fn remaining_mah(self) -> u32 {
        u32::from_le_bytes(self.bytes::<20, 4>())
    }

    pub fn status(self) -> Status {
        Status::from_bits(u16::from_le_bytes(self.bytes::<24, 2>()))
    }

    /// Cell voltages, mV.
    pub fn cells_mv(self) -> impl Iterator<Item = u16> + 'a {
        let (pairs, _) = self.cells.as_chunks::<2>();
        pairs.iter().map(|&pair| u16::from_le_bytes(pair))
    }

    /// The N bytes at AT, which lie within the head: otherwise it does not compile.
    fn bytes<const AT: usize, const N: usize>(self) -> [u8; N] {
        const { assert!(AT + N <= HEAD, "a field of the head") };
        let mut bytes = [0; N];
        for (to, &from) in bytes.iter_mut().zip(self.head.iter().skip(AT)) {
            *to = from;
        }
        bytes
    }
}

fn bytes_of_cells(cell_count: u8) -> usize {
    usize::from(cell_count).min(CELLS_MAX).saturating_mul(2)
}

fn frame_length(cell_count: u8) -> usize {
    HEAD.saturating_add(bytes_of_cells(cell_count)).saturating_add(2)
}

/// Lengths are at most [`MAX_FRAME`].
fn low_byte(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(u8::MAX)
}

struct Writer<'a> {
    out: &'a mut [u8; MAX_FRAME],
    length: usize,
}

impl Writer<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(place) = self.out.get_mut(self.length..end) {
            // Not `copy_from_slice`: its check of lengths is a panic that no compiler proves away here.
            for (to, &from) in place.iter_mut().zip(bytes) {
                *to = from;
            }
            self.length = end;
        }
    }

    fn written(&self) -> &[u8] {
        self.out.get(..self.length).unwrap_or(&[])
    }
}

//! What survives a watchdog reset (BOOT-2): bytes in a memory that the reset leaves alone, with a checksum.

use crate::bms::Bms;
use crate::cause::Cause;
use crate::floor::FloorLimits;
use crate::frame::CRC;
use crate::low_cell::LowCell;
use crate::overcurrent::{Cut, Cuts};
use crate::remote::Supply;
use crate::settings::BATTERIES_MAX;
use crate::table::THRESHOLDS;
use crate::threshold::State;
use crate::units::{Instant, Millis};

/// A count that does not run.
const NEVER: u32 = u32::MAX;

/// The mark of the settings; rows, floor, supply; clear hold and whether there was a cut; silent and distrusted; over-
/// current; counts; losses and trust by battery.
const SIZE: usize = 2 + (THRESHOLDS + 3) + 5 + 16 + (6 + 16) + 8 + 2 * BATTERIES_MAX;

/// Retained state. Bytes that were not written by [`Bms::retained`] for the same settings count as none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retained {
    bytes: [u8; SIZE],
    checksum: u16,
    history: crate::History,
}

impl Retained {
    /// Nothing: not valid.
    pub const fn new() -> Self {
        Self { bytes: [0; SIZE], checksum: 0, history: crate::History::ZERO }
    }

    /// The bytes as they lie in memory: a test may damage them.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }

    /// Writes what survives.
    pub(crate) fn save(&mut self, bms: &Bms) {
        self.bytes = [0; SIZE];
        self.history = bms.history;
        let mut pen = Pen { bytes: &mut self.bytes, at: 0 };
        pen.put(&settings_mark(bms).to_le_bytes());
        for row in &bms.rows {
            pen.put(&[row.state as u8]);
        }
        pen.put(&[bms.floor.warning as u8, bms.floor.alarm as u8, bms.supply as u8]);
        pen.put(&bms.clear_hold.as_millis().to_le_bytes());
        pen.put(&[u8::from(bms.last_uv_cut.is_some())]);
        pen.put(&bms.silent.to_le_bytes());
        pen.put(&bms.distrusted.to_le_bytes());
        for cuts in &bms.cuts {
            let (kind, battery) = match cuts.cut {
                Cut::Idle => (0, 0),
                Cut::Running { battery, counted: None, .. } => (1, battery),
                Cut::Running { battery, counted: Some(false), .. } => (2, battery),
                Cut::Running { battery, counted: Some(true), .. } => (3, battery),
                Cut::Latched { battery, .. } => (4, battery),
            };
            pen.put(&[kind, battery, how_many(cuts.counted.iter().flatten())]);
        }
        for cuts in &bms.cuts {
            pen.put(&cuts.warns.to_le_bytes());
        }
        for count in [bms.low_cell.idle, bms.after_cut] {
            pen.put(&count.map_or(NEVER, Millis::as_millis).to_le_bytes());
        }
        for battery in &bms.batteries {
            let losses = battery.losses.iter().flatten().filter(|&&at| bms.is_recent_loss(at));
            pen.put(&[how_many(losses), u8::from(battery.third_loss)]);
        }
        self.checksum = CRC.checksum(&self.bytes);
    }

    /// Brings back what survived; nothing if the checksum or the settings do not fit. Times start anew in
    /// full length with the first call after the start.
    pub(crate) fn restore(&self, bms: &mut Bms) {
        if CRC.checksum(&self.bytes) != self.checksum {
            return;
        }
        let mut reader = Reader { bytes: &self.bytes };
        if reader.u16() != settings_mark(bms) {
            return;
        }
        bms.restored = true;
        for row in &mut bms.rows {
            row.state = state(reader.u8());
        }
        bms.floor.warning = state(reader.u8());
        bms.floor.alarm = state(reader.u8());
        bms.supply = Supply::of(reader.u8());
        if FloorLimits::of(&bms.settings).is_none() {
            (bms.floor.warning, bms.floor.alarm) = (State::Clear, State::Clear);
        }
        bms.clear_hold = Millis::new(reader.u32());
        bms.last_uv_cut = (reader.u8() != 0).then_some(Instant::from_millis(0));
        bms.silent = reader.u64() & bms.everyone();
        bms.distrusted = reader.u64() & bms.everyone() & !bms.silent;
        for cuts in &mut bms.cuts {
            *cuts = read_cuts(&mut reader);
        }
        for cuts in &mut bms.cuts {
            cuts.warns = reader.u64();
        }
        let [low_cell, after_cut] = [reader.u32(), reader.u32()].map(|ms| (ms != NEVER).then(|| Millis::new(ms)));
        bms.low_cell = LowCell { idle: low_cell, ..LowCell::NONE };
        bms.after_cut = after_cut;
        for battery in &mut bms.batteries {
            let losses = reader.u8();
            battery.third_loss = reader.u8() != 0;
            let loss = |number: u8| (losses >= number).then_some(Instant::from_millis(0));
            battery.losses = [loss(1), loss(2)];
        }
        bms.history = self.history;
    }
}

impl Default for Retained {
    fn default() -> Self {
        Self::new()
    }
}

/// As `count`, which checks for an overflow: a panic path that cannot be taken, but is linked.
fn how_many<T>(items: impl Iterator<Item = T>) -> u8 {
    items.fold(0u8, |number, _| number.saturating_add(1))
}

/// Retained state belongs to the settings under which it arose.
fn settings_mark(bms: &Bms) -> u16 {
    let mut digest = CRC.digest();
    for value in bms.settings.values() {
        digest.update(&value.to_le_bytes());
    }
    digest.update(&bms.settings.chosen());
    let bank = &bms.settings.bank;
    digest.update(&[bank.model, bank.cells, bank.series, bank.parallel, Cause::ALL.len().to_le_bytes()[0]]);
    digest.finalize()
}

/// Unknown bytes cannot come: the checksum fits. They would read as tripped, the safe state.
fn state(byte: u8) -> State {
    match byte {
        b if b == State::Clear as u8 => State::Clear,
        b if b == State::Waiting as u8 => State::Waiting,
        _ => State::Tripped,
    }
}

fn read_cuts(reader: &mut Reader<'_>) -> Cuts {
    let since = Instant::from_millis(0);
    let (kind, battery, count) = (reader.u8(), reader.u8(), reader.u8());
    let running = |counted| Cut::Running { since, battery, counted };
    let cut = match kind {
        0 => Cut::Idle,
        1 => running(None),
        2 => running(Some(false)),
        3 => running(Some(true)),
        _ => Cut::Latched { since, battery },
    };
    let counted = |number: u8| (count >= number).then_some(since);
    Cuts { cut, counted: [counted(1), counted(2)], ..Cuts::NONE }
}

struct Pen<'a> {
    bytes: &'a mut [u8; SIZE],
    at: usize,
}

impl Pen<'_> {
    fn put(&mut self, bytes: &[u8]) {
        let end = self.at.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.at..end) {
            // Not `copy_from_slice`: its check of lengths is a panic that no compiler proves away here.
            for (to, &from) in place.iter_mut().zip(bytes) {
                *to = from;
            }
            self.at = end;
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((first, rest)) = self.bytes.split_first_chunk::<N>() else { return [0; N] };
        self.bytes = rest;
        *first
    }

    fn u8(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

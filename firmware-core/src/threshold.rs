//! The threshold rows of the table: conditions over all batteries, holds, clear holds.
//!
//! A row's condition is kept as one bit per battery, updated by every frame; a decision looks at words, not at
//! batteries. A row clears when no battery fails its clear condition for the clear hold. The time of that runs from
//! the frame that cleared the last bit, which is the latest of the batteries' own holds.

use crate::battery::Battery;
use crate::bms::{first, with_bits};
use crate::canonical::Pen;
use crate::cause::Cause;
use crate::table::{Limits, Protection, ROWS, Signal, THRESHOLDS, Trip};
use crate::units::{Instant, Millis};

/// State of a row's hysteresis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Not tripped.
    Clear,
    /// Tripped only by the start (BOOT-2): waiting for its clear value.
    Waiting,
    /// Tripped by a value.
    Tripped,
}

/// One threshold row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub limits: Limits,
    pub state: State,
    /// Batteries that show the condition.
    pub set: u64,
    /// The battery that has shown it longest; `None` until it is sought again.
    pub oldest: Option<u8>,
    /// Batteries that do not show the clear condition.
    pub failing: u64,
    /// While not clear: since when no battery fails, and all are trusted.
    pub clear_since: Option<Instant>,
}

/// A row of the table with its signal.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub cause: Cause,
    pub signal: Signal,
    bit: u16,
    pub begins_tripped: bool,
}

impl Kind {
    /// What a row of the table says about its threshold; rows without one are never asked.
    const fn of(row: &Protection) -> Self {
        match row.trip {
            Trip::Threshold { signal, bit, begins_tripped } => {
                Self { cause: row.cause, signal, bit: bit.bits(), begins_tripped }
            }
            Trip::Floor | Trip::Rule => {
                Self { cause: row.cause, signal: Signal::LowestCell, bit: 0, begins_tripped: false }
            }
        }
    }

    /// Which of a battery's hold times belongs to this row.
    pub fn hold(&self) -> Option<usize> {
        hold_of(self.cause as usize)
    }
}

/// Which of a battery's hold times belongs to the row at this place: only UV-1 and OV-1 have one.
pub(crate) fn hold_of(place: usize) -> Option<usize> {
    if place == Cause::UnderVoltage as usize {
        Some(0)
    } else if place == Cause::OverVoltage as usize {
        Some(1)
    } else {
        None
    }
}

/// The threshold rows of the table.
pub(crate) static KINDS: [Kind; THRESHOLDS] = {
    let mut kinds = [const { Kind::of(&ROWS[0]) }; THRESHOLDS];
    let mut place = 0;
    while place < THRESHOLDS {
        kinds[place] = Kind::of(&ROWS[place]);
        place += 1;
    }
    kinds
};

impl Row {
    pub const NONE: Self = Self { limits: Limits::NONE, ..Self::ZERO };
    /// Before the first start.
    pub const ZERO: Self =
        Self { limits: Limits::ZERO, state: State::Clear, set: 0, oldest: None, failing: 0, clear_since: None };

    /// New values of battery `b`, whose bit is `bit`.
    pub fn update(&mut self, kind: &Kind, battery: &mut Battery, bit: u64, now: Instant, untrusted: u64) {
        let value = battery.values.signed(kind.signal);
        let said = battery.values.status.bits() & kind.bit != 0;
        let sets = value < self.limits.set_below || said;
        let fails = value < self.limits.clear_from || said;
        let (set, failed) = (self.set & bit != 0, self.failing & bit != 0);
        if sets == set && fails == failed {
            return;
        }
        if sets && !set {
            if let Some(since) = kind.hold().and_then(|hold| battery.hold_since.get_mut(hold)) {
                *since = now;
                if self.set == 0 {
                    self.oldest = first(bit);
                }
            }
            self.set |= bit;
        } else if set && !sets {
            self.set &= !bit;
            if self.oldest == first(bit) {
                self.oldest = None;
            }
        }
        self.failing = if fails { self.failing | bit } else { self.failing & !bit };
        self.time_clearing(now, untrusted);
    }

    /// The battery that has shown the condition longest, if it has done so for `hold`; the first of equals. `slot`:
    /// which of a battery's hold times is this row's; without one, the first battery.
    pub fn over(&mut self, slot: Option<usize>, batteries: &[Battery], now: Instant, hold: Millis) -> Option<u8> {
        let Some(slot) = slot else { return first(self.set) };
        let since = |battery: u8| batteries.get(usize::from(battery))?.hold_since.get(slot).copied();
        if self.oldest.is_none() && self.set != 0 {
            let mut earliest = None;
            for ((bit, battery), number) in with_bits(batteries.iter()).zip(0u8..u8::MAX) {
                let since = battery.hold_since.get(slot).copied().filter(|_| self.set & bit != 0);
                if let Some(since) = since
                    && earliest.is_none_or(|(_, earliest)| since.is_before(earliest))
                {
                    earliest = Some((number, since));
                }
            }
            self.oldest = earliest.map(|(number, _)| number);
        }
        self.oldest.filter(|&battery| since(battery).is_some_and(|since| now.since(since) >= hold))
    }

    /// Starts or stops the clear time. Called after every change of `failing`, `untrusted` or `state`.
    pub fn time_clearing(&mut self, now: Instant, untrusted: u64) {
        if self.state == State::Clear || self.failing | untrusted != 0 {
            self.clear_since = None;
        } else if self.clear_since.is_none() {
            self.clear_since = Some(now);
        }
    }

    /// A value trips it.
    pub fn trip(&mut self, now: Instant, untrusted: u64) {
        if self.state != State::Tripped {
            self.state = State::Tripped;
            self.clear_since = None;
            self.time_clearing(now, untrusted);
        }
    }

    /// Clears if the clear condition has held for `hold`.
    pub fn clear(&mut self, now: Instant, hold: Millis) {
        if self.clear_since.is_some_and(|since| now.since(since) >= hold) {
            self.state = State::Clear;
            self.clear_since = None;
        }
    }

    /// Narrows the bounds within which a signed value stays on its side of what can change something; the battery's
    /// status bits must stay as they are. `clears`: the clear value matters, too.
    pub fn narrow(&self, value: i32, clears: bool, bounds: &mut (i32, i32)) {
        let mut stay = |limit: i32| {
            if value >= limit {
                bounds.0 = bounds.0.max(limit);
            } else {
                bounds.1 = bounds.1.min(limit.saturating_sub(1));
            }
        };
        if self.state != State::Tripped {
            stay(self.limits.set_below);
        }
        if self.state != State::Clear && clears {
            stay(self.limits.clear_from);
        }
    }

    /// What decides the future; the clear condition must hold for `hold`.
    pub fn canonical(&self, hold: Millis, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        pen.bytes(&[self.state as u8]);
        pen.bytes(&self.set.to_le_bytes());
        pen.bytes(&self.failing.to_le_bytes());
        pen.maybe(self.clear_since, hold);
    }
}

//! The part of the state that decides the future.
//!
//! A quotient of the whole state: what can no longer make a difference is written as a constant. A time is its age, and
//! an age stays at the point from which on it decides nothing more. So the number of different byte strings that a
//! bounded set of reports, inputs and intervals can bring about is finite, and a search can visit them all.

use crate::battery::{Battery, COMPLETE_TIME, LOSS_WINDOW};
use crate::bms::{Bms, bit, numbered};
use crate::decision::{CLEAN, CUT_WINDOW, RELIEF};
use crate::floor::FloorLimits;
use crate::outputs::{Drive, PreAlarm};
use crate::overcurrent::Currents;
use crate::settings::BATTERIES_MAX;
use crate::threshold::{State, hold_of};
use crate::units::{Instant, Millis};

/// A timer that does not run.
const NEVER: u32 = u32::MAX;
/// PRE-5: 0.8 s on, 0.8 s off.
const PATTERN_MS: u32 = 1_600;
/// Over-current times count reports that are at most so far apart.
const REPORT_GAP: Millis = Millis::new(u16::MAX as u32);

/// Bytes of the state that decides the future, see [`Bms::canonical_with`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    bytes: [u8; Self::SIZE],
    length: usize,
}

impl Canonical {
    /// Room for 50 batteries.
    const SIZE: usize = 4096;

    /// Empty.
    pub const fn new() -> Self {
        Self { bytes: [0; Self::SIZE], length: 0 }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&[])
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(place) = self.bytes.get_mut(self.length..end) {
            // Not `copy_from_slice`: its check of lengths is a panic that no compiler proves away here.
            for (to, &from) in place.iter_mut().zip(bytes) {
                *to = from;
            }
            self.length = end;
        }
    }
}

impl Default for Canonical {
    fn default() -> Self {
        Self::new()
    }
}

impl Bms {
    /// The part of the state that decides the future, see [`Bms::canonical_with`].
    pub fn canonical(&self, now: Instant, canonical: &mut Canonical) {
        canonical.length = 0;
        self.canonical_with(now, &mut |bytes: &[u8]| canonical.put(bytes));
    }

    /// Feeds the part of the state that decides the future to `put`: causes, latches, values, timers. No counters, no
    /// history, nor where and since when a cause holds.
    ///
    /// `now` is that of the latest call. Two cores with the same settings and equal bytes answer equal later calls with
    /// equal decisions, also after a reset with what they retain, if their clocks are shifted alike and the sequence
    /// numbers of each battery are. What a change of settings makes of running timers is not covered.
    pub fn canonical_with(&self, now: Instant, put: &mut impl FnMut(&[u8])) {
        let [remote, remote_sees] = self.remote.canonical();
        let mut pen = Pen { now, started: self.clock.is_some(), put };
        pen.bytes(&[
            u8::from(self.configured),
            u8::from(self.updating),
            u8::from(self.clock.is_some()),
            // The first call brings the retained times to its clock.
            u8::from(self.restored && self.clock.is_none()),
            u8::from(self.clock_fault),
            u8::from(self.complete),
            u8::from(self.mismatch.serial),
            u8::from(self.mismatch.model),
            u8::from(self.mismatch.count),
            self.floor.warning as u8,
            self.floor.alarm as u8,
            remote,
            remote_sees,
            self.supply as u8,
            u8::from(self.watchdog),
        ]);
        for word in [self.silent, self.distrusted, self.other_firmware] {
            pen.bytes(&word.to_le_bytes());
        }
        self.start_into(&mut pen);
        self.pins_into(&mut pen);
        let debounce = Millis::new(self.settings.remote_debounce_ms.unsigned_abs());
        pen.maybe(self.remote.changing_since, debounce);
        pen.maybe(self.clean_since.filter(|_| self.watchdog), CLEAN);
        self.under_voltage_into(&mut pen);
        for (place, row) in numbered(self.rows.iter()) {
            let under_voltage = place == crate::Cause::UnderVoltage as usize;
            let hold = if under_voltage { self.clear_hold } else { Millis::new(row.limits.clear_hold_ms) };
            row.canonical(hold, &mut pen);
        }
        for cuts in &self.cuts {
            cuts.canonical(&mut pen);
        }
        for (place, battery) in numbered(self.batteries.iter()).take(self.settings.bank.batteries().min(BATTERIES_MAX))
        {
            self.battery_into(place, battery, &mut pen);
        }
    }

    /// What counts only until the bank is complete (BOOT-1, COM-7, ERR-1).
    fn start_into(&self, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        let starting = !self.complete;
        pen.bytes(&[u8::from(starting && self.started_late)]);
        pen.maybe(Some(self.started).filter(|_| starting && !self.started_late), self.silence_timeout());
        pen.maybe(self.mismatch.last.filter(|_| starting), COMPLETE_TIME);
    }

    /// Causes, pins and what is counted from one decision to the next.
    fn pins_into(&self, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        pen.word(self.active.bits());
        let (pre_alarm, phase) = match self.outputs.pre_alarm {
            PreAlarm::Floating => (0, NEVER),
            PreAlarm::High => (1, NEVER),
            PreAlarm::Intermittent { since } => (2, pen.now.since(since).as_millis() % PATTERN_MS),
        };
        let high = |drive: Drive| u8::from(drive == Drive::High);
        pen.bytes(&[high(self.outputs.load), high(self.outputs.charger), pre_alarm]);
        pen.word(phase);
        pen.word(self.both_high.as_millis());
        pen.word(if self.outputs.both_high() { self.gap_counted.as_millis() } else { 0 });
        let after_cut = self.floats_after_cut().and_then(|limit| self.after_cut.map(|time| time.min(limit)));
        let [discharge, charge] = self.ignored;
        let counts = [after_cut, self.low_cell.idle, self.low_cell.charging, discharge, charge];
        for count in counts {
            pen.word(count.map_or(NEVER, Millis::as_millis));
        }
        let counting = self.outputs.both_high() || counts.iter().any(Option::is_some);
        pen.maybe(self.last_step.filter(|_| counting), crate::pre_alarm::AFTER_CUT_MAX);
    }

    /// UV-2's hold and what changes it.
    fn under_voltage_into(&self, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        let lengthened = self.clear_hold != self.clear_hold_setting();
        pen.word(self.clear_hold.as_millis());
        pen.maybe(self.last_uv_cut, CUT_WINDOW.plus(Millis::new(1)));
        pen.maybe(self.relief_since.filter(|_| lengthened), RELIEF);
    }

    fn battery_into(&self, place: usize, battery: &Battery, pen: &mut Pen<'_, impl FnMut(&[u8])>) {
        let bit = bit(place);
        let silent = self.silent & bit != 0;
        let trusted = self.untrusted() & bit == 0;
        let values = &battery.values;
        let counts = !self.complete || self.clock_fault;
        pen.bytes(&[
            u8::from(battery.seen()),
            u8::from(battery.implausible),
            // Counts only towards a complete bank (BOOT-1, TIME-2).
            if counts { battery.complete } else { 0 },
            u8::from(counts && self.completed & bit != 0),
            // Counts only from a loss to the end of it (COM-5).
            if trusted { 0 } else { battery.trust },
            u8::from(!trusted && battery.third_loss),
        ]);
        pen.word(battery.serial.unwrap_or(0));
        // From a silent battery any number and any interval is accepted (COM-3).
        pen.maybe(Some(battery.last_seen).filter(|_| battery.seen() && !silent), REPORT_GAP);
        for loss in battery.losses {
            // Older losses decide nothing (COM-5).
            pen.maybe(loss.filter(|&at| self.is_recent_loss(at)), LOSS_WINDOW.plus(Millis::new(1)));
        }
        for (row_place, row) in numbered(self.rows.iter()) {
            let Some(slot) = hold_of(row_place) else { continue };
            let under_voltage = row_place == crate::Cause::UnderVoltage as usize;
            let hold = if under_voltage { self.under_voltage_hold() } else { Millis::new(row.limits.hold_ms) };
            // A tripped row looks at no hold; it clears only where no battery shows its condition.
            let counts = row.state != State::Tripped && row.set & bit != 0;
            pen.maybe(battery.hold_since.get(slot).copied().filter(|_| counts), hold);
        }
        // Cells, temperatures and status bits have acted on the rows (`set`, `failing`) and decide nothing more.
        pen.word(if FloorLimits::of(&self.settings).is_some() { values.soc_pm.into() } else { 0 });
        pen.bytes(&(if trusted { values.current_ma } else { 0 }).to_le_bytes());
        for (currents, cuts) in battery.currents.iter().zip(&self.cuts) {
            let currents = if cuts.restarting & bit == 0 { currents } else { &Currents::NONE };
            currents.canonical(cuts.warns & bit != 0, pen);
        }
    }
}

/// Writes bytes and times.
pub(crate) struct Pen<'a, F> {
    now: Instant,
    /// The first call after a start makes every time its own; until then there are no ages.
    started: bool,
    put: &'a mut F,
}

impl<F: FnMut(&[u8])> Pen<'_, F> {
    pub fn bytes(&mut self, bytes: &[u8]) {
        (self.put)(bytes);
    }

    pub fn word(&mut self, word: u32) {
        self.bytes(&word.to_le_bytes());
    }

    /// The age of an instant; from `end` on it decides nothing more.
    pub fn maybe(&mut self, at: Option<Instant>, end: Millis) {
        let age = |at| if self.started { self.now.since(at).min(end) } else { Millis::ZERO };
        self.word(at.map_or(NEVER, |at| age(at).as_millis()));
    }
}

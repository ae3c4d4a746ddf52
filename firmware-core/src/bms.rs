//! The firmware as a value: its state, how it starts, how it takes frames. Decisions are in [`crate::decision`].

use crate::battery::{Battery, COMPLETE_FRAMES, COMPLETE_TIME, Reception};
use crate::cause::{Cause, CauseInfo, CauseSet};
use crate::diagnosis::Ignored;
use crate::floor::{Floor, string_soc_pm};
use crate::frame::{Frame, FrameError, Status};
use crate::history::History;
use crate::low_cell::LowCell;
use crate::outputs::{Inputs, Outputs, PreAlarm};
use crate::overcurrent::{Cuts, Direction, Sample};
use crate::remote::{Remote, Supply};
use crate::retained::Retained;
use crate::settings::{BATTERIES_MAX, CELLS_TOTAL, Settings};
use crate::table::{Limits, PROTECTIONS, THRESHOLDS};
use crate::threshold::{KINDS, Row, State};
use crate::units::{Instant, Millis};

/// Why the firmware starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetCause {
    /// Power came up: nothing is retained.
    PowerOn,
    /// The watchdog reset the BMS.
    Watchdog,
    /// A firmware update has ended (UPD-2): state is retained if it failed and the old firmware runs on.
    Update,
}

/// Counts of what happened to frames; they wrap. Information only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Accepted.
    pub accepted: u32,
    /// Dropped for checksum, length or version (COM-3).
    pub damaged: u32,
    /// Dropped for their sequence number (COM-3).
    pub repeated: u32,
    /// Frames that were missing between two accepted ones (COM-3).
    pub missing: u32,
    /// Dropped for impossible content (COM-4).
    pub implausible: u32,
    /// Dropped because another battery sent them (COM-7).
    pub foreign: u32,
}

impl Counters {
    const NONE: Self = Self { accepted: 0, damaged: 0, repeated: 0, missing: 0, implausible: 0, foreign: 0 };
}

/// What a planted bug changes. In a shipped build it is a constant, and nothing of it remains in the code.
#[cfg(not(feature = "mutants"))]
#[derive(Clone, Copy)]
pub(crate) struct Planted {
    pub removed: CauseSet,
    pub early: Millis,
    pub never_cuts: bool,
}

/// The firmware of one BMS.
#[derive(Clone, Debug)]
pub struct Bms {
    pub(crate) settings: Settings,
    /// [`Bms::start`] was called with settings that may be used.
    pub(crate) configured: bool,
    /// A firmware update is under way (UPD-2).
    pub(crate) updating: bool,
    /// State was retained; its times are not of this clock yet.
    pub(crate) restored: bool,
    /// The latest `now`; `None` before the first call after a start.
    pub(crate) clock: Option<Instant>,
    /// The clock went backwards, and the bank is not complete again yet (TIME-2).
    pub(crate) clock_fault: bool,
    /// Every battery has reported, and the bank is the one configured (BOOT-1).
    pub(crate) complete: bool,
    pub(crate) batteries: [Battery; BATTERIES_MAX],
    /// Cell voltages of the last reports, battery by battery, mV.
    cells_mv: [u16; CELLS_TOTAL],
    /// Batteries that have reported since start-up.
    pub(crate) seen: u64,
    /// Batteries whose last frames were enough to complete the bank (BOOT-1).
    pub(crate) completed: u64,
    /// Batteries that are silent (COM-2), and those that report but are not trusted (COM-4 … COM-6).
    pub(crate) silent: u64,
    pub(crate) distrusted: u64,
    /// When it is looked for silent batteries, and what is known of them before.
    pub(crate) watch: Watch,
    /// OUT-10 with what it found: a foreign serial, another model, too many batteries.
    pub(crate) mismatch: Mismatch,
    pub(crate) rows: [Row; THRESHOLDS],
    pub(crate) floor: Floor,
    /// UV-2's present hold, and the last UV cut within the hour.
    pub(crate) clear_hold: Millis,
    pub(crate) last_uv_cut: Option<Instant>,
    /// The bank has been charged above 2 % C since.
    pub(crate) relief_since: Option<Instant>,
    /// While in the low-cell state with the variant of UV-4.
    pub(crate) low_cell: LowCell,
    /// Over-current by direction: discharge, charge.
    pub(crate) cuts: [Cuts; 2],
    /// Currents that ignore their output, by direction (DIAG-1).
    pub(crate) ignored: Ignored,
    /// Batteries with another firmware version than expected (COM-6).
    pub(crate) other_firmware: u64,
    pub(crate) remote: Remote,
    pub(crate) supply: Supply,
    /// The supply does not fit the system voltage (error 34).
    pub(crate) wrong_voltage: bool,
    /// The watchdog has reset the BMS, and no minute has been clean since (error 12).
    pub(crate) watchdog: bool,
    pub(crate) clean_since: Option<Instant>,
    /// Start-up, for errors 2 and 5.
    pub(crate) started: Instant,
    pub(crate) started_late: bool,
    /// PRE-2: both pins High for so long, at most 30 s, at the last decision.
    pub(crate) both_high: Millis,
    /// Of the gap between two decisions, so much has been counted already, when settings changed within it.
    pub(crate) gap_counted: Millis,
    /// PRE-6: so long ago a UV or floor cut floated LOAD, if it floats still.
    pub(crate) after_cut: Option<Millis>,
    pub(crate) last_step: Option<Instant>,
    /// What the last decision read.
    pub(crate) inputs: Inputs,
    pub(crate) active: CauseSet,
    pub(crate) infos: [CauseInfo; Cause::ALL.len()],
    pub(crate) outputs: Outputs,
    /// Errors that are active, one bit per entry of the error table.
    pub(crate) errors: u32,
    pub(crate) history: History,
    pub(crate) counters: Counters,
    #[cfg(feature = "mutants")]
    pub(crate) planted: crate::planted::Planted,
}

/// The watch for silent batteries (COM-2). Who was heard since the last look cannot be silent before the timeout has
/// passed from there: a look goes to the others only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watch {
    /// No battery falls silent before this; at most the timeout after `looked`.
    pub due: Instant,
    /// The last look.
    pub looked: Instant,
    /// Batteries with a valid frame since then.
    pub heard: u64,
}

impl Watch {
    const NONE: Self = Self::begin(Instant::from_millis(0), Instant::from_millis(0));

    /// Nothing is known of any battery.
    pub const fn begin(now: Instant, due: Instant) -> Self {
        Self { due, looked: now, heard: 0 }
    }
}

/// What does not fit the configured bank (COM-7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// The last frame that did not fit.
    pub last: Option<Instant>,
    pub serial: bool,
    pub model: bool,
    pub count: bool,
    pub battery: u8,
}

impl Mismatch {
    const NONE: Self = Self { last: None, serial: false, model: false, count: false, battery: 0 };

    pub fn any(self) -> bool {
        self.serial || self.model || self.count
    }
}

impl Bms {
    /// A BMS that has not started: every output floats. All bytes are zero, so that a static one costs no flash.
    pub const fn new() -> Self {
        const ZERO: Instant = Instant::from_millis(0);
        Self {
            settings: Settings::ZERO,
            configured: false,
            updating: false,
            restored: false,
            clock: None,
            clock_fault: false,
            complete: false,
            batteries: [Battery::NONE; BATTERIES_MAX],
            cells_mv: [0; CELLS_TOTAL],
            seen: 0,
            completed: 0,
            silent: 0,
            distrusted: 0,
            watch: Watch::NONE,
            mismatch: Mismatch::NONE,
            rows: [Row::ZERO; THRESHOLDS],
            floor: Floor::NONE,
            clear_hold: Millis::ZERO,
            last_uv_cut: None,
            relief_since: None,
            low_cell: LowCell::NONE,
            cuts: [Cuts::NONE; 2],
            ignored: [None; 2],
            other_firmware: 0,
            remote: Remote::UNKNOWN,
            supply: Supply::InRange,
            wrong_voltage: false,
            watchdog: false,
            clean_since: None,
            started: ZERO,
            started_late: false,
            both_high: Millis::ZERO,
            gap_counted: Millis::ZERO,
            after_cut: None,
            last_step: None,
            inputs: Inputs::NONE,
            active: CauseSet::EMPTY,
            infos: [CauseInfo { battery: None, cell: None, since: ZERO }; Cause::ALL.len()],
            outputs: Outputs::NONE,
            errors: 0,
            history: History::ZERO,
            counters: Counters::NONE,
            #[cfg(feature = "mutants")]
            planted: crate::planted::Planted::NOTHING,
        }
    }

    /// Starts with these settings after a reset (BOOT-1, BOOT-2). Settings that break a rule float every output.
    ///
    /// `retained` counts only after a watchdog reset and if its checksum fits.
    pub fn start(&mut self, settings: &Settings, reset: ResetCause, retained: Option<&Retained>) {
        self.settings = *settings;
        self.boot(reset, retained);
    }

    /// Starts with the settings that are there.
    pub(crate) fn boot(&mut self, reset: ResetCause, retained: Option<&Retained>) {
        self.forget();
        self.configured = self.settings.is_valid();
        if !self.configured {
            return;
        }
        self.clear_hold = self.clear_hold_setting();
        let everyone = self.everyone();
        let removed = self.planted().removed;
        for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
            row.limits = Limits::of(kind.cause, &self.settings);
            row.failing = everyone;
            row.state = if kind.begins_tripped { State::Waiting } else { State::Clear };
        }
        self.floor = Floor::waiting(&self.settings);
        self.watchdog = reset == ResetCause::Watchdog;
        if let Some(retained) = retained.filter(|_| reset != ResetCause::PowerOn) {
            retained.restore(self);
        }
        for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
            if removed.contains(kind.cause) {
                row.state = State::Clear;
            }
        }
    }

    /// Everything but settings and a planted bug is as at the first start. In place: a second BMS does not fit on the
    /// stack. No field can be left out: the pattern names them all.
    fn forget(&mut self) {
        const ZERO: Instant = Instant::from_millis(0);
        let Self {
            settings: _,
            configured,
            updating,
            restored,
            clock,
            clock_fault,
            complete,
            batteries,
            cells_mv,
            seen,
            completed,
            silent,
            distrusted,
            watch,
            mismatch,
            rows,
            floor,
            clear_hold,
            last_uv_cut,
            relief_since,
            low_cell,
            cuts,
            ignored,
            other_firmware,
            remote,
            supply,
            wrong_voltage,
            watchdog,
            clean_since,
            started,
            started_late,
            both_high,
            gap_counted,
            after_cut,
            last_step,
            inputs,
            active,
            infos,
            outputs,
            errors,
            history,
            counters,
            #[cfg(feature = "mutants")]
                planted: _,
        } = self;
        *batteries = [Battery::NONE; BATTERIES_MAX];
        for row in rows {
            *row = Row::NONE;
        }
        for info in infos {
            *info = CauseInfo { battery: None, cell: None, since: ZERO };
        }
        for flag in [configured, updating, restored, clock_fault, complete, wrong_voltage, watchdog, started_late] {
            *flag = false;
        }
        for times in [clock, last_uv_cut, relief_since, clean_since, last_step] {
            *times = None;
        }
        *cells_mv = [0; CELLS_TOTAL];
        for word in [seen, completed, silent, distrusted, other_firmware] {
            *word = 0;
        }
        (*watch, *started) = (Watch::NONE, ZERO);
        (*clear_hold, *both_high, *gap_counted) = (Millis::ZERO, Millis::ZERO, Millis::ZERO);
        *mismatch = Mismatch::NONE;
        *floor = Floor::NONE;
        (*low_cell, *after_cut) = (LowCell::NONE, None);
        *cuts = [Cuts::NONE; 2];
        *ignored = [None; 2];
        (*remote, *supply) = (Remote::UNKNOWN, Supply::InRange);
        *inputs = Inputs::NONE;
        *active = CauseSet::EMPTY;
        *outputs = Outputs::NONE;
        *errors = 0;
        *history = History::NONE;
        *counters = Counters::NONE;
    }

    /// Takes a frame off the chain. Anything may come; what is not a valid report of a battery of this bank is
    /// counted and dropped (COM-3, COM-4, COM-7).
    pub fn receive(&mut self, now: Instant, bytes: &[u8]) {
        if !self.configured || self.updating {
            return;
        }
        self.advance_clock(now);
        #[cfg(feature = "mutants")]
        let mut spoilt = [0; crate::frame::MAX_FRAME];
        #[cfg(feature = "mutants")]
        let bytes = self.spoil_frame(bytes, &mut spoilt).and_then(|length| spoilt.get(..length)).unwrap_or(bytes);
        match Frame::decode(bytes) {
            Ok(frame) => self.take(now, frame),
            Err(FrameError::Checksum | FrameError::Length | FrameError::Version) => {
                self.counters.damaged = self.counters.damaged.wrapping_add(1);
            }
        }
    }

    fn take(&mut self, now: Instant, frame: Frame<'_>) {
        let position = frame.position();
        let place = usize::from(position);
        let Self { settings, batteries, cells_mv, counters, mismatch, .. } = self;
        let bank = &settings.bank;
        let Some(battery) = batteries.get_mut(place).filter(|_| place < bank.batteries()) else {
            counters.foreign = counters.foreign.wrapping_add(1);
            (mismatch.last, mismatch.count, mismatch.battery) = (Some(now), true, position);
            return;
        };
        let bit = bit(place);
        let was_silent = self.silent & bit != 0;
        let elapsed = if battery.seen() && !was_silent { now.since(battery.last_seen) } else { Millis::ZERO };
        let first_cell = place.saturating_mul(bank.cells.into());
        let cells_mv = cells_mv.get_mut(first_cell..).unwrap_or(&mut []);
        let soc_pm = string_soc_pm(batteries, bank, place);
        let Some(battery) = batteries.get_mut(place) else { return };
        let reception = battery.take(now, frame, bank, was_silent, cells_mv);
        self.completed = if battery.complete >= COMPLETE_FRAMES { self.completed | bit } else { self.completed & !bit };
        if battery.seen() {
            self.seen |= bit;
        }
        match reception {
            Reception::Foreign => {
                counters.foreign = counters.foreign.wrapping_add(1);
                mismatch.last = Some(now);
                mismatch.serial |= battery.serial.is_some_and(|serial| serial != frame.serial());
                mismatch.model |= frame.model() != bank.model;
                mismatch.battery = position;
            }
            Reception::Repeated => counters.repeated = counters.repeated.wrapping_add(1),
            Reception::Implausible => counters.implausible = counters.implausible.wrapping_add(1),
            Reception::Untrustworthy => {
                counters.implausible = counters.implausible.wrapping_add(1);
                self.distrust(now, place);
            }
            Reception::Accepted { missing } => {
                counters.accepted = counters.accepted.wrapping_add(1);
                counters.missing = counters.missing.wrapping_add(missing.into());
                self.floor.replace(soc_pm, string_soc_pm(batteries, bank, place));
                if was_silent {
                    // It speaks again, but is not trusted yet (COM-5).
                    self.silent &= !bit;
                    self.distrusted |= bit;
                }
                self.watch.heard |= bit;
                self.accept(now, place, elapsed);
            }
        }
    }

    /// New values of a battery act on its conditions and timers.
    fn accept(&mut self, now: Instant, place: usize, elapsed: Millis) {
        let bit = bit(place);
        let bank = &self.settings.bank;
        let Some(battery) = self.batteries.get_mut(place) else { return };
        if self.distrusted & bit != 0 {
            battery.trust = battery.trust.saturating_add(1);
            if battery.trust >= battery.trust_needed() {
                self.distrusted &= !bit;
                let untrusted = self.silent | self.distrusted;
                self.rows.iter_mut().for_each(|row| row.time_clearing(now, untrusted));
            }
        }
        let untrusted = self.silent | self.distrusted;
        for (row, kind) in self.rows.iter_mut().zip(&KINDS) {
            row.update(kind, battery, bit, now, untrusted);
        }
        let number = u8::try_from(place).unwrap_or(u8::MAX);
        let trusted = untrusted & bit == 0;
        let sample = Sample { values: &battery.values, layout: bank, elapsed, bit, trusted };
        for ((currents, cuts), direction) in battery.currents.iter_mut().zip(&mut self.cuts).zip(Direction::BOTH) {
            let exceeds = currents.report(direction, &sample, cuts);
            cuts.judge(now, number, exceeds);
        }
        let values = &battery.values;
        let other_firmware = values.status.any(Status::FIRMWARE_MISMATCH);
        self.other_firmware = if other_firmware { self.other_firmware | bit } else { self.other_firmware & !bit };
        self.history.cell_mv_min = self.history.cell_mv_min.min(values.lowest_mv);
        self.history.cell_mv_max = self.history.cell_mv_max.max(values.highest_mv);
        if !self.complete || self.clock_fault {
            self.complete_bank(now);
        }
    }

    /// BOOT-1, COM-7, TIME-2: every battery of the bank has reported three cycles in a row, and at start-up nothing
    /// else has.
    fn complete_bank(&mut self, now: Instant) {
        if self.completed != self.everyone() {
            return;
        }
        if !self.complete {
            if self.mismatch.last.is_some_and(|last| now.since(last) < COMPLETE_TIME) {
                return;
            }
            self.mismatch = Mismatch::NONE;
        }
        self.complete = true;
        self.clock_fault = false;
    }

    /// A battery whose content cannot be believed (COM-4, COM-6).
    fn distrust(&mut self, now: Instant, place: usize) {
        let bit = bit(place);
        if self.untrusted() & bit != 0 {
            return;
        }
        self.distrusted |= bit;
        if let Some(battery) = self.batteries.get_mut(place) {
            battery.lose(now);
        }
        self.stop_clearing(now, bit);
    }

    /// These batteries are lost (COM-5): no clear rule that looks at them is met from now on.
    pub(crate) fn stop_clearing(&mut self, now: Instant, lost: u64) {
        if lost == 0 {
            return;
        }
        let untrusted = self.untrusted();
        for row in &mut self.rows {
            row.time_clearing(now, untrusted);
        }
    }

    /// TIME-1 and TIME-2: `receive` and `step` share one order of time.
    pub(crate) fn advance_clock(&mut self, now: Instant) {
        match self.clock {
            None => {
                if self.restored {
                    self.rebase(now);
                }
                self.started = now;
                self.watch = Watch::begin(now, now.plus(self.silence_timeout()));
            }
            Some(clock) if now.is_before(clock) => {
                self.rebase(now);
                self.restart_counts();
                self.clock_fault = !self.planted().removed.contains(Cause::Clock);
            }
            Some(clock) => self.keep_silence(clock, now),
        }
        self.clock = Some(now);
    }

    /// TIME-1: after a long time without a decision the last frames would seem to lie ahead. They are kept as far
    /// back as makes a battery silent; the next decision finds that.
    fn keep_silence(&mut self, clock: Instant, now: Instant) {
        const LONG: Millis = Millis::new(1 << 29);
        let paused = now.since(clock) > LONG;
        if !paused && now.since(self.watch.due) <= LONG {
            return;
        }
        let timeout = self.silence_timeout();
        for battery in &mut self.batteries {
            if paused || now.since(battery.last_seen) > timeout {
                battery.last_seen = now.back(timeout);
            }
        }
        self.watch = Watch::begin(now, now);
    }

    /// All timers start anew from `now`.
    fn rebase(&mut self, now: Instant) {
        for battery in &mut self.batteries {
            battery.rebase(self.clock, now);
        }
        self.completed = 0;
        let untrusted = self.untrusted();
        for row in &mut self.rows {
            // All that hold have done so equally long now: the first of them is the oldest.
            (row.clear_since, row.oldest) = (None, first(row.set));
            row.time_clearing(now, untrusted);
        }
        for cuts in &mut self.cuts {
            cuts.rebase(now);
        }
        for info in &mut self.infos {
            info.since = now;
        }
        if let PreAlarm::Intermittent { since } = &mut self.outputs.pre_alarm {
            *since = now;
        }
        self.mismatch.last = self.mismatch.last.map(|_| now);
        self.last_uv_cut = self.last_uv_cut.map(|_| now);
        self.relief_since = self.relief_since.map(|_| now);
        self.clean_since = self.clean_since.map(|_| now);
        self.remote.changing_since = None;
        self.started = now;
        self.both_high = Millis::ZERO;
        self.last_step = None;
        self.watch = Watch::begin(now, now.plus(self.silence_timeout()));
    }

    /// TIME-2: what is counted from decision to decision starts anew as well, unless it has run out.
    fn restart_counts(&mut self) {
        let given_up = self.low_cell.idle.filter(|&idle| idle == crate::low_cell::PATIENCE);
        self.low_cell = LowCell { idle: given_up, charging: None };
        if !self.is_ignored() {
            self.ignored = [None; 2];
        }
        let limit = self.floats_after_cut();
        self.after_cut = self.after_cut.map(|time| if Some(time) < limit { Millis::ZERO } else { time });
    }

    /// Where and since when a cause holds; `None` if it does not.
    pub fn cause(&self, cause: Cause) -> Option<CauseInfo> {
        self.infos.get(cause as usize).copied().filter(|_| self.active.contains(cause))
    }

    /// Cell voltages of the battery at this position as it last reported them, mV; none before its first report, and
    /// of a position that the bank does not have.
    pub fn cells_mv(&self, position: u8) -> &[u16] {
        let place = usize::from(position);
        let known = self.batteries.get(place).is_some_and(|battery| battery.seen());
        let cells = usize::from(self.settings.bank.cells);
        let first = place.saturating_mul(cells);
        self.cells_mv.get(first..first.saturating_add(cells)).filter(|_| known).unwrap_or(&[])
    }

    /// The last errors, extremes and counts (HIST-1).
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Counts of what happened to frames.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    #[cfg(not(feature = "mutants"))]
    pub(crate) fn planted(&self) -> Planted {
        Planted { removed: CauseSet::EMPTY, early: Millis::ZERO, never_cuts: false }
    }

    /// One bit for each battery of the bank.
    pub(crate) fn everyone(&self) -> u64 {
        let batteries = u32::try_from(self.settings.bank.batteries()).unwrap_or(u32::MAX);
        1u64.checked_shl(batteries).map_or(u64::MAX, |above| above.wrapping_sub(1))
    }

    /// Batteries that are silent or not trusted.
    pub(crate) fn untrusted(&self) -> u64 {
        self.silent | self.distrusted
    }

    /// COM-5: losses of the last ten minutes count.
    pub(crate) fn is_recent_loss(&self, at: Instant) -> bool {
        self.clock.is_none_or(|clock| clock.since(at) <= crate::battery::LOSS_WINDOW)
    }

    pub(crate) fn clear_hold_setting(&self) -> Millis {
        Millis::new(self.settings.under_voltage_clear_hold_ms.unsigned_abs())
    }

    pub(crate) fn silence_timeout(&self) -> Millis {
        Millis::new(self.settings.silence_timeout_ms.unsigned_abs())
    }

    /// Copies the whole state.
    pub fn snapshot(&self, snapshot: &mut Snapshot) {
        snapshot.0.clone_from(self);
    }

    /// Brings back the whole state.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        self.clone_from(&snapshot.0);
    }

    /// What survives a watchdog reset (BOOT-2).
    pub fn retained(&self, retained: &mut Retained) {
        retained.save(self);
    }
}

impl Default for Bms {
    fn default() -> Self {
        Self::new()
    }
}

/// The whole state of a BMS.
#[derive(Clone, Debug)]
pub struct Snapshot(Bms);

impl Snapshot {
    /// The state of a BMS that has not started.
    pub const fn new() -> Self {
        Self(Bms::new())
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self::new()
    }
}

/// As `enumerate`, which counts with an overflow check: a panic path that cannot be taken, but is linked.
pub(crate) fn numbered<T>(items: impl Iterator<Item = T>) -> impl Iterator<Item = (usize, T)> {
    (0..usize::MAX).zip(items)
}

/// Each item with the bit of its battery.
pub(crate) fn with_bits<T>(items: impl Iterator<Item = T>) -> impl Iterator<Item = (u64, T)> {
    let mut next = 1u64;
    items.map(move |item| {
        let bit = next;
        next = next.wrapping_add(next);
        (bit, item)
    })
}

/// The batteries of a word, first to last.
pub(crate) fn batteries_of(word: u64) -> impl Iterator<Item = u8> {
    let mut rest = word;
    core::iter::from_fn(move || {
        let battery = first(rest);
        rest &= rest.wrapping_sub(1);
        battery
    })
}

/// The first battery of a word.
pub(crate) fn first(word: u64) -> Option<u8> {
    u8::try_from(word.trailing_zeros()).ok().filter(|_| word != 0)
}

/// The bit of a battery.
pub(crate) fn bit(place: usize) -> u64 {
    u32::try_from(place).ok().and_then(|place| 1u64.checked_shl(place)).unwrap_or(0)
}

/// The rows of the table are as many as there are causes.
const _: () = assert!(PROTECTIONS_LEN == Cause::ALL.len());
const PROTECTIONS_LEN: usize = size_of_val(&PROTECTIONS) / size_of::<crate::Protection>();

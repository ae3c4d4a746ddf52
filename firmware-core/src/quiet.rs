//! The promise that nothing can change ([`crate::Bms::quiet`]).

use crate::bms::{Bms, Watch, batteries_of, numbered, with_bits};
use crate::cause::Cause;
use crate::diagnosis;
use crate::frame::Status;
use crate::low_cell;
use crate::outputs::Drive;
use crate::remote::{Remote, side};
use crate::settings::BATTERIES_MAX;
use crate::table::THRESHOLDS;
use crate::threshold::{KINDS, Row, State, hold_of};
use crate::units::{Instant, Millis};

/// Until when, and within which band of every signal, nothing that matters can change: outputs, cause ids and times,
/// latches, protection timers. It holds on the condition that every battery not in `silent` goes on delivering one
/// valid frame per cycle with values in its band, every one in `silent` stays silent, and decisions come every
/// 100 ms with inputs in their bands. Not covered: last-seen times, sequence numbers, latest values, counters, the
/// extremes of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quiet {
    /// Decisions before this instant change nothing; equal to the `now` of the question: not quiet.
    pub until: Instant,
    /// Bands by battery.
    pub bands: [Band; BATTERIES_MAX],
    /// Bit b is set if battery b must stay silent.
    pub silent: u64,
    /// Bands of the inputs of a decision.
    pub inputs: InputBand,
}

/// Inclusive bounds on reported values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Lowest cell, mV.
    pub lowest_mv: (u16, u16),
    /// Highest cell, mV.
    pub highest_mv: (u16, u16),
    /// Coldest sensor, 0.1 °C.
    pub coldest_dc: (i16, i16),
    /// Hottest sensor, 0.1 °C.
    pub hottest_dc: (i16, i16),
    /// Current, mA.
    pub current_ma: (i32, i32),
    /// State of charge, ‰.
    pub soc_pm: (u16, u16),
    /// These status bits …
    pub status_mask: u16,
    /// … must have this value.
    pub status_value: u16,
}

/// Inclusive bounds on the inputs of a decision. The radio's state must not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputBand {
    /// Supply voltage, mV.
    pub supply_mv: (i32, i32),
    /// Remote pin L, mV.
    pub remote_l_mv: (i32, i32),
    /// Remote pin H, mV.
    pub remote_h_mv: (i32, i32),
    /// Remote pin H less the supply voltage, mV (REM-2).
    pub remote_h_over_supply_mv: (i32, i32),
}

impl Band {
    /// Everything that a plausible frame can say (COM-4).
    pub const PLAUSIBLE: Self = Self {
        lowest_mv: (500, 5000),
        highest_mv: (500, 5000),
        coldest_dc: (-450, 1000),
        hottest_dc: (-450, 1000),
        current_ma: (i32::MIN, i32::MAX),
        soc_pm: (0, 1000),
        status_mask: 0,
        status_value: 0,
    };
}

/// [`Band::PLAUSIBLE`] by [`crate::Signal`], signed so that every signal trips below.
const SIGNED_PLAUSIBLE: [(i32, i32); 4] = [(500, 5000), (-5000, -500), (-450, 1000), (-1000, 450)];

// Bounds lie within what is plausible.
fn to_mv(bound: i32) -> u16 {
    u16::try_from(bound).unwrap_or(0)
}

fn to_dc(bound: i32) -> i16 {
    i16::try_from(bound).unwrap_or(0)
}

impl InputBand {
    /// Every input.
    pub const ANY: Self = Self {
        supply_mv: (i32::MIN, i32::MAX),
        remote_l_mv: (i32::MIN, i32::MAX),
        remote_h_mv: (i32::MIN, i32::MAX),
        remote_h_over_supply_mv: (i32::MIN, i32::MAX),
    };
}

impl Quiet {
    /// No promise.
    pub const fn new() -> Self {
        Self {
            until: Instant::from_millis(0),
            bands: [Band::PLAUSIBLE; BATTERIES_MAX],
            silent: 0,
            inputs: InputBand::ANY,
        }
    }
}

impl Default for Quiet {
    fn default() -> Self {
        Self::new()
    }
}

/// A promise reaches no farther.
const HORIZON: Millis = Millis::new(1 << 30);

impl Bms {
    /// Says until when nothing that matters can change, and within which bands. To be asked right after a decision
    /// at the start of a cycle.
    pub fn quiet(&self, now: Instant, quiet: &mut Quiet) {
        quiet.until = self.quiet_until(now);
        if quiet.until == now {
            return;
        }
        quiet.silent = self.silent;
        self.input_bands(&mut quiet.inputs);
        let pins: [Option<u64>; THRESHOLDS] =
            core::array::from_fn(|place| self.rows.get(place).and_then(|row| self.pin(row, place)));
        let soc = self.soc_drift();
        let (fall_ma, rise_ma) = self.current_drift();
        let bank = &self.settings.bank;
        let places = with_bits(quiet.bands.iter_mut().zip(&self.batteries));
        for (bit, (band, battery)) in places.take(bank.batteries()) {
            let values = &battery.values;
            let mut bounds = SIGNED_PLAUSIBLE;
            for ((row, kind), pinned) in self.rows.iter().zip(&KINDS).zip(pins) {
                if let Some(bounds) = bounds.get_mut(kind.signal as usize) {
                    // While one battery keeps a row from clearing, the others are free of the clear value.
                    row.narrow(values.signed(kind.signal), pinned.is_none_or(|pinned| pinned == bit), bounds);
                }
            }
            let [lowest, highest, coldest, hottest] = bounds;
            band.lowest_mv = (to_mv(lowest.0), to_mv(lowest.1));
            band.highest_mv = (to_mv(highest.1.saturating_neg()), to_mv(highest.0.saturating_neg()));
            band.coldest_dc = (to_dc(coldest.0), to_dc(coldest.1));
            band.hottest_dc = (to_dc(hottest.1.saturating_neg()), to_dc(hottest.0.saturating_neg()));
            band.current_ma = (bank.continuous_discharge_ma.saturating_neg(), bank.continuous_charge_ma);
            band.current_ma.0 = band.current_ma.0.max(values.current_ma.saturating_sub(fall_ma));
            band.current_ma.1 = band.current_ma.1.min(values.current_ma.saturating_add(rise_ma));
            band.soc_pm = (values.soc_pm.saturating_sub(soc.0), values.soc_pm.saturating_add(soc.1).min(1000));
            band.status_mask = Status::RULED.bits();
            band.status_value = values.status.bits() & Status::RULED.bits();
        }
    }

    /// The first instant at which a timer may act; `now` if something is going on that only execution can tell.
    fn quiet_until(&self, now: Instant) -> Instant {
        if !self.configured || self.updating {
            return now.plus(HORIZON);
        }
        let count = self.settings.bank.batteries();
        let busy = !self.complete
            || self.clock_fault
            || self.distrusted != 0
            || self.remote.changing_since.is_some()
            || self.relief_since.is_some()
            || self.low_cell.is_undecided()
            || self.cuts.iter().any(|cuts| cuts.warns != 0)
            || self.batteries.iter().take(count).any(|battery| battery.implausible);
        if busy {
            return now;
        }
        let mut until = now.plus(HORIZON);
        let mut deadline = |at: Instant| until = until.min(at.max(now));
        for cuts in &self.cuts {
            if let Some(at) = cuts.deadline(now) {
                deadline(at);
            }
        }
        for (place, row) in numbered(self.rows.iter()) {
            if row.state != State::Clear
                && let Some(since) = row.clear_since
            {
                let under_voltage = place == Cause::UnderVoltage as usize;
                let hold = if under_voltage { self.clear_hold } else { Millis::new(row.limits.clear_hold_ms) };
                deadline(since.plus(hold));
            }
            if row.state != State::Tripped
                && row.set != 0
                && let Some(at) = self.trip_deadline(now, row, place)
            {
                deadline(at);
            }
        }
        if let Some(since) = self.clean_since {
            deadline(since.plus(Millis::seconds(60)));
        }
        let mut counts = |count: Option<Millis>, limit: Millis| {
            if let Some(count) = count.filter(|&count| count < limit) {
                deadline(now.plus(limit.less(count)));
            }
        };
        for ignored in self.ignored {
            counts(ignored, diagnosis::PATIENCE);
        }
        counts(self.low_cell.idle.filter(|_| !self.low_cell.is_charging()), low_cell::PATIENCE);
        counts(self.after_cut, self.floats_after_cut().unwrap_or(Millis::ZERO));
        until
    }

    /// When a row that shows its condition would trip: after its hold, and for UV after PRE-2's 30 s.
    fn trip_deadline(&self, now: Instant, row: &Row, place: usize) -> Option<Instant> {
        let under_voltage = place == Cause::UnderVoltage as usize;
        let hold = if under_voltage { self.under_voltage_hold() } else { Millis::new(row.limits.hold_ms) };
        let slot = hold_of(place)?;
        let shown = batteries_of(row.set).filter_map(|battery| self.batteries.get(usize::from(battery)));
        let held = shown.filter_map(|battery| battery.hold_since.get(slot)).map(|since| since.plus(hold));
        let first = held.reduce(Instant::min)?;
        if !under_voltage {
            return Some(first);
        }
        // A LOAD that floats would have tripped the row at once (UV-5); without PRE-ALARM nothing counts.
        if !self.outputs.both_high() {
            return None;
        }
        Some(first.max(now.plus(self.lead().less(self.both_high))))
    }

    /// The battery whose failing keeps a row from clearing: the one farthest from its clear value. `Some(0)` if a
    /// silent battery does so anyhow; `None` if nothing does, and every battery is banded.
    fn pin(&self, row: &Row, place: usize) -> Option<u64> {
        if self.silent != 0 {
            return Some(0);
        }
        if row.failing == 0 || row.state == State::Clear {
            return None;
        }
        let kind = KINDS.get(place)?;
        let batteries = with_bits(self.batteries.iter());
        let failing = batteries.filter(|&(bit, _)| row.failing & bit != 0);
        failing.min_by_key(|(_, battery)| battery.values.signed(kind.signal)).map(|(bit, _)| bit)
    }

    /// How far every battery's state of charge may fall and rise, ‰, before the bank's passes a limit.
    fn soc_drift(&self) -> (u16, u16) {
        let strings = u32::from(self.settings.bank.parallel.max(1));
        let (low, high) = self.floor.band(&self.settings);
        let sum = self.floor.sum_pm;
        let per_string = |room: u32| u16::try_from(room.checked_div(strings).unwrap_or(0)).unwrap_or(u16::MAX);
        (per_string(sum.saturating_sub(low)), per_string(high.saturating_sub(sum)))
    }

    /// How far every string's current may fall and rise, mA, before the bank's passes a limit that counts now: that
    /// of UV-2's relief, of UV-4, of DIAG-1.
    fn current_drift(&self) -> (i32, i32) {
        let lengthened = self.clear_hold != self.clear_hold_setting();
        let stray_ma = self.stray_ma();
        let limits = [
            lengthened.then(|| self.relief_ma()),
            self.low_cell.idle.map(|_| self.charging_ma()),
            (self.outputs.charger == Drive::Floating).then_some(stray_ma),
            (self.outputs.load == Drive::Floating).then_some(stray_ma.saturating_neg().saturating_sub(1)),
        ];
        let strings = i32::from(self.settings.bank.parallel.max(1));
        let per_string = |room: i32| room.checked_div(strings).unwrap_or(0);
        let charge_ma = self.bank_charge_ma();
        let (mut fall, mut rise) = (i32::MAX, i32::MAX);
        for limit in limits.into_iter().flatten() {
            if charge_ma > limit {
                fall = fall.min(per_string(charge_ma.saturating_sub(limit).saturating_sub(1)));
            } else {
                rise = rise.min(per_string(limit.saturating_sub(charge_ma)));
            }
        }
        (fall, rise)
    }

    /// Inputs on the same side of every limit as those of the last decision.
    fn input_bands(&self, bands: &mut InputBand) {
        *bands = InputBand::ANY;
        if !self.configured {
            return;
        }
        let inputs = self.inputs;
        let (low, high) = crate::errors::voltage_band(&self.settings.bank);
        let mut narrow = |band: (i32, i32)| {
            bands.supply_mv = (bands.supply_mv.0.max(band.0), bands.supply_mv.1.min(band.1));
        };
        narrow(self.supply.band());
        narrow(side(inputs.supply_mv, low));
        narrow(side(inputs.supply_mv, high.saturating_add(1)));
        Remote::bands(&inputs, bands);
    }

    /// What is counted from decision to decision goes on for so long, with everything as it was at the last one.
    pub(crate) fn pass(&mut self, length: Millis) {
        self.pass_both_high(length);
        self.pass_after_cut(length);
        self.low_cell.pass(length);
        for ignored in self.ignored.iter_mut().flatten() {
            *ignored = ignored.plus(length).min(diagnosis::PATIENCE);
        }
    }

    /// Brings the firmware to where `cycles` cycles of in-band frames, each with its decisions, would have brought
    /// it. `to` must be `cycles` × 500 ms after the last decision and within the promise of [`Bms::quiet`].
    pub fn fast_forward(&mut self, to: Instant, cycles: u32) {
        if !self.configured || self.updating {
            return;
        }
        let Some(from) = self.last_step else { return };
        let length = to.since(from);
        self.pass(length);
        self.last_step = Some(to);
        self.clock = Some(to);
        let [frames, ..] = cycles.to_le_bytes();
        let reporting = self.everyone() & !self.silent;
        for (bit, battery) in with_bits(self.batteries.iter_mut()) {
            if reporting & bit != 0 {
                battery.last_seen = battery.last_seen.plus(length);
                battery.sequence = battery.sequence.wrapping_add(frames);
            }
            battery.forget_losses(to);
        }
        self.watch = Watch::begin(to, to);
        if self.last_uv_cut.is_some_and(|cut| to.since(cut) > crate::decision::CUT_WINDOW) {
            self.last_uv_cut = None;
        }
        for cuts in &mut self.cuts {
            cuts.forget_old(to);
        }
    }
}

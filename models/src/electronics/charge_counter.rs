//! The charge counter of a battery (SOC-5).

use super::{ElectronicsParams, TICK_US};
use crate::time::{HOUR, MINUTE, Micros};

/// Currents below this are ignored, A (SOC-5).
const DEAD_BAND_A: f64 = 0.1;
/// So long below the dead band, and the offset is re-zeroed (SOC-5).
const REST_TICKS: u32 = ticks(4 * HOUR);
/// Mean cell voltage from which a battery can be full, V (SOC-5).
const FULL_CELL_V: f64 = 3.50;
/// Tail current below which a battery can be full, part of the rated capacity per hour (SOC-5).
const FULL_TAIL_C: f64 = 0.04;
/// So long at that voltage and tail current, and the battery is full (SOC-5).
const FULL_TICKS: u32 = ticks(3 * MINUTE);
/// Rounding of the counter's arithmetic that [`ChargeCounter::charge_bounds`] covers, A·s.
const ROUNDING_AS: f64 = 1e-6;

const fn ticks(time: Micros) -> u32 {
    // Both are compile-time constants far below 2³² ticks.
    (time / TICK_US) as u32
}

/// Counts I·(1 + gain) + offset, ignoring what is below 100 mA, as an exact integral of a current that is linear in
/// time within a step of the plant. The dead band applies to the current as measured.
#[derive(Clone, Debug)]
pub struct ChargeCounter {
    /// At the start of the plant's current step.
    charge_as: f64,
    /// At the start of the step before.
    last_as: f64,
    capacity_as: f64,
    gain: f64,
    offset_a: f64,
    /// A committed step since the last tick had a current above the dead band.
    disturbed: bool,
    rest_ticks: u32,
    tail_ticks: u32,
    /// Decided by the tick, applied by the next `advance`.
    set_full: bool,
    set_zero: bool,
}

impl ChargeCounter {
    pub(super) fn new(params: &ElectronicsParams, capacity_ah: f64) -> Self {
        let capacity_as = capacity_ah * 3600.0;
        Self {
            charge_as: (params.initial_soc * capacity_as).clamp(0.0, capacity_as),
            last_as: (params.initial_soc * capacity_as).clamp(0.0, capacity_as),
            capacity_as,
            gain: 1.0 + params.current_gain,
            offset_a: params.current_offset_a,
            disturbed: false,
            rest_ticks: 0,
            tail_ticks: 0,
            set_full: false,
            set_zero: false,
        }
    }

    /// Counted charge at the start of the plant's current step, A·s.
    pub fn charge_as(&self) -> f64 {
        self.charge_as
    }

    /// Present offset of the current sensor, A: the drawn one, or 0 once re-zeroed.
    pub fn offset_a(&self) -> f64 {
        self.offset_a
    }

    #[inline]
    pub(super) fn charge_after(&self, elapsed_us: Micros, start_a: f64, now_a: f64) -> f64 {
        let mean_a = mean_outside_dead_band(self.measured(start_a), self.measured(now_a));
        self.charge_as + mean_a * seconds(elapsed_us)
    }

    /// As [`charge_after`](Self::charge_after), in the step before the present one.
    pub(super) fn last_charge_after(&self, elapsed_us: Micros, start_a: f64, now_a: f64) -> f64 {
        let mean_a = mean_outside_dead_band(self.measured(start_a), self.measured(now_a));
        self.last_as + mean_a * seconds(elapsed_us)
    }

    /// Encloses the counted charge of a whole step in which the current stays between these, quickly.
    #[inline]
    pub(super) fn charge_within(&self, length_us: Micros, low_a: f64, high_a: f64) -> (f64, f64) {
        let length_s = seconds(length_us);
        let low = self.charge_as + self.measured(low_a).min(0.0) * length_s;
        (low - ROUNDING_AS, self.charge_as + self.measured(high_a).max(0.0) * length_s + ROUNDING_AS)
    }

    pub(super) fn charge_bounds(&self, start_a: f64, from: (Micros, f64), to: (Micros, f64)) -> (f64, f64) {
        let at_from = self.charge_after(from.0, start_a, from.1);
        let at_to = self.charge_after(to.0, start_a, to.1);
        let (mut low, mut high) = (at_from.min(at_to), at_from.max(at_to));
        // The charge turns only where the measured current changes sign; there it is in the dead band, where the
        // charge stands still: its value is that of the zero crossing.
        let (m_from, m_to) = (self.measured(from.1), self.measured(to.1));
        if m_from * m_to < 0.0 {
            let part = m_from / (m_from - m_to);
            let turn_s = seconds(to.0.saturating_sub(from.0)) * part;
            let turn = at_from + mean_outside_dead_band(m_from, 0.0) * turn_s;
            low = low.min(turn);
            high = high.max(turn);
        }
        (low - ROUNDING_AS, high + ROUNDING_AS)
    }

    #[inline]
    pub(super) fn advance(&mut self, step_us: Micros, start_a: f64, end_a: f64) {
        self.last_as = self.charge_as;
        self.charge_as = self.charge_after(step_us, start_a, end_a).clamp(0.0, self.capacity_as);
        if step_us > 0 {
            self.disturbed |= !(self.resting(start_a) && self.resting(end_a));
        }
        if std::mem::take(&mut self.set_full) {
            self.charge_as = self.capacity_as;
        }
        if std::mem::take(&mut self.set_zero) {
            self.offset_a = 0.0;
        }
    }

    /// What so many ticks do while the current stays between these and no cell, as measured, reaches `high_v`: `None` if
    /// one of them may set the counter; otherwise whether the battery rests throughout.
    #[inline]
    pub(super) fn passes(&self, ticks: u32, low_a: f64, high_a: f64, high_v: f64) -> Option<bool> {
        let (low_a, high_a) = (self.measured(low_a), self.measured(high_a));
        let flows = low_a >= DEAD_BAND_A || high_a <= -DEAD_BAND_A;
        let rests = low_a > -DEAD_BAND_A && high_a < DEAD_BAND_A;
        let short = self.offset_a == 0.0 || self.rest_ticks.saturating_add(ticks) <= REST_TICKS;
        (high_v < FULL_CELL_V && (flows || (rests && short))).then_some(rests)
    }

    /// So many ticks that [`passes`](Self::passes) has judged.
    #[inline]
    pub(super) fn pass(&mut self, ticks: u32, rests: bool) {
        let disturbed = std::mem::take(&mut self.disturbed);
        self.rest_ticks = match (rests, disturbed) {
            (false, _) => 0,
            (true, true) => ticks,
            (true, false) => self.rest_ticks.saturating_add(ticks),
        };
        self.tail_ticks = 0;
    }

    /// Looks for a full battery and for a rest; true when the counter will change in the next `advance`.
    pub(super) fn tick(&mut self, cells_v: &[f64], current_a: f64) -> bool {
        let disturbed = std::mem::take(&mut self.disturbed);
        self.rest_ticks = match self.resting(current_a) {
            true if !disturbed => self.rest_ticks.saturating_add(1),
            true => 1,
            false => 0,
        };
        let mean_v = cells_v.iter().sum::<f64>() / cells_v.len() as f64;
        let tail_a = self.measured(current_a);
        let tail = mean_v >= FULL_CELL_V && tail_a > -DEAD_BAND_A && tail_a < FULL_TAIL_C * self.capacity_as / 3600.0;
        self.tail_ticks = if tail { self.tail_ticks.saturating_add(1) } else { 0 };
        // The first tick of a run starts the time, so a run of n intervals has n + 1 ticks. A battery that stays at
        // its tail is set to full once.
        self.set_full = self.tail_ticks == FULL_TICKS + 1;
        self.set_zero = self.rest_ticks > REST_TICKS && self.offset_a != 0.0;
        self.set_full || self.set_zero
    }

    #[inline]
    fn measured(&self, amps: f64) -> f64 {
        amps * self.gain + self.offset_a
    }

    #[inline]
    fn resting(&self, amps: f64) -> bool {
        let measured = self.measured(amps);
        measured > -DEAD_BAND_A && measured < DEAD_BAND_A
    }
}

/// Mean over time of a current that goes linearly from `from` to `to`, with everything inside the dead band as zero.
#[inline]
fn mean_outside_dead_band(from: f64, to: f64) -> f64 {
    let (above, below) = (|m: f64| m >= DEAD_BAND_A, |m: f64| m <= -DEAD_BAND_A);
    if (above(from) && above(to)) || (below(from) && below(to)) {
        return 0.5 * (from + to);
    }
    let within = |m: f64| !above(m) && !below(m);
    if within(from) && within(to) {
        return 0.0;
    }
    // ∫ m dm outside the band, from its edge: (m² − D²) / 2, on either side.
    (outside(to) - outside(from)) / (to - from)
}

fn outside(m: f64) -> f64 {
    let magnitude = m.max(-m);
    if magnitude <= DEAD_BAND_A { 0.0 } else { 0.5 * (magnitude - DEAD_BAND_A) * (magnitude + DEAD_BAND_A) }
}

#[inline]
fn seconds(time: Micros) -> f64 {
    // Exact below 2⁵³ µs (285 years).
    time as f64 * 1e-6
}

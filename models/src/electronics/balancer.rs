//! The balancer of a battery (PLANT.md "Balancer": shape of the older generation, numbers assumed).
//!
//! It decides on the values of the battery's own channels with their offsets and without noise (NUMERICS.md 12):
//! with noise its 5 mV hysteresis would chatter.

use super::{CELLS_MAX, StatusBits};

/// Bleed resistor: 1.0 A at 3.5 V (PLANT.md).
const BLEED_OHM: f64 = 3.5;
/// Current of the load across the whole battery above [`PULL_DOWN_ON_V`], A (assumed).
const PULL_DOWN_A: f64 = 0.5;
/// Mean cell voltage above which the whole battery is pulled down, V (PLANT.md).
const PULL_DOWN_ON_V: f64 = 3.550;
/// Mean cell voltage below which that ends, V (assumed).
const PULL_DOWN_OFF_V: f64 = 3.545;
/// From this cell voltage on a difference of [`START_FULL_V`] starts bleeding, V (PLANT.md).
const BLEED_FULL_V: f64 = 3.40;
/// At this cell voltage it takes [`START_LOW_V`]; below, nothing bleeds, V (PLANT.md).
const BLEED_LOW_V: f64 = 3.30;
/// Difference to the lowest cell that starts bleeding at or above [`BLEED_FULL_V`], V (PLANT.md).
const START_FULL_V: f64 = 0.010;
/// Difference that starts it at [`BLEED_LOW_V`], V (PLANT.md).
const START_LOW_V: f64 = 0.050;
/// Bleeding stops at this part of the starting difference: 5 mV of 10 mV (PLANT.md), in proportion below (assumed).
const STOP_PART: f64 = 0.5;
/// No bleeding below this temperature, °C (PLANT.md).
const TEMPERATURE_MIN_C: f64 = 0.0;
/// Full current up to this temperature, °C (PLANT.md).
const TAPER_FROM_C: f64 = 45.0;
/// No current from this temperature on, °C (PLANT.md).
const TAPER_TO_C: f64 = 55.0;
/// Currents are held in steps of this size between ticks, A (assumed).
const STEP_A: f64 = 0.01;
/// A difference above this, without bleeding, is shown as imbalance, V (assumed).
const IMBALANCE_V: f64 = 0.100;

/// What the status word says about balancing (information only, COM-6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BalanceState {
    /// No cell has been high enough for a judgement.
    #[default]
    Unknown,
    /// The cells were within the starting difference when last judged.
    Balanced,
    /// A cell is being bled.
    Balancing,
    /// The cells are far apart and nothing can be done now.
    Imbalance,
}

impl BalanceState {
    pub(super) fn bits(self) -> StatusBits {
        match self {
            Self::Unknown => StatusBits::NONE,
            Self::Balanced => StatusBits::BALANCED,
            Self::Balancing => StatusBits::BALANCING,
            Self::Imbalance => StatusBits::IMBALANCE,
        }
    }
}

/// Bleeds high cells, and the whole battery above 3.55 V per cell so that batteries in series meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Balancer {
    bleed_a: [f64; CELLS_MAX],
    cells: usize,
    bleeding: [bool; CELLS_MAX],
    pulling_down: bool,
    /// Some current flows, or would if the temperature allowed it.
    active: bool,
    state: BalanceState,
}

impl Balancer {
    pub(super) fn new(cells: usize) -> Self {
        Self {
            bleed_a: [0.0; CELLS_MAX],
            cells,
            bleeding: [false; CELLS_MAX],
            pulling_down: false,
            active: false,
            state: BalanceState::Unknown,
        }
    }

    /// Bleed current of every cell since the last tick, A.
    pub fn bleed_a(&self) -> &[f64] {
        &self.bleed_a[..self.cells]
    }

    /// What the status word says.
    pub fn state(&self) -> BalanceState {
        self.state
    }

    /// True when no tick changes anything while every cell, as measured without noise, stays between these voltages.
    #[inline]
    pub(super) fn rests(&self, low_v: f64, high_v: f64) -> bool {
        let spread_v = high_v - low_v;
        let settled = match self.state {
            BalanceState::Unknown => high_v < BLEED_FULL_V,
            BalanceState::Balanced => true,
            BalanceState::Balancing | BalanceState::Imbalance => false,
        };
        // The starting difference is least where the voltage is highest.
        !self.active
            && settled
            && high_v < PULL_DOWN_ON_V
            && spread_v < IMBALANCE_V
            && (high_v < BLEED_LOW_V || spread_v < start_v(high_v))
    }

    /// Decides on the cells as measured without noise; true when a current changed.
    pub(super) fn tick(&mut self, cells_v: &[f64], coldest_c: f64, hottest_c: f64) -> bool {
        let lowest_v = cells_v.iter().copied().fold(f64::INFINITY, f64::min);
        let highest_v = cells_v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean_v = cells_v.iter().sum::<f64>() / cells_v.len() as f64;
        self.pulling_down = if self.pulling_down { mean_v >= PULL_DOWN_OFF_V } else { mean_v > PULL_DOWN_ON_V };
        let part = temperature_part(coldest_c, hottest_c);
        let mut changed = false;
        for (cell, &volts) in cells_v.iter().enumerate() {
            self.bleeding[cell] = keeps_bleeding(self.bleeding[cell], volts, volts - lowest_v);
            let resistor_a = if self.bleeding[cell] { volts / BLEED_OHM } else { 0.0 };
            let pull_a = if self.pulling_down { PULL_DOWN_A } else { 0.0 };
            let amps = held(self.bleed_a[cell], (resistor_a + pull_a) * part);
            changed |= amps != self.bleed_a[cell];
            self.bleed_a[cell] = amps;
        }
        self.active = self.pulling_down
            || self.bleeding[..self.cells].contains(&true)
            || self.bleed_a().iter().any(|&amps| amps > 0.0);
        self.state = self.judge(highest_v, highest_v - lowest_v);
        changed
    }

    fn judge(&self, highest_v: f64, spread_v: f64) -> BalanceState {
        if self.bleed_a().iter().any(|&amps| amps > 0.0) {
            BalanceState::Balancing
        } else if spread_v > IMBALANCE_V {
            BalanceState::Imbalance
        } else if self.state == BalanceState::Balanced || (highest_v >= BLEED_FULL_V && spread_v <= START_FULL_V) {
            BalanceState::Balanced
        } else {
            BalanceState::Unknown
        }
    }
}

fn keeps_bleeding(bleeding: bool, volts: f64, above_lowest_v: f64) -> bool {
    if volts < BLEED_LOW_V {
        return false;
    }
    let start_v = start_v(volts);
    if bleeding { above_lowest_v > STOP_PART * start_v } else { above_lowest_v > start_v }
}

/// Difference to the lowest cell that starts bleeding at this voltage, at or above [`BLEED_LOW_V`].
#[inline]
fn start_v(volts: f64) -> f64 {
    let below_full = ((BLEED_FULL_V - volts) / (BLEED_FULL_V - BLEED_LOW_V)).max(0.0);
    START_FULL_V + (START_LOW_V - START_FULL_V) * below_full
}

fn temperature_part(coldest_c: f64, hottest_c: f64) -> f64 {
    if coldest_c < TEMPERATURE_MIN_C {
        return 0.0;
    }
    ((TAPER_TO_C - hottest_c) / (TAPER_TO_C - TAPER_FROM_C)).clamp(0.0, 1.0)
}

/// The wanted current in steps of [`STEP_A`]; the present one stays while it is within one step, so that a cell that
/// rests on the edge between two steps does not change its current on every tick.
fn held(present_a: f64, wanted_a: f64) -> f64 {
    let difference_a = wanted_a - present_a;
    let on = present_a > 0.0 && wanted_a >= STEP_A;
    if on && difference_a < STEP_A && difference_a > -STEP_A {
        return present_a;
    }
    // Currents are below a few ampere, so the count of steps is small and positive.
    let steps = (wanted_a.max(0.0) / STEP_A + 0.5) as u32;
    f64::from(steps) * STEP_A
}

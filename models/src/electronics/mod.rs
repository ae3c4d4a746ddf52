//! The batteries' own electronics: what a report says about a battery, and what the electronics do to it.
//!
//! A battery measures its cells, temperatures and current ([`Electronics::measure`]), counts its charge
//! ([`ChargeCounter`], SOC-5), balances its cells ([`Balancer`]) and sets status bits ([`StatusBits`], COM-6).
//!
//! Nothing here depends on how often it is asked, so that a simulation that jumps over samples gives the same
//! battery as one that takes every sample:
//!
//! - [`Electronics::measure`] and [`Electronics::charge_after`] are pure reads within the current step of the plant;
//! - [`Electronics::advance`] is called once for every committed step of the plant;
//! - [`Electronics::tick`] is called on the grid of [`TICK_US`], or tried before ([`Electronics::try_tick`]) and adopted, or
//!   left out where [`Electronics::passes`] shows that it changes nothing;
//! - [`Electronics::bounds`] encloses every report that [`Electronics::measure`] can give while the truth stays within
//!   given bounds, whatever the noise.
//!
//! Sources are the rows of PLANT.md ("Measurement chain", "Balancer") and SOC-5; the numbers are assumed there.
//!
//! Not modelled: drift of offsets with time and temperature, heat of the bleed resistors, gain errors of the cell
//! channels, the electronics' own draw.

mod balancer;
mod charge_counter;
mod envelope;
mod sensors;
mod status;

pub use balancer::{BalanceState, Balancer};
pub use charge_counter::ChargeCounter;
pub use envelope::Envelope;
pub use sensors::{BatteryTruth, BatteryTruthBounds, Measurement, NOISE_MV_MAX, ReportedBounds, noise_mv};
pub use status::{StatusBits, StatusLimits};

use crate::time::{MINUTE, Micros};
use sensors::Channels;
use serde::{Deserialize, Serialize};

/// Distance of the ticks on which the electronics decide, µs (PLANT.md: the balancer decides every 60 s).
pub const TICK_US: Micros = MINUTE;

/// Rounding of a cell's voltage as the electronics see it, V.
const ROUNDING_V: f64 = 1e-9;

/// Most cells that one battery has (BANK-1: 51.2 V).
pub const CELLS_MAX: usize = 16;

/// What the seed drew once for the electronics of one battery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElectronicsParams {
    /// Offset of each cell channel, mV, −3 to 3 (PLANT.md, assumed).
    pub cell_offset_mv: [f64; CELLS_MAX],
    /// Offset of the two temperature sensors, °C, −1 to 1 (PLANT.md, assumed).
    pub temperature_offset_c: [f64; 2],
    /// Relative gain error of the current sensor, −0.001 to 0.001 (PLANT.md, assumed).
    pub current_gain: f64,
    /// Offset of the current sensor, A, −0.05 to 0.05 (PLANT.md, assumed).
    pub current_offset_a: f64,
    /// What the charge counter holds at the start, 0 to 1 of the rated capacity.
    pub initial_soc: f64,
}

impl ElectronicsParams {
    /// Electronics without any error, whose counter starts at `initial_soc` (0 to 1).
    pub fn ideal(initial_soc: f64) -> Self {
        Self {
            cell_offset_mv: [0.0; CELLS_MAX],
            temperature_offset_c: [0.0; 2],
            current_gain: 0.0,
            current_offset_a: 0.0,
            initial_soc,
        }
    }
}

/// What the electronics know of their battery model (catalogue).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatteryRating {
    /// Cells in series: 4, 8 or 16 (BANK-1).
    pub cells: usize,
    /// Rated capacity, Ah.
    pub capacity_ah: f64,
    /// 10 s pulse rating of the charge current, A.
    pub pulse_charge_a: f64,
    /// 10 s pulse rating of the discharge current, A (positive).
    pub pulse_discharge_a: f64,
}

/// A broken cell channel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum SensorFault {
    /// The channel reads this much too high (negative: too low), mV.
    Offset {
        /// Error of the reading, mV.
        mv: f64,
    },
    /// The channel reads this value whatever the cell does, without noise.
    Stuck {
        /// The reading, mV.
        mv: f64,
    },
}

/// What a tick changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TickOutcome {
    /// The bleed currents changed: the plant's step must end here ([`Electronics::bleed_a`] has the new ones).
    pub bleed: bool,
    /// The charge counter was set to full or its offset to zero: the step must end here, and the change takes effect
    /// in the [`Electronics::advance`] of that step.
    pub counter: bool,
    /// The balancing state of the status word changed (information only).
    pub state: bool,
}

impl TickOutcome {
    /// True when the plant's step must be committed at the tick.
    pub fn ends_step(&self) -> bool {
        self.bleed || self.counter
    }

    /// True when reports of samples before and after the tick differ.
    pub fn shows(&self) -> bool {
        self.counter || self.state
    }

    /// What either changed.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            bleed: self.bleed || other.bleed,
            counter: self.counter || other.counter,
            state: self.state || other.state,
        }
    }
}

/// What decides on ticks: the electronics of one battery without its channels.
#[derive(Clone, Debug)]
pub struct Deciding {
    balancer: Balancer,
    counter: ChargeCounter,
}

/// The electronics of one battery.
#[derive(Clone, Debug)]
pub struct Electronics {
    channels: Channels,
    counter: ChargeCounter,
    balancer: Balancer,
}

impl Electronics {
    /// Electronics as they come out of the factory.
    ///
    /// # Panics
    /// When the battery has no cell or more than [`CELLS_MAX`].
    pub fn new(params: &ElectronicsParams, rating: BatteryRating) -> Self {
        assert!((1..=CELLS_MAX).contains(&rating.cells), "a battery has 1 to {CELLS_MAX} cells, not {}", rating.cells);
        Self {
            channels: Channels::new(params, rating),
            counter: ChargeCounter::new(params, rating.capacity_ah),
            balancer: Balancer::new(rating.cells),
        }
    }

    /// Breaks the channel of a cell, or repairs it (`None`). Cells that the battery does not have are ignored.
    pub fn set_fault(&mut self, cell: usize, fault: Option<SensorFault>) {
        self.channels.set_fault(cell, fault);
    }

    /// Makes a temperature sensor (0 or 1) read `stuck_c` whatever the temperature is, or repairs it (`None`). An open
    /// thermistor reads far below what can be. Sensors that the battery does not have are ignored.
    pub fn set_temperature_fault(&mut self, sensor: usize, stuck_c: Option<f64>) {
        self.channels.set_temperature_fault(sensor, stuck_c);
    }

    /// The report that the battery sends for `truth`, with one random word of noise per cell.
    #[inline]
    pub fn measure(&self, truth: &BatteryTruth<'_>, noise: &[u32; CELLS_MAX]) -> Measurement {
        self.channels.measure(truth, noise, self.counter.offset_a(), self.balancer.state().bits())
    }

    /// Encloses every report that [`Electronics::measure`] gives for a truth within `truth`, whatever the noise,
    /// until the next [`Electronics::tick`] or change of a fault.
    pub fn bounds(&self, truth: &BatteryTruthBounds<'_>) -> ReportedBounds {
        self.channels.bounds(truth, self.counter.offset_a(), self.balancer.state().bits())
    }

    /// Whatever is true within the result is reported within `reports`, whatever the noise, until the next
    /// [`Electronics::tick`] or change of a fault; balancing bits in `reports` are ignored. Smaller than it could be.
    pub fn truth_within(&self, reports: &ReportedBounds) -> Envelope {
        self.channels.truth_within(reports, self.counter.offset_a())
    }

    /// Counted charge, A·s, `elapsed_us` after the start of the plant's current step, in which the current went
    /// linearly from `start_a` to `now_a`. Not clipped; [`Electronics::measure`] reports 0 to 1000 ‰.
    #[inline]
    pub fn charge_after(&self, elapsed_us: Micros, start_a: f64, now_a: f64) -> f64 {
        self.counter.charge_after(elapsed_us, start_a, now_a)
    }

    /// As [`Electronics::charge_after`], in the step before the present one.
    pub fn last_charge_after(&self, elapsed_us: Micros, start_a: f64, now_a: f64) -> f64 {
        self.counter.last_charge_after(elapsed_us, start_a, now_a)
    }

    /// Encloses [`Electronics::charge_after`] in a whole step of length `length_us` in which the current stays between
    /// `low_a` and `high_a`; wider and cheaper than [`Electronics::charge_bounds`].
    #[inline]
    pub fn charge_within(&self, length_us: Micros, low_a: f64, high_a: f64) -> (f64, f64) {
        self.counter.charge_within(length_us, low_a, high_a)
    }

    /// Encloses [`Electronics::charge_after`] between two instants of the current step, each given as (time since
    /// the start of the step, current there); the current is linear in between.
    pub fn charge_bounds(&self, start_a: f64, from: (Micros, f64), to: (Micros, f64)) -> (f64, f64) {
        self.counter.charge_bounds(start_a, from, to)
    }

    /// Commits a step of the plant of length `step_us` with the current linear from `start_a` to `end_a`: counts its
    /// charge, clips it to 0 to capacity, then applies what the tick at its end decided. A step of length 0 is legal.
    #[inline]
    pub fn advance(&mut self, step_us: Micros, start_a: f64, end_a: f64) {
        self.counter.advance(step_us, start_a, end_a);
    }

    /// Judges so many ticks at once, all within `truth`: `None` if one of them may change something and each must be
    /// decided by [`Electronics::tick`]; otherwise what [`Electronics::pass`] is to be told.
    #[inline]
    pub fn passes(&self, ticks: u32, truth: &Envelope) -> Option<bool> {
        let (low_mv, high_mv) = self.channels.cell_bias_mv()?;
        let low_v = truth.low[Envelope::VOLTS] + low_mv * 1e-3 - ROUNDING_V;
        let high_v = truth.high[Envelope::VOLTS] + high_mv * 1e-3 + ROUNDING_V;
        let rests = self.counter.passes(ticks, truth.low[Envelope::AMPS], truth.high[Envelope::AMPS], high_v)?;
        self.balancer.rests(low_v, high_v).then_some(rests)
    }

    /// So many ticks that change nothing, as [`Electronics::passes`] has found.
    #[inline]
    pub fn pass(&mut self, ticks: u32, rests: bool) {
        self.counter.pass(ticks, rests);
    }

    /// What decides on ticks, to try some that may not come to pass.
    pub fn deciding(&self) -> Deciding {
        Deciding { balancer: self.balancer.clone(), counter: self.counter.clone() }
    }

    /// As [`Electronics::tick`], on a copy of what decides, compared with what this battery has decided last.
    pub fn try_tick(
        &self,
        deciding: &mut Deciding,
        cells_v: &[f64],
        current_a: f64,
        temperature_c: f64,
    ) -> TickOutcome {
        let mut seen_v = [0.0; CELLS_MAX];
        let cells = self.channels.without_noise(cells_v, &mut seen_v);
        let (coldest_c, hottest_c) = self.channels.temperatures(temperature_c);
        deciding.balancer.tick(cells, coldest_c, hottest_c);
        TickOutcome {
            // A decision that the temperature keeps from becoming a current counts, too.
            bleed: deciding.balancer != self.balancer,
            counter: deciding.counter.tick(cells, current_a),
            state: deciding.balancer.state() != self.balancer.state(),
        }
    }

    /// Ticks that were tried on [`Electronics::deciding`] have come to pass.
    pub fn adopt(&mut self, deciding: &Deciding) {
        self.balancer.clone_from(&deciding.balancer);
        self.counter.clone_from(&deciding.counter);
    }

    /// Decides, on the grid of [`TICK_US`], on the true values at that instant, within a step of the plant. When the
    /// outcome says that the step ends, the caller commits the plant at this instant, calls [`Electronics::advance`] for
    /// every battery and hands [`Electronics::bleed_a`] to the plant.
    pub fn tick(&mut self, cells_v: &[f64], current_a: f64, temperature_c: f64) -> TickOutcome {
        let mut seen_v = [0.0; CELLS_MAX];
        let cells = self.channels.without_noise(cells_v, &mut seen_v);
        let (coldest_c, hottest_c) = self.channels.temperatures(temperature_c);
        let state = self.balancer.state();
        let bleed = self.balancer.tick(cells, coldest_c, hottest_c);
        TickOutcome { bleed, counter: self.counter.tick(cells, current_a), state: state != self.balancer.state() }
    }

    /// Bleed current of every cell since the last tick, A; positive discharges the cell.
    pub fn bleed_a(&self) -> &[f64] {
        self.balancer.bleed_a()
    }

    /// The charge counter.
    pub fn counter(&self) -> &ChargeCounter {
        &self.counter
    }

    /// The balancer.
    pub fn balancer(&self) -> &Balancer {
        &self.balancer
    }
}

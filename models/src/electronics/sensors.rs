//! From the truth to the values of a report: offsets, noise, resolution (PLANT.md "Measurement chain", assumed).
//!
//! Every step of the arithmetic is monotone in the true value and in the noise, rounding included. The bounds
//! therefore go through the very same arithmetic as a measurement.

use super::status::Judged;
use super::{BatteryRating, CELLS_MAX, ElectronicsParams, SensorFault, StatusBits, StatusLimits};

/// The noise is the sum of four bytes, centred. Its variance is 4·(256² − 1)/12 = 21845; 1/√21845 scales it to 1 mV.
const NOISE_SCALE_MV: f64 = 0.006_765_875_086_793_227;
/// Centre of the sum of four bytes.
const NOISE_CENTRE: f64 = 510.0;
/// Largest noise, mV; below the 4 mV at which the measurement chain clips.
pub const NOISE_MV_MAX: f64 = NOISE_CENTRE * NOISE_SCALE_MV;
/// Rounding of a caller's bounds that [`Channels::bounds`] covers: 1 nV, 1 nA, 1 nK.
const GUARD: f64 = 1e-9;

/// Noise of one cell sample out of one random word: 1 mV RMS, at most [`NOISE_MV_MAX`] in either direction.
#[inline]
pub fn noise_mv(word: u32) -> f64 {
    let pairs = (word & 0x00ff_00ff) + ((word >> 8) & 0x00ff_00ff);
    let sum = (pairs & 0xffff) + (pairs >> 16);
    (f64::from(sum) - NOISE_CENTRE) * NOISE_SCALE_MV
}

/// What is true of a battery at the instant of a sample.
#[derive(Clone, Copy, Debug)]
pub struct BatteryTruth<'a> {
    /// Cell voltages, V.
    pub cells_v: &'a [f64],
    /// Current, A; positive charges.
    pub current_a: f64,
    /// Temperature, °C.
    pub temperature_c: f64,
    /// Charge that the battery has counted, A·s ([`super::Electronics::charge_after`]).
    pub counted_as: f64,
}

/// What is true of a battery throughout an interval: inclusive bounds, low before high.
#[derive(Clone, Copy, Debug)]
pub struct BatteryTruthBounds<'a> {
    /// Cell voltages, V.
    pub cells_v: &'a [(f64, f64)],
    /// Current, A; positive charges.
    pub current_a: (f64, f64),
    /// Temperature, °C.
    pub temperature_c: (f64, f64),
    /// Counted charge, A·s ([`super::Electronics::charge_bounds`]).
    pub counted_as: (f64, f64),
}

/// The values of one report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Cell voltages, mV; unused cells are 0.
    pub cells_mv: [u16; CELLS_MAX],
    /// Coldest sensor, 0.1 °C.
    pub coldest_dc: i16,
    /// Hottest sensor, 0.1 °C.
    pub hottest_dc: i16,
    /// Current, mA, in steps of 10 mA; positive charges.
    pub current_ma: i32,
    /// Counted state of charge, ‰, rounded down.
    pub soc_pm: u16,
    /// Counted remaining charge, mAh, rounded down.
    pub remaining_mah: u32,
    /// Status bits.
    pub status: StatusBits,
}

/// Inclusive bounds on the values of every report of an interval, low before high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedBounds {
    /// Lowest cell of a report, mV.
    pub lowest_mv: (u16, u16),
    /// Highest cell of a report, mV.
    pub highest_mv: (u16, u16),
    /// Coldest sensor, 0.1 °C.
    pub coldest_dc: (i16, i16),
    /// Hottest sensor, 0.1 °C.
    pub hottest_dc: (i16, i16),
    /// Current, mA.
    pub current_ma: (i32, i32),
    /// Counted state of charge, ‰.
    pub soc_pm: (u16, u16),
    /// Bits that every report has.
    pub status_always: StatusBits,
    /// Bits that at least one report may have.
    pub status_maybe: StatusBits,
}

impl ReportedBounds {
    /// Bits that may differ between two reports.
    pub fn status_may_change(&self) -> StatusBits {
        self.status_maybe & !self.status_always
    }
}

/// The channels of one battery with everything that was drawn for them.
#[derive(Clone, Debug)]
pub(super) struct Channels {
    cells: usize,
    /// Reading = volts · scale + bias + noise · noise_part, mV; a stuck channel has scale and noise_part 0.
    scale: [f64; CELLS_MAX],
    bias_mv: [f64; CELLS_MAX],
    noise_part: [f64; CELLS_MAX],
    cell_offset_mv: [f64; CELLS_MAX],
    /// Reading of each sensor = celsius · scale + bias, °C; a stuck sensor has scale 0.
    temperature_scale: [f64; 2],
    temperature_bias_c: [f64; 2],
    temperature_offset_c: [f64; 2],
    current_gain: f64,
    capacity_as: f64,
    limits: StatusLimits,
    /// Least and largest bias of a cell's channel, mV; `None` while one is stuck.
    cell_bias_mv: Option<(f64, f64)>,
    /// The same of the temperature sensors, °C.
    sensor_bias_c: Option<(f64, f64)>,
}

impl Channels {
    pub(super) fn new(params: &ElectronicsParams, rating: BatteryRating) -> Self {
        let mut channels = Self {
            cells: rating.cells,
            scale: [1000.0; CELLS_MAX],
            bias_mv: params.cell_offset_mv,
            noise_part: [1.0; CELLS_MAX],
            cell_offset_mv: params.cell_offset_mv,
            temperature_scale: [1.0; 2],
            temperature_bias_c: params.temperature_offset_c,
            temperature_offset_c: params.temperature_offset_c,
            current_gain: 1.0 + params.current_gain,
            capacity_as: rating.capacity_ah * 3600.0,
            limits: StatusLimits::new(&rating),
            cell_bias_mv: None,
            sensor_bias_c: None,
        };
        channels.gather_biases();
        channels
    }

    fn gather_biases(&mut self) {
        let range = |biases: &[f64]| {
            let low = biases.iter().copied().fold(f64::INFINITY, f64::min);
            (low, biases.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        };
        let working = |scales: &[f64]| scales.iter().all(|&scale| scale != 0.0);
        self.cell_bias_mv = working(&self.scale[..self.cells]).then(|| range(&self.bias_mv[..self.cells]));
        self.sensor_bias_c = working(&self.temperature_scale).then(|| range(&self.temperature_bias_c));
    }

    /// Least and largest bias of a cell's channel, mV; `None` while one is stuck.
    #[inline]
    pub(super) fn cell_bias_mv(&self) -> Option<(f64, f64)> {
        self.cell_bias_mv
    }

    /// Least and largest bias of a temperature sensor, °C; `None` while one is stuck.
    pub(super) fn sensor_bias_c(&self) -> Option<(f64, f64)> {
        self.sensor_bias_c
    }

    pub(super) fn status_limits(&self) -> &StatusLimits {
        &self.limits
    }

    pub(super) fn gain(&self) -> f64 {
        self.current_gain
    }

    pub(super) fn capacity_as(&self) -> f64 {
        self.capacity_as
    }

    pub(super) fn set_fault(&mut self, cell: usize, fault: Option<SensorFault>) {
        if cell >= self.cells {
            return;
        }
        let offset_mv = self.cell_offset_mv[cell];
        let (scale, bias_mv, noise_part) = match fault {
            None => (1000.0, offset_mv, 1.0),
            Some(SensorFault::Offset { mv }) => (1000.0, offset_mv + mv, 1.0),
            Some(SensorFault::Stuck { mv }) => (0.0, mv, 0.0),
        };
        self.scale[cell] = scale;
        self.bias_mv[cell] = bias_mv;
        self.noise_part[cell] = noise_part;
        self.gather_biases();
    }

    /// The sensor reads `stuck_c` whatever the temperature is, or is repaired (`None`).
    pub(super) fn set_temperature_fault(&mut self, sensor: usize, stuck_c: Option<f64>) {
        if let Some(&offset_c) = self.temperature_offset_c.get(sensor) {
            self.temperature_scale[sensor] = if stuck_c.is_some() { 0.0 } else { 1.0 };
            self.temperature_bias_c[sensor] = stuck_c.unwrap_or(offset_c);
            self.gather_biases();
        }
    }

    #[inline]
    pub(super) fn measure(
        &self,
        truth: &BatteryTruth<'_>,
        noise: &[u32; CELLS_MAX],
        current_offset_a: f64,
        balancing: StatusBits,
    ) -> Measurement {
        let mut cells_mv = [0; CELLS_MAX];
        let (mut lowest_mv, mut highest_mv) = (u16::MAX, 0);
        for (cell, &volts) in truth.cells_v.iter().take(self.cells).enumerate() {
            let mv = self.cell_mv(cell, volts, noise_mv(noise[cell]));
            cells_mv[cell] = mv;
            lowest_mv = mv.min(lowest_mv);
            highest_mv = mv.max(highest_mv);
        }
        let (coldest_c, hottest_c) = self.temperatures(truth.temperature_c);
        let values = Judged {
            lowest_mv,
            highest_mv,
            coldest_dc: deci(coldest_c),
            hottest_dc: deci(hottest_c),
            current_ma: self.current_ma(truth.current_a, current_offset_a),
        };
        Measurement {
            cells_mv,
            coldest_dc: values.coldest_dc,
            hottest_dc: values.hottest_dc,
            current_ma: values.current_ma,
            soc_pm: self.soc_pm(truth.counted_as),
            remaining_mah: remaining_mah(truth.counted_as.min(self.capacity_as)),
            status: self.limits.judge(&values) | balancing,
        }
    }

    pub(super) fn bounds(
        &self,
        truth: &BatteryTruthBounds<'_>,
        current_offset_a: f64,
        balancing: StatusBits,
    ) -> ReportedBounds {
        let (mut lowest_mv, mut highest_mv) = ((u16::MAX, u16::MAX), (0, 0));
        for (cell, &(low_v, high_v)) in truth.cells_v.iter().take(self.cells).enumerate() {
            let low = self.cell_mv(cell, low_v - GUARD, -NOISE_MV_MAX);
            let high = self.cell_mv(cell, high_v + GUARD, NOISE_MV_MAX);
            lowest_mv = (low.min(lowest_mv.0), high.min(lowest_mv.1));
            highest_mv = (low.max(highest_mv.0), high.max(highest_mv.1));
        }
        let (cold_c, hot_c) = widen(truth.temperature_c);
        let (low_a, high_a) = widen(truth.current_a);
        let (low_c, high_c) = (self.temperatures(cold_c), self.temperatures(hot_c));
        let coldest_dc = (deci(low_c.0), deci(high_c.0));
        let hottest_dc = (deci(low_c.1), deci(high_c.1));
        let current_ma = (self.current_ma(low_a, current_offset_a), self.current_ma(high_a, current_offset_a));
        let low = self.limits.judge(&Judged {
            lowest_mv: lowest_mv.0,
            highest_mv: highest_mv.0,
            coldest_dc: coldest_dc.0,
            hottest_dc: hottest_dc.0,
            current_ma: current_ma.0,
        });
        let high = self.limits.judge(&Judged {
            lowest_mv: lowest_mv.1,
            highest_mv: highest_mv.1,
            coldest_dc: coldest_dc.1,
            hottest_dc: hottest_dc.1,
            current_ma: current_ma.1,
        });
        ReportedBounds {
            lowest_mv,
            highest_mv,
            coldest_dc,
            hottest_dc,
            current_ma,
            soc_pm: (self.soc_pm(truth.counted_as.0), self.soc_pm(truth.counted_as.1)),
            status_always: (low & high) | balancing,
            status_maybe: low | high | balancing,
        }
    }

    /// The cells as the battery's own decisions see them: offsets and faults included, noise averaged out, V.
    pub(super) fn without_noise<'a>(&self, cells_v: &[f64], seen_v: &'a mut [f64; CELLS_MAX]) -> &'a [f64] {
        for (cell, &volts) in cells_v.iter().take(self.cells).enumerate() {
            seen_v[cell] = (volts * self.scale[cell] + self.bias_mv[cell]) * 1e-3;
        }
        &seen_v[..self.cells.min(cells_v.len())]
    }

    /// Coldest and hottest sensor before rounding, °C.
    #[inline]
    pub(super) fn temperatures(&self, temperature_c: f64) -> (f64, f64) {
        let reading = |sensor: usize| temperature_c * self.temperature_scale[sensor] + self.temperature_bias_c[sensor];
        let (first_c, second_c) = (reading(0), reading(1));
        (first_c.min(second_c), first_c.max(second_c))
    }

    #[inline]
    fn cell_mv(&self, cell: usize, volts: f64, noise_mv: f64) -> u16 {
        let mv = volts * self.scale[cell] + self.bias_mv[cell] + noise_mv * self.noise_part[cell];
        // Positive after the clamp, so that the truncation rounds half up.
        (mv + 0.5).clamp(0.0, f64::from(u16::MAX)) as u16
    }

    #[inline]
    fn current_ma(&self, amps: f64, offset_a: f64) -> i32 {
        let measured_a = amps * self.current_gain + offset_a;
        round(measured_a * 100.0).saturating_mul(10)
    }

    #[inline]
    fn soc_pm(&self, counted_as: f64) -> u16 {
        let permille = counted_as * 1000.0 / self.capacity_as;
        permille.clamp(0.0, 1000.0) as u16
    }
}

/// Tenths of a degree, rounded half up.
#[inline]
fn deci(celsius: f64) -> i16 {
    // Within ±10⁶ after `round`; saturates beyond the range of the report.
    round(celsius * 10.0).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// Nearest integer, half up, within ±10⁶: shifted to be positive, so that the truncation rounds down.
#[inline]
fn round(value: f64) -> i32 {
    const SHIFT: f64 = 1_000_000.0;
    let shifted = value.clamp(-SHIFT, SHIFT) + (SHIFT + 0.5);
    shifted as i32 - 1_000_000
}

fn remaining_mah(counted_as: f64) -> u32 {
    (counted_as / 3.6).max(0.0) as u32
}

fn widen((low, high): (f64, f64)) -> (f64, f64) {
    (low - GUARD, high + GUARD)
}

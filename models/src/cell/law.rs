//! Factors over temperature, tabulated every sixteenth of a kelvin from −60 to +100 °C and held beyond.
//!
//! A table instead of the exponentials themselves: three of them per battery and step would cost more than the
//! circuit. Linear interpolation of `exp(5705·(1/T − 1/298.15))` on this grid is within 5·10⁻⁶ at −25 °C, `exp(2000·…)`
//! within 3·10⁻⁷ at 25 °C.

const LOWEST_C: f64 = -60.0;
const STEPS_PER_K: f64 = 16.0;
const INTERVALS: usize = 2_560;

/// `a + b·exp(k·(1/T − 1/T_ref))`, a resistance relative to its value at the reference temperature.
#[derive(Clone, Copy, PartialEq, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Law {
    pub a: f64,
    pub b: f64,
    pub k_kelvin: f64,
}

impl Law {
    fn at(&self, celsius: f64, reference_c: f64) -> f64 {
        let inverse = 1.0 / (celsius + 273.15) - 1.0 / (reference_c + 273.15);
        self.a + self.b * libm::exp(self.k_kelvin * inverse)
    }
}

/// A time constant over temperature: linear between its knots, held beyond.
#[derive(Clone, PartialEq, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeConstant {
    pub seconds: f64,
    pub temperature_c: Vec<f64>,
    pub factor: Vec<f64>,
}

impl TimeConstant {
    fn at(&self, celsius: f64) -> f64 {
        self.seconds * interpolate(&self.temperature_c, &self.factor, celsius)
    }
}

/// What temperature does to a cell.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Factors {
    /// The temperature itself, °C.
    pub celsius: f64,
    /// Factor on `R0`.
    pub r0: f64,
    /// Factor on `R1`.
    pub r1: f64,
    /// Factor on `R2` while discharging.
    pub r2_discharge: f64,
    /// Factor on `R2` while charging.
    pub r2_charge: f64,
    /// 1/τ of the first RC pair, 1/s.
    pub rate1: f64,
    /// 1/τ of the second, 1/s.
    pub rate2: f64,
    /// d(ln R0)/dT, 1/K.
    pub r0_per_kelvin: f64,
    /// d(rate)/dT, 1/(s·K).
    pub rate1_per_kelvin: f64,
    pub rate2_per_kelvin: f64,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) struct TemperatureTable(Vec<[f64; 6]>);

pub(super) struct Laws<'a> {
    pub reference_c: f64,
    pub resistances: [&'a Law; 4],
    pub times: [&'a TimeConstant; 2],
}

impl TemperatureTable {
    pub fn new(laws: &Laws) -> Self {
        let row = |n: usize| {
            let celsius = LOWEST_C + n as f64 / STEPS_PER_K;
            let [r0, r1, r2d, r2c] = laws.resistances.map(|law| law.at(celsius, laws.reference_c));
            let [rate1, rate2] = laws.times.map(|time| 1.0 / time.at(celsius));
            [r0, r1, r2d, r2c, rate1, rate2]
        };
        Self((0..=INTERVALS).map(row).collect())
    }

    pub fn at(&self, celsius: f64) -> Factors {
        let x = ((celsius - LOWEST_C) * STEPS_PER_K).clamp(0.0, INTERVALS as f64);
        let n = (x as usize).min(INTERVALS - 1);
        let s = x - n as f64;
        let (low, high) = (&self.0[n], &self.0[n + 1]);
        let value = |k: usize| low[k] + s * (high[k] - low[k]);
        let r0 = value(0);
        Factors {
            celsius,
            r0,
            r1: value(1),
            r2_discharge: value(2),
            r2_charge: value(3),
            rate1: value(4),
            rate2: value(5),
            r0_per_kelvin: (high[0] - low[0]) * STEPS_PER_K / r0,
            rate1_per_kelvin: (high[4] - low[4]) * STEPS_PER_K,
            rate2_per_kelvin: (high[5] - low[5]) * STEPS_PER_K,
        }
    }
}

/// Linear between the knots, held beyond. `x` ascends and is not empty.
pub(super) fn interpolate(x: &[f64], y: &[f64], at: f64) -> f64 {
    let above = x.partition_point(|&knot| knot <= at);
    if above == 0 {
        return y[0];
    }
    if above == x.len() {
        return y[above - 1];
    }
    let share = (at - x[above - 1]) / (x[above] - x[above - 1]);
    y[above - 1] + share * (y[above] - y[above - 1])
}

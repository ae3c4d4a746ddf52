//! Factors over temperature, tabulated every sixteenth of a kelvin from −60 to +100 °C and held beyond.
//!
//! A table instead of the exponentials themselves: three of them per battery and step would cost more than the
//! circuit. Linear interpolation of `exp(5705·(1/T − 1/298.15))` on this grid is within 5·10⁻⁶ at −25 °C, `exp(2000·…)`
//! within 3·10⁻⁷ at 25 °C.

use super::Line;
use super::lines::{Lines, rows, segments};
use crate::wide::{Vector, lanewise};
use std::sync::Arc;

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

lanewise! {
    /// Temperatures of batteries and what they do to their cells.
    pub(crate) struct Climate {
        /// °C.
        pub celsius,
        /// Factors on the resistances.
        pub r0,
        pub r1,
        pub r2_discharge,
        pub r2_charge,
        /// 1/τ of the RC pairs, 1/s; in form "rc" that of the mean cell.
        pub rate1,
        pub rate2,
        /// d(ln R0)/dT, 1/K.
        pub r0_per_kelvin,
        /// d(rate)/dT, 1/(s·K); 0 in form "rc".
        pub rate1_per_kelvin,
        pub rate2_per_kelvin,
    }
}

/// Factors on `R0`, `R1`, `R2` discharging and charging, and 1/τ of both pairs, 1/s, as lines over °C.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Row([Line; 6]);

#[derive(Clone, PartialEq, Debug)]
pub(super) struct TemperatureTable(Arc<[Row]>);

pub(super) struct Laws<'a> {
    pub reference_c: f64,
    pub resistances: [&'a Law; 4],
    pub times: [&'a TimeConstant; 2],
}

impl TemperatureTable {
    pub fn new(laws: &Laws) -> Self {
        let knot = |n: usize| {
            let celsius = LOWEST_C + n as f64 / STEPS_PER_K;
            let [r0, r1, r2d, r2c] = laws.resistances.map(|law| law.at(celsius, laws.reference_c));
            let [rate1, rate2] = laws.times.map(|time| 1.0 / time.at(celsius));
            (celsius, [r0, r1, r2d, r2c, rate1, rate2])
        };
        let knots: Vec<_> = (0..=INTERVALS).map(knot).collect();
        let row = |ends: &[(f64, [f64; 6])]| {
            let ((celsius, low), (_, high)) = (ends[0], ends[1]);
            Row(std::array::from_fn(|k| {
                let slope = (high[k] - low[k]) * STEPS_PER_K;
                Line([low[k] - slope * celsius, slope])
            }))
        };
        Self(knots.windows(2).map(row).collect())
    }

    #[inline(always)]
    pub fn at<V: Vector>(&self, celsius: V) -> Climate<V> {
        let inside = celsius.max(V::all(LOWEST_C)).min(V::all(LOWEST_C + INTERVALS as f64 / STEPS_PER_K));
        let rows = rows(&self.0, segments((inside - LOWEST_C) * STEPS_PER_K, INTERVALS));
        let r0 = Lines::<V>::of(rows, |row| &row.0[0]);
        let r1 = Lines::<V>::of(rows, |row| &row.0[1]);
        let r2_discharge = Lines::<V>::of(rows, |row| &row.0[2]);
        let r2_charge = Lines::<V>::of(rows, |row| &row.0[3]);
        let rate1 = Lines::<V>::of(rows, |row| &row.0[4]);
        let rate2 = Lines::<V>::of(rows, |row| &row.0[5]);
        let factor = r0.at(inside);
        Climate {
            celsius,
            r0: factor,
            r1: r1.at(inside),
            r2_discharge: r2_discharge.at(inside),
            r2_charge: r2_charge.at(inside),
            rate1: rate1.at(inside),
            rate2: rate2.at(inside),
            r0_per_kelvin: r0.slope / factor,
            rate1_per_kelvin: rate1.slope,
            rate2_per_kelvin: rate2.slope,
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

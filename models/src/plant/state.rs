//! What a bank is at one instant, and what stays fixed while it runs.
//!
//! Cells are stored flat in chain order, so the cells of a battery and the batteries of a string are neighbours.
//! Each cell carries its state and everything that the circuit needs of it; sums over a battery carry the
//! same to the circuit, so that closing it costs per battery, not per cell.

use crate::cell::{CellSet, Factors};

/// A cell at one instant.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cell {
    /// Charge, A·s; the state, never clipped.
    pub q: f64,
    /// Voltages of the RC pairs, V.
    pub v1: f64,
    pub v2: f64,
    /// Hysteresis state, −1..=1.
    pub h: f64,
    /// Charge lost so far (self-discharge, bleed, coulombic), A·s.
    pub lost: f64,
    /// OCV + v1 + v2 + M·h, V.
    pub emf: f64,
    /// Ω at this state and temperature.
    pub r0: f64,
    pub r1: f64,
    pub r2_discharge: f64,
    pub r2_charge: f64,
    /// Half width of the hysteresis, V.
    pub m: f64,
    /// d(OCV + M·h)/dq, V/(A·s).
    pub slope: f64,
    /// dR0/dq, Ω/(A·s).
    pub r0_slope: f64,
    /// dOCV/dT, V/K.
    pub entropy: f64,
}

/// What does not change in a cell while the bank runs, except its bleed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fixed {
    /// 1 / capacity, 1/(A·s).
    pub per_capacity: f64,
    /// γ / capacity, 1/(A·s).
    pub gamma: f64,
    /// Ω at 50 % and the reference temperature.
    pub r0: f64,
    /// Resistance factor over rated capacity, 1/Ah.
    pub r: f64,
    /// Capacitance of the RC pairs, F (form "rc").
    pub farads: [f64; 2],
    /// A.
    pub self_discharge: f64,
    /// A.
    pub bleed: f64,
    /// Charge at the start of the run, A·s.
    pub q_start: f64,
}

/// Sums over the cells of a battery; the meaning of a field is that of the cell's.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// Voltage at zero string current: Σ (emf − R0·bleed), V.
    pub emf: f64,
    pub v1: f64,
    pub v2: f64,
    pub r0: f64,
    pub r1: f64,
    pub r2_discharge: f64,
    pub r2_charge: f64,
    pub m: f64,
    pub mh: f64,
    /// Σ M·γ/Q and Σ M·h·γ/Q.
    pub m_gamma: f64,
    pub mh_gamma: f64,
    /// Mean of γ/Q.
    pub gamma: f64,
    pub slope: f64,
    /// Σ slope·(bleed + self-discharge), V/s.
    pub leak: f64,
    pub r0_slope: f64,
    pub entropy: f64,
    /// Σ R·bleed: what the bleed takes from the RC targets, V.
    pub r1_bleed: f64,
    pub r2_discharge_bleed: f64,
    pub r2_charge_bleed: f64,
    /// Power of bleed and self-discharge, W.
    pub leak_watts: f64,
}

/// The bank at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub cells: Vec<Cell>,
    pub sums: Vec<Sums>,
    /// °C per battery.
    pub celsius: Vec<f64>,
    pub factors: Vec<Factors>,
    /// Voltage of each string at zero current, V, and its resistance with links and cables, Ω.
    pub emf: Vec<f64>,
    pub r: Vec<f64>,
}

/// The fixed part: sizes, parameters, cells.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub set: CellSet,
    pub rc: bool,
    pub efficiency: f64,
    pub cells_per_battery: usize,
    pub series: usize,
    pub parallel: usize,
    /// Cables, links and fuse of each string, Ω.
    pub string_ohm: Vec<f64>,
    pub fixed: Vec<Fixed>,
    /// Charge of one segment of the OCV table of the smallest cell, A·s.
    pub segment: f64,
    /// Factor on the current that the cells of a string integrate: 1, except in the balance test.
    pub planted: Vec<f64>,
}

/// RC weights of a battery for one step: `v(h) = v − a·v + R·((a − b)·i0 + b·i1)`, exact for a linear current.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weights {
    pub a1: f64,
    pub b1: f64,
    pub a2: f64,
    pub b2: f64,
}

/// Parts of a step are taken as no shorter than this in the RC weights, s: there the weights would be 0/0.
const SHORTEST_S: f64 = 1e-12;

/// `1 − e^(−x)`.
fn relaxed(x: f64) -> f64 {
    -libm::expm1(-x)
}

impl Weights {
    /// Over `h` seconds, for decays at these rates, 1/s.
    pub fn new(h: f64, rate1: f64, rate2: f64) -> Self {
        let (x1, x2) = (h * rate1, h * rate2);
        let (a1, a2) = (relaxed(x1), relaxed(x2));
        Self { a1, b1: 1.0 - a1 / x1, a2, b2: 1.0 - a2 / x2 }
    }
}

/// `e^(−x)` for `x ≥ 0`: a polynomial below 1/8 (error below 10⁻¹⁶), `libm` above.
pub(super) fn decay(x: f64) -> f64 {
    if x > 0.125 {
        return libm::exp(-x);
    }
    let (x2, x4) = (x * x, x * x * (x * x));
    let low = (1.0 - x) + x2 * (1.0 / 2.0 - x * (1.0 / 6.0));
    let middle = (1.0 / 24.0 - x * (1.0 / 120.0)) + x2 * (1.0 / 720.0 - x * (1.0 / 5_040.0));
    let high = 1.0 / 40_320.0 - x * (1.0 / 362_880.0);
    low + x4 * (middle + x4 * high)
}

impl Cell {
    /// Sets everything that follows from charge, hysteresis and temperature, except `emf`; returns OCV + M·h.
    fn follow(&mut self, fixed: &Fixed, set: &CellSet, factors: &Factors, celsius: f64) -> f64 {
        let z = self.q * fixed.per_capacity;
        let row = set.row(z);
        let inside = z.clamp(0.0, 1.0);
        let live = if inside == z { fixed.per_capacity } else { 0.0 };
        let ocv = set.ocv(z, row, celsius);
        let r0 = fixed.r0 * factors.r0;
        self.r0 = r0 * row.r0.at(inside);
        self.r0_slope = r0 * row.r0.slope * live;
        self.r1 = fixed.r * factors.r1 * row.r1.at(inside);
        self.r2_discharge = fixed.r * factors.r2_discharge * row.r2_discharge.at(inside);
        self.r2_charge = fixed.r * factors.r2_charge * row.r2_charge.at(inside);
        self.m = row.hysteresis.at(inside);
        self.slope = ocv.per_soc * fixed.per_capacity + row.hysteresis.slope * live * self.h;
        self.entropy = ocv.per_kelvin;
        ocv.volts + self.m * self.h
    }

    /// Brings everything that follows from the state up to date.
    pub fn refresh(&mut self, fixed: &Fixed, set: &CellSet, factors: &Factors, celsius: f64) {
        self.emf = self.follow(fixed, set, factors, celsius) + self.v1 + self.v2;
    }

    /// `R2` in the direction of `current`, Ω.
    pub fn r2(&self, current: f64) -> f64 {
        if current >= 0.0 { self.r2_charge } else { self.r2_discharge }
    }

    /// Charge and hysteresis after `moved` A·s of one direction in `h` seconds.
    fn move_charge(&mut self, moved: f64, h: f64, fixed: &Fixed, efficiency: f64) {
        let (sign, coulombic) = if moved >= 0.0 { (1.0, (1.0 - efficiency) * moved) } else { (-1.0, 0.0) };
        self.q += moved - coulombic - fixed.self_discharge * h;
        self.lost += coulombic + (fixed.bleed + fixed.self_discharge) * h;
        self.h = sign + (self.h - sign) * decay(fixed.gamma * (sign * moved));
    }
}

impl Sums {
    /// What the second RC pair relaxes to at string current `i`, V.
    pub fn target2(&self, i: f64) -> f64 {
        if i >= 0.0 {
            self.r2_charge * i - self.r2_charge_bleed
        } else {
            self.r2_discharge * i - self.r2_discharge_bleed
        }
    }
}

impl Model {
    /// Decay rates of the RC pairs of a cell, 1/s.
    fn rates(&self, cell: &Cell, fixed: &Fixed, current: f64, battery: &Factors) -> (f64, f64) {
        if self.rc {
            (1.0 / (cell.r1 * fixed.farads[0]), 1.0 / (cell.r2(current) * fixed.farads[1]))
        } else {
            (battery.rate1, battery.rate2)
        }
    }

    /// In form "rc" the decay rates of a battery, as the circuit needs them, are those of its mean cell.
    pub fn mean_rates(&self, b: usize, sums: &Sums, factors: &mut Factors) {
        if self.rc {
            let n = self.cells_per_battery;
            let [farad1, farad2] = self.fixed[b * n].farads;
            factors.rate1 = n as f64 / (sums.r1 * farad1);
            factors.rate2 = n as f64 / (sums.r2_discharge * farad2);
        }
    }

    /// Makes `cell` what `start` becomes in `h` seconds in which the string current goes linearly from `i0` to `i1`.
    /// `before` holds at the start, `factors` and `celsius` at the end. Returns the change of the open-circuit slope
    /// times the charge moved, V.
    #[allow(clippy::too_many_arguments)]
    pub fn advance(
        &self,
        index: usize,
        start: &Cell,
        (i0, i1): (f64, f64),
        h: f64,
        weights: &Weights,
        before: &Factors,
        factors: &Factors,
        celsius: f64,
        planted: f64,
        cell: &mut Cell,
    ) -> f64 {
        let fixed = &self.fixed[index];
        let (c0, c1) = (i0 * planted - fixed.bleed, i1 * planted - fixed.bleed);
        let (rate1, rate2) = self.rates(start, fixed, c0 + c1, before);
        let own;
        let weights = if self.rc {
            own = Weights::new(h, rate1, rate2);
            &own
        } else {
            weights
        };
        *cell = *start;
        let ocv;
        if c0 * c1 >= 0.0 {
            let moved = 0.5 * h * (c0 + c1);
            cell.move_charge(moved, h, fixed, self.efficiency);
            ocv = cell.follow(fixed, &self.set, factors, celsius);
            let w = weights;
            cell.v1 += (w.a1 - w.b1) * (start.r1 * c0) + w.b1 * (cell.r1 * c1) - w.a1 * start.v1;
            cell.v2 += (w.a2 - w.b2) * (start.r2(moved) * c0) + w.b2 * (cell.r2(moved) * c1) - w.a2 * start.v2;
        } else {
            // The current changes sign: exact up to its zero, exact from there.
            let first = h * (c0 / (c0 - c1));
            let second = h - first;
            let w = Weights::new(first.max(SHORTEST_S), rate1, rate2);
            cell.move_charge(0.5 * first * c0, first, fixed, self.efficiency);
            cell.v1 += (w.a1 - w.b1) * (start.r1 * c0) - w.a1 * cell.v1;
            cell.v2 += (w.a2 - w.b2) * (start.r2(c0) * c0) - w.a2 * cell.v2;
            let w = Weights::new(second.max(SHORTEST_S), rate1, rate2);
            cell.move_charge(0.5 * second * c1, second, fixed, self.efficiency);
            ocv = cell.follow(fixed, &self.set, factors, celsius);
            cell.v1 += w.b1 * (cell.r1 * c1) - w.a1 * cell.v1;
            cell.v2 += w.b2 * (cell.r2(c1) * c1) - w.a2 * cell.v2;
        }
        cell.emf = ocv + cell.v1 + cell.v2;
        ((cell.slope - start.slope) * (cell.q - start.q)).abs()
    }

    /// dV/dt of a cell at string current `i` that changes by `di` A/s, while its battery warms by `warming` K/s.
    pub fn cell_slope(&self, index: usize, cell: &Cell, f: &Factors, i: f64, di: f64, warming: f64) -> f64 {
        let fixed = &self.fixed[index];
        let c = i - fixed.bleed;
        let stored = if c >= 0.0 { self.efficiency * c } else { c } - fixed.self_discharge;
        let (rate1, rate2) = self.rates(cell, fixed, c, f);
        (cell.slope + cell.r0_slope * c) * stored
            + cell.r0 * (di + f.r0_per_kelvin * warming * c)
            + (cell.r1 * c - cell.v1) * rate1
            + (cell.r2(c) * c - cell.v2) * rate2
            + cell.m * fixed.gamma * (c - c.abs() * cell.h)
            + cell.entropy * warming
    }

    /// dE/dt of a battery at constant string current `i`, V/s.
    pub fn battery_drift(&self, sums: &Sums, f: &Factors, i: f64) -> f64 {
        let (stored, sign) = if i >= 0.0 { (self.efficiency * i, 1.0) } else { (i, -1.0) };
        (sums.slope + sums.r0_slope * i) * stored - sums.leak
            + (sums.r1 * i - sums.r1_bleed - sums.v1) * f.rate1
            + (sums.target2(i) - sums.v2) * f.rate2
            + i * (sums.m_gamma - sign * sums.mh_gamma)
    }

    /// Sums over battery `b`.
    pub fn sum(&self, b: usize, cells: &[Cell]) -> Sums {
        let mut s = Sums::default();
        let range = b * self.cells_per_battery..(b + 1) * self.cells_per_battery;
        for (cell, fixed) in cells[range.clone()].iter().zip(&self.fixed[range]) {
            let mh = cell.m * cell.h;
            let leak = fixed.bleed + fixed.self_discharge;
            s.emf += cell.emf - cell.r0 * fixed.bleed;
            s.v1 += cell.v1;
            s.v2 += cell.v2;
            s.r0 += cell.r0;
            s.r1 += cell.r1;
            s.r2_discharge += cell.r2_discharge;
            s.r2_charge += cell.r2_charge;
            s.m += cell.m;
            s.mh += mh;
            s.m_gamma += cell.m * fixed.gamma;
            s.mh_gamma += mh * fixed.gamma;
            s.gamma += fixed.gamma;
            s.slope += cell.slope;
            s.leak += cell.slope * leak;
            s.r0_slope += cell.r0_slope;
            s.entropy += cell.entropy;
            s.r1_bleed += cell.r1 * fixed.bleed;
            s.r2_discharge_bleed += cell.r2_discharge * fixed.bleed;
            s.r2_charge_bleed += cell.r2_charge * fixed.bleed;
            s.leak_watts += cell.emf * leak;
        }
        s.gamma /= self.cells_per_battery as f64;
        s
    }

    /// Sums of the strings over their batteries.
    pub fn sum_strings(&self, state: &mut State) {
        for s in 0..self.parallel {
            let batteries = &state.sums[s * self.series..(s + 1) * self.series];
            state.emf[s] = batteries.iter().map(|b| b.emf).sum();
            state.r[s] = self.string_ohm[s] + batteries.iter().map(|b| b.r0).sum::<f64>();
        }
    }
}

//! What somebody would write by hand instead: the same cells under the same power, one plain explicit step a second.
//!
//! Equations of validation set A (two RC pairs, open-circuit voltage over charge, constant parameters), equal paths to the
//! bus, no temperature, no hysteresis, no balancer, no measuring, no firmware. The arithmetic is laid out to be fast:
//! position-major, so that strings are the inner direction and vectorise; the state of one position stays in the first
//! cache. It is here to be compared with; the simulator does not use it.

use ngbank_models::plant::BankParams;
use serde::Deserialize;

/// Strings of a lane group; the last group is filled up with strings that carry no current.
const GROUP: usize = 4;

#[derive(Deserialize)]
struct SetA {
    ocv_v: Vec<f64>,
    r0: Resistance,
    r1: Resistance,
    r2_charge: Resistance,
    tau1: Constant,
    tau2: Constant,
}

#[derive(Deserialize)]
struct Resistance {
    ohm_ah: f64,
}

#[derive(Deserialize)]
struct Constant {
    seconds: f64,
}

/// Voltages at one instant, V: mean, lowest and highest cell.
pub type Voltages = [f64; 3];

/// The bank of the plain loop.
pub struct Explicit {
    positions: usize,
    strings: usize,
    /// Strings with padding.
    width: usize,
    /// By position, then string: charge in segments of the table, and what an ampere-second adds to it.
    charge: Vec<f64>,
    per_as: Vec<f64>,
    v1: Vec<f64>,
    v2: Vec<f64>,
    r0: Vec<f64>,
    r1: Vec<f64>,
    r2: Vec<f64>,
    ocv: Vec<f64>,
    /// Open-circuit voltage as value and rise of every segment.
    table: Vec<[f64; 2]>,
    rates: [f64; 2],
    /// By string: sum of what is not ohmic, V; conductance of the whole string, S; current, A.
    emf: Vec<f64>,
    siemens: Vec<f64>,
    amps: Vec<f64>,
}

impl Explicit {
    /// The cells of this bank with the parameters of set A.
    ///
    /// # Panics
    /// If the parameter file is none.
    pub fn new(bank: &BankParams) -> Self {
        let set: SetA = toml::from_str(include_str!("../../models/data/reference/set_a.toml")).expect("set A");
        let segments = (set.ocv_v.len() - 1) as f64;
        let positions = bank.cells_per_battery * bank.series;
        let strings = bank.parallel;
        let width = strings.next_multiple_of(GROUP);
        let zero = vec![0.0; positions * width];
        let mut loops = Self {
            positions,
            strings,
            width,
            charge: zero.clone(),
            per_as: zero.clone(),
            v1: zero.clone(),
            v2: zero.clone(),
            r0: zero.clone(),
            r1: zero.clone(),
            r2: zero.clone(),
            ocv: zero,
            table: set.ocv_v.windows(2).map(|pair| [pair[0], pair[1] - pair[0]]).collect(),
            rates: [1.0 / set.tau1.seconds, 1.0 / set.tau2.seconds],
            emf: vec![0.0; width],
            siemens: vec![0.0; width],
            amps: vec![0.0; width],
        };
        for s in 0..strings {
            let mut ohm = bank.wiring.string_ohm;
            for k in 0..positions {
                let cell = &bank.cells[s * positions + k];
                let i = k * width + s;
                let per_ah = cell.resistance_factor / bank.capacity_ah;
                loops.charge[i] = cell.soc * segments;
                loops.per_as[i] = segments / (cell.capacity_ah * 3_600.0);
                (loops.r0[i], loops.r1[i]) = (set.r0.ohm_ah * per_ah, set.r1.ohm_ah * per_ah);
                loops.r2[i] = set.r2_charge.ohm_ah * per_ah;
                ohm += loops.r0[i];
            }
            loops.siemens[s] = 1.0 / ohm;
        }
        loops.look_up();
        loops.sum();
        loops
    }

    /// Cells that are simulated.
    pub fn cells(&self) -> usize {
        self.positions * self.strings
    }

    /// Plays one power into the bank per minute, W, with so many steps a second. `see` is shown the middle of each minute.
    pub fn play(&mut self, watts: &[f64], steps_per_s: u32, mut see: impl FnMut(Voltages)) {
        let half = 30 * steps_per_s;
        let h = 1.0 / f64::from(steps_per_s);
        for &watts in watts {
            (0..half).for_each(|_| self.step(watts, h));
            self.solve(watts);
            see(self.voltages());
            (0..half).for_each(|_| self.step(watts, h));
        }
    }

    fn step(&mut self, watts: f64, h: f64) {
        self.solve(watts);
        let (share1, share2) = (h * self.rates[0], h * self.rates[1]);
        for k in 0..self.positions {
            let at = k * self.width..(k + 1) * self.width;
            let (charge, per_as) = (&mut self.charge[at.clone()], &self.per_as[at.clone()]);
            let (v1, v2) = (&mut self.v1[at.clone()], &mut self.v2[at.clone()]);
            let (r1, r2) = (&self.r1[at.clone()], &self.r2[at.clone()]);
            let amps = &self.amps[..charge.len()];
            for s in 0..charge.len() {
                charge[s] += h * per_as[s] * amps[s];
                v1[s] += share1 * (r1[s] * amps[s] - v1[s]);
                v2[s] += share2 * (r2[s] * amps[s] - v2[s]);
            }
        }
        self.look_up();
        self.sum();
    }

    fn look_up(&mut self) {
        let last = self.table.len() - 1;
        for (ocv, &charge) in self.ocv.iter_mut().zip(&self.charge) {
            let segment = (charge as usize).min(last);
            let [value, rise] = self.table[segment];
            *ocv = value + rise * (charge - segment as f64);
        }
    }

    fn sum(&mut self) {
        self.emf.fill(0.0);
        for k in 0..self.positions {
            let at = k * self.width..(k + 1) * self.width;
            let (ocv, v1, v2) = (&self.ocv[at.clone()], &self.v1[at.clone()], &self.v2[at]);
            for (s, emf) in self.emf.iter_mut().enumerate() {
                *emf += ocv[s] + v1[s] + v2[s];
            }
        }
    }

    /// Currents of the strings at this power: the root of V·(V − U)/Z = P that the bank can have.
    fn solve(&mut self, watts: f64) {
        let (mut siemens, mut amps) = (0.0, 0.0);
        for (g, e) in self.siemens.iter().zip(&self.emf) {
            siemens += g;
            amps += g * e;
        }
        let open_v = amps / siemens;
        let volts = 0.5 * (open_v + (open_v * open_v + 4.0 * watts / siemens).sqrt());
        for (i, (g, e)) in self.amps.iter_mut().zip(self.siemens.iter().zip(&self.emf)) {
            *i = g * (volts - e);
        }
    }

    fn voltages(&self) -> Voltages {
        let (mut sum, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for k in 0..self.positions {
            for s in 0..self.strings {
                let i = k * self.width + s;
                let volts = self.ocv[i] + self.v1[i] + self.v2[i] + self.r0[i] * self.amps[s];
                sum += volts;
                low = volts.min(low);
                high = volts.max(high);
            }
        }
        [sum / self.cells() as f64, low, high]
    }
}

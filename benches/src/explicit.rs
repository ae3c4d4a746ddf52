//! What somebody would write by hand instead: the same cells under the same power, one plain explicit step a second.
//!
//! Equations of validation set A (two RC pairs, open-circuit voltage over charge, constant parameters), equal paths to the
//! bus, no temperature, no hysteresis, no balancer, no measuring, no firmware. Strings of cells, stepped one after the other,
//! nothing computed twice and nothing laid out for the machine. It is here to be compared with; the simulator does not use
//! it.

use ngbank_models::plant::{BankParams, CellParams};
use serde::Deserialize;

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

/// Seconds between two readings of the voltages.
pub const EVERY_S: u32 = 10;

/// Voltages at one instant, V: mean, lowest and highest cell.
pub type Voltages = [f64; 3];

/// The bank of the plain loop.
pub struct Explicit {
    strings: Vec<Series>,
    /// Open-circuit voltage as value and rise of every segment.
    table: Vec<[f64; 2]>,
    rates: [f64; 2],
}

/// A string of cells.
struct Series {
    cells: Vec<Cell>,
    /// Voltage without current, V; conductance, S; current, A.
    emf: f64,
    siemens: f64,
    amps: f64,
}

struct Cell {
    /// Charge in segments of the table, and what an ampere-second adds to it.
    charge: f64,
    per_as: f64,
    v1: f64,
    v2: f64,
    r0: f64,
    r1: f64,
    r2: f64,
    ocv: f64,
}

impl Explicit {
    /// The cells of this bank with the parameters of set A.
    ///
    /// # Panics
    /// If the parameter file is none.
    pub fn new(bank: &BankParams) -> Self {
        let set: SetA = toml::from_str(include_str!("../../models/data/reference/set_a.toml")).expect("set A");
        let segments = (set.ocv_v.len() - 1) as f64;
        let table: Vec<_> = set.ocv_v.windows(2).map(|pair| [pair[0], pair[1] - pair[0]]).collect();
        let string = |cells: &[CellParams]| {
            let cells: Vec<Cell> = cells
                .iter()
                .map(|cell| {
                    let per_ah = cell.resistance_factor / bank.capacity_ah;
                    let charge = cell.soc * segments;
                    Cell {
                        charge,
                        per_as: segments / (cell.capacity_ah * 3_600.0),
                        v1: 0.0,
                        v2: 0.0,
                        r0: set.r0.ohm_ah * per_ah,
                        r1: set.r1.ohm_ah * per_ah,
                        r2: set.r2_charge.ohm_ah * per_ah,
                        ocv: look_up(&table, charge),
                    }
                })
                .collect();
            let ohm: f64 = bank.wiring.string_ohm + cells.iter().map(|cell| cell.r0).sum::<f64>();
            Series { emf: cells.iter().map(|cell| cell.ocv).sum(), cells, siemens: 1.0 / ohm, amps: 0.0 }
        };
        let strings = bank.cells.chunks(bank.cells_per_battery * bank.series).map(string).collect();
        Self { strings, table, rates: [1.0 / set.tau1.seconds, 1.0 / set.tau2.seconds] }
    }

    /// Cells that are simulated.
    pub fn cells(&self) -> usize {
        self.strings.iter().map(|string| string.cells.len()).sum()
    }

    /// Plays one power into the bank per minute, W, with so many steps a second. `see` is shown what it has every
    /// [`EVERY_S`] within each minute.
    pub fn play(&mut self, watts: &[f64], steps_per_s: u32, mut see: impl FnMut(Voltages)) {
        let h = 1.0 / f64::from(steps_per_s);
        let steps = EVERY_S * steps_per_s;
        for &watts in watts {
            (0..steps).for_each(|_| self.step(watts, h));
            for _ in 1..60 / EVERY_S {
                self.solve(watts);
                see(self.voltages());
                (0..steps).for_each(|_| self.step(watts, h));
            }
        }
    }

    fn step(&mut self, watts: f64, h: f64) {
        self.solve(watts);
        let [share1, share2] = self.rates.map(|rate| h * rate);
        for string in &mut self.strings {
            let amps = string.amps;
            string.emf = 0.0;
            for cell in &mut string.cells {
                cell.charge += h * cell.per_as * amps;
                cell.v1 += share1 * (cell.r1 * amps - cell.v1);
                cell.v2 += share2 * (cell.r2 * amps - cell.v2);
                cell.ocv = look_up(&self.table, cell.charge);
                string.emf += cell.ocv + cell.v1 + cell.v2;
            }
        }
    }

    /// Currents of the strings at this power: the root of V·(V − U)/Z = P that the bank can have.
    fn solve(&mut self, watts: f64) {
        let (mut siemens, mut amps) = (0.0, 0.0);
        for string in &self.strings {
            siemens += string.siemens;
            amps += string.siemens * string.emf;
        }
        let open_v = amps / siemens;
        let volts = 0.5 * (open_v + (open_v * open_v + 4.0 * watts / siemens).sqrt());
        for string in &mut self.strings {
            string.amps = string.siemens * (volts - string.emf);
        }
    }

    fn voltages(&self) -> Voltages {
        let (mut sum, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
        for string in &self.strings {
            for cell in &string.cells {
                let volts = cell.ocv + cell.v1 + cell.v2 + cell.r0 * string.amps;
                sum += volts;
                low = volts.min(low);
                high = volts.max(high);
            }
        }
        [sum / self.cells() as f64, low, high]
    }
}

/// Open-circuit voltage at a charge in segments of the table, V.
fn look_up(table: &[[f64; 2]], charge: f64) -> f64 {
    let segment = (charge as usize).min(table.len() - 1);
    let [value, rise] = table[segment];
    value + rise * (charge - segment as f64)
}

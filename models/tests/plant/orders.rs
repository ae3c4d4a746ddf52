//! Order of the steps on a smooth problem, against a Runge–Kutta integration of the same equations.

use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::{Accuracy, BankParams, Plant};
use ngbank_models::time::SECOND;

/// What the smooth cell has besides two RC pairs and a straight OCV.
#[derive(Clone, Copy)]
struct Terms {
    /// R0 and R1 fall with charge by this share, R2 rises.
    shape: f64,
    constant_capacitance: bool,
    hysteresis: bool,
    efficiency: f64,
    warms: bool,
}

/// Half width of the hysteresis, V, and its rate.
const M: f64 = 0.02;
const GAMMA: f64 = 30.0;
/// dOCV/dT of the empty and of the full cell, V/K; several times that of a real cell, so that temperatures show.
const ENTROPY: [f64; 2] = [-1e-3, 8e-4];
const KELVIN: f64 = 2000.0;
/// Of the air and of the batteries at the start, °C: away from the 25 °C of the OCV, so that what charge changes in the
/// entropic part shows.
const AIR_C: f64 = 40.0;
const TAU: [f64; 2] = [120.0, 900.0];
const OHM_AH: [f64; 3] = [0.05, 0.03, 0.06];
const LOW_V: f64 = 3.0;
const HIGH_V: f64 = 3.5;

impl Terms {
    fn set(&self) -> CellSet {
        let form = if self.constant_capacitance { "rc" } else { "tau" };
        let (m, gamma) = if self.hysteresis { (M, GAMMA) } else { (0.0, 0.0) };
        let b = if self.warms { 1.0 } else { 0.0 };
        let [low, high] = [0.0, 1.0].map(|z| self.entropy(z));
        let mut text = format!(
            "name = \"smooth\"\nform = \"{form}\"\nbeyond = \"linear\"\nreference_temperature_c = 25.0\n\
             hysteresis_rate = {gamma:?}\ncoulombic_efficiency = {:?}\nocv_v = [{LOW_V:?}, {HIGH_V:?}]\n\
             docv_dt_v_per_k = [{low:?}, {high:?}]\nhysteresis_half_width_v = [{m:?}, {m:?}]\n",
            self.efficiency
        );
        for (name, k) in [("r0", 0), ("r1", 1), ("r2_discharge", 2), ("r2_charge", 2)] {
            let [low, high] = [0.0, 1.0].map(|z| self.shape(k, z));
            text += &format!(
                "[{name}]\nohm_ah = {:?}\nsoc_knots = [0.0, 1.0]\nshape = [{low:?}, {high:?}]\n\
                 temperature = {{ a = {:?}, b = {b:?}, k_kelvin = {KELVIN:?} }}\n",
                OHM_AH[k],
                1.0 - b
            );
        }
        for (name, seconds) in [("tau1", TAU[0]), ("tau2", TAU[1])] {
            text += &format!(
                "[{name}]\nseconds = {seconds:?}\ntemperature_c = [15.0, 55.0]\nfactor = [1.2, {:?}]\n",
                if self.warms { 0.4 } else { 1.2 }
            );
        }
        CellSet::from_toml(&text).expect("valid")
    }

    fn shape(&self, k: usize, z: f64) -> f64 {
        1.0 + self.shape * (0.5 - z) * if k == 2 { -1.0 } else { 1.0 }
    }

    fn entropy(&self, z: f64) -> f64 {
        if self.warms { ENTROPY[0] + (ENTROPY[1] - ENTROPY[0]) * z } else { 0.0 }
    }

    /// Between the knots of the plant's temperature table.
    fn on_grid(celsius: f64, f: impl Fn(f64) -> f64) -> f64 {
        let low = (celsius * 16.0).floor() / 16.0;
        f(low) + (celsius - low) * 16.0 * (f(low + 0.0625) - f(low))
    }

    fn resistance(&self, k: usize, z: f64, celsius: f64, cell: &Cell) -> f64 {
        let law = |c: f64| libm::exp(KELVIN * (1.0 / (c + 273.15) - 1.0 / 298.15));
        let factor = if self.warms { Self::on_grid(celsius, law) } else { 1.0 };
        OHM_AH[k] / CAPACITY_AH * cell.factor * factor * self.shape(k, z)
    }

    fn rate(&self, k: usize, z: f64, celsius: f64, cell: &Cell) -> f64 {
        if self.constant_capacitance {
            let farads = TAU[k] / OHM_AH[k + 1] * CAPACITY_AH;
            return 1.0 / (self.resistance(k + 1, z, celsius, cell) * farads);
        }
        let tau = |c: f64| 1.0 / (TAU[k] * if self.warms { 1.2 - 0.8 * (c - 15.0) / 40.0 } else { 1.2 });
        Self::on_grid(celsius, tau)
    }
}

const CAPACITY_AH: f64 = 100.0;
const WATTS_PER_K: f64 = 2.0;
const JOULES_PER_K: f64 = 2_000.0;
const POWER: [f64; 3] = [-600.0, -350.0, -500.0];
const PIECE_S: f64 = 900.0;

struct Cell {
    capacity: f64,
    factor: f64,
    soc: f64,
}

const CELLS: [Cell; 3] = [
    Cell { capacity: 360_000.0, factor: 1.0, soc: 0.85 },
    Cell { capacity: 340_000.0, factor: 1.3, soc: 0.80 },
    Cell { capacity: 370_000.0, factor: 0.8, soc: 0.90 },
];

fn bank() -> BankParams {
    let mut bank = crate::common::bank(1, 1, 3, CAPACITY_AH, 0.5);
    bank.battery_temperature_c = vec![AIR_C; 3];
    bank.battery_resistance_ohm = OHM_AH[0] / CAPACITY_AH;
    bank.thermal.heat_capacity_j_per_k = JOULES_PER_K;
    bank.thermal.to_ambient_w_per_k = WATTS_PER_K;
    bank.thermal.to_neighbour_w_per_k = 0.0;
    for (cell, own) in bank.cells.iter_mut().zip(&CELLS) {
        cell.capacity_ah = own.capacity / 3600.0;
        cell.resistance_factor = own.factor;
        cell.soc = own.soc;
    }
    bank
}

/// Charge, v1, v2, hysteresis state and temperature of each cell.
type State = [[f64; 5]; 3];

/// Voltage behind R0 and current of each cell, positive charging.
fn currents(terms: &Terms, state: &State, watts: f64) -> (f64, [f64; 3]) {
    let of = |n: usize| {
        let [q, v1, v2, h, celsius] = state[n];
        let z = q / CELLS[n].capacity;
        let mh = if terms.hysteresis { M * h } else { 0.0 };
        let entropic = terms.entropy(z) * (celsius - 25.0);
        let emf = LOW_V + (HIGH_V - LOW_V) * z + entropic + v1 + v2 + mh;
        (emf, 1.0 / terms.resistance(0, z, celsius, &CELLS[n]))
    };
    let each = [of(0), of(1), of(2)];
    let siemens: f64 = each.iter().map(|(_, g)| g).sum();
    let source = each.iter().map(|(emf, g)| emf * g).sum::<f64>() / siemens;
    let bus = 0.5 * (source + (source * source + 4.0 * watts / siemens).sqrt());
    (bus, each.map(|(emf, g)| (bus - emf) * g))
}

fn slopes(terms: &Terms, state: &State, watts: f64) -> State {
    let (bus, amps) = currents(terms, state, watts);
    std::array::from_fn(|n| {
        let ([q, v1, v2, h, celsius], i, cell) = (state[n], amps[n], &CELLS[n]);
        let z = q / cell.capacity;
        let target = |k: usize| terms.resistance(k, z, celsius, cell) * i;
        let wasted = i.max(0.0) * (1.0 - terms.efficiency);
        let follow = if terms.hysteresis { GAMMA * i.abs() / cell.capacity * (i.signum() - h) } else { 0.0 };
        let (entropy, mut ocv) = (terms.entropy(z), LOW_V + (HIGH_V - LOW_V) * z);
        ocv += entropy * (celsius - 25.0);
        let heat = (bus - ocv) * i + (celsius + 273.15) * entropy * (i - wasted) + ocv * wasted;
        let warming = (heat - WATTS_PER_K * (celsius - AIR_C)) / JOULES_PER_K;
        [
            i - wasted,
            (target(1) - v1) * terms.rate(0, z, celsius, cell),
            (target(2) - v2) * terms.rate(1, z, celsius, cell),
            follow,
            warming,
        ]
    })
}

/// Bus voltage and currents every 90 s, at the end of the interval.
fn reference(terms: &Terms) -> Vec<[f64; 4]> {
    let mut state: State = std::array::from_fn(|n| [CELLS[n].soc * CELLS[n].capacity, 0.0, 0.0, 0.0, AIR_C]);
    let mut rows = Vec::new();
    let h = 0.25;
    let plus = |a: &State, b: &State, h: f64| -> State {
        std::array::from_fn(|n| std::array::from_fn(|k| a[n][k] + h * b[n][k]))
    };
    for watts in POWER {
        for step in 1..=(PIECE_S / h) as usize {
            let a = slopes(terms, &state, watts);
            let b = slopes(terms, &plus(&state, &a, h / 2.0), watts);
            let c = slopes(terms, &plus(&state, &b, h / 2.0), watts);
            let d = slopes(terms, &plus(&state, &c, h), watts);
            state = std::array::from_fn(|n| {
                std::array::from_fn(|k| state[n][k] + h / 6.0 * (a[n][k] + 2.0 * b[n][k] + 2.0 * c[n][k] + d[n][k]))
            });
            if step % 360 == 0 {
                let (bus, amps) = currents(terms, &state, watts);
                rows.push([bus, amps[0], amps[1], amps[2]]);
            }
        }
    }
    rows
}

fn solved(terms: &Terms, accuracy: Accuracy) -> (Vec<[f64; 4]>, u64) {
    let mut plant = Plant::new(&bank(), &terms.set(), 1, accuracy).expect("valid");
    let mut rows = Vec::new();
    for (n, watts) in POWER.into_iter().enumerate() {
        let from = n as u64 * PIECE_S as u64 * SECOND;
        let mut next = from + 90 * SECOND;
        crate::common::run(
            &mut plant,
            &[Branch::Power { watts }],
            &[],
            from + PIECE_S as u64 * SECOND,
            |plant, end| {
                while next <= end {
                    let i = |b| plant.battery_current(b, next);
                    rows.push([plant.bus_volts_at(next), i(0), i(1), i(2)]);
                    next += 90 * SECOND;
                }
            },
        );
    }
    (rows, plant.steps())
}

/// Root mean square error of the bus, V, and of the currents at 1 mV per A.
fn error(rows: &[[f64; 4]], exact: &[[f64; 4]]) -> f64 {
    assert_eq!(rows.len(), exact.len());
    let square = |(a, b): (&[f64; 4], &[f64; 4])| {
        let amps: f64 = (1..4).map(|k| (a[k] - b[k]) * (a[k] - b[k])).sum();
        (a[0] - b[0]) * (a[0] - b[0]) + 1e-6 * amps
    };
    (rows.iter().zip(exact).map(square).sum::<f64>() / rows.len() as f64).sqrt()
}

const PLAIN: Terms =
    Terms { shape: 0.0, constant_capacitance: false, hysteresis: false, efficiency: 1.0, warms: false };

/// One term at a time, then all.
const KINDS: [(&str, Terms); 6] = [
    ("plain", PLAIN),
    ("resistances over charge", Terms { shape: 0.4, ..PLAIN }),
    ("constant capacitance", Terms { shape: 0.4, constant_capacitance: true, ..PLAIN }),
    ("hysteresis", Terms { hysteresis: true, ..PLAIN }),
    ("warming", Terms { warms: true, ..PLAIN }),
    ("all", Terms { shape: 0.4, hysteresis: true, efficiency: 0.99, warms: true, ..PLAIN }),
];

/// Over four decades of tolerance the error falls with each, and over the last two it falls as this power of the
/// number of steps at least.
fn converges(accuracy: fn(f64) -> Accuracy, order: f64) {
    for (name, terms) in KINDS {
        let exact = reference(&terms);
        let runs = [1e-3, 1e-4, 1e-5, 1e-6, 1e-7].map(|tolerance| {
            let (rows, steps) = solved(&terms, accuracy(tolerance));
            (steps as f64, error(&rows, &exact))
        });
        let [.., (steps0, error0), _, (steps1, error1)] = runs;
        let found = libm::log(error0 / error1) / libm::log(steps1 / steps0);
        println!("{name}: {runs:?}, order {found:.2}");
        assert!(runs.windows(2).all(|pair| pair[1].1 < pair[0].1), "{name}: {runs:?}");
        assert!(found >= order, "{name}: {runs:?}, order {found}");
    }
}

#[test]
fn straight_currents_are_of_order_2() {
    converges(Accuracy::default_with, 1.8);
}

#[test]
fn parabolas_are_of_order_3() {
    converges(Accuracy::tight_with, 2.7);
}

//! What the comparisons are played with: parameter sets, one cell as a bank, the accuracy, the loop over steps.

use crate::cell::CellSet;
use crate::circuit::{Branch, Guard};
use crate::plant::{BankParams, CellParams, Plant, Stop, Thermal, Wiring};
use crate::time::Micros;

/// The two accuracies for which limits are stated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Accuracy {
    /// What scenarios run with.
    Default,
    /// For comparisons with exact solutions.
    Tight,
}

impl Accuracy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Default, Self::Tight];

    /// Name as shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Tight => "tight",
        }
    }

    /// Error tolerance of a cell voltage, V.
    pub fn tolerance_v(self) -> f64 {
        match self {
            Self::Default => 1e-4,
            Self::Tight => 1e-6,
        }
    }

    /// A plant that works to this accuracy.
    ///
    /// # Panics
    /// When the bank is not valid.
    pub fn plant(self, bank: &BankParams, set: &CellSet, devices: usize) -> Plant {
        Plant::new(bank, set, devices, self.tolerance_v()).expect("a valid bank")
    }
}

/// Validation set A: constant parameters, isothermal, no hysteresis; 100 Ah.
pub fn set_a() -> CellSet {
    CellSet::from_toml(include_str!("../../data/reference/set_a.toml")).expect("set A is valid")
}

/// Validation set B: set A with resistances over state of charge and temperature.
pub fn set_b() -> CellSet {
    CellSet::from_toml(include_str!("../../data/reference/set_b.toml")).expect("set B is valid")
}

/// Batteries of equal cells with paths without resistance, isolated from each other, at 25 °C.
pub(super) fn bank(cells: usize, series: usize, parallel: usize, capacity_ah: f64, cell_ohm: f64) -> BankParams {
    let batteries = series * parallel;
    let cell = CellParams { capacity_ah, resistance_factor: 1.0, soc: 0.5, self_discharge_a: 0.0 };
    BankParams {
        cells_per_battery: cells,
        series,
        parallel,
        capacity_ah,
        battery_resistance_ohm: cell_ohm * cells as f64,
        wiring: Wiring { string_ohm: 0.0, bus_segment_ohm: 0.0, terminal_ohm: 0.0 },
        thermal: Thermal { heat_capacity_j_per_k: 2000.0, to_ambient_w_per_k: 0.5, to_neighbour_w_per_k: 0.0 },
        cells: vec![cell; batteries * cells],
        battery_temperature_c: vec![25.0; batteries],
    }
}

/// Runs to `until`; `see` looks at every proposed step before its commit. Returns the index of a guard that fired.
///
/// # Panics
/// When the circuit has no solution.
pub(super) fn run(
    plant: &mut Plant,
    branches: &[Branch],
    guards: &[Guard],
    until: Micros,
    mut see: impl FnMut(&Plant, Micros),
) -> Option<usize> {
    while plant.time() < until {
        let proposal = plant.propose(branches, guards, until);
        assert_ne!(proposal.stop, Stop::NoRoot, "no root at {} µs", plant.time());
        see(plant, proposal.end);
        plant.commit(proposal.end);
        if let Stop::Guard(index) = proposal.stop {
            return Some(index);
        }
    }
    None
}

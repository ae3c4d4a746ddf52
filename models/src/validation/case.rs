//! What the comparisons are played with: parameter sets, one cell as a bank, the accuracy, the loop over steps.

use crate::cell::CellSet;
use crate::circuit::{Branch, Guard};
use crate::plant::{self, BankParams, CellParams, Plant, Stop, Thermal, Wiring};
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

    /// The plant's own choice.
    fn of_plant(self) -> plant::Accuracy {
        match self {
            Self::Default => plant::Accuracy::default_with(1e-4),
            Self::Tight => plant::Accuracy::tight(),
        }
    }

    /// Error tolerance of a cell voltage, V.
    pub fn tolerance_v(self) -> f64 {
        self.of_plant().tolerance_v
    }

    /// A plant that works to this accuracy.
    ///
    /// # Panics
    /// When the bank is not valid.
    pub fn plant(self, bank: &BankParams, set: &CellSet, devices: usize) -> Plant {
        Plant::new(bank, set, devices, self.of_plant()).expect("a valid bank")
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

/// A set that can be solved on paper: a straight open-circuit voltage from `low` to `high` (V), constant resistances (Ω·Ah), two RC
/// pairs (Ω·Ah, s), no hysteresis, no losses; `form = "tau"`.
///
/// # Panics
/// When a value is outside what a cell file may hold.
pub fn straight(low: f64, high: f64, r0: f64, pairs: [(f64, f64); 2]) -> CellSet {
    let resistance = |name: &str, ohm_ah: f64| {
        format!(
            "[{name}]\nohm_ah = {ohm_ah:?}\nsoc_knots = [0.5]\nshape = [1.0]\n\
             temperature = {{ a = 1.0, b = 0.0, k_kelvin = 0.0 }}\n"
        )
    };
    let time =
        |name: &str, seconds: f64| format!("[{name}]\nseconds = {seconds:?}\ntemperature_c = [25.0]\nfactor = [1.0]\n");
    let [(r1, tau1), (r2, tau2)] = pairs;
    let text = format!(
        "name = \"straight\"\nform = \"tau\"\nbeyond = \"linear\"\nreference_temperature_c = 25.0\n\
         hysteresis_rate = 0.0\ncoulombic_efficiency = 1.0\nocv_v = [{low:?}, {high:?}]\n\
         docv_dt_v_per_k = [0.0, 0.0]\nhysteresis_half_width_v = [0.0, 0.0]\n{}{}{}{}{}{}",
        resistance("r0", r0),
        resistance("r1", r1),
        resistance("r2_discharge", r2),
        resistance("r2_charge", r2),
        time("tau1", tau1),
        time("tau2", tau2)
    );
    CellSet::from_toml(&text).expect("a valid set")
}

/// Batteries of equal cells at 50 % and 25 °C, with paths without resistance and no heat between them.
pub fn bank(cells: usize, series: usize, parallel: usize, capacity_ah: f64, cell_ohm: f64) -> BankParams {
    let batteries = series * parallel;
    let cell = CellParams { capacity_ah, resistance_factor: 1.0, soc: 0.5, self_discharge_a: 0.0 };
    BankParams {
        cells_per_battery: cells,
        series,
        parallel,
        capacity_ah,
        battery_resistance_ohm: cell_ohm * cells as f64,
        wiring: Wiring::default(),
        thermal: Thermal {
            heat_capacity_j_per_k: 2000.0,
            to_ambient_w_per_k: 0.5,
            to_neighbour_w_per_k: 0.0,
            open_side_w_per_k: 0.0,
            per_row: 0,
        },
        cells: vec![cell; batteries * cells],
        battery_temperature_c: vec![25.0; batteries],
    }
}

/// Runs to `until`; `see` looks at every proposed step before its commit. Returns the index of a guard that fired.
///
/// # Panics
/// When the circuit has no solution.
pub fn run(
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

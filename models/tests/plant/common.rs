//! Banks that several tests use. All numbers here are assumed test values.
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::{Branch, Guard};
use ngbank_models::plant::{BankParams, CellParams, Plant, Stop, Thermal, Wiring};
use ngbank_models::time::Micros;

pub const TOLERANCE_V: f64 = 1e-4;

/// Validation set A: constant parameters, isothermal equation, no hysteresis.
pub fn set_a() -> CellSet {
    CellSet::from_toml(include_str!("../../data/reference/set_a.toml")).expect("set A is valid")
}

/// A flat-OCV variant of a set: closed forms become possible.
pub fn flat() -> CellSet {
    let text = include_str!("../../data/reference/set_a.toml");
    let from = text.find("ocv_v").expect("table");
    let to = text.find("docv_dt").expect("next table");
    CellSet::from_toml(&format!("{}ocv_v = [3.3, 3.3]\n{}", &text[..from], &text[to..])).expect("valid")
}

/// A bank of equal cells at 25 °C.
pub fn bank(cells: usize, series: usize, parallel: usize, capacity_ah: f64, soc: f64) -> BankParams {
    let batteries = series * parallel;
    BankParams {
        cells_per_battery: cells,
        series,
        parallel,
        capacity_ah,
        battery_resistance_ohm: 0.05 / capacity_ah * cells as f64,
        wiring: Wiring::default(),
        thermal: Thermal {
            heat_capacity_j_per_k: 40_000.0,
            to_ambient_w_per_k: 2.0,
            to_neighbour_w_per_k: 1.0,
            open_side_w_per_k: 0.0,
            per_row: 0,
        },
        cells: vec![CellParams { capacity_ah, resistance_factor: 1.0, soc, self_discharge_a: 0.0 }; batteries * cells],
        battery_temperature_c: vec![25.0; batteries],
    }
}

/// 50 × 25.6 V 200 Ah as 2S25P with spread cells (a fixed pattern, not random).
pub fn spread_bank(soc: f64) -> BankParams {
    let mut bank = bank(8, 2, 25, 200.0, soc);
    bank.battery_resistance_ohm = 0.002;
    bank.wiring = Wiring { string_ohm: 0.0008, bus_segment_ohm: 4e-5, terminal_ohm: 2e-5, ..Wiring::default() };
    for (k, cell) in bank.cells.iter_mut().enumerate() {
        let wave = |n: usize| ((k * n) % 101) as f64 / 50.0 - 1.0;
        cell.capacity_ah *= 1.0 + 0.005 * wave(37);
        cell.resistance_factor = 1.0 + 0.08 * wave(53);
        cell.soc += 0.005 * wave(71);
        cell.self_discharge_a = 3e-4;
    }
    bank
}

pub fn plant(bank: &BankParams, set: &CellSet, devices: usize) -> Plant {
    Plant::new(bank, set, devices, TOLERANCE_V).expect("a valid bank")
}

/// Runs to `until`; `see` looks at every proposed step before its commit. Returns the index of a guard that fired.
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

/// A reproducible walk of powers in W for a 50 V bank, one per minute: household-like load and some sun.
pub fn power_at(minute: usize) -> f64 {
    let mut x = (minute as u64 / 3).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x ^= x >> 29;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^= x >> 32;
    let spike = if x.is_multiple_of(17) { 8000.0 } else { 0.0 };
    -(800.0 + (x % 2000) as f64 + spike)
}

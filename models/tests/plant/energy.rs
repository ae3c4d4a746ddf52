//! Energy: what goes in at the terminals is stored in the charge or becomes heat.

use crate::common::{bank, run, set_a};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::{Accuracy, BankParams, Plant};
use ngbank_models::time::{MINUTE, Micros};

/// Gauss–Legendre, three points on 0..=1.
const POINTS: [(f64, f64); 3] =
    [(0.112_701_665_379_258_3, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_334_620_741_7, 5.0 / 18.0)];

/// ∫U dq of a cell from SoC `a` to `b` with `U = OCV − T·dOCV/dT` at 25 °C, J; both are straight between 1/200ths.
fn stored(set: &CellSet, capacity_ah: f64, a: f64, b: f64) -> f64 {
    let inner = |z: f64| {
        let ocv = set.ocv_volts(z, 25.0);
        ocv - 298.15 * (set.ocv_volts(z, 26.0) - ocv)
    };
    let area = |a: f64, b: f64| 0.5 * (inner(a) + inner(b)) * (b - a);
    let (low, high) = (a.min(b), a.max(b));
    let knots = (0..=200).map(|n| f64::from(n) / 200.0).filter(|knot| low < *knot && *knot < high);
    let mut last = low;
    let mut sum = 0.0;
    for knot in knots.chain([high]) {
        sum += area(last, knot);
        last = knot;
    }
    3600.0 * capacity_ah * sum * if a <= b { 1.0 } else { -1.0 }
}

/// Terminal energy by quadrature on the extension, less stored, less heat; and the throughput. J.
fn books(params: &BankParams, set: &CellSet) -> (f64, f64) {
    let mut plant = Plant::new(params, set, 1, Accuracy::tight()).expect("valid");
    let (mut energy, mut throughput) = (0.0, 0.0);
    for (n, watts) in [-900.0, 700.0, 0.0, -300.0, 500.0, -1100.0].into_iter().enumerate() {
        let until = (n as Micros + 1) * 7 * MINUTE;
        run(&mut plant, &[Branch::Power { watts }], &[], until, |plant, end| {
            let from = plant.time();
            for b in 0..plant.batteries() {
                for (s, weight) in POINTS {
                    let t = from + (s * (end - from) as f64).round() as Micros;
                    let volts: f64 = (0..plant.cells_per_battery()).map(|c| plant.cell_volts(b, c, t)).sum();
                    let joules = weight * (end - from) as f64 * 1e-6 * volts * plant.battery_current(b, t);
                    energy += joules;
                    throughput += joules.abs();
                }
            }
        });
    }
    let cells = params.cells.iter().enumerate().map(|(k, cell)| {
        let n = params.cells_per_battery;
        stored(set, cell.capacity_ah, cell.soc, plant.soc(k / n, k % n))
    });
    (energy - cells.sum::<f64>() - plant.accounts().heat, throughput)
}

/// Four cells and four others in parallel; so heavy that they stay at 25 °C.
fn heavy() -> BankParams {
    let mut params = bank(4, 1, 2, 100.0, 0.6);
    params.thermal.heat_capacity_j_per_k = 1e12;
    for (k, cell) in params.cells.iter_mut().enumerate() {
        cell.soc -= 0.01 * k as f64;
        cell.resistance_factor += 0.03 * k as f64;
    }
    params
}

/// The NG cells without entropy.
fn ng_without_entropy() -> CellSet {
    let text = include_str!("../../data/cells/lfp_ng.toml");
    let from = text.find("docv_dt_v_per_k").expect("table");
    let to = text.find("hysteresis_half_width_v").expect("next table");
    CellSet::from_toml(&format!("{}docv_dt_v_per_k = [0.0, 0.0]\n{}", &text[..from], &text[to..])).expect("valid")
}

#[test]
fn stored_energy_and_heat_are_what_went_in() {
    for set in [set_a(), ng_without_entropy()] {
        let (gap, throughput) = books(&heavy(), &set);
        println!("{}: {gap:.3e} J of {throughput:.3e} J", set.name());
        assert!(gap.abs() <= 1e-6 * throughput, "{}: {gap:e} J of {throughput:e} J", set.name());
    }
}

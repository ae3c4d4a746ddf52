//! Energy: what goes in at the terminals is stored in the charge or becomes heat.

use crate::common::{bank, power_at, run, set_a, spread_bank};
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

/// The NG cells with this table of the entropy instead of their own.
fn ng_with_entropy(table: &str) -> CellSet {
    let text = include_str!("../../data/cells/lfp_ng.toml");
    let from = text.find("docv_dt_v_per_k").expect("table");
    let to = text.find("hysteresis_half_width_v").expect("next table");
    CellSet::from_toml(&format!("{}docv_dt_v_per_k = {table}\n{}", &text[..from], &text[to..])).expect("valid")
}

#[test]
fn stored_energy_and_heat_are_what_went_in() {
    for (name, set) in [
        ("A", set_a()),
        ("NG without entropy", ng_with_entropy("[0.0, 0.0]")),
        ("NG with an entropy without knots", ng_with_entropy("[-0.0004, 0.0003]")),
        ("NG", CellSet::ng()),
    ] {
        let (gap, throughput) = books(&heavy(), &set);
        println!("{name}: {gap:.3e} J of {throughput:.3e} J");
        assert!(gap.abs() <= 1e-6 * throughput, "{name}: {gap:e} J of {throughput:e} J");
    }
}

/// Energy out over energy in of a cycle that ends with the charge with which it began; equal cells at 25 °C.
fn round_trip(set: &CellSet, amps: f64) -> f64 {
    let mut params = bank(4, 1, 1, 100.0, 0.6);
    params.thermal.heat_capacity_j_per_k = 1e12;
    let mut plant = Plant::new(&params, set, 2, Accuracy::default()).expect("valid");
    let out = 12.0 * 3600.0 / amps;
    let back = out / set.coulombic_efficiency();
    let end = |seconds: f64| (seconds * 1e6) as Micros;
    run(&mut plant, &[Branch::Current { amps: -amps }, Branch::Open], &[], end(out), |_, _| {});
    run(&mut plant, &[Branch::Open, Branch::Current { amps }], &[], end(out + back), |_, _| {});
    assert!((plant.soc(0, 0) - 0.6).abs() < 1e-9, "{}: back at {}", set.name(), plant.soc(0, 0));
    let energy = plant.accounts().device_energy;
    -energy[0] / energy[1]
}

#[test]
fn no_cell_gives_back_more_than_went_in() {
    for set in [set_a(), crate::common::flat(), CellSet::ng()] {
        let each = [1.0, 10.0, 50.0, 100.0].map(|amps| round_trip(&set, amps));
        println!("{}: {each:?}", set.name());
        assert!(each[0] < 1.0 && each[0] > 0.9, "{}: {each:?}", set.name());
        assert!(each.windows(2).all(|pair| pair[1] < pair[0]), "{}: a higher current loses less: {each:?}", set.name());
    }
}

/// Tellegen at one instant: Σ V·I of devices, cells, strings, bars and terminal cables, and Σ |V·I|; W.
fn powers(plant: &Plant, params: &BankParams, watts: f64) -> (f64, f64) {
    let (t, wiring) = (plant.time(), &params.wiring);
    let amps: Vec<f64> = (0..params.parallel).map(|s| plant.battery_current(s * params.series, t)).collect();
    let mut all = vec![watts];
    for b in 0..plant.batteries() {
        let i = amps[b / params.series];
        all.extend((0..plant.cells_per_battery()).map(|c| -plant.cell_volts(b, c, t) * i));
    }
    for (s, i) in amps.iter().enumerate() {
        // The bars between this string and the one before carry all from here on.
        let beyond: f64 = amps[s..].iter().sum();
        let ohm = if s == 0 { wiring.terminal_ohm } else { wiring.bus_segment_ohm };
        all.extend([-wiring.ohms_of_string(s, params.series) * i * i, -ohm * beyond * beyond]);
    }
    (all.iter().sum(), all.iter().map(|watts| watts.abs()).sum())
}

#[test]
fn every_solve_balances_its_powers() {
    let params = spread_bank(0.5);
    let mut plant = Plant::new(&params, &CellSet::ng(), 1, Accuracy::default()).expect("valid");
    let (mut solves, mut worst) = (0, 0.0_f64);
    for minute in 0..30 {
        let watts = if minute % 7 == 3 { 20_000.0 } else { power_at(2 * minute) };
        let until = (minute as Micros + 1) * MINUTE;
        run(&mut plant, &[Branch::Power { watts }], &[], until, |plant, _| {
            let (sum, scale) = powers(plant, &params, watts);
            worst = worst.max(sum.abs() / scale);
            solves += 1;
        });
    }
    println!("{solves} solves, at worst {worst:.2e}");
    assert!(solves > 60 && worst <= 1e-12, "{solves} solves, {worst:e}");
}

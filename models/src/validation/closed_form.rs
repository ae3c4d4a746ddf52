//! Problems with a solution on paper.

use super::case::{self, Accuracy, run, straight};
use super::check::{Check, Curve, Line, Report};
use crate::circuit::Branch;
use crate::time::{HOUR, Micros};

/// Every closed form, at the default accuracy.
pub fn compare() -> Report {
    let mut report = Report::default();
    for part in [rc_step(), exchange(), ladder(), cooling()] {
        report.add(part);
    }
    report
}

fn line(name: &str, points: Vec<(f64, f64)>) -> Line {
    Line { name: name.to_owned(), points }
}

/// Instants of a step at which it is read: 20, ends included.
fn instants(start: Micros, end: Micros) -> impl Iterator<Item = Micros> {
    (0..=20).map(move |n| start + (end - start) * n / 20)
}

/// `V(t) = OCV + I·(R0 + R1·(1 − e^(−t/τ1)) + R2·(1 − e^(−t/τ2)))` after a current step.
fn rc_step() -> Report {
    let (r0, r1, r2, tau1, tau2, amps) = (0.0005, 0.0003, 0.0006, 30.0, 600.0, -100.0);
    let set = straight(3.3, 3.3, 100.0 * r0, [(100.0 * r1, tau1), (100.0 * r2, tau2)]);
    let mut plant = Accuracy::Default.plant(&case::bank(1, 1, 1, 100.0, r0), &set, 1);
    let (mut largest, mut off) = (0.0_f64, Vec::new());
    run(&mut plant, &[Branch::Current { amps }], &[], HOUR, |plant, end| {
        for t in instants(plant.time(), end) {
            let seconds = t as f64 * 1e-6;
            let pair = |ohm: f64, tau: f64| ohm * -libm::expm1(-seconds / tau);
            let expected = 3.3 + amps * (r0 + pair(r1, tau1) + pair(r2, tau2));
            let error = plant.cell_volts(0, 0, t) - expected;
            largest = largest.max(error.abs());
            off.push((seconds / 60.0, error * 1e6));
        }
    });
    let title = "closed form: RC pairs after a step of 100 A".to_owned();
    let limit = Accuracy::Default.tolerance_v();
    Report {
        checks: vec![Check::new(&title, "voltage, largest error", largest, limit, "V")],
        curves: vec![Curve {
            title, x: "Time [min]", y: "Error [µV]", lines: vec![line("plant − closed form", off)]
        }],
    }
}

/// Two unequal cells with a straight open-circuit voltage are joined: `I(t) = ΔU/(Ra + Rb)·e^(−t/τ)` with
/// `τ = (Ra + Rb) / (k·(1/Qa + 1/Qb))`, `k` in V per whole charge.
fn exchange() -> Report {
    let (low, high, capacity, r0) = (3.2, 3.4, 100.0, 0.0005);
    let set = straight(low, high, capacity * r0, [(0.0, 30.0), (0.0, 600.0)]);
    let mut bank = case::bank(1, 1, 2, capacity, r0);
    bank.cells[0].soc = 0.8;
    bank.cells[1].soc = 0.3;
    bank.cells[1].capacity_ah = 80.0;
    bank.cells[1].resistance_factor = 1.7;
    let ohms = r0 * 2.7;
    let volts = (high - low) * 0.5;
    let tau = ohms / ((high - low) * (1.0 / 360_000.0 + 1.0 / 288_000.0));
    let mut plant = Accuracy::Default.plant(&bank, &set, 1);
    let (mut largest, mut ours, mut theirs) = (0.0_f64, Vec::new(), Vec::new());
    run(&mut plant, &[Branch::Open], &[], 3 * HOUR, |plant, end| {
        for t in instants(plant.time(), end) {
            let seconds = t as f64 * 1e-6;
            let expected = volts / ohms * libm::exp(-seconds / tau);
            let amps = plant.battery_current(1, t);
            largest = largest.max((amps - expected).abs() * r0);
            ours.push((seconds / 60.0, amps));
            theirs.push((seconds / 60.0, expected));
        }
    });
    let title = "closed form: two unequal cells are joined".to_owned();
    let limit = Accuracy::Default.tolerance_v();
    let lines = vec![line("closed form", theirs), line("plant", ours)];
    Report {
        checks: vec![Check::new(&title, "R0·current, largest error", largest, limit, "V")],
        curves: vec![Curve { title, x: "Time [min]", y: "Current into the emptier cell [A]", lines }],
    }
}

/// Ten equal batteries on a ladder that is tapped at one end: from Kirchhoff's laws at neighbouring rungs
/// `r·(i[j−1] − 2·i[j] + i[j+1]) = s·i[j]`, with the far end as a mirror. So `i[j] ∝ cosh((N − ½ − j)·θ)` with
/// `cosh θ = 1 + s/(2·r)`.
fn ladder() -> Report {
    let (strings, r, segment, total) = (10, 0.002, 1e-4, 500.0);
    let theta = libm::acosh(1.0 + segment / (2.0 * r));
    let shape: Vec<f64> = (0..strings).map(|j| libm::cosh((strings as f64 - 0.5 - j as f64) * theta)).collect();
    let sum: f64 = shape.iter().sum();
    let set = straight(3.3, 3.3, 0.05, [(0.03, 30.0), (0.06, 600.0)]);
    let mut bank = case::bank(4, 1, strings, 100.0, r / 4.0);
    bank.wiring.bus_segment_ohm = segment;
    let mut plant = Accuracy::Default.plant(&bank, &set, 1);
    plant.propose(&[Branch::Current { amps: -total }], &[], HOUR);
    let amps: Vec<f64> = (0..strings).map(|j| -plant.battery_current(j, 0)).collect();
    let expected: Vec<f64> = shape.iter().map(|shape| total * shape / sum).collect();
    let errors = amps.iter().zip(&expected).map(|(amps, expected)| 100.0 * (amps / expected - 1.0).abs());
    let title = "closed form: ladder of ten equal batteries at 500 A, t = 0⁺".to_owned();
    let points = |amps: &[f64]| amps.iter().enumerate().map(|(j, &amps)| (j as f64, amps)).collect();
    let lines = vec![line("closed form", points(&expected)), line("plant", points(&amps))];
    Report {
        checks: vec![Check::new(&title, "string currents, largest error", errors.fold(0.0, f64::max), 0.1, "%")],
        curves: vec![Curve { title, x: "Place on the ladder, from the terminals", y: "String current [A]", lines }],
    }
}

/// Half of what the batteries' sensors resolve, K.
const TEMPERATURE_K: f64 = 0.05;

/// A warm battery of 1280 Wh in cold air: `T(t) = T_air + (T_0 − T_air)·e^(−t/τ)`, τ = C / (W/K).
fn cooling() -> Report {
    let set = straight(3.3, 3.3, 0.05, [(0.0, 30.0), (0.0, 600.0)]);
    let mut bank = case::bank(4, 1, 1, 100.0, 0.0005);
    // As scenarios have it: 7.6 J/K and 0.6 mW/K for each Wh.
    bank.thermal.heat_capacity_j_per_k = 7.6 * 1280.0;
    bank.thermal.to_ambient_w_per_k = 0.0006 * 1280.0;
    bank.battery_temperature_c = vec![45.0];
    let tau = bank.thermal.heat_capacity_j_per_k / bank.thermal.to_ambient_w_per_k;
    let mut plant = Accuracy::Default.plant(&bank, &set, 1);
    plant.set_ambient_c(5.0);
    let (mut largest, mut ours, mut theirs) = (0.0_f64, Vec::new(), Vec::new());
    run(&mut plant, &[Branch::Open], &[], 12 * HOUR, |plant, end| {
        let seconds = end as f64 * 1e-6;
        let expected = 5.0 + 40.0 * libm::exp(-seconds / tau);
        let celsius = plant.battery_temperature(0, end);
        largest = largest.max((celsius - expected).abs());
        ours.push((seconds / 3600.0, celsius));
        theirs.push((seconds / 3600.0, expected));
    });
    let title = "closed form: a warm battery cools".to_owned();
    let lines = vec![line("closed form", theirs), line("plant", ours)];
    Report {
        checks: vec![Check::new(&title, "temperature, largest error", largest, TEMPERATURE_K, "K")],
        curves: vec![Curve { title, x: "Time [h]", y: "Temperature [°C]", lines }],
    }
}

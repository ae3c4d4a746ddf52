//! Problems with a solution on paper.

use super::case::{self, Accuracy, run, straight};
use super::check::{Check, Curve, Line, Report};
use crate::circuit::Branch;
use crate::network::Layout;
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

/// Ten equal batteries in parallel at 500 A: resistance of each with its cables, Ω, and of both bars from one to the next.
const PLACES: usize = 10;
const TOTAL_A: f64 = 500.0;
const PLACE_OHM: f64 = 0.002;
const SEGMENT_OHM: f64 = 1e-4;

/// Ten equal batteries on a ladder, tapped in four ways. From Kirchhoff's laws at neighbouring rungs
/// `r·(i[j−1] − 2·i[j] + i[j+1]) = s·i[j]`, so that `i[j] ∝ cosh((j − j₀)·θ)` with `cosh θ = 1 + s/(2·r)`: the far end is
/// a mirror, on the diagonal the middle is, and posts half-way feed two ladders of five.
fn ladder() -> Report {
    let title = "closed form: ten equal batteries at 500 A, t = 0⁺".to_owned();
    let (mut checks, mut lines) = (Vec::new(), Vec::new());
    let mut ladder_excess = f64::INFINITY;
    for (layout, name) in [
        (Layout::Ladder, "ladder"),
        (Layout::Diagonal, "diagonal"),
        (Layout::HalfWay, "posts half-way"),
        (Layout::EqualPaths, "equal paths"),
    ] {
        let (amps, expected) = (amps_at_start(layout), expected_amps(layout));
        let errors = amps.iter().zip(&expected).map(|(amps, expected)| 100.0 * (amps / expected - 1.0).abs());
        let quantity = format!("{name}: string currents, largest error");
        checks.push(Check::new(&title, &quantity, errors.fold(0.0, f64::max), 0.1, "%"));
        let excess = 100.0 * (amps.iter().copied().fold(0.0, f64::max) * PLACES as f64 / TOTAL_A - 1.0);
        if layout == Layout::Ladder {
            ladder_excess = excess;
        } else {
            let quantity = format!("{name}: highest over mean (half the ladder's)");
            checks.push(Check::new(&title, &quantity, excess, 0.5 * ladder_excess, "%"));
        }
        let points = |amps: &[f64]| amps.iter().enumerate().map(|(j, &amps)| (j as f64, amps)).collect();
        if layout == Layout::Ladder {
            lines.push(line("ladder, closed form", points(&expected)));
        }
        lines.push(line(name, points(&amps)));
    }
    Report { checks, curves: vec![Curve { title, x: "Place along the bars", y: "String current [A]", lines }] }
}

/// Discharge current of every battery of the plant, A.
fn amps_at_start(layout: Layout) -> Vec<f64> {
    let set = straight(3.3, 3.3, 0.05, [(0.03, 30.0), (0.06, 600.0)]);
    let mut bank = case::bank(4, 1, PLACES, 100.0, PLACE_OHM / 4.0);
    bank.wiring.layout = layout;
    bank.wiring.bus_segment_ohm = SEGMENT_OHM;
    let mut plant = Accuracy::Default.plant(&bank, &set, 1);
    plant.propose(&[Branch::Current { amps: -TOTAL_A }], &[], HOUR);
    (0..PLACES).map(|j| -plant.battery_current(j, 0)).collect()
}

/// The same on paper.
fn expected_amps(layout: Layout) -> Vec<f64> {
    let theta = libm::acosh(1.0 + SEGMENT_OHM / (2.0 * PLACE_OHM));
    let last = PLACES as f64 - 1.0;
    let shape = |j: usize| {
        let j = j as f64;
        let from_mirror = match layout {
            Layout::EqualPaths => 0.0,
            Layout::Ladder => last + 0.5 - j,
            Layout::Diagonal => 0.5 * last - j,
            Layout::HalfWay => (j + 0.5).min(last + 0.5 - j),
        };
        libm::cosh(from_mirror * theta)
    };
    let sum: f64 = (0..PLACES).map(shape).sum();
    (0..PLACES).map(|j| TOTAL_A * shape(j) / sum).collect()
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

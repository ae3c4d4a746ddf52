//! Cells A and B against Runge–Kutta trajectories of order 8: a discharge at 1C, and a day of cycling.
//!
//! The protocol is played, not the instants: what ends a phase is the cell at 2.80 V or 3.50 V or the charging
//! current at 5 A, so that every switching but the first inherits the error of those before it.

use super::case::{self, Accuracy, run};
use super::check::{Check, Curve, Errors, Line, Report};
use super::data::{Passing, Phase, Protocol, json, micros, rows};
use crate::cell::CellSet;
use crate::circuit::{Branch, Guard, Quantity, When};
use crate::plant::{BankParams, Plant};
use crate::time::{Micros, SECOND};

/// A reference trajectory.
#[derive(Clone, Copy, Debug)]
pub struct CellCase {
    /// Name, as in `cell A, day`.
    pub name: &'static str,
    set: fn() -> CellSet,
    table: &'static str,
    protocol: &'static str,
}

macro_rules! case {
    ($name:literal, $set:path, $file:literal) => {
        CellCase {
            name: $name,
            set: $set,
            table: include_str!(concat!("../../data/reference/", $file, ".csv")),
            protocol: include_str!(concat!("../../data/reference/", $file, ".json")),
        }
    };
}

/// Every given trajectory of a cell.
pub const CASES: [CellCase; 4] = [
    case!("cell A, 1C discharge", case::set_a, "ref_A_cc1C"),
    case!("cell A, day", case::set_a, "ref_A_day"),
    case!("cell B, 1C discharge", case::set_b, "ref_B_cc1C"),
    case!("cell B, day", case::set_b, "ref_B_day"),
];

/// R0 of the cells at 50 % and 25 °C, Ω (`params_A.json`, `params_B.json`).
const R0_OHM: f64 = 0.0005;
/// The current below which the charge at constant voltage ends, A (the same files).
const TAIL_A: f64 = 5.0;
/// A constant-voltage source needs a cable; this one costs 0.05 µV at 50 A. Ω.
const CABLE_OHM: f64 = 1e-9;
/// Rows nearer to a switching are not compared, µs.
const APART: Micros = SECOND / 2;
/// Where the voltage moves faster, V/s, a switching is judged by its instant …
const FAST_V_PER_S: f64 = 1e-3;
/// … which may be so far off, s.
const INSTANT_S: f64 = 1e-3;

/// The largest errors allowed, V: RMS and single.
fn limits(accuracy: Accuracy) -> (f64, f64) {
    match accuracy {
        Accuracy::Default => (1e-4, 1e-3),
        Accuracy::Tight => (1e-6, 1e-5),
    }
}

/// A switching as the plant found it.
struct Switching {
    at: Micros,
    /// What ended the phase: how fast it moved just before, V/s of the cell.
    slope_v_per_s: f64,
}

/// Plays the protocol and compares.
pub fn compare(case: CellCase, accuracy: Accuracy) -> Report {
    let protocol: Protocol = json(case.protocol);
    let table = rows(case.table);
    let mut plant = accuracy.plant(&bank(protocol.soc0), &(case.set)(), 1);
    let last = micros(protocol.t_end);
    let switchings: Vec<Micros> = protocol.steps.iter().map(|phase| micros(phase.t1)).collect();
    let mut passing = Passing::new(&table);
    let mut errors = Errors::default();
    let (mut ours, mut theirs, mut off) = (Vec::new(), Vec::new(), Vec::new());
    let mut found = Vec::new();
    for phase in &protocol.steps {
        let (branch, guard) = play(phase);
        let until = if phase.hit { 2 * last } else { last.min(plant.time() + micros(phase.t1 - phase.t0)) };
        let mut slope_v_per_s = 0.0;
        let guards = if phase.hit { std::slice::from_ref(&guard) } else { &[] };
        let fired = run(&mut plant, &[branch], guards, until, |plant, end| {
            for (t, row) in passing.up_to(end) {
                let near = |switching: &Micros| switching.abs_diff(t) <= APART;
                if t < APART || t < plant.time() || switchings.iter().any(near) {
                    continue;
                }
                let volts = plant.cell_volts(0, 0, t);
                errors.see(volts - row[1]);
                let hours = row[0] / 3600.0;
                ours.push((hours, volts));
                theirs.push((hours, row[1]));
                off.push((hours, (volts - row[1]) * 1e6));
            }
            slope_v_per_s = slope(plant, end, &guard);
        });
        if phase.hit {
            let Some(_) = fired else { break };
            found.push(Switching { at: plant.time(), slope_v_per_s });
        }
    }
    let name = format!("{}, {}", case.name, accuracy.name());
    let (rms, largest) = limits(accuracy);
    let mut checks = vec![
        Check::new(&name, "voltage, RMS", errors.rms(), rms, "V"),
        Check::new(&name, "voltage, largest error", errors.largest(), largest, "V"),
    ];
    checks.extend(instants(&name, &protocol, &found, accuracy));
    let line = |name: &str, points| Line { name: name.to_owned(), points };
    let volts = vec![line("reference", theirs), line("plant", ours)];
    let curves = vec![
        Curve { title: name.clone(), x: "Time [h]", y: "Cell voltage [V]", lines: volts },
        Curve { title: name, x: "Time [h]", y: "Error [µV]", lines: vec![line("plant − reference", off)] },
    ];
    Report { checks, curves }
}

/// One cell of 100 Ah; the thermal node of set B is that of its parameter file and does nothing in set A.
fn bank(soc: f64) -> BankParams {
    let mut bank = case::bank(1, 1, 1, 100.0, R0_OHM);
    bank.cells[0].soc = soc;
    bank
}

/// What is connected in a phase, and what ends it.
fn play(phase: &Phase) -> (Branch, Guard) {
    let guard = |quantity, limit, when| Guard { device: 0, quantity, limit, when };
    if phase.mode == "V" {
        let branch = Branch::Voltage { volts: phase.value, ohms: CABLE_OHM };
        return (branch, guard(Quantity::DeviceAmps, TAIL_A, When::Below));
    }
    let amps = -phase.value;
    let end = if amps > 0.0 {
        guard(Quantity::BusVolts, 3.5, When::Above)
    } else {
        guard(Quantity::BusVolts, 2.8, When::Below)
    };
    (if amps == 0.0 { Branch::Open } else { Branch::Current { amps } }, end)
}

/// How fast what the guard watches moves at the end of the proposed step: the voltage, or R0 times the current, V/s.
fn slope(plant: &Plant, end: Micros, guard: &Guard) -> f64 {
    let before = plant.time().max(end.saturating_sub(SECOND / 10));
    let seconds = (end - before) as f64 * 1e-6;
    match guard.quantity {
        Quantity::BusVolts => (plant.cell_volts(0, 0, end) - plant.cell_volts(0, 0, before)) / seconds,
        Quantity::DeviceAmps => (plant.battery_current(0, end) - plant.battery_current(0, before)) / seconds * R0_OHM,
    }
}

/// The switchings: all found, the worst instant where the voltage is fast, the worst voltage where it is slow.
fn instants(name: &str, protocol: &Protocol, found: &[Switching], accuracy: Accuracy) -> Vec<Check> {
    let expected: Vec<f64> = protocol.steps.iter().filter(|phase| phase.hit).map(|phase| phase.t1).collect();
    let missing = expected.len() - found.len();
    let (mut fast, mut slow) = (Errors::default(), Errors::default());
    for (switching, expected) in found.iter().zip(expected) {
        let seconds = switching.at as f64 * 1e-6 - expected;
        let slope = switching.slope_v_per_s;
        if slope.abs() > FAST_V_PER_S {
            fast.see(seconds);
        } else {
            slow.see(slope * seconds);
        }
    }
    let mut checks = vec![Check::new(name, "switchings that were not found", missing as f64, 0.0, "")];
    if fast.rows > 0 {
        let quantity = format!("{} fast switchings, largest |Δt|", fast.rows);
        checks.push(Check::new(name, &quantity, fast.largest(), INSTANT_S, "s"));
    }
    if slow.rows > 0 {
        let quantity = format!("{} slow switchings, largest |ΔV|", slow.rows);
        checks.push(Check::new(name, &quantity, slow.largest(), accuracy.tolerance_v(), "V"));
    }
    checks
}

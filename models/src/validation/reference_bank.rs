//! 25 strings of 16 unequal cells on a ladder against an independent solver: an hour at 1250 A, a day of ± 750 A.

use super::case::{self, Accuracy, run};
use super::check::{Check, Curve, Errors, Line, Report};
use super::data::{BankFile, Passing, json, micros, rows};
use crate::circuit::Branch;
use crate::plant::{BankParams, CellParams, Wiring};
use crate::time::{Micros, SECOND};

/// A reference trajectory.
#[derive(Clone, Copy, Debug)]
pub struct BankCase {
    /// Name, as in `bank, day`.
    pub name: &'static str,
    day: bool,
    pack: &'static str,
    strings: &'static str,
    cells: &'static str,
}

macro_rules! case {
    ($name:literal, $day:literal, $file:literal) => {
        BankCase {
            name: $name,
            day: $day,
            pack: include_str!(concat!("../../data/reference/", $file, ".csv")),
            strings: include_str!(concat!("../../data/reference/", $file, "_strings_10s.csv")),
            cells: include_str!(concat!("../../data/reference/", $file, "_cells_60s.csv")),
        }
    };
}

/// Every given trajectory of the bank.
pub const CASES: [BankCase; 2] = [case!("bank, 1250 A", false, "bank_1h"), case!("bank, day", true, "bank_24h")];

/// R0 of a cell, Ω (`params_A.json`).
const R0_OHM: f64 = 0.0005;
/// Cells per battery: the bank is 2S25P of 25.6 V.
const CELLS: usize = 8;
/// Rows nearer to a switching are not compared, µs.
const APART: Micros = SECOND / 2;

/// The largest errors allowed: RMS and single of a cell, V; string current, % of the largest.
fn limits(accuracy: Accuracy) -> (f64, f64, f64) {
    match accuracy {
        Accuracy::Default => (1e-4, 1e-3, 0.1),
        // No limit is stated for the single error and the currents; these are the cells' and that of `default`.
        Accuracy::Tight => (1e-6, 1e-5, 0.1),
    }
}

/// Plays the profile and compares.
pub fn compare(case: BankCase, accuracy: Accuracy) -> Report {
    let file: BankFile = json(include_str!("../../data/reference/bank_params.json"));
    let phases = profile(&file, case.day);
    let soc = if case.day { file.soc0_24h } else { file.soc0_1h };
    let mut plant = accuracy.plant(&bank(&file, soc), &case::set_a(), 1);
    let (pack, strings, cells) = (rows(case.pack), rows(case.strings), rows(case.cells));
    let (mut packs, mut stringss, mut cellss) = (Passing::new(&pack), Passing::new(&strings), Passing::new(&cells));
    let (mut mean, mut extremes, mut all, mut amps) =
        (Errors::default(), Errors::default(), Errors::default(), Errors::default());
    let (mut ours, mut theirs, mut off) = (Vec::new(), Vec::new(), Vec::new());
    let in_series = file.Ns as f64;
    let mut start = 0;
    for (current, until) in phases {
        // The instants of a phase that are compared.
        let inside = |t: Micros| start + APART <= t && t + APART <= until;
        let of_phase = strings.iter().filter(|row| inside(micros(row[0]))).flat_map(|row| &row[1..]);
        let scale = of_phase.fold(0.0_f64, |most, amps| most.max(amps.abs()));
        let branch = if current == 0.0 { Branch::Open } else { Branch::Current { amps: current } };
        run(&mut plant, &[branch], &[], until, |plant, end| {
            for (t, row) in packs.up_to(end).filter(|(t, _)| inside(*t)) {
                let volts = plant.bus_volts_at(t) / in_series;
                mean.see(volts - row[1] / in_series);
                let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
                for k in 0..file.Ns * file.Np {
                    let volts = plant.cell_volts(k / CELLS, k % CELLS, t);
                    lowest = lowest.min(volts);
                    highest = highest.max(volts);
                }
                extremes.see(lowest - row[3]);
                extremes.see(highest - row[4]);
                let hours = row[0] / 3600.0;
                ours.push((hours, lowest));
                theirs.push((hours, row[3]));
                off.push((hours, (lowest - row[3]) * 1e6));
            }
            for (t, row) in stringss.up_to(end).filter(|(t, _)| inside(*t)) {
                for (s, reference) in row[1..].iter().enumerate() {
                    let first = s * file.Ns / CELLS;
                    amps.see(100.0 * (plant.battery_current(first, t) + reference) / scale);
                }
            }
            for (t, row) in cellss.up_to(end).filter(|(t, _)| inside(*t)) {
                for (k, reference) in row[1..].iter().enumerate() {
                    all.see(plant.cell_volts(k / CELLS, k % CELLS, t) - reference);
                }
            }
        });
        start = until;
    }
    let name = format!("{}, {}", case.name, accuracy.name());
    let (rms, largest, percent) = limits(accuracy);
    let mut checks = Vec::new();
    for (what, errors) in [("mean cell", mean), ("lowest and highest cell", extremes), ("400 cells", all)] {
        checks.push(Check::new(&name, &format!("{what}, RMS"), errors.rms(), rms, "V"));
        checks.push(Check::new(&name, &format!("{what}, largest error"), errors.largest(), largest, "V"));
    }
    checks.push(Check::new(&name, "string currents, largest error", amps.largest(), percent, "%"));
    let balance = plant.accounts().balance_error();
    checks.push(Check::new(&name, "charge balance, of the throughput", balance, 1e-12, ""));
    let line = |name: &str, points| Line { name: name.to_owned(), points };
    let volts = vec![line("reference", theirs), line("plant", ours)];
    let curves = vec![
        Curve { title: name.clone(), x: "Time [h]", y: "Lowest cell [V]", lines: volts },
        Curve { title: name, x: "Time [h]", y: "Error [µV]", lines: vec![line("plant − reference", off)] },
    ];
    Report { checks, curves }
}

/// (A, positive charges; end of the phase).
fn profile(file: &BankFile, day: bool) -> Vec<(f64, Micros)> {
    let (phases, repeats) = if day { (&file.profile_24h, file.repeat_24h) } else { (&file.profile_1h, 1) };
    let mut end = 0;
    let mut list = Vec::new();
    for (_, amps, seconds) in std::iter::repeat_n(phases, repeats).flatten() {
        end += micros(*seconds);
        list.push((-amps, end));
    }
    list
}

fn bank(file: &BankFile, soc: f64) -> BankParams {
    let mut bank = case::bank(CELLS, file.Ns / CELLS, file.Np, 100.0, R0_OHM);
    // Every cell has its link; both bars have a segment between neighbours; both terminals are at string 0.
    bank.wiring = Wiring {
        string_ohm: file.Ns as f64 * file.Rc_ohm,
        bus_segment_ohm: 2.0 * file.Rb_ohm,
        terminal_ohm: 2.0 * file.Rt_ohm,
        layout: crate::network::Layout::Ladder,
        ..Wiring::default()
    };
    let cells = file.capacity_Ah.iter().zip(&file.R_factor).zip(&file.soc0_dev);
    let cell = |((&capacity_ah, &resistance_factor), off): ((&f64, &f64), &f64)| CellParams {
        capacity_ah,
        resistance_factor,
        soc: soc + off,
        self_discharge_a: 0.0,
    };
    bank.cells = cells.map(cell).collect();
    bank
}

//! 25 strings of 16 cells on a ladder against an independent solver: 1250 A for an hour.

use crate::common::{bank, plant, run, set_a};
use ngbank_models::circuit::Branch;
use ngbank_models::plant::{BankParams, CellParams, Wiring};
use ngbank_models::time::{Micros, SECOND};

fn rows(text: &'static str) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let numbers = |row: csv::StringRecord| row.iter().map(|field| field.parse().expect("a number")).collect();
    reader.records().map(|row| numbers(row.expect("a row"))).collect()
}

fn reference_bank() -> BankParams {
    let mut params = bank(8, 2, 25, 100.0, 0.9);
    params.battery_resistance_ohm = 8.0 * 0.0005;
    params.wiring =
        Wiring { string_ohm: 16.0 * 5e-5, bus_segment_ohm: 2.0 * 2e-5, terminal_ohm: 2.0 * 1e-5, ..Wiring::default() };
    params.cells = rows(include_str!("../data/bank_cells.csv"))
        .into_iter()
        .map(|row| CellParams { capacity_ah: row[0], resistance_factor: row[1], soc: row[2], self_discharge_a: 0.0 })
        .collect();
    params
}

#[test]
fn an_hour_at_1250_ampere_follows_the_reference() {
    let (pack, strings) =
        (rows(include_str!("../data/bank_1h.csv")), rows(include_str!("../data/bank_1h_strings_10s.csv")));
    let cells = rows(include_str!("../data/bank_1h_cells_60s.csv"));
    let mut plant = plant(&reference_bank(), &set_a(), 1);
    let (mut pack_error, mut string_error, mut cell_error) = (0.0_f64, 0.0_f64, 0.0_f64);
    let mut seen = 0;
    let inside = |plant: &ngbank_models::plant::Plant, end: Micros, row: &[f64]| {
        let t = (row[0] * 1e6) as Micros;
        (plant.time() < t && t <= end).then_some(t)
    };
    run(&mut plant, &[Branch::Current { amps: -1250.0 }], &[], 3600 * SECOND, |plant, end| {
        for row in &pack {
            if let Some(t) = inside(plant, end, row) {
                pack_error = pack_error.max((plant.bus_volts_at(t) - row[1]).abs() / 16.0);
                seen += 1;
            }
        }
        for row in &strings {
            if let Some(t) = inside(plant, end, row) {
                for (s, amps) in row[1..].iter().enumerate() {
                    string_error = string_error.max((plant.battery_current(2 * s, t) + amps).abs());
                }
            }
        }
        for row in &cells {
            if let Some(t) = inside(plant, end, row) {
                for (k, volts) in row[1..].iter().enumerate() {
                    cell_error = cell_error.max((plant.cell_volts(k / 8, k % 8, t) - volts).abs());
                }
            }
        }
    });
    println!(
        "{} steps: pack {:.1} µV a cell, strings {:.1} mA, cells {:.1} µV",
        plant.steps(),
        pack_error * 1e6,
        string_error * 1e3,
        cell_error * 1e6
    );
    assert!(seen > 100, "{seen} rows compared");
    // 86.7 A is the largest string current of the reference.
    assert!(pack_error <= 2e-5, "pack {pack_error:e} V a cell");
    assert!(string_error <= 0.002 * 86.7, "strings {string_error:e} A");
    assert!(cell_error <= 1e-4, "cells {cell_error:e} V");
}

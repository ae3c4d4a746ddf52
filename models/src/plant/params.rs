//! What a bank is made of: plain data, fully drawn before a run, printable and replayable.

use serde::{Deserialize, Serialize};

use super::state::{Cell, Fixed, Model, State};
use crate::cell::{CellSet, Form};

/// Resistances between the strings and the terminals.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Wiring {
    /// Links, fuse and cables of one string, Ω ≥ 0.
    pub string_ohm: f64,
    /// Both bus bars together between neighbouring strings, Ω ≥ 0; 0 means equal paths (one node).
    /// Otherwise a ladder whose terminals sit at string 0.
    pub bus_segment_ohm: f64,
    /// Both terminals together, Ω ≥ 0.
    pub terminal_ohm: f64,
}

/// Thermal node of one battery.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Thermal {
    /// J/K > 0.
    pub heat_capacity_j_per_k: f64,
    /// W/K ≥ 0.
    pub to_ambient_w_per_k: f64,
    /// W/K ≥ 0, to each neighbour.
    pub to_neighbour_w_per_k: f64,
    /// W/K ≥ 0, to the air, for each side that has no neighbour.
    #[serde(default)]
    pub open_side_w_per_k: f64,
    /// Batteries side by side in one row, in chain order; the next row stands behind. 0 puts all in one row.
    #[serde(default)]
    pub per_row: usize,
}

/// What differs from cell to cell.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct CellParams {
    /// True capacity, Ah > 0.
    pub capacity_ah: f64,
    /// Factor on all resistances, > 0.
    pub resistance_factor: f64,
    /// Initial state of charge, normally 0..1.
    pub soc: f64,
    /// Self-discharge current, A ≥ 0.
    pub self_discharge_a: f64,
}

/// A bank of NG batteries. Battery `b = string · series + position`; cells are flattened `[battery][cell]`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BankParams {
    /// Cells in series in one battery, 1..=16.
    pub cells_per_battery: usize,
    /// Batteries in series in one string, ≥ 1.
    pub series: usize,
    /// Strings in parallel, ≥ 1.
    pub parallel: usize,
    /// Rated capacity, Ah > 0.
    pub capacity_ah: f64,
    /// Catalogue resistance of a battery, Ω > 0.
    pub battery_resistance_ohm: f64,
    /// Wiring.
    pub wiring: Wiring,
    /// Thermal node, the same for every battery.
    pub thermal: Thermal,
    /// Every cell.
    pub cells: Vec<CellParams>,
    /// Initial temperature of every battery, °C.
    pub battery_temperature_c: Vec<f64>,
}

/// A bank that cannot be built.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlantError {
    /// A value is outside what the model accepts.
    #[error("{field} = {value}: allowed is {allowed}")]
    Value {
        /// Name of the field, with index where it has one.
        field: String,
        /// The value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A list has the wrong length.
    #[error("{field} has {found} entries, {expected} are needed")]
    Length {
        /// Name of the list.
        field: &'static str,
        /// Its length.
        found: usize,
        /// The length it needs.
        expected: usize,
    },
}

pub(super) fn positive(field: &str, value: f64) -> Result<(), PlantError> {
    require(value > 0.0 && value.is_finite(), field, value, "a number above 0")
}

fn not_negative(field: &str, value: f64) -> Result<(), PlantError> {
    require(value >= 0.0 && value.is_finite(), field, value, "0 or more")
}

fn require(ok: bool, field: &str, value: f64, allowed: &'static str) -> Result<(), PlantError> {
    if ok { Ok(()) } else { Err(PlantError::Value { field: field.to_owned(), value, allowed }) }
}

fn length(field: &'static str, found: usize, expected: usize) -> Result<(), PlantError> {
    if found == expected { Ok(()) } else { Err(PlantError::Length { field, found, expected }) }
}

impl BankParams {
    /// Batteries in the bank.
    pub fn batteries(&self) -> usize {
        self.series * self.parallel
    }

    /// Checks every size and number.
    pub fn check(&self) -> Result<(), PlantError> {
        let cells = self.cells_per_battery;
        require((1..=16).contains(&cells), "cells_per_battery", cells as f64, "1..=16")?;
        require(self.series >= 1, "series", self.series as f64, "1 or more")?;
        require(self.parallel >= 1, "parallel", self.parallel as f64, "1 or more")?;
        positive("capacity_ah", self.capacity_ah)?;
        positive("battery_resistance_ohm", self.battery_resistance_ohm)?;
        not_negative("wiring.string_ohm", self.wiring.string_ohm)?;
        not_negative("wiring.bus_segment_ohm", self.wiring.bus_segment_ohm)?;
        not_negative("wiring.terminal_ohm", self.wiring.terminal_ohm)?;
        positive("thermal.heat_capacity_j_per_k", self.thermal.heat_capacity_j_per_k)?;
        not_negative("thermal.to_ambient_w_per_k", self.thermal.to_ambient_w_per_k)?;
        not_negative("thermal.to_neighbour_w_per_k", self.thermal.to_neighbour_w_per_k)?;
        not_negative("thermal.open_side_w_per_k", self.thermal.open_side_w_per_k)?;
        length("cells", self.cells.len(), self.batteries() * cells)?;
        length("battery_temperature_c", self.battery_temperature_c.len(), self.batteries())?;
        for (b, &celsius) in self.battery_temperature_c.iter().enumerate() {
            let field = format!("battery_temperature_c[{b}]");
            require((-60.0..=100.0).contains(&celsius), &field, celsius, "-60..=100 °C")?;
        }
        for (k, cell) in self.cells.iter().enumerate() {
            positive(&format!("cells[{k}].capacity_ah"), cell.capacity_ah)?;
            positive(&format!("cells[{k}].resistance_factor"), cell.resistance_factor)?;
            require((-0.1..=1.1).contains(&cell.soc), &format!("cells[{k}].soc"), cell.soc, "-0.1..=1.1")?;
            not_negative(&format!("cells[{k}].self_discharge_a"), cell.self_discharge_a)?;
        }
        Ok(())
    }

    /// What stays fixed in a cell, without bleed.
    pub(super) fn fixed(&self, cells: &CellSet, cell: &CellParams) -> Fixed {
        let capacity = cell.capacity_ah * 3600.0;
        // The data sheet's resistance of a battery is that of its cells in series: it sets R0 at 50 % and 25 °C.
        let r0 = self.battery_resistance_ohm / self.cells_per_battery as f64;
        Fixed {
            per_capacity: 1.0 / capacity,
            gamma: cells.hysteresis_rate() / capacity,
            r0: r0 * cell.resistance_factor,
            r: cell.resistance_factor / self.capacity_ah,
            farads: cells.farads(self.capacity_ah),
            self_discharge: cell.self_discharge_a,
            bleed: 0.0,
            q_start: cell.soc * capacity,
        }
    }

    pub(super) fn model(&self, cells: &CellSet) -> Model {
        let smallest = self.cells.iter().map(|cell| cell.capacity_ah * 3600.0).fold(f64::INFINITY, f64::min);
        Model {
            segment: smallest / cells.segments() as f64,
            set: cells.clone(),
            rc: cells.form() == Form::Rc,
            efficiency: cells.coulombic_efficiency(),
            cells_per_battery: self.cells_per_battery,
            series: self.series,
            parallel: self.parallel,
            string_ohm: self.wiring.string_ohm,
            fixed: self.cells.iter().map(|cell| self.fixed(cells, cell)).collect(),
            planted: vec![1.0; self.parallel],
        }
    }

    pub(super) fn state(&self, model: &Model) -> State {
        let mut state = State {
            cells: model.fixed.iter().map(|fixed| Cell { q: fixed.q_start, ..Cell::default() }).collect(),
            celsius: self.battery_temperature_c.clone(),
            factors: self.battery_temperature_c.iter().map(|&celsius| model.set.factors(celsius)).collect(),
            emf: vec![0.0; self.parallel],
            r: vec![0.0; self.parallel],
            ..State::default()
        };
        for (index, cell) in state.cells.iter_mut().enumerate() {
            let b = index / self.cells_per_battery;
            cell.refresh(&model.fixed[index], &model.set, &state.factors[b], state.celsius[b]);
        }
        state.sums = (0..self.batteries()).map(|b| model.sum(b, &state.cells)).collect();
        for (b, factors) in state.factors.iter_mut().enumerate() {
            model.mean_rates(b, &state.sums[b], factors);
        }
        model.sum_strings(&mut state);
        state
    }
}

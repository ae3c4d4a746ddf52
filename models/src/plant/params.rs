//! What a bank is made of: plain data, fully drawn before a run, printable and replayable.

use serde::{Deserialize, Serialize};

use super::fuse::StringFuse;
use super::state::{Capacities, Fixed, Model, Own};
use crate::cell::{CellSet, Form};
use crate::network::{Bars, Layout};
use crate::wide::{Lane, Registers, Vector};

/// Everything between the batteries and the terminals. The default has no resistance at all.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Wiring {
    /// Where the terminals hang on the bars.
    #[serde(default)]
    pub layout: Layout,
    /// Both cables of one string, Ω ≥ 0.
    pub string_ohm: f64,
    /// Each link between two batteries of a string, Ω ≥ 0.
    #[serde(default)]
    pub link_ohm: f64,
    /// Both bars together between neighbouring strings, Ω ≥ 0; 0 means one node. Not used with equal paths.
    pub bus_segment_ohm: f64,
    /// Part of it that lies in the negative bar, 0..=1; it matters on the diagonal.
    #[serde(default = "half")]
    pub negative_bar_part: f64,
    /// Both terminal cables together, Ω ≥ 0.
    pub terminal_ohm: f64,
    /// In addition in each string, Ω ≥ 0, such as a bad contact; empty: nowhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra_ohm: Vec<f64>,
    /// Fuse in each string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuse: Option<StringFuse>,
}

fn half() -> f64 {
    0.5
}

impl Default for Wiring {
    fn default() -> Self {
        Self {
            layout: Layout::default(),
            string_ohm: 0.0,
            link_ohm: 0.0,
            bus_segment_ohm: 0.0,
            negative_bar_part: half(),
            terminal_ohm: 0.0,
            extra_ohm: Vec::new(),
            fuse: None,
        }
    }
}

impl Wiring {
    /// The bars as the network sees them.
    pub fn bars(&self) -> Bars {
        let negative_ohm = self.negative_bar_part * self.bus_segment_ohm;
        Bars {
            layout: self.layout,
            positive_ohm: self.bus_segment_ohm - negative_ohm,
            negative_ohm,
            terminal_ohm: self.terminal_ohm,
        }
    }

    /// Cables, links, fuse and what is in addition in string `s` of `series` batteries, Ω.
    pub fn ohms_of_string(&self, s: usize, series: usize) -> f64 {
        let fuse = self.fuse.as_ref().map_or(0.0, |fuse| fuse.ohm);
        let extra = self.extra_ohm.get(s).copied().unwrap_or(0.0);
        self.string_ohm + self.link_ohm * (series - 1) as f64 + fuse + extra
    }

    fn check(&self, parallel: usize) -> Result<(), PlantError> {
        not_negative("wiring.string_ohm", self.string_ohm)?;
        not_negative("wiring.link_ohm", self.link_ohm)?;
        not_negative("wiring.bus_segment_ohm", self.bus_segment_ohm)?;
        let part = self.negative_bar_part;
        require((0.0..=1.0).contains(&part), "wiring.negative_bar_part", part, "0..=1")?;
        not_negative("wiring.terminal_ohm", self.terminal_ohm)?;
        if !self.extra_ohm.is_empty() {
            length("wiring.extra_ohm", self.extra_ohm.len(), parallel)?;
        }
        for (s, &ohm) in self.extra_ohm.iter().enumerate() {
            not_negative(&format!("wiring.extra_ohm[{s}]"), ohm)?;
        }
        self.fuse.as_ref().map_or(Ok(()), |fuse| fuse.check("wiring.fuse"))
    }
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

impl CellParams {
    fn check(&self) -> Result<(), PlantError> {
        positive("capacity_ah", self.capacity_ah)?;
        positive("resistance_factor", self.resistance_factor)?;
        require((-0.1..=1.1).contains(&self.soc), "soc", self.soc, "-0.1..=1.1")?;
        not_negative("self_discharge_a", self.self_discharge_a)
    }
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

impl PlantError {
    /// The same of a part of `whole`.
    fn within(self, whole: &str) -> Self {
        match self {
            Self::Value { field, value, allowed } => Self::Value { field: format!("{whole}.{field}"), value, allowed },
            length @ Self::Length { .. } => length,
        }
    }
}

pub(super) fn positive(field: &str, value: f64) -> Result<(), PlantError> {
    require(value > 0.0 && value.is_finite(), field, value, "a number above 0")
}

pub(super) fn not_negative(field: &str, value: f64) -> Result<(), PlantError> {
    require(value >= 0.0 && value.is_finite(), field, value, "0 or more")
}

pub(super) fn require(ok: bool, field: &str, value: f64, allowed: &'static str) -> Result<(), PlantError> {
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
        self.wiring.check(self.parallel)?;
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
            cell.check().map_err(|error| error.within(&format!("cells[{k}]")))?;
        }
        Ok(())
    }

    /// What stays fixed in a cell, without bleed.
    pub(super) fn fixed(&self, cell: &CellParams) -> Fixed {
        let capacity = cell.capacity_ah * 3600.0;
        // The data sheet's resistance of a battery is that of its cells in series: it sets R0 at 50 % and 25 °C.
        let r0 = self.battery_resistance_ohm / self.cells_per_battery as f64;
        Fixed {
            per_capacity: 1.0 / capacity,
            r0: r0 * cell.resistance_factor,
            r: cell.resistance_factor / self.capacity_ah,
            self_discharge: cell.self_discharge_a,
            bleed: 0.0,
            q_start: cell.soc * capacity,
        }
    }

    pub(super) fn model(&self, cells: &CellSet) -> Model {
        let smallest = self.cells.iter().map(|cell| cell.capacity_ah * 3600.0).fold(f64::INFINITY, f64::min);
        let mut model = Model {
            segment: smallest / cells.segments() as f64,
            set: cells.clone(),
            rc: cells.form() == Form::Rc,
            efficiency: cells.coulombic_efficiency(),
            gamma: cells.hysteresis_rate(),
            farads: cells.farads(self.capacity_ah),
            cells_per_battery: self.cells_per_battery,
            series: self.series,
            parallel: self.parallel,
            per_cell: 1.0 / (self.series * self.cells_per_battery) as f64,
            string_of: Vec::new(),
            string_ohm: (0..self.parallel).map(|s| self.wiring.ohms_of_string(s, self.series)).collect(),
            fixed: self.cells.iter().map(|cell| self.fixed(cell)).collect(),
            own: Vec::new(),
            capacities: Vec::new(),
            bleeding: false,
            planted: Vec::new(),
            registers: Registers::widest(),
        };
        model.own = vec![Own::default(); model.blocks() * self.cells_per_battery];
        model.capacities = vec![Capacities::default(); model.blocks()];
        model.planted = vec![Lane::all(1.0); model.blocks()];
        model.string_of = (0..model.blocks()).map(|k| model.batteries_of(k).map(|b| b / self.series)).collect();
        (0..model.own.len()).for_each(|at| model.pack(at));
        model
    }
}

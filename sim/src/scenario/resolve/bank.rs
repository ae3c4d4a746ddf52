//! The bank as one seed makes it: every cell, the batteries' electronics, serial numbers.

use ngbank_models::electronics::{CELLS_MAX, ElectronicsParams};
use ngbank_models::network::Layout;
use ngbank_models::plant::{BankParams, CellParams, StringFuse, Thermal, Wiring};

use super::super::check::Shape;
use super::super::file::{BankTable, ThermalTable};
use crate::streams::{Entity, stream};

/// Draws beyond this many deviations are cut off: nobody sells such a cell.
const DEVIATIONS_MAX: f64 = 3.0;
/// Hours in the 30 days of `self_discharge_per_month`.
const HOURS_PER_MONTH: f64 = 720.0;

/// Thermal figures for each Wh of a battery (assumed: 130 Wh/kg, 1000 J/(kg·K), 3.5 h time constant to the air).
const HEAT_CAPACITY_J_PER_K_PER_WH: f64 = 7.6;
const TO_AMBIENT_W_PER_K_PER_WH: f64 = 0.0006;
const TO_NEIGHBOUR_W_PER_K_PER_WH: f64 = 0.0004;
/// About 0.1 m² for 5 kWh at 7.5 W/(m²·K).
const OPEN_SIDE_W_PER_K_PER_WH: f64 = 0.000_15;

/// The bank; `celsius` is the temperature at which its batteries begin.
pub(super) fn bank(seed: u64, table: &BankTable, shape: &Shape, celsius: f64) -> BankParams {
    let batteries = shape.batteries() as usize;
    let cells_per_battery = usize::from(shape.model.cells);
    let series = shape.series as usize;
    let mut cells = Vec::with_capacity(batteries * cells_per_battery);
    for battery in 0..batteries {
        let soc = string_soc(seed, table, battery / series);
        for cell in 0..cells_per_battery {
            cells.push(draw_cell(seed, table, shape.model.capacity_ah, soc, battery, cell));
        }
    }
    BankParams {
        cells_per_battery,
        series,
        parallel: shape.parallel as usize,
        capacity_ah: shape.model.capacity_ah,
        battery_resistance_ohm: shape.model.resistance_ohm,
        wiring: wiring(table, shape),
        thermal: thermal(&table.thermal, shape.model.energy_wh),
        cells,
        battery_temperature_c: vec![celsius; batteries],
    }
}

fn wiring(table: &BankTable, shape: &Shape) -> Wiring {
    let given = &table.wiring;
    let milli = |ohm: f64| ohm / 1000.0;
    let mut extra_ohm = vec![0.0; shape.parallel as usize];
    for string in &table.string {
        extra_ohm[string.string as usize - 1] += milli(string.extra_mohm);
    }
    if extra_ohm.iter().all(|&ohm| ohm == 0.0) {
        extra_ohm.clear();
    }
    Wiring {
        layout: given.layout,
        string_ohm: milli(given.string_mohm),
        link_ohm: milli(given.link_mohm),
        bus_segment_ohm: if given.layout == Layout::EqualPaths { 0.0 } else { milli(given.segment_mohm()) },
        negative_bar_part: given.negative_bar_part,
        terminal_ohm: milli(given.terminal_mohm),
        extra_ohm,
        fuse: given.fuse.as_ref().map(|fuse| StringFuse {
            rated_a: fuse.rated_a,
            ohm: milli(fuse.mohm),
            melting: fuse.melting.clone(),
        }),
    }
}

/// What the file leaves out follows from the energy of a battery.
fn thermal(table: &ThermalTable, energy_wh: f64) -> Thermal {
    let given = |value: Option<f64>, per_wh: f64| value.unwrap_or(energy_wh * per_wh);
    Thermal {
        heat_capacity_j_per_k: given(table.heat_capacity_j_per_k, HEAT_CAPACITY_J_PER_K_PER_WH),
        to_ambient_w_per_k: given(table.to_ambient_w_per_k, TO_AMBIENT_W_PER_K_PER_WH),
        to_neighbour_w_per_k: given(table.to_neighbour_w_per_k, TO_NEIGHBOUR_W_PER_K_PER_WH),
        open_side_w_per_k: given(table.open_side_w_per_k, OPEN_SIDE_W_PER_K_PER_WH),
        per_row: table.per_row.unwrap_or(0) as usize,
    }
}

fn string_soc(seed: u64, table: &BankTable, string: usize) -> f64 {
    let given = table.string.iter().find(|other| other.string as usize == string + 1);
    let spread = stream(seed, Entity::String(string), "soc").normal_within(table.string_soc_spread, DEVIATIONS_MAX);
    given.and_then(|string| string.soc).unwrap_or(table.soc) + spread
}

fn draw_cell(seed: u64, table: &BankTable, rated_ah: f64, soc: f64, battery: usize, cell: usize) -> CellParams {
    let draw = |purpose: &str, deviation: f64| {
        stream(seed, Entity::Cell { battery, cell }, purpose).normal_within(deviation, DEVIATIONS_MAX)
    };
    let weak =
        table.weak_cell.iter().find(|weak| weak.battery as usize == battery + 1 && weak.cell as usize == cell + 1);
    let own = table.battery.iter().find(|other| other.battery as usize == battery + 1);
    let soc = own.and_then(|battery| battery.soc).unwrap_or(soc);
    let [capacity_factor, resistance_factor, self_discharge_factor] = {
        let weak = weak.map_or([1.0; 3], |w| [w.capacity_factor, w.resistance_factor, w.self_discharge_factor]);
        let own = own.map_or([1.0; 3], |b| [b.capacity_factor, b.resistance_factor, b.self_discharge_factor]);
        [weak[0] * own[0], weak[1] * own[1], weak[2] * own[2]]
    };
    let capacity_ah = rated_ah * table.capacity_factor * (1.0 + draw("capacity", table.capacity_spread));
    let per_month = table.self_discharge_per_month * (1.0 + draw("self-discharge", table.self_discharge_spread));
    CellParams {
        capacity_ah: capacity_ah * capacity_factor,
        resistance_factor: table.resistance_factor
            * (1.0 + draw("resistance", table.resistance_spread))
            * resistance_factor,
        soc: weak.and_then(|weak| weak.soc).unwrap_or_else(|| (soc + draw("soc", table.soc_spread)).clamp(0.0, 1.0)),
        self_discharge_a: capacity_ah * per_month * self_discharge_factor / HOURS_PER_MONTH,
    }
}

/// Measuring electronics of every battery (PLANT.md, measurement chain; errors drawn uniformly within their limits).
pub(super) fn electronics(seed: u64, table: &BankTable, bank: &BankParams) -> Vec<ElectronicsParams> {
    bank.cells
        .chunks(bank.cells_per_battery)
        .enumerate()
        .map(|(battery, cells)| {
            let draw = |purpose: &str| stream(seed, Entity::Battery(battery), purpose);
            let mut offsets = draw("cell offsets");
            let mut temperature = draw("temperature offsets");
            let missing_ah: f64 = cells.iter().map(|cell| (1.0 - cell.soc) * cell.capacity_ah).sum();
            let counted = 1.0 - missing_ah / (cells.len() as f64 * bank.capacity_ah);
            let error = draw("counter error").uniform(-1.0, 1.0) * table.counter_error;
            ElectronicsParams {
                cell_offset_mv: [0.0; CELLS_MAX].map(|_: f64| offsets.uniform(-3.0, 3.0)),
                temperature_offset_c: [0.0; 2].map(|_: f64| temperature.uniform(-1.0, 1.0)),
                current_gain: draw("current gain").uniform(-0.001, 0.001),
                current_offset_a: draw("current offset").uniform(-0.05, 0.05),
                initial_soc: (counted + error).clamp(0.0, 1.0),
            }
        })
        .collect()
}

/// Serial numbers: drawn, but never the same twice in a bank, because the place is their last byte.
pub(super) fn serials(seed: u64, batteries: u32) -> Vec<u32> {
    (0..batteries)
        .map(|battery| {
            let drawn = stream(seed, Entity::Battery(battery as usize), "serial").word();
            (drawn & 0x7fff_ff00) | 0x4000_0000 | battery
        })
        .collect()
}

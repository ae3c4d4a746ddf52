//! The product catalogue: battery models, the default figures of chargers and switchgear, the appliances of
//! households.
//!
//! Everything here is data (`data/batteries.toml`, `data/devices/`, `data/households/`), so that a product is
//! added without touching code. [`find`] looks up a built-in battery; [`Batteries::extended`]
//! adds those of a user's file, and so does [`Products::extended`] with
//! named products. Every figure carries a [`Sure`] letter.

mod batteries;
mod figures;
mod households;
mod products;

pub use batteries::{Batteries, BatteryModel, BatterySure, builtin, find};
pub use figures::{
    AlternatorFigures, BatteryProtectFigures, BmsFigures, ContactorFigures, CyrixChargeFigures, CyrixCtFigures,
    CyrixLoadFigures, DcDcFigures, DeviceFigures, EfficiencyPoint, Figure, InverterFigures, MainsChargerFigures,
    SolarChargerFigures, SpeedPoint, StarterBatteryFigures, Sure, figures,
};
pub use households::{Always, Appliances, Cycling, Household, Sourced, Use};
pub use products::{Product, Products, products};

/// Factor on the 12 V figures of devices: 1, 2 or 4 at a system voltage of 12, 24 or 48 V.
pub fn voltage_factor(system_voltage_v: u8) -> f64 {
    f64::from(system_voltage_v) / 12.0
}

/// 1-based line of a byte position.
fn line_of(text: &str, position: usize) -> usize {
    1 + text.as_bytes().iter().take(position).filter(|&&byte| byte == b'\n').count()
}

/// Line of a key inside the table that starts at a byte position; the table's own line if absent.
fn line_of_field(text: &str, table: usize, field: &str) -> usize {
    let first = line_of(text, table);
    text.lines()
        .enumerate()
        .skip(first)
        .take_while(|(_, line)| !line.trim_start().starts_with('['))
        .find(|(_, line)| line.split('=').next().is_some_and(|key| key.trim() == field))
        .map_or(first, |(index, _)| index + 1)
}

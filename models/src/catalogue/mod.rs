//! The product catalogue: battery models, and the default figures of chargers and switchgear.
//!
//! Everything here is data (`data/batteries.toml`, `data/devices/`), so that a product is
//! added without touching code. [`find`] looks up a built-in battery; [`Batteries::extended`]
//! adds those of a user's file. Every figure carries a [`Sure`] letter.

mod batteries;
mod figures;

pub use batteries::{Batteries, BatteryModel, BatterySure, builtin, find};
pub use figures::{
    AlternatorFigures, BatteryProtectFigures, BmsFigures, ContactorFigures, CyrixChargeFigures, CyrixCtFigures,
    CyrixLoadFigures, DcDcFigures, DeviceFigures, EfficiencyPoint, Figure, InverterFigures, MainsChargerFigures,
    SolarChargerFigures, SpeedPoint, StarterBatteryFigures, Sure, figures,
};

/// Factor on the 12 V figures of devices: 1, 2 or 4 at a system voltage of 12, 24 or 48 V.
pub fn voltage_factor(system_voltage_v: u8) -> f64 {
    f64::from(system_voltage_v) / 12.0
}

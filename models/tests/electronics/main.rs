//! The batteries' own electronics: measuring, counting charge, balancing, status bits. One file per behaviour.

mod balancer;
mod bounds;
mod charge_counter;
mod envelope;
mod measurement;
mod noise;
mod status;

use ngbank_models::electronics::{BatteryRating, CELLS_MAX, Electronics, ElectronicsParams};

/// A word of noise in whose four bytes the sum is exactly the centre: no noise.
pub const SILENT: [u32; CELLS_MAX] = [0x8080_7f7f; CELLS_MAX];

/// 25.6 V 200 Ah (catalogue).
pub fn rating() -> BatteryRating {
    BatteryRating { cells: 8, capacity_ah: 200.0, pulse_charge_a: 400.0, pulse_discharge_a: 400.0 }
}

/// Electronics with these errors.
pub fn electronics(params: &ElectronicsParams) -> Electronics {
    Electronics::new(params, rating())
}

/// Electronics without any error, half full.
pub fn ideal() -> Electronics {
    electronics(&ElectronicsParams::ideal(0.5))
}

//! Thermal nodes: one alone against its closed form, a row against conservation of heat.

use crate::common::{bank, flat, plant, run};
use ngbank_models::circuit::Branch;
use ngbank_models::plant::Thermal;
use ngbank_models::thermal::ThermalRow;
use ngbank_models::time::HOUR;

#[test]
fn a_warm_battery_cools_exponentially() {
    let mut params = bank(4, 1, 1, 100.0, 0.5);
    params.battery_temperature_c = vec![45.0];
    let mut plant = plant(&params, &flat(), 1);
    plant.set_ambient_c(5.0);
    let tau = 40_000.0 / 2.0;
    run(&mut plant, &[Branch::Open], &[], 12 * HOUR, |plant, end| {
        let expected = 5.0 + 40.0 * libm::exp(-(end as f64 * 1e-6) / tau);
        let celsius = plant.battery_temperature(0, end);
        assert!((celsius - expected).abs() < 0.01, "{celsius} °C, expected {expected} °C");
    });
}

#[test]
fn losses_warm_an_insulated_battery() {
    let mut params = bank(4, 1, 1, 100.0, 0.5);
    params.thermal.to_ambient_w_per_k = 0.0;
    let mut plant = plant(&params, &flat(), 1);
    let mut celsius = 0.0;
    run(&mut plant, &[Branch::Current { amps: -100.0 }], &[], HOUR / 2, |plant, end| {
        celsius = plant.battery_temperature(0, end);
    });
    // i²·(R0·t + R1·(t − τ1) + R2·(t − τ2·(1 − e^(−t/τ2)))) of four cells.
    let t = 1800.0;
    let lag = |tau: f64| t + tau * libm::expm1(-t / tau);
    let joule = 4.0 * 1e4 * (0.0005 * t + 0.0003 * lag(30.0) + 0.0006 * lag(600.0));
    let expected = 25.0 + joule / 40_000.0;
    assert!((celsius - expected).abs() < 0.002, "{celsius} °C, expected {expected} °C");
}

#[test]
fn neighbours_exchange_heat_without_losing_it() {
    let node = Thermal { heat_capacity_j_per_k: 1e4, to_ambient_w_per_k: 0.0, to_neighbour_w_per_k: 3.0 };
    let mut row = ThermalRow::new(5, node);
    let mut now = vec![50.0, 20.0, 20.0, 20.0, 10.0];
    let mut next = vec![0.0; 5];
    for _ in 0..2000 {
        row.step(600.0, -40.0, &[0.0; 5], &now, &mut next);
        std::mem::swap(&mut now, &mut next);
        assert!((now.iter().sum::<f64>() - 120.0).abs() < 1e-9, "{now:?}");
    }
    assert!(now.iter().all(|celsius| (celsius - 24.0).abs() < 1e-6), "{now:?}");
}

//! Thermal nodes: one alone and a row against their closed forms, rows and stacks against conservation of heat.

use crate::common::{bank, flat, plant, run};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::Thermal;
use ngbank_models::thermal::ThermalGrid;
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

/// Set A with a flat OCV that changes with temperature, and with hysteresis.
fn reversible_and_hysteretic() -> CellSet {
    let text = include_str!("../../data/reference/set_a.toml");
    let from = text.find("ocv_v").expect("table");
    let to = text.find("[r0]").expect("next table");
    let tables = "ocv_v = [3.3, 3.3]\ndocv_dt_v_per_k = [2e-4, 2e-4]\nhysteresis_half_width_v = [0.02, 0.02]\n";
    let text = format!("{}{tables}{}", &text[..from], &text[to..]);
    CellSet::from_toml(&text.replace("hysteresis_rate = 0.0", "hysteresis_rate = 50.0")).expect("valid")
}

/// Discharging cools by `i·T·dOCV/dT` and warms by `i·M·h`; what the resistances do is the test before.
#[test]
fn entropy_and_hysteresis_are_heat() {
    let mut params = bank(4, 1, 1, 100.0, 0.5);
    params.thermal.to_ambient_w_per_k = 0.0;
    let celsius_after = |set: &CellSet| {
        let mut plant = plant(&params, set, 1);
        let mut celsius = 0.0;
        run(&mut plant, &[Branch::Current { amps: -20.0 }], &[], HOUR, |plant, end| {
            celsius = plant.battery_temperature(0, end);
        });
        celsius
    };
    let found = celsius_after(&reversible_and_hysteretic()) - celsius_after(&flat());
    // Four cells; h goes from 0 to −1 with e^(−γ·charge/capacity), charge 20 Ah of 100.
    let charge = 72_000.0;
    let hysteresis = 0.02 * (charge + 360_000.0 / 50.0 * libm::expm1(-50.0 * 0.2));
    let expected = 4.0 * (hysteresis - charge * 298.15 * 2e-4) / 40_000.0;
    // A step may take the hysteresis of its start for the whole of it.
    assert!((found - expected).abs() < 1e-2, "{found} K, expected {expected} K");
}

fn node(open_side_w_per_k: f64, per_row: usize) -> Thermal {
    Thermal {
        heat_capacity_j_per_k: 1e4,
        to_ambient_w_per_k: 0.5,
        to_neighbour_w_per_k: 3.0,
        open_side_w_per_k,
        per_row,
    }
}

/// Steps of `h` seconds from these temperatures on; air of 0 °C.
fn steps(grid: &mut ThermalGrid, watts: &[f64], now: &mut Vec<f64>, h: f64, count: usize) {
    let mut next = now.clone();
    for _ in 0..count {
        grid.step(h, 0.0, watts, now, &mut next);
        std::mem::swap(now, &mut next);
    }
}

#[test]
fn neighbours_exchange_heat_without_losing_it() {
    for per_row in [0, 2, 3] {
        let isolated = Thermal { to_ambient_w_per_k: 0.0, ..node(0.0, per_row) };
        let mut grid = ThermalGrid::new(5, isolated);
        let mut now = vec![50.0, 20.0, 20.0, 20.0, 10.0];
        for _ in 0..2000 {
            steps(&mut grid, &[0.0; 5], &mut now, 600.0, 1);
            assert!((now.iter().sum::<f64>() - 120.0).abs() < 1e-9, "{per_row} per row: {now:?}");
        }
        assert!(now.iter().all(|celsius| (celsius - 24.0).abs() < 1e-6), "{per_row} per row: {now:?}");
    }
}

/// Equal heat in a row: `T_j = P/a + B·(λ^j + λ^(n−1−j))`, where `k·(λ − 2 + 1/λ) = a` and the ends, which lose `b`
/// more, give B.
#[test]
fn a_row_at_rest_is_the_closed_form() {
    let (a, k, b, watts, n) = (0.5_f64, 3.0, 1.5, 20.0, 50_i32);
    let mut grid = ThermalGrid::new(50, node(b, 0));
    let mut now = vec![0.0; 50];
    steps(&mut grid, &[watts; 50], &mut now, 2000.0, 500);
    let half = 1.0 + a / (2.0 * k);
    let lambda: f64 = half - (half * half - 1.0).sqrt();
    let power = |exponent: i32| libm::pow(lambda, f64::from(exponent));
    let shape = |j: i32| power(j) + power(n - 1 - j);
    // k·(T_1 − T_0) − (a + b)·T_0 + P = 0.
    let factor = (b * watts / a) / (k * (shape(1) - shape(0)) - (a + b) * shape(0));
    for (j, celsius) in (0..n).zip(&now) {
        let expected = watts / a + factor * shape(j);
        assert!((celsius - expected).abs() < 1e-9, "battery {j}: {celsius} °C, expected {expected} °C");
    }
    assert!(now[25] > now[0] + 15.0, "the middle is warmer: {} and {} °C", now[25], now[0]);
}

/// Ten rows of five. At rest what the nodes give to the air is what they are given, and every node balances.
#[test]
fn a_stack_of_fifty_is_warmest_in_its_middle() {
    let mut grid = ThermalGrid::new(50, node(1.5, 5));
    let mut now = vec![0.0; 50];
    steps(&mut grid, &[20.0; 50], &mut now, 2000.0, 500);
    for j in 0..50_usize {
        let (row, column) = (j / 5, j % 5);
        let mut open = 0.0;
        let mut inward = 0.0;
        for (inside, other) in
            [(column > 0, j.wrapping_sub(1)), (column < 4, j + 1), (row > 0, j.wrapping_sub(5)), (row < 9, j + 5)]
        {
            if inside {
                inward += 3.0 * (now[other] - now[j]);
            } else {
                open += 1.5;
            }
        }
        let balance = 20.0 + inward - (0.5 + open) * now[j];
        assert!(balance.abs() < 1e-9, "battery {j} takes {balance} W more than it gives");
    }
    let (corner, middle) = (now[0], now[22]);
    println!("corner {corner:.2} °C, middle {middle:.2} °C");
    assert!(now.iter().all(|&celsius| (corner..=middle).contains(&celsius)), "{now:?}");
    assert!(middle > corner + 5.0, "{middle} and {corner} °C");
}

/// Halving the step divides the error by four, along the rows and across them.
#[test]
fn the_stack_is_of_order_two() {
    let after_an_hour = |h: f64| {
        let mut grid = ThermalGrid::new(12, node(1.5, 4));
        let mut now: Vec<f64> = (0..12).map(|j| f64::from(j * j % 7)).collect();
        let watts: Vec<f64> = (0..12).map(|j| f64::from(j % 5) * 10.0).collect();
        steps(&mut grid, &watts, &mut now, h, (3600.0 / h) as usize);
        now
    };
    let exact = after_an_hour(0.5);
    let error = |h: f64| {
        let now = after_an_hour(h);
        now.iter().zip(&exact).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let ratio = error(300.0) / error(150.0);
    assert!((3.5..4.5).contains(&ratio), "{ratio}");
}

/// The batteries of a real stack, discharged at half their rate.
#[test]
fn the_middle_of_a_discharged_stack_is_warmer() {
    let mut params = bank(8, 2, 25, 200.0, 1.0);
    params.battery_resistance_ohm = 0.002;
    params.thermal.open_side_w_per_k = 1.0;
    params.thermal.per_row = 5;
    let mut plant = plant(&params, &CellSet::ng(), 1);
    let mut celsius = vec![0.0; 50];
    run(&mut plant, &[Branch::Current { amps: -2500.0 }], &[], 3 * HOUR / 2, |plant, end| {
        for (b, celsius) in celsius.iter_mut().enumerate() {
            *celsius = plant.battery_temperature(b, end);
        }
    });
    println!("corner {:.2} °C, middle {:.2} °C", celsius[0], celsius[22]);
    assert!(celsius[0] > 25.5 && celsius[22] > celsius[0] + 0.5, "{celsius:.2?}");
}

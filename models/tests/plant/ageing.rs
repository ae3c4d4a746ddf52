//! Ageing against the closed forms of its law, and its independence of the plant's steps.

use crate::common::{bank, run};
use ngbank_models::ageing::{Ageing, Health};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::Plant;
use ngbank_models::time::{HOUR, MINUTE, Micros};

const YEAR: Micros = 8_766 * HOUR;

/// A cell that rests for so many years.
fn rested(years: u64, celsius: f64, soc: f64) -> Health {
    let mut ageing = Ageing::new(1, 1);
    for hour in 0..=years * YEAR / HOUR {
        ageing.sample(hour * HOUR, 0, celsius, &[soc]);
    }
    ageing.health(0, 0)
}

/// Losses in % after 1 and 10 years, as published with the law's constants (SimSES).
#[test]
fn rest_costs_what_the_law_says() {
    for (celsius, soc, one, ten) in [
        (10.0, 0.5, 2.95, 9.3),
        (25.0, 0.2, 3.7, 11.7),
        (25.0, 0.5, 4.25, 13.4),
        (25.0, 1.0, 6.8, 21.4),
        (35.0, 0.5, 5.3, 16.8),
        (45.0, 0.5, 6.6, 20.8),
        (45.0, 1.0, 10.5, 33.1),
    ] {
        let found = [1, 10].map(|years| 100.0 * rested(years, celsius, soc).calendar_loss);
        println!("{celsius} °C, {soc}: {found:.2?} %");
        assert!((found[0] - one).abs() <= 0.051 && (found[1] - ten).abs() <= 0.051, "{celsius} °C, {soc}: {found:?}");
    }
    let growth = [25.0, 45.0].map(|celsius| 100.0 * (rested(10, celsius, 0.5).resistance - 1.0));
    assert!((growth[0] - 16.8).abs() < 0.06 && (growth[1] - 104.0).abs() < 0.6, "{growth:?}");
}

/// The square adds up where the stress changes: five years at 10 °C and five at 45 °C, in either order.
#[test]
fn the_order_of_years_does_not_matter() {
    let [cool, hot] = [10.0, 45.0].map(|celsius| rested(5, celsius, 0.5).calendar_loss);
    let expected = (cool * cool + hot * hot).sqrt();
    for first in [10.0, 45.0] {
        let mut ageing = Ageing::new(1, 1);
        for hour in 0..=10 * YEAR / HOUR {
            let celsius = if hour < 5 * YEAR / HOUR { first } else { 55.0 - first };
            ageing.sample(hour * HOUR, 0, celsius, &[0.5]);
        }
        let found = ageing.health(0, 0).calendar_loss;
        assert!((found / expected - 1.0).abs() < 1e-4, "{found}, expected {expected}");
    }
}

/// Loss in % after 1000 and 5000 full equivalent cycles at 0.5C (SimSES).
#[test]
fn cycles_cost_what_the_law_says() {
    for (depth, one, five) in [(0.2, 3.4, 7.6), (0.5, 4.4, 9.9), (0.8, 4.6, 10.2), (1.0, 5.5, 12.3)] {
        let mut ageing = Ageing::new(1, 1);
        let half = (depth / 0.5 * HOUR as f64) as Micros;
        let cycles = |full: f64| (full / depth).round() as Micros;
        let mut found = Vec::new();
        for n in 0..=2 * cycles(5000.0) + 1 {
            let soc = if n % 2 == 0 { 0.5 - 0.5 * depth } else { 0.5 + 0.5 * depth };
            ageing.sample(n * half, 0, 25.0, &[soc]);
            if n == 2 * cycles(1000.0) + 1 || n == 2 * cycles(5000.0) + 1 {
                found.push(100.0 * ageing.health(0, 0).cycle_loss);
            }
        }
        println!("depth {depth}: {found:.2?} %");
        assert!((found[0] - one).abs() <= 0.051 && (found[1] - five).abs() <= 0.051, "depth {depth}: {found:?}");
    }
}

/// A ripple on a deep cycle leaves it one deep cycle.
#[test]
fn a_small_cycle_does_not_cut_a_deep_one() {
    let deep = |dip: f64| {
        let mut ageing = Ageing::new(1, 1);
        for (minute, soc) in (0..).zip([0.9, 0.1, 0.5, 0.5 - dip, 0.9, 0.1, 0.95]) {
            ageing.sample(minute * 30 * MINUTE, 0, 25.0, &[soc]);
        }
        ageing.health(0, 0).cycle_loss
    };
    let (plain, rippled) = (deep(0.0), deep(0.05));
    assert!(rippled > plain && rippled < 1.1 * plain, "{plain} and {rippled}");
}

/// Two days of 0.4C back and forth on the plant, aged and sampled every hour; the plant may go `longest` at once.
fn two_days(longest: Micros, tolerance_v: f64) -> (Plant, Health) {
    let mut params = bank(4, 1, 1, 100.0, 0.5);
    params.cells[2].capacity_ah = 80.0;
    let mut plant = Plant::new(&params, &CellSet::ng(), 1, tolerance_v).expect("valid");
    let mut ageing = Ageing::new(1, 4);
    for hour in 0..48 {
        let soc: Vec<f64> = (0..4).map(|c| plant.soc(0, c)).collect();
        if ageing.sample(plant.time(), 0, plant.celsius(0), &soc) {
            (0..4).for_each(|c| plant.set_health(0, c, &ageing.health(0, c)));
        }
        let amps = if hour % 2 == 0 { 40.0 } else { -40.0 };
        while plant.time() < (hour + 1) * HOUR {
            let until = (plant.time() + longest).min((hour + 1) * HOUR);
            run(&mut plant, &[Branch::Current { amps }], &[], until, |_, _| {});
        }
    }
    let health = ageing.health(0, 2);
    (plant, health)
}

#[test]
fn ageing_does_not_depend_on_the_steps_of_the_plant() {
    let (coarse, aged) = two_days(HOUR, 1e-2);
    let (fine, same) = two_days(600_000, 1e-4);
    let ratio = fine.steps() as f64 / coarse.steps() as f64;
    println!("{} and {} steps: {aged:?}, {same:?}", coarse.steps(), fine.steps());
    assert!(ratio >= 100.0, "{ratio} times as many steps");
    assert!((aged.calendar_loss / same.calendar_loss - 1.0).abs() < 1e-3, "{aged:?}, {same:?}");
    assert!((aged.cycle_loss / same.cycle_loss - 1.0).abs() < 1e-3, "{aged:?}, {same:?}");
    assert!(((aged.resistance - 1.0) / (same.resistance - 1.0) - 1.0).abs() < 1e-2, "{aged:?}, {same:?}");
    assert!(aged.cycle_loss > 1e-3 && aged.calendar_loss > 1e-3, "{aged:?}");
}

#[test]
fn fade_creates_no_charge_and_growth_is_seen_at_the_terminals() {
    let (plant, _) = two_days(HOUR, 1e-4);
    assert!(plant.accounts().balance_error() < 1e-12, "{:e}", plant.accounts().balance_error());

    let mut plant = Plant::new(&bank(4, 1, 1, 100.0, 0.5), &CellSet::ng(), 1, 1e-4).expect("valid");
    let drop = |plant: &mut Plant| {
        let mut volts = [0.0, -100.0].map(|amps| {
            plant.solve(&[Branch::Current { amps }]).expect("a current has a root");
            plant.bus_volts()
        });
        volts[1] -= volts[0];
        volts
    };
    let [rest, fresh] = drop(&mut plant);
    let stored = plant.accounts().stored;
    let health = Health { calendar_loss: 0.15, cycle_loss: 0.05, resistance: 1.5 };
    (0..4).for_each(|c| plant.set_health(0, c, &health));
    assert!((plant.soc(0, 0) - 0.5 / 0.8).abs() < 1e-12, "the same charge in less capacity: {}", plant.soc(0, 0));
    assert_eq!(plant.accounts().stored, stored);
    let [higher, aged] = drop(&mut plant);
    let set = CellSet::ng();
    let rise = 4.0 * (set.ocv_volts(0.625, 25.0) - set.ocv_volts(0.5, 25.0));
    assert!((higher - rest - rise).abs() < 1e-9, "{higher} V, {rest} V");
    // R0 hardly depends on the state of charge here (0.6 %).
    assert!((aged / fresh - 1.5).abs() < 0.02, "{aged} V, {fresh} V");
}

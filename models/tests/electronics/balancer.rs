//! PLANT.md "Balancer".

use crate::{electronics, ideal};
use ngbank_models::electronics::{BalanceState, Electronics, ElectronicsParams};

fn with_one_high(low_v: f64, above_mv: f64) -> [f64; 8] {
    let mut cells = [low_v; 8];
    cells[6] = low_v + above_mv * 1e-3;
    cells
}

fn bleed(electronics: &mut Electronics, cells: &[f64; 8], temperature_c: f64) -> f64 {
    electronics.tick(cells, 0.0, temperature_c);
    electronics.bleed_a()[6]
}

#[test]
fn bleeds_the_cell_that_is_10_mv_above_the_lowest() {
    let mut battery = ideal();
    assert_eq!(bleed(&mut battery, &with_one_high(3.42, 9.5), 20.0), 0.0);
    // 3.431 V over 3.5 Ω, in steps of 10 mA.
    assert_eq!(bleed(&mut battery, &with_one_high(3.42, 11.0), 20.0), 0.98);
    assert_eq!(battery.bleed_a()[..6], [0.0; 6]);
    assert_eq!(battery.bleed_a().len(), 8);
    assert_eq!(battery.balancer().state(), BalanceState::Balancing);
}

#[test]
fn stops_at_5_mv() {
    let mut battery = ideal();
    assert!(bleed(&mut battery, &with_one_high(3.42, 11.0), 20.0) > 0.0);
    assert!(bleed(&mut battery, &with_one_high(3.42, 5.5), 20.0) > 0.0);
    assert_eq!(bleed(&mut battery, &with_one_high(3.42, 4.5), 20.0), 0.0);
    assert_eq!(battery.balancer().state(), BalanceState::Balanced);
    assert_eq!(bleed(&mut battery, &with_one_high(3.42, 9.5), 20.0), 0.0);
}

#[test]
fn the_threshold_rises_to_50_mv_at_3_30_v() {
    // The high cell at 3.35 V: half way, 30 mV.
    assert_eq!(bleed(&mut ideal(), &with_one_high(3.321, 29.0), 20.0), 0.0);
    assert!(bleed(&mut ideal(), &with_one_high(3.319, 31.0), 20.0) > 0.0);
    // Below 3.30 V never.
    assert_eq!(bleed(&mut ideal(), &with_one_high(3.0, 290.0), 20.0), 0.0);
}

#[test]
fn decides_on_its_own_readings() {
    let mut params = ElectronicsParams::ideal(0.5);
    params.cell_offset_mv[6] = 3.0;
    params.cell_offset_mv[0] = -3.0;
    assert!(bleed(&mut electronics(&params), &with_one_high(3.42, 5.0), 20.0) > 0.0);
}

#[test]
fn stops_in_the_cold_and_tapers_in_the_heat() {
    let at = |celsius| bleed(&mut ideal(), &with_one_high(3.45, 50.0), celsius);
    assert_eq!(at(-0.1), 0.0);
    assert_eq!(at(0.1), 1.0);
    assert_eq!(at(45.0), 1.0);
    assert_eq!(at(50.0), 0.5);
    assert_eq!(at(55.0), 0.0);
}

#[test]
fn pulls_the_whole_battery_down_above_3_55_v_mean() {
    let mut battery = ideal();
    assert!(!battery.tick(&[3.549; 8], 0.0, 20.0).bleed);
    assert!(battery.tick(&[3.551; 8], 0.0, 20.0).bleed);
    assert_eq!(battery.bleed_a(), [0.5; 8]);
    battery.tick(&[3.546; 8], 0.0, 20.0);
    assert_eq!(battery.bleed_a(), [0.5; 8], "hysteresis");
    battery.tick(&[3.544; 8], 0.0, 20.0);
    assert_eq!(battery.bleed_a(), [0.0; 8]);
}

#[test]
fn a_current_is_held_while_the_cell_moves_a_little() {
    let mut battery = ideal();
    let mut changes = 0;
    for tick in 0..100_u32 {
        // ±2 mV around the edge between two steps of 10 mA.
        let wiggle_mv = f64::from(tick % 5) - 2.0;
        let cells = with_one_high(3.40, 67.5 + wiggle_mv);
        changes += u32::from(battery.tick(&cells, 0.0, 20.0).bleed);
    }
    assert_eq!(changes, 1);
}

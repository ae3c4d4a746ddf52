//! TEMP: too cold or too hot floats CHARGER, far too cold or too hot floats LOAD.

use crate::bench::{NONE, Plant, Ramp, Run, config, failed, passed};
use ngbank_sim::oracle::Property::Temp;

fn celsius(points: &[(f64, f64)]) -> Plant {
    Plant { celsius: Ramp::through(points), ..Plant::default() }
}

fn cold() -> Run {
    Run::started(celsius(&[(100.0, 20.0), (110.0, 0.0), (200.0, 0.0), (210.0, 20.0)]))
}

#[test]
fn cold_morning_passes() {
    // 5 °C at 107.5 s, 7 °C again at 203.5 s.
    let mut run = cold();
    run.pins(107.9, "L", [&[], &[4], &[]]);
    run.pins(203.9, "LC", NONE);
    passed(&run.end(300.0), Temp);
}

#[test]
fn charging_in_the_cold_fails() {
    failed(&cold().end(150.0), Temp, "CHARGER is still High");
}

#[test]
fn missing_recovery_fails() {
    let mut run = cold();
    run.pins(107.9, "L", [&[], &[4], &[]]);
    failed(&run.end(300.0), Temp, "recovery missing");
}

#[test]
fn unjustified_cut_fails() {
    let mut run = Run::started(celsius(&[(0.0, 6.5)]));
    run.pins(107.9, "L", [&[], &[4], &[]]);
    failed(&run.end(108.0), Temp, "OUT-4");
}

#[test]
fn heat_cuts_both_directions() {
    let plant = celsius(&[(100.0, 20.0), (110.0, 60.0), (200.0, 60.0), (210.0, 20.0)]);
    let mut run = Run::started(plant);
    let mut one_missing = run.clone();
    // 50 °C at 107.5 s, 48 °C again at 203 s.
    run.pins(107.8, "", [&[6], &[5], &[]]);
    run.pins(203.5, "LC", NONE);
    passed(&run.end(300.0), Temp);
    one_missing.pins(107.8, "L", [&[], &[5], &[]]);
    failed(&one_missing.end(150.0), Temp, "LOAD is still High");
}

#[test]
fn a_row_that_another_row_hides_must_still_be_reported() {
    // CHARGER floats for OV already; OUT-5 is missing.
    let plant =
        Plant { cell_v: Ramp::through(&[(90.0, 3.3), (91.0, 3.8)]), ..celsius(&[(100.0, 20.0), (110.0, 60.0)]) };
    let mut run = Run::started(plant);
    run.pins(92.1, "L", [&[], &[3], &[]]);
    run.pins(107.8, "", [&[6], &[3], &[]]);
    failed(&run.end(150.0), Temp, "OUT-5 is not reported");
}

#[test]
fn the_batteries_own_bit_cuts_charging_below_0_degrees() {
    // COM-6: a setting of −20 °C does not let the BMS charge a battery that says it is too cold.
    let mut config = config();
    config.limits.charge_min_dc = -200;
    let plant = celsius(&[(100.0, 20.0), (110.0, -5.0)]);
    let mut run = Run::started_with(config, plant);
    let uncut = run.clone();
    run.pins(108.4, "L", [&[], &[4], &[]]);
    passed(&run.end(150.0), Temp);
    failed(&uncut.end(150.0), Temp, "CHARGER is still High");
}

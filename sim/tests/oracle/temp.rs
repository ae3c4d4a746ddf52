//! TEMP: too cold or too hot floats CHARGER, far too cold or too hot floats LOAD.

use crate::bench::{NONE, Plant, Ramp, Run, config, failed, passed};
use ngbank_sim::oracle::Property::{Com, Temp};
use ngbank_sim::oracle::WorldEvent;

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

/// A sensor of battery 1 reads this from 100 s to 200 s; the battery has 20 °C.
fn sensor(celsius: f64) -> Run {
    let mut run = Run::started(Plant::default());
    run.until(100.0);
    run.world(100.0, WorldEvent::TemperatureFault { battery: 1, sensor: 0, stuck_c: Some(celsius) });
    run
}

fn mended(run: &mut Run) {
    run.world(200.0, WorldEvent::TemperatureFault { battery: 1, sensor: 0, stuck_c: None });
}

#[test]
fn the_coldest_and_the_hottest_sensor_count_by_themselves() {
    for (celsius, high, causes) in [(1.0, "L", [&[][..], &[4], &[]]), (55.0, "", [&[6], &[5], &[]])] {
        let mut run = sensor(celsius);
        failed(&run.clone().end(150.0), Temp, "is still High");
        run.pins(100.6, high, causes);
        mended(&mut run);
        run.pins(200.6, "LC", NONE);
        passed(&run.end(300.0), Temp);
    }
}

#[test]
fn a_sensor_without_a_reading_makes_its_battery_untrusted() {
    let mut run = sensor(-100.0);
    failed(&run.clone().end(150.0), Com, "COM-4");
    run.pins(101.1, "", [&[9], &[9], &[]]);
    mended(&mut run);
    run.pins(210.0, "LC", NONE);
    passed(&run.end(300.0), Com);
}

/// 4.5 °C is cold beyond doubt only below 3.9 °C; once the core has said so, it must say so up to 7 °C.
#[test]
fn a_cause_without_hysteresis_fails() {
    let mut run =
        Run::started(celsius(&[(100.0, 20.0), (110.0, 4.5), (120.0, 4.5), (121.0, 5.5), (200.0, 5.5), (210.0, 20.0)]));
    run.pins(110.9, "L", [&[], &[4], &[]]);
    let mut held = run.clone();
    run.pins(121.2, "LC", NONE);
    failed(&run.end(300.0), Temp, "OUT-4 is dropped");
    held.pins(201.6, "LC", NONE);
    passed(&held.end(300.0), Temp);
}

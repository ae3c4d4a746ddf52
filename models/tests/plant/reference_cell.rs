//! Set A against a Runge–Kutta trajectory of order 8: 1C from full to 2.80 V.

use crate::common::{bank, plant, run, set_a};
use ngbank_models::circuit::{Branch, Guard, Quantity, When};
use ngbank_models::time::{HOUR, Micros, SECOND};

/// (t, V) rows; the file's current discharges, the code's charges.
fn reference() -> Vec<(Micros, f64)> {
    let mut reader = csv::Reader::from_reader(include_str!("../data/ref_A_cc1C.csv").as_bytes());
    let rows = reader.records().map(|row| {
        let row = row.expect("a row");
        let field = |n: usize| row[n].parse::<f64>().expect("a number");
        ((field(0) * 1e6) as Micros, field(1))
    });
    rows.collect()
}

#[test]
fn one_c_discharge_follows_the_reference() {
    let rows = reference();
    let mut plant = plant(&bank(1, 1, 1, 100.0, 1.0), &set_a(), 1);
    let last = rows.last().expect("rows").0;
    let (mut largest, mut squares, mut seen) = (0.0_f64, 0.0, 0);
    run(&mut plant, &[Branch::Current { amps: -100.0 }], &[], last, |plant, end| {
        for &(t, volts) in rows.iter().filter(|row| plant.time() < row.0 && row.0 <= end) {
            let error = (plant.cell_volts(0, 0, t) - volts).abs();
            largest = largest.max(error);
            squares += error * error;
            seen += 1;
        }
    });
    let rms = (squares / f64::from(seen)).sqrt();
    println!("{seen} rows, {} steps: max {:.1} µV, rms {:.1} µV", plant.steps(), largest * 1e6, rms * 1e6);
    assert!(seen > 100, "{seen} rows compared");
    assert!(largest <= 1e-4, "max {largest:e} V");
    assert!(rms <= 3e-5, "rms {rms:e} V");
}

/// The reference's exact instant of 2.80 V is 3507.050 630 6 s (`ref_A_cc1C.json`).
#[test]
fn the_cut_off_is_located_in_time() {
    let mut plant = plant(&bank(1, 1, 1, 100.0, 1.0), &set_a(), 1);
    let guard = Guard { device: 0, quantity: Quantity::BusVolts, limit: 2.8, when: When::Below };
    let fired = run(&mut plant, &[Branch::Current { amps: -100.0 }], &[guard], 2 * HOUR, |_, _| {});
    assert_eq!(fired, Some(0));
    let expected = 3_507_050_631_i64;
    let off = plant.time() as i64 - expected;
    println!("{off} µs off, {} V", plant.bus_volts());
    assert!(off.abs() <= 1_000, "{off} µs off");
    assert!(plant.time() > SECOND && (plant.bus_volts() - 2.8).abs() <= 1e-4);
}

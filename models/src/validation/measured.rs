//! Measured cells against the plant with the parameters fitted to them: A123 26650, cycled from full to empty.
//!
//! The fit is embedded; the measurements (G. L. Plett, ESC toolbox, CC BY-NC-SA 4.0) are read from a folder that the user
//! names, because their licence does not allow a copy here.

use std::path::Path;

use serde::Deserialize;

use super::case::{self, Accuracy, run};
use super::check::{Check, Curve, Errors, Line, Report};
use super::data::json;
use crate::cell::CellSet;
use crate::circuit::Branch;
use crate::time::{Micros, SECOND};

/// The tests that are compared: chamber temperature, °C, and file in the folder of the measurements.
const TESTS: [(f64, &str); 2] = [(-5.0, "lfp_a123_26650_dynamic_n05c.csv"), (25.0, "lfp_a123_26650_dynamic_p25c.csv")];

/// How much worse than the fit's own figure the plant may be.
const SHARE: f64 = 1.1;

/// Our fit: two RC pairs and hysteresis per temperature.
#[derive(Deserialize)]
struct Fit {
    temperature_c: Vec<f64>,
    soc_knots: Vec<f64>,
    capacity_ah: Capacity,
    coulombic_efficiency: Capacity,
    ocv_v: Vec<Vec<f64>>,
    hysteresis: Hysteresis,
    r0_ohm: Vec<Vec<f64>>,
    r1_ohm: Vec<Vec<f64>>,
    r2_discharge_ohm: Vec<Vec<f64>>,
    r2_charge_ohm: Vec<Vec<f64>>,
    tau1_s: Vec<f64>,
    tau2_s: Vec<f64>,
    rms_error_v: Rms,
}

#[derive(Deserialize)]
struct Capacity {
    dynamic_test: Vec<f64>,
}

#[derive(Deserialize)]
struct Hysteresis {
    gamma: f64,
    half_width_v: Vec<f64>,
}

#[derive(Deserialize)]
struct Rms {
    dynamic_test_fit_range: Vec<f64>,
    fit_range_soc_low: Vec<f64>,
}

/// A row of a measurement.
struct Row {
    time_s: f64,
    current_a: f64,
    voltage_v: f64,
}

/// A measurement that is there but cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredError {
    /// The file cannot be read as a table.
    #[error("{file}: {source}")]
    Table {
        /// Which file.
        file: String,
        /// Why.
        source: csv::Error,
    },
    /// A column is missing.
    #[error("{file}: no column {column}: needed are time_s, current_a (positive charges) and voltage_v")]
    Column {
        /// Which file.
        file: String,
        /// Which column.
        column: &'static str,
    },
    /// A value is not allowed.
    #[error("{file}:{line}: {column} = {value:?} – allowed: {allowed}")]
    Value {
        /// Which file.
        file: String,
        /// Which line.
        line: u64,
        /// Which column.
        column: &'static str,
        /// What is there.
        value: String,
        /// What may be there.
        allowed: &'static str,
    },
}

/// Compares with the measurements in `folder` or in its subfolder `nc_sa`; those that are absent are skipped.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn compare(folder: Option<&Path>) -> Result<Report, MeasuredError> {
    let fit: Fit = json(include_str!("../../data/reference/fit_a123_26650.json"));
    let mut report = Report::default();
    for (celsius, file) in TESTS {
        let case = format!("measured A123 26650, {celsius} °C");
        let places = folder.into_iter().flat_map(|folder| [folder.join(file), folder.join("nc_sa").join(file)]);
        match places.into_iter().find(|path| path.is_file()) {
            Some(path) => {
                report.add(cycling(&case, &fit, celsius, &read(&path)?));
            }
            None => report.checks.push(Check::skipped(&case, "voltage, RMS", "data not present")),
        }
    }
    Ok(report)
}

/// The rows of a file: finite numbers, times that ascend.
fn read(path: &Path) -> Result<Vec<Row>, MeasuredError> {
    let file = path.display().to_string();
    let table = |source| MeasuredError::Table { file: file.clone(), source };
    let mut reader = csv::Reader::from_path(path).map_err(table)?;
    let header = reader.headers().map_err(table)?.clone();
    let place = |column| {
        let found = header.iter().position(|name| name == column);
        found.map(|n| (n, column)).ok_or_else(|| MeasuredError::Column { file: file.clone(), column })
    };
    let (time, current, voltage) = (place("time_s")?, place("current_a")?, place("voltage_v")?);
    let mut rows: Vec<Row> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(table)?;
        let refuse = |(n, column): (usize, &'static str), allowed| MeasuredError::Value {
            file: file.clone(),
            line: record.position().map_or(0, csv::Position::line),
            column,
            value: record[n].to_owned(),
            allowed,
        };
        let number = |place: (usize, &'static str)| {
            let value = record[place.0].trim().parse().ok().filter(|value: &f64| value.is_finite());
            value.ok_or_else(|| refuse(place, "a number"))
        };
        let row = Row { time_s: number(time)?, current_a: number(current)?, voltage_v: number(voltage)? };
        if row.time_s < 0.0 || rows.last().is_some_and(|last| row.time_s <= last.time_s) {
            return Err(refuse(time, "0 or more, later than the row before"));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Plays the measured current, each row held until the next, and compares where the fit was made.
fn cycling(case: &str, fit: &Fit, celsius: f64, rows: &[Row]) -> Report {
    let n = fit.temperature_c.iter().position(|&fitted| fitted == celsius).expect("a fitted temperature");
    let capacity = fit.capacity_ah.dynamic_test[n];
    let set = set(fit, n);
    let mut bank = case::bank(1, 1, 1, capacity, fit.r0_ohm[n][fit.soc_knots.len() / 2]);
    bank.cells[0].soc = 1.0;
    // The chamber holds the cell's temperature.
    bank.battery_temperature_c = vec![celsius];
    bank.thermal.heat_capacity_j_per_k = 1e9;
    let mut plant = Accuracy::Default.plant(&bank, &set, 1);
    let range = fit.rms_error_v.fit_range_soc_low[n]..=0.95;
    let (mut errors, mut ours, mut theirs, mut off) = (Errors::default(), Vec::new(), Vec::new(), Vec::new());
    let instant = |row: &Row| (row.time_s * 1e6).round() as Micros;
    for (n, row) in rows.iter().enumerate() {
        let t = instant(row);
        let until = rows.get(n + 1).map_or(t + SECOND, instant);
        run(&mut plant, &[Branch::Current { amps: row.current_a }], &[], until, |plant, _| {
            // The row holds its current and the voltage under it: right after the change.
            if plant.time() != t {
                return;
            }
            let volts = plant.cell_volts(0, 0, t);
            let hours = row.time_s / 3600.0;
            ours.push((hours, volts));
            theirs.push((hours, row.voltage_v));
            off.push((hours, (volts - row.voltage_v) * 1e3));
            if range.contains(&plant.soc(0, 0)) {
                errors.see(volts - row.voltage_v);
            }
        });
    }
    let limit = SHARE * fit.rms_error_v.dynamic_test_fit_range[n];
    let line = |name: &str, points| Line { name: name.to_owned(), points };
    let volts = vec![line("measured", theirs), line("plant", ours)];
    Report {
        checks: vec![Check::new(case, "voltage, RMS where fitted", errors.rms(), limit, "V")],
        curves: vec![
            Curve { title: case.to_owned(), x: "Time [h]", y: "Cell voltage [V]", lines: volts },
            Curve {
                title: case.to_owned(),
                x: "Time [h]",
                y: "Error [mV]",
                lines: vec![line("plant − measured", off)],
            },
        ],
    }
}

/// The fit at one temperature as a parameter set that does not depend on temperature.
fn set(fit: &Fit, n: usize) -> CellSet {
    let capacity = fit.capacity_ah.dynamic_test[n];
    let middle = fit.soc_knots.len() / 2;
    let resistance = |name: &str, ohms: &[f64]| {
        let shape: Vec<f64> = ohms.iter().map(|ohm| ohm / ohms[middle]).collect();
        format!(
            "[{name}]\nohm_ah = {:?}\nsoc_knots = {:?}\nshape = {shape:?}\n\
             temperature = {{ a = 1.0, b = 0.0, k_kelvin = 0.0 }}\n",
            ohms[middle] * capacity,
            fit.soc_knots
        )
    };
    let time =
        |name: &str, seconds: f64| format!("[{name}]\nseconds = {seconds:?}\ntemperature_c = [25.0]\nfactor = [1.0]\n");
    let text = format!(
        "name = \"A123 26650\"\nform = \"tau\"\nbeyond = \"linear\"\nreference_temperature_c = {:?}\n\
         hysteresis_rate = {:?}\ncoulombic_efficiency = {:?}\nocv_v = {:?}\ndocv_dt_v_per_k = [0.0, 0.0]\n\
         hysteresis_half_width_v = {:?}\n{}{}{}{}{}{}",
        fit.temperature_c[n],
        fit.hysteresis.gamma,
        fit.coulombic_efficiency.dynamic_test[n],
        fit.ocv_v[n],
        fit.hysteresis.half_width_v,
        resistance("r0", &fit.r0_ohm[n]),
        resistance("r1", &fit.r1_ohm[n]),
        resistance("r2_discharge", &fit.r2_discharge_ohm[n]),
        resistance("r2_charge", &fit.r2_charge_ohm[n]),
        time("tau1", fit.tau1_s[n]),
        time("tau2", fit.tau2_s[n]),
    );
    CellSet::from_toml(&text).expect("a fit is a valid set")
}

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
#[derive(Deserialize)]
struct Row {
    time_s: f64,
    current_a: f64,
    voltage_v: f64,
}

/// A folder of measurements that is there but cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {source}")]
pub struct MeasuredError {
    /// Which file.
    pub file: String,
    /// Which row and column, and what is wrong with it.
    pub source: csv::Error,
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
                let rows = read(&path).map_err(|source| MeasuredError { file: path.display().to_string(), source })?;
                report.add(cycling(&case, &fit, celsius, &rows));
            }
            None => report.checks.push(Check::skipped(&case, "voltage, RMS", "data not present")),
        }
    }
    Ok(report)
}

fn read(path: &Path) -> Result<Vec<Row>, csv::Error> {
    csv::Reader::from_path(path)?.deserialize().collect()
}

/// Plays the measured current, held for each second, and compares where the fit was made.
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
    for row in rows {
        let t = (row.time_s * 1e6).round() as Micros;
        let branch = [Branch::Current { amps: row.current_a }];
        run(&mut plant, &branch, &[], t + SECOND, |plant, end| {
            if plant.time() != t && end != t {
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

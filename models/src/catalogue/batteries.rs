//! Battery models (`data/batteries.toml` and a user's file in the same form).

use super::Sure;
use crate::profile::Problem;
use serde::Deserialize;
use std::sync::OnceLock;
use toml::Spanned;

/// One battery model. Currents are magnitudes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatteryModel {
    /// Name by which a scenario asks for it.
    pub name: String,
    /// Model number in the battery's report (our own wire format, assumed).
    pub code: u8,
    /// Cells in series: 4, 8 or 16 (BANK-1).
    pub cells: u8,
    /// Rated capacity (Ah).
    pub capacity_ah: f64,
    /// Rated energy (Wh).
    pub energy_wh: f64,
    /// Continuous charge current (A).
    pub charge_a: f64,
    /// Continuous discharge current (A).
    pub discharge_a: f64,
    /// 10 s pulse charge current (A).
    pub pulse_charge_a: f64,
    /// 10 s pulse discharge current (A).
    pub pulse_discharge_a: f64,
    /// Internal resistance of the battery (Ω).
    pub resistance_ohm: f64,
    /// Where the figures come from.
    pub sure: BatterySure,
}

/// Sources of a battery's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatterySure {
    /// That the model exists, its cells, capacity and energy.
    pub model: Sure,
    /// The four currents.
    pub currents: Sure,
    /// The resistance.
    pub resistance: Sure,
}

impl BatteryModel {
    /// Nominal voltage (V): 3.2 V per cell.
    pub fn nominal_v(&self) -> f64 {
        3.2 * f64::from(self.cells)
    }

    /// Most batteries of this model in one bank (BANK-2).
    pub fn batteries_max(&self) -> u8 {
        if self.cells == 16 { 25 } else { 50 }
    }

    /// Reports every figure out of range as (field, value, what is allowed).
    pub fn check(&self, report: &mut dyn FnMut(&str, String, String)) {
        if self.name.trim().is_empty() {
            report("name", format!("{:?}", self.name), "a name".into());
        }
        if ![4, 8, 16].contains(&self.cells) {
            report("cells", self.cells.to_string(), "4, 8 or 16 (BANK-1)".into());
        }
        let mut within = |field: &str, value: f64, min: f64, max: f64| {
            if !(value >= min && value <= max) {
                report(field, value.to_string(), format!("{min} to {max}"));
            }
        };
        within("capacity_ah", self.capacity_ah, 1.0, 2_000.0);
        within("energy_wh", self.energy_wh, 1.0, 200_000.0);
        within("charge_a", self.charge_a, 0.1, 10_000.0);
        within("discharge_a", self.discharge_a, 0.1, 10_000.0);
        within("pulse_charge_a", self.pulse_charge_a, self.charge_a.max(0.1), 20_000.0);
        within("pulse_discharge_a", self.pulse_discharge_a, self.discharge_a.max(0.1), 20_000.0);
        within("resistance_ohm", self.resistance_ohm, 1e-6, 1.0);
    }
}

/// A set of battery models with unique names and codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Batteries {
    models: Vec<BatteryModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    battery: Vec<Spanned<BatteryModel>>,
}

impl Batteries {
    /// All models, built-in ones first.
    pub fn models(&self) -> &[BatteryModel] {
        &self.models
    }

    /// The model of that name.
    pub fn find(&self, name: &str) -> Option<&BatteryModel> {
        self.models.iter().find(|model| model.name == name)
    }

    /// This set and the models of a TOML text.
    ///
    /// # Errors
    /// Every problem of the text with its line: syntax, ranges, names or codes used twice.
    pub fn extended(&self, file_name: &str, text: &str) -> Result<Batteries, Vec<Problem>> {
        let file: File = toml::from_str(text).map_err(|error| {
            vec![Problem {
                file: file_name.into(),
                line: error.span().map(|span| super::line_of(text, span.start)),
                field: "battery".into(),
                value: error.message().into(),
                allowed: "[[battery]] tables as in the built-in catalogue".into(),
            }]
        })?;
        let mut all = self.clone();
        let mut problems = Vec::new();
        for spanned in file.battery {
            let start = spanned.span().start;
            let model = spanned.into_inner();
            let mut report = |field: &str, value: String, allowed: String| {
                problems.push(Problem {
                    file: file_name.into(),
                    line: Some(super::line_of_field(text, start, field)),
                    field: format!("battery.{}.{field}", model.name),
                    value,
                    allowed,
                });
            };
            model.check(&mut report);
            if all.find(&model.name).is_some() {
                report("name", model.name.clone(), "a name that is not in use".into());
            }
            if all.models.iter().any(|other| other.code == model.code) {
                report("code", model.code.to_string(), "a code that is not in use".into());
            }
            all.models.push(model);
        }
        if problems.is_empty() { Ok(all) } else { Err(problems) }
    }
}

/// The built-in models, parsed once.
pub fn builtin() -> &'static Batteries {
    static BUILTIN: OnceLock<Batteries> = OnceLock::new();
    BUILTIN.get_or_init(|| {
        Batteries { models: Vec::new() }
            .extended("batteries.toml", include_str!("../../data/batteries.toml"))
            .expect("embedded batteries.toml")
    })
}

/// A built-in model by name.
pub fn find(name: &str) -> Option<&'static BatteryModel> {
    builtin().find(name)
}

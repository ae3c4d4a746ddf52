//! The parameter file: TOML with the units in the key names, checked before use.

use serde::Deserialize;

use super::law::{Law, Laws, TemperatureTable, TimeConstant, interpolate};
use super::{Beyond, CellSet, Form, Line, Row};

/// A parameter file that cannot be used.
#[derive(Clone, PartialEq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CellFileError {
    /// Not TOML, a key is missing, unknown or of the wrong type.
    #[error("line {line}: {message}")]
    Syntax {
        /// Line of the file, from 1; 0 for the file as a whole.
        line: usize,
        /// What is wrong, in the words of the reader.
        message: String,
    },
    /// A value is outside what the model accepts.
    #[error("line {line}: {field} = {value}: allowed is {allowed}")]
    Value {
        /// Line of the key, from 1.
        line: usize,
        /// Key, with index where it is a list.
        field: String,
        /// The value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BeyondKey {
    Bounded,
    Linear,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resistance {
    ohm_ah: f64,
    soc_knots: Vec<f64>,
    shape: Vec<f64>,
    temperature: Law,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    form: Form,
    beyond: BeyondKey,
    reference_temperature_c: f64,
    hysteresis_rate: f64,
    coulombic_efficiency: f64,
    ocv_v: Vec<f64>,
    docv_dt_v_per_k: Vec<f64>,
    hysteresis_half_width_v: Vec<f64>,
    r0: Resistance,
    r1: Resistance,
    r2_discharge: Resistance,
    r2_charge: Resistance,
    tau1: TimeConstant,
    tau2: TimeConstant,
}

pub(super) fn parse(text: &str) -> Result<CellSet, CellFileError> {
    let document: Document = toml::from_str(text).map_err(|error| CellFileError::Syntax {
        line: error.span().map_or(0, |span| line_at(text, span.start)),
        message: error.message().to_owned(),
    })?;
    check(text, &document)?;
    let laws = Laws {
        reference_c: document.reference_temperature_c,
        resistances: [
            &document.r0.temperature,
            &document.r1.temperature,
            &document.r2_discharge.temperature,
            &document.r2_charge.temperature,
        ],
        times: [&document.tau1, &document.tau2],
    };
    let farad_per_ah = |time: &TimeConstant, r: &Resistance| {
        if r.ohm_ah > 0.0 { time.seconds / r.ohm_ah } else { 0.0 }
    };
    Ok(CellSet {
        form: document.form,
        farad_per_ah: [
            farad_per_ah(&document.tau1, &document.r1),
            farad_per_ah(&document.tau2, &document.r2_discharge),
        ],
        beyond: match document.beyond {
            BeyondKey::Bounded => Beyond::Bounded,
            BeyondKey::Linear => Beyond::Linear,
        },
        reference_c: document.reference_temperature_c,
        gamma: document.hysteresis_rate,
        efficiency: document.coulombic_efficiency,
        r0_ohm_ah: document.r0.ohm_ah,
        rows: rows(&document).into(),
        temperature: TemperatureTable::new(&laws),
        name: document.name,
    })
}

/// One row per interval of the OCV table; the other tables are read at the same knots.
fn rows(document: &Document) -> Vec<Row> {
    let intervals = document.ocv_v.len() - 1;
    let table = |values: &[f64], n: usize| {
        let last = values.len() - 1;
        let position = n as f64 / intervals as f64 * last as f64;
        let below = (position as usize).min(last - 1);
        values[below] + (position - below as f64) * (values[below + 1] - values[below])
    };
    let line = |low: f64, high: f64, n: usize| {
        let slope = (high - low) * intervals as f64;
        Line([low - slope * (n as f64 / intervals as f64), slope])
    };
    let resistance = |r: &Resistance, scale: f64, n: usize| {
        let at = |n: usize| scale * interpolate(&r.soc_knots, &r.shape, n as f64 / intervals as f64);
        line(at(n), at(n + 1), n)
    };
    let row = |n: usize| Row {
        ocv: line(document.ocv_v[n], document.ocv_v[n + 1], n),
        entropy: line(table(&document.docv_dt_v_per_k, n), table(&document.docv_dt_v_per_k, n + 1), n),
        hysteresis: line(
            table(&document.hysteresis_half_width_v, n),
            table(&document.hysteresis_half_width_v, n + 1),
            n,
        ),
        r0: resistance(&document.r0, 1.0, n),
        r1: resistance(&document.r1, document.r1.ohm_ah, n),
        r2_discharge: resistance(&document.r2_discharge, document.r2_discharge.ohm_ah, n),
        r2_charge: resistance(&document.r2_charge, document.r2_charge.ohm_ah, n),
    };
    (0..intervals).map(row).collect()
}

/// Line of a byte position, from 1.
fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count()
}

/// Line of a field such as `ocv_v[3]` or `r1.temperature.a`: of its key, or of the table that it belongs to.
fn line_of(text: &str, field: &str) -> usize {
    let mut names = field.split(['.', '[', ' ']);
    let top = names.next().unwrap_or_default();
    let key = |line: &str, name: &str| line.split('=').next().is_some_and(|key| key.trim() == name);
    let header = format!("[{top}]");
    let lines = || text.lines().zip(1..);
    let Some((_, table)) = lines().find(|(line, _)| line.trim() == header) else {
        return lines().find(|(line, _)| key(line, top)).map_or(0, |(_, line)| line);
    };
    let inside = lines().skip(table).take_while(|(line, _)| !line.starts_with('['));
    let name = names.next().unwrap_or_default();
    inside.filter(|(line, _)| key(line, name)).map(|(_, line)| line).next().unwrap_or(table)
}

fn check(text: &str, document: &Document) -> Result<(), CellFileError> {
    let within = |field: &str, value: f64, ok: bool, allowed: &'static str| {
        if ok && value.is_finite() {
            Ok(())
        } else {
            Err(CellFileError::Value { line: line_of(text, field), field: field.to_owned(), value, allowed })
        }
    };
    let list = |field: &str, values: &[f64], low: f64, high: f64, allowed: &'static str| {
        within(&format!("{field} (entries)"), values.len() as f64, values.len() >= 2, "two entries or more")?;
        values
            .iter()
            .enumerate()
            .try_for_each(|(n, &value)| within(&format!("{field}[{n}]"), value, (low..=high).contains(&value), allowed))
    };
    within("reference_temperature_c", document.reference_temperature_c, true, "a temperature")?;
    within("hysteresis_rate", document.hysteresis_rate, document.hysteresis_rate >= 0.0, "0 or more")?;
    let efficiency = document.coulombic_efficiency;
    within("coulombic_efficiency", efficiency, efficiency > 0.0 && efficiency <= 1.0, "above 0, at most 1")?;
    list("ocv_v", &document.ocv_v, 2.0, 4.0, "2.0..=4.0 V inside the table")?;
    list("docv_dt_v_per_k", &document.docv_dt_v_per_k, -0.01, 0.01, "-0.01..=0.01 V/K")?;
    list("hysteresis_half_width_v", &document.hysteresis_half_width_v, 0.0, 0.5, "0..=0.5 V")?;
    for (name, r) in [
        ("r0", &document.r0),
        ("r1", &document.r1),
        ("r2_discharge", &document.r2_discharge),
        ("r2_charge", &document.r2_charge),
    ] {
        within(&format!("{name}.ohm_ah"), r.ohm_ah, r.ohm_ah >= 0.0, "0 or more")?;
        knots(name, ["soc_knots", "shape"], &r.soc_knots, &r.shape, &within)?;
        if document.form == Form::Rc {
            within(&format!("{name}.ohm_ah"), r.ohm_ah, r.ohm_ah > 0.0, "above 0 in form \"rc\"")?;
        }
        let law = r.temperature;
        let positive = law.a >= 0.0 && law.b >= 0.0 && law.a + law.b > 0.0;
        within(&format!("{name}.temperature.a"), law.a, positive, "a and b 0 or more, not both 0")?;
        within(&format!("{name}.temperature.b"), law.b, positive, "a and b 0 or more, not both 0")?;
        within(&format!("{name}.temperature.k_kelvin"), law.k_kelvin, law.k_kelvin >= 0.0, "0 or more")?;
    }
    for (name, time) in [("tau1", &document.tau1), ("tau2", &document.tau2)] {
        within(&format!("{name}.seconds"), time.seconds, time.seconds > 0.0, "above 0")?;
        knots(name, ["temperature_c", "factor"], &time.temperature_c, &time.factor, &within)?;
    }
    Ok(())
}

/// Checks one value: field, value, whether it is allowed, what is allowed.
type Within<'a> = dyn Fn(&str, f64, bool, &'static str) -> Result<(), CellFileError> + 'a;

/// Knots ascend, there is one positive value per knot, and there is at least one.
fn knots(table: &str, names: [&str; 2], x: &[f64], y: &[f64], within: &Within) -> Result<(), CellFileError> {
    let [knots, values] = names.map(|name| format!("{table}.{name}"));
    let equal = !x.is_empty() && x.len() == y.len();
    within(&format!("{knots} (entries)"), x.len() as f64, equal, "as many as values, at least one")?;
    for (n, pair) in x.windows(2).enumerate() {
        within(&format!("{knots}[{}]", n + 1), pair[1], pair[1] > pair[0], "above the knot before it")?;
    }
    y.iter().enumerate().try_for_each(|(n, &value)| within(&format!("{values}[{n}]"), value, value > 0.0, "above 0"))
}

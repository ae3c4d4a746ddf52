//! What a radio would have sent, with every value that a reader must show: rows for other readers to be tested with.

use std::collections::BTreeMap;

use comfy_table::Table;
use ngbank_core::readout::{Level, PAYLOAD_LEN, Record};
use ngbank_core::units::Instant;

use crate::table;

/// One advertisement.
#[derive(Clone, Copy, Debug)]
pub struct Advertisement {
    /// The BMS's own clock; `None`: it is none of a scenario.
    pub clock: Option<Instant>,
    /// What it says.
    pub record: Record,
    /// The bytes after the company id.
    pub payload: [u8; PAYLOAD_LEN],
}

/// A number of the record: column, decimals, value without the point.
type Number = (&'static str, usize, fn(&Record) -> Option<i64>);
/// An answer or a level: column, word.
type Word = (&'static str, fn(&Record) -> Option<&'static str>);

const NUMBERS: &[Number] = &[
    ("error", 0, |r| Some(r.error.into())),
    ("time_to_go_min", 0, |r| r.time_to_go_min.map(i64::from)),
    ("voltage_v", 2, |r| r.voltage_cv.map(i64::from)),
    ("current_a", 1, |r| r.current_da.map(i64::from)),
    ("soc_percent", 1, |r| r.soc_pm.map(i64::from)),
    // The reader's sign: consumed charge is negative.
    ("consumed_ah", 1, |r| r.consumed_dah.map(|raw| -i64::from(raw))),
    ("temperature_c", 0, |r| r.temperature_c.map(i64::from)),
];

const WORDS: &[Word] = &[
    ("contactor_closed", |r| answer(r.io.contactor_closed)),
    ("charge_allowed", |r| answer(r.io.charge_allowed)),
    ("discharge_allowed", |r| answer(r.io.discharge_allowed)),
    ("relay_active", |r| answer(r.io.relay_active)),
    ("aux_on", |r| answer(r.io.aux_on)),
    ("remote_on", |r| answer(r.io.remote_on)),
    ("alternator_allowed", |r| answer(r.io.alternator_allowed)),
    ("low_cell_voltage", |r| level(r.warnings.low_cell_voltage)),
    ("high_current", |r| level(r.warnings.high_current)),
    ("high_bms_temperature", |r| level(r.warnings.high_bms_temperature)),
    ("contactor", |r| level(r.warnings.contactor)),
    ("bms_cable_fault", |r| level(r.warnings.bms_cable_fault)),
    ("load_disconnect", |r| level(r.warnings.load_disconnect)),
    ("low_soc", |r| level(r.warnings.low_soc)),
];

fn answer(answer: Option<bool>) -> Option<&'static str> {
    answer.map(|yes| if yes { "yes" } else { "no" })
}

fn level(level: Level) -> Option<&'static str> {
    match level {
        Level::Unsupported => None,
        Level::Ok => Some("ok"),
        Level::Warning => Some("warning"),
        Level::Alarm => Some("alarm"),
    }
}

/// `advertisements.csv`: clock, bytes and every value in clear. An empty field is "not available".
///
/// # Errors
/// Never in practice; the writer is fallible.
pub fn csv(advertisements: &[Advertisement]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let columns = NUMBERS.iter().map(|number| number.0).chain(WORDS.iter().map(|word| word.0));
    writer.write_record(["clock_s", "manufacturer_data"].into_iter().chain(columns))?;
    for advertisement in advertisements {
        let record = &advertisement.record;
        let time = advertisement.clock.map(|clock| decimal(clock.as_millis().into(), 3));
        let bytes: String = advertisement.payload.iter().map(|byte| format!("{byte:02x}")).collect();
        let numbers = NUMBERS.iter().map(|&(_, digits, value)| value(record).map(|value| decimal(value, digits)));
        let words = WORDS.iter().map(|(_, word)| word(record).map(str::to_owned));
        let row = [time, Some(bytes)].into_iter().chain(numbers).chain(words);
        writer.write_record(row.map(Option::unwrap_or_default))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))
}

/// What the advertisements range over, per field.
pub fn summary(advertisements: &[Advertisement]) -> Table {
    let mut rows = table::new(&["Field", "Shown", "Not available"]);
    let records = || advertisements.iter().map(|advertisement| &advertisement.record);
    for &(column, digits, value) in NUMBERS {
        let known = || records().filter_map(value);
        let shown = match (known().min(), known().max()) {
            (Some(least), Some(greatest)) => format!("{} … {}", decimal(least, digits), decimal(greatest, digits)),
            _ => "–".to_owned(),
        };
        rows.add_row([column.to_owned(), shown, (advertisements.len() - known().count()).to_string()]);
    }
    for &(column, word) in WORDS {
        let mut counts = BTreeMap::new();
        records().filter_map(word).for_each(|word| *counts.entry(word).or_insert(0) += 1);
        let shown: Vec<_> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
        let not_available = advertisements.len() - counts.values().sum::<usize>();
        rows.add_row([column.to_owned(), shown.join(", "), not_available.to_string()]);
    }
    rows
}

/// An integer with its decimal point.
fn decimal(value: i64, digits: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let text = format!("{:0width$}", value.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_are_exact() {
        let table = [(2699, 2, "26.99"), (-6, 1, "-0.6"), (0, 1, "0.0"), (-32_768, 2, "-327.68"), (7, 0, "7")];
        for (value, digits, text) in table {
            assert_eq!(decimal(value, digits), text);
        }
    }
}

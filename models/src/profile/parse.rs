//! Reads one column of a CSV text into a [`Table`], or says everything that is wrong with it.

use super::Problem;
use super::series::{Point, Quantity, Table, micros_of_seconds};
use crate::time::{HOUR, Micros};
use csv::{ReaderBuilder, StringRecord, Trim};

/// Most problems that one file reports.
pub const PROBLEMS_MAX: usize = 20;

/// Name of the column of time, in seconds since the first row.
const TIME: &str = "time_s";

/// Latest time that a file may hold (s): a hundred years.
const TIME_MAX_S: f64 = 3.2e9;

/// What to read from a text, and what to call it in messages.
#[derive(Clone, Copy, Debug)]
pub struct CsvSource<'a> {
    /// Name of the file, for messages.
    pub file: &'a str,
    /// Name of the column; it must end with the unit of `quantity`.
    pub column: &'a str,
    /// What the column holds.
    pub quantity: Quantity,
    /// Only rows with this text in this column, if given.
    pub rows: Option<(&'a str, &'a str)>,
    /// How to fill rows that are absent, if they are.
    pub gap: Option<Gap<'a>>,
}

impl<'a> CsvSource<'a> {
    /// The default column of a quantity, all rows.
    pub fn new(file: &'a str, quantity: Quantity) -> CsvSource<'a> {
        CsvSource { file, column: quantity.column(), quantity, rows: None, gap: None }
    }
}

/// Rows between two values of a column are absent: the last row before them holds for a while,
/// then a fixed value stands in.
#[derive(Clone, Copy, Debug)]
pub struct Gap<'a> {
    /// Column whose change marks the gap.
    pub column: &'a str,
    /// How long the last row holds (µs).
    pub hold: Micros,
    /// What stands in afterwards.
    pub value: f64,
}

/// Reads a table.
///
/// The text is CSV with a header; the column `time_s` begins at 0 and increases; all values are
/// finite and within [`Quantity::range`].
///
/// # Errors
/// Every problem of the text, at most [`PROBLEMS_MAX`].
pub fn parse(source: &CsvSource<'_>, text: &str) -> Result<Table, Vec<Problem>> {
    let mut problems = Problems { file: source.file, list: Vec::new() };
    let rows = read_rows(source, text, &mut problems);
    if rows.is_empty() && problems.list.is_empty() {
        problems.add(Some(1), source.column, "no rows".into(), "at least one row of data");
    }
    if !problems.list.is_empty() {
        return Err(problems.list);
    }
    let last = rows[rows.len() - 1].at;
    let spacing = rows.len().checked_sub(2).map_or(HOUR, |before| last - rows[before].at);
    Ok(Table::from_rows(source.quantity, &rows, last + spacing))
}

struct Problems<'a> {
    file: &'a str,
    list: Vec<Problem>,
}

impl Problems<'_> {
    fn add(&mut self, line: Option<usize>, field: &str, value: String, allowed: &str) {
        if self.list.len() < PROBLEMS_MAX {
            let (file, field, allowed) = (self.file.into(), field.into(), allowed.into());
            self.list.push(Problem { file, line, field, value, allowed });
        }
    }

    fn full(&self) -> bool {
        self.list.len() == PROBLEMS_MAX
    }
}

/// Positions of the columns that are needed.
struct Columns {
    time: usize,
    value: usize,
    rows: Option<usize>,
    gap: Option<usize>,
}

fn read_rows(source: &CsvSource<'_>, text: &str, problems: &mut Problems<'_>) -> Vec<Point> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        problems.add(None, source.column, "an empty file".into(), "a header and rows of data");
        return Vec::new();
    }
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => {
            problems.add(Some(1), source.column, error.to_string(), "a CSV header");
            return Vec::new();
        }
    };
    let Some(columns) = find_columns(source, &header, problems) else {
        return Vec::new();
    };
    let mut rows: Vec<Point> = Vec::new();
    let mut time_before = None;
    let mut trip_before = String::new();
    let mut record = StringRecord::new();
    loop {
        if problems.full() {
            return rows;
        }
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return rows,
            Err(error) => {
                let line = error.position().map(|position| line_of(text, position));
                let allowed = format!("{} fields, as in the header", header.len());
                let found = match error.kind() {
                    csv::ErrorKind::UnequalLengths { len, .. } => format!("{len} fields"),
                    _ => error.to_string(),
                };
                problems.add(line, source.column, found, &allowed);
                continue;
            }
        }
        if let (Some(at), Some((_, wanted))) = (columns.rows, source.rows)
            && record.get(at) != Some(wanted)
        {
            continue;
        }
        let line = record.position().map(|position| line_of(text, position));
        let time = read_time(field(&record, columns.time), time_before, line, problems);
        let value = read_value(source, field(&record, columns.value), line, problems);
        // A time that could not be read is not compared with, so one slip is one message.
        time_before = time.or(time_before);
        let (Some(at), Some(value)) = (time, value) else {
            continue;
        };
        if let (Some(column), Some(gap)) = (columns.gap, source.gap) {
            let trip = field(&record, column);
            if let Some(last) = rows.last().copied()
                && trip != trip_before
                && last.at + gap.hold < at
            {
                rows.push(Point { at: last.at + gap.hold, value: gap.value });
            }
            trip_before.clear();
            trip_before.push_str(trip);
        }
        rows.push(Point { at, value });
    }
}

/// Line of a record. The reader's own position lies before the blank lines that it skips.
fn line_of(text: &str, position: &csv::Position) -> usize {
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let line = usize::try_from(position.line()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|&&byte| byte == b'\n' || byte == b'\r');
    line.saturating_add(blank.filter(|&&byte| byte == b'\n').count())
}

fn field(record: &StringRecord, index: usize) -> &str {
    record.get(index).unwrap_or("")
}

fn find_columns(source: &CsvSource<'_>, header: &StringRecord, problems: &mut Problems<'_>) -> Option<Columns> {
    let unit = source.quantity.unit();
    if !has_unit(source.column, unit) {
        let found = format!("{:?}", source.column);
        problems.add(Some(1), "column", found, &format!("a column whose name ends with its unit {unit:?}"));
        return None;
    }
    let before = problems.list.len();
    for (index, name) in header.iter().enumerate() {
        if header.iter().take(index).any(|other| other == name) {
            problems.add(Some(1), name, "the column twice".into(), "each column once");
        }
    }
    let time = find(header, TIME, problems);
    let value = find(header, source.column, problems);
    let rows = source.rows.map(|(name, _)| find(header, name, problems));
    let gap = source.gap.map(|gap| find(header, gap.column, problems));
    if problems.list.len() > before {
        return None;
    }
    Some(Columns { time: time?, value: value?, rows: rows.flatten(), gap: gap.flatten() })
}

/// A column by name. When it is missing, a column of the same stem says that its unit is wrong.
fn find(header: &StringRecord, name: &str, problems: &mut Problems<'_>) -> Option<usize> {
    let found = header.iter().position(|other| other == name);
    if found.is_none() {
        let stem = name.split('_').next().unwrap_or(name);
        let similar = header.iter().find(|other| other.split('_').next() == Some(stem));
        let present = header.iter().collect::<Vec<_>>().join(", ");
        let value = match similar {
            Some(other) => format!("column {other:?}, another unit or name"),
            None => format!("no such column among: {present}"),
        };
        problems.add(Some(1), name, value, &format!("a column named {name:?}"));
    }
    found
}

/// `_w` must not accept `_kw`, nor `_c` accept `_dc`: the unit is a whole word.
fn has_unit(column: &str, unit: &str) -> bool {
    column.ends_with(unit) && column.len() > unit.len()
}

fn read_time(text: &str, before: Option<Micros>, line: Option<usize>, problems: &mut Problems<'_>) -> Option<Micros> {
    let quoted = || format!("{text:?}");
    let seconds = match text.parse::<f64>() {
        Ok(seconds) if (0.0..=TIME_MAX_S).contains(&seconds) => seconds,
        _ => {
            problems.add(line, TIME, quoted(), "a finite number of seconds, 0 to 3.2e9");
            return None;
        }
    };
    let at = micros_of_seconds(seconds);
    match before {
        None if at != 0 => {
            problems.add(line, TIME, quoted(), "0 in the first row");
        }
        Some(before) if at <= before => {
            problems.add(line, TIME, quoted(), "a time after that of the row before");
            return None;
        }
        _ => {}
    }
    Some(at)
}

fn read_value(source: &CsvSource<'_>, text: &str, line: Option<usize>, problems: &mut Problems<'_>) -> Option<f64> {
    let (min, max) = source.quantity.range();
    match text.parse::<f64>() {
        Ok(value) if (min..=max).contains(&value) => Some(match source.quantity {
            Quantity::Irradiance => value.max(0.0),
            _ => value,
        }),
        _ => {
            let allowed = format!("a finite number, {min} to {max}");
            problems.add(line, source.column, format!("{text:?}"), &allowed);
            None
        }
    }
}

//! Tables and the series made of them.

use super::builtin;
use crate::time::{MINUTE, Micros, NEVER, SECOND};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a column holds. The end of the column's name is its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Electrical power drawn (W).
    Power,
    /// Global irradiance on the panels (W/m²).
    Irradiance,
    /// Air temperature (°C).
    Temperature,
    /// Speed of a vehicle (m/s).
    Speed,
}

impl Quantity {
    /// How the name of its column ends: its unit.
    pub const fn unit(self) -> &'static str {
        match self {
            Quantity::Power => "_w",
            Quantity::Irradiance => "_w_per_m2",
            Quantity::Temperature => "_c",
            Quantity::Speed => "_m_per_s",
        }
    }

    /// Name of its column when nothing else is said.
    pub const fn column(self) -> &'static str {
        match self {
            Quantity::Power => "power_w",
            Quantity::Irradiance => "ghi_w_per_m2",
            Quantity::Temperature => "ambient_temperature_c",
            Quantity::Speed => "speed_m_per_s",
        }
    }

    /// Smallest and largest value that a file may hold. The night offset of a pyranometer may be
    /// slightly negative; it is read as 0.
    pub const fn range(self) -> (f64, f64) {
        match self {
            Quantity::Power => (0.0, 1e7),
            Quantity::Irradiance => (-20.0, 2_000.0),
            Quantity::Temperature => (-60.0, 80.0),
            Quantity::Speed => (0.0, 150.0),
        }
    }
}

/// A value that holds from a time on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Time since the beginning of the table (µs).
    pub at: Micros,
    /// Value from then on, in the unit of the table's [`Quantity`].
    pub value: f64,
}

/// Grid on which straight lines are read as means.
const GRID: Micros = 10 * MINUTE;

/// One column of a file, shared by every run that uses it. Cloning is cheap.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    quantity: Quantity,
    points: Arc<[Point]>,
    period: Micros,
}

impl Table {
    /// A table from rows in ascending time, the first at 0, repeating after `period`
    /// (later than the last row). Reads them as the module's table says.
    pub(crate) fn from_rows(quantity: Quantity, rows: &[Point], period: Micros) -> Table {
        let spacing_min = rows.windows(2).map(|w| w[1].at - w[0].at).min().unwrap_or(period);
        let points = match quantity {
            Quantity::Temperature => means_of_lines(rows, period),
            Quantity::Irradiance if spacing_min >= GRID => means_of_lines(rows, period),
            _ => rows.to_vec(),
        };
        Table { quantity, points: merged(&points).into(), period }
    }

    /// A value that never changes.
    pub fn constant(quantity: Quantity, value: f64) -> Table {
        Table { quantity, points: vec![Point { at: 0, value }].into(), period: NEVER }
    }

    /// What the values are.
    pub fn quantity(&self) -> Quantity {
        self.quantity
    }

    /// The points; consecutive ones differ in value.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Length of the table (µs), after which it repeats.
    pub fn period(&self) -> Micros {
        self.period
    }

    /// Mean over one period, in the table's unit.
    pub fn mean(&self) -> f64 {
        let ends = self.points.iter().skip(1).map(|p| p.at).chain([self.period]);
        let sum: f64 = self.points.iter().zip(ends).map(|(p, end)| p.value * micros(end - p.at)).sum();
        sum / micros(self.period)
    }

    /// Index of the point that holds at a position within the period.
    fn index(&self, position: Micros) -> usize {
        self.points.partition_point(|point| point.at <= position).saturating_sub(1)
    }
}

/// How a device uses a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesSpec {
    /// Name of a built-in or user table.
    pub series: String,
    /// Day of the table that the scenario begins with, 0 = its beginning; fractions allowed.
    #[serde(default)]
    pub start_day: f64,
    /// Factor on every value.
    #[serde(default = "one")]
    pub scale: f64,
    /// Added to every value after the factor, in the table's unit.
    #[serde(default)]
    pub add: f64,
    /// Repeat after this many seconds instead of at the table's end (86400: the same day again).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_s: Option<f64>,
}

fn one() -> f64 {
    1.0
}

impl SeriesSpec {
    /// The table of that name as it is.
    pub fn named(series: &str) -> SeriesSpec {
        SeriesSpec { series: series.into(), start_day: 0.0, scale: 1.0, add: 0.0, repeat_s: None }
    }

    /// Reports every figure out of range as (field, value, what is allowed), and a name that the
    /// library does not hold or that is of another quantity.
    pub fn check(&self, library: &Library, quantity: Quantity, report: &mut dyn FnMut(&str, String, String)) {
        match library.table(&self.series) {
            None => report(
                "series",
                format!("{:?}", self.series),
                format!("one of: {}", library.names().collect::<Vec<_>>().join(", ")),
            ),
            Some(table) if table.quantity != quantity => report(
                "series",
                format!("{:?}, whose unit is {:?}", self.series, table.quantity.unit()),
                format!("a series whose unit is {:?}", quantity.unit()),
            ),
            Some(_) => {}
        }
        let mut within = |field: &str, value: f64, min: f64, max: f64| {
            if !(value >= min && value <= max) {
                report(field, value.to_string(), format!("{min} to {max}"));
            }
        };
        within("start_day", self.start_day, 0.0, 36_600.0);
        within("scale", self.scale, 0.0, 1e6);
        let add_max = if quantity == Quantity::Temperature { 100.0 } else { 1e7 };
        let add_min = if quantity == Quantity::Temperature { -100.0 } else { 0.0 };
        within("add", self.add, add_min, add_max);
        within("repeat_s", self.repeat_s.unwrap_or(1.0), 1.0, 3.2e9);
    }
}

/// A table as one device sees it over the time of a scenario: piecewise constant, without end.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    table: Table,
    start: Micros,
    repeat: Option<Micros>,
    scale: f64,
    add: f64,
}

impl Series {
    /// A table from its beginning, unscaled.
    pub fn new(table: Table) -> Series {
        Series { table, start: 0, repeat: None, scale: 1.0, add: 0.0 }
    }

    /// A table used as the specification says, which has passed [`SeriesSpec::check`].
    pub fn with(table: Table, spec: &SeriesSpec) -> Series {
        let start = micros_of_seconds(spec.start_day * 86_400.0) % table.period;
        let repeat = spec.repeat_s.map(|seconds| micros_of_seconds(seconds).max(SECOND));
        Series { table, start, repeat, scale: spec.scale, add: spec.add }
    }

    /// What the values are.
    pub fn quantity(&self) -> Quantity {
        self.table.quantity
    }

    /// Value at a time of the scenario, in the table's unit.
    pub fn value_at(&self, t: Micros) -> f64 {
        let point = self.table.points[self.table.index(self.position(t))];
        self.scale * point.value + self.add
    }

    /// The first time after `t` at which the value may differ; [`NEVER`] if there is none.
    pub fn next_change_after(&self, t: Micros) -> Micros {
        let next = self.next_row_after(t);
        let Some(repeat) = self.repeat else {
            return next;
        };
        next.min(t.saturating_add(repeat - t % repeat))
    }

    fn next_row_after(&self, t: Micros) -> Micros {
        let points = &self.table.points;
        if points.len() == 1 {
            return NEVER;
        }
        let position = self.position(t);
        let ahead = match points.get(self.table.index(position) + 1) {
            Some(next) => next.at - position,
            None => {
                let again = points[0].value == points[points.len() - 1].value;
                self.table.period - position + if again { points[1].at } else { 0 }
            }
        };
        t.saturating_add(ahead)
    }

    /// Position in the table at a time of the scenario.
    fn position(&self, t: Micros) -> Micros {
        let phase = self.repeat.map_or(t, |repeat| t % repeat) % self.table.period;
        let left = self.table.period - self.start;
        if phase < left { self.start + phase } else { phase - left }
    }
}

/// All tables that a scenario may name: the built-in ones and those read from the user's files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Library {
    own: BTreeMap<String, Table>,
}

impl Library {
    /// The built-in tables only.
    pub fn new() -> Library {
        Library::default()
    }

    /// Adds a table; it hides a built-in one of the same name.
    pub fn add(&mut self, name: &str, table: Table) {
        self.own.insert(name.into(), table);
    }

    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<Table> {
        self.own.get(name).cloned().or_else(|| builtin(name))
    }

    /// Names of all tables, the user's first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.own.keys().map(String::as_str).chain(super::BUILTIN.iter().map(|b| b.name))
    }

    /// The series that a specification asks for; `None` if there is no table of that name.
    pub fn series(&self, spec: &SeriesSpec) -> Option<Series> {
        Some(Series::with(self.table(&spec.series)?, spec))
    }
}

/// Microseconds as a number, exact below 285 years.
fn micros(time: Micros) -> f64 {
    time as f64
}

/// Rounded to the microsecond; negative becomes 0.
pub(crate) fn micros_of_seconds(seconds: f64) -> Micros {
    libm::round(seconds * 1e6) as Micros
}

/// Without points that repeat the value before them.
fn merged(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last().is_none_or(|last| last.value != point.value) {
            kept.push(*point);
        }
    }
    kept
}

/// Mean over each grid interval of the straight lines through the rows; the last row is joined to
/// the first of the next period.
fn means_of_lines(rows: &[Point], period: Micros) -> Vec<Point> {
    let Some(first) = rows.first() else {
        return Vec::new();
    };
    let wrap = Point { at: period, value: first.value };
    let mut integral = Vec::with_capacity(rows.len() + 1);
    let mut sum = 0.0;
    let mut last = *first;
    for row in rows.iter().chain([&wrap]) {
        sum += 0.5 * (last.value + row.value) * micros(row.at - last.at);
        integral.push((*row, sum));
        last = *row;
    }
    let up_to = |t: Micros| {
        let after = integral.partition_point(|(row, _)| row.at <= t);
        let (row, sum) = integral[after - 1];
        let Some((next, _)) = integral.get(after) else {
            return sum;
        };
        let slope = (next.value - row.value) / micros(next.at - row.at);
        let elapsed = micros(t - row.at);
        sum + elapsed * (row.value + 0.5 * slope * elapsed)
    };
    let mut points = Vec::new();
    let mut at = 0;
    while at < period {
        let end = (at + GRID).min(period);
        points.push(Point { at, value: (up_to(end) - up_to(at)) / micros(end - at) });
        at = end;
    }
    points
}

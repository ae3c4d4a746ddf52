//! The embedded files, as numbers.

use serde::Deserialize;

use crate::time::Micros;

/// Rows of a table of numbers with one header line.
pub(super) fn rows(text: &str) -> Vec<Vec<f64>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let numbers = |row: csv::StringRecord| row.iter().map(|field| field.parse().expect("a number")).collect();
    reader.records().map(|row| numbers(row.expect("a row"))).collect()
}

/// The nearest microsecond.
pub(super) fn micros(seconds: f64) -> Micros {
    (seconds * 1e6).round() as Micros
}

/// Rows in the order of time, taken as the steps pass them.
pub(super) struct Passing<'a> {
    rows: &'a [Vec<f64>],
    next: usize,
}

impl<'a> Passing<'a> {
    pub fn new(rows: &'a [Vec<f64>]) -> Self {
        Self { rows, next: 0 }
    }

    /// The rows up to and including `end` that were not yet taken, with their instants.
    pub fn up_to(&mut self, end: Micros) -> impl Iterator<Item = (Micros, &'a [f64])> + use<'a> {
        let rest = &self.rows[self.next..];
        let many = rest.partition_point(|row| micros(row[0]) <= end);
        self.next += many;
        rest[..many].iter().map(|row| (micros(row[0]), row.as_slice()))
    }
}

/// One phase of a cell's reference. **The file's current discharges.**
#[derive(Deserialize)]
pub(super) struct Phase {
    /// `I` constant current, `V` constant voltage.
    pub mode: String,
    /// A or V.
    pub value: f64,
    /// Start, s.
    pub t0: f64,
    /// End, s.
    pub t1: f64,
    /// Whether it ended at a limit, not by time.
    pub hit: bool,
}

/// The protocol of a cell's reference with the exact instants of its switchings.
#[derive(Deserialize)]
pub(super) struct Protocol {
    pub soc0: f64,
    pub steps: Vec<Phase>,
    pub t_end: f64,
}

/// What the reference bank is made of, and what it went through: (name, A, s), **discharging positive**.
#[derive(Deserialize)]
#[allow(non_snake_case, reason = "names of the file")]
pub(super) struct BankFile {
    pub Ns: usize,
    pub Np: usize,
    pub Rc_ohm: f64,
    pub Rb_ohm: f64,
    pub Rt_ohm: f64,
    pub capacity_Ah: Vec<f64>,
    pub R_factor: Vec<f64>,
    pub soc0_dev: Vec<f64>,
    pub profile_1h: Vec<(String, f64, f64)>,
    pub soc0_1h: f64,
    pub profile_24h: Vec<(String, f64, f64)>,
    pub repeat_24h: usize,
    pub soc0_24h: f64,
}

/// Reads an embedded JSON file.
pub(super) fn json<'a, T: Deserialize<'a>>(text: &'a str) -> T {
    serde_json::from_str(text).expect("an embedded file is valid")
}

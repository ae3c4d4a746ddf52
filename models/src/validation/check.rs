//! One line of the table, and the curves behind it.

/// How a check ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The figure is within its limit.
    Ok,
    /// It is not.
    Failed,
    /// Nothing was compared; why.
    Skipped(String),
}

/// A figure and its limit.
#[derive(Clone, PartialEq, Debug)]
pub struct Check {
    /// What was compared, as in `cell A, day, tight`.
    pub case: String,
    /// Which figure, as in `voltage, RMS`.
    pub quantity: String,
    /// The figure; NaN when skipped.
    pub figure: f64,
    /// The largest figure allowed.
    pub limit: f64,
    /// Unit of both; empty for a count or a ratio.
    pub unit: &'static str,
    /// How it ended.
    pub verdict: Verdict,
}

impl Check {
    /// Within the limit or failed. A figure that is not a number fails.
    pub fn new(case: &str, quantity: &str, figure: f64, limit: f64, unit: &'static str) -> Self {
        let verdict = if figure <= limit { Verdict::Ok } else { Verdict::Failed };
        Self { case: case.to_owned(), quantity: quantity.to_owned(), figure, limit, unit, verdict }
    }

    /// Not compared.
    pub fn skipped(case: &str, quantity: &str, why: &str) -> Self {
        let verdict = Verdict::Skipped(why.to_owned());
        Self { verdict, ..Self::new(case, quantity, f64::NAN, f64::NAN, "") }
    }
}

/// A named line of a plot.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Name in the legend.
    pub name: String,
    /// Points.
    pub points: Vec<(f64, f64)>,
}

/// One plot.
#[derive(Clone, PartialEq, Debug)]
pub struct Curve {
    /// What it shows; equal titles belong under each other.
    pub title: String,
    /// Horizontal axis with its unit, as in `Time [h]`.
    pub x: &'static str,
    /// Vertical axis with its unit.
    pub y: &'static str,
    /// What is drawn.
    pub lines: Vec<Line>,
}

/// Checks and curves in the order in which they are shown.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Report {
    /// The table.
    pub checks: Vec<Check>,
    /// The plots.
    pub curves: Vec<Curve>,
}

impl Report {
    /// Appends another report.
    pub fn add(&mut self, other: Report) {
        self.checks.extend(other.checks);
        self.curves.extend(other.curves);
    }

    /// The checks that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.verdict == Verdict::Failed)
    }
}

/// Errors over the rows of a reference.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Errors {
    /// Rows compared.
    pub rows: u32,
    /// The largest |error|.
    pub max: f64,
    squares: f64,
}

impl Errors {
    /// One row; an error that is not a number is the largest possible.
    pub fn see(&mut self, error: f64) {
        let error = if error.is_nan() { f64::INFINITY } else { error.abs() };
        self.rows += 1;
        self.max = self.max.max(error);
        self.squares += error * error;
    }

    /// Root of the mean square; infinite when nothing was compared, so that an empty comparison fails.
    pub fn rms(&self) -> f64 {
        if self.rows == 0 { f64::INFINITY } else { (self.squares / f64::from(self.rows)).sqrt() }
    }

    /// The largest |error|; infinite when nothing was compared.
    pub fn largest(&self) -> f64 {
        if self.rows == 0 { f64::INFINITY } else { self.max }
    }
}

//! Profiles: what load, sun and air do over time, as data.
//!
//! A [`Table`] is one column of a CSV file, read once and shared by all runs; a [`Series`] is a
//! table with a start, a scale and a repetition, as one device uses it. The plant sees every
//! series as piecewise constant:
//!
//! | Quantity | Column | Reading |
//! |---|---|---|
//! | power | `…_w` | each value holds until the next row |
//! | speed | `…_m_per_s` | each value holds until the next row |
//! | irradiance | `…_w_per_m2` | rows closer than 10 min hold; otherwise the mean, over each 10 min, of the straight line through the rows |
//! | temperature | `…_c` | the mean, over each 10 min, of the straight line through the rows |
//!
//! The means keep the integral of the straight line, so no energy is lost to the grid.
//! A table repeats: its period ends one row spacing after its last row.

mod builtin;
mod parse;
mod problem;
mod series;

pub use builtin::{BUILTIN, Builtin, builtin};
pub use parse::{CsvSource, Gap, PROBLEMS_MAX, parse};
pub use problem::Problem;
pub use series::{Library, Point, Quantity, Series, SeriesSpec, Table};

pub(crate) use series::micros_of_seconds;

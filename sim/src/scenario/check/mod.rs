//! Everything that can be wrong with a scenario, found in one pass.

mod bank;
mod csv;
mod devices;
mod events;
mod expect;
mod outputs;
mod pattern;
mod settings;

use super::document::Document;

pub(super) use bank::Shape;
pub(super) use bank::check as bank;
pub(super) use devices::{Plan, PlannedDevice, check as devices};
pub(super) use events::{check_faults as faults, check_remote as remote};
pub(super) use expect::{Known, check as expect};
pub(super) use pattern::check as pre_alarm_pattern;
pub(super) use settings::{check as settings, check_changes as settings_changes};

/// A number in [low, high]; anything else, NaN included, is an error.
fn within(doc: &mut Document<'_>, field: &str, value: f64, low: f64, high: f64) {
    if !(low..=high).contains(&value) {
        doc.error(field, format!("{low} to {high}"), "");
    }
}

/// A place counted from 1.
fn place(doc: &mut Document<'_>, field: &str, value: u32, last: u32, what: &str) {
    if value == 0 || value > last {
        doc.error(field, format!("{what} 1 to {last}"), "");
    }
}

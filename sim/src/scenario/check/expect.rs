//! What a scenario expects: ids, numbers and names that exist, limits that can be kept.

use ngbank_models::time::Micros;

use super::super::document::Document;
use super::super::expect::{EventPromise, Expect, FigurePromise, StatePromise};
use super::super::span_of_time::Span;

/// Numbers of the `OUT-…` causes that a scenario may expect.
const CAUSES: std::ops::RangeInclusive<u32> = 1..=16;
/// The error numbers that a BMS with valid settings can show (ERR-1).
const ERRORS: [u8; 16] = [2, 3, 4, 5, 7, 9, 11, 12, 13, 14, 15, 16, 32, 34, 36, 39];

/// Names and limits that promises are checked against.
pub(in super::super) struct Known<'a> {
    /// Loads and chargers.
    pub devices: &'a [&'a str],
    /// Switches.
    pub switches: &'a [&'a str],
    /// Batteries in the bank.
    pub batteries: u32,
    /// Length of the run.
    pub duration: Micros,
}

/// Checks `[expect]`.
pub(in super::super) fn check(doc: &mut Document<'_>, expect: &Expect, known: &Known<'_>) {
    for (index, cause) in expect.causes.iter().enumerate() {
        check_cause(doc, &format!("expect.causes[{index}]"), cause);
    }
    for (index, error) in expect.errors.iter().enumerate() {
        if !ERRORS.contains(error) {
            let allowed = format!("one of {}", ERRORS.map(|number| number.to_string()).join(", "));
            doc.error(&format!("expect.errors[{index}]"), allowed, "ERR-1");
        }
    }
    for (index, promise) in expect.event.iter().enumerate() {
        check_event(doc, &format!("expect.event[{index}]"), promise, known);
    }
    for (index, promise) in expect.state.iter().enumerate() {
        check_state(doc, &format!("expect.state[{index}]"), promise, known);
    }
    for (index, promise) in expect.figure.iter().enumerate() {
        check_figure(doc, &format!("expect.figure[{index}]"), promise, known);
    }
}

fn check_event(doc: &mut Document<'_>, path: &str, promise: &EventPromise, known: &Known<'_>) {
    let subjects = [promise.device.is_some(), promise.pin.is_some(), promise.cause.is_some()];
    if subjects.into_iter().filter(|given| *given).count() != 1 {
        doc.error(path, "exactly one of device, pin and cause", "");
    }
    let pairs = [
        ("device", promise.device.is_some(), "action", promise.action.is_some()),
        ("pin", promise.pin.is_some(), "becomes", promise.becomes.is_some()),
    ];
    for (subject, has_subject, verb, has_verb) in pairs {
        // One that cannot be read has been reported.
        if has_subject && !has_verb && !doc.has(&format!("{path}.{verb}")) {
            doc.error(&format!("{path}.{verb}"), format!("required with {subject}"), "");
        }
        if has_verb && !has_subject {
            doc.error(&format!("{path}.{verb}"), format!("only with {subject}"), "");
        }
    }
    if let Some(device) = &promise.device {
        check_name(doc, &format!("{path}.device"), device, &[known.devices, known.switches].concat());
    }
    if let Some(cause) = &promise.cause {
        check_cause(doc, &format!("{path}.cause"), cause);
    }
    if let Some(battery) = promise.battery {
        super::place(doc, &format!("{path}.battery"), battery, known.batteries, "battery");
        if promise.cause.is_none() {
            doc.error(&format!("{path}.battery"), "only with cause", "");
        }
    }
    check_limits(doc, path, promise.at_least, promise.at_most);
    check_window(doc, path, promise.from, promise.until, known.duration);
}

fn check_state(doc: &mut Document<'_>, path: &str, promise: &StatePromise, known: &Known<'_>) {
    let pins = [promise.load, promise.charger, promise.pre_alarm];
    let others = [&promise.cause, &promise.closed, &promise.open];
    if pins.iter().all(Option::is_none) && others.iter().all(|other| other.is_none()) {
        doc.error(path, "at least one of load, charger, pre_alarm, cause, closed and open", "");
    }
    if let Some(cause) = &promise.cause {
        check_cause(doc, &format!("{path}.cause"), cause);
    }
    for (field, name) in [("closed", &promise.closed), ("open", &promise.open)] {
        if let Some(name) = name {
            check_name(doc, &format!("{path}.{field}"), name, known.switches);
        }
    }
    if promise.at_least.is_none() && promise.at_most.is_none() {
        doc.error(path, "at_least, at_most, or both", "");
    }
    check_limits(doc, path, promise.at_least, promise.at_most);
    check_window(doc, path, promise.from, promise.until, known.duration);
}

fn check_figure(doc: &mut Document<'_>, path: &str, promise: &FigurePromise, known: &Known<'_>) {
    let field = format!("{path}.device");
    match (&promise.device, promise.of.is_account()) {
        (Some(device), true) => check_name(doc, &field, device, &[known.devices, known.switches].concat()),
        (Some(_), false) => doc.error(&field, "only with charge-ah and energy-wh", ""),
        (None, true) => doc.error(&field, "required with charge-ah and energy-wh", ""),
        (None, false) => {}
    }
    if promise.at_least.is_none() && promise.at_most.is_none() {
        doc.error(path, "at_least, at_most, or both", "");
    }
    check_limits(doc, path, promise.at_least, promise.at_most);
}

fn check_cause(doc: &mut Document<'_>, field: &str, cause: &str) {
    let known = CAUSES.into_iter().any(|number| format!("OUT-{number}") == cause);
    if !known {
        doc.error(field, format!("OUT-{} to OUT-{}", CAUSES.start(), CAUSES.end()), "");
    }
}

fn check_name(doc: &mut Document<'_>, field: &str, name: &str, known: &[&str]) {
    if !known.contains(&name) {
        doc.error(field, format!("a name of this file: {}", known.join(", ")), "");
    }
}

fn check_limits<T: PartialOrd + Copy>(doc: &mut Document<'_>, path: &str, least: Option<T>, most: Option<T>) {
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        doc.error(&format!("{path}.at_most"), "not below at_least", "");
    }
}

fn check_window(doc: &mut Document<'_>, path: &str, from: Option<Span>, until: Option<Span>, duration: Micros) {
    if from.is_some_and(|from| from.0 >= duration) {
        doc.error(&format!("{path}.from"), "before the end of the run", "");
    }
    if until.is_some_and(|until| until <= from.unwrap_or_default() || until.0 > duration) {
        doc.error(&format!("{path}.until"), "after from, not after the end of the run", "");
    }
}

//! The outputs and causes of a run as lanes, exact to the decision: taken from its events, not from the trace.

use ngbank_core::Cause;
use ngbank_models::devices::Action;
use ngbank_models::time::{HOUR, Micros};
use ngbank_sim::result::{EventKind, RunResult};

use super::lanes::{Kind, Lane};

/// LOAD, CHARGER and PRE-ALARM.
pub(crate) fn output_lanes(run: &RunResult) -> Vec<Lane> {
    let lane = |name: &'static str, kind| Lane {
        name: name.to_owned(),
        note: kind_note(kind).to_owned(),
        kind,
        spans: spans(run, EventKind::Pins, |text| {
            let state = text.strip_prefix(name)?.strip_prefix(' ')?;
            Some(!state.starts_with("Floating"))
        }),
    };
    vec![lane("LOAD", Kind::High), lane("CHARGER", Kind::High), lane("PRE-ALARM", Kind::Warning)]
}

/// Every cause that ever held, in the order of the rules.
pub(crate) fn cause_lanes(run: &RunResult) -> Vec<Lane> {
    let lane = |cause: &Cause| {
        let label = format!("{} {}", cause.id(), cause.name());
        let spans = spans(run, EventKind::Cause, |text| {
            let change = text.strip_prefix(label.as_str())?.trim_start();
            Some(change.starts_with("set"))
        });
        Lane { name: cause.id().to_owned(), note: cause.name().to_owned(), kind: Kind::Cause, spans }
    };
    Cause::ALL.iter().map(lane).filter(|lane| !lane.spans.is_empty()).collect()
}

/// Every switch that ever closed, every device that was locked, and what else a device did only once in a while.
pub(crate) fn device_lanes(run: &RunResult) -> Vec<Lane> {
    let of_device = |name: &str| {
        let between = |begins: Action, ends: &[Action]| {
            spans(run, EventKind::Device, |text| {
                let action = text.strip_prefix(name)?.strip_prefix(' ')?;
                let ended = ends.iter().any(|end| end.text() == action).then_some(false);
                (action == begins.text()).then_some(true).or(ended)
            })
        };
        let at_instants = |action: Action| {
            let text = format!("{name} {action}");
            let found = run.events.iter().filter(|event| event.kind == EventKind::Device && event.text == text);
            found.map(|event| (hours(event.time_us), hours(event.time_us))).collect()
        };
        let lane = |what: &str, kind, spans: Vec<_>| Lane {
            name: "device".to_owned(),
            note: format!("{name} {what}"),
            kind,
            spans,
        };
        [
            lane("closed", Kind::High, between(Action::Closed, &OPENING)),
            lane("locked", Kind::Cause, between(Action::Locked, &[Action::Unlocked])),
            lane("load dump", Kind::Cause, at_instants(Action::LoadDump)),
            lane("low voltage", Kind::Cause, at_instants(Action::LowVoltage)),
            lane("overload", Kind::Cause, at_instants(Action::Overload)),
            lane("welded", Kind::Cause, between(Action::Welded, &[])),
        ]
    };
    let lanes = run.devices.iter().flat_map(|device| of_device(&device.name));
    lanes.filter(|lane| !lane.spans.is_empty()).collect()
}

/// What opens a switch.
const OPENING: [Action; 4] = [Action::Opened, Action::OverVoltage, Action::ShortCircuit, Action::Reverse];

/// Hours since the scenario began.
pub(crate) fn hours(time: Micros) -> f64 {
    time as f64 / HOUR as f64
}

fn kind_note(kind: Kind) -> &'static str {
    match kind {
        Kind::High => "High",
        Kind::Warning => "High: a warning",
        Kind::Cause => "holds",
    }
}

/// The stretches between the events that begin (`Some(true)`) and end (`Some(false)`) something, hours.
fn spans(run: &RunResult, kind: EventKind, change: impl Fn(&str) -> Option<bool>) -> Vec<(f64, f64)> {
    let mut spans = Vec::new();
    let mut since = None;
    for event in run.events.iter().filter(|event| event.kind == kind) {
        match (change(&event.text), since) {
            (Some(true), None) => since = Some(event.time_us),
            (Some(false), Some(from)) => {
                spans.push((hours(from), hours(event.time_us)));
                since = None;
            }
            _ => {}
        }
    }
    spans.extend(since.map(|from| (hours(from), hours(run.duration_us))));
    spans
}

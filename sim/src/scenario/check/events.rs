//! Faults and changes of the remote wiring.

use ngbank_models::time::Micros;

use super::super::document::Document;
use super::super::file::{FaultEntry, FaultTable, RemoteTable};
use super::Shape;

/// Checks `[remote]`: changes in ascending order within the run.
pub(in super::super) fn check_remote(doc: &mut Document<'_>, remote: &RemoteTable, duration: Micros) {
    let mut before = None;
    for (index, change) in remote.change.iter().enumerate() {
        let field = format!("remote.change[{index}].at");
        if change.at.0 >= duration {
            doc.error(&field, "before the end of the run", "REM-3");
        }
        if before.is_some_and(|before| change.at.0 <= before) {
            doc.error(&field, "later than the change before", "REM-3");
        }
        before = Some(change.at.0);
    }
}

/// Checks every `[[fault]]`: places that exist, times within the run. `devices` are the names of the devices.
pub(in super::super) fn check_faults(
    doc: &mut Document<'_>,
    faults: &[FaultEntry],
    shape: &Shape,
    devices: &[&str],
    duration: Micros,
) {
    for FaultEntry { place, time, fault } in faults {
        let path = format!("fault[{place}]");
        let at = format!("{path}.at");
        if time.at.0.saturating_add(time.jitter.0) >= duration {
            doc.error(&at, "before the end of the run, jitter included", "");
        }
        if time.until.is_some_and(|until| until <= time.at) {
            doc.error(&format!("{path}.until"), "later than at", "");
        }
        let instant = matches!(
            fault,
            FaultTable::BmsReset { .. }
                | FaultTable::ClockSetBack { .. }
                | FaultTable::OutputShort {}
                | FaultTable::SettingsChange { .. }
        );
        if instant && time.until.is_some() {
            doc.error(&format!("{path}.until"), "absent: this fault is one instant", "");
        }
        if matches!(fault, FaultTable::FirmwareUpdate { .. }) && time.until.is_none() {
            doc.error(&format!("{path}.until"), "required: an update ends", "UPD-2");
        }
        check_fault(doc, &path, fault, shape, devices);
    }
}

fn check_fault(doc: &mut Document<'_>, path: &str, fault: &FaultTable, shape: &Shape, devices: &[&str]) {
    let field = |name: &str| format!("{path}.{name}");
    let cells = u32::from(shape.model.cells);
    let battery = |doc: &mut Document<'_>, name: &str, battery: u32| {
        super::place(doc, &field(name), battery, shape.batteries(), "battery");
    };
    match fault {
        FaultTable::SensorOffset { battery: place, cell, mv } => {
            battery(doc, "battery", *place);
            super::place(doc, &field("cell"), *cell, cells, "cell");
            super::within(doc, &field("mv"), *mv, -5000.0, 5000.0);
        }
        FaultTable::SensorStuck { battery: place, cell, mv } => {
            battery(doc, "battery", *place);
            super::place(doc, &field("cell"), *cell, cells, "cell");
            super::within(doc, &field("mv"), f64::from(*mv), 0.0, 6000.0);
        }
        FaultTable::TemperatureStuck { battery: place, sensor, celsius } => {
            battery(doc, "battery", *place);
            super::place(doc, &field("sensor"), *sensor, 2, "temperature sensor");
            super::within(doc, &field("celsius"), *celsius, -300.0, 300.0);
        }
        FaultTable::InternalShort { battery: place, cell, ohm } => {
            battery(doc, "battery", *place);
            super::place(doc, &field("cell"), *cell, cells, "cell");
            // Below, a cell would lose more than 1 % within the minute for which the current is held.
            super::within(doc, &field("ohm"), *ohm, 0.1, 1e6);
        }
        FaultTable::CableBreak { before_battery } => battery(doc, "before_battery", *before_battery),
        FaultTable::DamagedFrames { battery: place, probability } => {
            if let Some(place) = place {
                battery(doc, "battery", *place);
            }
            super::within(doc, &field("probability"), *probability, 0.0, 1.0);
        }
        FaultTable::ChargerIgnoresRemote { device } => {
            if !devices.contains(&device.as_str()) {
                doc.error(&field("device"), format!("a device of this file: {}", devices.join(", ")), "");
            }
        }
        // The settings of a change are checked with the others.
        FaultTable::BmsReset { .. }
        | FaultTable::OutputShort {}
        | FaultTable::SettingsChange { .. }
        | FaultTable::FirmwareUpdate { .. } => {}
        FaultTable::ForeignBattery { battery: place } | FaultTable::BatteryRemoved { battery: place } => {
            battery(doc, "battery", *place);
        }
        FaultTable::SupplyDip { volts } => super::within(doc, &field("volts"), *volts, 0.0, 100.0),
        FaultTable::SlowDecisions { every_ms } => {
            // Beyond 1 s a gap counts as 1 s (PRE-2), and a cut may take as long as it likes.
            if *every_ms % 100 != 0 || !(200..=1000).contains(every_ms) {
                doc.error(&field("every_ms"), "200 to 1000, in steps of 100", "PRE-2");
            }
        }
        FaultTable::ClockSetBack { ms } => {
            if *ms == 0 {
                doc.error(&field("ms"), "1 or more", "TIME-2");
            }
        }
    }
}

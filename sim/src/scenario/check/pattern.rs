//! What an intermittent PRE-ALARM may be wired to (PRE-5).

use ngbank_core::settings::{PreAlarmPattern, Settings};
use ngbank_models::devices::{DeviceSpec, Output, SwitchSpec, Wire};

use super::super::document::Document;
use super::super::file::FaultEntry;
use super::super::settings_changes::settings_changes;
use super::Plan;

/// Warns of a device that an intermittent PRE-ALARM would switch on and off for ever. `settings`: those of the start.
pub(in super::super) fn check(doc: &mut Document<'_>, settings: &Settings, faults: &[FaultEntry], plan: &Plan) {
    let changes = settings_changes(settings, faults);
    let mut sets = changes.iter().map(|change| &change.asked).chain([settings]);
    if !sets.any(|set| set.pre_alarm_pattern == PreAlarmPattern::Intermittent) {
        return;
    }
    let devices = plan.devices.iter().map(|device| &device.spec);
    let devices = devices.filter(|spec| !matches!(spec, DeviceSpec::Indicator(_))).map(DeviceSpec::wire);
    let switches = plan.switches.iter().map(SwitchSpec::wire);
    let obeys = |wire: &Wire<'_>| wire.output == Output::PreAlarm;
    for wire in switches.chain(devices).filter(obeys) {
        doc.warning_of(
            "settings.pre_alarm_pattern",
            format!("intermittent, and {:?} obeys PRE-ALARM", wire.name),
            "continuous: 0.8 s on and off would switch it for ever; the simulation keeps it on",
            "PRE-5",
        );
    }
}

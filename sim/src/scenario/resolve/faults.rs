//! Faults at the instant that the seed decides.

use ngbank_core::settings::Settings;
use ngbank_models::devices::DeviceSpec;
use ngbank_models::time::MS;

use super::super::fault::{Fault, FaultKind};
use super::super::file::{FaultEntry, FaultTable};
use super::super::settings::SettingsSpec;
use super::super::settings_changes::settings_changes;
use crate::streams::{Entity, stream};

/// All faults by the time of their beginning; equal times keep the order of the file. `settings`: those of the start.
pub(super) fn resolve(faults: &[FaultEntry], seed: u64, devices: &[DeviceSpec], settings: &Settings) -> Vec<Fault> {
    let changes = settings_changes(settings, faults);
    let asked = |place: usize| changes.iter().find(|change| change.place == place).map(|change| &change.asked);
    let mut resolved: Vec<Fault> = faults
        .iter()
        .enumerate()
        .map(|(index, FaultEntry { time, fault, place })| {
            let label = time.label.clone().unwrap_or_else(|| label(&faults[..index], fault));
            let late_ms = stream(seed, Entity::Fault(&label), "jitter").below(time.jitter.0 / MS + 1);
            let late = late_ms * MS;
            Fault {
                at_us: time.at.0 + late,
                until_us: time.until.map(|until| until.0 + late),
                kind: kind(fault, devices, asked(*place).unwrap_or(settings)),
            }
        })
        .collect();
    resolved.sort_by_key(|fault| fault.at_us);
    resolved
}

/// The kind and its number among the faults of that kind, so that a fault of another kind shifts nothing.
fn label(before: &[FaultEntry], fault: &FaultTable) -> String {
    let number = before.iter().filter(|other| name(&other.fault) == name(fault)).count();
    format!("{} {number}", name(fault))
}

fn name(fault: &FaultTable) -> &'static str {
    match fault {
        FaultTable::SensorOffset { .. } => "sensor-offset",
        FaultTable::SensorStuck { .. } => "sensor-stuck",
        FaultTable::TemperatureStuck { .. } => "temperature-stuck",
        FaultTable::InternalShort { .. } => "internal-short",
        FaultTable::CableBreak { .. } => "cable-break",
        FaultTable::DamagedFrames { .. } => "damaged-frames",
        FaultTable::ChargerIgnoresRemote { .. } => "charger-ignores-remote",
        FaultTable::BmsReset { .. } => "bms-reset",
        FaultTable::ForeignBattery { .. } => "foreign-battery",
        FaultTable::BatteryRemoved { .. } => "battery-removed",
        FaultTable::SupplyDip { .. } => "supply-dip",
        FaultTable::OutputShort {} => "output-short",
        FaultTable::SlowDecisions { .. } => "slow-decisions",
        FaultTable::ClockSetBack { .. } => "clock-set-back",
        FaultTable::SettingsChange { .. } => "settings-change",
        FaultTable::FirmwareUpdate { .. } => "firmware-update",
    }
}

/// The file counts from 1, the simulation from 0. `asked`: the settings that a change asks for.
fn kind(fault: &FaultTable, devices: &[DeviceSpec], asked: &Settings) -> FaultKind {
    let from_0 = |place: u32| place as usize - 1;
    match fault {
        FaultTable::SensorOffset { battery, cell, mv } => {
            FaultKind::SensorOffset { battery: from_0(*battery), cell: from_0(*cell), mv: *mv }
        }
        FaultTable::SensorStuck { battery, cell, mv } => {
            FaultKind::SensorStuck { battery: from_0(*battery), cell: from_0(*cell), mv: *mv }
        }
        FaultTable::TemperatureStuck { battery, sensor, celsius } => {
            FaultKind::TemperatureStuck { battery: from_0(*battery), sensor: from_0(*sensor), celsius: *celsius }
        }
        FaultTable::InternalShort { battery, cell, ohm } => {
            FaultKind::InternalShort { battery: from_0(*battery), cell: from_0(*cell), ohm: *ohm }
        }
        FaultTable::CableBreak { before_battery } => FaultKind::CableBreak { before_battery: from_0(*before_battery) },
        FaultTable::DamagedFrames { battery, probability } => {
            FaultKind::DamagedFrames { battery: battery.map(from_0), probability: *probability }
        }
        FaultTable::ChargerIgnoresRemote { device } => FaultKind::ChargerIgnoresRemote {
            // A checked scenario names a device that exists.
            device: devices.iter().position(|spec| spec.wire().name == device).unwrap_or(usize::MAX),
        },
        FaultTable::BmsReset { reset } => FaultKind::BmsReset { reset: *reset },
        FaultTable::ForeignBattery { battery } => FaultKind::ForeignBattery { battery: from_0(*battery) },
        FaultTable::BatteryRemoved { battery } => FaultKind::BatteryRemoved { battery: from_0(*battery) },
        FaultTable::SupplyDip { volts } => FaultKind::SupplyDip { volts: *volts },
        FaultTable::OutputShort {} => FaultKind::OutputShort,
        FaultTable::SlowDecisions { every_ms } => FaultKind::SlowDecisions { every_ms: *every_ms },
        FaultTable::ClockSetBack { ms } => FaultKind::ClockSetBack { ms: *ms },
        FaultTable::SettingsChange { .. } => {
            FaultKind::SettingsChange { settings: Box::new(SettingsSpec::from(asked)) }
        }
        FaultTable::FirmwareUpdate { fails } => FaultKind::FirmwareUpdate { fails: *fails },
    }
}

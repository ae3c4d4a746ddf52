//! Which rows of the device table a scenario has.

use ngbank_models::devices::{DeviceSpec, Output, SwitchSpec, Wire};
use ngbank_sim::scenario::{FaultKind, Resolved};

/// The ids of the device rows that are in this scenario: each device by its kind, wires by how they are wired.
pub fn in_scenario(scenario: &Resolved) -> Vec<&'static str> {
    let switches = scenario.switches.iter().map(of_switch);
    let devices = scenario.devices.iter().map(of_device);
    let wires = scenario.switches.iter().map(SwitchSpec::wire).chain(scenario.devices.iter().map(DeviceSpec::wire));
    let ignored = scenario.faults.iter().any(|fault| matches!(fault.kind, FaultKind::ChargerIgnoresRemote { .. }));
    let of_wires = wires.flat_map(|wire| of_wire(&wire)).chain(ignored.then_some("DEV-11"));
    let mut ids: Vec<_> = switches.chain(devices).flatten().chain(of_wires).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn of_switch(switch: &SwitchSpec) -> Option<&'static str> {
    match (switch, switch.wire().output) {
        (SwitchSpec::BatteryProtect(_), Output::Charger) => Some("DEV-18"),
        (SwitchSpec::BatteryProtect(_), _) => Some("DEV-1"),
        (SwitchSpec::CyrixLiLoad(_), _) => Some("DEV-2"),
        (SwitchSpec::Contactor(_), _) => Some("DEV-3"),
        (SwitchSpec::CyrixLiCt(_), _) => Some("DEV-16"),
        (SwitchSpec::CyrixLiCharge(_), _) => Some("DEV-17"),
    }
}

fn of_device(device: &DeviceSpec) -> Option<&'static str> {
    match device {
        DeviceSpec::Inverter(_) => Some("DEV-4"),
        DeviceSpec::DcDcConverter(_) => Some("DEV-5"),
        DeviceSpec::ResistiveLoad(_) => Some("DEV-6"),
        DeviceSpec::CurrentLoad(_) => Some("DEV-7"),
        DeviceSpec::PowerLoad(_) => Some("DEV-8"),
        DeviceSpec::ProfileLoad(_) | DeviceSpec::ApplianceLoad(_) => Some("DEV-9"),
        DeviceSpec::Parasitic(_) => Some("DEV-10"),
        DeviceSpec::MainsCharger(_) => Some("DEV-13"),
        DeviceSpec::SolarCharger(_) => Some("DEV-14"),
        DeviceSpec::Alternator(_) => Some("DEV-15"),
        DeviceSpec::StarterBattery(_) => Some("DEV-19"),
        // Draws its control current only: a wire with a lamp at its end.
        DeviceSpec::Indicator(_) => None,
    }
}

fn of_wire(wire: &Wire<'_>) -> impl Iterator<Item = &'static str> + use<> {
    let inverting = wire.inverting.then_some("DEV-11");
    let in_a_tree = wire.behind.map(|_| "DEV-12");
    inverting.into_iter().chain(in_a_tree)
}

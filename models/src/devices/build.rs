//! From specifications to parts, and what keeps a set of specifications from being built.

use super::battery_protect::BatteryProtectPart;
use super::charger::{Charger, CycleLimits};
use super::contactor::ContactorPart;
use super::demand::Demand;
use super::inverter::{Conversion, PowerPart};
use super::load::{Draw, Nature, OwnDraw, PlainLoad};
use super::low_voltage::{LowVoltage, LowVoltageLimits};
use super::mains_charger::MainsChargerPart;
use super::part::Part;
use super::solar_charger::{Panel, SolarChargerPart};
use super::{DeviceSpec, Inverter, MainsCharger, SolarCharger, SwitchSpec};
use crate::catalogue::{Figure, figures};
use crate::profile::{Library, SeriesSpec, micros_of_seconds};
use crate::time::{Micros, NEVER};

/// Something that keeps an installation from being built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildProblem {
    /// Path of the field, counted from 0: `switches[1].name`, `devices[0].load.series`.
    pub field: String,
    /// What was found.
    pub value: String,
    /// What is allowed there.
    pub allowed: String,
}

/// Everything that is wrong with a set of specifications: figures out of range, names used
/// twice, switches and series that do not exist. BANK-5 is judged on
/// [`control_currents`](super::control_currents), not here.
pub fn check(
    switches: &[SwitchSpec],
    devices: &[DeviceSpec],
    system_voltage_v: u8,
    library: &Library,
) -> Vec<BuildProblem> {
    let mut problems = Vec::new();
    let mut add = |field: String, value: String, allowed: String| {
        problems.push(BuildProblem { field, value, allowed });
    };
    let mut names: Vec<String> = Vec::new();
    let mut unique = |name: &str| {
        let known = names.iter().any(|other| other == name);
        names.push(name.into());
        !known
    };
    for (i, switch) in switches.iter().enumerate() {
        switch.check(system_voltage_v, &mut |field, value, allowed| {
            add(format!("switches[{i}].{field}"), value, allowed);
        });
        let name = switch.wire().name;
        if !unique(name) {
            add(format!("switches[{i}].name"), format!("{name:?} again"), UNIQUE.into());
        }
    }
    for (i, device) in devices.iter().enumerate() {
        device.check(system_voltage_v, library, &mut |field, value, allowed| {
            add(format!("devices[{i}].{field}"), value, allowed);
        });
        let wire = device.wire();
        if !unique(wire.name) {
            add(format!("devices[{i}].name"), format!("{:?} again", wire.name), UNIQUE.into());
        }
        if let Some(behind) = wire.behind
            && !switches.iter().any(|switch| switch.wire().name == behind)
        {
            let known: Vec<_> = switches.iter().map(|switch| switch.wire().name).collect();
            let allowed = format!("the name of a switch: {}", known.join(", "));
            add(format!("devices[{i}].behind"), format!("{behind:?}"), allowed);
        }
    }
    problems
}

const UNIQUE: &str = "a name that no other device or switch has";

/// The part of a switch.
pub(super) fn switch_part(switch: &SwitchSpec, k: f64) -> Box<dyn Part + Send> {
    match switch {
        SwitchSpec::BatteryProtect(s) => Box::new(BatteryProtectPart::new(k, s.own_draw_a, s.over_voltage_v)),
        SwitchSpec::Contactor(s) => {
            let f = &figures().contactor;
            let us = |own: Option<f64>, figure: &Figure| micros_of_seconds(own.unwrap_or(figure.value) / 1_000.0);
            Box::new(ContactorPart::new(
                us(s.pick_up_ms, &f.pick_up_ms),
                us(s.drop_out_ms, &f.drop_out_ms),
                us(s.bounce_ms, &f.bounce_ms),
                s.weld_above_a.unwrap_or(f64::INFINITY),
            ))
        }
    }
}

/// The part of a device that has passed [`check`].
pub(super) fn device_part(device: &DeviceSpec, k: f64, library: &Library) -> Box<dyn Part + Send> {
    let series = |spec: &SeriesSpec| library.series(spec).expect("series checked before");
    match device {
        DeviceSpec::ProfileLoad(d) => {
            let demand = Demand::Series(series(&d.load));
            power_load(demand, k, d.low_shut_down_v, d.low_restart_v)
        }
        DeviceSpec::PowerLoad(d) => {
            let (from, until) = window(d.from_s, d.until_s);
            let demand = Demand::Window { value: d.power_w, from, until };
            power_load(demand, k, d.low_shut_down_v, d.low_restart_v)
        }
        DeviceSpec::CurrentLoad(d) => {
            let (from, until) = window(d.from_s, d.until_s);
            let draw = Draw::new(d.current_a, k);
            Box::new(PlainLoad::new(Nature::Current(draw), from, until))
        }
        DeviceSpec::ResistiveLoad(d) => {
            let (from, until) = window(d.from_s, d.until_s);
            let nature = Nature::Resistance { ohms: d.resistance_ohm };
            Box::new(PlainLoad::new(nature, from, until))
        }
        DeviceSpec::Inverter(d) => inverter(d, k, library),
        DeviceSpec::Parasitic(d) => Box::new(OwnDraw(Draw::new(d.current_ma / 1_000.0, k))),
        DeviceSpec::MainsCharger(d) => mains_charger(d, k),
        DeviceSpec::SolarCharger(d) => {
            let air = d.air_temperature.as_ref().map(series);
            solar_charger(d, k, series(&d.irradiance), air)
        }
        DeviceSpec::Indicator(_) => Box::new(OwnDraw(Draw::new(0.0, k))),
    }
}

fn power_load(demand: Demand, k: f64, shut_down_v: Option<f64>, restart_v: Option<f64>) -> Box<dyn Part + Send> {
    let limits = LowVoltageLimits::new(k, shut_down_v, restart_v, false);
    Box::new(PowerPart::new(demand, None, LowVoltage::new(limits)))
}

fn inverter(d: &Inverter, k: f64, library: &Library) -> Box<dyn Part + Send> {
    let f = figures();
    let demand = match &d.load {
        Some(load) => Demand::Series(library.series(load).expect("series checked before")),
        None => Demand::constant(d.power_w.unwrap_or(0.0)),
    };
    let conversion = Conversion {
        rated_w: d.rated_w,
        no_load_w: d.no_load_w.unwrap_or(f.inverter.no_load_w.value),
        curve: d.efficiency.clone().unwrap_or_else(|| f.inverter_efficiency.clone()),
        overload: us(&f.inverter.overload_s),
    };
    let limits = LowVoltageLimits::new(k, d.low_shut_down_v, d.low_restart_v, true);
    Box::new(PowerPart::new(demand, Some(conversion), LowVoltage::new(limits)))
}

fn mains_charger(d: &MainsCharger, k: f64) -> Box<dyn Part + Send> {
    let f = &figures().mains_charger;
    let limits = CycleLimits {
        absorption_v: d.absorption_v.unwrap_or(f.absorption_v.value * k),
        float_v: d.float_v.unwrap_or(f.float_v.value * k),
        storage_v: d.storage_v.or(d.float_v).unwrap_or(f.storage_v.value * k),
        absorption: us_or(d.absorption_s, &f.absorption_s),
        float: us(&f.float_s),
        rebulk_hold: us(&f.rebulk_hold_s),
        rebulk_margin_v: f.rebulk_margin_v.value * k,
    };
    let cable = d.cable_resistance_ohm.unwrap_or(f.cable_resistance_ohm.value);
    let watts_max = d.power_limit_w.unwrap_or(f64::INFINITY);
    let charger = Charger::new(k, cable, d.current_limit_a, watts_max, limits);
    Box::new(MainsChargerPart::new(charger, us_or(d.start_delay_s, &f.start_delay_s)))
}

fn solar_charger(
    d: &SolarCharger,
    k: f64,
    irradiance: crate::profile::Series,
    air_c: Option<crate::profile::Series>,
) -> Box<dyn Part + Send> {
    let f = &figures().solar_charger;
    let float_v = d.float_v.unwrap_or(f.float_v.value * k);
    let limits = CycleLimits {
        absorption_v: d.absorption_v.unwrap_or(f.absorption_v.value * k),
        float_v,
        storage_v: float_v,
        absorption: us_or(d.absorption_s, &f.absorption_s),
        float: NEVER,
        rebulk_hold: us(&f.rebulk_hold_s),
        rebulk_margin_v: f.rebulk_margin_v.value * k,
    };
    let cable = d.cable_resistance_ohm.unwrap_or(f.cable_resistance_ohm.value);
    let amps_max = d.current_limit_a.unwrap_or(f64::INFINITY);
    let charger = Charger::new(k, cable, amps_max, 0.0, limits);
    let panel = Panel {
        peak_w: d.peak_power_w,
        irradiance,
        air_c,
        efficiency: d.conversion_efficiency.unwrap_or(f.conversion_efficiency.value),
        per_k: f.temperature_coefficient_per_k.value,
        heating_k_per_w_per_m2: f.panel_heating_k_per_w_per_m2.value,
    };
    let new_cycle_after = us(&f.new_cycle_after_s);
    Box::new(SolarChargerPart::new(charger, panel, f.power_min_w.value, new_cycle_after))
}

fn window(from_s: f64, until_s: Option<f64>) -> (Micros, Micros) {
    (micros_of_seconds(from_s), until_s.map_or(NEVER, micros_of_seconds))
}

fn us(figure: &Figure) -> Micros {
    micros_of_seconds(figure.value)
}

fn us_or(own: Option<f64>, figure: &Figure) -> Micros {
    micros_of_seconds(own.unwrap_or(figure.value))
}

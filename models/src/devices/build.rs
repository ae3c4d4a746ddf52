//! From specifications to parts, and what keeps a set of specifications from being built.

use super::alternator::{AlternatorData, AlternatorPart};
use super::charger::{Charger, CycleLimits};
use super::contactor::ContactorPart;
use super::cyrix_charge::CyrixChargePart;
use super::cyrix_ct::CyrixCtPart;
use super::demand::Demand;
use super::gate::Window;
use super::inverter::{Conversion, Inrush, PowerPart};
use super::load::{Draw, Nature, OwnDraw, PlainLoad};
use super::load_switch::{LoadSwitchLimits, LoadSwitchPart, ShortCircuit};
use super::low_voltage::{LowVoltage, LowVoltageLimits};
use super::mains_charger::MainsChargerPart;
use super::part::{BAND_V, Part};
use super::regulator::{Mode, Regulator};
use super::solar_charger::{Panel, SolarChargerPart};
use super::starter_battery::{StarterBatteryData, StarterBatteryPart};
use super::supply::Supply;
use super::{Alternator, ApplianceLoad, BatteryProtect, Contactor, Cyrix, DcDcConverter, StarterBattery};
use super::{DeviceSpec, Inverter, MainsCharger, SolarCharger, SwitchSpec};
use crate::catalogue::{DeviceFigures, EfficiencyPoint, Figure};
use crate::circuit::BEYOND_MAX;
use crate::profile::{Library, Point, Quantity, Series, SeriesSpec, Table, micros_of_seconds};
use crate::time::{Micros, NEVER, SECOND};

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
    let tree = Tree { switches };
    for (i, switch) in switches.iter().enumerate() {
        if let Some(behind) = switch.wire().behind
            && let Some(allowed) = tree.refuses(switch, behind)
        {
            add(format!("switches[{i}].behind"), format!("{behind:?}"), allowed);
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
            && tree.find(behind).is_none()
        {
            add(format!("devices[{i}].behind"), format!("{behind:?}"), tree.names());
        }
    }
    let own_nodes = switches.iter().filter(|switch| switch.has_own_node()).count();
    if own_nodes > BEYOND_MAX {
        let found = format!("{own_nodes} Cyrix-Li-ct and Cyrix-Li-Charge");
        add("switches".into(), found, format!("at most {BEYOND_MAX}"));
    }
    problems
}

const UNIQUE: &str = "a name that no other device or switch has";

/// What is behind what.
struct Tree<'a> {
    switches: &'a [SwitchSpec],
}

impl<'a> Tree<'a> {
    fn find(&self, name: &str) -> Option<&'a SwitchSpec> {
        self.switches.iter().find(|switch| switch.wire().name == name)
    }

    fn names(&self) -> String {
        let known: Vec<_> = self.switches.iter().map(|switch| switch.wire().name).collect();
        format!("the name of a switch: {}", known.join(", "))
    }

    /// What would be allowed, if `switch` may not be behind `behind`.
    fn refuses(&self, switch: &SwitchSpec, behind: &str) -> Option<String> {
        let mut own_node = switch.has_own_node();
        let mut next = Some(behind);
        for _ in 0..=self.switches.len() {
            let name = next?;
            let Some(above) = self.find(name) else { return Some(self.names()) };
            if own_node && above.has_own_node() {
                return Some("a node of its own only on the bus, not beyond another Cyrix".into());
            }
            own_node |= above.has_own_node();
            next = above.wire().behind;
        }
        Some("switches that are not behind themselves".into())
    }
}

/// The part of a switch.
pub(super) fn switch_part(switch: &SwitchSpec, k: f64, f: &DeviceFigures) -> Box<dyn Part + Send> {
    let cable = |cyrix: &Cyrix, figure: &Figure| cyrix.cable_resistance_ohm.unwrap_or(figure.value);
    match switch {
        SwitchSpec::BatteryProtect(s) => battery_protect(s, k, f),
        SwitchSpec::Contactor(s) => contactor(s, f),
        SwitchSpec::CyrixLiLoad(_) => cyrix_load(k, f),
        SwitchSpec::CyrixLiCt(s) => {
            let figures = &f.cyrix_li_ct;
            Box::new(CyrixCtPart::new(k, figures, cable(s, &figures.cable_resistance_ohm)))
        }
        SwitchSpec::CyrixLiCharge(s) => {
            let figures = &f.cyrix_li_charge;
            Box::new(CyrixChargePart::new(k, figures, cable(s, &figures.cable_resistance_ohm)))
        }
    }
}

fn battery_protect(s: &BatteryProtect, k: f64, f: &DeviceFigures) -> Box<dyn Part + Send> {
    let f = &f.battery_protect;
    let over_voltage_v = s.over_voltage_v.unwrap_or(f.over_voltage_v.value * k);
    let clear_v = over_voltage_v - (f.over_voltage_v.value - f.over_voltage_clear_v.value) * k;
    let limits = LoadSwitchLimits {
        off_time_min: us(&f.off_time_min_s),
        connect_delay: us(&f.connect_delay_s),
        events_to_lock: f.events_to_lock.value as u32,
        unlock_v: f.unlock_v.value * k,
        unlock_hold: us(&f.unlock_hold_s),
        event_memory: us(&f.event_memory_s),
        over_voltage: Some((over_voltage_v, clear_v)),
        short_circuit: Some(ShortCircuit {
            amps: s.short_circuit_a.unwrap_or(f.short_circuit_a.value),
            retry: us(&f.short_circuit_retry_s),
            retries: f.short_circuit_retries.value as u32,
        }),
        band_v: BAND_V * k,
    };
    Box::new(LoadSwitchPart::new(limits, Draw::new(s.own_draw_a.unwrap_or(f.own_draw_a.value), k)))
}

fn cyrix_load(k: f64, f: &DeviceFigures) -> Box<dyn Part + Send> {
    let f = &f.cyrix_li_load;
    let limits = LoadSwitchLimits {
        off_time_min: us(&f.off_time_min_s),
        // A timer has to lie ahead.
        connect_delay: 1,
        events_to_lock: f.events_to_lock.value as u32,
        unlock_v: f.unlock_v.value * k,
        unlock_hold: us(&f.unlock_hold_s),
        event_memory: us(&f.event_memory_s),
        over_voltage: None,
        short_circuit: None,
        band_v: BAND_V * k,
    };
    Box::new(LoadSwitchPart::new(limits, Draw::new(f.own_draw_a.value, k)))
}

fn contactor(s: &Contactor, f: &DeviceFigures) -> Box<dyn Part + Send> {
    let f = &f.contactor;
    let us = |own: Option<f64>, figure: &Figure| micros_of_seconds(own.unwrap_or(figure.value) / 1_000.0);
    Box::new(ContactorPart::new(
        us(s.pick_up_ms, &f.pick_up_ms),
        us(s.drop_out_ms, &f.drop_out_ms),
        us(s.bounce_ms, &f.bounce_ms),
        s.weld_above_a.unwrap_or(f64::INFINITY),
    ))
}

/// The part of a device that has passed [`check`].
pub(super) fn device_part(device: &DeviceSpec, k: f64, f: &DeviceFigures, library: &Library) -> Box<dyn Part + Send> {
    let series = |spec: &SeriesSpec| library.series(spec).expect("series checked before");
    match device {
        DeviceSpec::ProfileLoad(d) => {
            let demand = Demand::Series(series(&d.load));
            power_load(demand, k, f, d.low_shut_down_v, d.low_restart_v)
        }
        DeviceSpec::ApplianceLoad(d) => {
            power_load(Demand::Series(appliances(d)), k, f, d.low_shut_down_v, d.low_restart_v)
        }
        DeviceSpec::PowerLoad(d) => {
            let demand = Demand::Window { value: d.power_w, window: Window::of_seconds(d.from_s, d.until_s) };
            power_load(demand, k, f, d.low_shut_down_v, d.low_restart_v)
        }
        DeviceSpec::CurrentLoad(d) => {
            let draw = Draw::new(d.current_a, k);
            Box::new(PlainLoad::new(Nature::Current(draw), Window::of_seconds(d.from_s, d.until_s)))
        }
        DeviceSpec::ResistiveLoad(d) => {
            let nature = Nature::Resistance { ohms: d.resistance_ohm };
            Box::new(PlainLoad::new(nature, Window::of_seconds(d.from_s, d.until_s)))
        }
        DeviceSpec::Inverter(d) => inverter(d, k, f, library),
        DeviceSpec::DcDcConverter(d) => dc_dc_converter(d, k, f, library),
        DeviceSpec::Alternator(d) => alternator(d, k, f, series(&d.speed)),
        DeviceSpec::StarterBattery(d) => starter_battery(d, k, f),
        DeviceSpec::Parasitic(d) => Box::new(OwnDraw(Draw::new(d.current_ma / 1_000.0, k))),
        DeviceSpec::MainsCharger(d) => mains_charger(d, k, f),
        DeviceSpec::SolarCharger(d) => {
            let air = d.air_temperature.as_ref().map(series);
            solar_charger(d, k, f, series(&d.irradiance), air)
        }
        DeviceSpec::Indicator(_) => Box::new(OwnDraw(Draw::new(0.0, k))),
    }
}

/// The power of a household as drawn, or its mean.
fn appliances(d: &ApplianceLoad) -> Series {
    let mean_w = || d.household.appliances().mean_kwh_per_day() * 1_000.0 / 24.0;
    let steps = d.drawn_s_w.clone().unwrap_or_else(|| vec![(0, mean_w())]);
    let row = |(at_s, watts): (u32, f64)| Point { at: Micros::from(at_s) * SECOND, value: d.scale * watts };
    let rows: Vec<Point> = steps.into_iter().map(row).collect();
    Series::new(Table::from_rows(Quantity::Power, &rows, NEVER))
}

fn power_load(
    demand: Demand,
    k: f64,
    f: &DeviceFigures,
    shut_down_v: Option<f64>,
    restart_v: Option<f64>,
) -> Box<dyn Part + Send> {
    let min_v = shut_down_v.unwrap_or(f.inverter.low_shut_down_v.value * k);
    let supply = Supply::new(k, min_v, f64::INFINITY, us(&f.inverter.hold_up_s));
    let limits = LowVoltageLimits::new(k, &f.inverter, restart_v, false);
    Box::new(PowerPart::new(demand, None, None, supply, LowVoltage::new(limits)))
}

/// Power out of a converter: a series or a constant, of which [`check`] has seen that there is one.
fn output(load: Option<&SeriesSpec>, power_w: Option<f64>, library: &Library) -> Demand {
    match load {
        Some(load) => Demand::Series(library.series(load).expect("series checked before")),
        None => Demand::constant(power_w.unwrap_or(0.0)),
    }
}

fn inverter(d: &Inverter, k: f64, f: &DeviceFigures, library: &Library) -> Box<dyn Part + Send> {
    let conversion = Conversion {
        rated_w: d.rated_w,
        no_load_w: d.no_load_w.unwrap_or(f.inverter.no_load_w.value),
        curve: d.efficiency.clone().unwrap_or_else(|| f.inverter_efficiency.clone()),
        overload: us(&f.inverter.overload_s),
    };
    let inrush = d.inrush_capacitance_f.zip(d.inrush_resistance_ohm);
    let inrush = inrush.map(|(farads, ohms)| Inrush { ohms, time_constant: micros_of_seconds(farads * ohms).max(1) });
    let min_v = d.low_shut_down_v.unwrap_or(f.inverter.low_shut_down_v.value * k);
    let amps_max = d.input_current_limit_a.unwrap_or(f64::INFINITY);
    let supply = Supply::new(k, min_v, amps_max, us(&f.inverter.hold_up_s));
    let limits = LowVoltageLimits::new(k, &f.inverter, d.low_restart_v, true);
    let demand = output(d.load.as_ref(), d.power_w, library);
    let part = PowerPart::new(demand, Some(conversion), inrush, supply, LowVoltage::new(limits));
    Box::new(part.switched_on(Window::of_seconds(d.from_s, d.until_s)))
}

fn dc_dc_converter(d: &DcDcConverter, k: f64, figures: &DeviceFigures, library: &Library) -> Box<dyn Part + Send> {
    let f = &figures.dc_dc_converter;
    let efficiency = d.efficiency.unwrap_or(f.efficiency.value);
    let conversion = Conversion {
        rated_w: f64::INFINITY,
        no_load_w: 0.0,
        curve: vec![EfficiencyPoint { load_share: 0.0, efficiency }],
        overload: NEVER,
    };
    let min_v = d.input_min_v.unwrap_or(f.input_min_v.value * k);
    let amps_max = d.input_current_limit_a.unwrap_or(f64::INFINITY);
    let supply = Supply::new(k, min_v, amps_max, us(&f.hold_up_s));
    let restart_v = d.input_restart_v.unwrap_or(f.input_restart_v.value * k);
    let limits = LowVoltageLimits {
        restart_delay: us(&f.restart_delay_s),
        ..LowVoltageLimits::new(k, &figures.inverter, Some(restart_v), false)
    };
    let demand = output(d.load.as_ref(), d.power_w, library);
    Box::new(PowerPart::new(demand, Some(conversion), None, supply, LowVoltage::new(limits)))
}

fn alternator(d: &Alternator, k: f64, figures: &DeviceFigures, speed: Series) -> Box<dyn Part + Send> {
    let f = &figures.alternator;
    let regulator = Regulator {
        k,
        cable_ohm: d.cable_resistance_ohm.unwrap_or(f.cable_resistance_ohm.value),
        amps_max: d.rated_a,
        watts_max: f64::INFINITY,
        set_v: d.regulated_v.unwrap_or(f.regulated_v.value * k),
        mode: Mode::Off,
    };
    let data = AlternatorData {
        rated_a: d.rated_a,
        speed,
        curve: d.curve.clone().unwrap_or_else(|| figures.alternator_curve.clone()),
        derating: d.derating.unwrap_or(f.derating.value),
        warming: us(&f.warming_s),
        engine_off_after: us(&f.engine_off_after_s),
        load_dump_a: f.load_dump_a.value,
    };
    Box::new(AlternatorPart::new(data, regulator))
}

/// The resistance of a battery goes with its voltage and against its capacity.
fn starter_battery(d: &StarterBattery, k: f64, f: &DeviceFigures) -> Box<dyn Part + Send> {
    const FIGURE_AH: f64 = 70.0;
    let f = &f.starter_battery;
    let data = StarterBatteryData {
        capacity_as: d.capacity_ah * 3_600.0,
        empty_v: f.empty_v.value * k,
        full_v: f.full_v.value * k,
        ohms: d.resistance_ohm.unwrap_or(f.resistance_ohm.value * k * FIGURE_AH / d.capacity_ah),
        full_charge_factor: f.full_charge_factor.value,
        band_v: BAND_V * k,
    };
    Box::new(StarterBatteryPart::new(data, d.soc_at_start.unwrap_or(f.soc_at_start.value)))
}

fn mains_charger(d: &MainsCharger, k: f64, f: &DeviceFigures) -> Box<dyn Part + Send> {
    let f = &f.mains_charger;
    let limits = CycleLimits {
        absorption_v: d.absorption_v.unwrap_or(f.absorption_v.value * k),
        float_v: d.float_v.unwrap_or(f.float_v.value * k),
        storage_v: d.storage_v.or(d.float_v).unwrap_or(f.storage_v.value * k),
        absorption: us_or(d.absorption_s, &f.absorption_s),
        tail_a: d.tail_current_a.unwrap_or(0.0),
        tail_hold: us(&f.tail_hold_s),
        float: us(&f.float_s),
        rebulk_hold: us(&f.rebulk_hold_s),
        rebulk_margin_v: f.rebulk_margin_v.value * k,
    };
    let cable = d.cable_resistance_ohm.unwrap_or(f.cable_resistance_ohm.value);
    let watts_max = d.power_limit_w.unwrap_or(f64::INFINITY);
    let charger = Charger::new(k, cable, d.current_limit_a, watts_max, limits);
    let mains = Window::of_seconds(d.from_s, d.until_s);
    Box::new(MainsChargerPart::new(charger, us_or(d.start_delay_s, &f.start_delay_s), mains))
}

fn solar_charger(
    d: &SolarCharger,
    k: f64,
    f: &DeviceFigures,
    irradiance: Series,
    air_c: Option<Series>,
) -> Box<dyn Part + Send> {
    let f = &f.solar_charger;
    let float_v = d.float_v.unwrap_or(f.float_v.value * k);
    let limits = CycleLimits {
        absorption_v: d.absorption_v.unwrap_or(f.absorption_v.value * k),
        float_v,
        storage_v: float_v,
        absorption: us_or(d.absorption_s, &f.absorption_s),
        tail_a: 0.0,
        tail_hold: NEVER,
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

fn us(figure: &Figure) -> Micros {
    micros_of_seconds(figure.value)
}

fn us_or(own: Option<f64>, figure: &Figure) -> Micros {
    micros_of_seconds(own.unwrap_or(figure.value))
}

//! Where the energy of a run came from and where it went: one figure per path, and what the books leave over.
//!
//! Everything is counted at the bank's terminals: what an alternator gives is what has come through its relay and cable,
//! less what its starter battery keeps. Books: what all devices gave = what the cells hold more than at the start + heat
//! of the batteries + what is left over: heat of links, cables and fuses, and the error of the books. For one string at a
//! constant current it is I²R to 1e-5 of what was moved; over a month of a house whose bank is balanced for days it is less
//! than that by some 2e-5 of what was moved, because a bleed counts as charging current where charge is wasted.

use ngbank_models::cell::CellSet;
use ngbank_models::devices::{DeviceSpec, SwitchSpec};
use ngbank_models::plant::Plant;
use serde::Serialize;

use crate::scenario::Resolved;

/// Energy of a run by path, Wh. Into the bank is positive: loads are negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct EnergyByPath {
    /// Solar chargers.
    pub solar_wh: f64,
    /// Mains chargers.
    pub mains_wh: f64,
    /// Alternators, through what joins them to the bank.
    pub alternator_wh: f64,
    /// Loads, inverters and converters.
    pub load_wh: f64,
    /// The BMS with what its outputs feed (SUP-2).
    pub bms_wh: f64,
    /// Own draw of switchgear, and what is wired past LOAD.
    pub device_draw_wh: f64,
    /// What the cells hold more than at the start; less is negative.
    pub stored_wh: f64,
    /// Heat of the batteries: ohmic, of the RC pairs, hysteresis, entropy, bleed and self-discharge.
    pub battery_heat_wh: f64,
    /// What is left over: heat of links, cables and fuses of the bank, and the error of the books; no measure of the first
    /// alone.
    pub left_over_wh: f64,
}

/// One path of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Path {
    Solar,
    Mains,
    Alternator,
    Load,
    Bms,
    DeviceDraw,
}

impl EnergyByPath {
    /// The books of a plant that has played this scenario.
    pub(crate) fn of(scenario: &Resolved, cells: &CellSet, plant: &Plant) -> Self {
        let accounts = plant.accounts();
        let mut books = Self { battery_heat_wh: accounts.heat / 3_600.0, ..Self::default() };
        for (device, joules) in accounts.device_energy.iter().enumerate() {
            *books.of_path(path(scenario, device)) += joules / 3_600.0;
        }
        let n = plant.cells_per_battery();
        let store = Store::new(cells);
        let gained = scenario
            .bank
            .params
            .cells
            .iter()
            .enumerate()
            .map(|(k, cell)| cell.capacity_ah * (store.held(plant.soc(k / n, k % n)) - store.held(cell.soc)));
        books.stored_wh = gained.sum();
        books.left_over_wh = books.given_wh() - books.stored_wh - books.battery_heat_wh;
        books
    }

    /// What all devices together gave to the bank, Wh.
    pub fn given_wh(&self) -> f64 {
        self.solar_wh + self.mains_wh + self.alternator_wh + self.load_wh + self.bms_wh + self.device_draw_wh
    }

    /// The table: path and Wh.
    pub fn rows(&self) -> [(&'static str, f64); 9] {
        [
            ("solar", self.solar_wh),
            ("mains", self.mains_wh),
            ("alternator", self.alternator_wh),
            ("load", self.load_wh),
            ("BMS", self.bms_wh),
            ("device draw", self.device_draw_wh),
            ("stored", self.stored_wh),
            ("heat of batteries", self.battery_heat_wh),
            ("left over", self.left_over_wh),
        ]
    }

    fn of_path(&mut self, path: Path) -> &mut f64 {
        match path {
            Path::Solar => &mut self.solar_wh,
            Path::Mains => &mut self.mains_wh,
            Path::Alternator => &mut self.alternator_wh,
            Path::Load => &mut self.load_wh,
            Path::Bms => &mut self.bms_wh,
            Path::DeviceDraw => &mut self.device_draw_wh,
        }
    }
}

/// The path of a device by its number in the installation: devices, then switches, then the BMS.
fn path(scenario: &Resolved, device: usize) -> Path {
    let devices = scenario.devices.len();
    match (scenario.devices.get(device), scenario.switches.get(device.wrapping_sub(devices))) {
        (Some(device), _) => path_of(device),
        (None, Some(switch)) => path_through(scenario, switch),
        (None, None) => Path::Bms,
    }
}

fn path_of(device: &DeviceSpec) -> Path {
    match device {
        DeviceSpec::SolarCharger(_) => Path::Solar,
        DeviceSpec::MainsCharger(_) => Path::Mains,
        DeviceSpec::Alternator(_) => Path::Alternator,
        DeviceSpec::Parasitic(_) => Path::DeviceDraw,
        _ => Path::Load,
    }
}

/// A switch with a node of its own carries what hangs there; others draw for themselves only.
fn path_through(scenario: &Resolved, switch: &SwitchSpec) -> Path {
    let name = switch.wire().name;
    let mut behind = scenario.devices.iter().filter(|device| device.wire().behind == Some(name));
    let charger = behind.find(|device| device.is_charger()).filter(|_| switch.has_own_node());
    charger.map_or(Path::DeviceDraw, path_of)
}

/// What a cell holds for each Ah of its capacity, Wh/Ah: ∫ (OCV − T·dOCV/dT) dz from 0. The entropic part of the voltage
/// is heat, not store; what remains does not depend on the temperature.
struct Store<'a> {
    cells: &'a CellSet,
    /// At every knot of the tables, between which the voltage is straight.
    at_knots: Vec<f64>,
}

impl<'a> Store<'a> {
    fn new(cells: &'a CellSet) -> Self {
        let mut store = Self { cells, at_knots: vec![0.0] };
        for n in 0..KNOTS {
            store.at_knots.push(store.at_knots[n] + store.trapezium(knot(n), knot(n + 1)));
        }
        store
    }

    /// At this state of charge.
    fn held(&self, soc: f64) -> f64 {
        let below = (soc * KNOTS as f64).floor().clamp(0.0, KNOTS as f64) as usize;
        self.at_knots[below] + self.trapezium(knot(below), soc)
    }

    fn trapezium(&self, from: f64, to: f64) -> f64 {
        0.5 * (self.volts(from) + self.volts(to)) * (to - from)
    }

    fn volts(&self, z: f64) -> f64 {
        let ocv = self.cells.ocv_volts(z, CELSIUS);
        ocv - (CELSIUS + 273.15) * (self.cells.ocv_volts(z, CELSIUS + 1.0) - ocv)
    }
}

/// State of charge at the knot of this number.
fn knot(n: usize) -> f64 {
    n as f64 / KNOTS as f64
}

/// Any temperature would do.
const CELSIUS: f64 = 25.0;
/// The tables of a cell have so many intervals over SoC.
const KNOTS: usize = 200;

//! A bank for device tests: a given open-circuit voltage behind a resistance.

use ngbank_models::circuit::{Branch, BusState, Quantity, When, close};
use ngbank_models::devices::{Action, DeviceEvent, DeviceSpec, Installation, SwitchSpec};
use ngbank_models::profile::Library;
use ngbank_models::time::{MS, Micros, SECOND};
use serde::Deserialize;

/// Most mode changes that one instant may need.
pub const CHANGES_MAX: usize = 30;

/// How long a load of constant power bears a limited current before it shuts down (catalogue).
pub const HOLD_UP: Micros = 20 * MS;

/// How often the open-circuit voltage is looked at.
const GRID: Micros = SECOND / 10;

#[derive(Deserialize)]
struct Specs {
    #[serde(default)]
    switches: Vec<SwitchSpec>,
    #[serde(default)]
    devices: Vec<DeviceSpec>,
}

pub struct Bench {
    pub installation: Installation,
    pub time: Micros,
    /// Open-circuit voltage (V) and resistance (Ω) of the bank.
    pub volts: Box<dyn Fn(Micros) -> f64>,
    pub ohms: f64,
    pub events: Vec<DeviceEvent>,
    /// Guards that fired at the last instant.
    pub changes: usize,
    bus: f64,
}

impl Bench {
    /// A bank at a constant voltage behind 10 mΩ, and what a TOML text describes.
    pub fn new(system_voltage_v: u8, volts: f64, specs: &str) -> Bench {
        Bench::with_library(system_voltage_v, volts, specs, &Library::new())
    }

    pub fn with_library(k: u8, volts: f64, specs: &str, library: &Library) -> Bench {
        let specs: Specs = toml::from_str(specs).unwrap();
        let installation = Installation::new(&specs.switches, &specs.devices, k, library).unwrap();
        let volts = Box::new(move |_| volts);
        let (time, ohms, events) = (0, 0.010, Vec::new());
        let mut bench = Bench { installation, time, volts, ohms, events, changes: 0, bus: 0.0 };
        bench.settle();
        bench
    }

    /// From now on the open-circuit voltage is this.
    pub fn set_volts(&mut self, volts: f64) {
        self.volts = Box::new(move |_| volts);
        self.settle();
    }

    pub fn pins(&mut self, load: bool, charger: bool, pre_alarm: bool) {
        let bus = self.state();
        self.installation.on_pins(self.time, (load, charger, pre_alarm), &bus);
        self.settle();
    }

    pub fn run_to(&mut self, end: Micros) {
        while self.time < end {
            let grid = (self.time / GRID + 1) * GRID;
            let next = self.installation.next_time();
            assert!(next > self.time, "a timer that is not in the future");
            self.time = next.min(grid).min(end);
            if next == self.time {
                let bus = self.state();
                self.installation.on_time(self.time, &bus);
            }
            self.settle();
        }
    }

    pub fn run_for(&mut self, span: Micros) {
        self.run_to(self.time + span);
    }

    pub fn bus(&self) -> f64 {
        self.bus
    }

    /// Current of a device into its node (A).
    pub fn amps(&self, name: &str) -> f64 {
        let device = self.installation.find(name).unwrap();
        self.installation.amps(device, self.bus)
    }

    /// Voltage of the node of a device, or of the node that a switch makes (V).
    pub fn node(&self, name: &str) -> f64 {
        self.installation.node_volts(self.installation.find(name).unwrap(), self.bus)
    }

    pub fn branch(&self, name: &str) -> Branch {
        self.installation.branches()[self.installation.find(name).unwrap()]
    }

    pub fn closed(&self, name: &str) -> bool {
        self.installation.closed(self.installation.find(name).unwrap())
    }

    /// Times (µs) at which a device did something.
    pub fn times(&self, name: &str, action: Action) -> Vec<Micros> {
        let device = self.installation.find(name);
        let matching = |e: &&DeviceEvent| Some(e.device) == device && e.action == action;
        self.events.iter().filter(matching).map(|e| e.time).collect()
    }

    fn state(&self) -> BusState {
        let amps_of_device = self.installation.branches().iter().map(|branch| branch.amps(self.bus)).collect();
        BusState { volts: self.bus, amps_of_device }
    }

    /// Solves the node and plays guards until none is violated.
    pub fn settle(&mut self) {
        self.changes = 0;
        loop {
            match self.solve() {
                Some(volts) => self.bus = volts,
                None => {
                    assert!(self.installation.on_no_root(self.time).is_some(), "nothing to shed");
                    continue;
                }
            }
            let Some(guard) = self.violated() else { break };
            let bus = self.state();
            self.installation.on_guard(self.time, guard, &bus);
            self.changes += 1;
            assert!(self.changes <= CHANGES_MAX, "chatter at {} µs: {:?}", self.time, self.installation.branches());
        }
        self.events.extend(self.installation.drain_events());
    }

    fn violated(&self) -> Option<usize> {
        self.installation.guards().iter().position(|guard| {
            let value = match guard.quantity {
                Quantity::BusVolts => self.bus,
                Quantity::DeviceAmps => self.installation.branches()[guard.device].amps(self.bus),
            };
            match guard.when {
                When::Above => value > guard.limit,
                When::Below => value < guard.limit,
            }
        })
    }

    fn solve(&self) -> Option<f64> {
        let closed = close(self.installation.branches(), (self.volts)(self.time), self.ohms);
        closed.ok().map(|closed| closed.volts)
    }
}

//! An installation on the real plant, played to a time.

use ngbank_models::cell::CellSet;
use ngbank_models::circuit::BusState;
use ngbank_models::devices::{Action, DeviceEvent, DeviceSpec, Installation, SwitchSpec};
use ngbank_models::plant::{BankParams, CellParams, Plant, Stop, Thermal, Wiring};
use ngbank_models::profile::Library;
use ngbank_models::time::Micros;
use serde::Deserialize;

#[derive(Deserialize)]
struct Specs {
    #[serde(default)]
    switches: Vec<SwitchSpec>,
    devices: Vec<DeviceSpec>,
}

/// NG batteries of 200 Ah with equal cells, at 25 °C.
pub fn bank(cells: usize, series: usize, parallel: usize, soc: f64) -> BankParams {
    let cell = CellParams { capacity_ah: 200.0, resistance_factor: 1.0, soc, self_discharge_a: 0.0 };
    let batteries = series * parallel;
    BankParams {
        cells_per_battery: cells,
        series,
        parallel,
        capacity_ah: 200.0,
        battery_resistance_ohm: 0.002,
        wiring: Wiring { string_ohm: 0.001, terminal_ohm: 0.0005, ..Wiring::default() },
        thermal: Thermal {
            heat_capacity_j_per_k: 40_000.0,
            to_ambient_w_per_k: 2.0,
            to_neighbour_w_per_k: 1.0,
            open_side_w_per_k: 0.0,
            per_row: 0,
        },
        cells: vec![cell; cells * batteries],
        battery_temperature_c: vec![25.0; batteries],
    }
}

pub struct House {
    pub plant: Plant,
    pub installation: Installation,
    pub events: Vec<DeviceEvent>,
    pub guards: u64,
}

impl House {
    pub fn with(system_voltage_v: u8, bank: &BankParams, specs: &str) -> House {
        let specs: Specs = toml::from_str(specs).unwrap();
        let library = Library::new();
        let installation = Installation::new(&specs.switches, &specs.devices, system_voltage_v, &library).unwrap();
        let plant = Plant::new(bank, &CellSet::ng(), installation.devices(), 1e-4).unwrap();
        House { plant, installation, events: Vec::new(), guards: 0 }
    }

    /// The pins at the present time of the plant.
    pub fn pins(&mut self, load: bool, charger: bool, pre_alarm: bool) {
        let mut bus = BusState::default();
        self.plant.bus_state(&mut bus);
        self.installation.on_pins(self.plant.time(), (load, charger, pre_alarm), &bus);
    }

    pub fn run_to(&mut self, end: Micros, mut see: impl FnMut(&BusState)) {
        let mut bus = BusState::default();
        let mut at_one_instant = 0;
        while self.plant.time() < end {
            let t = self.plant.time();
            let until = self.installation.next_time().min(end);
            assert!(until > t, "a timer that is not in the future");
            let installation = &mut self.installation;
            let proposal = self.plant.propose(installation.branches(), installation.guards(), until);
            at_one_instant = if proposal.end == t { at_one_instant + 1 } else { 0 };
            assert!(at_one_instant < 30, "chatter at {t} µs: {:?}", installation.branches());
            self.plant.bus_state_at(proposal.end, &mut bus);
            if proposal.end > t {
                self.plant.commit(proposal.end);
            }
            match proposal.stop {
                Stop::Guard(guard) => {
                    self.guards += 1;
                    installation.on_guard(proposal.end, guard, &bus);
                }
                Stop::NoRoot => assert!(installation.on_no_root(t).is_some()),
                Stop::Until | Stop::Error | Stop::Fuse(_) => {}
            }
            if proposal.stop != Stop::NoRoot && installation.next_time() <= proposal.end {
                installation.on_time(proposal.end, &bus);
            }
            if proposal.end > t {
                see(&bus);
            }
            self.events.extend(installation.drain_events());
        }
    }

    pub fn count(&self, name: &str, action: Action) -> usize {
        let device = self.installation.find(name);
        let matching = |e: &&DeviceEvent| Some(e.device) == device && e.action == action;
        self.events.iter().filter(matching).count()
    }
}

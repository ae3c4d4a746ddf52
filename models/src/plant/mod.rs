//! The plant: the state of a bank, its step, and what can be read from a step.
//!
//! One cycle of the caller:
//!
//! ```text
//!   propose(branches, guards, until) ──► Proposal { end, stop }
//!        read cells, currents, temperatures, bounds anywhere on [time, end]
//!   commit(at)     at = end            the step as proposed
//!                  time < at < end     recomputed with exactly that length from the start state
//!                  at = time           discarded
//! ```
//!
//! What the step does, in order ([`step`](self)): circuit and its derivative at the start; implicit circuit at
//! the end (string currents linear in time, order 2); first error test; temperatures; one pass over the cells;
//! circuit at the end, whose mismatch is the second error test; the cubic of every cell.
//!
//! The choice of a step depends on state, branches, guards and `until` only, never on what was read from it.
//!
//! Not modelled here: fuses, inrush, and order 3 of the tight settings. Ageing is advanced outside
//! ([`crate::ageing`]) and brought in by [`Plant::set_health`].

mod accounts;
mod extension;
mod guard;
mod params;
mod reading;
mod solver;
mod state;
mod step;

pub use accounts::Accounts;
pub use params::{BankParams, CellParams, PlantError, Thermal, Wiring};
pub use reading::BatteryBounds;

use accounts::Ports;
use extension::Cubic;
use solver::{Instant, Solver};
use state::{Fixed, Model, State, Weights};

use crate::ageing::Health;
use crate::cell::CellSet;
use crate::circuit::{Branch, BusState, Guard, NoRoot, Node};
use crate::network::Network;
use crate::thermal::ThermalGrid;
use crate::time::Micros;

/// Why a proposed step ends where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// It reached the `until` of the caller.
    Until,
    /// The error control wants no longer step.
    Error,
    /// The guard of this index (into the list given) is reached at `end`.
    Guard(usize),
    /// No voltage satisfies the power devices: the caller has to disconnect one. `end == time()`.
    NoRoot,
}

/// A proposed step: it runs from [`Plant::time`] to `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// End of the step.
    pub end: Micros,
    /// Why it ends there.
    pub stop: Stop,
}

/// The bank between two events.
#[derive(Clone, Debug)]
pub struct Plant {
    /// As it was built.
    bank: BankParams,
    model: Model,
    tolerance: f64,
    ambient_c: f64,
    time: Micros,
    state: State,
    /// Length that the error control wants next, s.
    next_s: f64,
    branches: Vec<Branch>,
    node: Node,
    /// The circuit at `time`; valid for `branches` while `solved`.
    start: Instant,
    solved: bool,

    // The proposed step.
    proposed: Option<Proposal>,
    /// Length that the error control wants after it, s.
    wish_s: f64,
    length: Micros,
    weights: Vec<Weights>,
    watts: Vec<f64>,
    end_state: State,
    /// The implicit circuit at the end: its currents are those of the step.
    end: Instant,
    /// The circuit of the end state: where the next step starts.
    after: Instant,
    cubics: Vec<Cubic>,
    bus: Cubic,

    solver: Solver,
    thermal: ThermalGrid,
    ports: Ports,
    steps: u64,
}

impl Plant {
    /// A bank at rest at time 0: RC pairs and hysteresis at 0, ambient temperature that of the first battery.
    /// `devices` is the length of every later branch list; `tolerance_v` (> 0) the error tolerance of a cell voltage.
    pub fn new(bank: &BankParams, cells: &CellSet, devices: usize, tolerance_v: f64) -> Result<Self, PlantError> {
        bank.check()?;
        params::positive("tolerance_v", tolerance_v)?;
        let model = bank.model(cells);
        let state = bank.state(&model);
        let instant = Instant {
            devices: vec![0.0; devices],
            strings: vec![0.0; bank.parallel],
            slopes: vec![0.0; bank.parallel],
            ..Instant::default()
        };
        let batteries = bank.batteries();
        let network = Network::new(bank.parallel, bank.wiring.bus_segment_ohm, bank.wiring.terminal_ohm);
        Ok(Self {
            bank: bank.clone(),
            tolerance: tolerance_v,
            ambient_c: bank.battery_temperature_c[0],
            time: 0,
            end_state: state.clone(),
            next_s: step::FIRST_S,
            branches: vec![Branch::Open; devices],
            node: Node::default(),
            start: instant.clone(),
            solved: false,
            proposed: None,
            wish_s: step::FIRST_S,
            length: 0,
            weights: vec![Weights::default(); batteries],
            watts: vec![0.0; batteries],
            end: instant.clone(),
            after: instant,
            cubics: vec![[0.0; 4]; state.cells.len()],
            bus: [0.0; 4],
            solver: Solver::new(network, bank.parallel),
            thermal: ThermalGrid::new(batteries, bank.thermal),
            ports: Ports::new(devices),
            steps: 0,
            model,
            state,
        })
    }

    /// Start of the current, uncommitted step.
    pub fn time(&self) -> Micros {
        self.time
    }

    /// Committed steps so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Number of batteries.
    pub fn batteries(&self) -> usize {
        self.state.sums.len()
    }

    /// Cells in series in one battery.
    pub fn cells_per_battery(&self) -> usize {
        self.model.cells_per_battery
    }

    /// Solves the circuit at [`time`](Self::time) (right limit) for these branches, without a step.
    pub fn solve(&mut self, branches: &[Branch]) -> Result<(), NoRoot> {
        assert_eq!(branches.len(), self.branches.len(), "one branch per device");
        if self.solved && self.branches == branches {
            return Ok(());
        }
        self.proposed = None;
        self.branches.copy_from_slice(branches);
        self.node = Node::new(branches);
        // Without a root the instant before is kept as it was.
        self.solved = false;
        let mut fresh = std::mem::take(&mut self.after);
        let result = self.solver.instant(&self.model, &self.state, branches, &self.node, &mut fresh);
        self.after = fresh;
        if result.is_ok() {
            std::mem::swap(&mut self.start, &mut self.after);
            self.solved = true;
        }
        result
    }

    /// Bus voltage at [`time`](Self::time), V: the right limit after `solve` or `propose`, the left limit after `commit`.
    pub fn bus_volts(&self) -> f64 {
        self.start.volts
    }

    /// The bus at [`time`](Self::time), as [`bus_volts`](Self::bus_volts).
    pub fn bus_state(&self, out: &mut BusState) {
        out.volts = self.start.volts;
        out.amps_of_device.clone_from(&self.start.devices);
    }

    /// Ends the step at `at`, with `time() ≤ at ≤ end`. A shorter step is recomputed with exactly that length
    /// from its start state; `at == time()` discards it.
    ///
    /// # Panics
    /// Without a proposed step, or if `at` lies outside it.
    pub fn commit(&mut self, at: Micros) {
        let proposal = self.proposed.take().expect("commit follows propose");
        assert!(self.time <= at && at <= proposal.end, "commit at {at} µs outside the step");
        if at == self.time {
            return;
        }
        if at < proposal.end {
            self.force(at - self.time);
        }
        let h = self.length as f64 * 1e-6;
        let volts = [self.bus[0], extension::apply(&extension::weights_at(0.5), &self.bus), self.bus[3]];
        for (device, (&i0, &i1)) in self.start.devices.iter().zip(&self.end.devices).enumerate() {
            self.ports.add(device, (i0, i1), volts, h);
        }
        std::mem::swap(&mut self.state, &mut self.end_state);
        std::mem::swap(&mut self.start, &mut self.after);
        self.solved = true;
        self.time = at;
        self.next_s = self.wish_s;
        self.steps += 1;
    }

    /// Sets the bleed current of a cell, A ≥ 0. Only at a step boundary: it drops a proposed step.
    pub fn set_bleed(&mut self, b: usize, c: usize, amps: f64) {
        assert!(amps >= 0.0 && amps.is_finite(), "bleed current {amps} A");
        let index = b * self.model.cells_per_battery + c;
        if self.model.fixed[index].bleed == amps {
            return;
        }
        self.model.fixed[index].bleed = amps;
        self.state.sums[b] = self.model.sum(b, &self.state.cells);
        self.model.sum_strings(&mut self.state);
        self.proposed = None;
        self.solved = false;
    }

    /// Makes a cell as old as `health` says, relative to the cell as it was built. Its charge stays what it is: with
    /// less capacity the state of charge is another one. Only at a step boundary: it drops a proposed step.
    pub fn set_health(&mut self, b: usize, c: usize, health: &Health) {
        let index = b * self.model.cells_per_battery + c;
        let new = &self.bank.cells[index];
        let aged = CellParams {
            capacity_ah: new.capacity_ah * health.capacity(),
            resistance_factor: new.resistance_factor * health.resistance,
            ..*new
        };
        let before = self.model.fixed[index];
        let fixed = Fixed { bleed: before.bleed, q_start: before.q_start, ..self.bank.fixed(&self.model.set, &aged) };
        self.model.fixed[index] = fixed;
        self.model.segment = self.model.segment.min(aged.capacity_ah * 3600.0 / self.model.set.segments() as f64);
        let state = &mut self.state;
        state.cells[index].refresh(&fixed, &self.model.set, &state.factors[b], state.celsius[b]);
        state.sums[b] = self.model.sum(b, &state.cells);
        self.model.mean_rates(b, &state.sums[b], &mut state.factors[b]);
        self.model.sum_strings(state);
        self.proposed = None;
        self.solved = false;
    }

    /// Sets the ambient temperature, °C. Only at a step boundary: it drops a proposed step.
    pub fn set_ambient_c(&mut self, celsius: f64) {
        assert!(celsius.is_finite(), "ambient temperature {celsius} °C");
        self.ambient_c = celsius;
        self.proposed = None;
    }

    /// True state of charge of a cell at [`time`](Self::time): charge over true capacity, not clipped.
    pub fn soc(&self, b: usize, c: usize) -> f64 {
        let index = b * self.model.cells_per_battery + c;
        self.state.cells[index].q * self.model.fixed[index].per_capacity
    }

    /// Temperature of a battery at [`time`](Self::time), °C.
    pub fn celsius(&self, b: usize) -> f64 {
        self.state.celsius[b]
    }

    /// Plants an error: the cells of string `s` integrate `factor` times their current. For the balance test only.
    #[doc(hidden)]
    pub fn plant_error_for_tests(&mut self, s: usize, factor: f64) {
        self.model.planted[s] = factor;
    }

    /// Proposes a step to be committed, discarded or cut short. It never goes past `until` (> `time()`); its end
    /// lies after `time()` except for [`Stop::NoRoot`] and a guard that is already beyond its limit.
    pub fn propose(&mut self, branches: &[Branch], guards: &[Guard], until: Micros) -> Proposal {
        assert!(until > self.time, "until {until} µs is not after {} µs", self.time);
        let proposal = self.choose(branches, guards, until);
        self.proposed = Some(proposal);
        proposal
    }
}

//! The plant: the state of a bank, its step, and what can be read from a step.
//!
//! One cycle of the caller:
//!
//! ```text
//!   propose(branches, guards, until) ──► Proposal { end, stop }
//!        read cells, currents, temperatures, bounds anywhere on [time, end]
//!        (cells, currents and temperatures also on the step that was committed last)
//!   commit(at)     at = end            the step as proposed
//!                  time < at < end     recomputed with exactly that length from the start state
//!                  at = time           discarded
//! ```
//!
//! What the step does, in order ([`step`](self)): circuit and its derivative at the start; implicit circuit at
//! the end (string currents linear in time: order 2; parabolas: order 3); first error test; temperatures; one pass
//! over the cells; circuit at the end, whose mismatch is the second error test; the cubic of every cell.
//!
//! The choice of a step depends on state, branches, guards and `until` only, never on what was read from it. The
//! width of the machine's vectors changes no bit (module `wide`).
//!
//! Not modelled here: inrush. Ageing is advanced outside ([`crate::ageing`]) and brought in by [`Plant::set_health`].

mod accounts;
mod accuracy;
mod cells;
mod extend;
mod extension;
mod fuse;
mod guard;
mod heat;
mod last;
mod norm;
mod params;
mod reading;
mod relax;
mod solver;
mod state;
mod step;
mod sums;

pub use accounts::Accounts;
pub use accuracy::Accuracy;
pub use fuse::{StringFuse, slow_bolt_down};
pub use params::{BankParams, CellParams, PlantError, Thermal, Wiring};
pub use reading::BatteryBounds;

use accounts::Ports;
use extend::Cubics;
use extension::Cubic;
use fuse::Openings;
use last::LastStep;
use relax::Weights;
use solver::{Instant, Outside, Solver};
use state::{Fixed, Model, State};

use crate::ageing::Health;
use crate::cell::CellSet;
use crate::circuit::{Branch, BusState, Guard, NoRoot, Node};
use crate::network::Network;
use crate::thermal::ThermalGrid;
use crate::time::Micros;
#[doc(hidden)]
pub use crate::wide::Registers;

/// Why a proposed step ends where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// It reached the `until` of the caller.
    Until,
    /// The error control wants no longer step.
    Error,
    /// The guard of this index (into the list given) is reached at `end`.
    Guard(usize),
    /// The fuse of this string blows at `end`: [`Plant::commit`] there opens the string.
    Fuse(usize),
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
    accuracy: Accuracy,
    time: Micros,
    state: State,
    /// Length that the error control wants next, s.
    next_s: f64,
    outside: Outside,
    /// The circuit at `time`; valid for `branches` while `solved`.
    start: Instant,
    solved: bool,
    /// Whether the solver's elimination is that of `state`.
    reduced: bool,
    /// Whether the sums over blocks and strings are those of `state`.
    summed: bool,

    // The proposed step.
    proposed: Option<Proposal>,
    /// Whether one of its guards waits for the current of a voltage source to fall.
    tail_awaited: bool,
    /// Length that the error control wants after it, s.
    wish_s: f64,
    length: Micros,
    /// Whether its cells were computed, at order 2; a step may be refused before.
    passed: bool,
    /// Whether the string currents are parabolas in it.
    bent: bool,
    /// Weights of the RC pairs, per block.
    pairs: Vec<(Weights, Weights)>,
    /// Mean heat, W per battery.
    watts: Vec<f64>,
    /// By how much faster the batteries warm at its end than at its start, K/s per battery.
    warming_gained: Vec<f64>,
    end_state: State,
    /// The implicit circuit at the end: its currents are those of the step.
    end: Instant,
    /// The circuit of the end state: where the next step starts.
    after: Instant,
    cubics: Cubics,
    bus: Cubic,
    last: LastStep,

    solver: Solver,
    ports: Ports,
    openings: Openings,
    steps: u64,
}

impl Plant {
    /// A bank at rest at time 0: RC pairs and hysteresis at 0, ambient temperature that of the first battery.
    /// `devices` is the length of every later branch list; an `accuracy` that is a number is the error tolerance of
    /// a cell voltage in V, > 0, at order 2.
    pub fn new(
        bank: &BankParams,
        cells: &CellSet,
        devices: usize,
        accuracy: impl Into<Accuracy>,
    ) -> Result<Self, PlantError> {
        bank.check()?;
        let accuracy = accuracy.into();
        params::positive("tolerance_v", accuracy.tolerance_v)?;
        let model = bank.model(cells);
        let state = model.rest(&bank.battery_temperature_c);
        let instant = Instant::new(&model, devices);
        let (batteries, blocks) = (bank.batteries(), model.blocks());
        let network = Network::new(bank.parallel, &bank.wiring.bars());
        Ok(Self {
            bank: bank.clone(),
            accuracy,
            time: 0,
            end_state: state.clone(),
            next_s: step::FIRST_S,
            outside: Outside {
                branches: vec![Branch::Open; devices],
                node: Node::default(),
                thermal: ThermalGrid::new(batteries, bank.thermal),
                ambient_c: bank.battery_temperature_c[0],
            },
            start: instant.clone(),
            solved: false,
            reduced: false,
            summed: true,
            proposed: None,
            tail_awaited: false,
            wish_s: step::FIRST_S,
            length: 0,
            passed: false,
            bent: false,
            pairs: vec![<(Weights, Weights)>::default(); blocks],
            watts: vec![0.0; batteries],
            warming_gained: vec![0.0; batteries],
            end: instant.clone(),
            after: instant,
            cubics: Cubics::new(&model),
            bus: [0.0; 4],
            last: LastStep::new(&model, Cubics::new(&model)),
            solver: Solver::new(network, &model),
            ports: Ports::new(devices),
            openings: Openings::new(bank.wiring.fuse.as_ref(), bank.series, bank.parallel),
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
    #[inline]
    pub fn batteries(&self) -> usize {
        self.model.batteries()
    }

    /// Batteries in series in one string.
    #[inline]
    pub fn series(&self) -> usize {
        self.model.series
    }

    /// Cells in series in one battery.
    #[inline]
    pub fn cells_per_battery(&self) -> usize {
        self.model.cells_per_battery
    }

    /// Solves the circuit at [`time`](Self::time) (right limit) for these branches, without a step.
    pub fn solve(&mut self, branches: &[Branch]) -> Result<(), NoRoot> {
        assert_eq!(branches.len(), self.outside.branches.len(), "one branch per device");
        if self.solved && self.outside.branches == branches {
            return Ok(());
        }
        self.proposed = None;
        self.outside.branches.copy_from_slice(branches);
        self.outside.node = Node::new(branches);
        if !std::mem::replace(&mut self.summed, true) {
            self.model.sum(&mut self.state);
        }
        // Without a root the instant before is kept as it was.
        self.solved = false;
        let result = self.solver.instant(&self.model, &self.state, self.reduced, &self.outside, &mut self.after);
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
        self.book();
        self.keep();
        std::mem::swap(&mut self.state, &mut self.end_state);
        std::mem::swap(&mut self.start, &mut self.after);
        let closed = !self.openings.commit(&mut self.solver);
        (self.solved, self.reduced) = (closed, closed);
        self.time = at;
        self.next_s = self.wish_s;
        self.steps += 1;
    }

    /// Keeps the step that is being committed to be read. The cubics are exchanged: those of the next step are yet to be
    /// made.
    fn keep(&mut self) {
        let mut amps = std::mem::take(&mut self.last.amps);
        for (s, amps) in amps.iter_mut().enumerate() {
            *amps = self.string_amps(s);
        }
        let ends = self.state.celsius.iter().zip(&self.end_state.celsius);
        for (kept, (&start, &end)) in self.last.celsius.iter_mut().zip(ends) {
            *kept = (start, end);
        }
        self.last.amps = amps;
        (self.last.from, self.last.length) = (self.time, self.length);
        std::mem::swap(&mut self.last.cubics, &mut self.cubics);
    }

    /// Sets the bleed current of a cell, A ≥ 0. Only at a step boundary: it drops a proposed step.
    pub fn set_bleed(&mut self, b: usize, c: usize, amps: f64) {
        assert!(amps >= 0.0 && amps.is_finite(), "bleed current {amps} A");
        let index = b * self.model.cells_per_battery + c;
        if self.model.fixed[index].bleed == amps {
            return;
        }
        self.model.fixed[index].bleed = amps;
        self.model.bleeding = amps > 0.0 || self.model.fixed.iter().any(|cell| cell.bleed > 0.0);
        let (at, _) = self.model.place(b, c);
        self.model.pack(at);
        self.proposed = None;
        (self.solved, self.reduced, self.summed) = (false, false, false);
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
        self.model.fixed[index] = Fixed { bleed: before.bleed, q_start: before.q_start, ..self.bank.fixed(&aged) };
        self.model.segment = self.model.segment.min(aged.capacity_ah * 3600.0 / self.model.set.segments() as f64);
        let (at, _) = self.model.place(b, c);
        self.model.pack(at);
        self.model.refresh(at, &mut self.state);
        self.proposed = None;
        (self.solved, self.reduced, self.summed) = (false, false, false);
    }

    /// Sets the ambient temperature, °C. Only at a step boundary: it drops a proposed step.
    pub fn set_ambient_c(&mut self, celsius: f64) {
        assert!(celsius.is_finite(), "ambient temperature {celsius} °C");
        self.proposed = None;
        // How fast the batteries warm is part of the circuit's derivative.
        self.solved = self.solved && self.outside.ambient_c == celsius;
        self.outside.ambient_c = celsius;
    }

    /// True state of charge of a cell at [`time`](Self::time): charge over true capacity, not clipped.
    pub fn soc(&self, b: usize, c: usize) -> f64 {
        let (at, lane) = self.model.place(b, c);
        self.state.cells[at].q.0[lane] * self.model.own[at].per_capacity.0[lane]
    }

    /// Temperature of a battery at [`time`](Self::time), °C.
    pub fn celsius(&self, b: usize) -> f64 {
        self.state.celsius[b]
    }

    /// Plants an error: the cells of string `s` integrate `factor` times their current. For the balance test only.
    #[doc(hidden)]
    pub fn plant_error_for_tests(&mut self, s: usize, factor: f64) {
        for k in 0..self.model.blocks() {
            for (lane, b) in self.model.batteries_of(k).into_iter().enumerate() {
                if b / self.model.series == s {
                    self.model.planted[k].0[lane] = factor;
                }
            }
        }
    }

    /// Runs in these registers, which the machine has. The results are the same bits.
    #[doc(hidden)]
    pub fn use_registers(&mut self, registers: Registers) {
        self.model.registers = registers;
    }

    /// Proposes a step to be committed, discarded or cut short. It never goes past `until` (> `time()`); its end
    /// lies after `time()` except for [`Stop::NoRoot`] and a guard that is already beyond its limit.
    pub fn propose(&mut self, branches: &[Branch], guards: &[Guard], until: Micros) -> Proposal {
        assert!(until > self.time, "until {until} µs is not after {} µs", self.time);
        let proposal = self.choose(branches, guards, until);
        if proposal.end > self.time {
            self.extend();
        }
        self.proposed = Some(proposal);
        proposal
    }
}

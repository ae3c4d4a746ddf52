//! The discrete-event engine: one bank, one BMS, one scenario, from the first microsecond to the last.
//!
//! ```text
//!  schedule ─► faults, remote ┐            ┌─► oracle (true plant, pins)
//!  installation ─► branches ──┤            │
//!                             ▼            │
//!                   plant proposes a step ─┼─► grid points inside it: samples ─► frames ─► decisions ─► pins
//!                             ▲            │                                                          │
//!                             └── a pin changed: the step is cut there, exactly ◄─────────────────────┘
//! ```
//!
//! Words: a *step* is a stretch of the continuous plant between two events; a *grid point* is a sample (every
//! 500 ms), a frame (every 10 ms of the chain) or a decision (every 100 ms). Grid points never end a step; only a
//! decision that moves a pin does. Grid points are executed one by one, or jumped over where the firmware has
//! promised that nothing can change and the step's bounds show that its conditions hold (module `jump`). The minute
//! ticks of the batteries' electronics lie inside steps, too (module `ticks`).
//! Order at one instant: plant, samples, frames, decision, pins.

mod chain;
mod changes;
mod grid;
mod host;
mod jump;
mod latency;
mod promises;
mod recorder;
mod survey;
mod tap;
mod ticks;
mod truth;
mod world;

use ngbank_core::{Canonical, Outputs};
use ngbank_models::ageing::Ageing;
use ngbank_models::catalogue::{self, DeviceFigures};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::BusState;
use ngbank_models::devices::Installation;
use ngbank_models::electronics::CELLS_MAX;
use ngbank_models::plant::{Plant, Stop};
use ngbank_models::profile::Series;
use ngbank_models::time::{MINUTE, MS, Micros, NEVER};

use crate::energy::EnergyByPath;
use crate::oracle::{Oracle, Pins, WorldEvent};
use crate::reach::{Reach, Surroundings};
use crate::result::{Cost, DeviceAccount, EventKind, RunResult};
use crate::scenario::{AgeingLaw, RemoteWiring, Resolved};
use chain::Chain;
use grid::{DECISION, Grid, Point};
use host::{Host, pre_alarm_duty};
use jump::Jump;
use latency::Latency;
use recorder::Recorder;
use survey::Survey;
pub use tap::Tap;
use truth::View;
use world::Schedule;

/// How grid points are executed. Every mode gives the same digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Grid points on which nothing can happen are jumped over.
    #[default]
    Jump,
    /// Every sample, frame and decision is executed.
    Lockstep,
    /// Lockstep within 15 minutes before and after each change of a pin, jumps elsewhere.
    Windows,
}

/// What a caller may choose about a run; nothing here changes the digest.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// How grid points are executed.
    pub mode: Mode,
    /// Distance of trace points, µs; `None`: no trace.
    pub trace_every_us: Option<Micros>,
    /// A bug to plant in the firmware core. Only in builds for the tests of the tests.
    #[cfg(feature = "mutants")]
    pub mutant: Option<ngbank_core::Mutant>,
    /// Cells of string 0 integrate this factor times their current, to show that the balance finds it.
    #[cfg(feature = "mutants")]
    pub string_error: Option<f64>,
    /// Takes a rule from devices by figures that keep it from ever acting.
    #[cfg(feature = "mutants")]
    pub device_rule: Option<fn(&mut ngbank_models::catalogue::DeviceFigures)>,
}

/// Why a run could not be played; a resolved scenario that was checked never gives one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The plant refuses the bank.
    #[error("the bank cannot be simulated: {0}")]
    Bank(String),
    /// The installation refuses the devices.
    #[error("the installation cannot be simulated: {0}")]
    Installation(String),
    /// A series cannot be read.
    #[error("a series cannot be used: {0}")]
    Series(String),
    /// The firmware's settings cannot be made.
    #[error("the settings cannot be used: {0}")]
    Settings(String),
    /// Devices switch for ever without time passing.
    #[error("at {0} µs the devices switch for ever without time passing")]
    Chatter(Micros),
}

/// Distance of a lockstep window's edges from the event, µs (15 minutes).
const WINDOW: Micros = 15 * MINUTE;
/// The air is held for so long, µs: it follows hours, a battery's temperature longer ones.
const AIR: Micros = 10 * MINUTE;
/// More events than this at one instant are chatter.
const EVENTS_AT_ONE_INSTANT: u32 = 100;

/// Plays one resolved scenario.
///
/// # Errors
/// When the bank or the installation is not one that can be simulated.
pub fn run(scenario: &Resolved, options: &Options) -> Result<RunResult, RunError> {
    play(scenario, options, None)
}

/// As [`run`], with somebody who is told of every call on the firmware.
///
/// # Errors
/// As [`run`].
pub fn run_tapped(scenario: &Resolved, options: &Options, tap: &mut dyn Tap) -> Result<RunResult, RunError> {
    play(scenario, options, Some(tap))
}

fn play<'a>(scenario: &'a Resolved, options: &Options, tap: Option<&'a mut dyn Tap>) -> Result<RunResult, RunError> {
    let windows = match options.mode {
        Mode::Jump => Vec::new(),
        Mode::Lockstep => vec![(0, NEVER)],
        Mode::Windows => {
            let scout = Engine::new(scenario, options, Vec::new(), None)?.play_all()?;
            let pins = scout.events.iter().filter(|event| event.kind == EventKind::Pins);
            pins.map(|event| (event.time_us.saturating_sub(WINDOW), event.time_us + WINDOW)).collect()
        }
    };
    Engine::new(scenario, options, windows, tap)?.play_all()
}

/// Everything that runs.
struct Engine<'a> {
    scenario: &'a Resolved,
    plant: Plant,
    installation: Installation,
    chain: Chain,
    host: Host<'a>,
    oracle: Oracle,
    recorder: Recorder,
    latency: Latency,
    reach: Reach,
    schedule: Schedule,
    /// Faults of the scenario that have begun and not ended, in the order of their beginning.
    lasting: Vec<usize>,
    grid: Grid,
    survey: Survey,
    jump: Jump,
    cost: Cost,
    canonical: Box<Canonical>,
    ambient: Series,
    /// The age of the cells, if they age.
    ageing: Option<Ageing>,
    /// Stretches in which every grid point is executed.
    lockstep: Vec<(Micros, Micros)>,
    /// The bus voltage at the end of the last committed step, V.
    last_bus_v: f64,
    /// Oracle and recorder have seen the plant up to here.
    observed: Micros,
    /// The firmware decides so often; less often than [`DECISION`] while it is busy.
    decide_every: Micros,
    /// Decisions that a busy firmware has let pass.
    passed_by: u64,
    /// The air changes then.
    next_air: Micros,
    /// Parameters of the cells.
    cells: CellSet,
}

impl<'a> Engine<'a> {
    fn new(
        scenario: &'a Resolved,
        options: &Options,
        lockstep: Vec<(Micros, Micros)>,
        tap: Option<&'a mut dyn Tap>,
    ) -> Result<Self, RunError> {
        let cells = scenario.bank.cells.set().map_err(RunError::Bank)?;
        let library = scenario.library().map_err(RunError::Series)?;
        let ambient = scenario.ambient.series(&library);
        let ambient = ambient.ok_or_else(|| RunError::Series("the ambient names no temperature series".to_owned()))?;
        let (switches, devices, volts) = (&scenario.switches, &scenario.devices, scenario.bank.system_voltage_v);
        let installation = Installation::with_figures(switches, devices, volts, &library, &figures(options))
            .map_err(|problems| RunError::Installation(format!("{problems:?}")))?;
        let plant = Plant::new(&scenario.bank.params, &cells, installation.devices(), scenario.tolerance_v)
            .map_err(|error| RunError::Bank(error.to_string()))?;
        let settings = scenario.settings.to_core().map_err(RunError::Settings)?;
        let remote = scenario.remote.first().map_or(RemoteWiring::Joined, |change| change.wiring);
        let reach = Reach::new(&settings);
        let host = Host::new(settings, scenario.clock_start_ms, remote, scenario.bluetooth, tap);
        let batteries = plant.batteries();
        let (rating, model) = chain::rating(scenario)
            .ok_or_else(|| RunError::Bank(format!("no battery model is called {:?}", scenario.bank.model)))?;
        let engine = Self {
            chain: Chain::new(scenario, rating, model),
            oracle: Oracle::new(truth::oracle_config(scenario)),
            recorder: Recorder::new(scenario.bank.params.series, scenario.bank.params.parallel, options.trace_every_us),
            latency: Latency::new(&scenario.settings, batteries),
            reach,
            ambient,
            ageing: (scenario.bank.ageing != AgeingLaw::Off)
                .then(|| Ageing::new(batteries, scenario.bank.params.cells_per_battery)),
            schedule: Schedule::new(scenario),
            lasting: Vec::new(),
            grid: Grid::new(batteries),
            survey: Survey::new(batteries),
            jump: Jump::new(),
            cost: Cost::default(),
            cells,
            canonical: Box::new(Canonical::new()),
            lockstep,
            last_bus_v: 0.0,
            observed: 0,
            decide_every: DECISION,
            passed_by: 0,
            next_air: 0,
            scenario,
            plant,
            installation,
            host,
        };
        #[cfg(feature = "mutants")]
        let engine = engine.planted(options);
        Ok(engine)
    }

    #[cfg(feature = "mutants")]
    fn planted(mut self, options: &Options) -> Self {
        if let Some(mutant) = options.mutant {
            self.host.plant(mutant);
        }
        if let Some(factor) = options.string_error {
            self.plant.plant_error_for_tests(0, factor);
        }
        self
    }

    fn play_all(mut self) -> Result<RunResult, RunError> {
        let end = self.scenario.duration_us;
        self.change_air(0);
        self.age();
        self.before_power();
        self.oracle.world(0, WorldEvent::PowerOn);
        self.tell_remote(0);
        self.pins_act(0);
        let (mut instant, mut events) = (0, 0);
        while self.plant.time() < end {
            let t = self.plant.time();
            events = if t == instant { events + 1 } else { 0 };
            instant = t;
            if events > EVENTS_AT_ONE_INSTANT {
                return Err(RunError::Chatter(t));
            }
            self.happen(t);
            let due = self.installation.next_time().min(self.next_air).min(self.chain.next_short().max(t + MS));
            let until = end.min(self.schedule.next_time()).min(due);
            if until <= t {
                // What has just happened set a timer of no length, such as an absorption of 0 s.
                continue;
            }
            let proposal = self.plant.propose(self.installation.branches(), self.installation.guards(), until);
            match proposal.stop {
                Stop::NoRoot => {
                    self.installation.on_no_root(t);
                    continue;
                }
                Stop::Guard(guard) if proposal.end == t => {
                    let bus = self.bus_at_start();
                    self.installation.on_guard(t, guard, &bus);
                    continue;
                }
                _ => {}
            }
            self.survey.look(&self.plant, &self.chain, proposal.end);
            let end = self.chain.first_change(&self.plant, &self.survey).unwrap_or(proposal.end);
            if let Some(cut) = self.play(end) {
                // What was sampled at the cut itself was read from this step.
                self.observe((cut + 1).min(end));
                self.commit(cut);
                self.pins_act(cut);
            } else {
                self.observe(end);
                self.commit(end);
                match proposal.stop {
                    Stop::Guard(guard) if end == proposal.end => {
                        let bus = self.bus_at_start();
                        self.installation.on_guard(end, guard, &bus);
                    }
                    Stop::Fuse(_) if end == proposal.end => self.recorder.fuses(end, &self.plant),
                    Stop::Error if end == proposal.end => {
                        let shortest = self.cost.free_step_us_min.get_or_insert(NEVER);
                        *shortest = (*shortest).min(end - t);
                    }
                    _ => {}
                }
            }
        }
        self.wake(end);
        Ok(self.finish(end))
    }

    fn bus_at_start(&self) -> BusState {
        let mut bus = BusState::default();
        self.plant.bus_state(&mut bus);
        bus
    }

    /// Plays the grid points of the proposed step, up to but not at `end`. The time of a decision that moved a pin,
    /// if there was one: the step must be cut there.
    fn play(&mut self, end: Micros) -> Option<Micros> {
        loop {
            if self.jump.active() {
                if self.extend_jump(end) {
                    return None;
                }
                self.end_jump();
                continue;
            }
            let (t, point) = self.grid.peek();
            if t >= end {
                return None;
            }
            self.grid.pass(point);
            match point {
                Point::Sample(cycle) => self.chain.sample(cycle, &self.plant),
                Point::Frame { cycle, battery } => self.deliver(t, cycle, battery),
                Point::Decision if t % self.decide_every != 0 => self.passed_by += 1,
                Point::Decision => {
                    if self.decide(t) {
                        return Some(t);
                    }
                    self.try_jump(t);
                }
            }
        }
    }

    fn deliver(&mut self, t: Micros, cycle: u64, battery: usize) {
        if let Some(frame) = self.chain.frame(cycle, battery)
            && self.host.powered
        {
            self.cost.frames_executed += 1;
            self.host.receive(t, frame);
            self.reach.report(&self.chain.reports(cycle)[battery]);
            if let Some(lowest_mv) = self.chain.accepted_mv(cycle, battery) {
                self.latency.report(t, battery, lowest_mv);
            }
        }
    }

    /// One decision. True if a pin moved or the draw of the BMS changed.
    fn decide(&mut self, t: Micros) -> bool {
        self.cost.decisions_executed += 1;
        let bus_v = if t >= self.plant.time() { self.plant.bus_volts_at(t) } else { self.last_bus_v };
        let was_powered = self.host.powered;
        let outputs = self.host.decide(t, bus_v);
        self.reach.decision(self.host.now(t), &self.host.settings);
        if was_powered != self.host.powered {
            let event = if was_powered { WorldEvent::PowerLost } else { WorldEvent::PowerOn };
            self.oracle.world(t, event);
            self.chain.bms_started();
        }
        if outputs == self.host.outputs {
            return false;
        }
        debug_assert!(t >= self.plant.time(), "a jump that was allowed changes nothing");
        let before = self.host.outputs;
        let draw = self.host.draw_a();
        self.observe(t);
        self.show(t, outputs);
        truth::levels(&before) != truth::levels(&outputs) || draw.to_bits() != self.host.draw_a().to_bits()
    }

    /// Takes new outputs into the record and before the oracle.
    fn show(&mut self, t: Micros, outputs: Outputs) {
        let before = std::mem::replace(&mut self.host.outputs, outputs);
        let host = &self.host;
        let around = Surroundings {
            powered: host.powered,
            fuse_blown: host.fuse_blown,
            draw_a: host.draw_a(),
            wiring: host.remote,
        };
        self.reach.outputs(t, self.host.now(t), &before, &outputs, self.host.bms(), around);
        self.host.bms().canonical(self.host.now(t), &mut self.canonical);
        self.recorder.outputs(t, &outputs, self.host.bms(), self.canonical.as_bytes());
        let (levels, reported) = (truth::levels(&outputs), truth::reported(&outputs));
        self.latency.pins(t, levels, reported.load.has(2));
        self.oracle.pins(t, levels, &reported);
    }

    /// The pins and the draw of the BMS act on the installation.
    fn pins_act(&mut self, t: Micros) {
        let Pins { load, charger, pre_alarm, .. } = truth::levels(&self.host.outputs);
        let bus = self.bus_at_start();
        self.installation.on_pins(t, (load, charger, pre_alarm), &bus);
        self.installation.set_pre_alarm_duty(t, pre_alarm_duty(self.host.outputs.pre_alarm));
        self.installation.set_bms_draw(t, self.host.draw_a());
    }

    /// Oracle and recorder look at the proposed step up to here.
    fn observe(&mut self, to: Micros) {
        if to > self.observed {
            let view = View { plant: &self.plant, chain: &self.chain, survey: &self.survey };
            self.oracle.truth(&view, self.observed, to);
            self.recorder.plant(&self.plant, &self.survey, self.observed, to);
            self.observed = to;
        }
    }

    /// Ends the proposed step here: samples that a jump may need, then what the electronics decide once a minute, the
    /// charge counters, and the plant itself.
    fn commit(&mut self, at: Micros) {
        self.last_bus_v = self.plant.bus_volts_at(at);
        if at > self.plant.time() {
            let changes = self.chain.changes_at(at);
            self.jump_checkpoint(at, at == self.survey.end && !changes.shows());
            self.chain.tick(&self.plant, at);
            self.chain.advance(&self.plant, at);
            let shorts = self.chain.follow_shorts(&self.plant, at);
            self.plant.commit(at);
            if changes.bleed || shorts {
                self.chain.bleed(&mut self.plant);
            }
            if changes.counter {
                // The offset of a current sensor may have gone.
                self.make_limits();
            }
        } else {
            self.plant.commit(at);
        }
        if at >= self.next_air {
            self.change_air(at);
            self.age();
        }
    }

    /// The air of the next stretch is that in its middle, so that it is late by nothing on the mean.
    fn change_air(&mut self, t: Micros) {
        self.plant.set_ambient_c(self.ambient.value_at(t + AIR / 2));
        self.next_air = (t / AIR + 1) * AIR;
    }

    /// Cells grow older by what they have been through; the ageing keeps to an hourly grid of its own.
    fn age(&mut self) {
        let Some(ageing) = &mut self.ageing else { return };
        let (plant, cells) = (&mut self.plant, self.scenario.bank.params.cells_per_battery);
        let mut soc = [0.0; CELLS_MAX];
        for b in 0..plant.batteries() {
            for (c, soc) in soc.iter_mut().enumerate().take(cells) {
                *soc = plant.soc(b, c);
            }
            if ageing.sample(plant.time(), b, plant.celsius(b), &soc[..cells]) {
                (0..cells).for_each(|c| plant.set_health(b, c, &ageing.health(b, c)));
            }
        }
    }

    fn in_lockstep(&self, t: Micros) -> bool {
        self.lockstep.iter().any(|&(from, to)| (from..=to).contains(&t))
    }

    fn finish(mut self, end: Micros) -> RunResult {
        self.host.bms().canonical(self.host.now(end), &mut self.canonical);
        self.recorder.hash(self.canonical.as_bytes());
        self.host.end(end);
        let recorder = &mut self.recorder;
        (0..self.plant.batteries()).for_each(|b| recorder.charges(&self.plant, b));
        self.plant.state_digest(&mut |bytes| recorder.hash(bytes));
        self.chain.state_digest(&mut |bytes| recorder.hash(bytes));
        if let Some(ageing) = &self.ageing {
            ageing.state_digest(&mut |bytes| recorder.hash(bytes));
        }
        let verdicts = self.oracle.finish(end);
        for verdict in &verdicts.properties {
            if let Some(violation) = &verdict.first_violation {
                let text = format!("{}: {}", verdict.property.name(), violation.text);
                self.recorder.violation(violation.time_us, text);
            }
        }
        self.cost.decisions_total = end.div_ceil(DECISION) - self.passed_by;
        self.cost.plant_steps = self.plant.steps();
        let accounts = self.plant.accounts();
        let devices = (0..self.installation.devices()).map(|i| DeviceAccount {
            name: self.installation.name(i).to_owned(),
            energy_wh: accounts.device_energy[i] / 3_600.0,
            charge_ah: accounts.device_charge[i] / 3_600.0,
        });
        let devices: Vec<_> = devices.collect();
        if self.chain.ticks.counter_set {
            self.reach.counter();
        }
        let record = self.recorder.finish();
        let unmet = promises::unmet(&self.scenario.expect, &record, &devices, end);
        RunResult {
            scenario: self.scenario.name.clone(),
            seed: self.scenario.seed,
            duration_us: end,
            cells: self.plant.batteries() * self.plant.cells_per_battery(),
            digest: record.digest,
            verdicts,
            uv_latency_us_max: self.latency.max,
            cost: self.cost,
            outputs: record.outputs,
            causes: record.causes,
            extremes: record.extremes,
            devices,
            energy: EnergyByPath::of(self.scenario, &self.cells, &self.plant),
            balance_error: accounts.balance_error(),
            unmet,
            reached: self.reach.finish(),
            events: record.events,
            trace: record.trace,
        }
    }
}

/// The figures of the devices: the catalogue's.
fn figures(options: &Options) -> std::borrow::Cow<'static, DeviceFigures> {
    #[cfg(feature = "mutants")]
    if let Some(take_rule) = options.device_rule {
        let mut figures = catalogue::figures().clone();
        take_rule(&mut figures);
        return std::borrow::Cow::Owned(figures);
    }
    let _ = options;
    std::borrow::Cow::Borrowed(catalogue::figures())
}

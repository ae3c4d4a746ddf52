//! Breadth-first search over the states of the core under every choice of a bounded environment, to the end.
//!
//! *State.* The core's canonical bytes with what the rules say (see [`crate::invariants`]) and the place between two
//! marks, as a 128-bit hash. *Time.* The core acts only when it is called: in every cycle the frames of the batteries
//! in order, then a decision, all at one instant. The environment chooses at marks, [`Slice::mark_ms`] apart, and one
//! cycle after each mark; every deadline longer than a cycle is a multiple of the distance, so it falls on an instant of choice, and
//! the instant one cycle before it is one, too. Every decision in between is judged.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Drive, Mutant, Outputs, ResetCause, Retained};

use crate::bytes::Bytes;
use crate::invariants::{Broken, Rules};
use crate::world::{BATTERIES, Move, World, frame};

/// The clock at the first call: it wraps soon after (TIME-1).
const START: u32 = u32::MAX - 20_000;

/// A bounded environment of the core.
pub struct Slice {
    pub name: &'static str,
    pub settings: Settings,
    /// What may be shown from one choice to the next.
    pub worlds: Vec<World>,
    pub resets: &'static [ResetCause],
    pub cycle_ms: u32,
    /// Distance of the marks; a cycle: there is a choice in every cycle.
    pub mark_ms: u32,
    /// A loss (COM-5) or a UV cut (UV-2) is remembered for many minutes. So long after the last one the environment
    /// heals and the run ends; what such a memory does is the subject of a slice with distant marks.
    pub attention_ms: u32,
    /// A healthy bank brings back both pins within this time.
    pub recovery_ms: u32,
}

/// How much there was.
#[derive(Debug)]
pub struct Found {
    pub states: usize,
    pub edges: usize,
    /// The longest healthy time from any state until both pins are High, ms.
    pub recovery_ms: u32,
}

/// A rule is broken: which, how, and the shortest way there.
#[derive(Debug)]
pub struct Violation {
    pub broken: Broken,
    pub trace: Vec<Move>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.broken.rule, self.broken.what)?;
        self.trace.iter().try_for_each(|step| writeln!(f, "  {step:?}"))
    }
}

pub const BOTH_RESETS: [ResetCause; 2] = [ResetCause::PowerOn, ResetCause::Watchdog];

impl Slice {
    /// A choice in every cycle, and the run ends with the first loss or UV cut.
    pub fn every_cycle(name: &'static str, settings: Settings) -> Self {
        Self {
            name,
            settings,
            worlds: Vec::new(),
            resets: &[],
            cycle_ms: 500,
            mark_ms: 500,
            attention_ms: 0,
            recovery_ms: 0,
        }
    }

    /// No state breaks a rule.
    pub fn holds(&self) {
        assert!(self.worlds.contains(&World::HEALTHY), "{}: the environment may heal", self.name);
        match self.search(None) {
            Ok(found) => println!(
                "{}: {} states, {} edges; both pins are High after at most {} s of a healthy bank",
                self.name,
                found.states,
                found.edges,
                found.recovery_ms.div_ceil(1000)
            ),
            Err(violation) => panic!("{}: {violation}", self.name),
        }
    }

    /// A planted bug breaks this rule.
    pub fn finds(&self, mutant: Mutant, rule: &str) {
        match self.search(Some(mutant)) {
            Ok(found) => panic!("{}: {mutant:?} stays unseen: {found:?}", self.name),
            Err(violation) => assert_eq!(violation.broken.rule, rule, "{}, {mutant:?}: {violation}", self.name),
        }
    }

    /// Visits every state; the first violation ends it.
    pub fn search(&self, mutant: Option<Mutant>) -> Result<Found, Box<Violation>> {
        let mut run = Run::new(&self.settings, mutant);
        let mut graph = Graph::default();
        let mut frontier = VecDeque::new();
        run.reset(&self.settings, ResetCause::PowerOn);
        let (first, _) = graph.enter(|bytes| run.bytes(bytes), run.is_up(), None);
        frontier.push_back((first, run));
        let moves = self.moves();
        let healed = Move::Show(World::HEALTHY, self.mark_ms);
        while let Some((from, run)) = frontier.pop_front() {
            if run.rules.memory_ms().is_some_and(|ms| ms > self.attention_ms) {
                self.heal(&mut graph, from, run)?;
                continue;
            }
            let [at_mark, between] = &moves;
            for &step in if run.between { between } else { at_mark } {
                let mut next = run.clone();
                self.apply(&mut next, step).map_err(|broken| graph.violation(from, Some(step), broken))?;
                graph.edges += 1;
                let (to, new) = graph.enter(|bytes| next.bytes(bytes), next.is_up(), Some((from, step)));
                if step == healed {
                    graph.healthy[from] = to;
                }
                if new {
                    frontier.push_back((to, next));
                }
            }
        }
        let recovery_ms = graph.recovery(self)?;
        Ok(Found { states: graph.states.len(), edges: graph.edges, recovery_ms })
    }

    /// What may be done at a mark, and one cycle after it.
    fn moves(&self) -> [Vec<Move>; 2] {
        let resets = self.resets.iter().map(|&cause| Move::Reset(cause));
        let show = |ms: u32| self.worlds.iter().map(move |&world| Move::Show(world, ms));
        if self.mark_ms == self.cycle_ms {
            return [show(self.mark_ms).chain(resets).collect(), Vec::new()];
        }
        let at_mark = show(self.mark_ms).chain(show(self.cycle_ms)).chain(resets.clone());
        let between = show(self.mark_ms).chain(show(self.mark_ms - self.cycle_ms)).chain(resets);
        [at_mark.collect(), between.collect()]
    }

    fn apply(&self, run: &mut Run, step: Move) -> Result<(), Broken> {
        match step {
            Move::Show(world, ms) => {
                for _ in 0..ms / self.cycle_ms {
                    run.cycle(&self.settings, &world, self.cycle_ms)?;
                }
                run.between ^= ms % self.mark_ms != 0;
                Ok(())
            }
            Move::Reset(cause) => {
                run.reset(&self.settings, cause);
                Ok(())
            }
        }
    }

    /// The environment heals until both pins are High.
    fn heal(&self, graph: &mut Graph, from: usize, mut run: Run) -> Result<(), Box<Violation>> {
        let mut ms = 0;
        while !run.is_up() {
            ms += self.cycle_ms;
            let step = Move::Show(World::HEALTHY, ms);
            let cycle = run.cycle(&self.settings, &World::HEALTHY, self.cycle_ms);
            let late = if ms > self.recovery_ms { Err(Broken::dead(ms)) } else { Ok(()) };
            cycle.and(late).map_err(|broken| graph.violation(from, Some(step), broken))?;
        }
        graph.healed_ms[from] = Some(ms);
        Ok(())
    }
}

/// The visited states and how they were reached.
#[derive(Default)]
pub struct Graph {
    /// By hash.
    pub states: BTreeMap<u128, usize>,
    /// The first way to each state.
    from: Vec<Option<(usize, Move)>>,
    /// The state after a healthy time.
    healthy: Vec<usize>,
    /// Healthy time until both pins are High, where it is known.
    healed_ms: Vec<Option<u32>>,
    pub edges: usize,
    bytes: Vec<u8>,
}

impl Graph {
    /// The number of a state; true if it is new. `up`: both pins are High in it.
    pub fn enter(&mut self, write: impl Fn(&mut Vec<u8>), up: bool, from: Option<(usize, Move)>) -> (usize, bool) {
        self.bytes.clear();
        write(&mut self.bytes);
        let key = xxhash_rust::xxh3::xxh3_128(&self.bytes);
        let number = self.from.len();
        let found = *self.states.entry(key).or_insert(number);
        if found == number {
            self.from.push(from);
            self.healthy.push(number);
            self.healed_ms.push(up.then_some(0));
        }
        (found, found == number)
    }

    pub fn violation(&self, from: usize, step: Option<Move>, broken: Broken) -> Box<Violation> {
        let mut trace: Vec<Move> = step.into_iter().collect();
        let mut at = self.from.get(from).copied().flatten();
        while let Some((before, step)) = at {
            trace.push(step);
            at = self.from[before];
        }
        trace.reverse();
        Box::new(Violation { broken, trace })
    }

    /// From every state the healthy way leads to both pins High in time.
    fn recovery(&self, slice: &Slice) -> Result<u32, Box<Violation>> {
        let mut longest = 0;
        for state in 0..self.from.len() {
            let (mut at, mut ms) = (state, 0);
            let total = loop {
                if let Some(rest) = self.healed_ms[at] {
                    break ms + rest;
                }
                ms += slice.mark_ms;
                at = self.healthy[at];
                if ms > slice.recovery_ms {
                    return Err(self.violation(state, None, Broken::dead(ms)));
                }
            };
            longest = longest.max(total);
        }
        Ok(longest)
    }
}

/// A core, its world's clock, and what the rules say.
#[derive(Clone)]
pub struct Run {
    pub bms: Bms,
    pub rules: Rules,
    pub outputs: Outputs,
    now: u32,
    sequence: [u8; BATTERIES],
    /// One cycle after a mark.
    between: bool,
}

impl Run {
    pub fn new(settings: &Settings, mutant: Option<Mutant>) -> Self {
        let mut bms = Bms::new();
        if let Some(mutant) = mutant {
            bms.plant(mutant);
        }
        Self {
            bms,
            rules: Rules::new(settings),
            outputs: Outputs::NONE,
            now: START,
            sequence: [0; BATTERIES],
            between: false,
        }
    }

    /// One cycle: frames, decision, judgement.
    pub fn cycle(&mut self, settings: &Settings, world: &World, cycle_ms: u32) -> Result<(), Broken> {
        self.now = self.now.wrapping_add(cycle_ms);
        let now = Instant::from_millis(self.now);
        self.rules.pass(settings, cycle_ms);
        for (place, shown) in world.batteries.iter().enumerate().take(settings.bank.batteries()) {
            if let Some(shown) = shown.map(|shown| shown.with(&self.outputs)) {
                self.sequence[place] = self.sequence[place].wrapping_add(1);
                let (bytes, length) = frame(&settings.bank, place, self.sequence[place], &shown);
                self.bms.receive(now, &bytes[..length]);
                self.rules.report(settings, place, &shown);
            }
        }
        self.outputs = self.bms.step(now, &world.inputs(&settings.bank));
        self.rules.decide(settings, world.remote, &self.outputs)
    }

    /// A reset; a watchdog's leaves what is retained. The pins float until the first decision.
    pub fn reset(&mut self, settings: &Settings, cause: ResetCause) {
        let mut retained = Retained::new();
        self.bms.retained(&mut retained);
        self.bms.start(settings, cause, Some(&retained));
        self.rules.reset(settings, cause);
        self.outputs = Outputs::NONE;
    }

    /// LOAD and CHARGER are High.
    pub fn is_up(&self) -> bool {
        self.outputs.load == Drive::High && self.outputs.charger == Drive::High
    }

    /// What decides everything to come.
    pub fn bytes(&self, bytes: &mut Vec<u8>) {
        self.bms.canonical_with(Instant::from_millis(self.now), &mut |part: &[u8]| bytes.extend_from_slice(part));
        std::hash::Hash::hash(&self.rules, &mut Bytes(bytes));
        bytes.push(u8::from(self.between));
    }
}

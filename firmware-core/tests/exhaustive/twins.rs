//! BOOT-2: a watchdog reset sets nothing free. What floats LOAD or CHARGER at the reset, and would have gone on to do so
//! without it, keeps the pin from going High with it.
//!
//! From every state one core runs on and one is reset; both see the same world from then on, whatever it is. A condition
//! whose hold runs at the reset starts it anew: where only the core that runs on has come to its end, the comparison ends.

use std::collections::VecDeque;

use ngbank_core::settings::Settings;
use ngbank_core::{Cause, CauseSet, Drive, Outputs, ResetCause};

use crate::invariants::Broken;
use crate::search::{Graph, Run, Violation};
use crate::world::{HEALTHY, Move, PULSE_MA, Shown, World, short_settings};

/// After a loss the comparison goes on for so long.
const ATTENTION_MS: u32 = 3000;

/// A core, and one that was reset at some time.
#[derive(Clone)]
struct Twins {
    kept: Run,
    reset: Option<Reset>,
}

/// The reset core, and what has floated LOAD and CHARGER of the other one since before the reset.
#[derive(Clone)]
struct Reset {
    run: Run,
    floats: [CauseSet; 2],
}

impl Twins {
    fn apply(&mut self, settings: &Settings, step: Move) -> Result<(), Broken> {
        let (world, ms) = match step {
            Move::Show(world, ms) => (world, ms),
            Move::Reset(cause) => {
                let mut run = self.kept.clone();
                run.reset(settings, cause);
                self.reset = Some(Reset { run, floats: floats(&self.kept.outputs) });
                return Ok(());
            }
        };
        self.kept.cycle(settings, &world, ms)?;
        let Some(reset) = &mut self.reset else { return Ok(()) };
        reset.run.cycle(settings, &world, ms)?;
        let (now, others) = (floats(&self.kept.outputs), floats(&reset.run.outputs));
        if (0..2).any(|pin| !now[pin].without(reset.floats[pin]).without(others[pin]).is_empty()) {
            self.reset = None;
            return Ok(());
        }
        for (since, now) in reset.floats.iter_mut().zip(now) {
            *since = since.intersection(now);
        }
        let pins = [("LOAD", reset.run.outputs.load), ("CHARGER", reset.run.outputs.charger)];
        let free = pins.iter().zip(reset.floats).find(|((_, drive), since)| *drive == Drive::High && !since.is_empty());
        free.map_or(Ok(()), |((pin, _), since)| {
            let cause = since.iter().next().map_or("", Cause::name);
            Err(Broken { rule: "BOOT-2", what: format!("{pin} is High by the reset alone: {cause}") })
        })
    }

    fn bytes(&self, bytes: &mut Vec<u8>) {
        self.kept.bytes(bytes);
        if let Some(reset) = &self.reset {
            reset.run.bytes(bytes);
            bytes.extend(reset.floats.iter().flat_map(|floats| floats.bits().to_le_bytes()));
        }
    }

    /// A long memory has begun without a reset, or nothing is left of what held at the reset.
    fn is_over(&self) -> bool {
        let memory_ms = self.kept.rules.memory_ms().unwrap_or(0);
        match &self.reset {
            None => memory_ms > 0,
            Some(reset) => memory_ms > ATTENTION_MS || reset.floats.iter().all(|floats| floats.is_empty()),
        }
    }
}

fn floats(outputs: &Outputs) -> [CauseSet; 2] {
    [outputs.load_causes, outputs.charger_causes]
}

/// What both cores may be shown.
struct Slice {
    name: &'static str,
    settings: Settings,
    worlds: Vec<World>,
    cycle_ms: u32,
}

/// Visits every pair: states and edges.
fn search(slice: &Slice, cause: ResetCause) -> Result<(usize, usize), Box<Violation>> {
    let Slice { settings, worlds, cycle_ms, .. } = slice;
    let mut graph = Graph::default();
    let mut kept = Run::new(settings, None);
    kept.reset(settings, ResetCause::PowerOn);
    let twins = Twins { kept, reset: None };
    let (first, _) = graph.enter(|bytes| twins.bytes(bytes), false, None);
    let mut frontier = VecDeque::from([(first, twins)]);
    while let Some((from, twins)) = frontier.pop_front() {
        if twins.is_over() {
            continue;
        }
        let fork = twins.reset.is_none().then_some(Move::Reset(cause));
        for step in worlds.iter().map(|&world| Move::Show(world, *cycle_ms)).chain(fork) {
            let mut next = twins.clone();
            next.apply(settings, step).map_err(|broken| graph.violation(from, Some(step), broken))?;
            graph.edges += 1;
            let (to, new) = graph.enter(|bytes| next.bytes(bytes), false, Some((from, step)));
            if new {
                frontier.push_back((to, next));
            }
        }
    }
    Ok((graph.states.len(), graph.edges))
}

fn slice(name: &'static str, shown: &[Option<Shown>], remote: &[bool], cycle_ms: u32) -> Slice {
    let settings = Settings { silence_timeout_ms: 5000, ..short_settings(1) };
    Slice { name, settings, worlds: World::all(&[shown.to_vec()], remote), cycle_ms }
}

fn cells() -> Slice {
    let empty = Shown { cell_mv: 2799, ..HEALTHY };
    let slice = slice("twins, cells", &[Some(HEALTHY), Some(empty), None], &[true, false], 500);
    Slice { settings: Settings { silence_timeout_ms: 1500, ..slice.settings }, ..slice }
}

fn currents() -> Slice {
    let short = Shown { current_ma: -2 * PULSE_MA, ..HEALTHY };
    slice("twins, currents", &[Some(HEALTHY), Some(short)], &[true], 2000)
}

/// What has no time of its own.
fn others() -> Slice {
    let full = Shown { cell_mv: 3751, ..HEALTHY };
    let cold = Shown { dc: 49, ..HEALTHY };
    let hot = Shown { dc: 501, soc_pm: 120, ..HEALTHY };
    let floor = Shown { soc_pm: 100, ..HEALTHY };
    slice("twins, others", &[HEALTHY, full, cold, hot, floor].map(Some), &[true], 500)
}

#[test]
fn a_watchdog_reset_sets_nothing_free() {
    for slice in [cells(), currents(), others()] {
        match search(&slice, ResetCause::Watchdog) {
            Ok((states, edges)) => println!("{}: {states} states, {edges} edges", slice.name),
            Err(violation) => panic!("{}: {violation}", slice.name),
        }
    }
}

/// A loss of power does, for the retry time and the loss of a battery are lost: the comparison can fail.
#[test]
fn a_loss_of_power_is_found() {
    for slice in [cells(), currents()] {
        match search(&slice, ResetCause::PowerOn) {
            Ok(found) => panic!("{}: unseen in {found:?} states and edges", slice.name),
            Err(violation) => assert_eq!(violation.broken.rule, "BOOT-2", "{violation}"),
        }
    }
}

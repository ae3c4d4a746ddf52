//! Looks for the inputs that cost most: scripts are mutated, and those whose worst `step` or `receive` executes most
//! instructions are kept.
//!
//! Values are drawn at and beside the thresholds of the rules, where branches are. The seed alone decides the result. A
//! search finds a lower bound of the worst case, not a proof.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use ngbank_core::settings::{RANGES, Settings};

use crate::qemu::{Counted, RECEIVE, STEP};
use crate::script::{Act, Change, Flaw, Layout, Script};
use crate::situations::situations;

/// How far to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Decides everything.
    pub seed: u64,
    /// Rounds of mutation.
    pub generations: u32,
    /// Scripts of a round.
    pub population: usize,
}

/// The most expensive call of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its instructions.
    pub instructions: u32,
    /// Its number among the calls of its kind, from 0.
    pub call: usize,
    /// The script that it is in.
    pub script: Script,
}

/// The worst `step` and the worst `receive`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    /// The most expensive decision.
    pub step: Found,
    /// The most expensive frame.
    pub receive: Found,
}

/// Kept for each of the two goals from round to round.
const ELITE: usize = 6;
/// Longest script.
const ACTS_MAX: usize = 24;
/// Most cycles of a script, so that a round stays short.
const CYCLES_MAX: u32 = 200;

/// Searches; `count` plays scripts and gives the counted calls of each.
///
/// # Errors
/// Those of `count`.
pub fn search<E>(
    effort: Effort,
    mut count: impl FnMut(&[Script]) -> Result<Vec<Vec<Counted>>, E>,
) -> Result<Option<Worst>, E> {
    let mut draw = Draw(ChaCha8Rng::seed_from_u64(effort.seed));
    let mut elite: [Vec<Found>; 2] = [Vec::new(), Vec::new()];
    let mut scripts = first_scripts(&mut draw, effort.population);
    for _ in 0..=effort.generations {
        for (calls, script) in count(&scripts)?.into_iter().zip(&scripts) {
            for (best, kind) in elite.iter_mut().zip([STEP, RECEIVE]) {
                let of_kind = calls.iter().filter(|counted| counted.call == kind).map(|counted| counted.instructions);
                // The first of equals: `max_by_key` would take the last.
                if let Some((call, instructions)) = of_kind.enumerate().min_by_key(|&(_, n)| std::cmp::Reverse(n)) {
                    best.push(Found { instructions, call, script: script.clone() });
                }
            }
        }
        for best in &mut elite {
            // Stable: of equals the one that was found first stays.
            best.sort_by_key(|found| std::cmp::Reverse(found.instructions));
            best.dedup_by(|a, b| a.script == b.script);
            best.truncate(ELITE);
        }
        let parents: Vec<&Script> = elite.iter().flatten().map(|found| &found.script).collect();
        scripts = (0..effort.population).map(|_| draw.child(&parents)).collect();
    }
    let [step, receive] = elite.map(|best| best.into_iter().next());
    Ok(step.zip(receive).map(|(step, receive)| Worst { step, receive }))
}

/// The situations that are measured anyway, what is suspected to be expensive, and chance.
fn first_scripts(draw: &mut Draw, population: usize) -> Vec<Script> {
    let known = [Layout::Eight, Layout::Sixteen].into_iter().flat_map(situations);
    let mut scripts: Vec<Script> = known.map(|situation| shortened(situation.script)).collect();
    for layout in [Layout::Eight, Layout::Sixteen] {
        let script = |acts: &[Act]| Script { layout, settings: layout.settings(), acts: acts.to_vec() };
        scripts.extend([
            // The supply comes back: the firmware starts anew within a decision (SUP-1).
            script(&[
                Act::Cycles(6),
                Act::Pins(7_999, 3200, 3200),
                Act::Decisions(2, 100),
                usual_pins(layout),
                Act::Cycles(2),
            ]),
            // All batteries fall silent at once (COM-2).
            script(&[Act::Cycles(6), Act::Decisions(1, 60_000)]),
            // All batteries break every threshold at once, after the 30 s before a cut.
            script(&[
                Act::Bursts(40, 500),
                Act::All(Change::Cells(2500)),
                Act::All(Change::Cell(0, 3900)),
                Act::All(Change::Coldest(-300)),
                Act::All(Change::Hottest(700)),
                Act::All(Change::Soc(0)),
                Act::All(Change::Current(-210_000)),
                Act::Bursts(6, 500),
                Act::All(Change::Healthy),
                Act::Bursts(6, 500),
            ]),
        ]);
    }
    while scripts.len() < population.max(scripts.len()) {
        let layout = if draw.below(3) == 0 { Layout::Sixteen } else { Layout::Eight };
        let length = 3 + draw.below(9);
        // A complete bank to begin with.
        let acts = [Act::Cycles(6)].into_iter().chain((0..length).map(|_| draw.act())).collect();
        scripts.push(Script { layout, settings: layout.settings(), acts });
    }
    scripts
}

/// Supply in range, remote as it was.
fn usual_pins(layout: Layout) -> Act {
    Act::Pins(layout.supply_mv(), 3200, 3200)
}

/// As long as a script may be.
fn shortened(mut script: Script) -> Script {
    script.acts.truncate(ACTS_MAX);
    let mut left = CYCLES_MAX;
    for act in &mut script.acts {
        if let Act::Cycles(n) | Act::Bursts(n, _) = act {
            *n = u8::try_from(u32::from(*n).min(left)).unwrap_or(u8::MAX);
            left -= u32::from(*n);
        }
    }
    script
}

/// Chance.
struct Draw(ChaCha8Rng);

impl Draw {
    /// A number below `n`, which is not 0 and small.
    fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % n).unwrap_or(0)
    }

    fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }

    /// A mutation of one of the parents, or the front of one with the back of another.
    fn child(&mut self, parents: &[&Script]) -> Script {
        let mut script = self.pick(parents).clone();
        if self.below(4) == 0 {
            let other = self.pick(parents);
            let (front, back) = (self.below(script.acts.len() + 1), self.below(other.acts.len() + 1));
            script.acts.truncate(front);
            script.acts.extend(&other.acts[back..]);
        }
        for _ in 0..=self.below(3) {
            self.mutate(&mut script);
        }
        shortened(script)
    }

    fn mutate(&mut self, script: &mut Script) {
        let place = self.below(script.acts.len() + 1);
        match self.below(8) {
            0..=2 => {
                let act = self.act();
                script.acts.insert(place, act);
            }
            3 | 4 if place < script.acts.len() => script.acts[place] = self.act(),
            5 if place < script.acts.len() => {
                script.acts.remove(place);
            }
            6 if place < script.acts.len() => {
                let other = self.below(script.acts.len());
                script.acts.swap(place, other);
            }
            7 => script.settings = self.settings(&script.settings),
            _ => {}
        }
    }

    /// One number or choice changed; the same settings where that breaks a rule.
    fn settings(&mut self, settings: &Settings) -> Settings {
        let mut numbers = settings.values();
        let mut chosen = settings.chosen();
        let place = self.below(numbers.len() + chosen.len());
        if let (Some(number), Some(range)) = (numbers.get_mut(place), RANGES.get(place)) {
            *number = self.pick(&[range.min, range.default, range.max]);
        } else if let Some(choice) = chosen.get_mut(place - numbers.len()) {
            *choice ^= 1;
        }
        let changed = Settings::of(numbers, chosen, settings.bank);
        if changed.is_valid() { changed } else { *settings }
    }

    fn act(&mut self) -> Act {
        let place = u8::try_from(self.below(50)).unwrap_or(0);
        match self.below(16) {
            0..=2 => Act::All(self.change()),
            3..=6 => Act::One(place, self.change()),
            7 => Act::Cycles(1 + u8::try_from(self.below(12)).unwrap_or(0)),
            8..=9 => Act::Bursts(self.pick(&[1, 1, 3, 10, 35]), self.pick(&[0, 100, 500, 999, 1000])),
            10 => Act::Decisions(self.pick(&[1, 2, 10, 60]), self.pick(&[0, 10, 100, 1000, 4999, 60_000, 3_600_000])),
            11 => self.pick(&[Act::Absent(place), Act::Absent(place), Act::Present]),
            12 => {
                let supply = self.pick(&[26_400, 52_800, 7_999, 8_501, 70_001, 68_999]);
                Act::Pins(supply, self.pick(&[3200, 0, 12_000]), self.pick(&[3200, 0, 12_000]))
            }
            13 => {
                let flaws = [Flaw::Damaged, Flaw::Repeated, Flaw::Foreign, Flaw::Beyond, Flaw::Implausible];
                Act::Frame(place, self.pick(&flaws))
            }
            14 => Act::Backwards(self.pick(&[1, 1000, 100_000])),
            _ => self.pick(&[Act::Watchdog, Act::All(Change::Healthy), Act::Cycles(1)]),
        }
    }

    fn change(&mut self) -> Change {
        let cell = u8::try_from(self.below(16)).unwrap_or(0);
        let mv = self.pick(&[2500, 2799, 2800, 3099, 3100, 3149, 3200, 3300, 3599, 3600, 3749, 3750, 3751, 3900]);
        match self.below(9) {
            0 => Change::Cell(cell, mv),
            1 => Change::Cells(mv),
            2 => Change::Coldest(self.pick(&[-300, -201, -200, -180, 49, 50, 70, 190])),
            3 => Change::Hottest(self.pick(&[210, 479, 480, 500, 501, 560, 700])),
            4 => Change::Current(self.pick(&[-210_000, -160_000, -150_001, 0, 2_001, 70_001, 80_000, 120_000])),
            5 => Change::Soc(self.pick(&[0, 99, 100, 149, 150, 151, 200, 500, 1000])),
            6 => Change::Status(self.pick(&[0, 1, 2, 4, 0x5ff8, 0x7ff8, 0x2000, 0x0008, 0x0010])),
            7 => Change::Drift,
            _ => Change::Healthy,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame costs as much as the script has flawed frames, a decision as much as it has pins.
    fn by_acts(scripts: &[Script]) -> Result<Vec<Vec<Counted>>, ()> {
        let cost = |script: &Script, wanted: fn(&Act) -> bool| {
            u32::try_from(script.acts.iter().filter(|act| wanted(act)).count()).unwrap_or(u32::MAX)
        };
        let calls = |script: &Script| {
            let step = cost(script, |act| matches!(act, Act::Pins(..)));
            let receive = cost(script, |act| matches!(act, Act::Frame(..)));
            vec![Counted { call: STEP, instructions: step }, Counted { call: RECEIVE, instructions: receive }]
        };
        Ok(scripts.iter().map(calls).collect())
    }

    #[test]
    fn mutation_climbs_for_both_goals_and_the_seed_alone_decides() {
        let effort = |generations| Effort { seed: 1, generations, population: 60 };
        let worst = |generations| search(effort(generations), by_acts).ok().flatten().expect("something is found");
        let (early, late) = (worst(0), worst(60));
        assert!(late.step.instructions >= early.step.instructions + 8, "{early:?} {late:?}");
        assert!(late.receive.instructions >= early.receive.instructions + 8, "{early:?} {late:?}");
        assert_eq!(worst(60), late);
        assert!(late.step.script.acts.len() <= ACTS_MAX);
    }

    #[test]
    fn the_first_of_equally_expensive_calls_is_named() {
        let equal = |scripts: &[Script]| -> Result<_, ()> {
            let calls = [(STEP, 5), (STEP, 9), (RECEIVE, 1), (STEP, 9)];
            let calls = calls.map(|(call, instructions)| Counted { call, instructions });
            Ok(vec![calls.to_vec(); scripts.len()])
        };
        let worst = search(Effort { seed: 1, generations: 0, population: 1 }, equal).ok().flatten().expect("calls");
        assert_eq!((worst.step.call, worst.step.instructions, worst.receive.call), (1, 9, 0));
    }
}

//! The minute ticks of the batteries' own electronics: balancers and full detection.
//!
//! A tick does not end a step. It is decided on the continuous extension at its instant; where the box around a battery's
//! step shows that no tick in it can change anything, none is decided at all. Only a tick that does change something –
//! a bleed current, a counter, the state that is reported – cuts the step there, as a decision that moves a pin does.

use ngbank_models::electronics::{CELLS_MAX, Deciding, TICK_US, TickOutcome};
use ngbank_models::plant::Plant;
use ngbank_models::time::Micros;

use super::chain::Chain;
use super::survey::Survey;

/// Where the ticks stand.
pub struct Ticks {
    next: Micros,
    /// By battery: `Some` if no tick of the proposed step can change anything
    /// ([`passes`](ngbank_models::electronics::Electronics::passes)), with what that says.
    passes: Vec<Option<bool>>,
    /// The other batteries.
    tried: Vec<Tried>,
    /// The first tick of the proposed step that changes something, and what it changes at any battery.
    change: Option<(Micros, TickOutcome)>,
    /// Batteries whose bleed currents have changed, by a tick or a short.
    pub(super) bleed: Vec<bool>,
    /// A tick has set a charge counter to full, or its offset to zero.
    pub counter_set: bool,
}

/// The ticks of one battery in the proposed step, as tried up to `last`.
struct Tried {
    battery: usize,
    last: Micros,
    /// Of the last one.
    outcome: TickOutcome,
    deciding: Deciding,
}

impl Ticks {
    /// Before the first one.
    pub fn new(batteries: usize) -> Self {
        Self {
            next: TICK_US,
            passes: vec![Some(false); batteries],
            tried: Vec::with_capacity(batteries),
            change: None,
            bleed: vec![false; batteries],
            counter_set: false,
        }
    }

    /// Those up to this instant, itself included.
    fn until(&self, t: Micros) -> impl Iterator<Item = Micros> + use<> {
        (self.next..=t).step_by(TICK_US as usize)
    }

    // Lint: a step lasts half an hour at most.
    #[allow(clippy::cast_possible_truncation)]
    fn count(&self, t: Micros) -> u32 {
        if t < self.next { 0 } else { ((t - self.next) / TICK_US + 1) as u32 }
    }
}

impl Chain {
    /// The first tick of the proposed step that changes something.
    pub fn first_change(&mut self, plant: &Plant, survey: &Survey) -> Option<Micros> {
        self.ticks.change = None;
        let count = self.ticks.count(survey.end);
        if count == 0 {
            return None;
        }
        self.ticks.tried.clear();
        let mut end = survey.end;
        for (b, found) in survey.boxes.iter().enumerate() {
            let passes = self.electronics[b].passes(count, found);
            self.ticks.passes[b] = passes;
            if passes.is_some() {
                continue;
            }
            let tried = self.try_ticks(plant, b, end);
            let (last, outcome) = (tried.last, tried.outcome);
            if outcome.ends_step() {
                let others = self.ticks.change.filter(|&(at, _)| at == last);
                self.ticks.change = Some((last, others.map_or(outcome, |(_, others)| others.and(outcome))));
                end = last;
            }
            self.ticks.tried.push(tried);
        }
        self.ticks.change.map(|(at, _)| at)
    }

    /// Tries the ticks of battery `b` up to the first one that changes something, or to `end`.
    fn try_ticks(&self, plant: &Plant, b: usize, end: Micros) -> Tried {
        let electronics = &self.electronics[b];
        let mut deciding = electronics.deciding();
        let mut cells_v = [0.0; CELLS_MAX];
        let cells_v = &mut cells_v[..self.cells];
        let (mut last, mut outcome) = (0, TickOutcome::default());
        for t in self.ticks.until(end) {
            plant.battery_cells(b, t, cells_v);
            let (amps, celsius) = (plant.battery_current(b, t), plant.battery_temperature(b, t));
            (last, outcome) = (t, electronics.try_tick(&mut deciding, cells_v, amps, celsius));
            if outcome.ends_step() {
                break;
            }
        }
        Tried { battery: b, last, outcome, deciding }
    }

    /// What ticks at this end of the proposed step change.
    pub fn changes_at(&self, t: Micros) -> TickOutcome {
        let change = self.ticks.change.filter(|&(at, _)| at == t);
        change.map_or_else(TickOutcome::default, |(_, outcome)| outcome)
    }

    /// The ticks up to `at` take place, before the proposed step is committed there.
    pub fn tick(&mut self, plant: &Plant, at: Micros) {
        let count = self.ticks.count(at);
        let Some(last) = self.ticks.until(at).last() else { return };
        for (electronics, passes) in self.electronics.iter_mut().zip(&self.ticks.passes) {
            if let &Some(rests) = passes {
                electronics.pass(count, rests);
            }
        }
        for i in 0..self.ticks.tried.len() {
            let (b, to) = (self.ticks.tried[i].battery, self.ticks.tried[i].last);
            if to != last {
                // The step is cut before the last tick that was tried; those up to there change nothing.
                self.ticks.tried[i] = self.try_ticks(plant, b, last);
                debug_assert!(!self.ticks.tried[i].outcome.ends_step(), "a tick inside a step changes nothing");
            }
            let Tried { outcome, deciding, .. } = &self.ticks.tried[i];
            self.electronics[b].adopt(deciding);
            self.ticks.bleed[b] |= outcome.bleed;
            self.ticks.counter_set |= outcome.counter;
        }
        self.ticks.next += Micros::from(count) * TICK_US;
    }

    /// Bleed and short-circuit currents that have changed reach the plant, after the step has been committed.
    pub fn bleed(&mut self, plant: &mut Plant) {
        for b in 0..self.electronics.len() {
            if std::mem::take(&mut self.ticks.bleed[b]) {
                for (c, &amps) in self.electronics[b].bleed_a().iter().enumerate().take(self.cells) {
                    plant.set_bleed(b, c, amps + self.short_a(b, c));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{NoFiles, builtin, load};
    use ngbank_models::cell::CellSet;
    use ngbank_models::circuit::Branch;
    use ngbank_models::time::HOUR;

    /// A bank with a cell that runs ahead, charged at 0.2 C until its balancers work.
    #[test]
    fn a_step_ends_at_the_first_tick_that_changes_something_and_at_no_other() {
        let scenario = builtin().iter().find(|scenario| scenario.name == "runner-cell").expect("built in");
        let scenario = load(scenario.text, scenario.name, &NoFiles).expect("valid").resolve(1);
        let (rating, model) = super::super::chain::rating(&scenario).expect("a catalogue model");
        let mut chain = Chain::new(&scenario, rating, model);
        let bank = &scenario.bank.params;
        let mut plant = Plant::new(bank, &CellSet::ng(), 1, 1e-4).expect("a bank");
        let mut survey = Survey::new(plant.batteries());
        let charge = [Branch::Current { amps: 0.2 * bank.capacity_ah * bank.parallel as f64 }];
        let bleeds =
            |chain: &Chain| -> Vec<Vec<f64>> { chain.electronics.iter().map(|e| e.bleed_a().to_vec()).collect() };
        let (mut cuts, mut passed) = (0, 0);
        while plant.time() < 3 * HOUR {
            let proposal = plant.propose(&charge, &[], plant.time() + HOUR);
            survey.look(&plant, &chain, proposal.end);
            let change = chain.first_change(&plant, &survey);
            let end = change.unwrap_or(proposal.end);
            let (before, ticks) = (bleeds(&chain), chain.ticks.count(end));
            chain.tick(&plant, end);
            assert_eq!(chain.changes_at(end).ends_step(), change.is_some());
            if change.is_some() {
                assert_eq!(end % TICK_US, 0);
                cuts += 1;
            } else {
                assert_eq!(before, bleeds(&chain), "a tick within a step changed a current");
                passed += ticks;
            }
            chain.advance(&plant, end);
            plant.commit(end);
            chain.bleed(&mut plant);
        }
        assert!(bleeds(&chain).iter().flatten().any(|&amps| amps > 0.0), "the balancers work");
        assert!(cuts > 0 && passed > 10, "{cuts} cuts, {passed} ticks within steps");
    }
}

//! The minute ticks of the batteries' own electronics: balancers and full detection.
//!
//! A tick does not end a step. It is decided on the continuous extension at its instant; where the box around a battery's
//! step shows that no tick in it can change anything, none is decided at all. Only a tick that does change something –
//! a bleed current, a counter, the state that is reported – cuts the step there, as a decision that moves a pin does.

use ngbank_models::electronics::{CELLS_MAX, TICK_US};
use ngbank_models::plant::Plant;
use ngbank_models::time::Micros;

use super::chain::Chain;
use super::survey::Survey;

/// Where the ticks stand.
pub struct Ticks {
    next: Micros,
    /// By battery: what [`ngbank_models::electronics::Electronics::passes`] says of the ticks of the proposed step.
    passing: Vec<Option<bool>>,
    /// The first tick of the proposed step that changes something.
    change: Option<Micros>,
    /// Batteries whose last tick changed a bleed current.
    bleed: Vec<bool>,
    /// A tick has set a charge counter to full, or its offset to zero.
    pub counter_set: bool,
}

impl Ticks {
    /// Before the first one.
    pub fn new(batteries: usize) -> Self {
        Self {
            next: TICK_US,
            passing: vec![None; batteries],
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
        let count = self.ticks.count(survey.end);
        self.ticks.change = None;
        if count == 0 {
            return None;
        }
        let mut end = survey.end;
        for (b, (electronics, found)) in self.electronics.iter().zip(&survey.boxes).enumerate() {
            self.ticks.passing[b] = electronics.passes(count, found);
            if self.ticks.passing[b].is_some() {
                continue;
            }
            let mut deciding = electronics.deciding();
            let mut cells_v = [0.0; CELLS_MAX];
            let cells_v = &mut cells_v[..self.cells];
            let changed = self.ticks.until(end).find(|&t| {
                plant.battery_cells(b, t, cells_v);
                let (amps, celsius) = (plant.battery_current(b, t), plant.battery_temperature(b, t));
                electronics.try_tick(&mut deciding, cells_v, amps, celsius)
            });
            if let Some(t) = changed {
                self.ticks.change = Some(t);
                end = t;
            }
        }
        self.ticks.change
    }

    /// A tick at this end of the proposed step changes something.
    pub fn changes_at(&self, t: Micros) -> bool {
        self.ticks.change == Some(t)
    }

    /// The ticks up to `at` take place, before the proposed step is committed there.
    pub fn tick(&mut self, plant: &Plant, at: Micros) {
        let count = self.ticks.count(at);
        if count == 0 {
            return;
        }
        let mut cells_v = [0.0; CELLS_MAX];
        let cells_v = &mut cells_v[..self.cells];
        for (b, electronics) in self.electronics.iter_mut().enumerate() {
            if let Some(rests) = self.ticks.passing[b] {
                electronics.pass(count, rests);
                continue;
            }
            for t in self.ticks.until(at) {
                plant.battery_cells(b, t, cells_v);
                let outcome = electronics.tick(cells_v, plant.battery_current(b, t), plant.battery_temperature(b, t));
                debug_assert!(t == at || !outcome.ends_step(), "a tick inside a step changes nothing");
                self.ticks.bleed[b] |= outcome.bleed;
                self.ticks.counter_set |= outcome.counter;
            }
        }
        self.ticks.next += Micros::from(count) * TICK_US;
    }

    /// Bleed currents that the last tick changed reach the plant, after the step has been committed.
    pub fn bleed(&mut self, plant: &mut Plant) {
        for (b, changed) in self.ticks.bleed.iter_mut().enumerate() {
            if std::mem::take(changed) {
                for (c, &amps) in self.electronics[b].bleed_a().iter().enumerate().take(self.cells) {
                    plant.set_bleed(b, c, amps);
                }
            }
        }
    }
}

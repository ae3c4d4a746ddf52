//! Ageing of LFP cells by time and by cycles: what is left of the capacity, and how the resistance grows.
//!
//! The law is that of M. Naumann for a Sony/Murata US26650FTC1 (module `law`). A loss that grows with the square
//! root of time (or of cycles) is advanced as its square, `Q² += k²·Δt`, which is exact while the stress `k` stays
//! and adds up where it changes. Calendar and cycle loss have a square each, and the losses add.
//!
//! | Stress | From | Advanced |
//! |---|---|---|
//! | temperature, state of charge | the state on the hour | once an hour, mean of both ends |
//! | depth and rate of cycles | turning points of the state of charge (`rainflow`) | when a cycle closes |
//!
//! So the result depends on when the state is sampled, not on the steps in which the plant reached it. A cell here
//! begins as new: the first months cost more than the later ones.

mod law;
mod rainflow;

use crate::time::{HOUR, Micros};
use rainflow::{Cycle, Rainflow};

/// What ageing has done to a cell, relative to the cell as it was built.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Health {
    /// Part of the capacity lost by time.
    pub calendar_loss: f64,
    /// Part of the capacity lost by cycles.
    pub cycle_loss: f64,
    /// Resistance, ≥ 1.
    pub resistance: f64,
}

impl Health {
    /// Capacity that is left, above 0 and at most 1.
    pub fn capacity(&self) -> f64 {
        1.0 - (self.calendar_loss + self.cycle_loss).min(LOSS_MAX)
    }
}

/// No cell loses more than this part of its capacity here: the law is for cells that are still in use.
const LOSS_MAX: f64 = 0.9;

#[derive(Clone, Debug, Default)]
struct Cell {
    /// Squares of the losses, as parts of the capacity.
    calendar: f64,
    cycles: f64,
    /// Growth of the resistance, as a part of it.
    growth: f64,
    rainflow: Rainflow,
    /// Rates of `calendar` and `growth` at the last hour, 1/s.
    rates: (f64, f64),
}

impl Cell {
    fn count(&mut self, cycle: &Cycle) {
        let rate = if cycle.hours > 0.0 { cycle.depth / cycle.hours } else { 0.0 };
        self.cycles += cycle.full_cycles() * law::cycle_loss_squared(cycle.depth, rate);
        self.growth += cycle.full_cycles() * law::cycle_growth(cycle.depth, rate);
    }

    fn rest(&mut self, seconds: f64, rates: (f64, f64)) {
        self.calendar += 0.5 * (self.rates.0 + rates.0) * seconds;
        self.growth += 0.5 * (self.rates.1 + rates.1) * seconds;
        self.rates = rates;
    }
}

/// The age of every cell of a bank.
#[derive(Clone, Debug)]
pub struct Ageing {
    cells_per_battery: usize,
    cells: Vec<Cell>,
    /// When the calendar of each battery was last advanced.
    hours: Vec<Option<Micros>>,
}

impl Ageing {
    /// New cells, `batteries × cells_per_battery`.
    pub fn new(batteries: usize, cells_per_battery: usize) -> Self {
        let cells = vec![Cell::default(); batteries * cells_per_battery];
        Self { cells_per_battery, cells, hours: vec![None; batteries] }
    }

    /// Battery `b` at time `t`, which must not go back: its temperature and the state of charge of its cells, 0..=1.
    /// The first sample is where ageing begins; further ones come at least on every full hour from there, oftener
    /// where short cycles count. True if the health of its cells has changed.
    pub fn sample(&mut self, t: Micros, b: usize, celsius: f64, soc: &[f64]) -> bool {
        let n = self.cells_per_battery;
        assert_eq!(soc.len(), n, "one state of charge per cell");
        let elapsed = self.hours[b].map(|hour| t - hour);
        let on_the_hour = elapsed.is_none_or(|elapsed| elapsed >= HOUR);
        for (cell, &soc) in self.cells[b * n..(b + 1) * n].iter_mut().zip(soc) {
            while let Some(cycle) = cell.rainflow.next(t, soc) {
                cell.count(&cycle);
            }
            if on_the_hour {
                let rates = (law::calendar_loss_squared(celsius, soc), law::calendar_growth(celsius, soc));
                cell.rest(elapsed.unwrap_or(0) as f64 * 1e-6, rates);
            }
        }
        if on_the_hour {
            self.hours[b] = Some(t);
        }
        on_the_hour && elapsed.is_some()
    }

    /// Feeds the age of every cell to `sink`.
    pub fn state_digest(&self, sink: &mut dyn FnMut(&[u8])) {
        for cell in &self.cells {
            [cell.calendar, cell.cycles, cell.growth].iter().for_each(|value| sink(&value.to_bits().to_le_bytes()));
        }
    }

    /// What is left of cell `c` of battery `b`.
    pub fn health(&self, b: usize, c: usize) -> Health {
        let cell = &self.cells[b * self.cells_per_battery + c];
        Health { calendar_loss: cell.calendar.sqrt(), cycle_loss: cell.cycles.sqrt(), resistance: 1.0 + cell.growth }
    }
}

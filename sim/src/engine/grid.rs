//! The grids of samples, frames and decisions (COM-1), and the order of what falls on one instant.

use ngbank_models::time::{MS, Micros};

/// All batteries sample at the start of a cycle.
pub const CYCLE: Micros = 500 * MS;
/// Distance of two frames in the chain.
pub const SLOT: Micros = 10 * MS;
/// Distance of two decisions.
pub const DECISION: Micros = 100 * MS;

/// A point of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// All batteries sample: start of this cycle.
    Sample(u64),
    /// The frame of this battery with its sample of this cycle arrives.
    Frame {
        /// Cycle of the sample.
        cycle: u64,
        /// Battery, from 0.
        battery: usize,
    },
    /// The firmware decides.
    Decision,
}

/// Where the run stands on its grids.
///
/// The last frame of a full chain arrives together with the next sample, before the decision of that instant.
#[derive(Clone, Debug)]
pub struct Grid {
    batteries: usize,
    next_sample: u64,
    /// Cycle and battery of the next frame.
    next_frame: (u64, usize),
    next_decision: Micros,
}

impl Grid {
    /// Before the first sample at time 0.
    pub fn new(batteries: usize) -> Self {
        Self { batteries, next_sample: 0, next_frame: (0, 0), next_decision: 0 }
    }

    /// Time and kind of the next point: at one instant samples, then frames, then the decision.
    pub fn peek(&self) -> (Micros, Point) {
        let (cycle, battery) = self.next_frame;
        let sample = self.next_sample * CYCLE;
        let frame = cycle * CYCLE + (battery as u64 + 1) * SLOT;
        if sample <= frame && sample <= self.next_decision {
            (sample, Point::Sample(self.next_sample))
        } else if frame <= self.next_decision {
            (frame, Point::Frame { cycle, battery })
        } else {
            (self.next_decision, Point::Decision)
        }
    }

    /// Goes past the point that `peek` showed.
    pub fn pass(&mut self, point: Point) {
        match point {
            Point::Sample(cycle) => self.next_sample = cycle + 1,
            Point::Frame { cycle, battery } => {
                let next = battery + 1;
                self.next_frame = if next < self.batteries { (cycle, next) } else { (cycle + 1, 0) };
            }
            Point::Decision => self.next_decision += DECISION,
        }
    }

    /// The cycle that begins here, if sample and decision at its start are done and none of its frames has come.
    pub fn at_cycle_start(&self) -> Option<u64> {
        let (cycle, battery) = self.next_frame;
        (battery == 0 && self.next_sample == cycle + 1 && self.next_decision == cycle * CYCLE + DECISION)
            .then_some(cycle)
    }

    /// Goes to the start of a cycle, as in [`Grid::at_cycle_start`].
    pub fn jump_to(&mut self, cycle: u64) {
        self.next_sample = cycle + 1;
        self.next_frame = (cycle, 0);
        self.next_decision = cycle * CYCLE + DECISION;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_is_sample_then_last_frame_then_decision() {
        let mut grid = Grid::new(50);
        let mut at_500_ms = Vec::new();
        loop {
            let (t, point) = grid.peek();
            if t > CYCLE {
                break;
            }
            if t == CYCLE {
                at_500_ms.push(point);
            }
            grid.pass(point);
        }
        let expected = [Point::Sample(1), Point::Frame { cycle: 0, battery: 49 }, Point::Decision];
        assert_eq!(at_500_ms, expected);
        assert_eq!(grid.at_cycle_start(), Some(1));
    }

    #[test]
    fn one_cycle_has_one_sample_every_frame_and_five_decisions() {
        for batteries in [1, 7, 50] {
            let mut grid = Grid::new(batteries);
            let mut count = (0, 0, 0);
            let mut last = 0;
            while grid.peek().0 < 10 * CYCLE {
                let (t, point) = grid.peek();
                assert!(t >= last);
                last = t;
                match point {
                    Point::Sample(_) => count.0 += 1,
                    Point::Frame { .. } => count.1 += 1,
                    Point::Decision => count.2 += 1,
                }
                grid.pass(point);
            }
            let late = usize::from(batteries == 50);
            assert_eq!(count, (10, 10 * batteries - late, 50));
        }
    }
}

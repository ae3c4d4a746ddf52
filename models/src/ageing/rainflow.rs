//! Cycles from turning points: rainflow counting as the state goes on (ASTM E1049-85, three points).
//!
//! ```text
//!      B                     going up from C beyond B, the range B–C lies within A–D:
//!     / \        D           it is one full cycle and is taken out; what is left goes on from A to D.
//!    /   \      /            A range that begins at the first point of all is half a cycle.
//!   /     \    /
//!  /       C─ ─
//! A
//! ```

use crate::time::{HOUR, Micros};

/// Turns back by less than this part of the capacity belong to the movement around them.
const LEAST_TURN: f64 = 0.001;

/// A cycle that has closed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Cycle {
    /// Range of the state of charge, 0..=1.
    pub depth: f64,
    /// From one turning point to the other, h.
    pub hours: f64,
    /// Back again, too; otherwise it is half a cycle.
    pub whole: bool,
}

impl Cycle {
    /// Full equivalent cycles: the charge moved over twice the capacity.
    pub fn full_cycles(&self) -> f64 {
        if self.whole { self.depth } else { 0.5 * self.depth }
    }
}

#[derive(Clone, Copy, Debug)]
struct Point {
    t: Micros,
    soc: f64,
}

/// The turning points that wait for their cycle to close.
#[derive(Clone, Debug, Default)]
pub struct Rainflow(Vec<Point>);

impl Rainflow {
    /// Takes in the state at `t`; to be called again with the same until it gives `None`.
    pub fn next(&mut self, t: Micros, soc: f64) -> Option<Cycle> {
        self.reach(Point { t, soc });
        self.close()
    }

    fn reach(&mut self, now: Point) {
        let n = self.0.len();
        let Some(last) = self.0.last().copied() else {
            self.0.push(now);
            return;
        };
        let on = n >= 2 && (now.soc - last.soc) * (last.soc - self.0[n - 2].soc) > 0.0;
        if on {
            self.0[n - 1] = now;
        } else if (now.soc - last.soc).abs() >= LEAST_TURN {
            self.0.push(now);
        }
    }

    fn close(&mut self) -> Option<Cycle> {
        let n = self.0.len();
        let &[a, b, c] = self.0.get(n.checked_sub(3)?..)? else {
            return None;
        };
        let (inner, outer) = ((b.soc - a.soc).abs(), (c.soc - b.soc).abs());
        if outer < inner {
            return None;
        }
        let whole = n > 3;
        if whole {
            self.0.drain(n - 3..n - 1);
        } else {
            self.0.remove(0);
        }
        Some(Cycle { depth: inner, hours: (b.t - a.t) as f64 / HOUR as f64, whole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard: −2, 1, −3, 5, −1, 3, −4, 4, −2; here a tenth of it.
    #[test]
    fn the_example_of_the_standard() {
        let mut rainflow = Rainflow::default();
        let mut found = Vec::new();
        for (hour, soc) in (0..).zip([-0.2, 0.1, -0.3, 0.5, -0.1, 0.3, -0.4, 0.4, -0.2]) {
            while let Some(cycle) = rainflow.next(hour * HOUR, soc) {
                found.push(((cycle.depth * 10.0).round() as i32, cycle.whole));
            }
        }
        // Half cycles of 3, 4, 8; a whole one of 4. The halves of 9, 8, 6 are still open.
        assert_eq!(found, [(3, false), (4, false), (4, true), (8, false)]);
        assert_eq!(rainflow.0.len(), 3 + 1);
    }

    #[test]
    fn ripple_below_the_least_turn_is_no_cycle() {
        let mut rainflow = Rainflow::default();
        for minute in 0..1000_i32 {
            let soc = 0.3 + 0.0005 * f64::from(minute) + if minute % 2 == 0 { 0.0004 } else { 0.0 };
            assert_eq!(rainflow.next(Micros::from(minute.unsigned_abs()) * 60_000_000, soc), None);
        }
        assert_eq!(rainflow.0.len(), 2);
    }
}

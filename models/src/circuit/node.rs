//! The bus: everything on it in one equation, and its solution on the bank.

use super::folded::falling_root;
use super::{Branch, Folded, NoRoot};

/// Most nodes with constant power beyond cables that one bus may have.
pub const BEYOND_MAX: usize = 4;

/// Most rounds that [`close`] takes; a handful is the rule.
pub const ROUNDS_MAX: u32 = 64;

/// A chord shorter than this part of the voltage is a tangent.
const CHORD_MIN: f64 = 1e-6;

/// A round that moves the bus by less than this part of its voltage (at least 1 V) is the last.
const SETTLED: f64 = 1e-13;

/// The solved bus.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Closed {
    /// Voltage of the bus, V.
    pub volts: f64,
    /// Rounds that it took; 0 where one quadratic was the answer.
    pub rounds: u32,
}

/// Solves the bus with these devices on the source `u` (V) behind `z` (Ω ≥ 0).
///
/// # Errors
/// [`NoRoot`] if the devices ask for more power than the bank can give at any voltage.
///
/// # Panics
/// If a voltage source has no cable, or more than [`BEYOND_MAX`] nodes beyond cables have constant power.
pub fn close(branches: &[Branch], u: f64, z: f64) -> Result<Closed, NoRoot> {
    Node::new(branches).close(u, z)
}

/// A node with constant power beyond a cable.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct Beyond {
    ohms: f64,
    rest: Folded,
}

/// The devices folded into one equation: constant current, conductance and power at the node, and the few nodes
/// beyond cables that are not linear.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Node {
    own: Folded,
    beyond: [Beyond; BEYOND_MAX],
    count: usize,
}

impl Node {
    /// # Panics
    /// As [`close`].
    pub fn new(branches: &[Branch]) -> Self {
        let mut node = Self::default();
        for branch in branches {
            match *branch {
                Branch::Beyond { ohms, rest } if rest.watts != 0.0 => {
                    assert!(node.count < BEYOND_MAX, "more than {BEYOND_MAX} nodes with power beyond cables");
                    node.beyond[node.count] = Beyond { ohms, rest };
                    node.count += 1;
                }
                _ => node.own.add(branch),
            }
        }
        node
    }

    /// Bus voltage on the source `u` (V) behind `z` (Ω ≥ 0).
    pub fn volts(&self, u: f64, z: f64) -> Result<f64, NoRoot> {
        self.close(u, z).map(|closed| closed.volts)
    }

    /// −dJ/dV of all devices at `volts`, S; negative where constant-power loads prevail.
    pub fn slope(&self, volts: f64) -> f64 {
        let own = self.own.siemens + self.own.watts / (volts * volts);
        self.beyond().iter().fold(own, |sum, beyond| sum + beyond.slope(volts))
    }

    /// The highest voltage at which the currents agree.
    ///
    /// The current of a node beyond its cable is concave in the bus voltage if its power is a load, convex if it
    /// is a source. Between a voltage `from` and one above the answer, `high`, a tangent over-estimates the one and
    /// a chord the other, so that there is no answer above the highest root with these lines in their places, as
    /// far as `from` reaches: the rounds come down on the answer and never pass it. Where all tangents at `high` or
    /// at `low`, a voltage below the answer, meet (Newton's step) is the `from` that makes both close. Lines
    /// without a root say that there is no answer.
    fn close(&self, u: f64, z: f64) -> Result<Closed, NoRoot> {
        if self.count == 0 {
            return Ok(Closed { volts: upper_root(&self.own, u, z)?, rounds: 0 });
        }
        let least = self.beyond().iter().map(|beyond| beyond.rest.least_volts(beyond.ohms)).fold(f64::MIN, f64::max);
        // The ceilings are ones from 0 V on.
        let mut high = root_of_lines(&self.lines(Beyond::ceiling), u, z)?.max(0.0);
        let mut low = f64::NEG_INFINITY;
        for rounds in 1..=ROUNDS_MAX {
            if high <= least {
                return Err(NoRoot);
            }
            let newton = |at: f64| root_of_lines(&self.lines(|beyond| beyond.tangent(at)), u, z).ok();
            let from_high = newton(high);
            for step in [from_high, Some(low).filter(|low| low.is_finite()).and_then(newton)].into_iter().flatten() {
                if step > low.max(least) && step < high && self.surplus(step, u, z) >= 0.0 {
                    low = step;
                }
            }
            let from = from_high.map_or(0.0, |step| step.min(high)).max(low);
            let volts = match root_of_lines(&self.lines(|beyond| beyond.above(from, high)), u, z) {
                Ok(volts) => volts.clamp(from, high.max(from)),
                Err(NoRoot) if from_high.is_some() || low.is_finite() => from,
                Err(NoRoot) => return Err(NoRoot),
            };
            if high - volts <= SETTLED * high.abs().max(1.0) {
                return Ok(Closed { volts, rounds });
            }
            high = volts;
        }
        Ok(Closed { volts: high, rounds: ROUNDS_MAX })
    }

    /// The node with a line in place of every node beyond.
    fn lines(&self, line: impl Fn(&Beyond) -> Folded) -> Folded {
        self.beyond().iter().fold(self.own, |sum, beyond| {
            let line = line(beyond);
            Folded { amps: sum.amps + line.amps, siemens: sum.siemens + line.siemens, ..sum }
        })
    }

    /// What flows into the node and not out of it, as the voltage that it is across `z`, V.
    fn surplus(&self, volts: f64, u: f64, z: f64) -> f64 {
        let beyond: f64 = self.beyond().iter().map(|beyond| beyond.amps(volts)).sum();
        u - volts + z * (self.own.amps(volts) + beyond)
    }

    fn beyond(&self) -> &[Beyond] {
        &self.beyond[..self.count]
    }
}

impl Beyond {
    fn amps(&self, volts: f64) -> f64 {
        self.rest.amps(self.rest.volts_beyond(volts, self.ohms))
    }

    fn slope(&self, volts: f64) -> f64 {
        self.rest.slope_behind(self.rest.volts_beyond(volts, self.ohms), self.ohms)
    }

    /// A line that is nowhere below the current: a load left out, a source at what it gives into a dead bus.
    fn ceiling(&self) -> Folded {
        if self.rest.watts < 0.0 {
            self.rest.without_power_behind(self.ohms)
        } else {
            Folded { amps: self.amps(0.0), ..Folded::default() }
        }
    }

    /// A line that is nowhere below the current between `low` and `high`. A short chord is its tangent, without
    /// the cancellation.
    fn above(&self, low: f64, high: f64) -> Folded {
        if self.rest.watts < 0.0 || high - low <= CHORD_MIN * high.abs() {
            return self.tangent(high);
        }
        let at_high = self.amps(high);
        let siemens = (self.amps(low) - at_high) / (high - low);
        Folded { amps: at_high + siemens * high, siemens, watts: 0.0 }
    }

    fn tangent(&self, volts: f64) -> Folded {
        let siemens = self.slope(volts);
        Folded { amps: self.amps(volts) + siemens * volts, siemens, watts: 0.0 }
    }
}

/// The upper root of `V² − U'·V − Z'·P = 0`.
fn upper_root(node: &Folded, u: f64, z: f64) -> Result<f64, NoRoot> {
    let load = 1.0 + z * node.siemens;
    let u = (u + z * node.amps) / load;
    let z = z / load;
    if node.watts == 0.0 {
        return Ok(u);
    }
    let discriminant = u * u + 4.0 * z * node.watts;
    if discriminant < 0.0 || (node.watts < 0.0 && u <= 0.0) {
        return Err(NoRoot);
    }
    Ok(0.5 * (u + discriminant.sqrt()))
}

/// The same where lines may have made the conductance negative.
fn root_of_lines(node: &Folded, u: f64, z: f64) -> Result<f64, NoRoot> {
    falling_root(1.0 + z * node.siemens, u + z * node.amps, z * node.watts)
}

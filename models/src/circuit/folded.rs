//! All branches of one node as one: a current, a conductance and a power.

use super::{Branch, NoRoot};

/// What hangs on a node, folded. Current and power are positive **into the node**.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Folded {
    /// Constant current, A.
    pub amps: f64,
    /// Conductance to the negative bar, S.
    pub siemens: f64,
    /// Constant power, W.
    pub watts: f64,
}

impl Folded {
    /// Adds a branch.
    ///
    /// # Panics
    /// If a voltage source has no cable resistance, or a node with power hangs beyond another node's cable: that
    /// is no quadratic.
    pub fn add(&mut self, branch: &Branch) {
        match *branch {
            Branch::Open => {}
            Branch::Current { amps } => self.amps += amps,
            Branch::Conductance { siemens } => self.siemens += siemens,
            Branch::Power { watts } => self.watts += watts,
            Branch::Voltage { volts, ohms } => {
                assert!(ohms > 0.0, "a voltage source needs a cable: {ohms} Ω");
                self.amps += volts / ohms;
                self.siemens += 1.0 / ohms;
            }
            Branch::Beyond { ohms, rest } => {
                assert!(rest.watts == 0.0, "constant power beyond a cable is no constant current");
                let linear = rest.without_power_behind(ohms);
                self.amps += linear.amps;
                self.siemens += linear.siemens;
            }
        }
    }

    /// Current into the node at its voltage, A.
    pub fn amps(&self, volts: f64) -> f64 {
        let power = if self.watts == 0.0 { 0.0 } else { self.watts / volts };
        self.amps - self.siemens * volts + power
    }

    /// −dJ/dV at the node's voltage, S; negative where constant-power loads prevail.
    pub fn slope(&self, volts: f64) -> f64 {
        if self.watts == 0.0 { self.siemens } else { self.siemens + self.watts / (volts * volts) }
    }

    /// Voltage of this node beyond a cable of `ohms` from a node at `volts`: the upper root. Where the load has no
    /// root any more ([`Folded::least_volts`]), the voltage at which it last had one.
    pub fn volts_beyond(&self, volts: f64, ohms: f64) -> f64 {
        let g = 1.0 / ohms + self.siemens;
        let b = volts / ohms + self.amps;
        if self.watts == 0.0 {
            return b / g;
        }
        let root = (b * b + 4.0 * g * self.watts).max(0.0).sqrt();
        // Both are the same root; each is used where it does not cancel.
        if b >= 0.0 { 0.5 * (b + root) / g } else { 2.0 * self.watts / (root - b) }
    }

    /// The other way round: voltage before the cable at which this node is at `volts`. Rises with it; a node
    /// voltage that no voltage before the cable leads to counts as the lowest that there is.
    pub fn volts_before(&self, volts: f64, ohms: f64) -> f64 {
        let volts = if self.watts < 0.0 { volts.max(self.fold_volts(ohms)) } else { volts };
        volts - ohms * self.amps(volts)
    }

    /// Lowest voltage before a cable of `ohms` at which the power of this node can be fed; −∞ without a load.
    pub fn least_volts(&self, ohms: f64) -> f64 {
        if self.watts < 0.0 { self.volts_before(self.fold_volts(ohms), ohms) } else { f64::NEG_INFINITY }
    }

    /// −dJ/dU seen before the cable when this node is at `volts`, S.
    pub fn slope_behind(&self, volts: f64, ohms: f64) -> f64 {
        let own = self.slope(volts);
        own / (1.0 + ohms * own)
    }

    /// Voltage of this node with nothing else on it.
    ///
    /// # Errors
    /// [`NoRoot`] if its loads ask for more power than its sources can give.
    pub fn open_volts(&self) -> Result<f64, NoRoot> {
        falling_root(self.siemens, self.amps, self.watts)
    }

    /// Current and conductance seen before the cable if there were no power.
    pub(super) fn without_power_behind(&self, ohms: f64) -> Folded {
        let share = 1.0 / (1.0 + ohms * self.siemens);
        Folded { amps: self.amps * share, siemens: self.siemens * share, watts: 0.0 }
    }

    /// Voltages `(low, high)` of this node outside of which more than `limit` A flow out of it (`limit` > 0);
    /// `None` if it is more at every voltage.
    pub fn window_of_draw(&self, limit: f64) -> Option<(f64, f64)> {
        // siemens·V² − (amps + limit)·V − watts < 0
        let b = self.amps + limit;
        if self.siemens == 0.0 {
            let low = if self.watts < 0.0 { -self.watts / b } else { f64::NEG_INFINITY };
            return (b > 0.0).then_some((low, f64::INFINITY));
        }
        let square = b * b + 4.0 * self.siemens * self.watts;
        if square < 0.0 || (b <= 0.0 && self.watts <= 0.0) {
            return None;
        }
        let high = 0.5 * (b + square.sqrt()) / self.siemens;
        let low = if self.watts < 0.0 { -self.watts / (self.siemens * high) } else { f64::NEG_INFINITY };
        Some((low, high))
    }

    /// Node voltage below which a load of constant power can no longer be fed through `ohms`.
    fn fold_volts(&self, ohms: f64) -> f64 {
        (-self.watts / (1.0 / ohms + self.siemens)).sqrt()
    }
}

/// The root of `load·V² − b·V − power = 0` at which `b − load·V + power/V` falls through zero as V rises: the upper
/// one, also where lines in place of curves have made the conductance negative.
pub(super) fn falling_root(load: f64, b: f64, power: f64) -> Result<f64, NoRoot> {
    if load > 0.0 && power == 0.0 {
        return Ok(b / load);
    }
    let discriminant = b * b + 4.0 * load * power;
    if discriminant < 0.0 || !discriminant.is_finite() {
        return Err(NoRoot);
    }
    let root = discriminant.sqrt();
    // Both forms are the same root; each is used where it does not cancel.
    match (b > 0.0, load > 0.0, power > 0.0) {
        (true, true, _) => Ok(0.5 * (b + root) / load),
        (false, _, true) => Ok(2.0 * power / (root - b)),
        _ => Err(NoRoot),
    }
}

//! The nodes where bank and devices meet: what a device is to the circuit, and the one equation that closes it.
//!
//! ```text
//!  bank U ──Z──┬── devices on the bus (also those behind a BatteryProtect or a contactor: no voltage drop)
//!              ├──cable──┬── starter battery            a branch "beyond": a node of its own, folded into
//!              │         └── alternator, starter loads  current, conductance and power behind one resistance
//!              └──cable──┬── …
//! ```
//!
//! Seen from the terminals the bank is a source `U` behind `Z` (see [`crate::network`]). Every device is a
//! [`Branch`]. The tree is folded from its leaves: sources and conductances of a node become one current and one
//! conductance, what remains is its constant power. A node beyond a cable is then one quadratic, and a branch of
//! the bus with a closed form for its current and slope; see [`Folded`]. The bus itself is one quadratic too, or
//! a few of them in a row where power hangs beyond cables; see [`close`].
//!
//! Only the upper branch of a quadratic is physical: loads that ask for more than the bank can give have no
//! solution, and that is an event of a device ([`NoRoot`]), never a clamped discriminant.

mod folded;
mod node;

pub use folded::Folded;
pub(crate) use node::Node;
pub use node::{BEYOND_MAX, Closed, ROUNDS_MAX, close};

/// What one device is to the circuit. Current and power are positive **into the bus** (they charge the bank).
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Branch {
    /// Not connected: conductance 0.
    #[default]
    Open,
    /// Constant current.
    Current {
        /// A, positive into the bus.
        amps: f64,
    },
    /// A resistive load to the negative bar: takes `siemens · V`.
    Conductance {
        /// S, ≥ 0.
        siemens: f64,
    },
    /// Constant power.
    Power {
        /// W, positive into the bus.
        watts: f64,
    },
    /// A voltage source behind a cable.
    Voltage {
        /// V.
        volts: f64,
        /// Ω, > 0 (a constant-voltage source needs its cable).
        ohms: f64,
    },
    /// A node of its own beyond a cable, with all that hangs on it.
    Beyond {
        /// The cable, Ω, > 0.
        ohms: f64,
        /// What hangs on the node.
        rest: Folded,
    },
}

/// The quantity that a [`Guard`] watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantity {
    /// Voltage of the bus, V.
    BusVolts,
    /// Current of the guard's device, A, positive into the bus.
    DeviceAmps,
}

/// The side of the limit on which a [`Guard`] fires.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Fires when the quantity exceeds the limit.
    Above,
    /// Fires when the quantity falls below the limit.
    Below,
}

/// A threshold of a device that the step integrator has to locate.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Guard {
    /// Index of the device in the branch list.
    pub device: usize,
    /// What is watched.
    pub quantity: Quantity,
    /// Limit, V or A as the quantity says.
    pub limit: f64,
    /// Side on which it fires.
    pub when: When,
}

/// The solved bus: its voltage and the current of every device.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct BusState {
    /// Voltage at the terminals, V.
    pub volts: f64,
    /// Current of each device, A, positive into the bus; same order as the branches.
    pub amps_of_device: Vec<f64>,
}

/// The devices ask for more power than the bank can give at any voltage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoRoot;

impl Branch {
    /// Current at bus voltage `volts`, A, positive into the bus.
    pub fn amps(&self, volts: f64) -> f64 {
        match *self {
            Branch::Open => 0.0,
            Branch::Current { amps } => amps,
            Branch::Conductance { siemens } => -siemens * volts,
            Branch::Power { watts } => watts / volts,
            Branch::Voltage { volts: source, ohms } => (source - volts) / ohms,
            Branch::Beyond { ohms, rest } => rest.amps(rest.volts_beyond(volts, ohms)),
        }
    }
}

impl Branch {
    /// dJ/dV at bus voltage `volts`, S.
    pub(crate) fn amps_per_volt(&self, volts: f64) -> f64 {
        match *self {
            Branch::Open | Branch::Current { .. } => 0.0,
            Branch::Conductance { siemens } => -siemens,
            Branch::Power { watts } => -watts / (volts * volts),
            Branch::Voltage { ohms, .. } => -1.0 / ohms,
            Branch::Beyond { ohms, rest } => -rest.slope_behind(rest.volts_beyond(volts, ohms), ohms),
        }
    }
}

impl Guard {
    /// The limit as a voltage of the bus and the side on which it fires; `None` when bus voltage cannot change it.
    pub(crate) fn on_bus(&self, branches: &[Branch]) -> Option<(f64, When)> {
        if self.quantity == Quantity::BusVolts {
            return Some((self.limit, self.when));
        }
        let opposite = match self.when {
            When::Above => When::Below,
            When::Below => When::Above,
        };
        match branches[self.device] {
            // A node beyond a cable has limits of voltage only.
            Branch::Open | Branch::Current { .. } | Branch::Beyond { .. } => None,
            Branch::Voltage { volts, ohms } => Some((volts - self.limit * ohms, opposite)),
            Branch::Conductance { siemens } if siemens > 0.0 => Some((-self.limit / siemens, opposite)),
            Branch::Conductance { .. } => None,
            // P/V falls with V for a source and rises for a load; a limit of the other sign is never crossed.
            Branch::Power { watts } if watts * self.limit > 0.0 => {
                Some((watts / self.limit, if watts > 0.0 { opposite } else { self.when }))
            }
            Branch::Power { .. } => None,
        }
    }

    /// Whether it waits for what a voltage source gives to fall: the end of a charge at constant voltage.
    pub(crate) fn awaits_tail(&self, branches: &[Branch]) -> bool {
        self.quantity == Quantity::DeviceAmps
            && self.when == When::Below
            && self.limit > 0.0
            && matches!(branches[self.device], Branch::Voltage { .. })
    }

    /// Whether the guard's quantity is beyond its limit at this bus voltage.
    pub fn fires_at(&self, branches: &[Branch], volts: f64) -> bool {
        let value = match self.quantity {
            Quantity::BusVolts => volts,
            Quantity::DeviceAmps => branches[self.device].amps(volts),
        };
        match self.when {
            When::Above => value > self.limit,
            When::Below => value < self.limit,
        }
    }
}

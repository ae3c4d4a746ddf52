//! The node where bank and devices meet: what a device is to the circuit, and the one equation that closes it.
//!
//! Seen from the terminals the bank is a source `U` behind `Z` (see [`crate::network`]). Every device is a
//! [`Branch`]. Sources and conductances fold into `U` and `Z`; what remains is constant power, one quadratic.
//! Only its upper branch `V ≥ √(P·Z)` is physical: a load that asks for more than the bank can give has no
//! solution, and that is an event of the device ([`NoRoot`]), never a clamped discriminant.

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
        }
    }
}

/// The devices folded into one equation: constant current, conductance and power at the node.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Node {
    amps: f64,
    siemens: f64,
    watts: f64,
}

impl Node {
    /// # Panics
    /// If a voltage source has no cable resistance.
    pub fn new(branches: &[Branch]) -> Self {
        let mut node = Self::default();
        for branch in branches {
            match *branch {
                Branch::Open => {}
                Branch::Current { amps } => node.amps += amps,
                Branch::Conductance { siemens } => node.siemens += siemens,
                Branch::Power { watts } => node.watts += watts,
                Branch::Voltage { volts, ohms } => {
                    assert!(ohms > 0.0, "a voltage source needs a cable: {ohms} Ω");
                    node.amps += volts / ohms;
                    node.siemens += 1.0 / ohms;
                }
            }
        }
        node
    }

    /// Bus voltage on the source `u` (V) behind `z` (Ω ≥ 0): the upper root of `V² − U'·V − Z'·P = 0`.
    pub fn volts(&self, u: f64, z: f64) -> Result<f64, NoRoot> {
        let load = 1.0 + z * self.siemens;
        let u = (u + z * self.amps) / load;
        let z = z / load;
        if self.watts == 0.0 {
            return Ok(u);
        }
        let discriminant = u * u + 4.0 * z * self.watts;
        if discriminant < 0.0 || (self.watts < 0.0 && u <= 0.0) {
            return Err(NoRoot);
        }
        Ok(0.5 * (u + discriminant.sqrt()))
    }

    /// −dJ/dV of all devices at `volts`, S; negative where constant-power loads prevail.
    pub fn slope(&self, volts: f64) -> f64 {
        self.siemens + self.watts / (volts * volts)
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
            Branch::Open | Branch::Current { .. } => None,
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

    /// Whether the guard's quantity is beyond its limit at this bus voltage.
    pub(crate) fn fires_at(&self, branches: &[Branch], volts: f64) -> bool {
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

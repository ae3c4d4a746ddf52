//! One device or switch in its place: its wire, the switches before it and its node.
//!
//! For DEV-11 of the device table.

use super::part::Part;
use super::{Output, Wire};
use crate::circuit::{Branch, Folded};

/// A node with less conductance than this is open (S, assumed): no battery holds its voltage.
const OPEN_S: f64 = 1e-3;

/// The pins of the BMS; all float at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pins {
    pub load: bool,
    pub charger: bool,
    pub pre_alarm: bool,
}

impl Pins {
    pub fn high(self, output: Output) -> bool {
        match output {
            Output::Load => self.load,
            Output::Charger => self.charger,
            Output::PreAlarm => self.pre_alarm,
            Output::None => false,
        }
    }
}

/// A device or switch in its place.
pub(super) struct Slot {
    pub name: String,
    pub output: Output,
    pub inverting: bool,
    pub control_a: f64,
    /// Index of the slot of the switch that it is behind.
    pub behind: Option<usize>,
    /// Index of the node that it is supplied from; `None`: the battery bus.
    pub node: Option<usize>,
    /// Index of the node that it makes of its own, if it is a switch that does.
    pub own_node: Option<usize>,
    pub ignores_remote: bool,
    /// No open switch is between it and its node.
    pub powered: bool,
    pub part: Box<dyn Part + Send>,
}

impl Slot {
    pub fn new(wire: &Wire<'_>, behind: Option<usize>, part: Box<dyn Part + Send>) -> Slot {
        Slot {
            name: wire.name.into(),
            output: wire.output,
            inverting: wire.inverting,
            control_a: wire.control_current_ma / 1_000.0,
            behind,
            node: None,
            own_node: None,
            ignores_remote: false,
            powered: false,
            part,
        }
    }

    pub fn commanded(&self, pins: Pins) -> bool {
        self.ignores_remote || self.output == Output::None || pins.high(self.output) != self.inverting
    }

    /// The node whose voltage it sees.
    pub fn sees(&self) -> Option<usize> {
        self.own_node.or(self.node)
    }
}

/// A node beyond a switch and a cable.
#[derive(Clone, Copy, Debug)]
pub(super) struct OwnNode {
    /// Slot of the switch.
    pub switch: usize,
    /// The cable (Ω).
    pub ohms: f64,
    /// What hangs on it.
    pub rest: Folded,
    /// The switch conducts and is supplied.
    pub joined: bool,
    /// Its voltage while it is not joined.
    pub volts: f64,
}

impl OwnNode {
    /// Whether nothing holds its voltage but this one branch on it.
    pub fn is_open_but_for(&self, branch: &Branch) -> bool {
        let mut own = Folded::default();
        own.add(branch);
        self.rest.watts == own.watts && self.rest.siemens - own.siemens < OPEN_S
    }

    /// Its voltage when the bus is at `bus_volts`.
    pub fn volts_at(&self, bus_volts: f64) -> f64 {
        if self.joined { self.rest.volts_beyond(bus_volts, self.ohms) } else { self.volts }
    }
}

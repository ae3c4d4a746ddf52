//! What devices do, for the record.

use crate::time::Micros;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Something that a device did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceEvent {
    /// When (µs).
    pub time: Micros,
    /// Index of the device.
    pub device: usize,
    /// What.
    pub action: Action,
}

/// What a device did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// A switch connects.
    Closed,
    /// A switch disconnects.
    Opened,
    /// A switch disconnects because of too high a voltage.
    OverVoltage,
    /// A switch stays off, or an inverter, until a high voltage is seen.
    Locked,
    /// That voltage was seen.
    Unlocked,
    /// A switch disconnects because of a short circuit behind it.
    ShortCircuit,
    /// A switch has given up after short circuits.
    Failed,
    /// A switch opens because of a current in the wrong direction.
    Reverse,
    /// An alternator is cut off while it delivers: its voltage peaks.
    LoadDump,
    /// A contact welded: it never opens again.
    Welded,
    /// Begins to work.
    Started,
    /// Stops: remote off or without supply.
    Stopped,
    /// Shuts down because of a low voltage.
    LowVoltage,
    /// Shuts down because of an overload.
    Overload,
    /// Works again after a shut-down.
    Restarted,
    /// Shuts down because the bank cannot deliver its power at any voltage.
    Collapsed,
    /// A charger begins bulk.
    Bulk,
    /// A charger begins absorption.
    Absorption,
    /// A charger begins float.
    Float,
    /// A charger begins storage.
    Storage,
    /// A device ignores its remote from now on (fault).
    IgnoresRemote,
    /// It obeys again.
    ObeysRemote,
}

impl Action {
    /// The words of a list.
    pub const fn text(self) -> &'static str {
        match self {
            Action::Closed => "closes",
            Action::Opened => "opens",
            Action::OverVoltage => "opens: over-voltage",
            Action::Locked => "locks until a high voltage is seen",
            Action::Unlocked => "unlocks",
            Action::ShortCircuit => "opens: short circuit",
            Action::Failed => "gives up after short circuits",
            Action::Reverse => "opens: current in the wrong direction",
            Action::LoadDump => "is cut off under load: load dump",
            Action::Welded => "welds",
            Action::Started => "starts",
            Action::Stopped => "stops",
            Action::LowVoltage => "shuts down: low voltage",
            Action::Overload => "shuts down: overload",
            Action::Restarted => "restarts",
            Action::Collapsed => "shuts down: the bank cannot deliver its power",
            Action::Bulk => "bulk",
            Action::Absorption => "absorption",
            Action::Float => "float",
            Action::Storage => "storage",
            Action::IgnoresRemote => "ignores its remote",
            Action::ObeysRemote => "obeys its remote again",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

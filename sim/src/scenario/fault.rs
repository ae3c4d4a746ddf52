//! What happens to the BMS during a run: faults, changes while it runs, and how the remote input is wired.

use ngbank_models::time::Micros;
use serde::{Deserialize, Serialize};

use super::settings::SettingsSpec;

/// One fault with its time, every draw made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// When it begins, µs.
    pub at_us: Micros,
    /// When it ends, µs; never, if absent. Faults that are one instant (reset, clock) have no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_us: Option<Micros>,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

/// What happens. Batteries and cells are counted from 0 in chain order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A cell voltage is measured wrong by a constant.
    SensorOffset {
        /// Battery, from 0.
        battery: usize,
        /// Cell of the battery, from 0.
        cell: usize,
        /// Added to the true voltage, mV.
        mv: f64,
    },
    /// A cell voltage is reported as a constant, whatever it is.
    SensorStuck {
        /// Battery, from 0.
        battery: usize,
        /// Cell of the battery, from 0.
        cell: usize,
        /// Reported, mV.
        mv: u16,
    },
    /// A temperature sensor reads a constant, whatever the temperature is. An open one reads what cannot be (COM-4).
    TemperatureStuck {
        /// Battery, from 0.
        battery: usize,
        /// Sensor of the battery, 0 or 1.
        sensor: usize,
        /// Reading, °C.
        celsius: f64,
    },
    /// A resistance lies across a cell, inside its battery: it empties and warms the cell, and nothing measures it.
    InternalShort {
        /// Battery, from 0.
        battery: usize,
        /// Cell of the battery, from 0.
        cell: usize,
        /// Ω.
        ohm: f64,
    },
    /// The chain cable is open: this battery and every later one are silent (COM-1).
    CableBreak {
        /// First battery behind the break, from 0.
        before_battery: usize,
    },
    /// Frames arrive with flipped bits (COM-3).
    DamagedFrames {
        /// Battery, from 0; all, if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        battery: Option<usize>,
        /// Share of the frames that are damaged, 0 to 1.
        probability: f64,
    },
    /// A device goes on as if its remote wire were always High.
    ChargerIgnoresRemote {
        /// Place of the device in [`super::Resolved::devices`], from 0.
        device: usize,
    },
    /// The BMS restarts (BOOT-1, BOOT-2).
    BmsReset {
        /// With or without retained state.
        reset: Reset,
    },
    /// Another battery of the same model answers at this place, under another serial number (COM-7).
    ForeignBattery {
        /// Battery, from 0.
        battery: usize,
    },
    /// A battery is disconnected: its string is open, and it is silent on the chain (COM-2). It comes back as it is, under
    /// its own serial number; the chain cable is bridged meanwhile.
    BatteryRemoved {
        /// Battery, from 0.
        battery: usize,
    },
    /// The supply of the BMS has this voltage instead of the bank's (SUP-1).
    SupplyDip {
        /// Supply voltage, V.
        volts: f64,
    },
    /// An output is shorted: the supply fuse blows, and the BMS is dead for the rest of the run (SUP-3).
    OutputShort,
    /// The firmware is busy: it decides every so many milliseconds instead of every 100 (TIME-1).
    SlowDecisions {
        /// Distance of its decisions, ms.
        every_ms: u32,
    },
    /// The clock of the BMS jumps backwards (TIME-2).
    ClockSetBack {
        /// By how much, ms.
        ms: u32,
    },
    /// The BMS is asked to take other settings (UPD-1). It refuses a set that breaks a rule.
    SettingsChange {
        /// All of them, as they would be.
        settings: Box<SettingsSpec>,
    },
    /// The firmware is updated until the fault ends (UPD-2).
    FirmwareUpdate {
        /// The update fails, and the old firmware runs on with what it retained.
        fails: bool,
    },
}

impl FaultKind {
    /// True when both act on the same part, which is in one state at a time: the fault that began last decides. Breaks of
    /// the chain cable are not meant: there may be several.
    pub fn shares_part(&self, other: &Self) -> bool {
        match (self, other) {
            (
                &(Self::SensorOffset { battery, cell, .. } | Self::SensorStuck { battery, cell, .. }),
                &(Self::SensorOffset { battery: b, cell: c, .. } | Self::SensorStuck { battery: b, cell: c, .. }),
            ) => (battery, cell) == (b, c),
            (
                &Self::TemperatureStuck { battery, sensor, .. },
                &Self::TemperatureStuck { battery: b, sensor: s, .. },
            ) => (battery, sensor) == (b, s),
            (&Self::DamagedFrames { battery, .. }, &Self::DamagedFrames { battery: b, .. }) => {
                battery.is_none() || b.is_none() || battery == b
            }
            (&Self::ChargerIgnoresRemote { device }, &Self::ChargerIgnoresRemote { device: d }) => device == d,
            (&Self::ForeignBattery { battery }, &Self::ForeignBattery { battery: b })
            | (&Self::BatteryRemoved { battery }, &Self::BatteryRemoved { battery: b }) => battery == b,
            (Self::SlowDecisions { .. }, Self::SlowDecisions { .. }) => true,
            _ => false,
        }
    }
}

/// Why the BMS restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reset {
    /// Watchdog: the retained state survives.
    Watchdog,
    /// Power was lost: nothing survives.
    Power,
}

/// How the remote input is wired (REM-1, REM-2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteWiring {
    /// L and H joined: on.
    #[default]
    Joined,
    /// L pulled to battery minus: on.
    LToMinus,
    /// H tied to battery plus: on.
    HToPlus,
    /// Both open: off.
    Open,
}

/// The remote input has this wiring from this time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteChange {
    /// From when, µs.
    pub at_us: Micros,
    /// How it is wired then.
    pub wiring: RemoteWiring,
}

/// Bluetooth of the BMS (LED-1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bluetooth {
    /// Switched off.
    Disabled,
    /// Active, nobody connected.
    #[default]
    Advertising,
    /// Somebody is connected.
    Connected,
}

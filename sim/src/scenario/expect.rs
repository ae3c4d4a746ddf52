//! What a run of a scenario must show: `[expect]` and the promises below it.
//!
//! ```toml
//! [[expect.event]]            # how often something happens
//! device = "protect"          # or pin, or cause
//! action = "locked"
//! at_least = 1
//!
//! [[expect.state]]            # how long something lasts, all stretches together
//! load = "high"
//! open = "protect"
//! at_least = "10 min"
//!
//! [[expect.figure]]           # an extreme of the true plant, or an account of a device
//! of = "cell-v-min"
//! at_most = 2.5
//! ```
//!
//! Promises look at pins, causes, devices and the true plant; they judge the scenario, never the firmware (that is the
//! oracle's work), and are no part of the digest.

use std::fmt;

use ngbank_models::devices::Action;
use serde::{Deserialize, Serialize};

use super::span_of_time::Span;

/// What a run must reach, or it is a failure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// Ids of causes that must be set at some time, such as `OUT-2`.
    pub causes: Vec<String>,
    /// Error numbers that must be shown at some time (ERR-1).
    pub errors: Vec<u8>,
    /// Changes of LOAD or CHARGER for a protection cause, at least.
    pub protection_changes: u32,
    /// String fuses that blow, at least.
    pub fuses_blown: u32,
    /// How often something must happen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event: Vec<EventPromise>,
    /// How long something must last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state: Vec<StatePromise>,
    /// Figures that must be reached.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figure: Vec<FigurePromise>,
}

/// An output of the BMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pin {
    /// LOAD.
    Load,
    /// CHARGER.
    Charger,
    /// PRE-ALARM; its pattern counts as High (PRE-5).
    PreAlarm,
}

/// What an output does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Vbat − 0.1 V.
    High,
    /// Open.
    Floating,
}

/// `[[expect.event]]`: an action of a device, a change of an output, or a cause that is set, so many times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventPromise {
    /// Device or switch, with `action`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// Output, with `becomes`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// What it becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub becomes: Option<Level>,
    /// Cause that is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Battery that the BMS names for the cause, from 1; any, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u32>,
    /// Least number; 1, if neither this nor `at_most` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// Largest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// Counted from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Span>,
    /// Counted until here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Span>,
}

/// `[[expect.state]]`: for how long everything that is named holds at once, all stretches together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatePromise {
    /// LOAD is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Level>,
    /// CHARGER is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charger: Option<Level>,
    /// PRE-ALARM is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_alarm: Option<Level>,
    /// This cause is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// This switch conducts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// This switch does not conduct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<String>,
    /// Shortest time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Span>,
    /// Longest time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Span>,
    /// Measured from here on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Span>,
    /// Measured until here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Span>,
}

/// `[[expect.figure]]`: a figure of the whole run within limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigurePromise {
    /// Which one.
    pub of: Figure,
    /// Device of an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Least value, in the unit of the figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Largest value, in the unit of the figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
}

/// A figure of a whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Figure {
    /// Lowest true cell voltage, V.
    CellVMin,
    /// Highest true cell voltage, V.
    CellVMax,
    /// Lowest true battery temperature, °C.
    TemperatureCMin,
    /// Highest true battery temperature, °C.
    TemperatureCMax,
    /// Largest difference between the true temperatures of two batteries at one instant, K.
    TemperatureSpreadKMax,
    /// Lowest true state of charge of a cell, 0 to 1.
    SocMin,
    /// Highest true state of charge of a cell, 0 to 1.
    SocMax,
    /// Largest difference between string currents, A.
    StringSpreadAMax,
    /// Charge of a device into the bank, Ah; loads are negative.
    ChargeAh,
    /// Energy of a device into the bank, Wh; loads are negative.
    EnergyWh,
}

impl Figure {
    /// Whether it is the account of a device.
    pub fn is_account(self) -> bool {
        matches!(self, Figure::ChargeAh | Figure::EnergyWh)
    }

    /// Its name with its unit.
    pub fn text(self) -> &'static str {
        match self {
            Figure::CellVMin => "lowest cell voltage (V)",
            Figure::CellVMax => "highest cell voltage (V)",
            Figure::TemperatureCMin => "lowest battery temperature (°C)",
            Figure::TemperatureCMax => "highest battery temperature (°C)",
            Figure::TemperatureSpreadKMax => "largest difference between battery temperatures at one instant (K)",
            Figure::SocMin => "lowest state of charge of a cell",
            Figure::SocMax => "highest state of charge of a cell",
            Figure::StringSpreadAMax => "largest difference between string currents (A)",
            Figure::ChargeAh => "charge into the bank (Ah)",
            Figure::EnergyWh => "energy into the bank (Wh)",
        }
    }
}

impl EventPromise {
    /// The number of times that is promised: at least, at most.
    pub fn times(&self) -> (u32, u32) {
        let least = self.at_least.unwrap_or(u32::from(self.at_most.is_none()));
        (least, self.at_most.unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Pin::Load => "LOAD",
            Pin::Charger => "CHARGER",
            Pin::PreAlarm => "PRE-ALARM",
        })
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::High => "High",
            Level::Floating => "Floating",
        })
    }
}

impl fmt::Display for EventPromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((device, action)) = self.device.as_ref().zip(self.action) {
            write!(f, "{device} {action}")?;
        }
        if let Some((pin, level)) = self.pin.zip(self.becomes) {
            write!(f, "{pin} becomes {level}")?;
        }
        if let Some(cause) = &self.cause {
            write!(f, "{cause} set")?;
        }
        if let Some(battery) = self.battery {
            write!(f, " (battery {battery})")?;
        }
        within(f, self.from, self.until)
    }
}

impl fmt::Display for StatePromise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pins = [(Pin::Load, self.load), (Pin::Charger, self.charger), (Pin::PreAlarm, self.pre_alarm)];
        let pins = pins.into_iter().filter_map(|(pin, level)| level.map(|level| format!("{pin} {level}")));
        let cause = self.cause.iter().map(|cause| format!("{cause} set"));
        let closed = self.closed.iter().map(|switch| format!("{switch} closed"));
        let open = self.open.iter().map(|switch| format!("{switch} open"));
        let parts: Vec<String> = pins.chain(cause).chain(closed).chain(open).collect();
        f.write_str(&parts.join(" with "))?;
        within(f, self.from, self.until)
    }
}

fn within(f: &mut fmt::Formatter<'_>, from: Option<Span>, until: Option<Span>) -> fmt::Result {
    if let Some(from) = from {
        write!(f, " from {from}")?;
    }
    if let Some(until) = until {
        write!(f, " until {until}")?;
    }
    Ok(())
}

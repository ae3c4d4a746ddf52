//! A scenario with every draw made: all that a run needs, and nothing left to chance.

use std::collections::BTreeMap;

use ngbank_models::devices::{DeviceSpec, SwitchSpec};
use ngbank_models::electronics::ElectronicsParams;
use ngbank_models::plant::BankParams;
use ngbank_models::profile::{Library, Quantity, Series, SeriesSpec, Table};
use ngbank_models::time::Micros;
use serde::{Deserialize, Serialize};

use super::cells::{AgeingLaw, CellSource};
use super::expect::Expect;
use super::fault::{Bluetooth, Fault, RemoteChange};
use super::settings::SettingsSpec;
use super::tables::{self, UserTable};

/// A scenario with every draw made. It can be printed, saved as TOML, edited and replayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolved {
    /// Name of the scenario.
    pub name: String,
    /// One line for tables and plots.
    pub title: String,
    /// What it teaches, one sentence.
    pub lesson: String,
    /// Seed of the draws; the run still uses it for the noise of the samples and for damaged frames.
    pub seed: u64,
    /// How long it runs, µs.
    pub duration_us: Micros,
    /// Clock of the BMS at the start, ms (TIME-1).
    pub clock_start_ms: u32,
    /// Voltage tolerance of the integrator, V.
    pub tolerance_v: f64,
    /// Bluetooth of the BMS, only shown by an LED.
    pub bluetooth: Bluetooth,
    /// Serial number by place in the chain.
    pub serials: Vec<u32>,
    /// What must be reached.
    pub expect: Expect,
    /// Settings of the firmware.
    pub settings: SettingsSpec,
    /// Air around the bank.
    pub ambient: Ambient,
    /// Wiring of the remote input over time; the first entry is at 0.
    pub remote: Vec<RemoteChange>,
    /// The bank.
    pub bank: ResolvedBank,
    /// Measuring electronics by place in the chain.
    pub electronics: Vec<ElectronicsParams>,
    /// Switchgear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<SwitchSpec>,
    /// Loads and chargers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceSpec>,
    /// Faults, by time of their beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// CSV files of the user that a device or the ambient names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, UserTable>,
}

/// The bank with its drawn cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolvedBank {
    /// Model by its catalogue name.
    pub model: String,
    /// System voltage, V: 12, 24 or 48.
    pub system_voltage_v: u8,
    /// Whether the cells age during the run.
    #[serde(default)]
    pub ageing: AgeingLaw,
    /// Parameter set of the cells.
    #[serde(default)]
    pub cells: CellSource,
    /// Cells, wiring and temperatures.
    pub params: BankParams,
}

impl ResolvedBank {
    /// Batteries in the bank.
    pub fn batteries(&self) -> usize {
        self.params.series * self.params.parallel
    }
}

/// Temperature of the air around the bank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ambient {
    /// The same all the time, °C.
    Celsius(f64),
    /// A temperature series, °C.
    Series(SeriesSpec),
}

impl Ambient {
    /// The temperature over the time of the run, °C; `None` if the library does not hold the series.
    pub fn series(&self, library: &Library) -> Option<Series> {
        match self {
            Self::Celsius(celsius) => Some(Series::new(Table::constant(Quantity::Temperature, *celsius))),
            Self::Series(spec) => library.series(spec),
        }
    }
}

impl Resolved {
    /// The tables that its series name: the built-in ones and its own.
    ///
    /// # Errors
    /// With everything that is wrong in a table of its own; only if somebody edited it.
    pub fn library(&self) -> Result<Library, String> {
        tables::library(&self.tables).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            lines.join("\n")
        })
    }

    /// The scenario as TOML, to be read by [`Resolved::from_toml`].
    ///
    /// # Errors
    /// If a number has no TOML form.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// Reads what [`Resolved::to_toml`] wrote; equal to it in every bit.
    ///
    /// # Errors
    /// With line and column if the text is not a resolved scenario.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}

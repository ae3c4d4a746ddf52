//! The scenario file as it is written by hand: its tables, keys and defaults.
//!
//! ```toml
//! [scenario]            # what it is: name, title, lesson, duration, start of day, days of the year
//! [catalogue]           # the user's own file of products
//! [bank]                # model, count or series + parallel, system voltage, charge, spreads, temperatures
//! [bank.wiring]         # where the terminals hang; resistances of cables, links and bus bars, mΩ
//! [bank.wiring.fuse]    # a fuse in every string
//! [bank.thermal]        # heat capacity and conductances of one battery, and how they stand
//! [[bank.weak_cell]]    # a cell that differs, by battery and cell, counted from 1
//! [[bank.battery]]      # a battery with another state of health or charge, counted from 1
//! [[bank.string]]       # a string with another state of charge or a bad contact, counted from 1
//! [bms]                 # clock and Bluetooth
//! [settings]            # settings of the firmware that differ from their defaults
//! [remote]              # wiring of the remote input; [[remote.change]] for changes
//! [[switch]]            # BatteryProtect, contactor
//! [[device]]            # loads and chargers
//! [[fault]]             # what goes wrong or is changed, when
//! [expect]              # what the run must show: causes, and [[expect.event]], [[expect.state]], [[expect.figure]]
//! ```
//!
//! Times are texts with a unit (`"1 h 30 min"`), batteries and cells are counted from 1 as in the data sheet.
//! Unknown and doubled keys are errors. Spreads are standard deviations of what the seed draws.

use serde::Deserialize;

use ngbank_models::network::Layout;
use ngbank_models::plant::slow_bolt_down;

use super::cells::AgeingLaw;
use super::fault::{Bluetooth, RemoteWiring, Reset};
use super::settings::SettingsTable;
use super::span_of_time::{Span, TimeOfDay};

/// `[scenario]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioTable {
    /// Kebab-case name; also the name of its files.
    pub name: String,
    /// One line for tables and plots.
    pub title: String,
    /// What it teaches, one sentence.
    pub lesson: String,
    /// How long it runs.
    pub duration: Span,
    /// Time of day at which it begins.
    #[serde(default)]
    pub start: TimeOfDay,
    /// First and last day from which the day of a year-long series is drawn, 1 to 365.
    #[serde(default = "whole_year")]
    pub days_of_year: [u32; 2],
    /// Voltage tolerance of the integrator, V.
    #[serde(default = "tolerance")]
    pub tolerance_v: f64,
}

fn whole_year() -> [u32; 2] {
    [1, 365]
}

fn tolerance() -> f64 {
    1e-4
}

/// `[bank]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BankTable {
    /// Model by its catalogue name.
    pub model: String,
    /// Batteries in the bank; with it, series and parallel may be left out.
    pub count: Option<u32>,
    /// Batteries in series in one string.
    pub series: Option<u32>,
    /// Strings in parallel.
    pub parallel: Option<u32>,
    /// Parameter set of the cells: a shipped one by its name, or a file by its path; the NG cell, if absent.
    pub cells: Option<String>,
    /// Whether the cells age during the run.
    #[serde(default)]
    pub ageing: AgeingLaw,
    /// 12, 24 or 48.
    pub system_voltage_v: u32,
    /// State of charge at the start, 0 to 1.
    pub soc: f64,
    /// Spread of the cells' state of charge.
    #[serde(default = "soc_spread")]
    pub soc_spread: f64,
    /// Spread of the strings' state of charge.
    #[serde(default)]
    pub string_soc_spread: f64,
    /// Capacity left, as a part of the rated one.
    #[serde(default = "one")]
    pub capacity_factor: f64,
    /// Spread of the cells' capacity, relative.
    #[serde(default = "capacity_spread")]
    pub capacity_spread: f64,
    /// Resistance as a multiple of the catalogue's.
    #[serde(default = "one")]
    pub resistance_factor: f64,
    /// Spread of the cells' resistance, relative.
    #[serde(default = "resistance_spread")]
    pub resistance_spread: f64,
    /// Part of the capacity that a cell loses in 30 days at rest.
    #[serde(default = "self_discharge")]
    pub self_discharge_per_month: f64,
    /// Spread of the cells' self-discharge, relative.
    #[serde(default = "self_discharge_spread")]
    pub self_discharge_spread: f64,
    /// Largest error of the batteries' charge counters at the start, as a part of the capacity; drawn uniformly.
    #[serde(default)]
    pub counter_error: f64,
    /// Temperature of the batteries at the start, °C; that of the ambient, if absent.
    pub temperature_c: Option<f64>,
    /// Constant temperature of the air, °C; 25, if neither this nor `ambient` is given.
    pub ambient_c: Option<f64>,
    /// Temperature series of the air, by name.
    pub ambient: Option<String>,
    /// Added to the temperature series, K.
    #[serde(default)]
    pub ambient_offset_k: f64,
    /// Resistances.
    #[serde(default)]
    pub wiring: WiringTable,
    /// Thermal figures of one battery.
    #[serde(default)]
    pub thermal: ThermalTable,
    /// Cells that differ.
    #[serde(default)]
    pub weak_cell: Vec<WeakCell>,
    /// Batteries that differ.
    #[serde(default)]
    pub battery: Vec<BatteryTable>,
    /// Strings that differ.
    #[serde(default)]
    pub string: Vec<StringTable>,
}

fn one() -> f64 {
    1.0
}

/// Assumed: a bank that has been charged full and rested.
fn soc_spread() -> f64 {
    0.004
}

/// Assumed: graded cells of one batch.
fn capacity_spread() -> f64 {
    0.008
}

/// Measured between cells of large packs: 8.5 to 11 %; graded cells of one batch assumed to be half of it.
fn resistance_spread() -> f64 {
    0.05
}

/// Assumed.
fn self_discharge() -> f64 {
    0.02
}

/// Assumed.
fn self_discharge_spread() -> f64 {
    0.2
}

/// `[bank.wiring]`, all assumed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WiringTable {
    /// Where the terminals hang.
    pub layout: Layout,
    /// Both cables of one string, mΩ; its links, too, unless `link_mohm` has them.
    pub string_mohm: f64,
    /// Each link between two batteries of a string, mΩ.
    pub link_mohm: f64,
    /// Bars between neighbouring strings, there and back, mΩ; the default, if absent. None with equal paths.
    pub bus_segment_mohm: Option<f64>,
    /// Part of it that is the negative bar.
    pub negative_bar_part: f64,
    /// Both cables between the bars and the loads and chargers, mΩ.
    pub terminal_mohm: f64,
    /// A fuse in each string.
    pub fuse: Option<FuseTable>,
}

impl WiringTable {
    /// Bars between neighbouring strings, mΩ.
    pub fn segment_mohm(&self) -> f64 {
        self.bus_segment_mohm.unwrap_or(0.005)
    }
}

impl Default for WiringTable {
    fn default() -> Self {
        Self {
            layout: Layout::Ladder,
            string_mohm: 1.0,
            link_mohm: 0.0,
            bus_segment_mohm: None,
            negative_bar_part: 0.5,
            terminal_mohm: 0.1,
            fuse: None,
        }
    }
}

/// `[bank.wiring.fuse]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FuseTable {
    /// Rating, A.
    pub rated_a: f64,
    /// Resistance, mΩ.
    #[serde(default)]
    pub mohm: f64,
    /// Melting curve: multiples of the rating (rising) with their times, s (falling).
    #[serde(default = "slow_bolt_down")]
    pub melting: Vec<(f64, f64)>,
}

/// `[bank.thermal]`; what is left out follows from the energy of a battery.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ThermalTable {
    /// Heat capacity of one battery, J/K.
    pub heat_capacity_j_per_k: Option<f64>,
    /// Conductance from one battery to the air, W/K.
    pub to_ambient_w_per_k: Option<f64>,
    /// Conductance between neighbouring batteries, W/K.
    pub to_neighbour_w_per_k: Option<f64>,
    /// Conductance to the air through each side without a neighbour, W/K.
    pub open_side_w_per_k: Option<f64>,
    /// Batteries side by side; the next row stands behind. All in one row, if absent.
    pub per_row: Option<u32>,
}

/// `[[bank.weak_cell]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeakCell {
    /// Battery, from 1.
    pub battery: u32,
    /// Cell of the battery, from 1.
    pub cell: u32,
    /// Multiplies the drawn capacity.
    #[serde(default = "one")]
    pub capacity_factor: f64,
    /// Multiplies the drawn resistance.
    #[serde(default = "one")]
    pub resistance_factor: f64,
    /// Multiplies the drawn self-discharge.
    #[serde(default = "one")]
    pub self_discharge_factor: f64,
    /// Replaces the drawn state of charge.
    pub soc: Option<f64>,
}

/// `[[bank.battery]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatteryTable {
    /// Battery, from 1.
    pub battery: u32,
    /// Multiplies the drawn capacity of all its cells.
    #[serde(default = "one")]
    pub capacity_factor: f64,
    /// Multiplies the drawn resistance of all its cells.
    #[serde(default = "one")]
    pub resistance_factor: f64,
    /// Multiplies the drawn self-discharge of all its cells.
    #[serde(default = "one")]
    pub self_discharge_factor: f64,
    /// State of charge around which its cells are drawn, instead of its string's.
    pub soc: Option<f64>,
}

/// `[[bank.string]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StringTable {
    /// String, from 1.
    pub string: u32,
    /// State of charge of the string instead of the bank's.
    pub soc: Option<f64>,
    /// Resistance in addition, such as a bad link, mΩ.
    #[serde(default)]
    pub extra_mohm: f64,
}

/// `[bms]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct BmsTable {
    /// Clock of the BMS at the start, ms (TIME-1).
    pub clock_start_ms: u32,
    /// Bluetooth, only shown by an LED.
    pub bluetooth: Bluetooth,
}

/// `[remote]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RemoteTable {
    /// Wiring at the start.
    pub wiring: RemoteWiring,
    /// Later changes.
    pub change: Vec<RemoteChangeTable>,
}

/// `[[remote.change]]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoteChangeTable {
    /// When.
    pub at: Span,
    /// To what.
    pub wiring: RemoteWiring,
}

/// Keys that every `[[fault]]` has.
pub(super) const FAULT_TIME_KEYS: [&str; 4] = ["label", "at", "until", "jitter"];

/// When a `[[fault]]` happens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultTime {
    /// Name of its random draws; the kind and its number among faults of that kind, if absent.
    pub label: Option<String>,
    /// When it begins.
    pub at: Span,
    /// When it ends; never, if absent.
    pub until: Option<Span>,
    /// It begins and ends later by up to this much, drawn uniformly in whole milliseconds.
    #[serde(default)]
    pub jitter: Span,
}

/// A `[[fault]]`.
#[derive(Clone, Debug)]
pub(super) struct FaultEntry {
    /// Its place in the file, from 0.
    pub place: usize,
    /// When it happens.
    pub time: FaultTime,
    /// What it is.
    pub fault: FaultTable,
}

/// What a `[[fault]]` is. Batteries and cells are counted from 1.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum FaultTable {
    /// A cell voltage is measured wrong by a constant.
    SensorOffset { battery: u32, cell: u32, mv: f64 },
    /// A cell voltage is reported as a constant.
    SensorStuck { battery: u32, cell: u32, mv: u16 },
    /// A temperature sensor reads a constant.
    TemperatureStuck { battery: u32, sensor: u32, celsius: f64 },
    /// A resistance lies across a cell, inside its battery.
    InternalShort { battery: u32, cell: u32, ohm: f64 },
    /// The chain cable is open before this battery.
    CableBreak { before_battery: u32 },
    /// Frames arrive with flipped bits.
    DamagedFrames { battery: Option<u32>, probability: f64 },
    /// A device goes on as if its remote wire were always High.
    ChargerIgnoresRemote { device: String },
    /// The BMS restarts.
    BmsReset { reset: Reset },
    /// Another battery of the same model answers at this place.
    ForeignBattery { battery: u32 },
    /// A battery is taken out of its string.
    BatteryRemoved { battery: u32 },
    /// The supply has this voltage instead of the bank's.
    SupplyDip { volts: f64 },
    /// An output is shorted.
    OutputShort {},
    /// The firmware decides more rarely.
    SlowDecisions { every_ms: u32 },
    /// The clock jumps backwards.
    ClockSetBack { ms: u32 },
    /// The BMS is asked to take these settings beside those it has (UPD-1); `refused`: it is expected to refuse them.
    SettingsChange {
        settings: Box<SettingsTable>,
        #[serde(default)]
        refused: bool,
    },
    /// The firmware is updated (UPD-2).
    FirmwareUpdate {
        #[serde(default)]
        fails: bool,
    },
}

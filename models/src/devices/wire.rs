//! The wires between the BMS's outputs and the remote inputs of devices (BANK-5).
//!
//! For DEV-11 of the device table.

use super::{DeviceSpec, SwitchSpec};
use serde::{Deserialize, Serialize};

/// The output of the BMS that a device's remote input is wired to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// LOAD.
    Load,
    /// CHARGER.
    Charger,
    /// PRE-ALARM.
    PreAlarm,
    /// No output: always on.
    #[default]
    None,
}

/// The wire of one device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wire<'a> {
    /// Name of the device.
    pub name: &'a str,
    /// The output that it comes from.
    pub output: Output,
    /// The switch that the device is behind, if any.
    pub behind: Option<&'a str>,
    /// High switches off and Floating switches on.
    pub inverting: bool,
    /// Current that the output feeds while High (mA).
    pub control_current_ma: f64,
    /// The input is a coil.
    pub inductive: bool,
}

/// What the outputs have to feed when High, for BANK-5.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControlCurrents {
    /// Sum on LOAD (mA); at most 1000.
    pub load_ma: f64,
    /// Sum on CHARGER (mA); at most 500.
    pub charger_ma: f64,
    /// Sum on PRE-ALARM (mA); more than 500 is a warning, more than 1000 is refused.
    pub pre_alarm_ma: f64,
    /// Names of the inductive devices on CHARGER, where none is allowed.
    pub inductive_on_charger: Vec<String>,
}

/// Sums the control currents of an installation per output.
pub fn control_currents(switches: &[SwitchSpec], devices: &[DeviceSpec]) -> ControlCurrents {
    let mut sums = ControlCurrents::default();
    let wires = switches.iter().map(SwitchSpec::wire).chain(devices.iter().map(DeviceSpec::wire));
    for wire in wires {
        match wire.output {
            Output::Load => sums.load_ma += wire.control_current_ma,
            Output::Charger => {
                sums.charger_ma += wire.control_current_ma;
                if wire.inductive {
                    sums.inductive_on_charger.push(wire.name.into());
                }
            }
            Output::PreAlarm => sums.pre_alarm_ma += wire.control_current_ma,
            Output::None => {}
        }
    }
    sums
}

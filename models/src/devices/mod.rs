//! What hangs on the bank: loads, chargers, switchgear and the BMS's own draw.
//!
//! | Word | Meaning |
//! |---|---|
//! | pin | an output of the BMS: LOAD, CHARGER or PRE-ALARM, High or Floating |
//! | wire | what carries a pin's state to a device's remote input; may be inverting |
//! | commanded | the remote input says "on"; a device on no wire always is |
//! | powered | the switch it is behind is closed |
//! | enabled | commanded and powered |
//! | mode | what a device is doing; every mode is one [`Branch`](crate::circuit::Branch) |
//!
//! A scenario describes devices as [`DeviceSpec`]s and switches as [`SwitchSpec`]s; an
//! [`Installation`] is built of them and plays them: pins, time and the plant's guards go in,
//! branches, guards and the time of the next change come out.
//!
//! **No chatter.** Each change of mode moves the operating point to the far side of the limit
//! that caused it, because every characteristic is monotone in the bus voltage and neighbouring
//! modes meet at the limit. The way back has its own limit, a small documented band away.
//!
//! **Not modelled:** voltage drop of switches, the inrush of input capacitors, thermal derating.

mod battery_protect;
mod build;
mod charger;
mod contactor;
mod demand;
mod event;
mod installation;
mod inverter;
mod load;
mod low_voltage;
mod mains_charger;
mod part;
mod regulator;
mod solar_charger;
mod spec;
mod switch_spec;
mod wire;

pub use build::{BuildProblem, check};
pub use event::{Action, DeviceEvent};
pub use installation::Installation;
pub use spec::{
    CurrentLoad, DeviceSpec, Indicator, Inverter, MainsCharger, Parasitic, PowerLoad, ProfileLoad, ResistiveLoad,
    SolarCharger,
};
pub use switch_spec::{BatteryProtect, Contactor, SwitchSpec};
pub use wire::{ControlCurrents, Output, Wire, control_currents};

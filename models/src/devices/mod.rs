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
//! **Nodes.** BatteryProtect, contactor and Cyrix-Li-load have no voltage drop. What is behind a Cyrix-Li-ct or a
//! Cyrix-Li-Charge is on a node of its own beyond a cable: the starter side with its battery and alternator, or a
//! charger that has to show its voltage first.
//!
//! **An answer, always.** A load of constant power that its bank cannot feed draws a limited current for a moment and
//! switches off (see [`Action::LowVoltage`], [`Action::Collapsed`]).
//!
//! **Not modelled:** voltage drop of switches, thermal derating of chargers and inverters, gassing and temperature of
//! the starter battery.

mod alternator;
mod build;
mod charger;
mod check;
mod contactor;
mod cyrix_charge;
mod cyrix_ct;
mod demand;
mod event;
mod gate;
mod installation;
mod inverter;
mod load;
mod load_switch;
mod low_voltage;
mod mains_charger;
mod part;
mod regulator;
mod slot;
mod solar_charger;
mod spec;
mod starter_battery;
mod supply;
mod switch_spec;
mod vehicle_spec;
mod wire;

pub use build::{BuildProblem, check};
pub use event::{Action, DeviceEvent};
pub use installation::Installation;
pub use spec::{
    ApplianceLoad, CurrentLoad, DcDcConverter, DeviceSpec, Indicator, Inverter, MainsCharger, Parasitic, PowerLoad,
    ProfileLoad, ResistiveLoad, SolarCharger,
};
pub use switch_spec::{BatteryProtect, Contactor, Cyrix, SwitchSpec};
pub use vehicle_spec::{Alternator, StarterBattery};
pub use wire::{ControlCurrents, Output, Wire, control_currents};

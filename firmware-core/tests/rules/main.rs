//! Tests of the firmware core, written from the rules: one file per behaviour, all played on the same bank.
//!
//! A test names the rule that it checks. What the rules leave open is not tested.

mod common;

mod clock;
mod communication;
mod errors;
mod fast_forward;
mod floor;
mod frame;
mod leds;
#[cfg(feature = "mutants")]
mod mutants;
mod outputs;
mod over_current;
mod over_voltage;
mod pre_alarm;
mod quiet_is_sound;
#[cfg(feature = "readout")]
mod readout;
mod remote;
mod settings;
mod snapshot;
mod startup;
mod supply;
mod temperature;
mod totality;
mod under_voltage;

//! Tests of the firmware core, written from the rules: one file per behaviour, all played on the same bank.
//!
//! A test names the rule that it checks. What the rules leave open is not tested.

mod common;

mod canonical;
mod canonical_traces;
mod cause_set;
mod clock;
mod communication;
mod errors;
mod fast_forward;
mod firmware_update;
mod floor;
mod frame;
mod ignored_wire;
mod leds;
mod low_cell_charger;
mod low_cell_charger_timer;
#[cfg(feature = "mutants")]
mod mutants;
mod outputs;
mod over_current;
mod over_current_warn;
mod over_voltage;
#[cfg(feature = "mutants")]
mod planted_bugs;
mod pre_alarm;
mod pre_alarm_after_cut;
mod pre_alarm_countdown;
mod pre_alarm_pattern;
mod quiet_bands;
mod quiet_is_sound;
#[cfg(feature = "readout")]
mod readout;
mod remote;
mod retained;
mod settings;
mod settings_change;
mod settings_change_timers;
mod silence;
mod snapshot;
mod startup;
mod supply;
mod temperature;
mod totality;
mod under_voltage;
mod units;

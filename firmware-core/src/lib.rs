//! Protection firmware of a battery management system that decides, with two wires, whether a bank of lithium NG
//! batteries may be charged and discharged.
//!
//! *Layers.* [`frame`] decodes what the batteries report; a view per battery turns values into conditions; one table
//! of protections ([`PROTECTIONS`]) turns conditions into [`Cause`]s; the causes decide [`Outputs`], LEDs and errors.
//! Beside them, `readout` (feature of that name, on by default) tells a phone what was decided; it decides nothing.
//!
//! *Contract.* Frames go in with [`Bms::receive`], decisions come out of [`Bms::step`]; both are total: every input
//! has a defined safe answer. Time enters only through arguments. Same calls, same answers, bit for bit.
//!
//! *Guarantees.* `no_std`, no heap, no float, no `unsafe`, no panic path, no recursion; all state is plain data.
//!
//! *Not done here.* Hardware: clock, pins, radio, and a memory that survives a reset.
//!
//! Rule ids are those of the rule book (`UV-1`, `OUT-2`, …). Numbers that no data sheet states are assumed.
#![no_std]
#![forbid(unsafe_code)]

mod battery;
mod bms;
mod canonical;
mod cause;
mod decision;
mod diagnosis;
mod errors;
mod floor;
pub mod frame;
mod history;
mod low_cell;
mod outputs;
mod overcurrent;
#[cfg(feature = "mutants")]
mod planted;
mod pre_alarm;
mod quiet;
#[cfg(feature = "readout")]
pub mod readout;
mod remote;
mod retained;
pub mod settings;
mod table;
mod threshold;
pub mod units;
mod update;

pub use bms::{Bms, Counters, ResetCause, Snapshot};
pub use canonical::Canonical;
pub use cause::{Cause, CauseInfo, CauseSet};
pub use history::History;
pub use outputs::{Bluetooth, Drive, Inputs, Led, Outputs, PreAlarm};
#[cfg(feature = "mutants")]
pub use planted::{Bug, Mutant};
pub use quiet::{Band, InputBand, Quiet};
pub use retained::Retained;
pub use table::{Action, PROTECTIONS, Protection, Severity, Signal, Trip};
pub use update::Refusal;

//! The physical world around the BMS: cells, batteries, bank network, loads, chargers, switchgear.
//!
//! **Idea.** Between two events the world is one smooth step of the bank, known everywhere inside the step and not
//! only at its ends. What is sampled from a step and what bounds it are the same object, so a simulator may
//! skip every sample of which the bounds say that it changes nothing.
//!
//! **Layers**, each uses only those below it:
//!
//! | Module | What it is |
//! |---|---|
//! | [`electronics`], [`ageing`] | the batteries' own measuring chain, charge counter and balancer; what time and cycles take |
//! | [`devices`], [`profile`], [`catalogue`] | loads, chargers and switchgear as branches and guards; input series; product data |
//! | [`plant`] | state of the bank, its step, readings and bounds of a step, accounts |
//! | [`circuit`], [`network`], [`thermal`], [`cell`] | the node that closes the circuit, the strings as one source, heat, cell equation and tables |
//! | [`time`] | integer microseconds |
//!
//! **Guarantees.**
//! - Current is positive when it charges. Volt, ampere, ohm, °C and seconds are `f64`; instants are integer µs.
//! - State is charge in A·s, never SoC and never clipped; only the voltage is bounded beyond 0 and 100 %.
//! - The same calls give the same bits on every machine: `+ − × ÷ √` and the pinned `libm` only, sums in a
//!   fixed order. Nothing that is read from a step changes the steps that follow.
//! - Charge at the ports and charge in the cells are summed apart and agree to rounding ([`plant::Accounts`]).
//! - A circuit without solution is an event ([`circuit::NoRoot`]), never a clamped root.
//!
//! **Not here.** Firmware, queues of events, random numbers, files: the crate knows none of them. What an RC pair takes
//! in counts as heat when it goes in.

pub mod ageing;
pub mod catalogue;
pub mod cell;
pub mod circuit;
pub mod devices;
pub mod electronics;
pub mod network;
pub mod plant;
pub mod profile;
pub mod thermal;
pub mod time;
pub mod validation;
mod wide;

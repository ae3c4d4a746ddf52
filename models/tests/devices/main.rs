//! Loads, chargers and switchgear on a bank that is a voltage behind a resistance: timing tables,
//! limits and what must never happen.

mod battery_protect;
mod bench;
mod cable_decides;
mod chatter;
mod contactor;
mod draws;
mod inverter;
mod mains_charger;
mod no_root;
mod on_plant;
mod solar_charger;
mod spec;

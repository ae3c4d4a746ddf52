//! Loads, chargers and switchgear on a bank that is a voltage behind a resistance: timing tables,
//! limits and what must never happen.

mod alternator;
mod battery_protect;
mod bench;
mod cable_decides;
mod chatter;
mod contactor;
mod cyrix_charge;
mod cyrix_ct;
mod cyrix_load;
mod dc_dc_converter;
mod defaults;
mod draws;
mod field;
mod house;
mod inrush;
mod inverter;
mod mains_charger;
mod no_root;
mod on_plant;
mod short_circuit;
mod solar_charger;
mod spec;
mod starter_battery;
mod tree;

//! The embedded tables, parsed once and shared. Origin and licence: `data/SOURCES.md`.

use super::parse::{CsvSource, Gap, parse};
use super::series::{Quantity, Table};
use crate::time::SECOND;
use std::sync::OnceLock;

/// An embedded table.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Name by which a scenario asks for it.
    pub name: &'static str,
    /// What it is, for a list.
    pub title: &'static str,
    /// What its values are.
    pub quantity: Quantity,
    file: &'static str,
    text: &'static str,
    rows: Option<(&'static str, &'static str)>,
    gap: Option<Gap<'static>>,
}

macro_rules! builtin {
    ($name:literal, $title:literal, $quantity:ident, $file:literal $(, $field:ident: $value:expr)*) => {
        Builtin {
            name: $name,
            title: $title,
            quantity: Quantity::$quantity,
            file: $file,
            text: include_str!(concat!("../../data/profiles/", $file)),
            $($field: $value,)*
            ..NONE
        }
    };
}

const NONE: Builtin =
    Builtin { name: "", title: "", quantity: Quantity::Power, file: "", text: "", rows: None, gap: None };

/// Every embedded table, in the order of a list.
pub const BUILTIN: &[Builtin] = &[
    builtin!(
        "household-winter",
        "two persons, 28 days of January, 1 min, 9.9 kWh/day",
        Power,
        "load_crest_2p_winter_28d_1min.csv"
    ),
    builtin!(
        "household-summer",
        "four persons, 28 days of July, 1 min, 11.2 kWh/day",
        Power,
        "load_crest_4p_summer_28d_1min.csv"
    ),
    builtin!(
        "pv-tmy",
        "global irradiance of a typical year at 45° N 8° E, hourly, UTC",
        Irradiance,
        "pv_pvgis_tmy_45n_8e_1h.csv"
    ),
    builtin!(
        "pv-clear-winter",
        "global irradiance of a clear winter day at 37.7° N, 2317 m, 1 min",
        Irradiance,
        "pv_surfrad_alamosa_20160101_1min.csv"
    ),
    builtin!(
        "ambient-tmy",
        "air temperature of a typical year at 45° N 8° E, hourly, UTC",
        Temperature,
        "pv_pvgis_tmy_45n_8e_1h.csv"
    ),
    builtin!(
        "ambient-clear-winter",
        "air temperature of a cold winter day, -22.9 to -3.1 °C, 1 min",
        Temperature,
        "pv_surfrad_alamosa_20160101_1min.csv"
    ),
    builtin!(
        "vehicle-day",
        "speed of a car over a day of ten trips, 573 km, 10 s",
        Speed,
        "vehicle_cmap_trip_day_10s.csv",
        gap: Some(Gap { column: "trip", hold: 10 * SECOND, value: 0.0 })
    ),
    builtin!(
        "cycle-wltc",
        "speed of the WLTC class 3b cycle, 1 s",
        Speed,
        "vehicle_cycles_1hz.csv",
        rows: Some(("cycle", "wltc_class3b"))
    ),
    builtin!(
        "cycle-udds",
        "speed of the UDDS cycle, 1 s",
        Speed,
        "vehicle_cycles_1hz.csv",
        rows: Some(("cycle", "udds"))
    ),
    builtin!(
        "cycle-us06",
        "speed of the US06 cycle, 1 s",
        Speed,
        "vehicle_cycles_1hz.csv",
        rows: Some(("cycle", "us06"))
    ),
    builtin!(
        "cycle-hwfet",
        "speed of the HWFET cycle, 1 s",
        Speed,
        "vehicle_cycles_1hz.csv",
        rows: Some(("cycle", "hwfet"))
    ),
];

/// The embedded table of that name, parsed when it is first asked for.
pub fn builtin(name: &str) -> Option<Table> {
    static PARSED: [OnceLock<Table>; BUILTIN.len()] = [const { OnceLock::new() }; BUILTIN.len()];
    let index = BUILTIN.iter().position(|builtin| builtin.name == name)?;
    let table = PARSED.get(index)?.get_or_init(|| {
        let builtin = &BUILTIN[index];
        let source = CsvSource {
            file: builtin.file,
            column: builtin.quantity.column(),
            quantity: builtin.quantity,
            rows: builtin.rows,
            gap: builtin.gap,
        };
        parse(&source, builtin.text).expect("embedded profile")
    });
    Some(table.clone())
}

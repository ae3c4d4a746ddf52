//! `ngbank readout`: what the radio sends, as a table for other readers.

use predicates::str::contains;

use super::{Bench, LAMP, text};

#[test]
fn a_scenario_becomes_a_table_of_advertisements() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    let readout = ["readout", "lamp.toml", "--every", "60", "--out", "once"];
    bench.ngbank(&readout).assert().code(0).stdout(contains("advertisements  20,")).stdout(contains("0xA3EC"));
    let table = text(&bench.path("once/advertisements.csv"));
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 21, "a header and one row a minute");
    let column = |name: &str| rows[0].iter().position(|&column| column == name).unwrap();
    let value = |row: usize, name: &str| rows[row][column(name)];
    // Nothing has been heard of the battery at the first decision, and everything floats.
    assert!(value(1, "manufacturer_data").starts_with("1014eca30a010041"), "{}", value(1, "manufacturer_data"));
    assert_eq!((value(1, "soc_percent"), value(1, "temperature_c")), ("", ""));
    assert_eq!((value(1, "load_disconnect"), value(1, "discharge_allowed")), ("alarm", "no"));
    // 13 A out of 100 Ah: the lamp of 1 Ω burns, for 60 Ah / 13 A.
    let number = |row: usize, name: &str| value(row, name).parse::<f64>().unwrap();
    assert!((-14.0..=-12.0).contains(&number(20, "current_a")), "{}", value(20, "current_a"));
    assert!((240.0..=290.0).contains(&number(20, "time_to_go_min")), "{}", value(20, "time_to_go_min"));
    assert!((-46.0..=-40.0).contains(&number(20, "consumed_ah")), "{}", value(20, "consumed_ah"));
    assert_eq!((value(20, "discharge_allowed"), value(20, "load_disconnect")), ("yes", "ok"));

    let again = ["readout", "lamp.toml", "--every", "60", "--out", "again"];
    bench.ngbank(&again).assert().code(0);
    assert_eq!(text(&bench.path("again/advertisements.csv")), table);
}

#[test]
fn samples_need_no_scenario_and_take_any_key() {
    let bench = Bench::new();
    let key = "FFeeddccbbaa99887766554433221100";
    let arguments = ["readout", "--samples", "100", "--seed", "7", "--key", key, "--product-id", "258"];
    bench.ngbank(&arguments).assert().code(0).stdout(contains(key.to_lowercase())).stdout(contains("0x0102"));
    let table = text(&bench.path("ngbank-out/readout/samples-7/advertisements.csv"));
    assert_eq!(table.lines().count(), 101);
    assert!(table.lines().skip(1).all(|line| line.starts_with(",101402010a") && line.len() > 30), "{table}");
}

#[test]
fn what_is_wrong_with_the_options_is_named() {
    let bench = Bench::new();
    let refused = |arguments: &[&str], what: &'static str| {
        bench.ngbank(arguments).assert().code(2).stderr(contains(what));
    };
    refused(&["readout"], "SCENARIO");
    refused(&["readout", "household-day", "--samples", "1"], "cannot be used with");
    refused(&["readout", "--samples", "65537"], "65536");
    refused(&["readout", "--samples", "1", "--key", "0011"], "32 hexadecimal digits");
    refused(&["readout", "--samples", "1", "--key", "+0112233445566778899aabbccddeeff"], "32 hexadecimal digits");
    refused(&["readout", "--samples", "1", "--product-id", "0x10000"], "0xFFFF");
    refused(&["readout", "no-such-scenario"], "allowed: a file, or one of");
    bench.write("occupied", "a file where a folder should be");
    bench.ngbank(&["readout", "--samples", "1", "--out", "occupied"]).assert().code(3).stderr(contains("occupied"));
}

//! What a device does by the figures that nobody gave it: those of its family, on both sides of each limit.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::Action::{
    Bulk, Closed, Float, LoadDump, Locked, LowVoltage, OverVoltage, Restarted, Reverse, ShortCircuit, Unlocked,
};
use ngbank_models::profile::{Library, Quantity, Table};
use ngbank_models::time::{HOUR, MINUTE, MS, SECOND};

/// One device or switch, with everything on, at 10 s.
fn running(volts: f64, specs: &str) -> Bench {
    let mut bench = Bench::new(12, volts, specs);
    bench.pins(true, true, true);
    bench.run_to(10 * SECOND);
    bench
}

fn close_to(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{found}, not {expected}");
}

fn alternator(volts: f64) -> Bench {
    let mut library = Library::new();
    library.add("drive", Table::constant(Quantity::Speed, 30.0));
    let specs = r#"
        [[switches]]
        kind = "contactor"
        name = "k1"
        wired_to = "charger"
        [[devices]]
        kind = "alternator"
        name = "alternator"
        behind = "k1"
        rated_a = 100.0
        speed = { series = "drive" }
    "#;
    let mut bench = Bench::with_library(12, volts, specs, &library);
    bench.pins(false, true, false);
    bench.run_to(SECOND);
    bench
}

/// 14.2 V behind 5 mΩ; the bank has 10 mΩ and also feeds 500 mA of the contactor's coil.
/// (DEV-15)
#[test]
fn an_alternator_regulates_to_14_2_volts_behind_5_milliohms() {
    close_to(alternator(14.05).amps("alternator"), (14.2 - 14.05 + 0.010 * 0.5) / 0.015);
}

/// (DEV-15)
#[test]
fn a_warm_alternator_has_lost_three_tenths_of_its_current() {
    let mut bench = alternator(12.5);
    bench.run_to(3 * HOUR);
    assert!((bench.amps("alternator") - 70.0).abs() < 0.9, "{} A", bench.amps("alternator"));
}

/// (DEV-15)
#[test]
fn an_alternator_cut_at_more_than_5_amperes_dumps_its_load() {
    for (amps, dumps) in [(4.9, 0), (5.1, 1)] {
        let mut bench = alternator(14.2 - 0.015 * amps);
        bench.pins(false, false, false);
        bench.run_for(SECOND);
        assert_eq!(bench.times("alternator", LoadDump).len(), dumps, "{amps} A");
    }
}

const PROTECT: &str = r#"
    [[switches]]
    kind = "battery-protect"
    name = "bp"
    wired_to = "load"
    [[devices]]
    kind = "current-load"
    name = "lamp"
    behind = "bp"
    current_a = 1999.0
    from_s = 20.0
    until_s = 30.0
"#;

/// Off above 16.3 V, back below 16.0 V.
/// (DEV-1)
#[test]
fn a_battery_protect_waits_for_16_volts_after_an_over_voltage() {
    let mut bench = running(16.29, PROTECT);
    assert!(bench.times("bp", OverVoltage).is_empty());
    bench.set_volts(16.31);
    assert_eq!(bench.times("bp", OverVoltage), [10 * SECOND]);
    bench.set_volts(16.01);
    bench.run_for(2 * MINUTE);
    assert!(!bench.closed("bp"), "at 16.01 V");
    bench.set_volts(15.99);
    bench.run_for(2 * MINUTE);
    assert!(bench.closed("bp"), "at 15.99 V");
}

/// (DEV-1)
#[test]
fn more_than_two_kiloamperes_are_a_short_circuit() {
    for (amps, shorts) in [("1999.0", false), ("2001.0", true)] {
        let mut bench = Bench::new(12, 12.8, &PROTECT.replace("1999.0", amps));
        bench.ohms = 1e-4;
        bench.pins(true, false, false);
        bench.run_to(25 * SECOND);
        assert_eq!(!bench.times("bp", ShortCircuit).is_empty(), shorts, "{amps} A");
    }
}

/// Openings 30 min apart are not counted together: with one more than 30 min ago it locks at the fourth.
/// (DEV-2)
#[test]
fn a_cyrix_li_load_forgets_after_thirty_minutes_connected() {
    for (connected_for, locks) in [(30 * MINUTE - SECOND, true), (30 * MINUTE + SECOND, false)] {
        let mut bench = running(12.8, "[[switches]]\nkind = \"cyrix-li-load\"\nname = \"relay\"\nwired_to = \"load\"");
        for _ in 0..2 {
            bench.pins(false, true, true);
            bench.run_for(SECOND);
            bench.pins(true, true, true);
            bench.run_for(MINUTE);
        }
        // Since its last closing, 30 s after its last opening, it has been connected for 31 s.
        bench.run_for(connected_for - 31 * SECOND);
        bench.pins(false, true, true);
        assert_eq!(!bench.times("relay", Locked).is_empty(), locks, "connected for {connected_for} µs");
    }
}

/// What relays and the BatteryProtect take for themselves, A.
/// (DEV-1, DEV-2, DEV-16, DEV-17)
#[test]
fn switches_draw_a_few_milliamperes() {
    for (kind, wired_to, amps) in [
        ("battery-protect", "load", 0.0015),
        ("cyrix-li-load", "load", 0.004),
        ("cyrix-li-ct", "charger", 0.004),
        ("cyrix-li-charge", "charger", 0.004),
    ] {
        let specs = format!("[[switches]]\nkind = \"{kind}\"\nname = \"it\"\nwired_to = \"{wired_to}\"");
        let mut bench = running(12.0, &specs);
        bench.ohms = 0.0;
        bench.settle();
        close_to(bench.branch("it").amps(12.0), -amps);
    }
}

const CHARGE: &str = r#"
    [[switches]]
    kind = "cyrix-li-charge"
    name = "cyrix"
    wired_to = "charger"
    [[devices]]
    kind = "mains-charger"
    name = "mains"
    behind = "cyrix"
    wired_to = "pre-alarm"
    current_limit_a = 50.0
    [[devices]]
    kind = "current-load"
    name = "lamp"
    behind = "cyrix"
    wired_to = "load"
    current_a = 0.99
"#;

/// (DEV-17)
#[test]
fn a_cyrix_li_charge_closes_on_a_battery_of_two_volts() {
    for (volts, closes) in [(1.98, false), (2.02, true)] {
        let mut bench = Bench::new(12, volts, CHARGE);
        bench.pins(false, true, true);
        bench.run_to(20 * SECOND);
        assert_eq!(!bench.times("cyrix", Closed).is_empty(), closes, "{volts} V");
    }
}

/// The charger goes while a lamp is on: what then comes from the battery opens it above 1 A.
/// (DEV-17)
#[test]
fn a_cyrix_li_charge_opens_at_one_ampere_from_the_battery() {
    for (amps, opens) in [("0.99", false), ("1.01", true)] {
        let mut bench = running(13.2, &CHARGE.replace("0.99", amps));
        assert!(bench.closed("cyrix"));
        bench.pins(true, true, false);
        bench.run_for(SECOND);
        assert_eq!(!bench.times("cyrix", Reverse).is_empty(), opens, "{amps} A");
    }
}

/// 50 A through 5 mΩ, less what the relay takes for itself.
/// (DEV-17)
#[test]
fn a_cyrix_li_charge_has_a_cable_of_5_milliohms() {
    let mut bench = running(13.0, CHARGE);
    bench.pins(false, true, true);
    assert!(bench.closed("cyrix"));
    let drop_v = bench.node("cyrix") - bench.bus();
    assert!((drop_v - 0.005 * 50.0).abs() < 1e-4, "{drop_v} V");
}

const CONVERTER: &str = r#"
    [[devices]]
    kind = "dc-dc-converter"
    name = "converter"
    wired_to = "load"
    power_w = 87.0
"#;

/// 87 W of 100 W; off below 9.5 V, a second later on above 10.5 V.
/// (DEV-5)
#[test]
fn a_converter_works_from_9_5_volts_on() {
    let mut bench = running(12.8, CONVERTER);
    let Branch::Power { watts } = bench.branch("converter") else { panic!("no power") };
    close_to(watts, -100.0);
    bench.ohms = 1e-6;
    bench.set_volts(9.51);
    bench.run_for(SECOND);
    assert!(bench.times("converter", LowVoltage).is_empty(), "at 9.51 V");
    bench.set_volts(9.49);
    bench.run_for(SECOND);
    assert_eq!(bench.times("converter", LowVoltage).len(), 1, "at 9.49 V");
    bench.set_volts(10.49);
    bench.run_for(MINUTE);
    assert!(bench.times("converter", Restarted).is_empty(), "at 10.49 V");
    bench.set_volts(10.51);
    bench.run_for(SECOND);
    assert_eq!(bench.times("converter", Restarted).len(), 1, "at 10.51 V");
}

/// (DEV-5)
#[test]
fn a_converter_restarts_a_second_after_it_has_switched_off() {
    let mut bench = running(12.8, CONVERTER);
    bench.ohms = 1e-6;
    bench.set_volts(9.0);
    bench.run_for(20 * MS);
    let off = bench.time;
    assert_eq!(bench.times("converter", LowVoltage), [off]);
    bench.set_volts(12.8);
    bench.run_for(MINUTE);
    assert_eq!(bench.times("converter", Restarted), [off + SECOND]);
}

/// (DEV-4)
#[test]
fn an_inverter_takes_20_watts_without_a_load() {
    let specs =
        "[[devices]]\nkind = \"inverter\"\nname = \"inverter\"\nwired_to = \"load\"\nrated_w = 1000.0\npower_w = 0.0";
    assert_eq!(running(12.8, specs).branch("inverter"), Branch::Power { watts: -20.0 });
}

/// A bank that cannot carry it locks it; then it waits for 14.0 V.
/// (DEV-4)
#[test]
fn a_locked_inverter_waits_for_14_volts() {
    for (volts, unlocks) in [(13.99, false), (14.01, true)] {
        let specs = "[[devices]]\nkind = \"inverter\"\nname = \"inverter\"\nwired_to = \"load\"\nrated_w = 1000.0\npower_w = 900.0";
        let mut bench = running(12.8, specs);
        bench.set_volts(11.0);
        bench.ohms = 0.026;
        bench.settle();
        bench.run_for(10 * MINUTE);
        assert_eq!(bench.times("inverter", Locked).len(), 1);
        bench.ohms = 1e-6;
        bench.set_volts(volts);
        bench.run_for(MINUTE);
        assert_eq!(!bench.times("inverter", Unlocked).is_empty(), unlocks, "{volts} V");
    }
}

const MAINS: &str = r#"
    [[devices]]
    kind = "mains-charger"
    name = "mains"
    wired_to = "charger"
    current_limit_a = 20.0
    absorption_s = 60.0
"#;

/// In float at 13.5 V a load pulls the bank down for more than a minute: by more than 10 mV a new bulk begins.
/// (DEV-13)
#[test]
fn a_mains_charger_begins_anew_10_millivolts_below_float() {
    for (below_v, bulks) in [(0.009, 1), (0.011, 2)] {
        let mut bench = running(14.1, MAINS);
        bench.run_for(5 * MINUTE);
        assert_eq!(bench.times("mains", Float).len(), 1);
        // 20 A, its limit, into 10 mΩ.
        bench.set_volts(13.5 - 0.2 - below_v - 0.1);
        bench.run_for(61 * SECOND);
        assert_eq!(bench.times("mains", Bulk).len(), bulks, "{below_v} V below");
    }
}

/// (DEV-13)
#[test]
fn a_mains_charger_has_a_cable_of_5_milliohms() {
    assert_eq!(running(14.1, MAINS).branch("mains"), Branch::Voltage { volts: 14.2, ohms: 0.005 });
}

fn solar(watts_per_m2: f64) -> Bench {
    let mut library = Library::new();
    library.add("sun", Table::constant(Quantity::Irradiance, watts_per_m2));
    let specs = r#"
        [[devices]]
        kind = "solar-charger"
        name = "solar"
        wired_to = "charger"
        peak_power_w = 1000.0
        irradiance = { series = "sun" }
    "#;
    let mut bench = Bench::with_library(12, 12.8, specs, &library);
    bench.pins(false, true, false);
    bench.run_to(10 * SECOND);
    bench
}

/// 1 kWp, 85 %: less than 5 W is too little to begin with.
/// (DEV-14)
#[test]
fn a_solar_charger_gives_85_percent_from_5_watts_on() {
    for (sun, watts) in [(400.0, 340.0), (4.9 / 0.85, 0.0), (5.1 / 0.85, 5.1)] {
        let bench = solar(sun);
        close_to(bench.amps("solar") * bench.bus(), watts);
    }
}

/// (DEV-14)
#[test]
fn a_solar_charger_has_a_cable_of_5_milliohms() {
    let mut bench = solar(1000.0);
    bench.set_volts(14.1);
    assert_eq!(bench.branch("solar"), Branch::Voltage { volts: 14.2, ohms: 0.005 });
}

/// At 95 % of charge: 11.6 V + 95 % of 1.2 V open. Full it takes through 50 times its 6 mΩ, empty through these alone; in
/// between the room that is left counts: 1 − 95 % · 49/50.
/// (DEV-19)
#[test]
fn a_starter_battery_begins_nearly_full_and_takes_little() {
    let specs = "[[devices]]\nkind = \"starter-battery\"\nname = \"starter\"\ncapacity_ah = 70.0";
    let mut bench = Bench::new(12, 14.2, specs);
    bench.ohms = 0.0;
    bench.settle();
    let (open_v, room) = (11.6 + 0.95 * 1.2, 1.0 - 0.95 * 0.98);
    close_to(bench.amps("starter"), -(14.2 - open_v) * room / 0.006);
}

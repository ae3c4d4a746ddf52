//! What these devices do to each other in the field, on the real plant: each test is one phenomenon that an engineer
//! should have seen once.

use crate::house::{House, bank};
use ngbank_models::devices::Action::{Closed, LoadDump, Locked, Opened, Unlocked};
use ngbank_models::time::{HOUR, MINUTE, SECOND};

/// A 12 V battery of 200 Ah.
fn battery(soc: f64, specs: &str) -> House {
    House::with(12, &bank(4, 1, 1, soc), specs)
}

/// A vehicle with its alternator and starter battery behind a Cyrix-Li-ct.
fn vehicle(soc: f64, rated_a: f64, regulated_v: f64, extra: &str) -> House {
    let specs = format!(
        r#"
        [[switches]]
        kind = "cyrix-li-ct"
        name = "cyrix"
        wired_to = "charger"
        [[devices]]
        kind = "alternator"
        name = "alternator"
        behind = "cyrix"
        rated_a = {rated_a:?}
        regulated_v = {regulated_v:?}
        speed = {{ series = "vehicle-day", repeat_s = 86400 }}
        [[devices]]
        kind = "starter-battery"
        name = "starter"
        behind = "cyrix"
        capacity_ah = 70.0
        {extra}
    "#
    );
    let mut vehicle = battery(soc, &specs);
    vehicle.pins(true, true, false);
    vehicle
}

/// A real driving day: the relay joins the sides only while the alternator runs, the bank takes the charge, and the
/// starter battery is full in the evening.
#[test]
fn a_driving_day_charges_the_bank_through_the_relay() {
    let mut car = vehicle(0.3, 90.0, 14.2, "");
    let before = car.plant.soc(0, 0);
    let cyrix = car.installation.find("cyrix").unwrap();
    car.run_to(24 * HOUR, |_| {});
    let gained = car.plant.soc(0, 0) - before;
    assert!(gained > 0.3, "{gained} of 200 Ah in a day of 6.5 h driving");
    let given_wh = car.plant.accounts().device_energy[cyrix] / 3_600.0;
    assert!(given_wh > 0.3 * 2_560.0, "{given_wh} Wh through the relay");
    assert!(car.count("alternator", LoadDump) == 0);
    assert!(car.count("cyrix", Closed) >= 1 && car.count("cyrix", Closed) <= 30);
}

/// A hungry bank and a weak alternator: the relay joins them, the bank pulls the starter side below 13.2 V, the relay
/// opens at once, the starter side recovers, and four seconds later it all begins again. Nothing is charged all day.
/// An alternator five times as strong holds its side up through the cable, and the bank is full in the evening.
#[test]
fn a_weak_alternator_makes_the_relay_chatter() {
    let day = |rated_a: f64| {
        let mut car = vehicle(0.2, rated_a, 14.2, "");
        let before = car.plant.soc(0, 0);
        car.run_to(24 * HOUR, |_| {});
        (car.count("cyrix", Opened), car.plant.soc(0, 0) - before)
    };
    let (openings, gained) = day(32.0);
    assert!(openings > 1_000 && gained < 0.01, "32 A: {openings} openings, {gained}");
    let (openings, gained) = day(150.0);
    assert!(openings < 20 && gained > 0.5, "150 A: {openings} openings, {gained}");
}

/// CHARGER cuts an alternator through a contactor: a load dump each time. The same cut through a Cyrix on the battery
/// side leaves the alternator its starter battery.
#[test]
fn cutting_an_alternator_by_a_contactor_is_a_load_dump() {
    let specs = r#"
        [[switches]]
        kind = "contactor"
        name = "k1"
        wired_to = "charger"
        [[devices]]
        kind = "alternator"
        name = "alternator"
        behind = "k1"
        rated_a = 90.0
        speed = { series = "cycle-wltc" }
    "#;
    let mut direct = battery(0.5, specs);
    direct.pins(true, true, false);
    direct.run_to(10 * MINUTE, |_| {});
    direct.pins(true, false, false);
    direct.run_to(11 * MINUTE, |_| {});
    assert_eq!(direct.count("alternator", LoadDump), 1);

    let specs = specs.replace("contactor", "cyrix-li-ct")
        + "[[devices]]\nkind = \"starter-battery\"\nname = \"starter\"\nbehind = \"k1\"\ncapacity_ah = 70.0";
    let mut relay = battery(0.5, &specs);
    relay.pins(true, true, false);
    relay.run_to(10 * MINUTE, |_| {});
    assert!(relay.count("k1", Closed) > 0, "the relay had joined the sides");
    relay.pins(true, false, false);
    relay.run_to(11 * MINUTE, |_| {});
    assert_eq!(relay.count("alternator", LoadDump), 0);
}

/// LOAD toggling three times within half an hour locks a BatteryProtect out: the house stays dark until charging lifts
/// the battery above 13.0 V for 30 s, however long LOAD has been High again.
#[test]
fn toggling_load_locks_the_battery_protect_out() {
    let specs = r#"
        [[switches]]
        kind = "battery-protect"
        name = "bp"
        wired_to = "load"
        [[devices]]
        kind = "current-load"
        name = "house"
        behind = "bp"
        current_a = 20.0
        [[devices]]
        kind = "mains-charger"
        name = "mains"
        wired_to = "charger"
        current_limit_a = 60.0
    "#;
    let mut house = battery(0.1, specs);
    let mut load = true;
    for minute in 0..6 {
        house.pins(load, false, false);
        house.run_to((minute + 1) * MINUTE, |_| {});
        load = !load;
    }
    assert_eq!(house.count("bp", Locked), 1);
    house.pins(true, false, false);
    house.run_to(12 * HOUR, |_| {});
    assert_eq!(house.count("bp", Unlocked), 0, "dark although LOAD is High");
    house.pins(true, true, false);
    house.run_to(24 * HOUR, |_| {});
    assert_eq!(house.count("bp", Unlocked), 1);
    assert!(house.installation.closed(house.installation.find("bp").unwrap()));
}

/// An inverter's capacitors pull the bank down for a moment, far below what its load does.
#[test]
fn an_inrush_is_a_dip_and_over() {
    let specs = r#"
        [[devices]]
        kind = "inverter"
        name = "inverter"
        wired_to = "load"
        rated_w = 3000.0
        power_w = 200.0
        inrush_capacitance_f = 1.0
        inrush_resistance_ohm = 0.02
    "#;
    let mut house = battery(0.1, specs);
    house.run_to(SECOND, |_| {});
    house.pins(true, false, false);
    let (mut lowest, mut last) = (f64::MAX, 0.0);
    house.run_to(2 * SECOND, |bus| {
        lowest = lowest.min(bus.volts);
        last = bus.volts;
    });
    assert!(lowest < last - 0.5, "{lowest} V, then {last} V");
}

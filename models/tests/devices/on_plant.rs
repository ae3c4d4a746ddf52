//! The devices on the real plant: three summer days of a house with sun, a mains charger and a
//! BatteryProtect. Guards are located, nothing chatters, energies agree with the profiles.

use crate::house::{House, bank};
use ngbank_models::devices::Action;
use ngbank_models::profile::{Library, SeriesSpec};
use ngbank_models::time::{HOUR, Micros};

const DAY: Micros = 24 * HOUR;

const SPECS: &str = r#"
    [[switches]]
    kind = "battery-protect"
    name = "bp"
    wired_to = "load"
    [[devices]]
    kind = "profile-load"
    name = "house"
    behind = "bp"
    load = { series = "household-summer", scale = 2.0 }
    [[devices]]
    kind = "mains-charger"
    name = "mains"
    wired_to = "charger"
    current_limit_a = 50.0
    absorption_s = 1800.0
    [[devices]]
    kind = "solar-charger"
    name = "solar"
    wired_to = "charger"
    peak_power_w = 8000.0
    irradiance = { series = "pv-tmy", start_day = 170 }
    air_temperature = { series = "ambient-tmy", start_day = 170 }
    [[devices]]
    kind = "parasitic"
    name = "leak"
    current_ma = 10.0
"#;

/// The house on 4 × 25.6 V as 2S2P.
fn house(soc: f64) -> House {
    House::with(48, &bank(8, 2, 2, soc), SPECS)
}

#[test]
fn three_days_of_sun_load_and_mains() {
    let mut house = house(0.6);
    house.pins(true, true, false);
    let mains = house.installation.find("mains").unwrap();
    let solar = house.installation.find("solar").unwrap();
    house.run_to(3 * DAY, |bus| {
        for charger in [mains, solar] {
            let amps = bus.amps_of_device[charger];
            assert!(amps >= 0.0, "a charger sinks {amps} A");
        }
        // 0.1 %, and 0.2 mV × 4 across 5 mΩ; the plant locates that guard within 0.1 mV.
        assert!(bus.amps_of_device[mains] <= 50.0 * 1.001 + 0.161 + 0.02);
    });
    assert!(house.count("mains", Action::Absorption) >= 1);
    assert!(house.count("mains", Action::Float) >= 1);
    assert_eq!(house.count("bp", Action::Closed), 1);
    assert!(house.count("house", Action::LowVoltage) == 0);
    println!("{} guards, {} steps", house.guards, house.plant.steps());
    assert!(house.guards < 600, "{} guards in three days", house.guards);

    // The load took what its profile says: connected after 1 s.
    let load = Library::new().series(&SeriesSpec { scale: 2.0, ..SeriesSpec::named("household-summer") });
    let load = load.unwrap();
    let joules: f64 = (0..3 * 24 * 60u64).map(|m| load.value_at(m * 60_000_000) * 60.0).sum();
    let index = house.installation.find("house").unwrap();
    let drawn = -house.plant.accounts().device_energy[index];
    let first_second = load.value_at(0);
    assert!((drawn - (joules - first_second)).abs() < 1e-5 * joules, "{drawn} J of {joules} J");
}

/// The pins float in the morning: the chargers stop at once.
#[test]
fn pins_stop_the_chargers() {
    let mut house = house(0.1);
    house.pins(false, true, false);
    house.run_to(4 * HOUR, |_| {});
    let before = house.plant.soc(0, 0);
    house.run_to(5 * HOUR, |_| {});
    assert!(house.plant.soc(0, 0) > before + 0.1, "mains and sun charge");
    house.pins(false, false, false);
    let before = house.plant.soc(0, 0);
    house.run_to(6 * HOUR, |_| {});
    assert!(house.plant.soc(0, 0) < before, "only the leak is left");
    assert!(house.plant.soc(0, 0) > before - 1e-4);
}

/// Two chargers with short cables on 50 batteries in parallel: the bank is stiffer than the
/// cables, and a full bank floats for days.
#[test]
fn a_stiff_bank_keeps_chargers_calm() {
    let specs = r#"
        switches = []
        [[devices]]
        kind = "mains-charger"
        name = "a"
        current_limit_a = 500.0
        cable_resistance_ohm = 0.0005
        [[devices]]
        kind = "mains-charger"
        name = "b"
        current_limit_a = 500.0
        power_limit_w = 6000.0
        cable_resistance_ohm = 0.001
        [[devices]]
        kind = "profile-load"
        name = "house"
        load = { series = "household-winter" }
    "#;
    let mut house = House::with(12, &bank(4, 1, 50, 0.8), specs);
    house.run_to(3 * DAY, |bus| assert!(bus.amps_of_device[..2].iter().all(|&amps| amps >= 0.0)));
    println!("{} guards, {} steps", house.guards, house.plant.steps());
    assert_eq!(house.count("a", Action::Absorption), 1);
    assert_eq!(house.count("a", Action::Storage), 1);
    assert!(house.guards < 1_000, "{} guards in three days", house.guards);
}

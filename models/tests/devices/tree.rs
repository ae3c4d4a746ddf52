//! Devices on a tree of nodes: switches behind switches, and the starter side of a Cyrix.

use crate::bench::Bench;
use ngbank_models::circuit::Branch;
use ngbank_models::devices::{DeviceSpec, SwitchSpec, check};
use ngbank_models::profile::Library;
use ngbank_models::time::{MINUTE, MS, SECOND};
use serde::Deserialize;

const SPECS: &str = r#"
    [[switches]]
    kind = "contactor"
    name = "main"
    wired_to = "load"
    [[switches]]
    kind = "battery-protect"
    name = "bp"
    behind = "main"
    [[switches]]
    kind = "cyrix-li-ct"
    name = "cyrix"
    behind = "main"
    wired_to = "charger"
    [[switches]]
    kind = "battery-protect"
    name = "bp2"
    behind = "cyrix"
    [[devices]]
    kind = "resistive-load"
    name = "lamp"
    behind = "bp"
    resistance_ohm = 1.0
    [[devices]]
    kind = "starter-battery"
    name = "starter"
    behind = "cyrix"
    capacity_ah = 70.0
    [[devices]]
    kind = "mains-charger"
    name = "mains"
    behind = "cyrix"
    wired_to = "pre-alarm"
    current_limit_a = 40.0
    [[devices]]
    kind = "power-load"
    name = "radio"
    behind = "bp2"
    power_w = 60.0
"#;

/// (DEV-12)
#[test]
fn every_switch_on_the_way_must_conduct() {
    let mut bench = Bench::new(12, 13.1, SPECS);
    bench.pins(true, true, true);
    bench.run_to(MINUTE);
    assert!(bench.amps("lamp") < -12.0);
    assert!(bench.closed("cyrix"), "mains on the starter side closes it after 4 s");
    assert!(bench.amps("radio") < -4.0 && bench.amps("mains") > 39.0);
    bench.pins(false, true, true);
    bench.run_for(SECOND);
    assert_eq!(bench.branch("lamp"), Branch::Open);
    assert!(!bench.closed("cyrix"), "the bank is gone, its control with it");
    assert!(bench.amps("radio") < -4.0, "the starter side goes on by itself");
}

/// The inner contact is still on its way when the outer one has opened: nothing flows all the same.
/// (DEV-12)
#[test]
fn the_outer_contact_decides_at_once() {
    let specs = r#"
        [[switches]]
        kind = "contactor"
        name = "outer"
        wired_to = "load"
        drop_out_ms = 10.0
        [[switches]]
        kind = "contactor"
        name = "inner"
        behind = "outer"
        drop_out_ms = 1000.0
        [[devices]]
        kind = "resistive-load"
        name = "lamp"
        behind = "inner"
        resistance_ohm = 1.0
    "#;
    let mut bench = Bench::new(12, 13.0, specs);
    bench.pins(true, false, false);
    bench.run_to(SECOND);
    assert!(bench.amps("lamp") < -12.0);
    bench.pins(false, false, false);
    bench.run_for(11 * MS);
    assert!(bench.closed("inner") && !bench.closed("outer"));
    assert_eq!(bench.branch("lamp"), Branch::Open);
}

/// What the node gives to the bank is what its devices give to the node, and the cable has its drop.
/// (DEV-12)
#[test]
fn currents_of_a_node_add_up() {
    let mut bench = Bench::new(12, 13.1, SPECS);
    bench.pins(true, true, true);
    bench.run_to(MINUTE);
    let on_node: f64 = ["starter", "mains", "radio", "bp2"].map(|name| bench.amps(name)).iter().sum();
    let given = bench.amps("cyrix");
    // 4 mA at 12 V are the relay's own.
    let own = bench.node("cyrix") * 0.004 / 12.0;
    assert!((given - (on_node - own)).abs() < 1e-9, "{given} A of {on_node} A");
    assert!((bench.node("cyrix") - bench.bus() - 0.005 * given).abs() < 1e-9);
    assert_eq!(bench.branch("mains"), Branch::Open, "the bus sees the node, not its devices");
}

/// Open, the starter side is a battery with a load of its own; the bank does not feed it.
/// (DEV-12)
#[test]
fn apart_each_side_has_its_own_voltage() {
    let mut bench = Bench::new(12, 13.0, SPECS);
    bench.pins(true, false, false);
    bench.run_to(MINUTE);
    let starter = bench.node("starter");
    assert!(starter > 12.6 && starter < 12.8, "{starter} V");
    bench.set_volts(13.3);
    assert_eq!(bench.node("starter"), starter);
}

#[derive(Deserialize)]
struct Specs {
    switches: Vec<SwitchSpec>,
    #[serde(default)]
    devices: Vec<DeviceSpec>,
}

/// (DEV-12)
#[test]
fn impossible_trees_are_refused() {
    for (text, field, allowed) in [
        ("a behind a", "switches[0].behind", "switches that are not behind themselves"),
        ("a behind b, b behind a", "switches[0].behind", "switches that are not behind themselves"),
        ("a behind nowhere", "switches[0].behind", "the name of a switch: a"),
    ] {
        let switches: String = text
            .split(", ")
            .map(|part| {
                let (name, behind) = part.split_once(" behind ").unwrap();
                format!("[[switches]]\nkind = \"contactor\"\nname = \"{name}\"\nbehind = \"{behind}\"\n")
            })
            .collect();
        let specs: Specs = toml::from_str(&switches).unwrap();
        let found = check(&specs.switches, &specs.devices, 12, &Library::new());
        assert_eq!((found[0].field.as_str(), found[0].allowed.as_str()), (field, allowed), "{text}");
    }
    let chained = r#"
        [[switches]]
        kind = "cyrix-li-ct"
        name = "a"
        [[switches]]
        kind = "contactor"
        name = "b"
        behind = "a"
        [[switches]]
        kind = "cyrix-li-charge"
        name = "c"
        behind = "b"
    "#;
    let specs: Specs = toml::from_str(chained).unwrap();
    let found = check(&specs.switches, &specs.devices, 12, &Library::new());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].field, "switches[2].behind");
}

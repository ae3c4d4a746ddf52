//! Specifications: read from TOML, written and read again, and everything wrong with them.

use ngbank_models::devices::{DeviceSpec, SwitchSpec, check, control_currents};
use ngbank_models::profile::Library;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Specs {
    #[serde(default)]
    switches: Vec<SwitchSpec>,
    #[serde(default)]
    devices: Vec<DeviceSpec>,
}

const ALL: &str = r#"
    [[switches]]
    kind = "battery-protect"
    name = "bp"
    wired_to = "load"
    control_current_ma = 1.0
    [[switches]]
    kind = "contactor"
    name = "k1"
    wired_to = "charger"
    control_current_ma = 480.0
    weld_above_a = 600.0
    [[devices]]
    kind = "profile-load"
    name = "house"
    behind = "bp"
    load = { series = "household-summer", start_day = 3, scale = 12.5, repeat_s = 86400 }
    [[devices]]
    kind = "appliance-load"
    name = "boat"
    wired_to = "load"
    household = "boat"
    scale = 0.5
    drawn_s_w = [[0, 3.0], [60, 63.5]]
    [[devices]]
    kind = "power-load"
    name = "pump"
    wired_to = "load"
    power_w = 300
    [[devices]]
    kind = "current-load"
    name = "step"
    current_a = 50.0
    from_s = 10.0
    until_s = 20.0
    [[devices]]
    kind = "resistive-load"
    name = "lamp"
    resistance_ohm = 10.0
    [[devices]]
    kind = "inverter"
    name = "inverter"
    wired_to = "load"
    control_current_ma = 1000.0
    rated_w = 3000.0
    load = { series = "household-winter" }
    [[devices]]
    kind = "parasitic"
    name = "leak"
    current_ma = 10.0
    [[devices]]
    kind = "mains-charger"
    name = "charger"
    wired_to = "charger"
    control_current_ma = 30.5
    current_limit_a = 50.0
    [[devices]]
    kind = "solar-charger"
    name = "solar"
    wired_to = "charger"
    inverting = true
    peak_power_w = 5000.0
    irradiance = { series = "pv-tmy", start_day = 170 }
    air_temperature = { series = "ambient-tmy", start_day = 170, add = -2.0 }
    [[devices]]
    kind = "indicator"
    name = "buzzer"
    wired_to = "pre-alarm"
    control_current_ma = 100.0
"#;

fn problems(text: &str) -> Vec<String> {
    let specs: Specs = toml::from_str(text).unwrap();
    let found = check(&specs.switches, &specs.devices, 12, &Library::new());
    found.into_iter().map(|p| format!("{} = {}; {}", p.field, p.value, p.allowed)).collect()
}

#[test]
fn every_kind_is_read_and_written_unchanged() {
    let specs: Specs = toml::from_str(ALL).unwrap();
    assert_eq!(problems(ALL), Vec::<String>::new());
    let again: Specs = toml::from_str(&toml::to_string(&specs).unwrap()).unwrap();
    assert_eq!(again, specs);
}

#[test]
fn unknown_keys_and_kinds_are_refused() {
    for text in [
        "[[devices]]\nkind = \"parasitic\"\nname = \"x\"\ncurrent_ma = 1.0\ncurent = 2.0",
        "[[devices]]\nkind = \"toaster\"\nname = \"x\"",
        "[[devices]]\nkind = \"parasitic\"\nname = \"x\"",
        "[[switches]]\nkind = \"contactor\"\nname = \"x\"\nwired_to = \"lod\"",
    ] {
        assert!(toml::from_str::<Specs>(text).is_err(), "{text}");
    }
}

/// BANK-5 is judged on these sums.
#[test]
fn control_currents_are_summed_per_output() {
    let specs: Specs = toml::from_str(ALL).unwrap();
    let sums = control_currents(&specs.switches, &specs.devices);
    assert_eq!((sums.load_ma, sums.charger_ma, sums.pre_alarm_ma), (1001.0, 510.5, 100.0));
    assert_eq!(sums.inductive_on_charger, ["k1"]);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let found = problems(
        r#"
        [[switches]]
        kind = "contactor"
        name = "k1"
        drop_out_ms = -1.0
        [[devices]]
        kind = "resistive-load"
        name = "k1"
        resistance_ohm = -0.5
        behind = "k2"
        [[devices]]
        kind = "power-load"
        name = "pump"
        power_w = nan
        from_s = 10.0
        until_s = 5.0
        low_restart_v = 9.0
        [[devices]]
        kind = "inverter"
        name = "inverter"
        rated_w = inf
        efficiency = [{ load_share = 0.5, efficiency = 1.5 }, { load_share = 0.5, efficiency = 0.9 }]
        [[devices]]
        kind = "mains-charger"
        name = ""
        current_limit_a = 10.0
        float_v = 14.3
        cable_resistance_ohm = 0.0
        control_current_ma = -1.0
        [[devices]]
        kind = "solar-charger"
        name = "solar"
        peak_power_w = 100.0
        irradiance = { series = "household-winter", scale = nan }
        air_temperature = { series = "nowhere" }
    "#,
    );
    let expected = [
        "switches[0].drop_out_ms = -1; 0 to 10000",
        "devices[0].resistance_ohm = -0.5; 0.0001 to 1000000000",
        "devices[0].name = \"k1\" again; a name that no other device or switch has",
        "devices[0].behind = \"k2\"; the name of a switch: k1",
        "devices[1].power_w = NaN; 0 to 10000000",
        "devices[1].until_s = 5; more than from_s = 10, at most 3200000000",
        "devices[1].low_restart_v = 9; 9.4 to 14",
        "devices[2].rated_w = inf; 1 to 10000000",
        "devices[2].load = neither; exactly one of load and power_w",
        "devices[2].efficiency[0].efficiency = 1.5; 0.01 to 1",
        "devices[2].efficiency = points out of order; ascending load_share",
        "devices[3].name = \"\"; a name",
        "devices[3].control_current_ma = -1; 0 to 10000",
        "devices[3].float_v = 14.3; 12.8 to 14.2",
        "devices[3].cable_resistance_ohm = 0; 0.0001 to 1",
        "devices[4].irradiance.series = \"household-winter\", whose unit is \"_w\"; \
         a series whose unit is \"_w_per_m2\"",
        "devices[4].irradiance.scale = NaN; 0 to 1000000",
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len() + 1, "{found:#?}");
    assert!(found.last().unwrap().starts_with("devices[4].air_temperature.series = \"nowhere\""));
}

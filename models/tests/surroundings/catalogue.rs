//! The catalogue against the table of the specification, and a user's additions.

use ngbank_models::catalogue::{Sure, builtin, figures, find, voltage_factor};

/// Name, cells, Ah, Wh, charge / discharge A, 10 s discharge / charge A, mΩ.
type Row = (&'static str, u8, f64, f64, f64, f64, f64, f64, f64);

const NG: [Row; 7] = [
    ("ng-12.8v-100ah", 4, 100.0, 1280.0, 100.0, 100.0, 200.0, 200.0, 2.0),
    ("ng-12.8v-150ah", 4, 150.0, 1920.0, 150.0, 150.0, 300.0, 225.0, 2.0),
    ("ng-12.8v-200ah", 4, 200.0, 2560.0, 200.0, 200.0, 400.0, 400.0, 1.0),
    ("ng-12.8v-300ah", 4, 300.0, 3840.0, 300.0, 300.0, 600.0, 450.0, 1.0),
    ("ng-25.6v-200ah", 8, 200.0, 5120.0, 200.0, 200.0, 400.0, 400.0, 2.0),
    ("ng-25.6v-300ah", 8, 300.0, 7680.0, 300.0, 300.0, 600.0, 450.0, 2.0),
    ("ng-51.2v-100ah", 16, 100.0, 5120.0, 100.0, 100.0, 200.0, 200.0, 8.0),
];

#[test]
fn the_ng_batteries_are_those_of_the_table() {
    assert_eq!(builtin().models().len(), NG.len());
    for (name, cells, ah, wh, charge, discharge, pulse_discharge, pulse_charge, milliohm) in NG {
        let model = find(name).unwrap();
        assert_eq!(model.cells, cells, "{name}");
        let found = [
            model.capacity_ah,
            model.energy_wh,
            model.charge_a,
            model.discharge_a,
            model.pulse_discharge_a,
            model.pulse_charge_a,
            model.resistance_ohm,
        ];
        let expected = [ah, wh, charge, discharge, pulse_discharge, pulse_charge, milliohm / 1e3];
        assert_eq!(found, expected, "{name}");
        assert!((model.nominal_v() * ah - wh).abs() < 1e-9, "{name}");
    }
}

#[test]
fn codes_are_unique_and_assumptions_marked() {
    let mut codes: Vec<_> = builtin().models().iter().map(|model| model.code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), 7);
    assert_eq!(find("ng-25.6v-200ah").unwrap().sure.currents, Sure::A);
    assert_eq!(find("ng-51.2v-100ah").unwrap().sure.resistance, Sure::N);
    assert!(find("ng-12.8v-400ah").is_none());
}

/// BANK-2.
#[test]
fn fifty_batteries_or_twenty_five_of_51_2_v() {
    for model in builtin().models() {
        let expected = if model.name.starts_with("ng-51.2v") { 25 } else { 50 };
        assert_eq!(model.batteries_max(), expected, "{}", model.name);
    }
}

/// Voltages at 12 V of the table "Switchgear and loads on LOAD" and of the chargers.
#[test]
fn device_figures_are_those_of_the_tables() {
    let f = figures();
    let bp = &f.battery_protect;
    let table = [
        (&bp.off_time_min_s, 30.0, Sure::O),
        (&bp.connect_delay_s, 1.0, Sure::O),
        (&bp.events_to_lock, 3.0, Sure::O),
        (&bp.unlock_v, 13.0, Sure::O),
        (&bp.unlock_hold_s, 30.0, Sure::O),
        (&bp.event_memory_s, 1800.0, Sure::A),
        (&bp.over_voltage_v, 16.3, Sure::O),
        (&bp.own_draw_a, 0.0015, Sure::O),
        (&f.inverter.low_shut_down_v, 9.3, Sure::O),
        (&f.inverter.low_restart_v, 10.9, Sure::O),
        (&f.inverter.unlock_v, 14.0, Sure::O),
        (&f.mains_charger.absorption_v, 14.2, Sure::O),
        (&f.mains_charger.float_v, 13.5, Sure::O),
        (&f.mains_charger.storage_v, 13.5, Sure::O),
        (&f.mains_charger.absorption_s, 7200.0, Sure::O),
        (&f.solar_charger.absorption_v, 14.2, Sure::O),
        (&f.solar_charger.new_cycle_after_s, 3600.0, Sure::O),
        (&f.bms.draw_on_a, 0.003, Sure::S),
        (&f.bms.draw_low_a, 0.0012, Sure::S),
    ];
    for (i, (figure, value, sure)) in table.into_iter().enumerate() {
        assert_eq!((figure.value, figure.sure), (value, sure), "row {i}");
    }
    assert!(f.mains_charger.start_delay_s.value <= 3.0);
    assert_eq!([12, 24, 48].map(voltage_factor), [1.0, 2.0, 4.0]);
}

const OWN: &str = "\
[[battery]]
name = \"own-12.8v-50ah\"
code = 40
cells = 4
capacity_ah = 50.0
energy_wh = 640.0
charge_a = 25.0
discharge_a = 50.0
pulse_charge_a = 50.0
pulse_discharge_a = 100.0
resistance_ohm = 0.004
sure = { model = \"A\", currents = \"A\", resistance = \"A\" }
";

#[test]
fn a_file_adds_models() {
    let all = builtin().extended("own.toml", OWN).unwrap();
    assert_eq!(all.models().len(), 8);
    assert_eq!(all.find("own-12.8v-50ah").unwrap().capacity_ah, 50.0);
    assert!(all.find("ng-12.8v-100ah").is_some());
}

#[test]
fn everything_wrong_with_a_file_is_said_at_once() {
    let text = OWN
        .replace("own-12.8v-50ah", "ng-12.8v-100ah")
        .replace("cells = 4", "cells = 5")
        .replace("resistance_ohm = 0.004", "resistance_ohm = -0.004")
        .replace("capacity_ah = 50.0", "capacity_ah = nan");
    let text = format!("# Ours.\n\n{text}\n{}", OWN.replace("code = 40", "code = 7"));
    let problems = builtin().extended("own.toml", &text).unwrap_err();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let ng = "battery.ng-12.8v-100ah";
    assert_eq!(
        said,
        [
            format!("own.toml:6: {ng}.cells: found 5, allowed: 4, 8 or 16 (BANK-1)"),
            format!("own.toml:7: {ng}.capacity_ah: found NaN, allowed: 1 to 2000"),
            format!("own.toml:13: {ng}.resistance_ohm: found -0.004, allowed: 0.000001 to 1"),
            format!("own.toml:4: {ng}.name: found ng-12.8v-100ah, allowed: a name that is not in use"),
            "own.toml:18: battery.own-12.8v-50ah.code: found 7, allowed: a code that is not in use".into(),
        ]
    );
}

#[test]
fn a_slip_of_the_pen_names_its_line() {
    for (text, line) in [
        (OWN.replace("cells = 4", "cels = 4"), 4),
        (OWN.replace("code = 40", "code = \"40\""), 3),
        (OWN.replace("capacity_ah = 50.0", "code = 41"), 5),
    ] {
        let problems = builtin().extended("own.toml", &text).unwrap_err();
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].line, Some(line), "{}", problems[0]);
    }
}

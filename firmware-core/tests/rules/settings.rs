//! Ranges and joint constraints of the settings, and BANK-1 … BANK-3.

use ngbank_core::settings::{
    BankLayout, CHOICES, Countdown, LowCellCharger, OverCurrentAction, PreAlarmPattern, RANGES, Settings, Violation,
};
use ngbank_core::{Cause, Drive, Led};

use crate::common::{Bank, MINUTE, layout, parallel, pins};

type Set = fn(&mut Settings, i32);

/// Typed from the rule book: setting, default, least, greatest.
const TABLE: [(&str, Set, i32, i32, i32); 19] = [
    ("pre_alarm_mv", |s, v| s.pre_alarm_mv = v, 3100, 2850, 3150),
    ("pre_alarm_clear_mv", |s, v| s.pre_alarm_clear_mv = v, 50, 0, 200),
    ("under_voltage_mv", |s, v| s.under_voltage_mv = v, 2800, 2600, 2800),
    ("under_voltage_hold_ms", |s, v| s.under_voltage_hold_ms = v, 1000, 0, 10_000),
    ("under_voltage_clear_mv", |s, v| s.under_voltage_clear_mv = v, 3200, 3000, 3300),
    ("under_voltage_clear_hold_ms", |s, v| s.under_voltage_clear_hold_ms = v, 30_000, 0, 600_000),
    ("over_voltage_mv", |s, v| s.over_voltage_mv = v, 3750, 3600, 3800),
    ("over_voltage_hold_ms", |s, v| s.over_voltage_hold_ms = v, 1000, 0, 5000),
    ("over_voltage_clear_mv", |s, v| s.over_voltage_clear_mv = v, 3600, 3450, 3650),
    ("charge_min_dc", |s, v| s.charge_min_dc = v, 50, -200, 200),
    ("charge_max_dc", |s, v| s.charge_max_dc = v, 500, 300, 550),
    ("discharge_min_dc", |s, v| s.discharge_min_dc = v, -200, -200, 0),
    ("discharge_max_dc", |s, v| s.discharge_max_dc = v, 500, 400, 600),
    ("temperature_hysteresis_dc", |s, v| s.temperature_hysteresis_dc = v, 20, 5, 50),
    ("discharge_floor_pm", |s, v| s.discharge_floor_pm = v, 100, 0, 800),
    ("floor_warning_margin_pm", |s, v| s.floor_warning_margin_pm = v, 50, 0, 200),
    ("floor_clear_pm", |s, v| s.floor_clear_pm = v, 50, 10, 200),
    ("silence_timeout_ms", |s, v| s.silence_timeout_ms = v, 5000, 1500, 30_000),
    ("remote_debounce_ms", |s, v| s.remote_debounce_ms = v, 200, 0, 1000),
];

fn violations(settings: &Settings) -> Vec<Violation> {
    let mut all = Vec::new();
    settings.check(&mut |violation| all.push(violation));
    assert_eq!(settings.is_valid(), all.is_empty());
    all
}

/// The settings that are called out of range.
fn out_of_range(settings: &Settings) -> Vec<(&'static str, i32)> {
    violations(settings)
        .into_iter()
        .filter_map(|violation| match violation {
            Violation::OutOfRange { range, value } => Some((range.field, value)),
            _ => None,
        })
        .collect()
}

/// The joint constraints that are broken, each as its settings.
fn joints(settings: &Settings) -> Vec<Vec<&'static str>> {
    violations(settings)
        .into_iter()
        .filter_map(|violation| match violation {
            Violation::Joint { fields, .. } => Some(fields.to_vec()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_defaults_are_those_of_the_rules_and_valid() {
    let settings = Settings::new(parallel(1));
    assert_eq!(violations(&settings), []);
    assert_eq!(RANGES.len(), TABLE.len() + 1, "pre_alarm_after_cutoff_s has a test of its own");
    for (name, set, default, min, max) in TABLE {
        let range = RANGES.iter().find(|range| range.field == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!((range.default, range.min, range.max), (default, min, max), "{name}");
        let mut same = settings;
        set(&mut same, default);
        assert_eq!(same, settings, "default of {name}");
    }
}

#[test]
fn every_range_ends_where_the_rules_say() {
    for (name, set, _, min, max) in TABLE {
        for (value, allowed) in
            [(min - 1, false), (min, true), (max, true), (max + 1, false), (i32::MIN, false), (i32::MAX, false)]
        {
            let mut settings = Settings::new(parallel(1));
            set(&mut settings, value);
            let expected = if allowed { vec![] } else { vec![(name, value)] };
            assert_eq!(out_of_range(&settings), expected, "{name} = {value}");
            assert!(allowed || !settings.is_valid());
        }
    }
}

#[test]
fn joint_constraints_hold_to_the_last_unit() {
    type Change = fn(&mut Settings);
    // Each just holds at 0 and is broken by one unit at 1.
    let table: [(&str, [Change; 2]); 5] = [
        ("over_voltage_clear_mv", [|s| s.over_voltage_mv = 3650, |s| s.over_voltage_clear_mv += 1]),
        (
            "under_voltage_clear_mv",
            [|s| (s.pre_alarm_mv, s.pre_alarm_clear_mv) = (3150, 50), |s| s.pre_alarm_clear_mv += 1],
        ),
        (
            "charge_max_dc",
            // 200 + 30 + 50 = 310 − 30
            [
                |s| (s.charge_min_dc, s.charge_max_dc, s.temperature_hysteresis_dc) = (200, 310, 30),
                |s| s.charge_max_dc -= 1,
            ],
        ),
        (
            "floor_clear_pm",
            [
                |s| (s.discharge_floor_pm, s.floor_warning_margin_pm, s.floor_clear_pm) = (700, 150, 100),
                |s| s.floor_clear_pm += 1,
            ],
        ),
        (
            "temperature_hysteresis_dc",
            // 200 + 25 + 50 = 300 − 25
            [
                |s| (s.charge_min_dc, s.charge_max_dc, s.temperature_hysteresis_dc) = (200, 300, 25),
                |s| s.temperature_hysteresis_dc += 1,
            ],
        ),
    ];
    for (name, [just, broken]) in table {
        let mut settings = Settings::new(parallel(1));
        just(&mut settings);
        assert_eq!(joints(&settings), Vec::<Vec<&str>>::new(), "{name}");
        broken(&mut settings);
        let joints = joints(&settings);
        assert_eq!(joints.len(), 1, "{name}: {joints:?}");
        assert!(joints[0].contains(&name), "{name}: {joints:?}");
        assert_eq!(out_of_range(&settings), [], "{name}");
    }
}

/// Within the ranges discharge can never be too narrow (0.0 + 5.0 + 5.0 ≤ 40.0 − 5.0 °C); out of them it is named.
#[test]
fn discharge_temperatures_must_leave_room() {
    let mut settings = Settings::new(parallel(1));
    settings.discharge_min_dc = 410;
    settings.discharge_max_dc = 500;
    assert_eq!(joints(&settings), Vec::<Vec<&str>>::new(), "410 + 20 + 50 = 500 − 20");
    settings.discharge_min_dc = 411;
    assert_eq!(joints(&settings).len(), 1);
    assert!(joints(&settings)[0].contains(&"discharge_max_dc"));
}

#[test]
fn everything_wrong_is_named_at_once() {
    let mut settings = Settings::new(BankLayout::NONE);
    for (_, set, _, _, max) in TABLE {
        set(&mut settings, max + 1);
    }
    settings.over_voltage_mv = 3599;
    settings.charge_max_dc = 299;
    settings.discharge_min_dc = 600;
    settings.silence_timeout_ms = 1499;
    let names: Vec<_> = out_of_range(&settings).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, TABLE.map(|(name, ..)| name));
    assert_eq!(joints(&settings).len(), 6, "{:?}", joints(&settings));
    assert!(violations(&settings).contains(&Violation::Bank));
}

#[test]
fn extreme_values_do_not_overflow() {
    for value in [i32::MIN, i32::MAX] {
        let mut settings = Settings::new(parallel(1));
        for (_, set, ..) in TABLE {
            set(&mut settings, value);
        }
        assert_eq!(out_of_range(&settings).len(), TABLE.len());
    }
}

#[test]
fn banks_that_can_be_built() {
    // Cells of a battery, series, parallel, system voltage, allowed (BANK-1, BANK-2, BANK-3).
    let table = [
        (4, 1, 1, 12, true),
        (4, 1, 50, 12, true),
        (4, 1, 51, 12, false),
        (4, 2, 25, 24, true),
        (4, 2, 26, 24, false),
        (4, 4, 12, 48, true),
        (4, 4, 13, 48, false),
        (4, 5, 1, 60, false),
        (8, 1, 50, 24, true),
        (8, 1, 51, 24, false),
        (8, 2, 25, 48, true),
        (8, 2, 26, 48, false),
        (8, 3, 1, 72, false),
        (8, 3, 1, 48, false),
        (16, 1, 25, 48, true),
        (16, 1, 26, 48, false),
        (16, 2, 1, 96, false),
        (4, 1, 1, 24, false),
        (8, 1, 1, 12, false),
        (12, 1, 1, 36, false),
        (8, 0, 1, 24, false),
        (8, 1, 0, 24, false),
        (16, 255, 255, 48, false),
    ];
    for (cells, series, parallel, volts, allowed) in table {
        let bank = BankLayout { cells, series, parallel, system_voltage_v: volts, ..layout(8, 1, 1) };
        assert_eq!(bank.is_valid(), allowed, "{bank:?}");
    }
}

/// OUT-14, ERR-1: a core that got a set that breaks a constraint lets nothing happen and says 119.
#[test]
fn the_core_refuses_an_invalid_set() {
    let breaks: [fn(&mut Settings); 3] =
        [|s| s.under_voltage_mv = 2801, |s| s.over_voltage_mv = 3600, |s| s.bank.parallel = 51];
    for break_it in breaks {
        let mut settings = Settings::new(parallel(2));
        break_it(&mut settings);
        let mut bank = Bank::new(Settings::new(parallel(2)));
        bank.settings = settings;
        bank.power_on();
        bank.stays(MINUTE, pins, (Drive::Floating, Drive::Floating, false));
        assert!(bank.shows(Cause::Settings), "{:?}", bank.outputs);
        assert_eq!((bank.outputs.error, bank.outputs.red), (Some(119), Led::On));
    }
}

/// PRE-6: never, or 10 to 86400 s.
#[test]
fn never_is_a_default_outside_the_range() {
    let mut settings = Settings::new(parallel(1));
    assert_eq!(settings.pre_alarm_after_cutoff_s, 0);
    for (seconds, allowed) in
        [(0, true), (-1, false), (1, false), (9, false), (10, true), (86_400, true), (86_401, false)]
    {
        settings.pre_alarm_after_cutoff_s = seconds;
        assert_eq!(settings.is_valid(), allowed, "{seconds}");
        assert_eq!(out_of_range(&settings).is_empty(), allowed, "{seconds}");
    }
}

/// PRE-4, PRE-5, UV-4, OC-4: the words, the default first.
#[test]
fn the_choices_are_those_of_the_rules() {
    let table = [
        ("countdown", "PRE-4", ["from-pre-alarm", "from-under-voltage"]),
        ("pre_alarm_pattern", "PRE-5", ["continuous", "intermittent"]),
        ("charger_in_low_cell_state", "UV-4", ["on", "off-after"]),
        ("over_current_action", "OC-4", ["disconnect", "warn"]),
    ];
    assert_eq!(CHOICES.map(|choice| (choice.field, choice.rule, choice.words)), table);
    let defaults = Settings::new(parallel(1));
    assert_eq!(defaults.countdown, Countdown::of("from-pre-alarm").unwrap());
    assert_eq!(defaults.pre_alarm_pattern, PreAlarmPattern::of("continuous").unwrap());
    assert_eq!(defaults.charger_in_low_cell_state, LowCellCharger::of("on").unwrap());
    assert_eq!(defaults.over_current_action, OverCurrentAction::of("disconnect").unwrap());
    assert_eq!(defaults.chosen(), [0; 4]);
    for word in table[0].2 {
        assert_eq!(Countdown::of(word).map(Countdown::word), Some(word));
    }
    for word in table[3].2 {
        assert_eq!(OverCurrentAction::of(word).map(OverCurrentAction::word), Some(word));
    }
    assert_eq!(Countdown::of("from-nowhere"), None);
}

/// Every rating is positive, and a pulse is not below what flows for ever.
#[test]
fn ratings_of_a_bank() {
    type Change = fn(&mut BankLayout);
    let table: [(&str, Change, bool); 9] = [
        ("1 mAh", |bank| bank.capacity_mah = 1, true),
        ("0 mAh", |bank| bank.capacity_mah = 0, false),
        ("charge 1 mA", |bank| bank.continuous_charge_ma = 1, true),
        ("charge 0 mA", |bank| bank.continuous_charge_ma = 0, false),
        ("discharge 1 mA", |bank| bank.continuous_discharge_ma = 1, true),
        ("discharge 0 mA", |bank| bank.continuous_discharge_ma = 0, false),
        (
            "pulses as the continuous currents",
            |bank| (bank.pulse_charge_ma, bank.pulse_discharge_ma) = (70_000, 150_000),
            true,
        ),
        ("charge pulse 1 mA less", |bank| bank.pulse_charge_ma = 69_999, false),
        ("discharge pulse 1 mA less", |bank| bank.pulse_discharge_ma = 149_999, false),
    ];
    for (name, change, valid) in table {
        let mut bank = parallel(1);
        change(&mut bank);
        assert_eq!(bank.is_valid(), valid, "{name}");
    }
}

/// TEMP-1: below 5.0 °C it loads with a warning.
#[test]
fn charging_in_the_cold_is_told() {
    for (dc, told) in [(49, true), (50, false), (51, false)] {
        let mut settings = Settings::new(parallel(1));
        settings.charge_min_dc = dc;
        assert_eq!(settings.charges_in_the_cold(), told, "{dc}");
    }
}

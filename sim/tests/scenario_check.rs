//! A wrong scenario is refused with file, line, field, value, what is allowed and the rule – all at once.

use ngbank_sim::scenario::{Diagnostic, FileSource, NoFiles, Resolved, Severity, load};

/// A correct scenario; the tests replace parts of it.
const GOOD: &str = r#"[scenario]
name = "test"
title = "Test"
lesson = "Nothing."
duration = "1 h"

[bank]
model = "ng-25.6v-200ah"
count = 50
system_voltage_v = 48
soc = 0.5

[settings]
discharge_floor_pm = 100

[[switch]]
kind = "contactor"
name = "main"
wired_to = "load"
control_current_ma = 400.0

[[device]]
kind = "power-load"
name = "house"
behind = "main"
power_w = 1000.0

[[device]]
kind = "mains-charger"
name = "mains"
wired_to = "charger"
control_current_ma = 5.0
current_limit_a = 100.0

[[fault]]
kind = "sensor-offset"
at = "10 min"
battery = 50
cell = 8
mv = -20.0
"#;

/// Files by name.
struct Files(&'static [(&'static str, &'static str)]);

impl FileSource for Files {
    fn read(&self, path: &str) -> Result<String, String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
    }
}

fn refused(text: &str) -> Vec<Diagnostic> {
    load(text, "test.toml", &NoFiles).err().unwrap_or_else(|| panic!("accepted:\n{text}"))
}

/// GOOD with a part replaced, which must be there.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "no {from:?}");
    GOOD.replacen(from, to, 1)
}

fn line_of(text: &str, part: &str) -> usize {
    let before = text.find(part).unwrap_or_else(|| panic!("no {part:?}"));
    text[..before].lines().count() + 1
}

/// Exactly one finding: at the line of `part`, about `field`, with this in the value, the allowed text and the rule.
fn assert_only(text: &str, part: &str, field: &str, value: &str, allowed: &str, rule: &str) {
    let found = refused(text);
    assert_eq!(found.len(), 1, "{found:#?}");
    let finding = &found[0];
    assert_eq!(finding.file, "test.toml");
    assert_eq!(finding.line, line_of(text, part), "{finding}");
    assert_eq!(finding.field, field, "{finding}");
    assert!(finding.value.contains(value), "{finding}");
    assert!(finding.allowed.contains(allowed), "{finding}");
    assert_eq!(finding.rule, rule, "{finding}");
}

fn warnings(text: &str) -> Vec<Diagnostic> {
    let scenario = load(text, "test.toml", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}"));
    scenario.warnings().to_vec()
}

#[test]
fn the_correct_one_is_accepted() {
    assert_eq!(warnings(GOOD), Vec::new());
}

#[test]
fn bank_2_at_most_50_batteries() {
    let text = with("count = 50", "count = 51");
    assert_only(&text, "count", "bank.count", "51", "1 to 50 batteries of 25.6 V", "BANK-2");
    let text = with("count = 50", "series = 2\nparallel = 26");
    assert_only(&text, "parallel", "bank.parallel", "52 batteries", "1 to 50", "BANK-2");
}

#[test]
fn bank_2_at_most_25_batteries_of_51_2_v() {
    let text = with("ng-25.6v-200ah", "ng-51.2v-100ah").replace("count = 50", "count = 26");
    assert_only(&text, "count", "bank.count", "26", "1 to 25 batteries of 51.2 V", "BANK-2");
}

#[test]
fn bank_3_at_most_four_in_series() {
    let text = with("ng-25.6v-200ah", "ng-12.8v-100ah").replace("count = 50", "series = 5\nparallel = 1");
    assert_only(&text, "series", "bank.series", "5", "1 to 4 batteries of 12.8 V", "BANK-3");
}

#[test]
fn bank_3_series_must_make_the_system_voltage() {
    let text = with("count = 50", "series = 1\nparallel = 10");
    assert_only(&text, "series", "bank.series", "1", "2 in series", "BANK-3");
    let text = with("system_voltage_v = 48", "system_voltage_v = 12").replace("count = 50", "count = 10");
    assert_only(&text, "system_voltage_v", "bank.system_voltage_v", "12", "a multiple of 24 V", "BANK-3");
    let text = with("system_voltage_v = 48", "system_voltage_v = 36");
    assert_only(&text, "system_voltage_v", "bank.system_voltage_v", "36", "12, 24 or 48", "BANK-3");
}

#[test]
fn bank_3_fifty_of_12_8_v_do_not_fit_at_48_v() {
    let text = with("ng-25.6v-200ah", "ng-12.8v-100ah");
    assert_only(&text, "count", "bank.count", "50", "a multiple of 4 at 48 V, at most 48 (BANK-4)", "BANK-3");
    let text = text.replace("count = 50", "count = 48");
    assert_eq!(warnings(&text.replace("cell = 8", "cell = 4").replace("battery = 50", "battery = 48")), Vec::new());
}

#[test]
fn bank_1_unknown_model() {
    let text = with("ng-25.6v-200ah", "ng-25.6v-250ah");
    assert_only(&text, "model", "bank.model", "ng-25.6v-250ah", "ng-25.6v-200ah, ng-25.6v-300ah", "BANK-1");
}

#[test]
fn bank_5_control_currents_on_load() {
    let text = with("control_current_ma = 400.0", "control_current_ma = 1000.0")
        .replace("behind = \"main\"", "wired_to = \"load\"\ncontrol_current_ma = 200.0");
    let field = "switch[0].control_current_ma";
    assert_only(&text, "control_current_ma", field, "1200 mA on LOAD together", "at most 1000 mA", "BANK-5");
}

#[test]
fn bank_5_control_currents_on_charger() {
    let text = with("control_current_ma = 5.0", "control_current_ma = 501.0");
    let field = "device[1].control_current_ma";
    assert_only(&text, "control_current_ma = 501", field, "501 mA", "at most 500 mA on CHARGER", "BANK-5");
}

#[test]
fn bank_5_control_currents_on_pre_alarm_warn_then_refuse() {
    let lamp =
        "\n[[device]]\nkind = \"indicator\"\nname = \"lamp\"\nwired_to = \"pre-alarm\"\ncontrol_current_ma = 700.0\n";
    let text = format!("{GOOD}{lamp}");
    let found = warnings(&text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].severity, found[0].rule.as_str()), (Severity::Warning, "BANK-5"));
    assert_eq!(found[0].line, line_of(&text, "control_current_ma = 700"));
    let text = text.replace("700.0", "1001.0");
    let field = "device[2].control_current_ma";
    assert_only(&text, "control_current_ma = 1001", field, "1001 mA", "at most 1000 mA on PRE-ALARM", "BANK-5");
}

#[test]
fn bank_5_nothing_inductive_on_charger() {
    let text = with("wired_to = \"charger\"", "wired_to = \"charger\"\ninductive = true");
    let field = "device[1].wired_to";
    assert_only(&text, "wired_to = \"charger\"", field, "\"mains\" is inductive", "nothing inductive", "BANK-5");
    let text = with("wired_to = \"load\"", "wired_to = \"charger\"");
    assert_only(&text, "wired_to = \"charger\"", "switch[0].wired_to", "main", "nothing inductive", "BANK-5");
}

#[test]
fn negative_resistance() {
    let text = with("soc = 0.5", "soc = 0.5\nwiring = { string_mohm = -1.0 }");
    assert_only(&text, "wiring", "bank.wiring.string_mohm", "-1.0", "0 to 1000", "");
    let text = with("current_limit_a", "cable_resistance_ohm = -0.1\ncurrent_limit_a");
    assert_only(&text, "cable_resistance_ohm", "device[1].cable_resistance_ohm", "-0.1", " to 1", "");
}

#[test]
fn numbers_that_are_none() {
    let text = with("soc = 0.5", "soc = nan");
    assert_only(&text, "soc", "bank.soc", "nan", "a finite number", "");
    let text = with("power_w = 1000.0", "power_w = inf");
    assert_only(&text, "power_w", "device[0].power_w", "inf", "a finite number", "");
    let text = with("mv = -20.0", "mv = -inf");
    assert_only(&text, "mv = -inf", "fault[0].mv", "-inf", "a finite number", "");
}

#[test]
fn a_missing_csv_column_names_the_csv_file() {
    let text = GOOD
        .replace("kind = \"power-load\"", "kind = \"profile-load\"")
        .replace("power_w = 1000.0", "load = { series = \"mine.csv\" }");
    let found = load(&text, "test.toml", &Files(&[("mine.csv", "time_s,power_kw\n0,1\n60,2\n")]));
    let found = found.expect_err("a wrong column");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].file.as_str(), found[0].line), ("mine.csv", 1));
    assert!(found[0].allowed.contains("power_w"), "{}", found[0]);
    let good = Files(&[("mine.csv", "time_s,power_w\n0,1\n60,2\n")]);
    assert!(load(&text, "test.toml", &good).is_ok());
    let other = text.replace("mine.csv", "mine.csv#kettle_power_w");
    let good = Files(&[("mine.csv", "time_s,kettle_power_w\n0,1\n60,2\n")]);
    assert!(load(&other, "test.toml", &good).is_ok());
}

#[test]
fn a_missing_csv_file_is_found_at_its_line() {
    let text = GOOD
        .replace("kind = \"power-load\"", "kind = \"profile-load\"")
        .replace("power_w = 1000.0", "load = { series = \"mine.csv\" }");
    assert_only(&text, "load = {", "device[0].load.series", "mine.csv", "a file that can be read", "");
    let text = text.replace("mine.csv", "household-sumer");
    assert_only(&text, "load = {", "device[0].load.series", "household-sumer", "household-summer", "");
}

#[test]
fn a_doubled_key_does_not_hide_other_violations() {
    let text = with("soc = 0.5", "soc = 0.5\nsoc = 0.6").replace("count = 50", "count = 51");
    let found = refused(&text);
    let seen: Vec<(usize, &str)> = found.iter().map(|f| (f.line, f.field.as_str())).collect();
    assert_eq!(seen, [(line_of(&text, "count"), "bank.count"), (line_of(&text, "soc = 0.6"), "bank.soc")]);
    assert!(found[1].allowed.contains("only once"), "{}", found[1]);
    assert_eq!(found[1].value, "0.6");
}

#[test]
fn unknown_keys_and_tables() {
    let text = with("count = 50", "count = 50\ncolour = \"blue\"");
    assert_only(&text, "colour", "bank.colour", "blue", "unknown key; expected one of `model`", "");
    let text = with("power_w = 1000.0", "power_w = 1000.0\npower_kw = 1.0");
    assert_only(&text, "power_kw", "device[0].power_kw", "1.0", "unknown key; expected one of `name`", "");
    let text = with("discharge_floor_pm", "discharge_flor_pm");
    assert_only(&text, "discharge_flor_pm", "settings.discharge_flor_pm", "100", "unknown key", "");
    let text = format!("{GOOD}\n[banks]\ncount = 1\n");
    assert_only(&text, "[banks]", "banks", "", "unknown table; expected scenario, catalogue, bank", "");
}

#[test]
fn settings_out_of_range() {
    for (setting, rule) in [
        ("pre_alarm_mv = 2849", "PRE-1"),
        ("under_voltage_mv = 2599", "UV-1"),
        ("under_voltage_hold_ms = 10001", "UV-1"),
        ("over_voltage_mv = 3801", "OV-1"),
        ("temperature_hysteresis_dc = 4", "TEMP-4"),
        ("silence_timeout_ms = 30001", "COM-2"),
        ("remote_debounce_ms = -1", "REM-3"),
        ("under_voltage_clear_hold_ms = 99999999999", "UV-2"),
    ] {
        let text = with("discharge_floor_pm = 100", setting);
        let (name, value) = setting.split_once(" = ").expect("name and value");
        assert_only(&text, setting, &format!("settings.{name}"), value, " to ", rule);
    }
}

#[test]
fn settings_that_do_not_go_together() {
    for (settings, field, allowed, rules) in [
        ("over_voltage_mv = 3640", "over_voltage_mv", "over_voltage_clear_mv ≤ over_voltage_mv", "OV-2, OV-1"),
        ("under_voltage_clear_mv = 3100", "under_voltage_clear_mv", "≤ under_voltage_clear_mv", "PRE-1, PRE-3, UV-2"),
        (
            "charge_min_dc = 200\ncharge_max_dc = 300\ntemperature_hysteresis_dc = 50",
            "charge_min_dc",
            "≤ charge_max_dc",
            "TEMP-1, TEMP-2, TEMP-4",
        ),
        (
            "discharge_floor_pm = 700\nfloor_warning_margin_pm = 200\nfloor_clear_pm = 100",
            "discharge_floor_pm",
            "≤ 950",
            "SOC-2, SOC-4",
        ),
        ("silence_timeout_ms = 1499", "silence_timeout_ms", "3 cycles", "COM-2"),
    ] {
        let text = with("discharge_floor_pm = 100", settings);
        let found = refused(&text);
        let hit = found.iter().find(|finding| finding.rule == rules && finding.allowed.contains(allowed));
        let hit = hit.unwrap_or_else(|| panic!("{settings}: {found:#?}"));
        assert_eq!(hit.field, format!("settings.{field}"));
        assert_eq!(hit.line, line_of(&text, field), "{hit}");
    }
}

/// GOOD with a `[[fault]]` at its end, which is fault 1.
fn with_fault(fault: &str) -> String {
    format!("{GOOD}\n[[fault]]\n{fault}\n")
}

#[test]
fn words_that_a_setting_does_not_have() {
    for (setting, words, rule) in [
        ("countdown", "\"from-pre-alarm\" or \"from-under-voltage\"", "PRE-4"),
        ("pre_alarm_pattern", "\"continuous\" or \"intermittent\"", "PRE-5"),
        ("charger_in_low_cell_state", "\"on\" or \"off-after\"", "UV-4"),
        ("over_current_action", "\"disconnect\" or \"warn\"", "OC-4"),
    ] {
        let text = with("discharge_floor_pm = 100", &format!("{setting} = \"never\""));
        assert_only(&text, setting, &format!("settings.{setting}"), "never", words, rule);
    }
    let text = with("discharge_floor_pm = 100", "countdown = 30");
    assert_only(&text, "countdown", "settings.countdown", "30", "expected a string", "");
}

#[test]
fn pre_6_zero_is_never_and_anything_below_10_s_is_refused() {
    assert_eq!(warnings(&with("discharge_floor_pm = 100", "pre_alarm_after_cutoff_s = 0")), Vec::new());
    let text = with("discharge_floor_pm = 100", "pre_alarm_after_cutoff_s = 9");
    assert_only(&text, "pre_alarm_after", "settings.pre_alarm_after_cutoff_s", "9", "0, or 10 to 86400", "PRE-6");
}

#[test]
fn upd_1_a_change_is_checked_as_a_whole() {
    let change =
        |settings: &str| with_fault(&format!("kind = \"settings-change\"\nat = \"5 min\"\nsettings = {settings}"));
    assert_eq!(warnings(&change("{ discharge_floor_pm = 300, countdown = \"from-under-voltage\" }")), Vec::new());
    let part = "settings = {";
    let text = change("{ remote_debounce_ms = 1001 }");
    assert_only(&text, part, "fault[1].settings.remote_debounce_ms", "1001", "0 to 1000", "REM-3");
    let text = change("{ countdown = \"none\" }");
    assert_only(&text, part, "fault[1].settings.countdown", "none", "from-under-voltage", "PRE-4");
    let text = change("{ floor_clear_pm = 200, discharge_floor_pm = 751 }");
    assert_only(&text, part, "fault[1].settings.discharge_floor_pm", "751", "≤ 950", "SOC-2, SOC-4");
    let text = change("{ colour = 1 }");
    assert_only(&text, part, "fault[1].settings", "", "unknown key", "");
    let text = change("{}").replace("at = \"5 min\"", "at = \"5 min\"\nuntil = \"6 min\"");
    assert_only(&text, "until", "fault[1].until", "6 min", "one instant", "");
}

#[test]
fn upd_1_a_change_comes_on_top_of_those_before_it() {
    let floor = "kind = \"settings-change\"\nat = \"5 min\"\nsettings = { discharge_floor_pm = 751 }";
    let clear = "[[fault]]\nkind = \"settings-change\"\nat = \"4 min\"\nsettings = { floor_clear_pm = 200 }";
    let text = with_fault(&format!("{floor}\n{clear}"));
    assert_only(&text, "settings = { d", "fault[1].settings.discharge_floor_pm", "751", "≤ 950", "SOC-2, SOC-4");
    // A refused one changes nothing for those after it.
    let text = text.replace("settings = { f", "refused = true\nsettings = { over_voltage_mv = 9999, f");
    assert_eq!(warnings(&text), Vec::new());
}

#[test]
fn upd_1_a_refusal_that_will_not_come_is_an_error() {
    let text = with_fault("kind = \"settings-change\"\nat = \"5 min\"\nrefused = true\nsettings = {}");
    assert_only(&text, "refused", "fault[1].refused", "true", "break no rule", "UPD-1");
}

#[test]
fn upd_2_an_update_ends() {
    let text = with_fault("kind = \"firmware-update\"\nat = \"5 min\"");
    assert_only(&text, "[[fault]]\nkind = \"firm", "fault[1].until", "", "required", "UPD-2");
    assert_eq!(warnings(&text.replace("5 min\"", "5 min\"\nuntil = \"6 min\"")), Vec::new());
}

#[test]
fn pre_5_a_device_that_obeys_an_intermittent_pre_alarm_is_a_warning() {
    let generator = "wired_to = \"pre-alarm\"";
    let text = with("wired_to = \"charger\"", generator);
    assert_eq!(warnings(&text), Vec::new());
    let text = text.replace("discharge_floor_pm = 100", "pre_alarm_pattern = \"intermittent\"");
    let found = warnings(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].rule.as_str(), found[0].field.as_str()), ("PRE-5", "settings.pre_alarm_pattern"));
    assert!(found[0].value.contains("mains"), "{}", found[0]);
}

#[test]
fn expected_causes_and_errors_exist() {
    let text = format!("{GOOD}\n[expect]\ncauses = [\"OUT-17\"]\n");
    assert_only(&text, "causes", "expect.causes[0]", "OUT-17", "OUT-1 to OUT-16", "");
    let text = format!("{GOOD}\n[expect]\nerrors = [36, 37]\n");
    assert_only(&text, "errors", "expect.errors[1]", "37", "36, 39", "ERR-1");
}

#[test]
fn temp_1_charging_in_the_cold_is_a_warning() {
    let found = warnings(&with("discharge_floor_pm = 100", "charge_min_dc = 0"));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.as_str(), found[0].field.as_str()), ("TEMP-1", "settings.charge_min_dc"));
}

#[test]
fn places_that_do_not_exist() {
    let text = with("battery = 50", "battery = 51");
    assert_only(&text, "battery = 51", "fault[0].battery", "51", "battery 1 to 50", "");
    let text = with("cell = 8", "cell = 0");
    assert_only(&text, "cell = 0", "fault[0].cell", "0", "cell 1 to 8", "");
    let text = with("behind = \"main\"", "behind = \"mian\"");
    assert_only(&text, "behind", "device[0].behind", "mian", "main", "");
    let text = with("at = \"10 min\"", "at = \"60 min\"");
    assert_only(&text, "at = \"60 min\"", "fault[0].at", "60 min", "before the end of the run", "");
}

#[test]
fn cells_and_batteries_that_differ() {
    let bank = |line: &str| GOOD.replacen("[bank]", &format!("[bank]\n{line}"), 1);
    let text = bank("battery = [{ battery = 51 }]");
    assert_only(&text, "battery = [", "bank.battery[0].battery", "51", "battery 1 to 50", "");
    let text = bank("battery = [{ battery = 2, capacity_factor = 0.0 }]");
    assert_only(&text, "battery = [", "bank.battery[0].capacity_factor", "0.0", "0.05 to 2", "");
    let text = bank("battery = [{ battery = 2 }, { battery = 2 }]");
    assert_only(&text, "battery = [", "bank.battery[1].battery", "2", "not named before", "");
    let text = bank("weak_cell = [{ battery = 2, cell = 1, self_discharge_factor = -1.0 }]");
    assert_only(&text, "weak_cell = [", "bank.weak_cell[0].self_discharge_factor", "-1.0", "0 to 1000", "");
    let text = bank("thermal = { per_row = 0 }");
    assert_only(&text, "thermal = ", "bank.thermal.per_row", "0", "1 to 50", "");
    let text = with_fault("kind = \"internal-short\"\nat = \"5 min\"\nbattery = 1\ncell = 1\nohm = 0.01");
    assert_only(&text, "ohm", "fault[1].ohm", "0.01", "0.1 to", "");
}

#[test]
fn cell_sets_that_do_not_exist_or_are_wrong() {
    struct Cells(&'static str);
    impl FileSource for Cells {
        fn read(&self, path: &str) -> Result<String, String> {
            if path == "mine.toml" { Ok(self.0.to_owned()) } else { Err("no such file".to_owned()) }
        }
    }
    let good = include_str!("../../models/data/cells/lfp_sony_26650.toml");
    let bank = |line: &str| GOOD.replacen("[bank]", &format!("[bank]\n{line}"), 1);
    assert_only(&bank("cells = \"nmc\""), "cells = ", "bank.cells", "\"nmc\"", "lfp-ng", "");
    assert_only(&bank("cells = \"other.toml\""), "cells = ", "bank.cells", "other.toml", "can be read", "");
    assert_only(&bank("ageing = \"fast\""), "ageing = ", "bank.ageing", "fast", "naumann", "");

    let text = bank("cells = \"mine.toml\"");
    let scenario = load(&text, "test.toml", &Cells(good)).unwrap_or_else(|found| panic!("{found:#?}")).resolve(1);
    assert_eq!(scenario.bank.cells.set().expect("a set").name(), "lfp-sony-26650");
    let again = Resolved::from_toml(&scenario.to_toml().expect("TOML")).expect("the same");
    assert_eq!(again, scenario);

    let found =
        load(&text, "test.toml", &Cells("name = \"x\"\nform = \"tau\"\nbeyond = 3\n")).expect_err("not a cell file");
    assert_eq!((found[0].file.as_str(), found[0].line), ("mine.toml", 3), "{found:#?}");
}

#[test]
fn values_of_the_wrong_kind() {
    let text = with("duration = \"1 h\"", "duration = 3600");
    assert_only(&text, "duration", "scenario.duration", "3600", "expected a string", "");
    let text = with("duration = \"1 h\"", "duration = \"1 hour\"");
    assert_only(&text, "duration", "scenario.duration", "1 hour", "a length of time with its unit", "");
    let text = with("kind = \"mains-charger\"", "kind = \"mains-chrger\"");
    assert_only(&text, "kind = \"mains-ch", "device[1].kind", "mains-chrger", "expected one of", "");
    let text = with("current_limit_a = 100.0", "current_limit_a = \"100 A\"");
    assert_only(&text, "current_limit_a", "device[1].current_limit_a", "100 A", "expected f64", "");
}

#[test]
fn what_is_required() {
    let text = with("soc = 0.5\n", "");
    assert_only(&text, "[bank]", "bank.soc", "", "required", "");
    let text = with("power_w = 1000.0\n", "");
    assert_only(&text, "[[device]]", "device[0].power_w", "", "required", "");
    let text = with("count = 50\n", "");
    assert_only(&text, "[bank]", "bank.count", "", "count, or series and parallel", "BANK-3");
}

#[test]
fn all_of_them_at_once_in_the_order_of_their_lines() {
    let text = GOOD
        .replace("count = 50", "count = 51")
        .replace("soc = 0.5", "soc = nan\nwiring = { string_mohm = -1.0 }\nshape = 3")
        .replace("discharge_floor_pm = 100", "discharge_floor_pm = 900\nover_voltage_mv = 3600\nover_voltage_mv = 3600")
        .replace("control_current_ma = 400.0", "control_current_ma = 1200.0")
        .replace("wired_to = \"charger\"", "wired_to = \"charger\"\ninductive = true")
        .replace("kind = \"sensor-offset\"", "kind = \"sensor-ofset\"");
    let found = refused(&text);
    let seen: Vec<(usize, &str)> = found.iter().map(|f| (f.line, f.field.as_str())).collect();
    let expected = [
        ("count", "bank.count"),
        ("soc", "bank.soc"),
        ("wiring", "bank.wiring.string_mohm"),
        ("shape", "bank.shape"),
        ("discharge_floor_pm", "settings.discharge_floor_pm"),
        ("discharge_floor_pm", "settings.discharge_floor_pm"),
        ("over_voltage_mv", "settings.over_voltage_mv"),
        ("over_voltage_mv = 3600\n\n", "settings.over_voltage_mv"),
        ("control_current_ma = 1200", "switch[0].control_current_ma"),
        ("wired_to = \"charger\"", "device[1].wired_to"),
        ("kind = \"sensor", "fault[0].kind"),
    ];
    let expected: Vec<(usize, &str)> = expected.iter().map(|(part, field)| (line_of(&text, part), *field)).collect();
    assert_eq!(seen, expected, "{found:#?}");
    assert!(found.iter().all(|finding| finding.file == "test.toml" && !finding.allowed.is_empty()));
}

#[test]
fn broken_syntax_keeps_the_rest() {
    let text = with("soc = 0.5", "soc = = 0.5").replace("count = 50", "count = 51");
    let found = refused(&text);
    assert!(found.iter().any(|f| f.line == line_of(&text, "soc") && f.allowed.contains("not TOML")), "{found:#?}");
    assert!(found.iter().any(|f| f.line == line_of(&text, "count = 51")), "{found:#?}");
}

#[test]
fn a_finding_reads_as_one_line() {
    let found = refused(&with("count = 50", "count = 51"));
    insta::assert_snapshot!(
        found[0].to_string(),
        @"test.toml:9: error: bank.count = 51 – 1 to 50 batteries of 25.6 V [BANK-2]"
    );
}

#[test]
fn energy_per_day_decides_alone() {
    let solar = "[[device]]\nkind = \"solar-charger\"\nname = \"roof\"\nwired_to = \"charger\"\nirradiance = { series = \"pv-tmy\" }\nenergy_kwh_per_day = 20.0\n";
    let text = format!("{GOOD}\n{solar}");
    assert_eq!(warnings(&text), Vec::new());
    let both = format!("{text}fraction_of_bank_per_day = 0.5\n");
    assert_only(&both, "fraction_of", "device[2].fraction_of_bank_per_day", "0.5", "either this or", "");
    let fixed = format!("{text}peak_power_w = 5000.0\n");
    assert_only(&fixed, "peak_power_w", "device[2].peak_power_w", "5000.0", "absent", "");
    let negative = text.replace("per_day = 20.0", "per_day = -20.0");
    assert_only(&negative, "energy_kwh", "device[2].energy_kwh_per_day", "-20.0", "0 to", "");
    let nothing = with("power_w = 1000.0", "power_w = 1000.0\nenergy_kwh_per_day = 1.0");
    assert_only(&nothing, "energy_kwh", "device[0].energy_kwh_per_day", "1.0", "only for a device with a load", "");
}

#[test]
fn the_air_is_a_temperature() {
    let text = with("soc = 0.5", "soc = 0.5\nambient = \"pv-tmy\"");
    assert_only(&text, "ambient", "bank.ambient", "pv-tmy", "a temperature series", "");
    let text = with("soc = 0.5", "soc = 0.5\nambient = \"ambient-tmy\"\nambient_c = 20.0");
    assert_only(&text, "ambient_c", "bank.ambient_c", "20.0", "not both", "");
    let found = warnings(&with("soc = 0.5", "soc = 0.5\nambient_c = 52.0"));
    assert_eq!((found[0].rule.as_str(), found[0].field.as_str()), ("BANK-6", "bank.ambient_c"));
}

#[test]
fn faults_of_temperature_sensors_and_decisions() {
    for (sensor, celsius, part, value, allowed) in
        [(3, "0.0", "sensor = 3", "3", "temperature sensor 1 to 2"), (1, "301.0", "celsius", "301.0", "-300 to 300")]
    {
        let fault = format!(
            "kind = \"temperature-stuck\"\nat = \"5 min\"\nbattery = 1\nsensor = {sensor}\ncelsius = {celsius}"
        );
        let field = format!("fault[1].{}", part.split(' ').next().unwrap_or(part));
        assert_only(&with_fault(&fault), part, &field, value, allowed, "");
    }
    for every_ms in ["100", "250", "1100"] {
        let fault = format!("kind = \"slow-decisions\"\nat = \"5 min\"\nevery_ms = {every_ms}");
        let allowed = "200 to 1000, in steps of 100";
        assert_only(&with_fault(&fault), "every_ms", "fault[1].every_ms", every_ms, allowed, "PRE-2");
    }
}

#[test]
fn wiring_of_the_bank() {
    for (wiring, part, value, allowed) in [
        ("layout = \"star\"", "layout", "star", "expected one of"),
        ("layout = \"equal-paths\"\nbus_segment_mohm = 0.1", "bus_segment_mohm", "0.1", "equal paths have no segments"),
        ("negative_bar_part = 1.1", "negative_bar_part", "1.1", "0 to 1"),
        ("link_mohm = -0.1", "link_mohm", "-0.1", "0 to 1000"),
        ("fuse = { rated_a = 0.0 }", "fuse", "0.0", "1 to 2000"),
    ] {
        let text = with("[settings]", &format!("[bank.wiring]\n{wiring}\n[settings]"));
        let field = if part == "fuse" { "bank.wiring.fuse.rated_a".to_owned() } else { format!("bank.wiring.{part}") };
        assert_only(&text, &format!("{part} ="), &field, value, allowed, "");
    }
    let string = with("[settings]", "[[bank.string]]\nstring = 1\nextra_mohm = -1.0\n[settings]");
    assert_only(&string, "extra_mohm", "bank.string[0].extra_mohm", "-1.0", "0 to 1000", "");
}

#[test]
fn a_melting_curve_falls() {
    for (melting, field, value, allowed) in [
        ("[[2.0, 10.0]]", "melting", "", "two points or more"),
        ("[[2.0, 10.0], [1.5, 1.0]]", "melting[1][0]", "1.5", "above the multiple"),
        ("[[2.0, 10.0], [3.0, 20.0]]", "melting[1][1]", "20.0", "below the seconds"),
        ("[[0.5, 10.0], [3.0, 1.0]]", "melting[0][0]", "0.5", "1 to 100"),
        ("[[2.0, 10.0], [3.0, 0.0]]", "melting[1][1]", "0.0", "0.001 to"),
    ] {
        let fuse = format!("[bank.wiring.fuse]\nrated_a = 100.0\nmelting = {melting}\n[settings]");
        let field = format!("bank.wiring.fuse.{field}");
        assert_only(&with("[settings]", &fuse), "melting", &field, value, allowed, "");
    }
}

#[test]
fn a_battery_that_is_taken_out_exists() {
    let fault = "kind = \"battery-removed\"\nat = \"5 min\"\nbattery = 51";
    assert_only(&with_fault(fault), "battery = 51", "fault[1].battery", "51", "battery 1 to 50", "");
}

#[test]
fn promises_name_what_exists_and_limits_that_can_be_kept() {
    let with_promise = |promise: &str| format!("{GOOD}\n{promise}");
    let event = |rest: &str| with_promise(&format!("[[expect.event]]\n{rest}\n"));
    let text = event("device = \"mian\"\naction = \"closed\"");
    assert_only(&text, "device = \"mian\"", "expect.event[0].device", "mian", "house, mains, main", "");
    let text = event("device = \"main\"\naction = \"closes\"");
    assert_only(&text, "action", "expect.event[0].action", "closes", "`closed`", "");
    let text = event("device = \"main\"");
    assert_only(&text, "[[expect.event]]", "expect.event[0].action", "", "required with device", "");
    let text = event("pin = \"load\"\nbecomes = \"high\"\ncause = \"OUT-2\"");
    assert_only(&text, "[[expect.event]]", "expect.event[0]", "", "exactly one of device, pin and cause", "");
    let text = event("cause = \"OUT-17\"");
    assert_only(&text, "cause", "expect.event[0].cause", "OUT-17", "OUT-1 to OUT-16", "");
    let text = event("cause = \"OUT-2\"\nbattery = 51");
    assert_only(&text, "battery = 51", "expect.event[0].battery", "51", "battery 1 to 50", "");
    let text = event("cause = \"OUT-2\"\nat_least = 3\nat_most = 2");
    assert_only(&text, "at_most", "expect.event[0].at_most", "2", "not below at_least", "");
    let text = event("cause = \"OUT-2\"\nfrom = \"2 h\"");
    assert_only(&text, "from", "expect.event[0].from", "2 h", "before the end", "");
    let text = with_promise("[[expect.state]]\nopen = \"house\"\nat_least = \"1 s\"");
    assert_only(&text, "open", "expect.state[0].open", "house", "main", "");
    let text = with_promise("[[expect.state]]\nload = \"high\"");
    assert_only(&text, "[[expect.state]]", "expect.state[0]", "", "at_least, at_most, or both", "");
    let text = with_promise("[[expect.figure]]\nof = \"charge-ah\"\nat_most = 0.0");
    assert_only(&text, "[[expect.figure]]", "expect.figure[0].device", "", "required with charge-ah", "");
}

/// A product of the user's own file.
const OWN: &str = "[[product]]\nname = \"big-charger\"\nkind = \"mains-charger\"\nsure = \"A\"\nsystem_voltage_v = 48\n\
                   current_limit_a = 250.0\n";

#[test]
fn a_product_gives_the_figures_that_a_device_leaves_out() {
    let of = |device: &str| {
        let text = with("kind = \"mains-charger\"", device).replace("current_limit_a = 100.0\n", "");
        let text = text.replace("[bank]", "[catalogue]\nproducts = \"own.toml\"\n\n[bank]");
        load(&text, "test.toml", &Files(&[("own.toml", OWN)])).map(|scenario| scenario.resolve(1))
    };
    let given = of("kind = \"mains-charger\"\ncurrent_limit_a = 250.0").expect("accepted");
    assert_eq!(of("product = \"big-charger\"").expect("accepted"), given);
    assert_eq!(of("product = \"big-charger\"\nkind = \"mains-charger\"").expect("accepted"), given);
    let own = of("product = \"big-charger\"\ncurrent_limit_a = 60.0").expect("accepted");
    assert_eq!(own, of("kind = \"mains-charger\"\ncurrent_limit_a = 60.0").expect("accepted"));
}

#[test]
fn a_product_must_exist_for_this_voltage_and_kind() {
    let with_product = |product: &str| with("kind = \"mains-charger\"", product);
    let text = with_product("product = \"charger-12v-30a\"\nkind = \"mains-charger\"");
    assert_only(&text, "product", "device[1].product", "charger-12v-30a", "a product for 48 V: inverter-48v", "");
    let text = with("kind = \"power-load\"", "product = \"inverter-48v-5000va\"\nkind = \"power-load\"");
    assert_only(&text, "kind = \"power-load", "device[0].kind", "power-load", "inverter, as the product", "");
}

#[test]
fn a_wrong_file_of_products_is_reported_with_its_own_line() {
    let text = with("[bank]", "[catalogue]\nproducts = \"own.toml\"\n\n[bank]");
    assert_only(&text, "products", "catalogue.products", "own.toml", "can be read", "");
    let files =
        Files(&[("own.toml", "[[product]]\nname = \"x\"\nkind = \"kettle\"\nsure = \"A\"\nsystem_voltage_v = 48\n")]);
    let found = load(&text, "test.toml", &files).expect_err("refused");
    assert_eq!((found.len(), found[0].file.as_str(), found[0].line), (1, "own.toml", 3), "{found:#?}");
    assert!(found[0].allowed.contains("mains-charger"), "{found:#?}");
}

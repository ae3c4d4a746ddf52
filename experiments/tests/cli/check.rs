//! `ngbank check` refuses what cannot be built, and says all of it at once: file, line, field, value, what is allowed.

use super::{Bench, LAMP};

/// Checks a file and returns what was printed.
fn refused(text: &str) -> String {
    let bench = Bench::new();
    bench.write("bank.toml", text);
    let output = bench.ngbank(&["check", "bank.toml"]).assert().code(2).get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

/// The printed findings: each begins with the file.
fn findings(printed: &str) -> Vec<&str> {
    printed.lines().filter(|line| line.starts_with("bank.toml:")).collect()
}

fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).expect("the part is in the text")
}

/// Asserts that one finding names the line of `part`, the field, the value and what is allowed.
fn assert_names(text: &str, part: &str, [field, value, allowed]: [&str; 3]) {
    let printed = refused(text);
    let place = format!("bank.toml:{}:", line_of(text, part));
    let named = findings(&printed).into_iter().any(|finding| {
        finding.starts_with(&place) && [field, value, allowed].iter().all(|word| finding.contains(word))
    });
    assert!(named, "expected {place} {field} = {value}, allowed {allowed}, in:\n{printed}");
}

/// The lamp's bank with another `[bank]`.
fn bank(model: &str, layout: &str, system_voltage_v: u8) -> String {
    LAMP.replace("ng-12.8v-100ah", model)
        .replace("series = 1\nparallel = 1", layout)
        .replace("system_voltage_v = 12", &format!("system_voltage_v = {system_voltage_v}"))
}

#[test]
fn fifty_one_batteries_are_too_many() {
    let text = bank("ng-25.6v-200ah", "count = 51", 24);
    assert_names(&text, "count", ["bank.count", "51", "BANK-2"]);
}

#[test]
fn twenty_six_batteries_of_51_2_v_are_too_many() {
    let text = bank("ng-51.2v-100ah", "count = 26", 48);
    assert_names(&text, "count", ["bank.count", "26", "25"]);
}

#[test]
fn five_in_series_are_too_many() {
    let text = bank("ng-12.8v-100ah", "series = 5\nparallel = 1", 48);
    assert_names(&text, "series", ["bank.series", "5", "BANK-3"]);
}

#[test]
fn fifty_batteries_of_12_8_v_make_no_48_v_bank() {
    let text = bank("ng-12.8v-100ah", "count = 50", 48);
    assert_names(&text, "count", ["bank.count", "50", "BANK-3"]);
}

#[test]
fn an_unknown_model_is_refused_with_the_known_ones() {
    let text = bank("ng-13v", "count = 1", 12);
    assert_names(&text, "model", ["bank.model", "ng-13v", "ng-12.8v-100ah"]);
}

#[test]
fn control_currents_of_more_than_1_a_on_load_are_refused() {
    let text = format!("{LAMP}control_current_ma = 1200.0\n");
    let printed = refused(&text);
    let named = findings(&printed)
        .into_iter()
        .any(|finding| finding.contains("1200") && finding.contains("1000") && finding.contains("BANK-5"));
    assert!(named, "{printed}");
}

#[test]
fn an_inductive_device_on_charger_is_refused() {
    let text = LAMP.replace("wired_to = \"load\"", "wired_to = \"charger\"\ninductive = true");
    let printed = refused(&text);
    let named = findings(&printed).into_iter().any(|f| f.contains("inductive") && f.contains("BANK-5"));
    assert!(named, "{printed}");
}

#[test]
fn a_negative_resistance_is_refused() {
    let text = LAMP.replace("resistance_ohm = 1.0", "resistance_ohm = -1.0");
    assert_names(&text, "resistance_ohm", ["resistance_ohm", "-1", "0.0001"]);
}

#[test]
fn not_a_number_is_refused() {
    let text = LAMP.replace("soc = 0.6", "soc = nan");
    assert_names(&text, "soc", ["bank.soc", "nan", "finite"]);
}

#[test]
fn a_doubled_key_is_refused() {
    let text = LAMP.replace("soc = 0.6", "soc = 0.6\nsoc = 0.7");
    assert_names(&text, "soc = 0.7", ["bank.soc", "0.7", "once"]);
}

#[test]
fn settings_that_break_a_joint_constraint_are_refused() {
    let text = format!("{LAMP}\n[settings]\nover_voltage_mv = 3620\nover_voltage_clear_mv = 3600\n");
    let printed = refused(&text);
    let named = findings(&printed)
        .into_iter()
        .any(|finding| finding.contains("over_voltage_clear") && finding.contains("3600"));
    assert!(named, "{printed}");
}

#[test]
fn a_word_that_a_setting_does_not_have_is_refused_with_its_words() {
    let text = format!("{LAMP}\n[settings]\ncharger_in_low_cell_state = \"off\"\n");
    assert_names(
        &text,
        "charger_in_low",
        ["settings.charger_in_low_cell_state", "\"off\"", "\"on\" or \"off-after\" [UV-4]"],
    );
}

#[test]
fn settings_that_the_bms_would_refuse_later_are_refused_unless_that_is_wanted() {
    let change = "[[fault]]\nkind = \"settings-change\"\nat = \"5 min\"\nsettings = { pre_alarm_mv = 2800 }\n";
    let text = format!("{LAMP}\n{change}");
    assert_names(&text, "settings = {", ["fault[0].settings.pre_alarm_mv", "2800", "2850 to 3150 [PRE-1]"]);
    let bench = Bench::new();
    bench.write("bank.toml", &format!("{text}refused = true\n"));
    bench.ngbank(&["check", "bank.toml"]).assert().code(0);
}

#[test]
fn a_missing_column_of_a_table_is_refused_with_the_columns_that_are_there() {
    let bench = Bench::new();
    let load = "kind = \"profile-load\"\nload = { series = \"load.csv\" }";
    let text = LAMP.replace("kind = \"resistive-load\"", load).replace("resistance_ohm = 1.0\n", "");
    bench.write("bank.toml", &text);
    bench.write("load.csv", "time_s,current_a\n0,1\n60,2\n");
    let output = bench.ngbank(&["check", "bank.toml"]).assert().code(2).get_output().stdout.clone();
    let printed = String::from_utf8(output).unwrap();
    assert!(printed.contains("load.csv:1:") && printed.contains("power_w"), "{printed}");
}

#[test]
fn all_violations_are_named_at_once() {
    let text = bank("ng-25.6v-200ah", "count = 51", 24)
        .replace("soc = 0.6", "soc = nan")
        .replace("resistance_ohm = 1.0", "resistance_ohm = -1.0")
        + "control_current_ma = 1200.0\n\n[settings]\nover_voltage_mv = 3620\nover_voltage_clear_mv = 3600\n";
    let printed = refused(&text);
    for field in ["bank.count", "bank.soc", "resistance_ohm", "control_current_ma", "over_voltage_clear"] {
        assert!(findings(&printed).iter().any(|f| f.contains(field)), "{field} is missing in:\n{printed}");
    }
    assert!(printed.contains("1 file(s) checked: "), "{printed}");
}

#[test]
fn a_warning_alone_is_no_refusal() {
    let bench = Bench::new();
    bench.write("bank.toml", &format!("{LAMP}\n[settings]\ncharge_min_dc = 0\n")); // TEMP-1: below 5.0 °C
    let output = bench.ngbank(&["check", "bank.toml"]).assert().code(0).get_output().stdout.clone();
    let printed = String::from_utf8(output).unwrap();
    assert!(printed.contains("warning") && printed.contains("TEMP-1"), "{printed}");
}

#[test]
fn a_good_file_is_told_its_supply_fuse() {
    let bench = Bench::new();
    bench.write("bank.toml", LAMP);
    let output = bench.ngbank(&["check", "bank.toml"]).assert().code(0).get_output().stdout.clone();
    let printed = String::from_utf8(output).unwrap();
    assert!(printed.contains("supply fuse of the BMS 0.3 A"), "{printed}");
    assert!(printed.contains("[BANK-5"), "{printed}");
}

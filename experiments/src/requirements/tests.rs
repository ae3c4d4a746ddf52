//! The table finds what is there, and names what is missing.

use std::collections::BTreeMap;

use super::{Row, SourceFile, Test, citations::Ids, rules, table};

/// A rule with code, a test and a scenario.
fn whole() -> (Vec<SourceFile>, BTreeMap<String, Vec<&'static str>>) {
    let file = |path: &str, code: &str, tests: Vec<(Test, String)>| SourceFile {
        path: path.to_owned(),
        code: code.to_owned(),
        tests,
    };
    let test =
        |file: &str, text: &str| vec![(Test { file: file.to_owned(), name: "holds".to_owned() }, text.to_owned())];
    let sources = vec![
        file("firmware-core/src/table.rs", "// UV-2", vec![]),
        file("firmware-core/tests/rules/uv.rs", "", test("firmware-core/tests/rules/uv.rs", "/// UV-2.")),
        file("sim/src/scenario/check/bank.rs", "BANK-2", vec![]),
        file("sim/tests/scenario_check.rs", "", test("sim/tests/scenario_check.rs", "\"BANK-2\"")),
        file("models/src/devices/cyrix_ct.rs", "//! For DEV-16.", vec![]),
        file("models/tests/devices/cyrix_ct.rs", "", test("models/tests/devices/cyrix_ct.rs", "/// (DEV-16)")),
    ];
    (sources, BTreeMap::from([("night".to_owned(), vec!["UV-2", "DEV-16"])]))
}

fn gaps(id: &str, sources: &[SourceFile], reached: &BTreeMap<String, Vec<&'static str>>) -> Vec<String> {
    let rows = table(&rules().unwrap(), sources, reached);
    rows.iter().filter(|row| row.rule.id == id).flat_map(Row::gaps).collect()
}

#[test]
fn nothing_is_missing_where_all_is_there() {
    let (sources, reached) = whole();
    assert_eq!(gaps("UV-2", &sources, &reached), [""; 0]);
    assert_eq!(gaps("BANK-2", &sources, &reached), [""; 0]);
    assert_eq!(gaps("DEV-16", &sources, &reached), [""; 0]);
}

#[test]
fn each_kind_of_gap_is_named() {
    let (sources, reached) = whole();
    let without =
        |path: &str| -> Vec<SourceFile> { sources.iter().filter(|source| source.path != path).cloned().collect() };
    let only = |gaps: Vec<String>, begins: &str| assert!(gaps.len() == 1 && gaps[0].starts_with(begins), "{gaps:?}");
    only(gaps("UV-2", &without("firmware-core/src/table.rs"), &reached), "UV-2 has no code");
    only(gaps("UV-2", &without("firmware-core/tests/rules/uv.rs"), &reached), "UV-2 has no test");
    only(gaps("UV-2", &sources, &BTreeMap::new()), "UV-2 has no scenario");
    only(gaps("BANK-2", &without("sim/src/scenario/check/bank.rs"), &reached), "BANK-2 has no code");
    only(gaps("BANK-2", &without("sim/tests/scenario_check.rs"), &reached), "BANK-2 has no `check` test");
    only(gaps("DEV-16", &without("models/src/devices/cyrix_ct.rs"), &reached), "DEV-16 has no code");
    only(gaps("DEV-16", &without("models/tests/devices/cyrix_ct.rs"), &reached), "DEV-16 has no timing test");
    only(gaps("DEV-16", &sources, &BTreeMap::new()), "DEV-16 has no scenario");
}

/// A test elsewhere may speak of a device; it does not time it.
#[test]
fn a_test_elsewhere_times_no_device() {
    let (mut sources, reached) = whole();
    for test in sources.iter_mut().flat_map(|source| &mut source.tests) {
        test.0.file = test.0.file.replace("models/tests/devices/", "models/tests/plant/");
    }
    assert_eq!(gaps("DEV-16", &sources, &reached).len(), 1);
}

/// The oracle and the marks speak of rules, too; they implement none.
#[test]
fn who_judges_does_not_implement() {
    let (mut sources, reached) = whole();
    sources[0].path = "sim/src/oracle/level.rs".to_owned();
    assert_eq!(gaps("UV-2", &sources, &reached).len(), 1);
}

#[test]
fn ids_are_whole_words_and_ranges_are_filled() {
    let ids = Ids::new(["UV-1", "UV-2", "UV-3", "OUT-1", "OUT-10"].into_iter());
    let cited = |text: &str| ids.cited(text).into_iter().collect::<Vec<_>>();
    assert_eq!(cited("(UV-1 … UV-3)"), ["UV-1", "UV-2", "UV-3"]);
    assert_eq!(cited("UV-1, UV-3"), ["UV-1", "UV-3"]);
    assert_eq!(cited("OUT-10"), ["OUT-10"]);
    assert_eq!(cited("MUV-1 UV-12 UTF-8 uv-1"), [""; 0]);
}

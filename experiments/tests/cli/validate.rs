//! `ngbank validate` and `ngbank random` as a person calls them.

use super::{Bench, text};

#[test]
fn every_case_is_in_table_and_page_and_the_exit_code_follows() {
    let bench = Bench::new();
    let output = bench.ngbank(&["validate", "--out", "v"]).env_remove("NGBANK_MEASURED").output().unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    let page = text(&bench.path("v/validation.html"));
    for case in [
        "cell A, 1C discharge, default",
        "cell A, day, tight",
        "cell B, 1C discharge, tight",
        "cell B, day, default",
        "bank, 1250 A, tight",
        "bank, day, default",
        "RC pairs",
        "two unequal cells are joined",
        "ladder",
        "cools",
    ] {
        assert!(table.contains(case), "{case} in\n{table}");
        assert!(page.contains(case), "{case} in the page");
    }
    let skipped = table.lines().filter(|line| line.contains("A123") && line.contains("skipped, data not present"));
    assert_eq!(skipped.count(), 2, "{table}");
    let failed = table.lines().any(|line| line.contains("FAILED"));
    assert_eq!(output.status.code(), Some(i32::from(failed)), "{table}");
    let rows = text(&bench.path("v/validation.csv"));
    assert_eq!(rows.lines().any(|line| line.ends_with("FAILED")), failed);
    assert!(page.matches("<svg").count() >= 16 && bench.path("v/plot-16.png").is_file());
}

#[test]
fn a_measurement_that_cannot_be_read_is_named_with_its_row() {
    let bench = Bench::new();
    bench.write("lfp_a123_26650_dynamic_p25c.csv", "time_s,current_a,voltage_v\n0,0.0,3.5\n1,zero,3.5\n");
    let output = bench.ngbank(&["validate", "--measured", "."]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("p25c.csv:3: current_a = \"zero\" – allowed: a number"), "{message}");
}

#[test]
fn a_random_scenario_can_be_shown_and_replayed() {
    let bench = Bench::new();
    let shown = bench.ngbank(&["random", "--show", "3"]).output().unwrap();
    assert_eq!(shown.status.code(), Some(0));
    bench.write("r.toml", &String::from_utf8(shown.stdout).unwrap());
    let played = bench.ngbank(&["run", "r.toml", "--out", "r"]).output().unwrap();
    assert!(text(&bench.path("r/result.json")).contains("random-3"), "{played:?}");
    let many = bench.ngbank(&["random", "--count", "20"]).output().unwrap();
    let said = String::from_utf8(many.stdout).unwrap();
    assert!(said.starts_with("20 random scenarios: ") && many.status.code() == Some(0), "{said}");
}

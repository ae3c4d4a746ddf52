//! The columns of the result tables are a contract with scripts: a change must be seen.

use super::{Bench, LAMP, text};

fn header(bench: &Bench, file: &str) -> String {
    text(&bench.path(file)).lines().next().unwrap_or_default().replace(',', "\n")
}

#[test]
fn scenarios_csv_has_one_row_per_run_and_units_in_its_column_names() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["campaign", "--scenario", "lamp.toml", "--seeds", "3", "--out", "."]).assert().code(0);
    assert_eq!(text(&bench.path("scenarios.csv")).lines().count(), 1 + 3);
    insta::assert_snapshot!(header(&bench, "scenarios.csv"));
}

#[test]
fn trace_csv_has_one_row_per_minute() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["run", "lamp.toml", "--trace-every", "60", "--out", "."]).assert().code(0);
    assert_eq!(text(&bench.path("trace.csv")).lines().count(), 1 + 20);
    insta::assert_snapshot!(header(&bench, "trace.csv"));
    assert_eq!(text(&bench.path("events.csv")).lines().next(), Some("time_s,clock,kind,text"));
}

#[test]
fn a_short_run_has_a_finer_trace() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["run", "lamp.toml", "--out", "."]).assert().code(0);
    assert_eq!(text(&bench.path("trace.csv")).lines().count(), 1 + 20 * 60);
}

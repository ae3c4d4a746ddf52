//! What `--resolved` prints is all that a run needs.

use super::{Bench, LAMP, text};

fn digest(result: &str) -> String {
    let result: serde_json::Value = serde_json::from_str(result).unwrap();
    result["digest"].as_str().unwrap().to_owned()
}

#[test]
fn a_resolved_scenario_replays_to_the_same_digest() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["run", "lamp.toml", "--seed", "7", "--out", "first"]).assert().code(0);
    let printed = bench.ngbank(&["run", "lamp.toml", "--seed", "7", "--resolved"]).assert().code(0);
    let printed = String::from_utf8(printed.get_output().stdout.clone()).unwrap();
    assert_eq!(printed, text(&bench.path("first/resolved.toml")));

    bench.ngbank(&["run", "first/resolved.toml", "--out", "second"]).assert().code(0);
    let (first, second) = (text(&bench.path("first/result.json")), text(&bench.path("second/result.json")));
    assert_eq!(digest(&first), digest(&second));
    assert_eq!(first, second);
}

#[test]
fn a_run_leaves_its_plot_twice_with_axes_units_and_legend() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["run", "lamp.toml", "--out", "out"]).assert().code(0);
    let svg = text(&bench.path("out/trace.svg"));
    for label in [
        "Cell voltage [V]",
        "Bank current [A]",
        "Temperature [°C]",
        "start of the scenario [h]",
        "lowest cell",
        "PRE-ALARM",
    ] {
        assert!(svg.contains(label), "{label}");
    }
    let png = std::fs::read(bench.path("out/trace.png")).unwrap();
    assert_eq!(&png[1..4], b"PNG");
}

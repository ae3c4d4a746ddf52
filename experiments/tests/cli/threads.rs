//! Results do not depend on the number of threads, nor on how grid points are executed.

use super::{Bench, LAMP, text};

const RESULTS: [&str; 3] = ["scenarios.csv", "summary.json", "report.html"];

#[test]
fn one_and_two_threads_write_the_same_bytes_over_every_built_in_scenario() {
    let bench = Bench::new();
    for threads in ["1", "2"] {
        bench.ngbank(&["campaign", "--seeds", "1", "--threads", threads, "--out", threads]).assert().success();
    }
    for file in RESULTS {
        let (one, two) = (text(&bench.path("1").join(file)), text(&bench.path("2").join(file)));
        assert!(one == two, "{file} depends on the number of threads");
    }
}

#[test]
fn lockstep_has_the_digest_of_jumping() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["campaign", "--scenario", "lamp.toml", "--seeds", "2", "--out", "jump"]).assert().code(0);
    bench
        .ngbank(&["campaign", "--scenario", "lamp.toml", "--seeds", "2", "--out", "lockstep", "--lockstep"])
        .assert()
        .code(0);
    let digest = |folder: &str| {
        let summary = text(&bench.path(folder).join("summary.json"));
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        summary["digest"].as_str().unwrap().to_owned()
    };
    assert_eq!(digest("jump"), digest("lockstep"));
    assert_eq!(digest("jump").len(), 32);
}

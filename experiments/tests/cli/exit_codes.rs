//! Each class of outcome has its own exit code, and each can happen.

use predicates::str::contains;

use super::{Bench, LAMP};

#[test]
fn a_run_in_which_everything_holds_ends_with_0() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.ngbank(&["run", "lamp.toml"]).assert().code(0).stdout(contains("passed: LOAD changed"));
    bench
        .ngbank(&["campaign", "--scenario", "lamp.toml", "--seeds", "2"])
        .assert()
        .code(0)
        .stdout(contains("GREEN: 2 runs, 2 passed"))
        .stdout(contains("ngbank-out/campaign/report.html"));
}

#[test]
fn a_planted_failure_ends_with_1() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench
        .ngbank(&["campaign", "--scenario", "lamp.toml", "--seeds", "2", "--canary"])
        .assert()
        .code(1)
        .stdout(contains("RED: 2 runs, 1 passed, 1 failed"))
        .stdout(contains("failed lamp seed 1: canary"));
}

#[test]
fn bad_input_ends_with_2() {
    let bench = Bench::new();
    bench.write("lamp.toml", &LAMP.replace("soc = 0.6", "soc = 6.0"));
    bench.ngbank(&["run", "lamp.toml"]).assert().code(2).stderr(contains("lamp.toml:")).stderr(contains("bank.soc"));
    bench.ngbank(&["campaign", "--scenario", "lamp.toml"]).assert().code(2).stderr(contains("bank.soc"));
    bench.ngbank(&["run", "no-such-scenario"]).assert().code(2).stderr(contains("allowed: a file, or one of"));
    bench.ngbank(&["campaign", "--only", "no-such-scenario"]).assert().code(2);
    bench.ngbank(&["campaign", "--seeds", "0"]).assert().code(2);
}

#[test]
fn a_resolved_scenario_that_is_damaged_ends_with_2() {
    let bench = Bench::new();
    bench.write("resolved.toml", "electronics = 7\n");
    bench.ngbank(&["run", "resolved.toml"]).assert().code(2).stderr(contains("resolved.toml"));
}

#[test]
fn results_that_cannot_be_written_end_with_3() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    bench.write("occupied", "a file where a folder should be");
    bench.ngbank(&["run", "lamp.toml", "--out", "occupied"]).assert().code(3).stderr(contains("occupied"));
    bench.ngbank(&["campaign", "--scenario", "lamp.toml", "--out", "occupied"]).assert().code(3);
    bench.ngbank(&["campaign", "--scenario", "absent.toml"]).assert().code(3).stderr(contains("absent.toml"));
}

#[test]
fn a_scenario_that_never_reaches_what_it_promises_ends_with_4() {
    let bench = Bench::new();
    bench.write("lamp.toml", &format!("{LAMP}\n[expect]\ncauses = [\"OUT-3\"]\n"));
    bench.ngbank(&["run", "lamp.toml"]).assert().code(4).stdout(contains("OUT-3"));
    bench
        .ngbank(&["campaign", "--scenario", "lamp.toml", "--seeds", "1"])
        .assert()
        .code(4)
        .stdout(contains("NOT REACHED"));
}

#[test]
fn the_help_documents_every_exit_code() {
    let help = Bench::new().ngbank(&["--help"]).assert().code(0).get_output().stdout.clone();
    let help = String::from_utf8(help).unwrap();
    for code in ["  0  ", "  1  ", "  2  ", "  3  ", "  4  "] {
        assert!(help.contains(code), "{code} is missing in:\n{help}");
    }
}

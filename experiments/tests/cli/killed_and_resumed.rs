//! A campaign that is killed leaves no half-written file under a final name, and goes on where it was.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use super::{Bench, LAMP, text};

const CAMPAIGN: [&str; 7] = ["campaign", "--scenario", "lamp.toml", "--seeds", "60", "--threads", "1"];

#[test]
fn killed_at_any_moment_every_file_under_a_final_name_is_whole() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    for (k, patience_ms) in [5, 20, 60, 120, 250, 500].into_iter().enumerate() {
        let out = format!("out-{k}");
        let mut child = Command::new(env!("CARGO_BIN_EXE_ngbank"))
            .current_dir(bench.folder.path())
            .args(CAMPAIGN)
            .args(["--out", &out])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(patience_ms));
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        assert_only_whole_files(&bench.path(&out));
    }
}

#[test]
fn a_resumed_campaign_plays_only_what_is_missing_and_writes_the_same_files() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    let whole = bench.ngbank(&CAMPAIGN).args(["--out", "whole"]).assert().code(0).get_output().stderr.clone();
    assert!(String::from_utf8(whole).unwrap().contains("60 runs in"));

    // Interrupted after 20 runs, in the middle of writing the next.
    let journal = text(&bench.path("whole").join("journal.jsonl"));
    let end: usize = journal.split_inclusive('\n').take(20).map(str::len).sum::<usize>() + 100;
    fs::create_dir(bench.path("again")).unwrap();
    fs::write(bench.path("again").join("journal.partial"), &journal[..end]).unwrap();

    let again =
        bench.ngbank(&CAMPAIGN).args(["--out", "again", "--resume"]).assert().code(0).get_output().stderr.clone();
    let again = String::from_utf8(again).unwrap();
    assert!(again.contains("40 runs in") && again.contains("20 kept from the journal"), "{again}");
    for file in ["scenarios.csv", "summary.json", "report.html"] {
        assert_eq!(text(&bench.path("whole").join(file)), text(&bench.path("again").join(file)), "{file}");
    }
}

#[test]
fn a_changed_scenario_is_not_resumed_from_old_records() {
    let bench = Bench::new();
    bench.write("lamp.toml", LAMP);
    let campaign = ["campaign", "--scenario", "lamp.toml", "--seeds", "3"];
    bench.ngbank(&campaign).assert().code(0);
    bench.write("lamp.toml", &LAMP.replace("resistance_ohm = 1.0", "resistance_ohm = 1.5"));
    let again = bench.ngbank(&campaign).arg("--resume").assert().code(0).get_output().stderr.clone();
    let again = String::from_utf8(again).unwrap();
    assert!(again.contains("3 runs in") && again.contains(" 0 kept from the journal"), "{again}");
}

/// Files under their final names parse from the first to the last byte.
fn assert_only_whole_files(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    }; // killed before the folder was made
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match name.as_str() {
            "journal.partial" => {} // says itself that it is not whole
            unfinished if unfinished.starts_with(".unfinished-") => {}
            "summary.json" => drop(serde_json::from_str::<serde_json::Value>(&text(&path)).unwrap()),
            "scenarios.csv" => assert_eq!(text(&path).lines().count(), 61, "{}", path.display()),
            "journal.jsonl" => assert_eq!(text(&path).lines().count(), 60, "{}", path.display()),
            "report.html" => assert!(text(&path).ends_with("</html>\n"), "{}", path.display()),
            other => panic!("unexpected file {other}"),
        }
    }
}

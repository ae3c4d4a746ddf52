//! The fuzzer's corpus on every `cargo test`: each script keeps the rules, and together they reach every cause.

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use fuzz::{call::Script, player::Player, seeds::seeds};
use ngbank_core::{Cause, CauseSet, Mutant};

/// Most files and bytes that are kept.
const FILES_MAX: usize = 300;
const BYTES_MAX: usize = 300_000;

/// Every file of the corpus, by name.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/calls");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

fn missing(reached: CauseSet) -> Vec<&'static str> {
    Cause::ALL.into_iter().filter(|&cause| !reached.contains(cause)).map(Cause::name).collect()
}

/// Plays all; on a broken rule the file is named in the output.
fn reached(scripts: impl Iterator<Item = (String, Script)>) -> CauseSet {
    scripts.fold(CauseSet::EMPTY, |all, (name, script)| {
        println!("{name}: {script:?}");
        all.union(Player::new().play_all(&script))
    })
}

#[test]
fn the_corpus_keeps_the_rules_and_reaches_every_cause() {
    let all = reached(corpus().into_iter().map(|(name, bytes)| (name, Script::of(&bytes))));
    assert_eq!(missing(all), [""; 0]);
}

/// What the fuzzer begins with reaches every cause by itself: a corpus that was lost can be grown again.
#[test]
fn the_seeds_reach_every_cause() {
    let all = reached(seeds().into_iter().map(|(name, script)| (name.to_owned(), script)));
    assert_eq!(missing(all), [""; 0]);
}

#[test]
fn the_corpus_is_small() {
    let corpus = corpus();
    let bytes: usize = corpus.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!((1..=FILES_MAX).contains(&corpus.len()) && bytes <= BYTES_MAX, "{} files, {bytes} bytes", corpus.len());
}

#[test]
fn a_script_is_its_bytes() {
    for (name, script) in seeds() {
        assert_eq!(Script::of(&script.bytes()), script, "{name}");
    }
}

/// The judge can fail: the seeds alone find what is planted.
#[test]
fn planted_bugs_are_found() {
    let rows = [
        Cause::OverVoltage,
        Cause::ColdCharge,
        Cause::HotCharge,
        Cause::ColdDischarge,
        Cause::HotDischarge,
        Cause::FloorAlarm,
        Cause::Communication,
        Cause::RemoteOff,
        Cause::Supply,
        Cause::StartUp,
        Cause::Settings,
        Cause::FirmwareUpdate,
        Cause::Clock,
    ];
    let others = [Mutant::CutsEarly { ms: 100 }, Mutant::NeverCuts];
    for mutant in rows.map(Mutant::RowRemoved).into_iter().chain(others) {
        let found = seeds().iter().any(|(_, script)| {
            let mut player = Player::new();
            player.bms.plant(mutant);
            catch_unwind(AssertUnwindSafe(|| player.play_all(script))).is_err()
        });
        assert!(found, "{mutant:?}");
    }
}

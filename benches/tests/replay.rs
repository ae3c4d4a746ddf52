//! What was recorded in a simulation gives, played again on an unused core, the same answers; anything else does not.

use ngbank_benches::tape::{self, Line, Radio};
use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Bms, Inputs, Quiet, ResetCause, Retained};
use ngbank_replay::{Broken, Call, Digest, Reader, Source, Totals, Writer};
use ngbank_sim::scenario::{self, NoFiles};

struct Bytes<'a>(&'a [u8]);

impl Source for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> usize {
        let length = buffer.len().min(self.0.len());
        let (front, rest) = self.0.split_at(length);
        buffer[..length].copy_from_slice(front);
        self.0 = rest;
        length
    }
}

/// A run with a watchdog reset: the file, and the line of the host.
fn recorded() -> (Vec<u8>, String) {
    let builtin = scenario::builtin().iter().find(|builtin| builtin.name == "reset-in-countdown");
    let builtin = builtin.expect("the scenario is built in");
    let scenario = scenario::load(builtin.text, builtin.name, &NoFiles).expect("it is valid").resolve(3);
    let mut file = Vec::new();
    let mut writer = Writer::new(|bytes: &[u8]| file.extend_from_slice(bytes));
    let line = tape::record(&scenario, &mut writer).expect("it can be played");
    writer.end_of_file();
    (file, line)
}

/// The line of a file with one run, played again.
fn replayed(file: &[u8]) -> Result<String, Broken> {
    replayed_without(file, None)
}

/// The same, where one frame, counted from 1, does not reach the core.
fn replayed_without(file: &[u8], lost: Option<u32>) -> Result<String, Broken> {
    let mut reader = Reader::new(Bytes(file));
    let (mut bms, mut retained, mut quiet) = (Bms::new(), Retained::new(), Quiet::new());
    let (mut digest, mut totals, mut name) = (Digest::new(), Totals::default(), String::new());
    let mut radio = Radio::default();
    reader.open()?;
    loop {
        let call = reader.call()?;
        totals.count(&call);
        match call {
            Call::Run => name = String::from_utf8_lossy(reader.bytes()).into_owned(),
            Call::Start { settings, reset, retained: kept } => {
                bms.start(&settings, reset, kept.then_some(&retained));
                radio.start();
            }
            Call::ChangeSettings { now, settings } => {
                digest.change_settings(bms.change_settings(now, &settings).is_ok())
            }
            Call::BeginUpdate => bms.begin_update(),
            Call::Retain => bms.retained(&mut retained),
            Call::Receive { now } => {
                if lost != Some(totals.receive) {
                    bms.receive(now, reader.bytes());
                }
            }
            Call::Step { now, inputs } => {
                let outputs = bms.step(now, &inputs);
                digest.step(now, &outputs, &bms);
                radio.decided(now, &bms);
            }
            Call::Quiet { now } => {
                bms.quiet(now, &mut quiet);
                digest.quiet(now, &quiet);
            }
            Call::FastForward { to, cycles } => {
                bms.fast_forward(to, cycles);
            }
            Call::End { now } => digest.end(now, &bms),
            Call::EndOfFile => return Ok(format!("{name}: {}", Line(totals, digest, radio))),
        }
    }
}

#[test]
fn a_recording_played_again_gives_the_same_answers() {
    let (file, line) = recorded();
    assert_eq!(replayed(&file), Ok(line));
}

#[test]
fn one_lost_frame_gives_another_digest() {
    let (file, line) = recorded();
    for lost in [1, 1_000, 10_000] {
        assert_ne!(replayed_without(&file, Some(lost)), Ok(line.clone()), "frame {lost}");
    }
}

#[test]
fn a_file_that_ends_early_is_broken() {
    let (file, _) = recorded();
    for length in (0..file.len()).step_by(file.len() / 50 + 1) {
        assert_eq!(replayed(&file[..length]), Err(Broken), "{length} bytes");
    }
    assert_eq!(replayed(b"ngreplax"), Err(Broken));
}

#[test]
fn every_call_reads_as_it_was_written() {
    let settings = Settings { over_voltage_mv: 3700, ..Settings::new(BankLayout { parallel: 9, ..BankLayout::NONE }) };
    let at = Instant::from_millis;
    let inputs = Inputs { supply_mv: -5, remote_l_mv: 70_000, remote_h_mv: 0, bluetooth: Bluetooth::Connected };
    let long = [7; 200];
    let frames: [&[u8]; 7] = [&[], &[1, 2], &[9, 9, 3, 4], &[9, 9, 3, 5], &[9, 9, 3], &long, &[9, 9, 60, 1]];
    let mut file = Vec::new();
    let mut writer = Writer::new(|bytes: &[u8]| file.extend_from_slice(bytes));
    writer.run("a run");
    let mut expected = vec![(Call::Run, &b"a run"[..])];
    for reset in [ResetCause::PowerOn, ResetCause::Watchdog, ResetCause::Update] {
        writer.start(&settings, reset, true);
        expected.push((Call::Start { settings, reset, retained: true }, b""));
    }
    // Twice the same inputs, and a clock that goes backwards.
    for now in [at(100), at(1 << 30), at(50)] {
        writer.step(now, &inputs);
        expected.push((Call::Step { now, inputs }, b""));
        for frame in frames {
            writer.receive(now, frame);
            expected.push((Call::Receive { now }, frame));
        }
    }
    writer.retain();
    writer.change_settings(at(51), &settings);
    writer.begin_update();
    writer.quiet(at(52));
    writer.fast_forward(at(1_000), 77);
    writer.end(at(1_001));
    writer.end_of_file();
    let rest = [
        Call::Retain,
        Call::ChangeSettings { now: at(51), settings },
        Call::BeginUpdate,
        Call::Quiet { now: at(52) },
        Call::FastForward { to: at(1_000), cycles: 77 },
        Call::End { now: at(1_001) },
        Call::EndOfFile,
    ];
    expected.extend(rest.map(|call| (call, &b""[..])));

    let mut reader = Reader::new(Bytes(&file));
    assert_eq!(reader.open(), Ok(()));
    for (call, bytes) in expected {
        assert_eq!(reader.call(), Ok(call.clone()));
        if matches!(call, Call::Run | Call::Receive { .. }) {
            assert_eq!(reader.bytes(), bytes, "{call:?}");
        }
    }
}

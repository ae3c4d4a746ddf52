//! `ngbank readout`: what the BMS would have advertised over the radio, for a reader to be tested with.

use std::path::PathBuf;

use ngbank_core::readout::{IoStatus, Level, Readout, ReadoutConfig, Record, Warnings};
use ngbank_core::{Bms, Inputs, Outputs, Quiet, ResetCause, settings::Settings, units::Instant};
use ngbank_sim::{
    engine::Tap,
    scenario::Resolved,
    streams::{Entity, Stream, stream},
};

use super::{CommandError, options, run::resolve};
use crate::{
    advertisements::{self, Advertisement},
    campaign::{CampaignError, play_tapped},
    cli::ReadoutArgs,
    exit::Exit,
    files::{make_folder, remove_left_overs, write_whole},
};

/// Plays a scenario, or draws records; writes `advertisements.csv` and prints what is in it.
///
/// # Errors
/// When the scenario is refused, cannot be played, or a file not be written.
pub fn readout(args: &ReadoutArgs) -> Result<Exit, CommandError> {
    let config = ReadoutConfig { product_id: args.product_id, key: args.key };
    let (name, rows) = match (&args.scenario, args.samples) {
        (Some(scenario), _) => {
            let resolved = resolve(scenario, args.seed)?;
            (resolved.name.clone(), played(&resolved, args.every, &config)?)
        }
        (None, samples) => ("samples".to_owned(), samples_of(args.seed, samples.unwrap_or(0), &config)),
    };
    let folder =
        args.out.clone().unwrap_or_else(|| PathBuf::from("ngbank-out/readout").join(format!("{name}-{}", args.seed)));
    make_folder(&folder)?;
    remove_left_overs(&folder)?;
    let file = folder.join("advertisements.csv");
    write_whole(&file, &advertisements::csv(&rows)?)?;
    outln!("{}", advertisements::summary(&rows));
    outln!("advertisements  {}, {} of them unlike the one before", rows.len(), changes(&rows));
    outln!("product id      0x{:04X}", config.product_id);
    outln!("key             {}", config.key.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    outln!("results         {}", file.display());
    Ok(Exit::Ok)
}

/// Every decision is executed, so that the currents are exact.
fn played(resolved: &Resolved, every_s: u64, config: &ReadoutConfig) -> Result<Vec<Advertisement>, CommandError> {
    let mut radio = Radio { readout: Readout::new(), decisions: 0, every_s, config, sent: Vec::new() };
    play_tapped(resolved, &options(true), &mut radio).map_err(CampaignError::from)?;
    Ok(radio.sent)
}

/// The radio's task, beside the firmware. It counts time in decisions, for the clock may be set back.
struct Radio<'a> {
    readout: Readout,
    decisions: u64,
    every_s: u64,
    config: &'a ReadoutConfig,
    sent: Vec<Advertisement>,
}

/// Decisions of a second.
const DECISIONS: u64 = 10;

impl Tap for Radio<'_> {
    fn start(&mut self, _: &Settings, _: ResetCause, _: bool) {
        self.readout = Readout::with_nonce(self.readout.nonce());
    }

    fn step(&mut self, now: Instant, _: &Inputs, _: &Outputs, bms: &Bms) {
        if self.decisions.is_multiple_of(DECISIONS) {
            self.readout.observe(now, bms);
        }
        if self.decisions.is_multiple_of(DECISIONS * self.every_s) {
            let payload = self.readout.advertise(bms, self.config);
            self.sent.push(Advertisement { clock: Some(now), record: self.readout.record(bms), payload });
        }
        self.decisions += 1;
    }

    fn change_settings(&mut self, _: Instant, _: &Settings, _: bool) {}
    fn begin_update(&mut self) {}
    fn retain(&mut self) {}
    fn receive(&mut self, _: Instant, _: &[u8]) {}
    fn quiet(&mut self, _: Instant, _: &Quiet) {}
    fn fast_forward(&mut self, _: Instant, _: u32) {}
    fn end(&mut self, _: Instant, _: &Bms) {}
}

fn changes(rows: &[Advertisement]) -> usize {
    let mut before = None;
    rows.iter().filter(|row| before.replace(row.payload) != Some(row.payload)).count()
}

/// Records over the whole range of every field; a nonce is used once.
fn samples_of(seed: u64, count: u32, config: &ReadoutConfig) -> Vec<Advertisement> {
    let mut draw = stream(seed, Entity::Bank, "readout samples");
    let nonces = (0..=u16::MAX).map(|nonce| nonce.wrapping_add(0x8000));
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let rows = nonces.take(count).map(|nonce| {
        let record = sample(&mut draw);
        Advertisement { clock: None, record, payload: record.payload(nonce, config) }
    });
    rows.collect()
}

fn sample(draw: &mut Stream) -> Record {
    Record {
        error: u8::try_from(draw.below(256)).unwrap_or(u8::MAX),
        time_to_go_min: number(draw, 0, 0xfffe),
        voltage_cv: number(draw, -0x8000, 0x7ffe),
        current_da: number(draw, -0x8000, 0x7ffe),
        io: IoStatus {
            contactor_closed: answer(draw),
            charge_allowed: answer(draw),
            discharge_allowed: answer(draw),
            relay_active: answer(draw),
            aux_on: answer(draw),
            remote_on: answer(draw),
            alternator_allowed: answer(draw),
        },
        warnings: Warnings {
            low_cell_voltage: level(draw),
            high_current: level(draw),
            high_bms_temperature: level(draw),
            contactor: level(draw),
            bms_cable_fault: level(draw),
            load_disconnect: level(draw),
            low_soc: level(draw),
        },
        soc_pm: number(draw, 0, 0x3fe),
        consumed_dah: number(draw, 0, 0xf_fffe),
        temperature_c: number(draw, -40, 86),
    }
}

/// One time in eight each not available, the least and the greatest value; otherwise any between them.
fn number<T: TryFrom<i64>>(draw: &mut Stream, least: i64, greatest: i64) -> Option<T> {
    let value = match draw.below(8) {
        0 => return None,
        1 => least,
        2 => greatest,
        _ => least + i64::try_from(draw.below(least.abs_diff(greatest) + 1)).unwrap_or(0),
    };
    T::try_from(value).ok()
}

fn answer(draw: &mut Stream) -> Option<bool> {
    [None, Some(true), Some(false)][draw.below(3) as usize]
}

fn level(draw: &mut Stream) -> Level {
    [Level::Unsupported, Level::Ok, Level::Warning, Level::Alarm][draw.below(4) as usize]
}

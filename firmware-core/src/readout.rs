//! Instant Readout (READ-1): what the BMS advertises over the radio, so that a phone shows it without a connection.
//!
//! The radio's task owns a [`Readout`] and calls it between two decisions, never inside one:
//!
//! ```text
//! every second or so    readout.observe(now, &bms)               the current, for the time to go
//! before an advertisement    readout.advertise(&bms, &config)    record → plaintext → encrypted payload
//! ```
//!
//! Both read the [`Bms`] and change nothing in it. A [`Record`] shows the *last decision*: voltage, error, outputs and
//! causes are those of [`Bms::step`], so that a reader never sees a value that the outputs do not know yet. Current and
//! temperatures are those of the last reports.
//!
//! | Field | From | Not available |
//! |---|---|---|
//! | error | ERR-1's lowest number, 0: none | – |
//! | time to go | remaining charge over the five-minute mean of the discharge current, rounded down | without SoC, without a mean, below 0.5 % C |
//! | voltage | supply, rounded | before the first decision, settings invalid |
//! | current | sum over the strings, the first trusted battery of each speaks for it; rounded | a string has none, or it has never reported |
//! | allowed to charge, to discharge | CHARGER, LOAD | – |
//! | remote on | REM-1 | as voltage |
//! | low cell voltage | OUT-1 warning, OUT-2 alarm | as voltage |
//! | high current | a battery above its rating (OC-1) warning, OUT-12's and OUT-13's cut alarm | as voltage |
//! | BMS cable fault | OUT-9 alarm | as voltage |
//! | load disconnect | PRE-ALARM while LOAD is High: warning; LOAD Floating: alarm | – |
//! | low state of charge | OUT-7 warning, OUT-8 alarm | as voltage; no floor is set |
//! | state of charge | SOC-1 | OUT-9, start-up, as voltage |
//! | consumed charge | rated less remaining charge | as state of charge |
//! | temperature | hottest sensor, rounded | no battery has reported |
//!
//! Rounding is to the nearest, halves away from zero. A warning that is not available is shown as unsupported. This BMS
//! has no contactor, relay, auxiliary output, alternator or sensor of its own temperature: always not available.
//!
//! Remaining charge is SOC-1's: of each string its lowest battery, as ‰ of the rated capacity. That costs no memory and
//! resolves 0.1 % of the capacity; what the battery counts in mAh is not kept.
//!
//! What maps where is the rule's choice for the time to go, state of charge and temperature, and assumed elsewhere.

mod mean;
mod record;

pub use record::{IoStatus, Level, PAYLOAD_LEN, Record, Warnings};

use crate::bms::Bms;
use crate::cause::Cause;
use crate::outputs::{Drive, PreAlarm};
use crate::settings::BankLayout;
use crate::units::Instant;
use mean::Mean;

/// Below this part of the bank's capacity per hour the time to go says nothing (0.5 % C).
const LEAST_PART: i64 = 200;

/// What the owner of the BMS chooses.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ReadoutConfig {
    /// Product id by which a reader knows the device; that of this product is not published.
    pub product_id: u16,
    /// AES-128 key; its first byte is advertised in clear.
    pub key: [u8; 16],
}

/// The readout's own state: the mean of the current, and the nonce.
///
/// *Nonce.* It is one higher for each record that differs from the last one, so that no pair of key and nonce encrypts two
/// records – as long as it is kept: after a watchdog reset go on with [`Readout::with_nonce`] and the last
/// [`Readout::nonce`], stored before the payload is sent. The format gives it 16 bits: after 65,536 changed records it
/// begins anew, and a new key is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readout {
    mean: Mean,
    nonce: u16,
    /// The record that the nonce belongs to.
    last: Option<[u8; 16]>,
}

impl Readout {
    /// A readout whose key was never used.
    pub const fn new() -> Self {
        Self::with_nonce(0)
    }

    /// Goes on after a reset: `nonce` was the last one used. The first record gets the next one.
    pub const fn with_nonce(nonce: u16) -> Self {
        Self { mean: Mean::NONE, nonce, last: None }
    }

    /// The nonce of the last payload, to be kept over a reset.
    pub const fn nonce(&self) -> u16 {
        self.nonce
    }

    /// Takes the bank's current into the five-minute mean. Call it about once a second.
    ///
    /// Each call stands for the time since the last one, at most 10 s. Time in which the current is not known does not
    /// count. After a pause of more than five minutes, and if the clock goes backwards, the mean begins anew.
    pub fn observe(&mut self, now: Instant, bms: &Bms) {
        self.mean.observe(now, bms.known_current_ma());
    }

    /// What is to be shown now.
    pub fn record(&self, bms: &Bms) -> Record {
        let outputs = &bms.outputs;
        let decided = bms.last_step.is_some();
        Record {
            error: outputs.error.unwrap_or(0),
            time_to_go_min: self.time_to_go_min(bms),
            voltage_cv: decided.then(|| hundredths(bms.inputs.supply_mv.saturating_mul(10))),
            current_da: bms.known_current_ma().map(hundredths),
            io: IoStatus {
                charge_allowed: Some(outputs.charger == Drive::High),
                discharge_allowed: Some(outputs.load == Drive::High),
                remote_on: decided.then_some(bms.remote.is_on()),
                ..IoStatus::NONE
            },
            warnings: warnings(bms),
            soc_pm: bms.known_soc_pm(),
            consumed_dah: bms.known_sum_pm().map(|sum_pm| consumed_dah(&bms.settings.bank, sum_pm)),
            temperature_c: bms.hottest_dc().map(|dc| hundredths(i32::from(dc).saturating_mul(10))),
        }
    }

    /// The payload to advertise now, after the company id 0x02E1. The nonce moves on if the record has changed.
    pub fn advertise(&mut self, bms: &Bms, config: &ReadoutConfig) -> [u8; PAYLOAD_LEN] {
        let plaintext = self.record(bms).plaintext();
        if self.last != Some(plaintext) {
            self.last = Some(plaintext);
            self.nonce = self.nonce.wrapping_add(1);
        }
        record::payload(plaintext, self.nonce, config)
    }

    /// Remaining charge over the mean discharge current, min.
    fn time_to_go_min(&self, bms: &Bms) -> Option<u16> {
        let bank = &bms.settings.bank;
        let discharge_ma = self.mean.mean_ma()?.saturating_neg();
        if discharge_ma <= 0 || discharge_ma.saturating_mul(LEAST_PART) < capacity_mah(bank) {
            return None;
        }
        let remaining_uah = remaining_uah(bank, bms.known_sum_pm()?);
        let minutes = remaining_uah.saturating_mul(60).checked_div(discharge_ma.saturating_mul(1000))?;
        Some(u16::try_from(minutes).unwrap_or(u16::MAX))
    }
}

impl Default for Readout {
    fn default() -> Self {
        Self::new()
    }
}

/// What a person should know before the outputs act, and why they have acted.
fn warnings(bms: &Bms) -> Warnings {
    let decided = bms.last_step.is_some();
    let any = |causes: &[Cause]| causes.iter().any(|&cause| bms.active.contains(cause));
    let level = |alarm: bool, warning: bool| match (decided, alarm, warning) {
        (false, ..) => Level::Unsupported,
        (true, true, _) => Level::Alarm,
        (true, false, true) => Level::Warning,
        (true, false, false) => Level::Ok,
    };
    let has_floor = bms.settings.discharge_floor_pm > 0;
    Warnings {
        low_cell_voltage: level(any(&[Cause::UnderVoltage]), any(&[Cause::PreAlarm])),
        high_current: level(
            any(&[Cause::DischargeOverCurrent, Cause::ChargeOverCurrent]),
            bms.cuts.iter().any(|cuts| cuts.warns != 0),
        ),
        bms_cable_fault: level(any(&[Cause::Communication]), false),
        load_disconnect: match (bms.outputs.load, bms.outputs.pre_alarm) {
            (Drive::Floating, _) => Level::Alarm,
            (Drive::High, PreAlarm::Floating) => Level::Ok,
            (Drive::High, _) => Level::Warning,
        },
        low_soc: if has_floor {
            level(any(&[Cause::FloorAlarm]), any(&[Cause::FloorWarning]))
        } else {
            Level::Unsupported
        },
        ..Warnings::NONE
    }
}

/// What the readout asks of the core: values with the answer whether they are known.
impl Bms {
    /// Current into the bank, mA, as [`Bms::bank_charge_ma`], if in every string a battery speaks for it: both in one walk.
    fn known_current_ma(&self) -> Option<i32> {
        let series = self.settings.bank.series.max(1);
        let mut trusted = self.everyone() & !self.untrusted();
        let mut sum = 0i32;
        for string in self.batteries.get(..self.settings.bank.batteries())?.chunks(series.into()) {
            let first = usize::try_from(trusted.trailing_zeros()).ok()?;
            let speaker = string.get(first).filter(|battery| battery.has_values())?;
            sum = sum.saturating_add(speaker.values.current_ma);
            trusted = trusted.wrapping_shr(series.into());
        }
        self.configured.then_some(sum)
    }

    /// Sum over the strings of their lowest state of charge, ‰, as the last decision knew it.
    fn known_sum_pm(&self) -> Option<u32> {
        let unknown = [Cause::StartUp, Cause::Communication].into_iter().any(|cause| self.active.contains(cause));
        (self.last_step.is_some() && !unknown).then_some(self.floor.sum_pm)
    }

    fn known_soc_pm(&self) -> Option<u16> {
        self.known_sum_pm()?;
        u16::try_from(self.floor.bank_pm(self.settings.bank.parallel)).ok()
    }

    /// Hottest sensor, 0.1 °C; a silent battery counts with its last value.
    fn hottest_dc(&self) -> Option<i16> {
        let heard = self.batteries.iter().filter(|battery| battery.has_values());
        heard.map(|battery| battery.values.hottest_dc).reduce(i16::max)
    }
}

/// Rated capacity of the bank, mAh.
fn capacity_mah(bank: &BankLayout) -> i64 {
    i64::from(bank.capacity_mah).saturating_mul(bank.parallel.into())
}

/// Remaining charge, µAh.
fn remaining_uah(bank: &BankLayout, sum_pm: u32) -> i64 {
    i64::from(bank.capacity_mah).saturating_mul(sum_pm.into())
}

/// Rated less remaining charge, 0.1 Ah to the nearest, never negative.
fn consumed_dah(bank: &BankLayout, sum_pm: u32) -> u32 {
    let consumed_uah = capacity_mah(bank).saturating_mul(1000).saturating_sub(remaining_uah(bank, sum_pm)).max(0);
    u32::try_from(consumed_uah.saturating_add(50_000) / 100_000).unwrap_or(u32::MAX)
}

/// A hundredth, rounded to the nearest, halves away from zero; it saturates.
fn hundredths(value: i32) -> i16 {
    let half = value.signum().saturating_mul(50);
    let rounded = value.saturating_add(half) / 100;
    i16::try_from(rounded.clamp(i16::MIN.into(), i16::MAX.into())).unwrap_or(0)
}

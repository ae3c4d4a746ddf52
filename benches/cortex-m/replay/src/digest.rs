//! What came out of the core, as one number.

use crate::Call;
use ngbank_core::units::Instant;
use ngbank_core::{Band, Bms, Counters, Drive, History, InputBand, Led, Outputs, PreAlarm, Quiet};

/// How often each call was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Frames received.
    pub receive: u32,
    /// Decisions.
    pub step: u32,
    /// Promises asked for.
    pub quiet: u32,
    /// Jumps.
    pub fast_forward: u32,
}

impl Totals {
    /// Counts a call.
    pub fn count(&mut self, call: &Call) {
        let count = match call {
            Call::Receive { .. } => &mut self.receive,
            Call::Step { .. } => &mut self.step,
            Call::Quiet { .. } => &mut self.quiet,
            Call::FastForward { .. } => &mut self.fast_forward,
            _ => return,
        };
        *count = count.wrapping_add(1);
    }
}

/// FNV-1a, 64 bits, of all answers so far: after every decision its outputs, where and since when each active cause
/// holds, and the whole canonical state; every promise; at the end the counters and the history.
///
/// Each byte maps the digest one to one, so a single difference is never lost; chance hides several with 2⁻⁶⁴. The
/// function needs no table, and two multiplications a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest(u64);

impl Digest {
    const PRIME: u64 = 0x0100_0000_01b3;

    /// Of nothing.
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The number.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// A decision and the state that it left.
    pub fn step(&mut self, now: Instant, outputs: &Outputs, bms: &Bms) {
        let Outputs {
            load,
            charger,
            pre_alarm,
            red,
            blue,
            error,
            load_causes,
            charger_causes,
            pre_alarm_causes,
            low_cell_state,
        } = *outputs;
        let (pattern, since) = match pre_alarm {
            PreAlarm::Floating => (0, 0),
            PreAlarm::High => (1, 0),
            PreAlarm::Intermittent { since } => (2, since.as_millis()),
        };
        self.put(&[high(load), high(charger), pattern, shine(red), shine(blue)]);
        self.put(&[error.unwrap_or(0), u8::from(low_cell_state)]);
        self.word(since);
        for causes in [load_causes, charger_causes, pre_alarm_causes] {
            self.word(causes.bits());
        }
        for cause in ngbank_core::Cause::ALL {
            if let Some(info) = bms.cause(cause) {
                self.put(&[cause as u8, info.battery.unwrap_or(u8::MAX), info.cell.unwrap_or(u8::MAX)]);
                self.word(info.since.as_millis());
            }
        }
        self.state(now, bms);
    }

    /// What the radio would send.
    pub fn advertised(&mut self, payload: &[u8]) {
        self.put(payload);
    }

    /// New settings were taken or refused.
    pub fn change_settings(&mut self, taken: bool) {
        self.put(&[u8::from(taken)]);
    }

    /// A promise.
    pub fn quiet(&mut self, now: Instant, quiet: &Quiet) {
        self.word(quiet.until.as_millis());
        if quiet.until == now {
            // No promise: the rest is not written.
            return;
        }
        self.put(&quiet.silent.to_le_bytes());
        let InputBand { supply_mv, remote_l_mv, remote_h_mv, remote_h_over_supply_mv } = quiet.inputs;
        for (low, high) in [supply_mv, remote_l_mv, remote_h_mv, remote_h_over_supply_mv] {
            self.word(low.cast_unsigned());
            self.word(high.cast_unsigned());
        }
        for band in &quiet.bands {
            self.band(band);
        }
    }

    /// The end of a run.
    pub fn end(&mut self, now: Instant, bms: &Bms) {
        let Counters { accepted, damaged, repeated, missing, implausible, foreign } = *bms.counters();
        for count in [accepted, damaged, repeated, missing, implausible, foreign] {
            self.word(count);
        }
        let History { errors, soc_pm_min, cell_mv_min, cell_mv_max, under_voltages, over_voltages, pre_alarms } =
            *bms.history();
        for (error, at) in errors.into_iter().flatten() {
            self.put(&[error]);
            self.word(at.as_millis());
        }
        for value in [soc_pm_min, cell_mv_min, cell_mv_max, under_voltages, over_voltages, pre_alarms] {
            self.put(&value.to_le_bytes());
        }
        self.state(now, bms);
    }

    fn state(&mut self, now: Instant, bms: &Bms) {
        bms.canonical_with(now, &mut |bytes| self.put(bytes));
    }

    fn band(&mut self, band: &Band) {
        let Band { lowest_mv, highest_mv, coldest_dc, hottest_dc, current_ma, soc_pm, status_mask, status_value } =
            *band;
        for (low, high) in [lowest_mv, highest_mv, soc_pm, (status_mask, status_value)] {
            self.put(&low.to_le_bytes());
            self.put(&high.to_le_bytes());
        }
        for (low, high) in [coldest_dc, hottest_dc] {
            self.put(&low.to_le_bytes());
            self.put(&high.to_le_bytes());
        }
        self.word(current_ma.0.cast_unsigned());
        self.word(current_ma.1.cast_unsigned());
    }

    fn word(&mut self, word: u32) {
        self.put(&word.to_le_bytes());
    }

    fn put(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(Self::PRIME);
        }
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

fn high(drive: Drive) -> u8 {
    match drive {
        Drive::Floating => 0,
        Drive::High => 1,
    }
}

fn shine(led: Led) -> u8 {
    match led {
        Led::Off => 0,
        Led::Blinking => 1,
        Led::On => 2,
    }
}

//! A replay file, written call by call.

use crate::last::LastFrames;
use crate::{MAGIC, tag};
use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Inputs, ResetCause};

/// Hands the bytes of a replay file to `put`.
#[derive(Debug)]
pub struct Writer<P> {
    put: P,
    now: Instant,
    inputs: Option<Inputs>,
    last: LastFrames,
}

impl<P: FnMut(&[u8])> Writer<P> {
    /// Begins a file.
    pub fn new(mut put: P) -> Self {
        put(&MAGIC);
        Self { put, now: Instant::from_millis(0), inputs: None, last: LastFrames::NONE }
    }

    /// A run begins; of a name longer than 255 bytes the front is kept.
    pub fn run(&mut self, name: &str) {
        (self.put)(&[tag::RUN]);
        self.bytes(name.as_bytes());
    }

    /// The core was started.
    pub fn start(&mut self, settings: &Settings, reset: ResetCause, retained: bool) {
        let reset = match reset {
            ResetCause::PowerOn => 0,
            ResetCause::Watchdog => 1,
            ResetCause::Update => 2,
        };
        (self.put)(&[tag::START, reset, u8::from(retained)]);
        self.settings(settings);
    }

    /// Other settings were handed over.
    pub fn change_settings(&mut self, now: Instant, settings: &Settings) {
        (self.put)(&[tag::CHANGE_SETTINGS]);
        self.time(now);
        self.settings(settings);
    }

    /// A firmware update began.
    pub fn begin_update(&mut self) {
        (self.put)(&[tag::BEGIN_UPDATE]);
    }

    fn settings(&mut self, settings: &Settings) {
        for value in settings.values() {
            (self.put)(&value.to_le_bytes());
        }
        (self.put)(&settings.chosen());
        let BankLayout {
            model,
            cells,
            series,
            parallel,
            system_voltage_v,
            capacity_mah,
            continuous_charge_ma,
            continuous_discharge_ma,
            pulse_charge_ma,
            pulse_discharge_ma,
        } = settings.bank;
        (self.put)(&[model, cells, series, parallel, system_voltage_v]);
        (self.put)(&capacity_mah.to_le_bytes());
        for current in [continuous_charge_ma, continuous_discharge_ma, pulse_charge_ma, pulse_discharge_ma] {
            (self.put)(&current.to_le_bytes());
        }
    }

    /// What survives a reset was saved.
    pub fn retain(&mut self) {
        (self.put)(&[tag::RETAIN]);
    }

    /// A frame was received.
    pub fn receive(&mut self, now: Instant, frame: &[u8]) {
        let Some((place, last)) = self.last.of(frame) else { return self.whole_frame(now, frame) };
        let before = *last;
        last.set(frame);
        if before.bytes().len() != frame.len() {
            return self.whole_frame(now, frame);
        }
        let pairs = || frame.iter().zip(before.bytes());
        let differ = pairs().rev().fold(0u64, |mask, (new, old)| mask << 1 | u64::from(new != old));
        (self.put)(&[tag::RECEIVE_LIKE]);
        self.time(now);
        (self.put)(&[place]);
        (self.put)(&differ.to_le_bytes());
        for (new, _) in pairs().filter(|(new, old)| new != old) {
            (self.put)(&[*new]);
        }
    }

    fn whole_frame(&mut self, now: Instant, frame: &[u8]) {
        (self.put)(&[tag::RECEIVE]);
        self.time(now);
        self.bytes(frame);
    }

    /// A decision was made.
    pub fn step(&mut self, now: Instant, inputs: &Inputs) {
        if self.inputs == Some(*inputs) {
            (self.put)(&[tag::STEP_SAME_INPUTS]);
            self.time(now);
            return;
        }
        self.inputs = Some(*inputs);
        (self.put)(&[tag::STEP]);
        self.time(now);
        let Inputs { supply_mv, remote_l_mv, remote_h_mv, bluetooth } = *inputs;
        for mv in [supply_mv, remote_l_mv, remote_h_mv] {
            (self.put)(&mv.to_le_bytes());
        }
        (self.put)(&[match bluetooth {
            Bluetooth::Disabled => 0,
            Bluetooth::Advertising => 1,
            Bluetooth::Connected => 2,
        }]);
    }

    /// The promise was asked for.
    pub fn quiet(&mut self, now: Instant) {
        (self.put)(&[tag::QUIET]);
        self.time(now);
    }

    /// Cycles were passed.
    pub fn fast_forward(&mut self, to: Instant, cycles: u32) {
        (self.put)(&[tag::FAST_FORWARD]);
        self.time(to);
        (self.put)(&cycles.to_le_bytes());
    }

    /// The run is over.
    pub fn end(&mut self, now: Instant) {
        (self.put)(&[tag::END]);
        self.time(now);
    }

    /// No run follows.
    pub fn end_of_file(&mut self) {
        (self.put)(&[tag::END_OF_FILE]);
    }

    fn time(&mut self, now: Instant) {
        let mut distance = now.as_millis().wrapping_sub(self.now.as_millis());
        self.now = now;
        loop {
            let [low, ..] = distance.to_le_bytes();
            distance >>= 7;
            if distance == 0 {
                (self.put)(&[low & 0x7f]);
                return;
            }
            (self.put)(&[low | 0x80]);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let length = u8::try_from(bytes.len()).unwrap_or(u8::MAX);
        (self.put)(&[length]);
        (self.put)(bytes.get(..length.into()).unwrap_or(bytes));
    }
}

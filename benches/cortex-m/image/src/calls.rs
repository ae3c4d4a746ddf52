//! The calls on the core, each a function of its own that tools find by its name.

#[cfg(feature = "readout")]
use ngbank_core::readout::{PAYLOAD_LEN, Readout, ReadoutConfig};
use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Inputs, Outputs, Quiet, ResetCause, Retained};

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_start(bms: &mut Bms, settings: &Settings, reset: ResetCause, retained: Option<&Retained>) {
    bms.start(settings, reset, retained);
}

/// True if the settings were taken.
#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_change_settings(bms: &mut Bms, now: Instant, settings: &Settings) -> bool {
    bms.change_settings(now, settings).is_ok()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_begin_update(bms: &mut Bms) {
    bms.begin_update();
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_retain(bms: &Bms, retained: &mut Retained) {
    bms.retained(retained);
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_receive(bms: &mut Bms, now: Instant, frame: &[u8]) {
    bms.receive(now, frame);
    #[cfg(feature = "planted")]
    core::hint::black_box(frame.first().unwrap());
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_step(bms: &mut Bms, now: Instant, inputs: &Inputs, outputs: &mut Outputs) {
    *outputs = bms.step(now, inputs);
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_quiet(bms: &Bms, now: Instant, quiet: &mut Quiet) {
    bms.quiet(now, quiet);
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_fast_forward(bms: &mut Bms, to: Instant, cycles: u32) {
    bms.fast_forward(to, cycles);
}

#[cfg(feature = "readout")]
#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_observe(readout: &mut Readout, now: Instant, bms: &Bms) {
    readout.observe(now, bms);
}

#[cfg(feature = "readout")]
#[unsafe(no_mangle)]
#[inline(never)]
pub fn core_readout(readout: &mut Readout, bms: &Bms, config: &ReadoutConfig, payload: &mut [u8; PAYLOAD_LEN]) {
    *payload = readout.advertise(bms, config);
}

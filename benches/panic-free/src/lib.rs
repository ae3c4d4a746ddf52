//! The firmware core linked as an image whose panic handler calls a function that does not exist.
//!
//! If any call below could panic – an index, a slice, an overflow, an `unwrap` – the handler would be linked, and the
//! linker would miss `a_panic_is_reachable`. Overflow checks are on. The feature `planted` shows that this works.
#![no_std]

use ngbank_core::readout::{PAYLOAD_LEN, Readout, ReadoutConfig};
use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Canonical, Inputs, Outputs, Quiet, ResetCause, Retained, Snapshot, frame};

unsafe extern "C" {
    /// Defined nowhere.
    fn a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe { a_panic_is_reachable() }
}

#[unsafe(no_mangle)]
extern "C" fn start(bms: &mut Bms, settings: &Settings, retained: &Retained, watchdog: bool) {
    let cause = if watchdog { ResetCause::Watchdog } else { ResetCause::PowerOn };
    bms.start(settings, cause, Some(retained));
}

#[unsafe(no_mangle)]
extern "C" fn receive(bms: &mut Bms, now: u32, bytes: &[u8; 256], length: usize) {
    if let Some(frame) = bytes.get(..length) {
        bms.receive(Instant::from_millis(now), frame);
    }
    #[cfg(feature = "planted")]
    let _ = core::hint::black_box(bytes.get(length).unwrap());
}

#[unsafe(no_mangle)]
extern "C" fn step(bms: &mut Bms, now: u32, inputs: &Inputs, outputs: &mut Outputs) {
    *outputs = bms.step(Instant::from_millis(now), inputs);
}

#[unsafe(no_mangle)]
extern "C" fn quiet(bms: &Bms, now: u32, quiet: &mut Quiet) {
    bms.quiet(Instant::from_millis(now), quiet);
}

#[unsafe(no_mangle)]
extern "C" fn fast_forward(bms: &mut Bms, to: u32, cycles: u32) {
    bms.fast_forward(Instant::from_millis(to), cycles);
}

#[unsafe(no_mangle)]
extern "C" fn keep(bms: &mut Bms, now: u32, retained: &mut Retained, snapshot: &mut Snapshot, state: &mut Canonical) {
    bms.retained(retained);
    bms.snapshot(snapshot);
    bms.restore(snapshot);
    bms.canonical(Instant::from_millis(now), state);
}

#[unsafe(no_mangle)]
extern "C" fn encode(report: &frame::Report, out: &mut [u8; frame::MAX_FRAME]) -> usize {
    report.encode(out)
}

#[unsafe(no_mangle)]
extern "C" fn advertise(
    readout: &mut Readout,
    now: u32,
    bms: &Bms,
    config: &ReadoutConfig,
    out: &mut [u8; PAYLOAD_LEN],
) {
    readout.observe(Instant::from_millis(now), bms);
    *out = readout.advertise(bms, config);
}

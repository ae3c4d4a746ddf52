//! Who listens to the calls on the firmware, to play them again elsewhere.

use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Inputs, Outputs, Quiet, ResetCause};

/// Is told of every call that changes or asks the firmware of one run, in order, right after it.
///
/// The same calls on an unused [`Bms`] give the same answers, on any machine. What is jumped over is not executed and
/// therefore not told; the jump itself is.
pub trait Tap {
    /// [`Bms::start`]; `retained`: what the last [`Tap::retain`] saved was handed over.
    fn start(&mut self, settings: &Settings, reset: ResetCause, retained: bool);

    /// [`Bms::change_settings`] and whether the settings were taken.
    fn change_settings(&mut self, now: Instant, settings: &Settings, taken: bool);

    /// [`Bms::begin_update`].
    fn begin_update(&mut self);

    /// [`Bms::retained`].
    fn retain(&mut self);

    /// [`Bms::receive`].
    fn receive(&mut self, now: Instant, frame: &[u8]);

    /// [`Bms::step`], its answer, and the firmware after it.
    fn step(&mut self, now: Instant, inputs: &Inputs, outputs: &Outputs, bms: &Bms);

    /// [`Bms::quiet`] and its answer.
    fn quiet(&mut self, now: Instant, quiet: &Quiet);

    /// [`Bms::fast_forward`].
    fn fast_forward(&mut self, to: Instant, cycles: u32);

    /// The run is over at this time of the BMS's clock.
    fn end(&mut self, now: Instant, bms: &Bms);
}

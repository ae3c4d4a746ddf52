//! A short on an output ends the run of the BMS.

use ngbank_sim::engine::Mode;
use ngbank_sim::result::EventKind;

use super::play;

/// SUP-3: everything floats when the fuse blows, and nothing rises any more.
#[test]
fn a_blown_fuse_floats_every_output_for_good() {
    let run = play("output-short", 1, Mode::Jump);
    let blown = run.events.iter().find(|event| event.kind == EventKind::Fault).expect("the short").time_us;
    let pins = run.events.iter().filter(|event| event.kind == EventKind::Pins && event.time_us >= blown);
    let texts: Vec<_> = pins.map(|event| event.text.as_str()).collect();
    assert_eq!(texts, ["LOAD Floating", "CHARGER Floating"]);
}

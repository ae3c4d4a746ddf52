//! A break of the chain cable.

use ngbank_sim::engine::Mode;
use ngbank_sim::result::EventKind;

use super::play;

/// COM-1: before battery 31 of 50 it silences all from there on and none before, which is what error 32 says.
#[test]
fn a_break_silences_every_battery_behind_it() {
    let run = play("chain-break", 1, Mode::Jump);
    let after = |kind: EventKind, text: &str| {
        let found = run.events.iter().find(|event| event.kind == kind && event.text.contains(text));
        found.unwrap_or_else(|| panic!("{text} is missing")).time_us
    };
    let broken = after(EventKind::Fault, "open before battery 31");
    let silent = after(EventKind::Cause, "OUT-9");
    let all_silent = after(EventKind::Display, "error 32");
    // The first behind the break has last been heard up to a cycle before it; the last one 190 ms after the first.
    assert!((4_500_000..=5_100_000).contains(&(silent - broken)), "{}", silent - broken);
    assert!(all_silent - silent <= 600_000, "{}", all_silent - silent);
}

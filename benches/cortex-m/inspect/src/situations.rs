//! Three situations of a full bank whose cycles are measured.

use ngbank_core::Cause;

use crate::script::{Act, Change, Flaw, Layout, Script};

/// A situation.
#[derive(Debug)]
pub struct Situation {
    /// Its name.
    pub name: &'static str,
    /// How it comes about; the last [`MEASURED`] cycles are measured, and the decisions after bursts of frames.
    pub script: Script,
    /// Causes that hold at the end, and thus were measured.
    pub causes: &'static [Cause],
}

/// So many cycles of each situation are measured.
pub const MEASURED: u32 = 40;

/// 120 cycles of 500 ms are a minute: holds, start-up and the 30 s before a cut are over.
const SETTLE: Act = Act::Cycles(120);
/// Decisions with new frames from all batteries.
const BURSTS: u32 = 10;

/// The three situations of this bank. In each the values of all batteries change from frame to frame.
pub fn situations(layout: Layout) -> [Situation; 3] {
    let script = |mut acts: Vec<Act>, each_cycle: &[Act]| {
        for _ in 0..MEASURED {
            acts.extend(each_cycle);
            acts.extend([Act::All(Change::Drift), Act::Cycles(1)]);
        }
        for _ in 0..BURSTS {
            acts.extend([Act::All(Change::Drift), Act::Bursts(1, 100)]);
        }
        Script { layout, settings: layout.settings(), acts }
    };
    // A foreign frame before each cycle keeps the mismatch up.
    let mismatch = [Act::Frame(0, Flaw::Foreign)];
    [
        Situation { name: "quiet", script: script(vec![SETTLE], &[]), causes: &[] },
        Situation { name: "all rows tripped", script: script(tripped(layout), &mismatch), causes: &TRIPPED },
        Situation {
            name: "start-up",
            script: script(vec![Act::Absent(layout.batteries() - 1)], &[]),
            causes: &[Cause::StartUp],
        },
    ]
}

/// Every row that can hold together with the others: remote off would end the over-currents (REM-4), and no bank is
/// complete while it starts.
const TRIPPED: [Cause; 15] = [
    Cause::PreAlarm,
    Cause::UnderVoltage,
    Cause::OverVoltage,
    Cause::ColdCharge,
    Cause::HotCharge,
    Cause::ColdDischarge,
    Cause::HotDischarge,
    Cause::FloorWarning,
    Cause::FloorAlarm,
    Cause::Communication,
    Cause::BankMismatch,
    Cause::DischargeCurrentWarning,
    Cause::DischargeOverCurrent,
    Cause::ChargeOverCurrent,
    Cause::Supply,
];

/// Each row by another battery, the last ones of the chain, so that whoever looks for the first looks long.
fn tripped(layout: Layout) -> Vec<Act> {
    let last = layout.batteries() - 1;
    vec![
        SETTLE,
        Act::All(Change::Soc(20)),
        Act::One(last - 1, Change::Cell(3, 2600)),
        Act::One(last - 2, Change::Cell(4, 3790)),
        Act::One(last - 3, Change::Coldest(-250)),
        Act::One(last - 4, Change::Hottest(560)),
        Act::One(last - 5, Change::Current(-210_000)),
        Act::One(last - 6, Change::Current(120_000)),
        SETTLE,
        Act::Absent(last),
        Act::Pins(71_000, 3200, 3200),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Player;
    use ngbank_core::settings::Settings;
    use ngbank_core::units::Instant;
    use ngbank_core::{Bms, Drive, Inputs, Outputs, ResetCause};

    struct OnHost(Bms, Outputs);

    impl Player for OnHost {
        fn start(&mut self, settings: &Settings, reset: ResetCause) {
            self.0.start(settings, reset, None);
        }
        fn receive(&mut self, now: Instant, frame: &[u8]) {
            self.0.receive(now, frame);
        }
        fn step(&mut self, now: Instant, inputs: &Inputs) {
            self.1 = self.0.step(now, inputs);
        }
        fn cycle(&mut self, _: Option<u32>) {}
    }

    #[test]
    fn each_situation_is_what_it_is_called() {
        for layout in [Layout::Eight, Layout::Sixteen] {
            for Situation { name, script, causes } in situations(layout) {
                let mut host = OnHost(Bms::new(), Outputs::default());
                script.play(&mut host);
                for &cause in causes {
                    assert!(host.0.cause(cause).is_some(), "{layout:?}, {name}: {cause:?} does not hold");
                }
                let drive = if causes.is_empty() { Drive::High } else { Drive::Floating };
                assert_eq!((host.1.load, host.1.charger), (drive, drive), "{layout:?}, {name}");
            }
        }
    }
}

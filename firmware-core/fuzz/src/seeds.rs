//! Scripts to start from: one for every row of the table, and some for what takes several steps to reach.

use super::call::Call::{self, Cycles, Decide, Frame, Input, Mute, Promise, Setting, Start, Time, Twin, Value};
use super::call::Script;
use super::player::{CELL_SHIFT, What};

/// Every battery.
const ALL: u8 = 255;

/// Places of settings in [`Call::Setting`].
const CHARGE_MIN: u8 = 9;
const AFTER_CUTOFF: u8 = 19;
const COUNTDOWN: u8 = 20;
const PATTERN: u8 = 21;
const CHARGER_IN_LOW_CELL_STATE: u8 = 22;
const OVER_CURRENT_ACTION: u8 = 23;

/// A seed: its name and its script.
pub type Seed = (&'static str, Script);

/// All seeds.
pub fn seeds() -> Vec<Seed> {
    let warm = |what, value| from_running(vec![value_of(0, what, value), Cycles { count: 3 }, promise()]);
    let range = |which: u8, value| Setting { which, value };
    let seeds = vec![
        ("never-started", vec![Cycles { count: 3 }, promise()]),
        ("power-on", from_running(vec![promise(), Twin {}, Cycles { count: 3 }])),
        ("two-batteries", two(vec![promise()])),
        ("settings-invalid", vec![range(0, 0), Start { how: 0, damaged: 0 }, Cycles { count: 3 }, promise()]),
        ("bank-invalid", {
            let bank = Call::Bank { cells: 8, series: 3, parallel: 9, volts: 24 };
            vec![bank, Start { how: 0, damaged: 0 }, Cycles { count: 3 }]
        }),
        ("pre-alarm", warm(What::Cell, one_cell(3, 3099))),
        ("under-voltage", from_running(vec![value_of(0, What::Cells, 2700), Cycles { count: 70 }, promise()])),
        ("under-voltage-twice", {
            let cut = [
                value_of(0, What::Cells, 2700),
                Cycles { count: 64 },
                value_of(0, What::Cells, 3250),
                Cycles { count: 64 },
            ];
            let relief = [value_of(0, What::Current, 3000), Cycles { count: 20 }, promise()];
            from_running([&cut[..], &cut[..], &relief[..]].concat())
        }),
        ("over-voltage", warm(What::Cells, 3760)),
        ("cold-charge", warm(What::Coldest, 49)),
        ("hot-charge", warm(What::Hottest, 501)),
        ("cold-discharge", warm(What::Coldest, -201)),
        ("hot-discharge", warm(What::Hottest, 601)),
        ("floor-warning", warm(What::Soc, 150)),
        ("floor-alarm", warm(What::Soc, 100)),
        ("silent", from_running(vec![Mute { battery: 0, muted: 1 }, Cycles { count: 12 }, promise()])),
        ("silent-and-back", {
            let lost = [
                Mute { battery: 0, muted: 1 },
                Cycles { count: 12 },
                Mute { battery: 0, muted: 0 },
                Cycles { count: 24 },
            ];
            from_running([&lost[..], &lost[..], &lost[..], &[Cycles { count: 130 }, promise()]].concat())
        }),
        ("impossible-content", warm(What::Soc, 1001)),
        ("measurement-error", warm(What::Status, 1 << 13)),
        ("foreign-serial", warm(What::Serial, 4711)),
        ("foreign-model", warm(What::Model, 6)),
        ("beyond-the-bank", warm(What::Position, 7)),
        ("repeated-frame", {
            let frame = Frame { ms: 0, battery: 0, what: What::Sequence as u8, value: 60 };
            from_running(vec![frame.clone(), frame, Cycles { count: 40 }])
        }),
        ("noise", from_running(vec![Call::Noise { ms: 5, bytes: vec![1, 46, 0, 7] }, Cycles { count: 1 }])),
        ("status-bits", warm(What::Status, 0x7ff8)),
        ("remote-off", {
            let open = [Input { what: 1, value: 5000 }, Input { what: 2, value: 0 }];
            from_running([&open[..], &[Cycles { count: 3 }, promise()]].concat())
        }),
        ("discharge-current-warning", warm(What::Current, -150_001)),
        ("discharge-over-current", warm(What::Current, -300_001)),
        ("charge-over-current", warm(What::Current, 150_001)),
        ("over-current-latch", {
            let cut = [
                value_of(0, What::Current, -400_000),
                Cycles { count: 3 },
                value_of(0, What::Current, 0),
                Cycles { count: 125 },
            ];
            let off = [Input { what: 1, value: 5000 }, Input { what: 2, value: 0 }, Cycles { count: 3 }];
            let on = [Input { what: 1, value: 3200 }, Cycles { count: 3 }];
            from_running([&cut[..], &cut[..], &cut[..], &[promise()], &off[..], &on[..]].concat())
        }),
        ("ignored-cut", from_running(vec![value_of(0, What::Current, -400_000), Cycles { count: 130 }, promise()])),
        ("supply-low", {
            let supply = |value| Input { what: 0, value };
            from_running(vec![supply(7999), Cycles { count: 1 }, supply(8501), Cycles { count: 70 }, promise()])
        }),
        ("supply-high", from_running(vec![Input { what: 0, value: 70_001 }, Cycles { count: 1 }, promise()])),
        ("waiting-for-clear", {
            let cells = value_of(ALL, What::Cells, 3000);
            vec![Start { how: 0, damaged: 0 }, cells, value_of(ALL, What::Coldest, 60), Cycles { count: 70 }, promise()]
        }),
        ("clock-back", from_running(vec![Time { ms: -1000 }, Decide { ms: 0 }, Cycles { count: 8 }, promise()])),
        ("clock-wraps", {
            let clock = Time { ms: -40_000 };
            vec![clock, Start { how: 0, damaged: 0 }, Cycles { count: 90 }, promise()]
        }),
        ("half-the-clock", from_running(vec![Time { ms: i32::MAX }, Cycles { count: 1 }, Time { ms: i32::MAX }])),
        ("watchdog", {
            let cut = [value_of(0, What::Cells, 2700), Cycles { count: 70 }, Start { how: 1, damaged: 0 }];
            from_running([&cut[..], &[Cycles { count: 10 }, promise()]].concat())
        }),
        ("watchdog-unanswered", {
            let muted = Mute { battery: 0, muted: 1 };
            from_running(vec![muted, Start { how: 1, damaged: 0 }, Cycles { count: 5 }])
        }),
        ("watchdog-damaged", from_running(vec![Start { how: 2, damaged: 9 }, Cycles { count: 70 }])),
        ("update", {
            let ends = [Call::Update {}, Cycles { count: 1 }, promise(), Start { how: 0, damaged: 0 }];
            from_running([&ends[..], &[Cycles { count: 70 }, promise()]].concat())
        }),
        ("update-failed", {
            let ends = [Call::Update {}, Cycles { count: 1 }, Start { how: 4, damaged: 0 }];
            from_running([&ends[..], &[Cycles { count: 10 }, promise()]].concat())
        }),
        ("settings-changed", {
            let colder = [range(CHARGE_MIN, 200), Call::Change {}, Cycles { count: 1 }, promise()];
            from_running([&colder[..], &[range(CHARGE_MIN, 999), Call::Change {}, Cycles { count: 1 }]].concat())
        }),
        ("bank-changed", {
            let bank = Call::Bank { cells: 16, series: 1, parallel: 2, volts: 48 };
            from_running(vec![bank, Call::Change {}, Cycles { count: 70 }, promise()])
        }),
        ("charger-gives-up", {
            let empty = [range(CHARGER_IN_LOW_CELL_STATE, 1), Call::Change {}, value_of(0, What::Cells, 2700)];
            let waits = [Cycles { count: 255 }, Cycles { count: 255 }, Cycles { count: 255 }, promise()];
            let charged = [value_of(0, What::Current, 1100), Cycles { count: 20 }, promise()];
            from_running([&empty[..], &waits[..], &charged[..]].concat())
        }),
        ("silent-after-cut", {
            let set = [range(AFTER_CUTOFF, 10), range(PATTERN, 1), range(COUNTDOWN, 1), Call::Change {}];
            let cut = [value_of(0, What::Cells, 2700), Cycles { count: 100 }, promise()];
            from_running([&set[..], &cut[..]].concat())
        }),
        ("over-current-warns", {
            let set = [range(OVER_CURRENT_ACTION, 1), Call::Change {}, value_of(0, What::Current, -400_000)];
            from_running([&set[..], &[Cycles { count: 20 }, promise()]].concat())
        }),
        ("stray-current", {
            let off = [Input { what: 1, value: 5000 }, Input { what: 2, value: 0 }];
            from_running([&off[..], &[value_of(0, What::Current, -2000), Cycles { count: 70 }, promise()]].concat())
        }),
        ("radio", from_running(vec![Input { what: 3, value: 2 }, Cycles { count: 1 }])),
    ];
    seeds.into_iter().map(|(name, calls)| (name, Script(calls))).collect()
}

/// From a bank of one battery that is up.
fn from_running(then: Vec<Call>) -> Vec<Call> {
    let mut calls = vec![Start { how: 0, damaged: 0 }, Cycles { count: 70 }];
    calls.extend(then);
    calls
}

/// From a 12 V bank of two strings of one battery that is up.
fn two(then: Vec<Call>) -> Vec<Call> {
    let mut calls = vec![Call::Bank { cells: 4, series: 1, parallel: 2, volts: 12 }];
    calls.extend(from_running(then));
    calls
}

fn value_of(battery: u8, what: What, value: i32) -> Call {
    Value { battery, what: what as u8, value }
}

fn one_cell(cell: i32, mv: i32) -> i32 {
    cell << CELL_SHIFT | mv
}

fn promise() -> Call {
    Promise { seed: 7, cycles: 40 }
}

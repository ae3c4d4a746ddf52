//! `quiet()`: how far its promise reaches, to the millisecond and to the last unit of every band.
//!
//! The numbers follow from the rules: a band ends one unit before the value that would set or clear something.

use ngbank_core::frame::Status;
use ngbank_core::settings::{LowCellCharger, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Band, Bms, Drive, InputBand, Quiet};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, PULSE_DISCHARGE, SECOND, layout, parallel};
use crate::low_cell_charger::low;

/// Farther no promise reaches, ms.
const HORIZON: u64 = 1 << 30;

/// Every bit that a rule looks at (COM-6): all but the three of the balancing and the unused sixteenth.
const RULED: u16 = 0x7ff8;

/// A healthy 25.6 V battery with default settings: PRE-1, OV-1, TEMP-1, TEMP-2, OC-1; at 500 ‰ SOC-2 leaves 349 ‰.
const HEALTHY: Band = Band {
    lowest_mv: (3100, 5000),
    highest_mv: (500, 3750),
    coldest_dc: (50, 1000),
    hottest_dc: (-450, 500),
    current_ma: (-150_000, 70_000),
    soc_pm: (151, 1000),
    status_mask: RULED,
    status_value: 0,
};

/// Joined remote pins and a 24 V supply: SUP-1 is wider than what error 34 leaves (1.5 to 4.5 V per cell).
const JOINED: InputBand = InputBand {
    supply_mv: (12_000, 36_000),
    remote_l_mv: (i32::MIN, 3499),
    remote_h_mv: (2901, i32::MAX),
    remote_h_over_supply_mv: (i32::MIN, 200),
};

fn ask(bank: &Bank) -> Quiet {
    let mut quiet = Quiet::new();
    bank.bms.quiet(bank.now(), &mut quiet);
    quiet
}

/// ms until something may change; 0: not quiet.
fn length(bank: &Bank) -> u64 {
    ask(bank).until.since(bank.now()).as_millis().into()
}

/// The bands of the bank's batteries.
fn bands(bank: &Bank) -> Vec<Band> {
    ask(bank).bands[..bank.batteries.len()].to_vec()
}

fn with(change: impl Fn(&mut Settings)) -> Bank {
    let mut settings = Settings::new(parallel(3));
    change(&mut settings);
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank
}

#[test]
fn healthy() {
    let bank = Bank::running(3);
    let quiet = ask(&bank);
    assert_eq!((length(&bank), quiet.silent), (HORIZON, 0));
    assert_eq!(bands(&bank), [HEALTHY; 3]);
    // Not of this bank: whatever a frame can say (COM-4).
    let any = Band {
        lowest_mv: (500, 5000),
        highest_mv: (500, 5000),
        coldest_dc: (-450, 1000),
        hottest_dc: (-450, 1000),
        current_ma: (i32::MIN, i32::MAX),
        soc_pm: (0, 1000),
        status_mask: 0,
        status_value: 0,
    };
    assert_eq!((quiet.bands[3], Band::PLAUSIBLE), (any, any));
    assert_eq!(quiet.inputs, JOINED);
}

#[test]
fn not_started() {
    let mut quiet = Quiet::new();
    Bms::new().quiet(Instant::from_millis(7), &mut quiet);
    assert_eq!(u64::from(quiet.until.as_millis()), HORIZON + 7);
    assert_eq!(quiet.inputs, InputBand::ANY);
}

/// What is in motion only execution can tell. Each leaves everything else at rest.
#[test]
fn no_promise() {
    type Move = fn(&mut Bank);
    let table: [(&str, Move); 11] = [
        ("start-up", |bank| {
            bank.link(2, Link::Silent);
            bank.power_on();
        }),
        ("clock fault", |bank| {
            bank.clock = bank.clock.wrapping_sub(1000);
            bank.decide();
        }),
        ("not trusted", |bank| {
            bank.status(1, Status::MEASUREMENT_ERROR);
            bank.run_for(CYCLE);
        }),
        ("one impossible frame", |bank| {
            bank.soc(1, 1001);
            bank.run_for(CYCLE);
        }),
        ("discharge warning", |bank| {
            bank.current(1, -150_001);
            bank.run_for(CYCLE);
        }),
        ("charge warning", |bank| {
            bank.current(2, 70_001);
            bank.run_for(CYCLE);
        }),
        ("warning bit", |bank| {
            bank.status(1, Status::DISCHARGE_CURRENT_WARNING);
            bank.run_for(CYCLE);
        }),
        ("a warning that clears", |bank| {
            bank.current(1, -150_001);
            bank.run_for(CYCLE);
            bank.current(1, 0);
            bank.run_for(4 * SECOND);
        }),
        ("a cut that is not judged", |bank| {
            bank.current(1, -2 * PULSE_DISCHARGE);
            bank.run_for(600);
            assert_eq!(bank.outputs.load, Drive::Floating);
        }),
        ("the remote's debounce", |bank| {
            bank.remote(false);
            bank.run_for(DECISION);
            assert_eq!(bank.outputs.load, Drive::High, "not yet");
        }),
        ("relief of a lengthened hold", |bank| {
            two_cuts(bank);
            bank.current(0, 6001);
            bank.run_for(CYCLE);
        }),
    ];
    for (name, begin) in table {
        let mut bank = Bank::running(3);
        assert_eq!(length(&bank), HORIZON, "{name}");
        begin(&mut bank);
        assert_eq!(length(&bank), 0, "{name}");
    }
}

/// UV-4: whether a charge current counts shows after its 5 s.
#[test]
fn no_promise_while_a_charge_current_may_count_soon() {
    let mut bank = low();
    bank.align();
    assert!(length(&bank) > 0, "until CHARGER is given up");
    bank.all(|report| report.current_ma = 1001);
    bank.run_for(CYCLE);
    assert_eq!(length(&bank), 0);
    bank.run_for(6 * SECOND);
    assert!(length(&bank) > 0, "it counts");
}

/// Two UV cuts within the hour: UV-2's hold is 60 s. Ends with LOAD High again, at a cycle boundary.
fn two_cuts(bank: &mut Bank) {
    for hold in [30, 60] {
        bank.all_cells(2700);
        bank.run_for(31 * SECOND);
        assert_eq!(bank.outputs.load, Drive::Floating);
        bank.all_cells(3300);
        bank.run_for((hold + 1) * SECOND);
        assert_eq!(bank.outputs.load, Drive::High);
    }
}

/// UV-2: 2 % of 300 Ah is 6 A, in equal parts of three strings; what flows already is not to spare.
#[test]
fn charge_that_relieves_a_lengthened_hold() {
    let mut bank = Bank::running(3);
    two_cuts(&mut bank);
    assert_eq!(bands(&bank)[0].current_ma, (-150_000, 2000));
    for (b, ma) in [(0, 3000), (1, -1000), (2, 1000)] {
        bank.current(b, ma);
    }
    bank.run_for(CYCLE);
    assert_eq!(bands(&bank).iter().map(|band| band.current_ma.1).collect::<Vec<_>>(), [4000, 0, 2000]);
}

/// While a cause holds, the battery that is farthest from its clear value keeps it; the others are free of that value.
#[test]
fn one_battery_holds_a_cause() {
    type Change = fn(&mut Bank);
    type Bounds = fn(&Band) -> (i32, i32);
    let lowest: Bounds = |band| (band.lowest_mv.0.into(), band.lowest_mv.1.into());
    let highest: Bounds = |band| (band.highest_mv.0.into(), band.highest_mv.1.into());
    let coldest: Bounds = |band| (band.coldest_dc.0.into(), band.coldest_dc.1.into());
    let hottest: Bounds = |band| (band.hottest_dc.0.into(), band.hottest_dc.1.into());
    // What sets it; what then keeps it, battery 1 the most; the bounds of battery 1, and those of the others.
    type Case = (&'static str, Change, Change, Bounds, (i32, i32), (i32, i32));
    let table: [Case; 6] = [
        (
            "pre-alarm: clears above 3150",
            |bank| bank.all_cells(3090),
            |bank| bank.cell(1, 3, 3080),
            lowest,
            (2800, 3150),
            (2800, 5000),
        ),
        (
            "over-voltage: clears below 3600",
            |bank| bank.all_cells(3751),
            |bank| {
                bank.all_cells(3700);
                bank.cell(1, 3, 3740);
            },
            highest,
            (3600, 5000),
            (500, 5000),
        ),
        (
            "cold charge: clears from 7.0 °C",
            |bank| bank.all(|report| report.coldest_dc = 49),
            |bank| bank.temperature(1, 48, 60),
            coldest,
            (-200, 69),
            (-200, 1000),
        ),
        (
            "cold discharge: clears from −18.0 °C",
            |bank| bank.all(|report| report.coldest_dc = -201),
            |bank| bank.temperature(1, -202, 60),
            coldest,
            (-450, -181),
            (-450, 1000),
        ),
        (
            "hot: clears from 48.0 °C",
            |bank| bank.all(|report| report.hottest_dc = 501),
            |bank| bank.temperature(1, 200, 510),
            hottest,
            (481, 1000),
            (-450, 1000),
        ),
        (
            "under-voltage: clears from 3200, the pre-alarm before it",
            |bank| {
                bank.all_cells(2700);
                bank.run_for(MINUTE);
            },
            |bank| bank.cell(1, 0, 2600),
            lowest,
            (500, 3150),
            (500, 5000),
        ),
    ];
    for (name, set, keep, bounds, pinned, free) in table {
        let mut bank = Bank::running(3);
        set(&mut bank);
        bank.run_for(2 * SECOND);
        keep(&mut bank);
        bank.run_for(CYCLE);
        assert_eq!(length(&bank), HORIZON, "{name}");
        assert_eq!(bands(&bank).iter().map(bounds).collect::<Vec<_>>(), [free, pinned, free], "{name}");
    }
}

/// A silent battery keeps every cause anyhow ("Signals"); it is in the promise, and in no band.
#[test]
fn a_silent_battery_holds_every_cause() {
    let mut bank = Bank::running(3);
    bank.temperature(1, 49, 60);
    bank.link(2, Link::Silent);
    bank.run_for(10 * SECOND);
    let quiet = ask(&bank);
    assert_eq!((length(&bank), quiet.silent), (HORIZON, 0b100));
    assert_eq!(quiet.bands.map(|band| band.coldest_dc)[..2], [(-200, 1000); 2]);
}

/// A battery's bits stay as they are, and so does what they set.
#[test]
fn bits_stay() {
    let mut bank = Bank::running(3);
    bank.status(1, Status::FIRMWARE_MISMATCH | Status::BALANCING);
    bank.run_for(CYCLE);
    let bands = bands(&bank);
    assert!(bands.iter().all(|band| band.status_mask == RULED));
    assert_eq!(bands.iter().map(|band| band.status_value).collect::<Vec<_>>(), [0, 1 << 14, 0]);
}

/// Waiting after the start (BOOT-2): trips by its value, clears by its other one.
#[test]
fn waiting_for_clear() {
    let mut bank = Bank::new(Settings::new(parallel(3)));
    bank.all_cells(3180);
    bank.cell(1, 0, 3170);
    bank.come_up();
    assert_eq!(length(&bank), HORIZON);
    let lowest: Vec<_> = bands(&bank).iter().map(|band| band.lowest_mv).collect();
    assert_eq!(lowest, [(3100, 5000), (3100, 3199), (3100, 5000)]);
}

/// The bank's state of charge is the mean of its strings: each may move by the same.
#[test]
fn state_of_charge() {
    type Steps = &'static [[u16; 3]];
    // Floor 100, warning at 150, clear 50 above. Values one after the other, then the bands.
    type Case = (&'static str, Steps, [(u16, u16); 3]);
    let table: [Case; 6] = [
        ("nothing set: the mean stays above 150", &[[500, 400, 300]], [(251, 1000), (151, 1000), (51, 1000)]),
        ("one left over", &[[151, 151, 152]], [(151, 1000), (151, 1000), (152, 1000)]),
        ("warning: above 100, up to 200", &[[150, 150, 150]], [(101, 200); 3]),
        ("warning, two to spare", &[[150, 150, 150], [200, 200, 200]], [(101, 200); 3]),
        ("alarm: up to 150", &[[100, 100, 100]], [(0, 150); 3]),
        ("alarm cleared, warning holds", &[[100, 100, 100], [160, 160, 160]], [(101, 200); 3]),
    ];
    for (name, steps, expected) in table {
        let mut bank = Bank::running(3);
        for step in steps {
            (0..3).for_each(|b| bank.soc(b, step[b]));
            bank.run_for(CYCLE);
        }
        assert_eq!(bands(&bank).iter().map(|band| band.soc_pm).collect::<Vec<_>>(), expected, "{name}");
    }
    let mut bank = Bank::new(Settings::new(parallel(3)));
    bank.all(|report| report.soc_pm = 120);
    bank.come_up();
    assert_eq!(bands(&bank)[0].soc_pm, (101, 150), "the alarm waits for its clear value");
    let bank = with(|settings| settings.discharge_floor_pm = 0);
    assert_eq!(bands(&bank)[0].soc_pm, (0, 1000), "no floor");
}

/// Strings of four: the first battery's current is the string's, the lowest battery counts.
#[test]
fn strings_not_batteries() {
    let mut bank = Bank::running_with(layout(4, 4, 3), |_| {});
    assert_eq!(bands(&bank)[0].soc_pm, (151, 1000));
    assert_eq!(ask(&bank).inputs.supply_mv, (24_000, 70_000), "16 cells, and SUP-1 above");
    bank.all(|report| report.soc_pm = 300);
    bank.run_for(CYCLE);
    assert_eq!(bands(&bank)[11].soc_pm, (151, 1000));
}

/// Each timer ends the promise at the instant at which it acts.
#[test]
fn until_the_next_timer() {
    type Begin = fn(&mut Bank);
    // Battery b speaks (b + 1) · 10 ms after the cycle; the promise is asked at the cycle's end.
    let table: [(&str, Begin, u64); 8] = [
        ("OV-1: 1 s from the frame at 20 ms", |bank| bank.cell(1, 0, 3751), 1020 - 500),
        ("the first of two holds", |bank| [2, 0].into_iter().for_each(|b| bank.cell(b, 0, 3751)), 1010 - 500),
        ("PRE-2: 30 s from the decision at 100 ms", |bank| bank.cell(1, 0, 2799), 30_100 - 500),
        (
            "UV-1: 1 s from the frame, PRE-2 long met",
            |bank| {
                bank.cell(0, 0, 3000);
                bank.run_for(MINUTE);
                bank.cell(1, 0, 2799);
            },
            1020 - 500,
        ),
        (
            "PRE-2, a part of it gone",
            |bank| {
                bank.cell(0, 0, 3000);
                bank.run_for(10 * SECOND);
                bank.cell(1, 0, 2799);
            },
            30_100 - 10_500,
        ),
        (
            "UV-2: 30 s from the last frame at 30 ms",
            |bank| {
                bank.all_cells(2700);
                bank.run_for(MINUTE);
                bank.all_cells(3200);
            },
            30_030 - 500,
        ),
        (
            "OC-3: 60 s from the cut at 600 ms",
            |bank| {
                bank.current(1, -2 * PULSE_DISCHARGE);
                bank.run_for(600);
                bank.current(1, 0);
                bank.run_for(5400);
            },
            60_000 - 5400 - 500,
        ),
        ("nothing", |_| {}, HORIZON),
    ];
    for (name, begin, ms) in table {
        let mut bank = Bank::running(3);
        begin(&mut bank);
        bank.run_for(CYCLE);
        assert_eq!(length(&bank), ms, "{name}");
    }
}

/// ERR-1: 12 ends after a clean minute.
#[test]
fn until_a_clean_minute_has_passed() {
    let mut bank = Bank::running(3);
    bank.watchdog_reset();
    bank.run_until(2 * SECOND, |o| o.load == Drive::High).expect("up again");
    let clean = bank.time;
    bank.align();
    assert_eq!(length(&bank), clean + MINUTE - bank.time);
}

/// SUP-1 and error 34: on the side of every limit on which the supply is. 12 V: 6 to 18 V, 48 V: 24 to 72 V.
#[test]
fn supply() {
    let table = [
        (4, 13_000, (8000, 18_000)),
        (4, 18_001, (18_001, 70_000)),
        (4, 7999, (6000, 8500)),
        (4, 5999, (i32::MIN, 5999)),
        (16, 23_999, (8000, 23_999)),
        (16, 70_000, (24_000, 70_000)),
        (16, 70_001, (69_000, 72_000)),
        (16, 72_001, (72_001, i32::MAX)),
    ];
    for (cells, mv, expected) in table {
        let mut bank = Bank::running_with(layout(cells, 1, 1), |_| {});
        bank.inputs.supply_mv = mv;
        bank.run_for(2 * SECOND);
        assert_eq!(ask(&bank).inputs.supply_mv, expected, "{mv} mV with {cells} cells");
    }
}

/// REM-1 and REM-2: on the side of every limit on which the pins are.
#[test]
fn remote_pins() {
    type Sides = [(i32, i32); 3];
    const LOW: (i32, i32) = (i32::MIN, 3499);
    const NOT_LOW: (i32, i32) = (3500, i32::MAX);
    const HIGH: (i32, i32) = (2901, i32::MAX);
    const NOT_HIGH: (i32, i32) = (i32::MIN, 2900);
    const WITHIN: (i32, i32) = (i32::MIN, 200);
    const ABOVE: (i32, i32) = (201, i32::MAX);
    // V_L, V_H, then the bands of L, of H and of H above the supply of 26.4 V.
    let table: [(i32, i32, Sides); 5] = [
        (5000, 0, [NOT_LOW, NOT_HIGH, WITHIN]),
        (3499, 2900, [LOW, NOT_HIGH, WITHIN]),
        (3500, 2901, [NOT_LOW, HIGH, WITHIN]),
        (5000, 26_600, [NOT_LOW, HIGH, WITHIN]),
        (5000, 26_601, [NOT_LOW, HIGH, ABOVE]),
    ];
    for (l, h, expected) in table {
        let mut bank = Bank::running(1);
        (bank.inputs.remote_l_mv, bank.inputs.remote_h_mv) = (l, h);
        bank.run_for(2 * SECOND);
        let bands = ask(&bank).inputs;
        let found = [bands.remote_l_mv, bands.remote_h_mv, bands.remote_h_over_supply_mv];
        assert_eq!(found, expected, "L {l} mV, H {h} mV");
    }
}

/// UV-2: the hold as it has been lengthened.
#[test]
fn until_a_lengthened_hold_has_passed() {
    let mut bank = Bank::running(3);
    two_cuts(&mut bank);
    bank.all_cells(2700);
    bank.run_for(31 * SECOND);
    bank.all_cells(3200);
    bank.run_for(CYCLE);
    assert_eq!(length(&bank), 120_030 - 500);
}

/// DIAG-1: 700 mA + 50 mA for each of three strings are 850 mA, above which error 36 comes after 30 s. Each string may change
/// by a third of what lies between.
#[test]
fn currents_that_ignore_their_output() {
    type Begin = fn(&mut Bank);
    let no_load: Begin = |bank| bank.temperature(0, 200, 501);
    let no_charge: Begin = |bank| bank.temperature(0, 49, 60);
    let within = (-150_000, 70_000);
    // What floats an output, the current of each string, and its band after a minute.
    let table: [(Begin, i32, (i32, i32)); 8] = [
        (no_charge, 0, (-150_000, 283)),
        (no_charge, 283, (-150_000, 283)),
        (no_charge, 284, (284, 70_000)),
        (no_charge, 3000, (284, 70_000)),
        (no_charge, -3000, (-150_000, 283)),
        (|_| {}, 3000, within),
        (|bank| bank.temperature(0, -201, 60), 0, (-283, 283)),
        (|bank| bank.temperature(0, -201, 60), -3000, (-150_000, -284)),
    ];
    for (begin, ma, expected) in table {
        let mut bank = Bank::running(3);
        begin(&mut bank);
        bank.all(|report| report.current_ma = ma);
        bank.run_for(MINUTE);
        assert_eq!(length(&bank), HORIZON, "{ma} mA");
        assert_eq!(bands(&bank)[1].current_ma, expected, "{ma} mA");
    }
    let mut bank = Bank::running(3);
    no_load(&mut bank);
    bank.run_for(MINUTE);
    assert_eq!(bands(&bank)[1].current_ma, (-283, 283), "too hot to charge and to discharge");
}

/// Counts that go on from decision to decision end the promise when they are over.
#[test]
fn until_a_count_is_over() {
    type Begin = fn(&mut Bank);
    // The first decision that counts comes 100 ms after the cycle, or when LOAD floats at 30.1 s.
    let table: [(&str, Begin, u64); 3] = [
        (
            "DIAG-1: 30 s",
            |bank| {
                bank.temperature(0, 49, 60);
                bank.all(|report| report.current_ma = 1000);
            },
            30_100 - 500,
        ),
        (
            "UV-4: 5 min",
            |bank| {
                bank.all_cells(2700);
                bank.run_for(30 * SECOND);
            },
            5 * MINUTE + 100 - 500,
        ),
        (
            "PRE-6: 600 s, and UV-4 has given up",
            |bank| {
                bank.all_cells(2700);
                bank.run_for(30 * SECOND + 400 * SECOND);
            },
            200 * SECOND + 100 - 500,
        ),
    ];
    for (name, begin, ms) in table {
        let mut bank = with(|settings| {
            settings.charger_in_low_cell_state = LowCellCharger::OffAfter;
            settings.pre_alarm_after_cutoff_s = 600;
        });
        begin(&mut bank);
        bank.run_for(CYCLE);
        assert_eq!(length(&bank), ms, "{name}");
    }
}

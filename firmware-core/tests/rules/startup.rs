//! BOOT-1, BOOT-2: what happens after power-on and after a watchdog reset.

use ngbank_core::frame::{Report, Status};
use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive, Outputs, Retained};

use proptest::prelude::*;

use crate::common::script::{config, script};
use crate::common::{
    Bank, CYCLE, DECISION, Link, MINUTE, PULSE_DISCHARGE, SECOND, charger, layout, load, parallel, pins, pre_alarm,
};

const OVER_CURRENT_BITS: u16 = Status::CHARGE_CURRENT_WARNING.bits()
    | Status::CHARGE_CURRENT_ALARM.bits()
    | Status::DISCHARGE_CURRENT_WARNING.bits()
    | Status::DISCHARGE_CURRENT_ALARM.bits();

const ALL_FLOAT: (Drive, Drive, bool) = (Drive::Floating, Drive::Floating, false);

/// A bank that was just switched on.
fn switched_on(change: impl Fn(&mut Report)) -> Bank {
    let mut bank = Bank::new(Settings::new(parallel(3)));
    bank.all(change);
    bank.power_on();
    bank
}

#[test]
fn boot_1_charger_within_two_cycles_load_after_the_hold() {
    for layout in [parallel(1), layout(8, 2, 25), layout(4, 4, 12), layout(16, 1, 25)] {
        let mut bank = Bank::new(Settings::new(layout));
        bank.power_on();
        let complete = 10 * u64::try_from(layout.batteries()).unwrap();
        let rise = bank.run_until(MINUTE, |o| o.charger == Drive::High).unwrap();
        assert!(rise >= complete && rise <= complete + 2 * CYCLE + DECISION, "{rise} ms for {layout:?}");
        let rise = bank.run_until(MINUTE, |o| o.load == Drive::High).unwrap() + rise;
        let hold = 30 * SECOND;
        assert!(rise >= complete + hold && rise <= complete + hold + 2 * CYCLE + DECISION, "{rise} ms for {layout:?}");
        bank.assert_clean();
    }
}

#[test]
fn boot_1_everything_floats_until_every_battery_has_reported() {
    for missing in 0..3 {
        let mut bank = Bank::new(Settings::new(parallel(3)));
        bank.link(missing, Link::Silent);
        bank.all_cells(3000);
        bank.power_on();
        bank.stays(10 * MINUTE, pins, ALL_FLOAT);
        assert!(bank.shows(Cause::StartUp), "{:?}", bank.outputs);
        bank.link(missing, Link::Good);
        bank.all_cells(3300);
        bank.run_for(MINUTE);
        bank.assert_clean();
    }
}

/// Before `start`, and without a single frame, nothing is allowed.
#[test]
fn boot_1_nothing_is_allowed_before_the_start() {
    let mut bank = Bank::new(Settings::new(parallel(2)));
    bank.stays(MINUTE, pins, ALL_FLOAT);
}

/// BOOT-2: a value between the two thresholds of its hysteresis waits in its own column.
#[test]
fn boot_2_every_hysteresis_begins_tripped() {
    type Change = fn(&mut Report);
    let column = |o: &Outputs| {
        (o.load_causes.contains(Cause::WaitingForClear), o.charger_causes.contains(Cause::WaitingForClear))
    };
    // What the battery says, then whether LOAD and CHARGER wait.
    let table: [(&str, Change, (bool, bool)); 12] = [
        ("cell 3199 mV", |r| r.cells_mv[7] = 3199, (true, false)),
        ("cell 3200 mV", |r| r.cells_mv[7] = 3200, (false, false)),
        ("cell 2800 mV", |r| r.cells_mv[7] = 2800, (true, false)),
        ("cell 3600 mV", |r| r.cells_mv[7] = 3600, (false, true)),
        ("cell 3599 mV", |r| r.cells_mv[7] = 3599, (false, false)),
        ("6.9 °C", |r| r.coldest_dc = 69, (false, true)),
        ("7.1 °C", |r| r.coldest_dc = 71, (false, false)),
        ("48.1 °C", |r| r.hottest_dc = 481, (true, true)),
        ("47.9 °C", |r| r.hottest_dc = 479, (false, false)),
        ("150 ‰", |r| r.soc_pm = 150, (true, false)),
        ("151 ‰", |r| r.soc_pm = 151, (false, false)),
        ("−18.1 °C", |r| r.coldest_dc = -181, (true, false)),
    ];
    for (name, change, waits) in table {
        let mut bank = Bank::new(Settings::new(parallel(3)));
        bank.all(|report| report.hottest_dc = 300);
        change(&mut bank.batteries[2].report);
        if name.ends_with('‰') {
            bank.all(change);
        }
        bank.power_on();
        bank.run_for(MINUTE);
        assert_eq!(column(&bank.outputs), waits, "{name}: {:?}", bank.outputs);
        // Too cold to charge as well: a real cause.
        let cold = name.starts_with('−');
        let expected = [waits.0, waits.1 || cold].map(|waits| if waits { Drive::Floating } else { Drive::High });
        assert_eq!([load(&bank.outputs), charger(&bank.outputs)], expected, "{name}");
    }
}

/// Shown as waiting it is no error, no history, no low-cell state, no UV cut.
#[test]
fn boot_2_waiting_is_no_event() {
    let mut bank = switched_on(|report| {
        report.cells_mv = [3180; 16];
        report.coldest_dc = 60;
        report.soc_pm = 180;
    });
    for _ in 0..600 {
        bank.run_for(DECISION);
        assert_eq!((bank.outputs.error, bank.outputs.low_cell_state), (None, false));
        // 3180 mV and 180 ‰ lie inside their hystereses: PRE-ALARM follows the measured values only.
        assert!(!pre_alarm(&bank.outputs));
        for cause in [Cause::UnderVoltage, Cause::ColdCharge, Cause::FloorAlarm, Cause::FloorWarning, Cause::PreAlarm] {
            assert!(!bank.shows(cause), "{cause:?}");
        }
    }
    assert_eq!((load(&bank.outputs), charger(&bank.outputs)), (Drive::Floating, Drive::Floating));
    let history = bank.bms.history();
    assert_eq!((history.errors, history.under_voltages, history.pre_alarms), ([None; 4], 0, 0));
    // The first cut is the first: its hold is the setting's.
    bank.all(|report| {
        report.cells_mv = [3300; 16];
        report.coldest_dc = 190;
    });
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
    bank.align();
    bank.all_cells(2700);
    bank.run_for(40 * SECOND);
    bank.all_cells(3300);
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
}

/// A value that trips it makes it the real cause.
#[test]
fn boot_2_waiting_becomes_the_real_cause() {
    type Change = fn(&mut Report);
    let table: [(Change, Change, Cause); 5] = [
        (|r| r.cells_mv = [3180; 16], |r| r.cells_mv = [2799; 16], Cause::UnderVoltage),
        (|r| r.cells_mv = [3650; 16], |r| r.cells_mv = [3751; 16], Cause::OverVoltage),
        (|r| r.coldest_dc = 60, |r| r.coldest_dc = 49, Cause::ColdCharge),
        (|r| r.hottest_dc = 490, |r| r.hottest_dc = 501, Cause::HotDischarge),
        (|r| r.soc_pm = 150, |r| r.soc_pm = 100, Cause::FloorAlarm),
    ];
    for (between, beyond, cause) in table {
        let mut bank = switched_on(between);
        bank.run_for(MINUTE);
        assert!(bank.shows(Cause::WaitingForClear) && !bank.shows(cause), "{cause:?}: {:?}", bank.outputs);
        bank.all(beyond);
        bank.run_for(2 * SECOND);
        assert!(bank.shows(cause), "{cause:?}: {:?}", bank.outputs);
        bank.all(between);
        bank.run_for(MINUTE);
        assert!(bank.shows(cause), "{cause:?} has its hysteresis");
    }
}

/// Started with an empty bank: UV is real at once (UV-5), and the pre-alarm warns.
#[test]
fn boot_2_an_empty_bank() {
    let mut bank = switched_on(|report| report.cells_mv = [2700; 16]);
    bank.run_for(2 * SECOND);
    assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::High, true));
    assert!(bank.shows(Cause::UnderVoltage) && bank.outputs.low_cell_state);
    assert_eq!(bank.outputs.error, Some(14));
}

/// A watchdog reset of a healthy bank: no hysteresis is tripped, LOAD need not wait for UV-2.
#[test]
fn boot_2_watchdog_of_a_healthy_bank() {
    let mut bank = Bank::running(3);
    bank.watchdog_reset();
    assert_eq!(pins(&bank.outputs), ALL_FLOAT);
    let rise = bank.run_until(MINUTE, |o| o.load == Drive::High).unwrap();
    assert!((30..=1100).contains(&rise), "{rise} ms");
    bank.assert_clean();
}

/// What keeps an output Floating keeps it so over a watchdog reset, as the real cause.
#[test]
fn boot_2_watchdog_keeps_the_causes() {
    type Change = fn(&mut Report);
    type Output = fn(&Outputs) -> Drive;
    // Beyond the limit; between the thresholds; the cause; which output it floats.
    let table: [(Change, Change, Cause, Output); 5] = [
        (|r| r.cells_mv = [2700; 16], |r| r.cells_mv = [3180; 16], Cause::UnderVoltage, load),
        (|r| r.cells_mv = [3800; 16], |r| r.cells_mv = [3650; 16], Cause::OverVoltage, charger),
        (|r| r.coldest_dc = 49, |r| r.coldest_dc = 60, Cause::ColdCharge, charger),
        (|r| r.hottest_dc = 501, |r| r.hottest_dc = 490, Cause::HotDischarge, load),
        (|r| r.soc_pm = 100, |r| r.soc_pm = 150, Cause::FloorAlarm, load),
    ];
    for (beyond, between, cause, output) in table {
        let mut bank = Bank::running(3);
        bank.all(beyond);
        bank.run_for(40 * SECOND);
        assert!(bank.shows(cause));
        bank.all(between);
        bank.run_for(SECOND);
        bank.watchdog_reset();
        bank.stays(10 * SECOND, output, Drive::Floating);
        assert!(bank.shows(cause) && !bank.shows(Cause::WaitingForClear), "{cause:?}: {:?}", bank.outputs);
    }
}

/// The hysteresis of the pre-alarm is kept too.
#[test]
fn boot_2_watchdog_keeps_the_pre_alarm() {
    let mut bank = Bank::running(3);
    bank.cell(1, 0, 3000);
    bank.run_for(SECOND);
    bank.cell(1, 0, 3120);
    bank.run_for(SECOND);
    bank.watchdog_reset();
    bank.run_for(2 * SECOND);
    assert!(pre_alarm(&bank.outputs));
}

/// A running clear time starts anew at full length, with the present hold of UV-2: the third cut has made it 120 s.
#[test]
fn boot_2_watchdog_restarts_the_clear_hold() {
    let mut bank = Bank::running(3);
    for hold in [30, 60] {
        bank.all_cells(2700);
        bank.run_for(35 * SECOND);
        bank.all_cells(3200);
        bank.changes_at(hold * SECOND + DECISION, load, Drive::Floating, Drive::High);
        bank.align();
    }
    bank.all_cells(2700);
    bank.run_for(35 * SECOND);
    bank.all_cells(3200);
    bank.run_for(115 * SECOND);
    for _ in 0..2 {
        bank.watchdog_reset();
        bank.stays(115 * SECOND, load, Drive::Floating);
        assert!(bank.shows(Cause::UnderVoltage));
    }
    let rise = bank.run_until(7 * SECOND, |o| o.load == Drive::High);
    assert!(rise.is_some_and(|ms| ms >= 5 * SECOND), "120 s after the last reset: {rise:?}");
}

/// The latch of OC-3 is kept; a running retry starts anew.
#[test]
fn boot_2_watchdog_keeps_latch_and_retry() {
    let short = |bank: &mut Bank| {
        bank.current(1, -PULSE_DISCHARGE * 2);
        bank.run_for(SECOND);
        bank.current(1, 0);
        bank.run_for(CYCLE);
        assert!(bank.shows(Cause::DischargeOverCurrent));
    };
    let mut bank = Bank::running(3);
    short(&mut bank);
    bank.run_for(40 * SECOND);
    bank.watchdog_reset();
    bank.stays(60 * SECOND - DECISION, load, Drive::Floating);
    bank.run_for(2 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::High);
    for _ in 0..2 {
        short(&mut bank);
        bank.run_for(70 * SECOND);
    }
    assert_eq!(load(&bank.outputs), Drive::Floating, "the third within 10 min");
    bank.watchdog_reset();
    bank.stays(30 * MINUTE, load, Drive::Floating);
    assert!(bank.shows(Cause::DischargeOverCurrent));
}

/// OUT-9 and OUT-10 are not retained: BOOT-1 itself decides them.
#[test]
fn boot_2_watchdog_ends_a_mismatch_that_is_gone() {
    let mut bank = Bank::running(2);
    let serial = std::mem::replace(&mut bank.batteries[1].report.serial, 4711);
    bank.run_for(SECOND);
    assert!(bank.shows(Cause::BankMismatch));
    bank.batteries[1].report.serial = serial;
    bank.watchdog_reset();
    bank.run_for(MINUTE);
    bank.assert_clean();
}

/// The hysteresis of the supply and of the remote's debounce give a reset no shortcut either.
#[test]
fn boot_2_watchdog_keeps_the_supply_tripped() {
    for (beyond, between) in [(70_001, 69_500), (7900, 8400)] {
        let mut bank = Bank::running(2);
        bank.inputs.supply_mv = beyond;
        bank.run_for(2 * SECOND);
        bank.inputs.supply_mv = between;
        bank.run_for(2 * SECOND);
        assert_eq!(pins(&bank.outputs), ALL_FLOAT);
        bank.watchdog_reset();
        bank.stays(MINUTE, pins, ALL_FLOAT);
    }
}

/// Trust and its count are kept: a distrusted battery does not come back sooner through a reset.
#[test]
fn boot_2_watchdog_keeps_distrust() {
    let mut bank = Bank::running(2);
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    bank.link(1, Link::Good);
    bank.run_for(8 * SECOND);
    bank.watchdog_reset();
    bank.stays(9500, load, Drive::Floating);
    bank.run_for(2 * SECOND);
    assert_eq!(load(&bank.outputs), Drive::High);
}

/// Without retained state, or with none that is valid, a watchdog reset is like power-on.
#[test]
fn boot_2_nothing_valid_retained() {
    let empty = Retained::new();
    for retained in [None, Some(&empty)] {
        let mut bank = Bank::running(3);
        bank.all_cells(3180);
        bank.run_for(SECOND);
        assert_eq!(load(&bank.outputs), Drive::High);
        bank.reset_with(retained);
        bank.run_for(MINUTE);
        assert_eq!(load(&bank.outputs), Drive::Floating);
        assert!(bank.outputs.load_causes.contains(Cause::WaitingForClear), "{:?}", bank.outputs);
    }
}

/// Any damaged bit of what was retained makes it worthless.
#[test]
fn boot_2_damaged_retained_state() {
    let mut bank = Bank::running(3);
    bank.all_cells(3180);
    bank.run_for(SECOND);
    let mut retained = Retained::new();
    bank.bms.retained(&mut retained);
    let comes_up = |retained: &Retained| {
        let mut bank = bank.clone();
        bank.reset_with(Some(retained));
        bank.run_for(2 * SECOND);
        load(&bank.outputs) == Drive::High
    };
    assert!(comes_up(&retained), "undamaged");
    for at in 0..retained.bytes_mut().len() {
        for bit in 0..8 {
            let mut damaged = retained.clone();
            damaged.bytes_mut()[at] ^= 1 << bit;
            assert!(!comes_up(&damaged), "byte {at}, bit {bit}");
        }
    }
}

/// State that another bank or another set of settings left behind is none of ours.
#[test]
fn boot_2_nothing_but_safe_from_another_bank() {
    let mut retained = Retained::new();
    Bank::running(1).bms.retained(&mut retained);
    let mut bank = Bank::new(Settings::new(parallel(3)));
    bank.all_cells(3180);
    bank.reset_with(Some(&retained));
    bank.stays(MINUTE, load, Drive::Floating);
}

/// Power loss loses the latch and the lengthened hold.
#[test]
fn boot_2_power_on_forgets() {
    let mut bank = Bank::running(2);
    for _ in 0..3 {
        bank.current(1, -PULSE_DISCHARGE * 2);
        bank.run_for(SECOND);
        bank.current(1, 0);
        bank.run_for(70 * SECOND);
    }
    assert_eq!(load(&bank.outputs), Drive::Floating);
    bank.power_on();
    bank.run_for(40 * SECOND);
    bank.assert_clean();
}

/// The history outlives a watchdog reset.
#[test]
fn boot_2_watchdog_keeps_the_history() {
    let mut bank = Bank::running(2);
    bank.cell(0, 0, 3751);
    bank.run_for(5 * SECOND);
    bank.cell(0, 0, 3300);
    bank.run_for(5 * SECOND);
    let before = *bank.bms.history();
    assert_eq!(before.over_voltages, 1);
    bank.watchdog_reset();
    bank.run_for(5 * SECOND);
    let after = *bank.bms.history();
    assert_eq!((after.over_voltages, after.cell_mv_max), (1, 3751));
    assert!(after.errors.iter().flatten().any(|&(error, _)| error == 13), "{after:?}");
}

proptest! {
    #![proptest_config(config(400))]

    /// No watchdog reset lets an output go High that would have been Floating without it, except where BOOT-1 itself
    /// ends OUT-10 or OUT-15.
    #[test]
    fn boot_2_no_reset_raises_an_output(script in script()) {
        let mut steady = script.play();
        if steady.shows(Cause::BankMismatch) || steady.shows(Cause::Clock) {
            return Ok(());
        }
        // Running over-current times are not among what is retained.
        steady.all(|report| {
            report.current_ma = 0;
            report.status = Status::from_bits(report.status.bits() & !OVER_CURRENT_BITS);
        });
        steady.run_for(2 * SECOND);
        let mut reset = steady.clone();
        reset.watchdog_reset();
        // Shorter than PRE-2, UV-2 and OC-3, which may end differently after they began anew.
        for _ in 0..250 {
            let before = reset.outputs;
            steady.run_for(DECISION);
            reset.run_for(DECISION);
            for output in [load, charger] {
                let rises = output(&before) == Drive::Floating && output(&reset.outputs) == Drive::High;
                prop_assert!(!rises || output(&steady.outputs) == Drive::High, "without: {:?}", steady.outputs);
            }
        }
    }
}

/// The bank is complete when the last battery has reported for three cycles, however often the others did before.
#[test]
fn boot_1_batteries_that_come_one_after_the_other() {
    for late in 1..8 {
        let mut bank = Bank::new(Settings::new(parallel(3)));
        bank.link(1, Link::Silent);
        bank.power_on();
        bank.run_for(late * CYCLE);
        bank.link(1, Link::Good);
        // Frames at 20, 520 and 1020 ms.
        bank.changes_at(1100, charger, Drive::Floating, Drive::High);
    }
}

/// The others stay complete while the last one comes, even if a frame of theirs is damaged then.
#[test]
fn boot_1_who_is_complete_stays_so() {
    let mut bank = Bank::new(Settings::new(parallel(3)));
    bank.link(0, Link::Silent);
    bank.power_on();
    bank.run_for(5 * CYCLE);
    bank.link(0, Link::Good);
    bank.link(2, Link::Damaged);
    // Frames at 10, 510 and 1010 ms.
    bank.changes_at(1100, charger, Drive::Floating, Drive::High);
}

/// A set value that comes while the clear value fails already changes nothing about the failing (UV-2, OV-2).
#[test]
fn boot_2_from_waiting_to_tripped_and_back() {
    let mut bank = switched_on(|report| report.cells_mv = [3180; 16]);
    bank.run_for(SECOND);
    for mv in [2700, 3180, 2700, 3180] {
        bank.cell(1, 0, mv);
        bank.stays(40 * SECOND, load, Drive::Floating);
    }
    bank.all_cells(3200);
    bank.changes_at(30_100, load, Drive::Floating, Drive::High);
}

/// Reports are not taken before the start, with settings that cannot be used, and during an update (UPD-2).
#[test]
fn frames_that_nobody_takes() {
    type Begin = fn(&mut Bank);
    let table: [(&str, Begin); 3] = [
        ("not started", |_| {}),
        ("settings that are invalid", |bank| {
            bank.settings.over_voltage_mv = 3600;
            bank.power_on();
        }),
        ("an update", |bank| {
            bank.come_up();
            bank.bms.begin_update();
        }),
    ];
    for (name, begin) in table {
        let mut bank = Bank::new(Settings::new(parallel(1)));
        begin(&mut bank);
        let before = *bank.bms.counters();
        bank.run_for(SECOND);
        bank.bms.receive(bank.now(), &[0; 40]);
        assert_eq!(*bank.bms.counters(), before, "{name}");
        assert_eq!(pins(&bank.outputs), ALL_FLOAT, "{name}");
    }
}

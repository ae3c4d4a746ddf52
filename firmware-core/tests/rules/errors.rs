//! ERR-1, HIST-1: error numbers and what is remembered.

use ngbank_core::Cause;
use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;

use crate::common::causes::CASES;
use crate::common::{Bank, DECISION, Link, MINUTE, PULSE_DISCHARGE, SECOND, layout, parallel};

#[test]
fn err_1_each_cause_has_its_number() {
    for case in CASES {
        let Some(error) = case.error else { continue };
        let mut bank = case.bank();
        assert_eq!(bank.outputs.error, None);
        (case.bring_about)(&mut bank);
        assert_eq!(bank.outputs.error, error, "{:?}", case.cause);
    }
}

#[test]
fn err_1_start_up_without_batteries() {
    // Which batteries answer, of three: 2 none, 5 some.
    for (answer, error) in
        [([false; 3], 2), ([true, false, false], 5), ([true, false, true], 5), ([false, true, true], 5)]
    {
        let mut bank = Bank::new(Settings::new(parallel(3)));
        for (b, answers) in answer.into_iter().enumerate() {
            bank.link(b, if answers { Link::Good } else { Link::Silent });
        }
        bank.power_on();
        bank.run_for(4 * SECOND);
        assert_eq!(bank.outputs.error, None, "{answer:?}: before the silence timeout");
        bank.run_for(2 * SECOND);
        assert_eq!(bank.outputs.error, Some(error), "{answer:?}");
    }
}

#[test]
fn err_1_where_the_cable_is_broken() {
    // Silent batteries of four; from k to the last it is the cable.
    let table: [(&[usize], u8); 7] =
        [(&[3], 32), (&[2, 3], 32), (&[0, 1, 2, 3], 32), (&[0], 39), (&[2], 39), (&[0, 3], 39), (&[1, 2], 39)];
    for (silent, error) in table {
        let mut bank = Bank::running(4);
        for &b in silent {
            bank.link(b, Link::Silent);
        }
        bank.run_for(10 * SECOND);
        assert_eq!(bank.outputs.error, Some(error), "{silent:?}");
    }
}

#[test]
fn err_1_the_lowest_is_shown() {
    let mut bank = Bank::running(3);
    bank.temperature(2, 40, 501);
    bank.run_for(SECOND);
    assert_eq!(bank.outputs.error, Some(15), "15 and 16");
    bank.cell(0, 0, 3751);
    bank.run_for(2 * SECOND);
    assert_eq!(bank.outputs.error, Some(13), "13, 15 and 16");
    bank.status(1, Status::MEASUREMENT_ERROR);
    bank.run_for(SECOND);
    assert_eq!(bank.outputs.error, Some(7));
    bank.batteries[1].report.serial = 5;
    bank.status(1, Status::NONE);
    bank.run_for(SECOND);
    assert_eq!(bank.outputs.error, Some(3));
}

#[test]
fn err_1_warnings_are_no_errors() {
    let mut bank = Bank::running(2);
    bank.cell(0, 0, 3000);
    bank.soc(0, 150);
    bank.soc(1, 150);
    bank.status(1, Status::FIRMWARE_MISMATCH | Status::DISCHARGE_CURRENT_WARNING);
    bank.stays(SECOND, |o| o.error, None);
}

#[test]
fn err_1_watchdog_reset() {
    let mut bank = Bank::running(2);
    bank.watchdog_reset();
    bank.run_for(2 * SECOND);
    assert_eq!(bank.outputs.error, Some(12));
    bank.stays(50 * SECOND, |o| o.error, Some(12));
    bank.run_for(2 * MINUTE);
    assert_eq!(bank.outputs.error, None);
}

#[test]
fn hist_1_last_four_errors_newest_first() {
    let mut bank = Bank::running(2);
    let mut expected = Vec::new();
    for turn in 0..6 {
        let error = if turn % 2 == 0 {
            bank.temperature(1, 49, 60);
            16
        } else {
            bank.temperature(1, 200, 501);
            15
        };
        bank.run_for(DECISION);
        expected.insert(0, Some((error, bank.now())));
        bank.align();
        bank.run_for(5 * SECOND);
        bank.temperature(1, 190, 210);
        bank.run_for(5 * SECOND);
    }
    assert_eq!(bank.bms.history().errors[..], expected[..4]);
    assert_ne!(bank.bms.history().errors[0].map(|(_, at)| at), Some(Instant::from_millis(0)));
}

#[test]
fn hist_1_counts_and_extremes() {
    let mut bank = Bank::running(2);
    for turn in 1..=3_u16 {
        bank.cell(1, 7, 2700 - turn);
        bank.run_for(32 * SECOND);
        bank.all_cells(3300);
        bank.cell(0, 3, 3751 + turn);
        bank.run_for(3 * MINUTE);
        bank.all_cells(3300);
        bank.all(|report| report.soc_pm = 400 - turn);
        bank.run_for(SECOND);
    }
    let history = bank.bms.history();
    assert_eq!((history.under_voltages, history.over_voltages, history.pre_alarms), (3, 3, 3));
    assert_eq!((history.cell_mv_min, history.cell_mv_max, history.soc_pm_min), (2697, 3754, 397));
}

/// A dropped frame leaves no trace in the extremes.
#[test]
fn hist_1_only_of_frames_that_count() {
    let mut bank = Bank::running(2);
    bank.cell(1, 7, 499);
    bank.cell(1, 6, 4900);
    bank.current(1, -PULSE_DISCHARGE);
    bank.run_for(3 * SECOND);
    let history = bank.bms.history();
    assert_eq!((history.cell_mv_min, history.cell_mv_max), (3300, 3300));
}

/// 34 to the millivolt: a string of n cells has between 1.5 and 4.5 V per cell (assumed).
#[test]
fn err_1_wrong_system_voltage() {
    for (cells, series, low, high) in [(4, 1, 6000, 18_000), (8, 1, 12_000, 36_000), (4, 4, 24_000, 70_000)] {
        let up = Bank::running_with(layout(cells, series, 1), |_| {});
        for (mv, error) in [(low, None), (high, None), (low - 1, Some(34)), (high + 1, Some(34))] {
            // Below 8 V and above 70 V the supply is out of range, whatever the bank (SUP-1).
            if !(8001..=70_000).contains(&mv) {
                continue;
            }
            let mut bank = up.clone();
            bank.inputs.supply_mv = mv;
            bank.run_for(SECOND);
            assert_eq!(bank.outputs.error, error, "{mv} mV with {series} × {cells} cells");
        }
    }
    let mut bank = Bank::new(Settings::new(parallel(1)));
    bank.inputs.supply_mv = 48_000;
    bank.power_on();
    assert_eq!(bank.outputs.error, None, "before the bank is known");
}

/// A battery and a cell are named, the first of equals.
#[test]
fn causes_name_the_first_of_equals() {
    type Reach = fn(&mut Bank);
    let table: [(Cause, Reach, Option<u8>); 3] = [
        (Cause::PreAlarm, |bank| bank.all(|report| report.cells_mv[2..5].fill(3000)), Some(2)),
        (Cause::OverVoltage, |bank| bank.all(|report| report.cells_mv[2..5].fill(3800)), Some(2)),
        (Cause::ColdCharge, |bank| bank.all(|report| report.coldest_dc = 0), None),
    ];
    for (cause, reach, cell) in table {
        let mut bank = Bank::running(3);
        reach(&mut bank);
        bank.run_for(2 * SECOND);
        let why = bank.why(cause);
        assert_eq!((why.battery, why.cell), (Some(0), cell), "{cause:?}");
    }
}

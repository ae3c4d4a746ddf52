//! UPD-2, LED-3: a firmware update floats every output and ends in BOOT-1.

use ngbank_core::settings::Settings;
use ngbank_core::{Bluetooth, Canonical, Cause, Drive, Led, Outputs, Refusal};

use crate::common::{Bank, CYCLE, DECISION, Link, MINUTE, SECOND, charger, load, parallel, pins, pre_alarm};

const ALL_FLOAT: (Drive, Drive, bool) = (Drive::Floating, Drive::Floating, false);

type Act = fn(&mut Bank);

/// What the bank is like when the update begins.
const BEGINNINGS: [(&str, Act); 6] = [
    ("healthy", |_| {}),
    ("pre-alarm", |bank| bank.cell(1, 0, 3000)),
    ("under-voltage", |bank| bank.all_cells(2700)),
    ("over-voltage", |bank| bank.cell(1, 0, 3751)),
    ("floor", |bank| bank.all(|report| report.soc_pm = 50)),
    ("over-current", |bank| bank.current(1, -400_000)),
];

fn updating(begin: Act) -> Bank {
    let mut bank = Bank::running(2);
    begin(&mut bank);
    bank.run_for(40 * SECOND);
    bank.bms.begin_update();
    bank.run_for(DECISION);
    bank
}

#[test]
fn upd_2_floats_every_output() {
    for (name, begin) in BEGINNINGS {
        let mut bank = updating(begin);
        let outputs = bank.outputs;
        for causes in [outputs.load_causes, outputs.charger_causes, outputs.pre_alarm_causes] {
            assert!(causes.contains(Cause::FirmwareUpdate), "{name}: {outputs:?}");
        }
        assert_eq!(pins(&outputs), ALL_FLOAT, "{name}");
        // For as long as it takes, whatever the bank does.
        bank.align();
        bank.all_cells(2700);
        bank.stays(5 * MINUTE, pins, ALL_FLOAT);
        bank.all_cells(3300);
        bank.stays(5 * MINUTE, pins, ALL_FLOAT);
    }
}

/// Whatever the LEDs showed; the rules do not say what a remote that is off does to them.
#[test]
fn led_3_both_blink() {
    for (name, begin) in BEGINNINGS {
        for radio in [Bluetooth::Disabled, Bluetooth::Advertising, Bluetooth::Connected] {
            let mut bank = updating(begin);
            bank.inputs.bluetooth = radio;
            bank.stays(MINUTE, |o| (o.red, o.blue), (Led::Blinking, Led::Blinking));
            assert_eq!(pins(&bank.outputs), ALL_FLOAT, "{name}");
        }
    }
}

/// The new firmware starts as after power-on: LOAD waits UV-2's hold (BOOT-1).
#[test]
fn upd_2_ends_in_boot_1() {
    let mut bank = updating(|_| {});
    bank.end_update(false);
    assert_eq!(pins(&bank.outputs), ALL_FLOAT);
    assert!(!bank.shows(Cause::FirmwareUpdate) && bank.shows(Cause::StartUp));
    bank.run_for(3 * SECOND);
    assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::High, false));
    bank.stays(27 * SECOND, load, Drive::Floating);
    bank.run_for(3 * SECOND);
    bank.assert_clean();
    assert_eq!((bank.outputs.red, bank.outputs.blue), (Led::Off, Led::Off));
}

/// BOOT-1 asks every battery of the bank, after an update that failed as well.
#[test]
fn upd_2_waits_for_every_battery() {
    for failed in [false, true] {
        let mut bank = updating(|_| {});
        bank.link(1, Link::Silent);
        bank.end_update(failed);
        bank.stays(5 * MINUTE, pins, ALL_FLOAT);
    }
}

/// A failed one leaves the old firmware running.
#[test]
fn upd_2_a_failed_one() {
    let mut bank = updating(|_| {});
    bank.end_update(true);
    assert_eq!(pins(&bank.outputs), ALL_FLOAT, "BOOT-1");
    bank.run_for(MINUTE);
    bank.assert_clean();
    assert_eq!(bank.outputs.error, None, "no watchdog did it");
}

/// What had cut is no better off after an update, failed or not: cells between the two thresholds do not get LOAD.
#[test]
fn upd_2_is_no_way_around_a_cut() {
    type Read = fn(&Outputs) -> Drive;
    let table: [(Act, Act, Read); 4] = [
        (|bank| bank.all_cells(2700), |bank| bank.all_cells(3199), load),
        (|bank| bank.cell(1, 0, 3751), |bank| bank.cell(1, 0, 3600), charger),
        (|bank| bank.all(|r| r.soc_pm = 100), |bank| bank.all(|r| r.soc_pm = 150), load),
        (|bank| bank.temperature(1, 49, 60), |bank| bank.temperature(1, 69, 80), charger),
    ];
    for (trip, between, output) in table {
        for failed in [false, true] {
            let mut bank = Bank::running(2);
            trip(&mut bank);
            bank.run_for(40 * SECOND);
            bank.bms.begin_update();
            bank.run_for(10 * SECOND);
            between(&mut bank);
            bank.end_update(failed);
            bank.stays(5 * MINUTE, output, Drive::Floating);
        }
    }
}

/// UV is seen after the update as before it, and PRE-ALARM warns again.
#[test]
fn upd_2_an_empty_bank() {
    for failed in [false, true] {
        let mut bank = updating(|bank| bank.all_cells(2700));
        bank.align();
        bank.end_update(failed);
        bank.run_for(3 * SECOND);
        assert!(bank.shows(Cause::UnderVoltage), "{:?}", bank.outputs);
        assert_eq!((load(&bank.outputs), pre_alarm(&bank.outputs)), (Drive::Floating, true));
    }
}

/// A watchdog reset during the update: nothing goes High before BOOT-1.
#[test]
fn upd_2_a_reset_during_it() {
    let mut bank = updating(|bank| bank.all_cells(2700));
    bank.align();
    bank.all_cells(3199);
    bank.watchdog_reset();
    assert_eq!(pins(&bank.outputs), ALL_FLOAT);
    bank.stays(5 * MINUTE, load, Drive::Floating);
}

/// During an update settings are refused, and nothing changes.
#[test]
fn upd_1_not_during_an_update() {
    let mut bank = updating(|_| {});
    let canonical = |bank: &Bank| {
        let mut canonical = Canonical::new();
        bank.bms.canonical(bank.now(), &mut canonical);
        canonical
    };
    let before = canonical(&bank);
    for settings in [
        Settings { pre_alarm_mv: 3000, ..bank.settings },
        Settings { pre_alarm_mv: 0, ..bank.settings },
        Settings::new(parallel(1)),
    ] {
        assert_eq!(bank.change_settings(settings), Err(Refusal::Updating));
        assert_eq!(canonical(&bank), before);
    }
    bank.stays(CYCLE, pins, ALL_FLOAT);
}

//! REM-1 … REM-4: the remote on/off input.

use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive, Led};

use crate::common::{Bank, DECISION, Link, MINUTE, SECOND, load, parallel, pins};

const ALL_FLOAT: (Drive, Drive, bool) = (Drive::Floating, Drive::Floating, false);
const BOTH_HIGH: (Drive, Drive, bool) = (Drive::High, Drive::High, false);

#[test]
fn rem_1_and_2_voltages() {
    const VBAT: i32 = 26_400;
    // V_L, V_H, on.
    let table = [
        ("open", 5000, 0, false),
        ("joined", 3200, 3200, true),
        ("L to minus", 0, 0, true),
        ("L just low", 3499, 0, true),
        ("L just not low", 3500, 0, false),
        ("H just not high", 5000, 2900, false),
        ("H just high", 5000, 2901, true),
        ("H to an output", 5000, VBAT - 100, true),
        ("H tied to battery plus", 5000, VBAT, true),
        ("H at its last millivolt", 5000, VBAT + 200, true),
        ("H above battery plus", 5000, VBAT + 201, false),
        ("H far above", 5000, i32::MAX, false),
        ("nonsense below", 5000, i32::MIN, false),
    ];
    for (name, l, h, on) in table {
        for before in [true, false] {
            let mut bank = Bank::running(1);
            bank.inputs.supply_mv = VBAT;
            bank.remote(before);
            bank.run_for(SECOND);
            (bank.inputs.remote_l_mv, bank.inputs.remote_h_mv) = (l, h);
            bank.run_for(SECOND);
            assert_eq!(pins(&bank.outputs), if on { BOTH_HIGH } else { ALL_FLOAT }, "{name}");
            assert_eq!(bank.shows(Cause::RemoteOff), !on, "{name}");
        }
    }
}

/// The comparison is with the supply of the same decision.
#[test]
fn rem_2_h_is_compared_with_the_supply() {
    for (supply, on) in [(13_000, true), (12_800, true), (12_799, false)] {
        let mut bank = Bank::running(1);
        (bank.inputs.supply_mv, bank.inputs.remote_l_mv, bank.inputs.remote_h_mv) = (supply, 5000, 13_000);
        bank.run_for(SECOND);
        assert_eq!(bank.shows(Cause::RemoteOff), !on, "{supply} mV");
    }
}

/// A new state acts when it has held at every decision of the debounce time: from the first decision that sees it.
#[test]
fn rem_3_debounce() {
    for (debounce, acts) in [(0, 100), (100, 200), (200, 300), (1000, 1100)] {
        let mut settings = Settings::new(parallel(1));
        settings.remote_debounce_ms = debounce;
        let mut bank = Bank::new(settings);
        bank.come_up();
        bank.remote(false);
        bank.changes_at(acts, pins, BOTH_HIGH, ALL_FLOAT);
        bank.run_for(SECOND);
        bank.remote(true);
        bank.changes_at(acts, pins, ALL_FLOAT, BOTH_HIGH);
    }
}

#[test]
fn rem_3_shorter_pulses_do_nothing() {
    let mut bank = Bank::running(1);
    for _ in 0..20 {
        bank.remote(false);
        bank.run_for(2 * DECISION);
        bank.remote(true);
        bank.run_for(DECISION);
        assert_eq!(pins(&bank.outputs), BOTH_HIGH);
    }
    bank.remote(false);
    bank.run_for(SECOND);
    for _ in 0..20 {
        bank.remote(true);
        bank.run_for(2 * DECISION);
        bank.remote(false);
        bank.run_for(DECISION);
        assert_eq!(pins(&bank.outputs), ALL_FLOAT);
    }
}

/// Judged at decisions only: a pulse between two of them is not there.
#[test]
fn rem_3_between_decisions_nothing_is_seen() {
    let mut bank = Bank::running(1);
    bank.remote(false);
    bank.frames_for(90);
    bank.remote(true);
    bank.run_for(SECOND);
    bank.assert_clean();
    assert_eq!(bank.log.last().map(|&(time, _)| time < bank.time - SECOND), Some(true));
}

#[test]
fn rem_4_everything_goes_on_while_off() {
    let mut bank = Bank::running(2);
    bank.remote(false);
    bank.run_for(SECOND);
    // Causes come and go.
    bank.cell(1, 0, 3751);
    bank.run_for(2 * SECOND);
    assert!(bank.bms.cause(Cause::OverVoltage).is_some());
    bank.cell(1, 0, 3300);
    bank.cell(0, 0, 3000);
    bank.run_for(2 * SECOND);
    assert!(bank.bms.cause(Cause::OverVoltage).is_none());
    assert!(bank.bms.cause(Cause::PreAlarm).is_some());
    assert_eq!(pins(&bank.outputs), ALL_FLOAT, "Floating wins on PRE-ALARM");
    assert_eq!(bank.outputs.red, Led::Off);
    // Silence is judged.
    bank.link(1, Link::Silent);
    bank.run_for(10 * SECOND);
    assert!(bank.bms.cause(Cause::Communication).is_some());
    assert_eq!(bank.outputs.red, Led::Off);
    bank.link(1, Link::Good);
    bank.run_for(MINUTE);
    bank.remote(true);
    bank.changes_at(300, pins, ALL_FLOAT, (Drive::High, Drive::High, true));
}

#[test]
fn rem_4_rises_only_without_another_cause() {
    let mut bank = Bank::running(2);
    bank.remote(false);
    bank.run_for(SECOND);
    bank.temperature(1, 200, 501);
    bank.run_for(SECOND);
    bank.remote(true);
    bank.stays(MINUTE, load, Drive::Floating);
    assert!(!bank.shows(Cause::RemoteOff) && bank.shows(Cause::HotDischarge));
}

//! Where the values of the record come from.

use ngbank_core::readout::{IoStatus, Level, Readout, Record};
use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{Bms, Cause, Drive, ResetCause};
use proptest::prelude::*;

use super::{CONFIG, reader, seen};
use crate::common::causes::CASES;
use crate::common::script::{config, script};
use crate::common::{Bank, CAPACITY, CONTINUOUS_CHARGE, DECISION, Link, MINUTE, SECOND, layout, parallel};

/// Low cell voltage, high current, BMS cable fault, load disconnect, low state of charge.
fn watched(record: &Record) -> [Level; 5] {
    let warnings = record.warnings;
    assert_eq!((warnings.high_bms_temperature, warnings.contactor), (Level::Unsupported, Level::Unsupported));
    [
        warnings.low_cell_voltage,
        warnings.high_current,
        warnings.bms_cable_fault,
        warnings.load_disconnect,
        warnings.low_soc,
    ]
}

#[test]
fn read_1_each_cause_and_its_warning() {
    use Level::{Alarm, Ok, Warning};
    for case in CASES {
        let expected = match case.cause {
            Cause::PreAlarm => [Warning, Ok, Ok, Warning, Ok],
            Cause::UnderVoltage | Cause::ChargerGivenUp => [Alarm, Ok, Ok, Alarm, Ok],
            Cause::FloorWarning => [Ok, Ok, Ok, Warning, Warning],
            Cause::FloorAlarm => [Ok, Ok, Ok, Alarm, Alarm],
            Cause::Communication => [Ok, Ok, Alarm, Alarm, Ok],
            Cause::DischargeCurrentWarning => [Ok, Warning, Ok, Warning, Ok],
            Cause::DischargeOverCurrent => [Ok, Alarm, Ok, Alarm, Ok],
            Cause::ChargeOverCurrent => [Ok, Alarm, Ok, Ok, Ok],
            _ if case.load == Drive::Floating => [Ok, Ok, Ok, Alarm, Ok],
            _ => [Ok; 5],
        };
        let mut bank = case.bank();
        assert_eq!(watched(&seen(&bank)), [Ok; 5], "before {:?}", case.cause);
        (case.bring_about)(&mut bank);
        let record = seen(&bank);
        assert_eq!(watched(&record), expected, "{:?}", case.cause);
        let io = IoStatus {
            charge_allowed: Some(case.charger == Drive::High),
            discharge_allowed: Some(case.load == Drive::High),
            remote_on: Some(case.cause != Cause::RemoteOff),
            ..IoStatus::NONE
        };
        assert_eq!(record.io, io, "{:?}", case.cause);
        if let Some(error) = case.error {
            assert_eq!(record.error, error.unwrap_or(0), "{:?}", case.cause);
        }
    }
}

/// OUT-13 has no warning of its own, OC-1 has: per direction.
#[test]
fn read_1_a_high_charge_current_is_a_warning() {
    let mut bank = Bank::running(2);
    bank.current(1, CONTINUOUS_CHARGE + 1);
    bank.run_for(SECOND);
    assert_eq!(seen(&bank).warnings.high_current, Level::Warning);
}

#[test]
fn read_1_without_a_floor_nothing_watches_the_state_of_charge() {
    let mut bank = Bank::running_with(parallel(1), |settings| settings.discharge_floor_pm = 0);
    bank.soc(0, 0);
    bank.run_for(SECOND);
    let record = seen(&bank);
    assert_eq!((record.warnings.low_soc, record.soc_pm), (Level::Unsupported, Some(0)));
}

#[test]
fn read_1_before_the_first_decision_and_with_invalid_settings() {
    let load_disconnect = |bms: &Bms| {
        let record = reader::read(&Readout::new().advertise(bms, &CONFIG), &CONFIG);
        let (mut expected, allowed) = (Record::NONE, Some(false));
        expected.io = IoStatus { charge_allowed: allowed, discharge_allowed: allowed, ..IoStatus::NONE };
        expected.warnings.load_disconnect = Level::Alarm;
        (record, expected)
    };
    let mut bms = Bms::new();
    let (record, expected) = load_disconnect(&bms);
    assert_eq!(record, expected, "new");
    bms.start(&Settings::new(parallel(2)), ResetCause::PowerOn, None);
    assert_eq!(load_disconnect(&bms).0, expected, "started");
    bms.start(&Settings::new(parallel(0)), ResetCause::PowerOn, None);
    bms.step(Instant::from_millis(0), &Bank::running(1).inputs);
    assert_eq!(load_disconnect(&bms).0, Record { error: 119, ..expected }, "invalid settings");
}

/// SoC needs every battery; a current the first one of each string; a temperature any.
#[test]
fn read_1_start_up() {
    let mut bank = Bank::new(Settings::new(layout(4, 2, 2)));
    bank.link(1, Link::Silent);
    bank.link(2, Link::Silent);
    bank.power_on();
    let record = seen(&bank);
    assert_eq!((record.current_da, record.soc_pm, record.temperature_c), (None, None, None));
    assert_eq!((record.voltage_cv, record.io.remote_on), (Some(2640), Some(false)));
    bank.run_for(2 * SECOND);
    let record = seen(&bank);
    assert_eq!((record.current_da, record.soc_pm, record.temperature_c), (None, None, Some(21)));
    assert_eq!(record.io.remote_on, Some(true));
    bank.link(2, Link::Good);
    bank.run_for(2 * SECOND);
    let record = seen(&bank);
    assert_eq!((record.current_da, record.soc_pm, record.consumed_dah), (Some(0), None, None));
    bank.link(1, Link::Good);
    bank.run_for(2 * SECOND);
    let record = seen(&bank);
    assert_eq!((record.current_da, record.soc_pm, record.consumed_dah), (Some(0), Some(500), Some(1000)));
}

#[test]
fn read_1_out_9_takes_the_state_of_charge_away_and_its_end_gives_it_back() {
    let mut bank = Bank::running_with(layout(4, 2, 2), |_| {});
    // One battery of a string is enough for its current.
    bank.link(3, Link::Silent);
    bank.run_for(6 * SECOND);
    let record = seen(&bank);
    assert_eq!((record.soc_pm, record.consumed_dah, record.current_da), (None, None, Some(0)));
    assert_eq!(record.temperature_c, Some(21));
    bank.link(3, Link::Good);
    bank.run_for(9 * SECOND);
    assert_eq!(seen(&bank).soc_pm, None, "not trusted yet");
    bank.run_for(2 * SECOND);
    let record = seen(&bank);
    assert_eq!((record.soc_pm, record.consumed_dah), (Some(500), Some(1000)));
    bank.current(3, 7_000);
    bank.link(2, Link::Silent);
    bank.run_for(6 * SECOND);
    assert_eq!(seen(&bank).current_da, Some(70), "the other battery of the string speaks for it");
    bank.link(3, Link::Silent);
    bank.run_for(6 * SECOND);
    assert_eq!(seen(&bank).current_da, None, "nobody speaks for it");
}

/// SOC-1: the mean of the lowest battery of each string, rounded down; and the charge that follows from it.
#[test]
fn read_1_state_of_charge_and_consumed_charge() {
    let mut bank = Bank::running_with(layout(4, 2, 2), |_| {});
    for (b, pm) in [1000, 700, 901, 1000].into_iter().enumerate() {
        bank.soc(b, pm);
    }
    bank.run_for(SECOND);
    let record = seen(&bank);
    // 1000 ‰ − 700 ‰ and 1000 ‰ − 901 ‰ of 100 Ah.
    assert_eq!((record.soc_pm, record.consumed_dah), (Some(800), Some(300 + 99)));
    for b in 0..4 {
        bank.soc(b, 1000);
    }
    bank.run_for(SECOND);
    assert_eq!(seen(&bank).consumed_dah, Some(0));
}

/// The record's last digits: 0.01 V, 0.1 A, 1 °C, to the nearest, halves away from zero; charge to the nearest 0.1 Ah.
#[test]
fn read_1_rounding() {
    let mut bank = Bank::running(2);
    for (mv, cv) in [(26_994, 2699), (26_995, 2700), (26_985, 2699), (8_600, 860)] {
        bank.inputs.supply_mv = mv;
        bank.run_for(DECISION);
        assert_eq!(seen(&bank).voltage_cv, Some(cv), "{mv} mV");
    }
    bank.align();
    for (first, second, da) in [(49, 0, 0), (50, 0, 1), (-25, -25, -1), (-24, -25, 0), (10_149, 10_000, 201)] {
        bank.current(0, first);
        bank.current(1, second);
        bank.run_for(SECOND);
        assert_eq!(seen(&bank).current_da, Some(da), "{first} mA, {second} mA");
    }
    for (hottest, c) in [(204, 20), (205, 21), (-4, 0), (-5, -1), (-14, -1), (-15, -2)] {
        bank.temperature(0, -200, -200);
        bank.temperature(1, -200, hottest);
        bank.run_for(SECOND);
        assert_eq!(seen(&bank).temperature_c, Some(c), "{hottest} dc");
    }
    // 1 ‰ of 100.05 Ah is missing: 0.10005 Ah; then 5 ‰: 0.50025 Ah; of 149.99 Ah 1 ‰: 0.14999 Ah.
    for (capacity_mah, pm, dah) in [(100_050, 999, 1), (100_050, 995, 5), (149_990, 999, 1), (150_010, 999, 2)] {
        let layout = ngbank_core::settings::BankLayout { capacity_mah, ..parallel(1) };
        let mut bank = Bank::running_with(layout, |_| {});
        bank.soc(0, pm);
        bank.run_for(SECOND);
        assert_eq!(seen(&bank).consumed_dah, Some(dah), "{pm} ‰ of {capacity_mah} mAh");
    }
}

/// Values of the plant that the record cannot hold do not look like "not available".
#[test]
fn read_1_values_beyond_the_record() {
    let mut bank = Bank::running(2);
    bank.current(0, i32::MAX);
    bank.current(1, i32::MAX);
    bank.temperature(0, 190, 1000);
    bank.run_for(SECOND);
    bank.inputs.supply_mv = i32::MAX;
    bank.run_for(DECISION);
    let record = seen(&bank);
    assert_eq!((record.current_da, record.voltage_cv, record.temperature_c), (Some(32_766), Some(32_766), Some(86)));
    bank.current(0, i32::MIN);
    bank.current(1, i32::MIN);
    bank.run_for(MINUTE);
    bank.inputs.supply_mv = i32::MIN;
    bank.decide();
    let record = seen(&bank);
    assert_eq!((record.current_da, record.voltage_cv), (Some(-32_768), Some(-32_768)));
}

/// A battery that cannot measure has told no value: its zeros are none.
#[test]
fn read_1_a_battery_that_cannot_measure_has_no_values() {
    let mut bank = Bank::new(Settings::new(parallel(1)));
    bank.status(0, ngbank_core::frame::Status::MEASUREMENT_ERROR);
    bank.power_on();
    bank.run_for(3 * SECOND);
    let record = seen(&bank);
    assert_eq!((record.temperature_c, record.current_da, record.soc_pm), (None, None, None));
}

proptest! {
    #![proptest_config(config(200))]

    /// From any state that a bank can reach: the reader sees the record, and its values are those of the outputs.
    #[test]
    fn read_1_any_state_reads_back(script in script()) {
        let bank = script.play();
        let mut readout = Readout::new();
        readout.observe(bank.now(), &bank.bms);
        let record = readout.record(&bank.bms);
        let seen = reader::read(&readout.advertise(&bank.bms, &CONFIG), &CONFIG);
        let limited = Record {
            temperature_c: record.temperature_c.map(|c| c.clamp(-40, 86)),
            voltage_cv: record.voltage_cv.map(|cv| cv.min(32_766)),
            current_da: record.current_da.map(|da| da.min(32_766)),
            ..record
        };
        prop_assert_eq!(seen, limited);
        prop_assert_eq!(seen.io.discharge_allowed, Some(bank.outputs.load == Drive::High));
        prop_assert_eq!(seen.io.charge_allowed, Some(bank.outputs.charger == Drive::High));
        prop_assert_eq!(seen.error, bank.outputs.error.unwrap_or(0));
        if bank.shows(Cause::Communication) || bank.shows(Cause::StartUp) {
            prop_assert_eq!(seen.soc_pm, None);
        } else {
            let strings = u32::from(bank.settings.bank.parallel);
            let rated_dah = strings * (CAPACITY / 100);
            let consumed = seen.consumed_dah.unwrap();
            prop_assert!(consumed <= rated_dah);
            prop_assert!(seen.soc_pm.unwrap() <= 1000);
        }
    }
}

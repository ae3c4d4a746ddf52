//! OUT-1 … OUT-15: the table of outputs and their causes.

use ngbank_core::{Cause, Drive, Outputs, PreAlarm};

use crate::common::causes::CASES;
use crate::common::{Bank, DECISION, Link, SECOND, pre_alarm, shown};

/// LOAD and CHARGER are High exactly if no cause floats them; what floats PRE-ALARM wins.
#[track_caller]
fn assert_consistent(outputs: &Outputs) {
    assert_eq!(outputs.load == Drive::High, outputs.load_causes.is_empty(), "{outputs:?}");
    assert_eq!(outputs.charger == Drive::High, outputs.charger_causes.is_empty(), "{outputs:?}");
    assert!(!pre_alarm(outputs) || !outputs.pre_alarm_causes.is_empty(), "{outputs:?}");
}

#[test]
fn every_cause_acts_in_its_columns() {
    for case in CASES {
        let mut bank = case.bank();
        bank.assert_clean();
        (case.bring_about)(&mut bank);
        assert!(bank.shows(case.cause), "{:?}: {:?}", case.cause, bank.outputs);
        assert_eq!(bank.outputs.load, case.load, "LOAD of {:?}", case.cause);
        assert_eq!(bank.outputs.charger, case.charger, "CHARGER of {:?}", case.cause);
        // OUT-16 comes within the low-cell state, where OUT-2 floats LOAD.
        let floats_load = case.load == Drive::Floating && case.cause != Cause::ChargerGivenUp;
        assert_eq!(bank.outputs.load_causes.contains(case.cause), floats_load, "{:?}", case.cause);
        assert_eq!(
            bank.outputs.charger_causes.contains(case.cause),
            case.charger == Drive::Floating,
            "{:?}",
            case.cause
        );
        if let Some(high) = case.pre_alarm {
            assert_eq!(pre_alarm(&bank.outputs), high, "PRE-ALARM of {:?}", case.cause);
        }
        assert_consistent(&bank.outputs);
        assert!(bank.bms.cause(case.cause).is_some());
    }
}

#[test]
fn red_led_of_every_cause() {
    for case in CASES {
        let Some(red) = case.red else { continue };
        let mut bank = case.bank();
        (case.bring_about)(&mut bank);
        assert_eq!(bank.outputs.red, red, "LED-2 of {:?}", case.cause);
    }
}

/// A cause is there from its first decision to its last, with one beginning.
#[test]
fn since_is_the_decision_that_set_it() {
    for case in CASES {
        let mut bank = case.bank();
        (case.bring_about)(&mut bank);
        let first = bank.why(case.cause);
        assert!(!bank.now().is_before(first.since), "{:?}", case.cause);
        let beginning = bank.log.iter().rev().take_while(|(_, o)| shown(o).any(|c| c == case.cause)).last();
        let beginning = beginning.map(|&(time, _)| u32::try_from(time).unwrap());
        assert_eq!(Some(first.since.as_millis()), beginning, "{:?}", case.cause);
    }
}

#[test]
fn floating_wins_on_pre_alarm() {
    let floats: [fn(&mut Bank); 2] = [|bank| bank.remote(false), |bank| bank.inputs.supply_mv = 70_001];
    for float in floats {
        let mut bank = Bank::running(2);
        bank.cell(0, 0, 3000);
        bank.run_for(SECOND);
        assert_eq!(bank.outputs.pre_alarm, PreAlarm::High);
        float(&mut bank);
        bank.run_for(SECOND);
        assert_eq!(bank.outputs.pre_alarm, PreAlarm::Floating);
        assert!(bank.bms.cause(Cause::PreAlarm).is_some());
    }
}

/// Two causes at one output: it is High again only when both are gone, and each is told with its battery.
#[test]
fn every_cause_counts() {
    let mut bank = Bank::running(3);
    bank.temperature(0, 200, 501);
    bank.run_for(SECOND);
    bank.temperature(1, -201, 200);
    bank.run_for(SECOND);
    assert_eq!(bank.why(Cause::HotDischarge).battery, Some(0));
    assert_eq!(bank.why(Cause::ColdDischarge).battery, Some(1));
    assert_eq!(bank.outputs.load_causes.iter().count(), 2);
    bank.temperature(0, 200, 210);
    bank.run_for(SECOND);
    assert_eq!(bank.outputs.load, Drive::Floating);
    assert_eq!(bank.outputs.load_causes.iter().collect::<Vec<_>>(), [Cause::ColdDischarge]);
    bank.temperature(1, 200, 210);
    bank.run_for(DECISION);
    bank.assert_clean();
}

/// One invalid battery does not disarm the rules for the others.
#[test]
fn a_silent_battery_disarms_nothing() {
    for case in CASES {
        if matches!(case.cause, Cause::Communication | Cause::Clock | Cause::FloorWarning | Cause::FloorAlarm) {
            continue;
        }
        let mut bank = case.bank();
        bank.link(0, Link::Silent);
        bank.run_for(10 * SECOND);
        (case.bring_about)(&mut bank);
        assert!(bank.bms.cause(case.cause).is_some(), "{:?}", case.cause);
    }
}

#[test]
fn ids_and_names() {
    for (position, cause) in Cause::ALL.into_iter().enumerate() {
        let number: u32 = cause.id().strip_prefix("OUT-").unwrap().parse().unwrap();
        assert!((1..=16).contains(&number) && !cause.name().is_empty());
        assert_eq!(cause as usize, position);
    }
}

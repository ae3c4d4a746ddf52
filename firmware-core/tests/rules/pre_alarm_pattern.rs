//! PRE-5: PRE-ALARM as a pattern. Continuous is the default and has its tests in `pre_alarm`.

use ngbank_core::settings::{PreAlarmPattern, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Canonical, Drive, Outputs, PreAlarm};

use crate::common::{Bank, CYCLE, DECISION, MINUTE, SECOND, load, parallel};

/// PRE-2.
const LEAD: u64 = 30 * SECOND;

fn pattern(outputs: &Outputs) -> PreAlarm {
    outputs.pre_alarm
}

fn intermittent(settings: &mut Settings) {
    settings.pre_alarm_pattern = PreAlarmPattern::Intermittent;
}

/// PRE-5: the pattern begins with the decision that raises it, keeps its phase, and is High for PRE-2.
#[test]
fn pre_5_intermittent_since_it_was_raised() {
    for clock in [0, u32::MAX - 60_000] {
        let mut settings = Settings::new(parallel(2));
        intermittent(&mut settings);
        let mut bank = Bank::new(settings);
        bank.clock = clock;
        bank.come_up();
        bank.assert_clean();
        bank.cell(1, 0, 2799);
        bank.run_for(DECISION);
        let since = PreAlarm::Intermittent { since: bank.now() };
        assert_eq!(bank.outputs.pre_alarm, since);
        bank.run_for(CYCLE - DECISION);
        // Another cause joins: the pin is High already.
        bank.all(|report| report.soc_pm = 150);
        bank.stays(LEAD - CYCLE, pattern, since);
        bank.changes_at(DECISION, load, Drive::High, Drive::Floating);
        bank.stays(10 * MINUTE, pattern, since);
        // Every cause gone and back: a new beginning.
        bank.align();
        bank.all_cells(3300);
        bank.all(|report| report.soc_pm = 500);
        bank.run_for(MINUTE);
        assert_eq!(bank.outputs.pre_alarm, PreAlarm::Floating);
        bank.align();
        bank.all(|report| report.soc_pm = 150);
        bank.run_for(DECISION);
        assert_eq!(bank.outputs.pre_alarm, PreAlarm::Intermittent { since: bank.now() });
    }
}

#[test]
fn pre_5_the_remote_begins_it_anew() {
    let mut bank = Bank::running_with(parallel(1), intermittent);
    bank.cell(0, 0, 3000);
    bank.run_for(MINUTE);
    bank.remote(false);
    bank.run_for(SECOND);
    assert_eq!(bank.outputs.pre_alarm, PreAlarm::Floating);
    bank.remote(true);
    bank.run_for(300);
    assert_eq!(bank.outputs.pre_alarm, PreAlarm::Intermittent { since: bank.now() });
}

/// TIME-2: the instant is not one to come.
#[test]
fn pre_5_backwards() {
    let mut bank = Bank::running_with(parallel(1), intermittent);
    bank.cell(0, 0, 3000);
    bank.run_for(MINUTE);
    bank.clock = bank.clock.wrapping_sub(5 * 60_000);
    for _ in 0..20 {
        bank.run_for(DECISION);
        let PreAlarm::Intermittent { since } = bank.outputs.pre_alarm else { panic!("{:?}", bank.outputs) };
        assert!(!bank.now().is_before(since), "{since:?} at {:?}", bank.now());
    }
}

/// UPD-1: the pattern changes with the setting; the 30 s run on.
#[test]
fn pre_5_changed_while_high() {
    let mut bank = Bank::running(1);
    bank.cell(0, 0, 2799);
    bank.run_for(10 * SECOND);
    assert_eq!(bank.outputs.pre_alarm, PreAlarm::High);
    let (one, other) = (bank.settings, Settings { pre_alarm_pattern: PreAlarmPattern::Intermittent, ..bank.settings });
    bank.change_settings(other).unwrap();
    bank.run_for(DECISION);
    let PreAlarm::Intermittent { since } = bank.outputs.pre_alarm else { panic!("{:?}", bank.outputs) };
    assert!(!bank.now().is_before(since) && !since.is_before(Instant::from_millis(bank.clock)));
    bank.run_for(10 * SECOND - DECISION);
    bank.change_settings(one).unwrap();
    bank.run_for(DECISION);
    assert_eq!(bank.outputs.pre_alarm, PreAlarm::High);
    bank.changes_at(10 * SECOND, load, Drive::High, Drive::Floating);
}

/// The phase is part of what decides the future: two lives that differ in nothing else are not the same.
#[test]
fn pre_5_canonical_knows_the_phase() {
    let life = |early: u64| {
        let mut bank = Bank::running_with(parallel(1), intermittent);
        bank.run_for(MINUTE - early);
        // The floor raises it, a cell takes over.
        bank.all(|report| report.soc_pm = 150);
        bank.run_for(early);
        bank.cell(0, 0, 3000);
        bank.run_for(CYCLE);
        bank.all(|report| report.soc_pm = 500);
        bank.run_for(MINUTE);
        let mut canonical = Canonical::new();
        bank.bms.canonical(bank.now(), &mut canonical);
        canonical
    };
    assert_ne!(life(CYCLE), life(2 * CYCLE));
    assert_eq!(life(CYCLE), life(CYCLE));
}

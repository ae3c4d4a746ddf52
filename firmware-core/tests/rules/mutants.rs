//! Planted bugs: without its row in the table a cause is gone, and the tables of the other tests turn red.

use ngbank_core::settings::Settings;
use ngbank_core::{Bms, Cause, Drive, Mutant, PROTECTIONS};

use crate::common::causes::CASES;
use crate::common::{Bank, DECISION, Link, MINUTE, SECOND, load, parallel, pre_alarm};

fn planted(settings: Settings, mutant: Mutant) -> Bank {
    let mut bank = Bank::new(settings);
    let mut bms = Bms::new();
    bms.plant(mutant);
    bank.bms = bms;
    bank
}

/// Does the last decision, or the core when asked, know the cause?
fn knows(bank: &Bank, cause: Cause) -> bool {
    bank.shows(cause) || bank.bms.cause(cause).is_some()
}

#[test]
fn every_row_of_the_table_is_needed() {
    for case in CASES {
        let mut settings = Settings::new(parallel(3));
        (case.change)(&mut settings);
        let mut bank = planted(settings, Mutant::RowRemoved(case.cause));
        bank.come_up();
        bank.assert_clean();
        (case.bring_about)(&mut bank);
        assert!(!knows(&bank, case.cause), "{:?} is still there", case.cause);
        let pins = (bank.outputs.load, bank.outputs.charger);
        let seen = case.pre_alarm.is_some_and(|high| high != pre_alarm(&bank.outputs));
        assert!(pins != (case.load, case.charger) || seen, "{:?}: nobody would notice: {:?}", case.cause, bank.outputs);
    }
}

/// The causes of the start-up have their own way to come about.
#[test]
fn rows_of_the_start_up() {
    type Begin = fn(&mut Bank);
    let table: [(Cause, Begin); 3] = [
        (Cause::StartUp, |bank| bank.link(1, Link::Silent)),
        (Cause::WaitingForClear, |bank| bank.temperature(1, 60, 210)),
        (Cause::Settings, |bank| bank.settings.over_voltage_mv = 3600),
    ];
    for (cause, begin) in table {
        for removed in [false, true] {
            let mut bank = Bank::new(Settings::new(parallel(3)));
            if removed {
                bank.bms.plant(Mutant::RowRemoved(cause));
            }
            begin(&mut bank);
            bank.power_on();
            bank.run_for(3 * SECOND);
            assert_eq!(knows(&bank, cause), !removed, "{cause:?}: {:?}", bank.outputs);
        }
    }
}

#[test]
fn every_cause_has_a_row_and_a_test() {
    let start_up = [Cause::StartUp, Cause::WaitingForClear, Cause::Settings];
    for cause in Cause::ALL {
        assert_eq!(PROTECTIONS.iter().filter(|row| row.cause == cause).count(), 1, "{cause:?}");
        let tested = start_up.contains(&cause) || CASES.iter().any(|case| case.cause == cause);
        assert!(tested, "{cause:?}");
    }
}

/// What PRE-2's own test sees: LOAD High after so many ms.
fn load_after(mutant: Mutant, ms: u64) -> Drive {
    let mut bank = planted(Settings::new(parallel(1)), mutant);
    bank.come_up();
    bank.cell(0, 0, 2799);
    bank.run_for(ms);
    assert!(pre_alarm(&bank.outputs));
    load(&bank.outputs)
}

#[test]
fn a_core_that_cuts_early_is_seen() {
    let early = Mutant::CutsEarly { ms: 100 };
    assert_eq!(load_after(early, 30 * SECOND), Drive::Floating);
    assert_eq!(load_after(Mutant::CutsEarly { ms: 0 }, 30 * SECOND), Drive::High);
    assert_eq!(load_after(Mutant::CutsEarly { ms: 0 }, 30 * SECOND + DECISION), Drive::Floating);
}

#[test]
fn a_core_that_never_cuts_is_seen() {
    assert_eq!(load_after(Mutant::NeverCuts, 10 * MINUTE), Drive::High);
}

/// Planted while the row waits for its clear value: that row waits no more, the others do.
#[test]
fn a_row_can_be_removed_while_it_waits() {
    let mut bank = Bank::new(Settings::new(parallel(1)));
    bank.temperature(0, 60, 210);
    bank.all_cells(3180);
    bank.come_up();
    assert!(bank.outputs.load == Drive::Floating && bank.outputs.charger == Drive::Floating);
    bank.bms.plant(Mutant::RowRemoved(Cause::ColdCharge));
    bank.run_for(DECISION);
    assert!(bank.outputs.load == Drive::Floating && bank.outputs.charger == Drive::High);
}

//! SUP-1: the supply voltage, as far as the core sees it.

use ngbank_core::{Cause, Drive};

use crate::common::{Bank, DECISION, MINUTE, SECOND, layout, load, pins};

const ALL_FLOAT: (Drive, Drive, bool) = (Drive::Floating, Drive::Floating, false);
const BOTH_HIGH: (Drive, Drive, bool) = (Drive::High, Drive::High, false);

/// Supply, then pins one second later: 48 V banks live near the upper limit.
#[test]
fn sup_1_above_70_v() {
    let mut bank = Bank::running_with(layout(16, 1, 2), |_| {});
    for (mv, expected) in [
        (70_000, BOTH_HIGH),
        (70_001, ALL_FLOAT),
        (70_000, ALL_FLOAT),
        (69_000, ALL_FLOAT),
        (68_999, BOTH_HIGH),
        (69_999, BOTH_HIGH),
        (i32::MAX, ALL_FLOAT),
    ] {
        bank.inputs.supply_mv = mv;
        bank.run_for(MINUTE);
        assert_eq!(pins(&bank.outputs), expected, "{mv} mV");
        assert_eq!(bank.shows(Cause::Supply), expected == ALL_FLOAT, "{mv} mV");
    }
}

#[test]
fn sup_1_above_70_v_at_once() {
    let mut bank = Bank::running_with(layout(16, 1, 2), |_| {});
    bank.cell(0, 0, 3000);
    bank.run_for(SECOND);
    bank.inputs.supply_mv = 70_001;
    bank.changes_at(DECISION, pins, (Drive::High, Drive::High, true), ALL_FLOAT);
}

/// Supply, then pins one minute later: off below 8.0 V, on above 8.5 V as BOOT-1.
#[test]
fn sup_1_below_8_v() {
    let mut bank = Bank::running_with(layout(4, 1, 2), |_| {});
    for (mv, expected) in [
        (8000, BOTH_HIGH),
        (7999, ALL_FLOAT),
        (8000, ALL_FLOAT),
        (8500, ALL_FLOAT),
        (8501, BOTH_HIGH),
        (8001, BOTH_HIGH),
        (0, ALL_FLOAT),
        (i32::MIN, ALL_FLOAT),
        (13_000, BOTH_HIGH),
    ] {
        bank.inputs.supply_mv = mv;
        bank.run_for(MINUTE);
        assert_eq!(pins(&bank.outputs), expected, "{mv} mV");
    }
}

/// 10 ms have passed at the second decision that sees it.
#[test]
fn sup_1_below_8_v_within_two_decisions() {
    let mut bank = Bank::running_with(layout(4, 1, 2), |_| {});
    bank.inputs.supply_mv = 7999;
    let off = bank.run_until(SECOND, |o| o.load == Drive::Floating);
    assert!(off.is_some_and(|ms| ms <= 2 * DECISION), "{off:?}");
    assert_eq!(pins(&bank.outputs), ALL_FLOAT);
}

/// On again is a start: LOAD does not rise before the bank has reported again.
#[test]
fn sup_1_on_again_as_boot_1() {
    let mut bank = Bank::running_with(layout(4, 1, 2), |_| {});
    bank.inputs.supply_mv = 7000;
    bank.run_for(MINUTE);
    bank.inputs.supply_mv = 13_000;
    bank.decide();
    assert_eq!(load(&bank.outputs), Drive::Floating);
    bank.run_for(MINUTE);
    bank.assert_clean();
}

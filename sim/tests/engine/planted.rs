//! Every row of the protection table matters: without it, a scenario that needs it fails.

use super::{play, play_planted};
use ngbank_core::{Cause, Mutant};
use ngbank_sim::engine::Mode;
use ngbank_sim::oracle::Property;

/// The row, the scenario that fails without it, and the property that it violates there.
const ROWS: [(Cause, &str, Property); 21] = [
    (Cause::PreAlarm, "prealarm-binds-weak-cell", Property::Pre),
    (Cause::UnderVoltage, "prealarm-binds-weak-cell", Property::Uv),
    (Cause::OverVoltage, "runner-cell", Property::Ov),
    (Cause::ColdCharge, "cold-morning", Property::Temp),
    (Cause::HotCharge, "hot-afternoon", Property::Temp),
    (Cause::ColdDischarge, "cold-night", Property::Temp),
    (Cause::HotDischarge, "hot-afternoon", Property::Temp),
    (Cause::FloorWarning, "floor-warning-then-alarm", Property::Soc),
    (Cause::FloorAlarm, "floor-warning-then-alarm", Property::Soc),
    (Cause::Communication, "chain-break", Property::Com),
    (Cause::BankMismatch, "foreign-battery", Property::Com),
    (Cause::RemoteOff, "remote-toggled", Property::Rem),
    (Cause::DischargeCurrentWarning, "over-current-step", Property::Oc),
    (Cause::DischargeOverCurrent, "over-current-step", Property::Oc),
    (Cause::ChargeOverCurrent, "charge-over-current", Property::Oc),
    (Cause::Supply, "supply-dip", Property::Sup),
    (Cause::StartUp, "reset-in-countdown", Property::Boot),
    (Cause::WaitingForClear, "waiting-after-start", Property::Boot),
    (Cause::FirmwareUpdate, "firmware-update", Property::Upd),
    (Cause::Clock, "clock-set-back", Property::Time),
    (Cause::ChargerGivenUp, "low-cell-charger-gives-up", Property::Uv),
];

#[test]
fn without_its_row_each_protection_fails_a_named_scenario() {
    for (cause, scenario, property) in ROWS {
        let run = play_planted(scenario, 1, Mutant::RowRemoved(cause));
        let failed: Vec<Property> = run.verdicts.failed().map(|verdict| verdict.property).collect();
        assert!(failed.contains(&property), "{scenario} without {cause:?}: failed {failed:?}, not {property:?}");
    }
}

#[test]
fn with_all_rows_these_scenarios_pass() {
    for (_, scenario, property) in ROWS {
        let run = play(scenario, 1, Mode::Jump);
        assert_eq!(run.failures(), Vec::<String>::new(), "{scenario} ({property:?})");
    }
}

/// `Cause::Settings` has no scenario: a scenario with invalid settings does not resolve. The core's own tests have it.
#[test]
fn the_table_above_is_complete() {
    for cause in Cause::ALL {
        let listed = ROWS.iter().any(|&(row, ..)| row == cause);
        assert_eq!(listed, cause != Cause::Settings, "{cause:?}");
    }
}

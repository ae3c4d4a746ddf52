//! UPD-1: settings change while running. Timers and latches stay and are judged by the new values.

use ngbank_core::frame::Status;
use ngbank_core::settings::{Countdown, Settings, Violation};
use ngbank_core::{Canonical, Cause, Drive, Outputs, Refusal};
use proptest::prelude::*;

use crate::common::script::{apply, config, script};
use crate::common::{Bank, CYCLE, DECISION, MINUTE, SECOND, charger, layout, load, parallel, pins};

const ALL_FLOAT: (Drive, Drive, bool) = (Drive::Floating, Drive::Floating, false);

fn canonical(bank: &Bank) -> Canonical {
    let mut canonical = Canonical::new();
    bank.bms.canonical(bank.now(), &mut canonical);
    canonical
}

/// Takes settings that are valid.
#[track_caller]
pub fn set(bank: &mut Bank, change: impl FnOnce(&mut Settings)) {
    let mut settings = bank.settings;
    change(&mut settings);
    assert_eq!(bank.change_settings(settings), Ok(()));
}

/// Takes settings with another layout, and puts so many batteries there.
#[track_caller]
fn set_batteries(bank: &mut Bank, batteries: u8) {
    let model = bank.batteries[0];
    bank.batteries.truncate(batteries.into());
    for position in u8::try_from(bank.batteries.len()).unwrap()..batteries {
        let mut new = model;
        (new.report.position, new.report.serial) = (position, 2000 + u32::from(position));
        bank.batteries.push(new);
    }
    set(bank, |settings| settings.bank.parallel = batteries);
}

/// A value against a threshold, before and after the change.
struct Judged {
    name: &'static str,
    bring_about: fn(&mut Bank),
    change: fn(&mut Settings),
    cause: Cause,
    before: bool,
    after: bool,
}

/// The values stay, the settings change: what holds is judged by the new ones, with their hysteresis.
const JUDGED: &[Judged] = &[
    Judged {
        name: "pre-alarm set",
        bring_about: |bank| bank.cell(1, 0, 3100),
        change: |settings| (settings.pre_alarm_mv, settings.under_voltage_clear_mv) = (3101, 3200),
        cause: Cause::PreAlarm,
        before: false,
        after: true,
    },
    Judged {
        name: "pre-alarm cleared",
        bring_about: |bank| bank.cell(1, 0, 3051),
        change: |settings| settings.pre_alarm_mv = 3000,
        cause: Cause::PreAlarm,
        before: true,
        after: false,
    },
    Judged {
        name: "pre-alarm in its hysteresis",
        bring_about: |bank| bank.cell(1, 0, 3050),
        change: |settings| settings.pre_alarm_mv = 3000,
        cause: Cause::PreAlarm,
        before: true,
        after: true,
    },
    Judged {
        name: "over-voltage set",
        bring_about: |bank| bank.cell(1, 0, 3701),
        change: |settings| settings.over_voltage_mv = 3700,
        cause: Cause::OverVoltage,
        before: false,
        after: true,
    },
    Judged {
        name: "over-voltage in its hysteresis",
        bring_about: |bank| bank.cell(1, 0, 3751),
        change: |settings| settings.over_voltage_mv = 3800,
        cause: Cause::OverVoltage,
        before: true,
        after: true,
    },
    Judged {
        name: "cold set",
        bring_about: |bank| bank.temperature(1, 60, 80),
        change: |settings| settings.charge_min_dc = 61,
        cause: Cause::ColdCharge,
        before: false,
        after: true,
    },
    Judged {
        name: "cold cleared",
        bring_about: |bank| bank.temperature(1, 49, 80),
        change: |settings| settings.charge_min_dc = 20,
        cause: Cause::ColdCharge,
        before: true,
        after: false,
    },
    Judged {
        name: "hot to discharge set",
        bring_about: |bank| bank.temperature(1, 200, 480),
        change: |settings| settings.discharge_max_dc = 479,
        cause: Cause::HotDischarge,
        before: false,
        after: true,
    },
    Judged {
        name: "floor raised",
        bring_about: |bank| bank.all(|report| report.soc_pm = 300),
        change: |settings| settings.discharge_floor_pm = 300,
        cause: Cause::FloorAlarm,
        before: false,
        after: true,
    },
    Judged {
        name: "floor lowered",
        bring_about: |bank| bank.all(|report| report.soc_pm = 100),
        change: |settings| settings.discharge_floor_pm = 49,
        cause: Cause::FloorAlarm,
        before: true,
        after: false,
    },
    Judged {
        name: "floor lowered, in its hysteresis",
        bring_about: |bank| bank.all(|report| report.soc_pm = 100),
        change: |settings| settings.discharge_floor_pm = 50,
        cause: Cause::FloorAlarm,
        before: true,
        after: true,
    },
    Judged {
        name: "no floor, no alarm",
        bring_about: |bank| bank.all(|report| report.soc_pm = 0),
        change: |settings| settings.discharge_floor_pm = 0,
        cause: Cause::FloorAlarm,
        before: true,
        after: false,
    },
    Judged {
        name: "no floor, no warning",
        bring_about: |bank| bank.all(|report| report.soc_pm = 150),
        change: |settings| settings.discharge_floor_pm = 0,
        cause: Cause::FloorWarning,
        before: true,
        after: false,
    },
];

#[test]
fn upd_1_values_are_judged_by_the_new_settings() {
    for Judged { name, bring_about, change, cause, before, after } in JUDGED {
        let mut bank = Bank::running(3);
        bring_about(&mut bank);
        bank.run_for(3 * SECOND);
        assert_eq!(bank.shows(*cause), *before, "{name}, before");
        set(&mut bank, change);
        bank.run_for(3 * SECOND);
        assert_eq!(bank.shows(*cause), *after, "{name}, after: {:?}", bank.outputs);
        bank.run_for(MINUTE);
        assert_eq!(bank.shows(*cause), *after, "{name}, a minute later");
    }
}

/// UV-5: UV is kept through changed settings, also through one that no longer calls the cell empty, and through a
/// changed layout; only UV-2 of the new settings clears it.
#[test]
fn uv_5_is_kept() {
    for cell in [2700, 3199] {
        for batteries in [3, 2, 4] {
            let mut bank = Bank::running(3);
            bank.all_cells(2700);
            bank.run_for(31 * SECOND);
            bank.all_cells(cell);
            bank.run_for(SECOND);
            set(&mut bank, |settings| settings.under_voltage_mv = 2600);
            if batteries != 3 {
                set_batteries(&mut bank, batteries);
            }
            bank.run_for(5 * SECOND);
            bank.stays(5 * MINUTE, load, Drive::Floating);
            assert!(bank.shows(Cause::UnderVoltage) && bank.outputs.low_cell_state, "{:?}", bank.outputs);
            // UV-2 with another value.
            set(&mut bank, |settings| settings.under_voltage_clear_mv = 3250);
            bank.all_cells(3249);
            bank.stays(5 * MINUTE, load, Drive::Floating);
            bank.all_cells(3250);
            bank.changes_at(30_100, load, Drive::Floating, Drive::High);
        }
    }
}

/// UV-5: in the decision after the change as well, LOAD does not rise onto a cell that the new threshold calls empty.
#[test]
fn uv_5_load_does_not_rise_onto_a_cell_that_is_empty_now() {
    let mut bank = Bank::running(2);
    set(&mut bank, |settings| settings.under_voltage_mv = 2700);
    bank.all(|report| report.soc_pm = 50);
    bank.cell(1, 0, 2750);
    bank.run_for(5 * SECOND);
    assert!(!bank.shows(Cause::UnderVoltage) && bank.shows(Cause::FloorAlarm));
    set(&mut bank, |settings| (settings.under_voltage_mv, settings.discharge_floor_pm) = (2800, 0));
    bank.stays(5 * MINUTE, load, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage));
}

/// A changed layout is BOOT-1: everything floats until every battery of the new bank has reported.
#[test]
fn upd_1_a_changed_layout_is_boot_1() {
    for batteries in [2, 4] {
        let mut bank = Bank::running(3);
        set_batteries(&mut bank, batteries);
        bank.run_for(DECISION);
        assert_eq!(pins(&bank.outputs), ALL_FLOAT);
        assert!(bank.shows(Cause::StartUp), "{:?}", bank.outputs);
        bank.run_for(4 * SECOND);
        // UV began tripped: LOAD waits UV-2's hold.
        assert_eq!(pins(&bank.outputs), (Drive::Floating, Drive::High, false), "{:?}", bank.outputs);
        bank.stays(25 * SECOND, load, Drive::Floating);
        bank.run_for(5 * SECOND);
        bank.assert_clean();
    }
    // The bank is still the old one: it never comes up.
    for batteries in [4, 2] {
        let mut bank = Bank::running(3);
        set(&mut bank, |settings| settings.bank = parallel(batteries));
        bank.run_for(DECISION);
        bank.stays(5 * MINUTE, pins, ALL_FLOAT);
    }
    let mut bank = Bank::running(2);
    set(&mut bank, |settings| settings.bank = layout(4, 2, 1));
    bank.run_for(DECISION);
    bank.stays(5 * MINUTE, pins, ALL_FLOAT);
}

/// A changed layout is no way around what has cut: the values between the thresholds of OV, temperature and floor.
#[test]
fn upd_1_a_changed_layout_frees_nothing() {
    type Read = fn(&Outputs) -> Drive;
    type Act = fn(&mut Bank);
    let table: [(Cause, Act, Act, Read); 3] = [
        (Cause::OverVoltage, |bank| bank.cell(0, 0, 3751), |bank| bank.cell(0, 0, 3600), charger),
        (Cause::FloorAlarm, |bank| bank.all(|r| r.soc_pm = 100), |bank| bank.all(|r| r.soc_pm = 150), load),
        (Cause::ColdCharge, |bank| bank.temperature(0, 49, 60), |bank| bank.temperature(0, 69, 80), charger),
    ];
    for (cause, trip, between, output) in table {
        let mut bank = Bank::running(3);
        trip(&mut bank);
        bank.run_for(3 * SECOND);
        assert!(bank.shows(cause));
        between(&mut bank);
        bank.run_for(SECOND);
        set_batteries(&mut bank, 2);
        bank.run_for(DECISION);
        bank.stays(5 * MINUTE, output, Drive::Floating);
    }
}

/// Refused whole: every reason is named, and nothing changes, not even the timers.
#[test]
fn upd_1_refused_with_every_reason() {
    let mut bank = Bank::running(2);
    bank.cell(0, 0, 2799);
    bank.run_for(20 * SECOND);
    let good = bank.settings;
    let table = [
        (Settings { pre_alarm_mv: 2849, ..good }, 1),
        (Settings { over_voltage_mv: 3649, countdown: Countdown::FromUnderVoltage, ..good }, 1),
        (Settings { pre_alarm_after_cutoff_s: 9, over_voltage_hold_ms: 5001, ..good }, 2),
        (Settings { pre_alarm_mv: 3150, pre_alarm_clear_mv: 200, remote_debounce_ms: -1, ..good }, 2),
        (Settings { discharge_floor_pm: 800, floor_warning_margin_pm: 200, ..good }, 1),
        (Settings { under_voltage_mv: 2801, bank: parallel(51), ..good }, 2),
    ];
    for (settings, reasons) in table {
        let before = canonical(&bank);
        let mut named: Vec<Violation> = Vec::new();
        settings.check(&mut |violation| named.push(violation));
        assert_eq!(named.len(), reasons, "{named:?}");
        assert_eq!(bank.change_settings(settings), Err(Refusal::Invalid));
        assert_eq!(canonical(&bank), before, "{named:?}");
    }
    bank.changes_at(10 * SECOND + DECISION, load, Drive::High, Drive::Floating);
}

/// A core that refused to start with an invalid set starts with a valid one.
#[test]
fn upd_1_ends_invalid_settings() {
    let mut bank = Bank::new(Settings { pre_alarm_mv: 0, ..Settings::new(parallel(2)) });
    bank.power_on();
    bank.run_for(MINUTE);
    assert_eq!((pins(&bank.outputs), bank.outputs.error), (ALL_FLOAT, Some(119)));
    set(&mut bank, |settings| settings.pre_alarm_mv = 3100);
    bank.stays(30 * SECOND, load, Drive::Floating);
    bank.run_for(4 * SECOND);
    bank.assert_clean();
}

/// A remote that is off stays off, whatever is changed; on again, the new settings hold.
#[test]
fn upd_1_while_the_remote_is_off() {
    let mut bank = Bank::running(2);
    bank.cell(0, 0, 3050);
    bank.run_for(SECOND);
    bank.remote(false);
    bank.run_for(SECOND);
    set(&mut bank, |settings| settings.pre_alarm_mv = 2990);
    bank.stays(MINUTE, pins, ALL_FLOAT);
    bank.remote(true);
    bank.changes_at(300, pins, ALL_FLOAT, (Drive::High, Drive::High, false));
}

/// A battery that has sent nothing but frames with its error bit has no values to be judged (COM-6).
#[test]
fn upd_1_without_a_value_there_is_nothing_to_judge() {
    let mut bank = Bank::new(Settings::new(parallel(2)));
    bank.status(1, Status::MEASUREMENT_ERROR);
    bank.power_on();
    bank.run_for(10 * SECOND);
    set(&mut bank, |settings| settings.pre_alarm_mv = 3000);
    bank.run_for(10 * SECOND);
    for cause in [Cause::PreAlarm, Cause::UnderVoltage, Cause::ColdCharge] {
        assert!(bank.bms.cause(cause).is_none(), "{cause:?}");
    }
    assert_eq!(bank.bms.history().under_voltages, 0);
    assert_eq!(pins(&bank.outputs), ALL_FLOAT);
}

/// BOOT-2: what was retained under the new settings is used with them.
#[test]
fn boot_2_reset_after_a_change() {
    let mut bank = Bank::running(2);
    bank.all_cells(2700);
    bank.run_for(31 * SECOND);
    set(&mut bank, |settings| settings.under_voltage_clear_mv = 3250);
    bank.all_cells(3249);
    bank.run_for(CYCLE);
    bank.watchdog_reset();
    bank.stays(5 * MINUTE, load, Drive::Floating);
    assert!(bank.shows(Cause::UnderVoltage));
}

proptest! {
    #![proptest_config(config(200))]

    /// The settings in force, set again, change nothing, now and later.
    #[test]
    fn upd_1_the_same_settings_change_nothing(script in script(), future in script()) {
        let mut bank = script.play();
        let mut twin = bank.clone();
        twin.change_settings(bank.settings).unwrap();
        prop_assert_eq!(canonical(&twin), canonical(&bank));
        for (event, cycles) in &future.events {
            // Before the event, and with a cycle after it: a clock that goes back shows in a call at that instant only.
            let cycles = (*cycles).max(1);
            twin.change_settings(bank.settings).unwrap();
            apply(&mut bank, event);
            apply(&mut twin, event);
            bank.run_for(cycles * CYCLE);
            twin.run_for(cycles * CYCLE);
        }
        prop_assert_eq!(&twin.log, &bank.log);
        prop_assert_eq!(canonical(&twin), canonical(&bank));
    }

    /// UV-5: UV that is set is kept through any change, until every cell reaches the new clear value.
    #[test]
    fn uv_5_no_change_clears_uv(script in script(), other in script(), more in any::<bool>()) {
        let mut bank = script.play();
        if bank.bms.cause(Cause::UnderVoltage).is_none() {
            return Ok(());
        }
        let mut settings = other.variant.settings(bank.settings.bank);
        if more {
            // Ratings belong to the layout: BOOT-1.
            settings.bank.capacity_mah += 1000;
        }
        bank.all_cells(u16::try_from(settings.under_voltage_clear_mv - 1).unwrap());
        bank.change_settings(settings).unwrap();
        for _ in 0..400 {
            bank.run_for(DECISION);
            prop_assert!(bank.bms.cause(Cause::UnderVoltage).is_some(), "{:?}", bank.outputs);
            prop_assert_eq!(bank.outputs.load, Drive::Floating);
        }
    }
}

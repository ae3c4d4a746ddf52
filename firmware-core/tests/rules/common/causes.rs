//! How to bring each cause about, and what it does: the table "Outputs and their causes", with LED-2 and ERR-1.

use ngbank_core::settings::{LowCellCharger, Settings};
use ngbank_core::{Cause, Drive, Drive::Floating, Drive::High, Led};

use super::{Bank, CONTINUOUS_DISCHARGE, DECISION, Link, MINUTE, PULSE_CHARGE, PULSE_DISCHARGE, SECOND, parallel};

pub struct Case {
    pub cause: Cause,
    /// Settings under which nothing else happens.
    pub change: fn(&mut Settings),
    /// From a bank that is up: brings the cause about, up to a decision that shows it.
    pub bring_about: fn(&mut Bank),
    pub load: Drive,
    pub charger: Drive,
    /// True is High; `None`: another cause decides.
    pub pre_alarm: Option<bool>,
    /// `None`: the rules do not say.
    pub red: Option<Led>,
    /// `None`: the rules do not say; `Some(None)`: no error.
    pub error: Option<Option<u8>>,
}

/// Every cause but those of the start-up, on a bank of three batteries.
pub const CASES: &[Case] = &[
    Case {
        cause: Cause::PreAlarm,
        change: |_| {},
        bring_about: |bank| {
            bank.cell(1, 3, 3099);
            bank.run_for(DECISION);
        },
        load: High,
        charger: High,
        pre_alarm: Some(true),
        red: Some(Led::Blinking),
        error: Some(None),
    },
    Case {
        cause: Cause::UnderVoltage,
        change: |_| {},
        bring_about: |bank| {
            bank.cell(1, 3, 2799);
            bank.run_for(30 * SECOND + DECISION);
        },
        load: Floating,
        charger: High,
        pre_alarm: Some(true),
        red: Some(Led::On),
        error: Some(Some(14)),
    },
    Case {
        cause: Cause::OverVoltage,
        change: |_| {},
        bring_about: |bank| {
            bank.cell(1, 3, 3751);
            bank.run_for(SECOND + DECISION);
        },
        load: High,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(13)),
    },
    Case {
        cause: Cause::ColdCharge,
        change: |_| {},
        bring_about: |bank| {
            bank.temperature(1, 49, 60);
            bank.run_for(DECISION);
        },
        load: High,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(16)),
    },
    Case {
        cause: Cause::HotCharge,
        change: |settings| settings.discharge_max_dc = 600,
        bring_about: |bank| {
            bank.temperature(1, 200, 501);
            bank.run_for(DECISION);
        },
        load: High,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(15)),
    },
    Case {
        cause: Cause::ColdDischarge,
        change: |settings| {
            settings.charge_min_dc = -200;
            settings.discharge_min_dc = 0;
        },
        bring_about: |bank| {
            bank.temperature(1, -1, 20);
            bank.run_for(DECISION);
        },
        load: Floating,
        charger: High,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(16)),
    },
    Case {
        cause: Cause::HotDischarge,
        change: |settings| settings.charge_max_dc = 550,
        bring_about: |bank| {
            bank.temperature(1, 200, 501);
            bank.run_for(DECISION);
        },
        load: Floating,
        charger: High,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(15)),
    },
    Case {
        cause: Cause::FloorWarning,
        change: |_| {},
        bring_about: |bank| {
            bank.all(|report| report.soc_pm = 150);
            bank.run_for(DECISION);
        },
        load: High,
        charger: High,
        pre_alarm: Some(true),
        red: Some(Led::Blinking),
        error: Some(None),
    },
    Case {
        cause: Cause::FloorAlarm,
        change: |_| {},
        bring_about: |bank| {
            bank.all(|report| report.soc_pm = 100);
            bank.run_for(DECISION);
        },
        load: Floating,
        charger: High,
        pre_alarm: Some(true),
        red: Some(Led::On),
        error: Some(None),
    },
    Case {
        cause: Cause::Communication,
        change: |_| {},
        bring_about: |bank| {
            bank.link(1, Link::Silent);
            bank.run_for(5 * SECOND);
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(39)),
    },
    Case {
        cause: Cause::BankMismatch,
        change: |_| {},
        bring_about: |bank| {
            bank.batteries[1].report.serial = 77;
            bank.run_for(DECISION);
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(3)),
    },
    Case {
        cause: Cause::RemoteOff,
        change: |_| {},
        bring_about: |bank| {
            bank.remote(false);
            bank.run_for(3 * DECISION);
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::Off),
        error: Some(None),
    },
    Case {
        cause: Cause::DischargeCurrentWarning,
        change: |_| {},
        bring_about: |bank| {
            bank.current(1, -CONTINUOUS_DISCHARGE - 1);
            bank.run_for(DECISION);
        },
        load: High,
        charger: High,
        pre_alarm: Some(true),
        red: Some(Led::Blinking),
        error: Some(None),
    },
    Case {
        cause: Cause::DischargeOverCurrent,
        change: |_| {},
        bring_about: |bank| {
            bank.current(1, -PULSE_DISCHARGE * 2);
            bank.run_for(SECOND);
        },
        load: Floating,
        charger: High,
        pre_alarm: None,
        red: Some(Led::On),
        error: None,
    },
    Case {
        cause: Cause::ChargeOverCurrent,
        change: |_| {},
        bring_about: |bank| {
            bank.current(1, PULSE_CHARGE * 2);
            bank.run_for(SECOND);
        },
        load: High,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: None,
    },
    Case {
        cause: Cause::Supply,
        change: |_| {},
        bring_about: |bank| {
            bank.inputs.supply_mv = 70_001;
            bank.run_for(2 * DECISION);
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(false),
        red: None,
        error: None,
    },
    Case {
        cause: Cause::Clock,
        change: |_| {},
        bring_about: |bank| {
            bank.time -= 1000;
            bank.decide();
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::On),
        error: Some(Some(11)),
    },
    Case {
        cause: Cause::FirmwareUpdate,
        change: |_| {},
        bring_about: |bank| {
            bank.bms.begin_update();
            bank.run_for(DECISION);
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(false),
        red: Some(Led::Blinking),
        error: Some(None),
    },
    Case {
        cause: Cause::ChargerGivenUp,
        change: |settings| settings.charger_in_low_cell_state = LowCellCharger::OffAfter,
        bring_about: |bank| {
            bank.cell(1, 3, 2799);
            bank.run_for(30 * SECOND + DECISION + 5 * MINUTE);
        },
        load: Floating,
        charger: Floating,
        pre_alarm: Some(true),
        red: Some(Led::On),
        error: Some(Some(14)),
    },
];

impl Case {
    /// A bank that is up, on which the cause can be brought about.
    pub fn bank(&self) -> Bank {
        let mut settings = Settings::new(parallel(3));
        (self.change)(&mut settings);
        let mut bank = Bank::new(settings);
        bank.come_up();
        bank
    }
}

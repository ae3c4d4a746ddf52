//! TEMP-1 … TEMP-4: too cold, too hot, to charge, to discharge.

use ngbank_core::frame::Status;
use ngbank_core::settings::Settings;
use ngbank_core::{Cause, Drive};

use crate::common::{Bank, DECISION, MINUTE, SECOND, parallel};

/// A limit: what crosses it and what it does.
struct Limit {
    cause: Cause,
    change: fn(&mut Settings),
    /// Coldest and hottest sensor: just inside, just outside the limit; outside and inside the clear value.
    inside: (i16, i16),
    outside: (i16, i16),
    held: (i16, i16),
    cleared: (i16, i16),
    load: Drive,
    charger: Drive,
}

const NARROW_DISCHARGE: fn(&mut Settings) = |settings| {
    (settings.charge_min_dc, settings.charge_max_dc) = (-200, 550);
    (settings.discharge_min_dc, settings.discharge_max_dc) = (0, 400);
};
const WIDE_DISCHARGE: fn(&mut Settings) = |settings| settings.discharge_max_dc = 600;

/// The other sensor is warm: only the one that counts may decide.
const LIMITS: [Limit; 4] = [
    Limit {
        cause: Cause::ColdCharge,
        change: WIDE_DISCHARGE,
        inside: (50, 300),
        outside: (49, 300),
        held: (69, 300),
        cleared: (71, 300),
        load: Drive::High,
        charger: Drive::Floating,
    },
    Limit {
        cause: Cause::HotCharge,
        change: WIDE_DISCHARGE,
        inside: (200, 500),
        outside: (200, 501),
        held: (200, 481),
        cleared: (200, 479),
        load: Drive::High,
        charger: Drive::Floating,
    },
    Limit {
        cause: Cause::ColdDischarge,
        change: NARROW_DISCHARGE,
        inside: (0, 300),
        outside: (-1, 300),
        held: (19, 300),
        cleared: (21, 300),
        load: Drive::Floating,
        charger: Drive::High,
    },
    Limit {
        cause: Cause::HotDischarge,
        change: NARROW_DISCHARGE,
        inside: (200, 400),
        outside: (200, 401),
        held: (200, 381),
        cleared: (200, 379),
        load: Drive::Floating,
        charger: Drive::High,
    },
];

fn up(limit: &Limit) -> Bank {
    let mut settings = Settings::new(parallel(3));
    (limit.change)(&mut settings);
    let mut bank = Bank::new(settings);
    bank.come_up();
    bank.assert_clean();
    bank
}

fn drives(bank: &Bank) -> (Drive, Drive) {
    (bank.outputs.load, bank.outputs.charger)
}

const BOTH_HIGH: (Drive, Drive) = (Drive::High, Drive::High);

/// OUT-4, OUT-5, OUT-6; TEMP-1, TEMP-2, TEMP-3.
#[test]
fn each_limit_at_its_last_tenth_of_a_degree() {
    for limit in &LIMITS {
        let up = up(limit);
        for b in 0..3 {
            let mut bank = up.clone();
            bank.temperature(b, limit.inside.0, limit.inside.1);
            bank.run_for(MINUTE);
            assert_eq!(drives(&bank), BOTH_HIGH, "{:?}, battery {b}, inside", limit.cause);
            bank.temperature(b, limit.outside.0, limit.outside.1);
            bank.run_for(DECISION);
            assert_eq!(drives(&bank), (limit.load, limit.charger), "{:?}, battery {b}, outside", limit.cause);
            let why = bank.why(limit.cause);
            assert_eq!((why.battery.map(usize::from), why.since), (Some(b), bank.now()));
        }
    }
}

#[test]
fn temp_4_each_clears_inside_its_limit() {
    for limit in &LIMITS {
        let mut bank = up(limit);
        bank.temperature(0, limit.outside.0, limit.outside.1);
        bank.temperature(2, limit.outside.0, limit.outside.1);
        bank.run_for(SECOND);
        bank.temperature(0, limit.cleared.0, limit.cleared.1);
        bank.temperature(2, limit.held.0, limit.held.1);
        bank.run_for(MINUTE);
        assert_eq!(drives(&bank), (limit.load, limit.charger), "{:?} at {:?}", limit.cause, limit.held);
        bank.temperature(2, limit.cleared.0, limit.cleared.1);
        bank.run_for(DECISION);
        assert_eq!(drives(&bank), BOTH_HIGH, "{:?} at {:?}", limit.cause, limit.cleared);
        bank.align();
        // Without the cause the space between is free.
        bank.temperature(1, limit.held.0, limit.held.1);
        bank.run_for(MINUTE);
        assert_eq!(drives(&bank), BOTH_HIGH, "{:?} at {:?} without the cause", limit.cause, limit.held);
    }
}

#[test]
fn temp_4_follows_the_setting() {
    for (hysteresis, held, cleared) in [(5, 54, 56), (50, 99, 101)] {
        let mut settings = Settings::new(parallel(1));
        settings.temperature_hysteresis_dc = hysteresis;
        let mut bank = Bank::new(settings);
        bank.come_up();
        for (coldest, drive) in [(49, Drive::Floating), (held, Drive::Floating), (cleared, Drive::High)] {
            bank.temperature(0, coldest, 300);
            bank.run_for(SECOND);
            assert_eq!(bank.outputs.charger, drive, "{coldest} with hysteresis {hysteresis}");
        }
    }
}

/// One setting, both ends of its range; the other direction is not touched.
#[test]
fn limits_follow_their_settings() {
    type Case = (fn(&mut Settings), (i16, i16), (i16, i16), Cause);
    let table: [Case; 8] = [
        (|s| s.charge_min_dc = -200, (-200, 0), (-201, 0), Cause::ColdCharge),
        (|s| s.charge_min_dc = 160, (160, 200), (159, 200), Cause::ColdCharge),
        (|s| s.charge_max_dc = 300, (200, 300), (200, 301), Cause::HotCharge),
        (|s| s.charge_max_dc = 550, (200, 550), (200, 551), Cause::HotCharge),
        (|s| s.discharge_min_dc = -200, (-200, 0), (-201, 0), Cause::ColdDischarge),
        (|s| s.discharge_min_dc = 0, (0, 100), (-1, 100), Cause::ColdDischarge),
        (|s| s.discharge_max_dc = 400, (200, 400), (200, 401), Cause::HotDischarge),
        (|s| s.discharge_max_dc = 600, (200, 600), (200, 601), Cause::HotDischarge),
    ];
    for (change, inside, outside, cause) in table {
        let mut settings = Settings::new(parallel(2));
        change(&mut settings);
        let mut bank = Bank::new(settings);
        bank.come_up();
        for ((coldest, hottest), holds) in [(inside, false), (outside, true)] {
            bank.temperature(1, coldest, hottest);
            bank.run_for(SECOND);
            assert_eq!(bank.shows(cause), holds, "{cause:?} at {coldest}, {hottest}");
        }
    }
}

/// COM-6: the battery's own bits act beside the values; either sets, both must clear.
#[test]
fn the_bits_of_the_battery_count() {
    let table = [
        (Status::LOW_TEMPERATURE_CHARGE, &LIMITS[0]),
        (Status::HIGH_TEMPERATURE_CHARGE, &LIMITS[1]),
        (Status::LOW_TEMPERATURE_DISCHARGE, &LIMITS[2]),
        (Status::HIGH_TEMPERATURE_DISCHARGE, &LIMITS[3]),
    ];
    for (bit, limit) in table {
        let mut bank = up(limit);
        bank.status(1, bit);
        bank.run_for(DECISION);
        assert_eq!(drives(&bank), (limit.load, limit.charger), "{:?}", limit.cause);
        bank.align();
        bank.temperature(1, limit.held.0, limit.held.1);
        bank.status(1, Status::NONE);
        bank.run_for(MINUTE);
        assert_eq!(drives(&bank), (limit.load, limit.charger), "{:?}: the value holds it", limit.cause);
        bank.temperature(1, limit.cleared.0, limit.cleared.1);
        bank.status(1, bit);
        bank.run_for(MINUTE);
        assert_eq!(drives(&bank), (limit.load, limit.charger), "{:?}: the bit holds it", limit.cause);
        bank.status(1, Status::NONE);
        bank.run_for(DECISION);
        assert_eq!(drives(&bank), BOTH_HIGH, "{:?}", limit.cause);
    }
}

/// A fault goes away again when the current reverses, and comes back: nothing sticks.
#[test]
fn limits_can_be_crossed_again_and_again() {
    for limit in &LIMITS {
        let mut bank = up(limit);
        for turn in 0..10 {
            bank.temperature(1, limit.outside.0, limit.outside.1);
            bank.current(1, if turn % 2 == 0 { 50_000 } else { -50_000 });
            bank.run_for(SECOND);
            assert_eq!(drives(&bank), (limit.load, limit.charger));
            bank.temperature(1, limit.cleared.0, limit.cleared.1);
            bank.run_for(SECOND);
            assert_eq!(drives(&bank), BOTH_HIGH);
        }
    }
}

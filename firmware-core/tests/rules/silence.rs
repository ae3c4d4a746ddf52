//! COM-2 to the millisecond: silence is found by the first decision that can find it, however far apart decisions and
//! frames are.

use ngbank_core::Cause;
use ngbank_core::settings::Settings;

use crate::common::{Bank, DECISION, SECOND, parallel};

/// The default of COM-2, ms.
const TIMEOUT: u64 = 5 * SECOND;

/// Decisions come `apart` ms apart while battery 1 reports `after` ms after each of them; then it falls silent, and
/// `coarse` decisions later one comes every 100 ms.
fn found_in_time(apart: u64, after: u64, coarse: usize) {
    let mut bank = Bank::running(2);
    bank.deliver(1);
    let mut last = bank.time;
    for _ in 0..4 {
        let decision = bank.time + apart;
        bank.time += after;
        bank.deliver(1);
        last = bank.time;
        bank.time = decision;
        bank.deliver(0);
        bank.decide();
        assert_eq!(bank.shows(Cause::Communication), bank.time - last >= TIMEOUT, "{apart} ms, {after} ms");
        if bank.shows(Cause::Communication) {
            return;
        }
    }
    for number in 0.. {
        bank.time += if number < coarse { apart } else { DECISION };
        bank.deliver(0);
        bank.decide();
        let silent = bank.time - last >= TIMEOUT;
        assert_eq!(
            bank.shows(Cause::Communication),
            silent,
            "{apart} ms, {after} ms, {coarse}; at {}",
            bank.time - last
        );
        if silent {
            return;
        }
    }
}

#[test]
fn com_2_whenever_decisions_and_frames_come() {
    for apart in [1, 100, 700, 2400, 2499, 2500, 2501, 2600, 4000, 4900, 4999, 5000, 5001, 7000] {
        for after in [0, apart / 2, apart - 1] {
            for coarse in 0..3 {
                found_in_time(apart, after, coarse);
            }
        }
    }
}

/// Nobody has been heard for long when the first battery reports: its one frame is enough for five seconds.
#[test]
fn com_2_after_a_time_without_any_battery() {
    for wait in [0, 100, 2500, 4900, 5000, 6000, 60 * SECOND] {
        let mut bank = Bank::new(Settings::new(parallel(2)));
        bank.power_on();
        let begin = bank.time;
        while bank.time - begin < wait {
            bank.time += DECISION;
            bank.decide();
        }
        bank.deliver(0);
        let heard = bank.time;
        while bank.time - heard < TIMEOUT {
            assert!(!bank.shows(Cause::Communication), "{wait} ms, {} ms after the frame", bank.time - heard);
            bank.time += DECISION;
            bank.decide();
        }
        assert!(bank.shows(Cause::Communication), "{wait} ms");
    }
}

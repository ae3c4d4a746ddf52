//! The time to go: remaining charge over the five-minute mean of the discharge current.

use ngbank_core::readout::Readout;
use ngbank_core::units::Instant;

use crate::common::{Bank, Link, MINUTE, SECOND};

/// A bank of two batteries with 50 Ah each left of 100 Ah, and its readout.
struct Observed {
    bank: Bank,
    readout: Readout,
}

impl Observed {
    fn new() -> Self {
        Self { bank: Bank::running(2), readout: Readout::new() }
    }

    /// Half of the bank's current on each battery, observed so often for so long.
    fn draw(&mut self, ma: i32, ms: u64, every: u64) -> &mut Self {
        self.bank.all(|report| report.current_ma = -ma / 2);
        for _ in 0..ms / every {
            self.bank.run_for(every);
            self.readout.observe(self.bank.now(), &self.bank.bms);
        }
        self
    }

    fn minutes(&self) -> Option<u16> {
        self.readout.record(&self.bank.bms).time_to_go_min
    }
}

#[test]
fn read_1_time_to_go_of_a_steady_current() {
    let mut observed = Observed::new();
    assert_eq!(observed.draw(20_000, SECOND, SECOND).minutes(), None, "one call tells no length of time");
    // 100 Ah at 20 A.
    assert_eq!(observed.draw(20_000, 2 * SECOND, SECOND).minutes(), Some(300));
    assert_eq!(observed.draw(20_000, 20 * MINUTE, SECOND).minutes(), Some(300));
}

#[test]
fn read_1_time_to_go_needs_half_a_percent_of_c() {
    // 0.5 % of 200 Ah per hour is 1 A.
    for (ma, minutes) in [(1000, Some(6000)), (998, None), (0, None), (-20_000, None)] {
        assert_eq!(Observed::new().draw(ma, MINUTE, SECOND).minutes(), minutes, "{ma} mA");
    }
}

/// Charging counts against discharging: what matters is how fast the bank empties.
#[test]
fn read_1_the_mean_is_of_the_net_current() {
    let mut observed = Observed::new();
    observed.draw(40_000, 2 * MINUTE, SECOND).draw(-20_000, MINUTE, SECOND);
    // The bank's first current is that of its start: (119 · 40 A − 60 · 20 A) / 179 = 19.89 A.
    assert_eq!(observed.minutes(), Some(301));
}

/// Old currents leave the window after five minutes, in steps of half a minute.
#[test]
fn read_1_the_window_slides() {
    let mut observed = Observed::new();
    observed.draw(20_000, 10 * MINUTE, SECOND);
    let mut last = observed.minutes().unwrap();
    assert_eq!(last, 300);
    for second in 1..=300 {
        let minutes = observed.draw(40_000, SECOND, SECOND).minutes().unwrap();
        assert!(minutes <= last, "after {second} s: {minutes} min");
        // The true five-minute mean, and one whose window is half a minute shorter.
        let least = 6_000_000 / (20_000 + 20_000 * second.min(270) / 270);
        let most = 6_000_000 / (20_000 + 20_000 * second / 300);
        assert!((least..=most).contains(&i32::from(minutes)), "after {second} s: {least} ≤ {minutes} ≤ {most}");
        last = minutes;
    }
    assert_eq!(last, 150);
}

/// Rare calls weigh as much as frequent ones; calls that are too rare know no mean.
#[test]
fn read_1_calls_at_any_distance() {
    for every in [100, 500, 7 * SECOND, 45 * SECOND, 2 * MINUTE, 5 * MINUTE] {
        assert_eq!(Observed::new().draw(20_000, 30 * MINUTE, every).minutes(), Some(300), "every {every} ms");
    }
    assert_eq!(Observed::new().draw(20_000, 30 * MINUTE, 6 * MINUTE).minutes(), None);
}

/// A pause does not stand for the current that is seen at its end.
#[test]
fn read_1_a_late_call_counts_ten_seconds() {
    let mut observed = Observed::new();
    observed.draw(20_000, MINUTE, SECOND).draw(80_000, MINUTE, MINUTE);
    // (59 s · 20 A + 10 s · 80 A) / 69 s = 28.7 A.
    assert_eq!(observed.minutes(), Some(209));
}

#[test]
fn read_1_twice_for_one_instant_counts_once() {
    let mut observed = Observed::new();
    observed.draw(20_000, MINUTE, SECOND);
    let before = observed.readout.clone();
    for _ in 0..1000 {
        observed.readout.observe(observed.bank.now(), &observed.bank.bms);
    }
    assert_eq!(observed.readout, before);
}

/// The current of a silent battery is not known: the time does not count, in neither direction.
#[test]
fn read_1_silence_does_not_count() {
    let mut observed = Observed::new();
    observed.draw(20_000, 2 * MINUTE, SECOND);
    observed.bank.link(1, Link::Silent);
    observed.draw(20_000, MINUTE, SECOND);
    assert_eq!(observed.minutes(), None, "no state of charge");
    observed.bank.link(1, Link::Good);
    observed.draw(20_000, 15 * SECOND, SECOND);
    assert_eq!(observed.minutes(), Some(300));
}

#[test]
fn read_1_the_clock_wraps() {
    let mut observed = Observed::new();
    // The bank has come up in 35 s; 40 s later its clock wraps.
    let up = u32::try_from(observed.bank.time).unwrap();
    let mut wrapping = Bank::new(observed.bank.settings);
    wrapping.clock = 0u32.wrapping_sub(up + 40_000);
    wrapping.come_up();
    observed.bank = wrapping;
    for _ in 0..90 {
        let before = observed.bank.now();
        let known = observed.draw(20_000, SECOND, SECOND).minutes();
        assert!(known.is_none_or(|minutes| minutes == 300), "{known:?} after {before:?}");
    }
    assert!(observed.bank.now().as_millis() < 60_000, "it has wrapped");
    assert_eq!(observed.minutes(), Some(300));
}

/// A clock that goes backwards, or a leap of weeks: what was observed is forgotten, and the mean begins anew.
#[test]
fn read_1_the_clock_leaps() {
    for leap in [1u32 << 31, u32::MAX - 1000, 6 * 60_000, (1 << 31) - 1, (1 << 31) - 40_000] {
        let mut observed = Observed::new();
        observed.draw(20_000, 5 * MINUTE, SECOND);
        let base = observed.bank.now().as_millis();
        observed.bank.all(|report| report.current_ma = -20_000);
        observed.bank.run_for(SECOND);
        let leapt = |ms: u32| Instant::from_millis(base.wrapping_add(leap).wrapping_add(ms));
        observed.readout.observe(leapt(0), &observed.bank.bms);
        assert_eq!(observed.minutes(), None, "leap of {leap} ms");
        for second in 1..=600 {
            observed.readout.observe(leapt(second * 1000), &observed.bank.bms);
            assert_eq!(observed.minutes(), Some(150), "{second} s after a leap of {leap} ms");
        }
    }
}

//! How late a cut is, by what the BMS had been told: from "hold and 30 s met" to LOAD Floating (UV-1, PRE-2).
//!
//! Counted on the reports that arrived, with the battery's own measurement in them; how far that is from the truth,
//! the oracle tells. A jump passes no report that would change a count: the firmware's bands keep every battery on
//! its side of the threshold as long as LOAD is High.

use ngbank_core::settings::Countdown;
use ngbank_models::time::{MS, Micros, SECOND};

use crate::oracle::Pins;
use crate::scenario::SettingsSpec;

/// PRE-2: both pins High for so long; PRE-4: the other reading asks the same of the cell.
const LEAD: Micros = 30 * SECOND;

/// Watches reports and pins of one run.
pub struct Latency {
    under_voltage_mv: i32,
    hold: Micros,
    countdown: Countdown,
    /// By battery: since when its reports show a cell below the threshold.
    below_since: Vec<Option<Micros>>,
    /// Since when LOAD and PRE-ALARM are both High.
    both_high_since: Option<Micros>,
    load: bool,
    /// The largest latency so far, µs.
    pub max: Option<Micros>,
}

impl Latency {
    /// Nothing has been reported, every pin floats.
    pub fn new(settings: &SettingsSpec, batteries: usize) -> Self {
        Self {
            under_voltage_mv: settings.under_voltage_mv,
            hold: hold(settings),
            countdown: settings.countdown,
            below_since: vec![None; batteries],
            both_high_since: None,
            load: false,
            max: None,
        }
    }

    /// Other settings from now on: another countdown starts the 30 s anew (UPD-1).
    pub fn change(&mut self, t: Micros, settings: &SettingsSpec) {
        self.under_voltage_mv = settings.under_voltage_mv;
        self.hold = hold(settings);
        if std::mem::replace(&mut self.countdown, settings.countdown) != settings.countdown {
            self.both_high_since = self.both_high_since.map(|_| t);
        }
    }

    /// A report arrives.
    pub fn report(&mut self, t: Micros, battery: usize, lowest_mv: u16) {
        let since = &mut self.below_since[battery];
        if i32::from(lowest_mv) >= self.under_voltage_mv {
            *since = None;
        } else {
            since.get_or_insert(t);
        }
    }

    /// The pins after a decision, and whether it reports under-voltage.
    pub fn pins(&mut self, t: Micros, pins: Pins, under_voltage: bool) {
        if self.load && !pins.load && under_voltage {
            let held = self.below_since.iter().flatten().min().map(|since| since + self.hold);
            let warned = self.both_high_since.map(|since| since + LEAD);
            // A cut that was due without any of the two has another reason besides.
            if let (Some(held), Some(warned)) = (held, warned)
                && let Some(late) = t.checked_sub(held.max(warned))
            {
                self.max = Some(self.max.map_or(late, |max| max.max(late)));
            }
        }
        self.load = pins.load;
        if pins.load && pins.pre_alarm {
            self.both_high_since.get_or_insert(t);
        } else {
            self.both_high_since = None;
        }
    }
}

/// For how long a cell must have been below before LOAD floats for it.
fn hold(settings: &SettingsSpec) -> Micros {
    let hold = Micros::from(settings.under_voltage_hold_ms.unsigned_abs()) * MS;
    match settings.countdown {
        Countdown::FromPreAlarm => hold,
        Countdown::FromUnderVoltage => hold.max(LEAD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HIGH: Pins = Pins { load: true, charger: true, pre_alarm: true, pattern: None };
    const CUT: Pins = Pins { load: false, charger: true, pre_alarm: true, pattern: None };

    fn watch() -> Latency {
        Latency {
            under_voltage_mv: 2800,
            hold: SECOND,
            countdown: Countdown::FromPreAlarm,
            below_since: vec![None; 3],
            both_high_since: None,
            load: false,
            max: None,
        }
    }

    #[test]
    fn it_counts_from_the_later_of_hold_and_warning() {
        for (warned, below, due) in [(0, 40, 41), (0, 10, 30), (10, 5, 40)] {
            let mut latency = watch();
            latency.pins(warned * SECOND, HIGH, false);
            latency.report(below * SECOND, 1, 2799);
            latency.pins(due * SECOND + 90 * MS, CUT, true);
            assert_eq!(latency.max, Some(90 * MS), "warned at {warned} s, below at {below} s");
        }
    }

    #[test]
    fn a_report_at_the_threshold_begins_the_hold_anew() {
        let mut latency = watch();
        latency.pins(0, HIGH, false);
        latency.report(40 * SECOND, 0, 2799);
        latency.report(41 * SECOND, 0, 2800);
        latency.report(42 * SECOND, 0, 2799);
        latency.pins(43 * SECOND, CUT, true);
        assert_eq!(latency.max, Some(0));
    }

    #[test]
    fn another_cut_has_no_latency() {
        let mut latency = watch();
        latency.pins(0, HIGH, false);
        latency.report(40 * SECOND, 0, 2799);
        latency.pins(50 * SECOND, CUT, false);
        assert_eq!(latency.max, None);
    }
}

//! Solar charger: a charge cycle whose power limit follows the sun.
//!
//! While the sun gives too little it delivers nothing; the cycle's times run on (assumed). After
//! a stop of more than an hour – night, or its remote – it begins a new cycle.
//!
//! For DEV-14 of the device table.

use super::Action;
use super::charger::Charger;
use super::part::{Log, Moment, Out, Part, Tag};
use crate::profile::Series;
use crate::time::{Micros, NEVER};

/// Panel and converter: power out of sun and air.
pub(super) struct Panel {
    pub peak_w: f64,
    pub irradiance: Series,
    pub air_c: Option<Series>,
    pub efficiency: f64,
    pub per_k: f64,
    pub heating_k_per_w_per_m2: f64,
}

impl Panel {
    /// Power that arrives at the bank if it takes all (W).
    fn watts(&self, t: Micros) -> f64 {
        let sun = self.irradiance.value_at(t);
        let warmer_k =
            self.air_c.as_ref().map_or(0.0, |air| air.value_at(t) + self.heating_k_per_w_per_m2 * sun - 25.0);
        let temperature = (1.0 + self.per_k * warmer_k).max(0.0);
        self.peak_w * sun / 1_000.0 * self.efficiency * temperature
    }

    /// The air alone changes nothing at night.
    fn next_change_after(&self, t: Micros) -> Micros {
        let sun = self.irradiance.next_change_after(t);
        match &self.air_c {
            Some(air) if self.irradiance.value_at(t) > 0.0 => sun.min(air.next_change_after(t)),
            _ => sun,
        }
    }
}

/// A solar charger at work.
pub(super) struct SolarChargerPart {
    charger: Charger,
    panel: Panel,
    watts_min: f64,
    new_cycle_after: Micros,
    enabled: bool,
    next_change: Micros,
    /// Since when it has delivered nothing; `None` while it works.
    stopped: Option<Micros>,
}

impl SolarChargerPart {
    pub fn new(charger: Charger, panel: Panel, watts_min: f64, new_cycle_after: Micros) -> Self {
        SolarChargerPart {
            charger,
            panel,
            watts_min,
            new_cycle_after,
            enabled: false,
            next_change: NEVER,
            stopped: Some(0),
        }
    }

    fn update(&mut self, t: Micros, log: &mut Log<'_>) {
        self.next_change = match self.enabled {
            true => self.panel.next_change_after(t),
            false => NEVER,
        };
        let watts = self.panel.watts(t);
        let works = self.enabled && watts >= self.watts_min;
        if works {
            self.charger.regulator.watts_max = watts;
        }
        match (works, self.stopped) {
            (false, None) => {
                self.stopped = Some(t);
                self.charger.stop();
                log.add(Action::Stopped);
            }
            (true, Some(since)) => {
                self.stopped = None;
                log.add(Action::Started);
                if t - since > self.new_cycle_after {
                    self.charger.begin(log);
                } else {
                    self.charger.resume();
                }
            }
            _ => {}
        }
    }
}

impl Part for SolarChargerPart {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        if enabled != self.enabled {
            self.enabled = enabled;
            self.update(t, log);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        self.charger.on_time(now.time, now.volts, log);
        if self.next_change <= now.time {
            self.update(now.time, log);
        }
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, _log: &mut Log<'_>) {
        self.charger.on_guard(tag, now.time);
    }

    fn regulates(&self) -> bool {
        true
    }

    fn next_time(&self) -> Micros {
        self.next_change.min(self.charger.next_time())
    }

    fn publish(&self, out: &mut Out<'_>) {
        self.charger.publish(out);
    }
}

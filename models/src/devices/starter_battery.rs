//! Starter battery: a lead-acid battery as a voltage behind a resistance.
//!
//! Its open voltage rises in proportion to its charge. While it is charged its resistance is larger the
//! fuller it is, so that a full one takes a few amperes only; both ways meet at the open voltage. Its charge adds
//! up from event to event with the current at the end of each stretch (rectangle rule); its open voltage and
//! resistance follow in steps, at times of its own.
//!
//! For DEV-19 of the device table.

use super::part::{Log, Moment, Out, Part, Tag};
use crate::circuit::Branch;
use crate::time::{HOUR, MINUTE, Micros};

/// Change of charge after which the open voltage is brought up to date, as a share of the capacity.
const CHARGE_STEP: f64 = 0.005;
const UPDATE_MIN: Micros = MINUTE;
const UPDATE_MAX: Micros = HOUR / 2;

/// What a starter battery is.
#[derive(Clone, Copy, Debug)]
pub(super) struct StarterBatteryData {
    pub capacity_as: f64,
    /// Open voltage empty and full (V of the system).
    pub empty_v: f64,
    pub full_v: f64,
    pub ohms: f64,
    /// How many times the resistance is larger when a full one is charged.
    pub full_charge_factor: f64,
    /// Distance from the open voltage at which the two resistances change places.
    pub band_v: f64,
}

/// A starter battery at work.
pub(super) struct StarterBatteryPart {
    data: StarterBatteryData,
    charge_as: f64,
    /// State of charge that its open voltage and resistance follow (0–1).
    soc: f64,
    charging: bool,
    connected: bool,
    observed: Micros,
    next: Micros,
}

impl StarterBatteryPart {
    pub fn new(data: StarterBatteryData, soc: f64) -> Self {
        let charge_as = soc * data.capacity_as;
        let next = UPDATE_MIN;
        StarterBatteryPart { data, charge_as, soc, charging: false, connected: false, observed: 0, next }
    }

    fn open_volts(&self) -> f64 {
        self.data.empty_v + (self.data.full_v - self.data.empty_v) * self.soc
    }

    fn ohms(&self) -> f64 {
        let room = 1.0 - self.soc * (1.0 - 1.0 / self.data.full_charge_factor);
        if self.charging { self.data.ohms / room } else { self.data.ohms }
    }

    fn amps(&self, volts: f64) -> f64 {
        if self.connected { (self.open_volts() - volts) / self.ohms() } else { 0.0 }
    }

    /// Takes the charge over, and looks again when it will have changed by a step.
    fn update(&mut self, now: Moment) {
        let seconds = CHARGE_STEP * self.data.capacity_as / self.amps(now.volts).abs().max(1e-3);
        self.next = now.time + ((seconds * 1e6) as Micros).clamp(UPDATE_MIN, UPDATE_MAX);
        self.soc = self.charge_as / self.data.capacity_as;
    }
}

impl Part for StarterBatteryPart {
    /// It has no remote; a switch between it and its node takes it off.
    fn set_enabled(&mut self, _t: Micros, enabled: bool, _log: &mut Log<'_>) {
        self.connected = enabled;
    }

    /// Nothing flows out of an empty one or into a full one that would move its charge on.
    fn observe(&mut self, now: Moment) {
        let elapsed = (now.time - self.observed) as f64 * 1e-6;
        let charge = self.charge_as - self.amps(now.volts) * elapsed;
        self.charge_as = charge.clamp(0.0, self.data.capacity_as);
        self.observed = now.time;
    }

    fn on_time(&mut self, now: Moment, _log: &mut Log<'_>) {
        self.update(now);
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, _log: &mut Log<'_>) {
        self.update(now);
        self.charging = tag == Tag::High;
    }

    fn next_time(&self) -> Micros {
        self.next
    }

    fn publish(&self, out: &mut Out<'_>) {
        if !self.connected {
            out.branch(Branch::Open);
            return;
        }
        let open = self.open_volts();
        out.branch(Branch::Voltage { volts: open, ohms: self.ohms() });
        match self.charging {
            false => out.volts_above(Tag::High, open + self.data.band_v),
            true => out.volts_below(Tag::Low, open - self.data.band_v),
        }
    }
}

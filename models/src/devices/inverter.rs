//! Loads of constant power: the inverter with its efficiency curve and overload, and, without
//! these, the plain constant-power and profile loads.

use super::Action;
use super::demand::Demand;
use super::low_voltage::LowVoltage;
use super::part::{Log, Moment, Out, Part, Tag};
use crate::catalogue::EfficiencyPoint;
use crate::circuit::Branch;
use crate::time::{Micros, NEVER};

/// From output power to power taken from the bank.
#[derive(Clone, Debug)]
pub(super) struct Conversion {
    pub rated_w: f64,
    pub no_load_w: f64,
    /// Ascending in load share, not empty.
    pub curve: Vec<EfficiencyPoint>,
    /// How long more than the rated power is borne (µs).
    pub overload: Micros,
}

impl Conversion {
    /// Power taken for an output power (W): no-load draw + output / efficiency.
    fn input_w(&self, output_w: f64) -> f64 {
        self.no_load_w + output_w / self.efficiency(output_w / self.rated_w)
    }

    /// Linear between the points, held beyond the ends.
    fn efficiency(&self, share: f64) -> f64 {
        let after = self.curve.partition_point(|point| point.load_share <= share);
        let last = self.curve[self.curve.len() - 1];
        let Some(b) = self.curve.get(after) else {
            return last.efficiency;
        };
        let Some(a) = after.checked_sub(1).map(|i| self.curve[i]) else {
            return b.efficiency;
        };
        let part = (share - a.load_share) / (b.load_share - a.load_share);
        a.efficiency + part * (b.efficiency - a.efficiency)
    }
}

/// A device that draws constant power between the points of its demand.
pub(super) struct PowerPart {
    demand: Demand,
    conversion: Option<Conversion>,
    low_voltage: LowVoltage,
    /// Power drawn while running (W).
    watts: f64,
    next_change: Micros,
    overload_at: Micros,
}

impl PowerPart {
    pub fn new(demand: Demand, conversion: Option<Conversion>, low_voltage: LowVoltage) -> Self {
        let never = NEVER;
        PowerPart { demand, conversion, low_voltage, watts: 0.0, next_change: never, overload_at: never }
    }

    /// Reads the demand; nothing is read, and no time passes, while not running.
    fn update(&mut self, t: Micros) {
        if !self.low_voltage.running() {
            (self.watts, self.next_change, self.overload_at) = (0.0, NEVER, NEVER);
            return;
        }
        let output_w = self.demand.value_at(t);
        self.next_change = self.demand.next_change_after(t);
        let Some(conversion) = &self.conversion else {
            self.watts = output_w;
            return;
        };
        self.watts = conversion.input_w(output_w);
        if output_w <= conversion.rated_w {
            self.overload_at = NEVER;
        } else if self.overload_at == NEVER {
            self.overload_at = t + conversion.overload;
        }
    }
}

impl Part for PowerPart {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        if self.low_voltage.set_enabled(enabled, log) {
            self.update(t);
        }
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        self.low_voltage.on_time(now, log);
        if self.overload_at <= now.time {
            self.low_voltage.shut_down(now.time, Action::Overload, log);
        }
        self.update(now.time);
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, log: &mut Log<'_>) {
        self.low_voltage.on_guard(tag, now.time, log);
        self.update(now.time);
    }

    fn next_time(&self) -> Micros {
        self.next_change.min(self.overload_at).min(self.low_voltage.next_time())
    }

    fn publish(&self, out: &mut Out<'_>) {
        out.branch(match self.watts > 0.0 {
            true => Branch::Power { watts: -self.watts },
            false => Branch::Open,
        });
        self.low_voltage.publish_guards(out);
    }

    fn sheddable_watts(&self) -> f64 {
        self.watts
    }

    fn shed(&mut self, t: Micros, log: &mut Log<'_>) {
        self.low_voltage.shut_down(t, Action::Collapsed, log);
        self.update(t);
    }
}

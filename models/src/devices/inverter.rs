//! Loads of constant power: the inverter with its efficiency curve, overload and inrush, the DC-DC
//! converter, and, without these, the plain constant-power and profile loads.
//!
//! For DEV-4, DEV-5, DEV-8, DEV-9 of the device table.

use super::Action;
use super::demand::Demand;
use super::gate::{Gate, Window};
use super::low_voltage::LowVoltage;
use super::part::{Log, Moment, Out, Part, Tag};
use super::supply::Supply;
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

/// The charging of input capacitors behind a resistance: every time constant at the mean conductance of the
/// exponential in it, so that the charge is exact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inrush {
    pub ohms: f64,
    /// Resistance × capacity (µs), ≥ 1.
    pub time_constant: Micros,
}

impl Inrush {
    /// Time constants after which the capacitors are full: 0.25 % are left.
    const STAGES: u32 = 6;

    fn siemens(&self, stage: u32) -> f64 {
        let e = libm::exp(-1.0);
        (0..stage).fold((1.0 - e) / self.ohms, |siemens, _| siemens * e)
    }
}

/// A device that draws constant power between the points of its demand.
pub(super) struct PowerPart {
    demand: Demand,
    conversion: Option<Conversion>,
    inrush: Option<Inrush>,
    supply: Supply,
    low_voltage: LowVoltage,
    /// Remote, supply and its own switch.
    gate: Gate,
    /// Stage of the inrush and its end, while there is one.
    charging: Option<(u32, Micros)>,
    /// Power drawn while running (W).
    watts: f64,
    next_change: Micros,
    overload_at: Micros,
}

impl PowerPart {
    pub fn new(
        demand: Demand,
        conversion: Option<Conversion>,
        inrush: Option<Inrush>,
        supply: Supply,
        low_voltage: LowVoltage,
    ) -> Self {
        PowerPart {
            demand,
            conversion,
            inrush,
            supply,
            low_voltage,
            gate: Gate::new(Window::ALWAYS),
            charging: None,
            watts: 0.0,
            next_change: NEVER,
            overload_at: NEVER,
        }
    }

    /// With a switch of its own that is on for this time only.
    pub fn switched_on(self, window: Window) -> Self {
        PowerPart { gate: Gate::new(window), ..self }
    }

    /// Starts or stops by its remote, its supply and its own switch.
    fn switch(&mut self, t: Micros, log: &mut Log<'_>) {
        let on = self.gate.is_on(t);
        if self.low_voltage.set_enabled(on, log) {
            self.charging = self.inrush.filter(|_| on).map(|inrush| (0, t + inrush.time_constant));
            self.update(t);
        }
    }

    /// Reads the demand; nothing is read, and no time passes, while not running.
    fn update(&mut self, t: Micros) {
        if !self.low_voltage.running() {
            self.supply.release();
            self.charging = None;
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

    /// The capacitors have emptied while it was off; they stay full over its own shut-downs (assumed).
    fn charge(&mut self, t: Micros) {
        self.charging = match (self.charging, self.inrush) {
            (Some((stage, at)), Some(inrush)) if at <= t => {
                let next = stage + 1;
                (next < Inrush::STAGES).then_some((next, t + inrush.time_constant))
            }
            (charging, _) => charging,
        };
    }
}

impl Part for PowerPart {
    fn set_enabled(&mut self, t: Micros, enabled: bool, log: &mut Log<'_>) {
        self.gate.set_enabled(enabled);
        self.switch(t, log);
    }

    fn on_time(&mut self, now: Moment, log: &mut Log<'_>) {
        self.switch(now.time, log);
        self.low_voltage.on_time(now, log);
        if self.overload_at <= now.time {
            self.low_voltage.shut_down(now.time, Action::Overload, log);
        }
        if let Some(why) = self.supply.gives_up(now.time) {
            self.low_voltage.shut_down(now.time, why, log);
        }
        self.charge(now.time);
        self.update(now.time);
    }

    fn on_guard(&mut self, tag: Tag, now: Moment, log: &mut Log<'_>) {
        if self.low_voltage.running() {
            if tag == Tag::Low && !self.supply.limited() {
                self.supply.limit(now.time, self.watts, Action::LowVoltage);
            } else {
                self.supply.on_guard(tag);
            }
        } else {
            self.low_voltage.on_guard(tag, now.time, log);
        }
        self.update(now.time);
    }

    fn next_time(&self) -> Micros {
        let charged = self.charging.map_or(NEVER, |(_, at)| at);
        let timers = self.next_change.min(self.overload_at).min(self.supply.next_time()).min(charged);
        timers.min(self.low_voltage.next_time()).min(self.gate.next_time())
    }

    fn publish(&self, out: &mut Out<'_>) {
        match (self.charging, self.inrush) {
            (Some((stage, _)), Some(inrush)) => out.branch(Branch::Conductance { siemens: inrush.siemens(stage) }),
            _ if self.low_voltage.running() => self.supply.publish(self.watts, out),
            _ => {
                out.branch(Branch::Open);
                self.low_voltage.publish_guards(out);
            }
        }
    }

    fn sheddable_watts(&self) -> f64 {
        if self.supply.limited() || self.charging.is_some() { 0.0 } else { self.watts }
    }

    fn shed(&mut self, t: Micros, _log: &mut Log<'_>) {
        self.supply.limit(t, self.watts, Action::Collapsed);
    }
}

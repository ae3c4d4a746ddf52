//! What every device has in common: it is enabled or not, has timers and guards, and is a branch.

use super::{Action, DeviceEvent};
use crate::circuit::{Branch, Guard, Quantity, When};
use crate::time::{Micros, NEVER};

/// Distance between a voltage limit and the limit of the way back (V at 12 V, assumed).
/// Far above the accuracy with which the plant locates a crossing, far below what matters.
pub(super) const BAND_V: f64 = 0.002;

/// Below this voltage a constant current draw fades out like a resistance (V at 12 V, assumed).
pub(super) const FADE_V: f64 = 2.0;

/// The instant at which something happens, as a device sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    /// Time (µs).
    pub time: Micros,
    /// Voltage (V) of the device's node with the branches as published so far. The node of a switch with a node of
    /// its own is that node.
    pub volts: f64,
    /// Voltage (V) of the battery bus.
    pub bus_volts: f64,
    /// Magnitude of the current through the device's contacts, if it is a switch (A).
    pub through_amps: f64,
}

/// Which limit a guard stands for; each device gives it its own meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tag {
    /// A low voltage.
    Low,
    /// The voltage that ends what `Low` began.
    LowOver,
    /// A high voltage.
    High,
    /// The voltage that ends what `High` began.
    HighOver,
    /// Constant voltage takes over.
    ToVolts,
    /// Constant power takes over.
    ToWatts,
    /// Constant current takes over.
    ToAmps,
    /// Nothing left to deliver.
    ToIdle,
    /// Less than the tail current flows.
    Tail,
    /// More than that flows again.
    TailOver,
    /// More current flows through a switch than it bears.
    Trip,
    /// Back above the voltage below which a limited current is drawn.
    Recovered,
}

/// A device or switch at work.
pub(super) trait Part {
    /// Tells whether the device is commanded and powered; called after every event.
    fn set_enabled(&mut self, time: Micros, enabled: bool, log: &mut Log<'_>);

    /// Something is about to happen somewhere; since the last call nothing has. For what adds up over time.
    fn observe(&mut self, _now: Moment) {}

    /// A time given by [`Part::next_time`] has come. Afterwards `next_time` is later.
    fn on_time(&mut self, now: Moment, log: &mut Log<'_>);

    /// A guard fired. Afterwards no guard is violated at the same operating point.
    fn on_guard(&mut self, tag: Tag, now: Moment, log: &mut Log<'_>);

    /// When something changes by itself.
    fn next_time(&self) -> Micros {
        NEVER
    }

    /// Its branch and guards now.
    fn publish(&self, out: &mut Out<'_>);

    /// Its guards choose between parts of one characteristic. They come first in the list, so
    /// that chargers have found their place before others judge the voltage.
    fn regulates(&self) -> bool {
        false
    }

    /// Switches only: whether the contacts conduct.
    fn closed(&self) -> bool {
        true
    }

    /// Switches only: current (A) from bank to devices through the contacts above which [`Tag::Trip`] comes.
    fn trip_amps(&self) -> Option<f64> {
        None
    }

    /// Switches only: resistance (Ω) of the cable to a node of its own, with all devices behind it.
    fn own_node(&self) -> Option<f64> {
        None
    }

    /// A switch takes it off the bank while it delivers `amps` (A); [`Part::set_enabled`] follows.
    fn cut(&mut self, _amps: f64, _log: &mut Log<'_>) {}

    /// Constant power that it draws (W) and can stop drawing.
    fn sheddable_watts(&self) -> f64 {
        0.0
    }

    /// Stops drawing it: the bank cannot deliver it at any voltage.
    fn shed(&mut self, _time: Micros, _log: &mut Log<'_>) {}
}

/// Where a device writes what it does.
pub(super) struct Log<'a> {
    pub device: usize,
    pub time: Micros,
    pub events: &'a mut Vec<DeviceEvent>,
}

impl Log<'_> {
    pub fn add(&mut self, action: Action) {
        self.events.push(DeviceEvent { time: self.time, device: self.device, action });
    }
}

/// Where a device writes its branch and guards.
pub(super) struct Out<'a> {
    pub device: usize,
    pub branch: &'a mut Branch,
    pub guards: &'a mut Vec<Guard>,
    pub tags: &'a mut Vec<Tag>,
}

impl Out<'_> {
    pub fn branch(&mut self, branch: Branch) {
        *self.branch = branch;
    }

    pub fn volts_above(&mut self, tag: Tag, limit: f64) {
        self.guard(tag, Quantity::BusVolts, When::Above, limit);
    }

    pub fn volts_below(&mut self, tag: Tag, limit: f64) {
        self.guard(tag, Quantity::BusVolts, When::Below, limit);
    }

    pub fn amps_above(&mut self, tag: Tag, limit: f64) {
        self.guard(tag, Quantity::DeviceAmps, When::Above, limit);
    }

    pub fn amps_below(&mut self, tag: Tag, limit: f64) {
        self.guard(tag, Quantity::DeviceAmps, When::Below, limit);
    }

    fn guard(&mut self, tag: Tag, quantity: Quantity, when: When, limit: f64) {
        self.guards.push(Guard { device: self.device, quantity, limit, when });
        self.tags.push(tag);
    }
}

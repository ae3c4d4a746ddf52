//! All devices of a bank, played together.
//!
//! Switches without a node of their own have no voltage drop: what is behind them is on the same node while they
//! conduct. A Cyrix between bank and starter side makes a node of its own beyond a cable. Joined, that node is one
//! branch of the bus and its devices' limits become limits of the bus voltage. Not joined, nothing on it changes
//! between two events, so that it is solved and its limits are judged here, at once.
//!
//! For DEV-12 of the device table.

mod tree;

use super::build::{self, BuildProblem};
use super::load::{Draw, OwnDraw};
use super::part::{Log, Moment, Out, Part, Tag};
use super::slot::{OwnNode, Pins, Slot};
use super::{Action, DeviceEvent, DeviceSpec, Output, SwitchSpec};
use crate::catalogue::{DeviceFigures, figures, voltage_factor};
use crate::circuit::{Branch, BusState, Guard};
use crate::profile::Library;
use crate::time::{Micros, NEVER};

/// All devices of a bank, played together.
///
/// Devices are numbered: loads and chargers in the order of their specifications, then the
/// switches (their own draw), then the BMS itself (SUP-2: its draw and the control currents of
/// the outputs that are High). [`Installation::branches`] has one branch per number, on the
/// bank's terminals; a device behind an open switch is [`Branch::Open`], and so is a device on a
/// node of its own: that node is the branch of its switch.
///
/// Every `on_…` call must come in the order of time. It may change branches, guards and the next
/// time; nothing else does. No call after [`Installation::new`] allocates, except that the list
/// of events grows until it is drained.
pub struct Installation {
    slots: Vec<Slot>,
    /// The slots in the order in which commands are carried.
    order: Vec<usize>,
    nodes: Vec<OwnNode>,
    pins: Pins,
    /// Part of the time in which a High PRE-ALARM feeds its wires.
    pre_alarm_duty: f64,
    bms: OwnDraw,
    bms_draw_a: f64,
    /// What each device is on its own node.
    at_node: Vec<Branch>,
    branches: Vec<Branch>,
    guards: Vec<Guard>,
    tags: Vec<Tag>,
    /// Guards of devices on nodes that are not joined, in terms of the node.
    apart: Vec<(Guard, Tag)>,
    /// All guards, as found.
    found: Found,
    next: Micros,
    /// Voltage of the bus when it was last told.
    bus_volts: f64,
    /// Guards that fired at this instant.
    instant: (Micros, usize),
    events: Vec<DeviceEvent>,
}

/// Guards as devices publish them, in terms of their own nodes.
struct Found {
    guards: Vec<Guard>,
    tags: Vec<Tag>,
}

impl Found {
    fn clear(&mut self) {
        self.guards.clear();
        self.tags.clear();
    }
}

/// Changes at one instant after which a circuit counts as one that cannot feed its loads. Without constant power
/// every current falls with the voltage, so that there is one answer and the changes lead to it; loads of constant
/// power on a weak bank can send chargers to and fro between their limits for ever.
const CHANGES_MAX: usize = 20;

/// Most rounds of changes on nodes that are not joined, at one instant.
const ROUNDS_MAX: usize = 400;

impl Installation {
    /// Builds the devices as they are at time 0 with all pins Floating, and the BMS without
    /// draw until [`Installation::set_bms_draw`].
    ///
    /// # Errors
    /// Everything that [`check`](super::check) finds.
    pub fn new(
        switches: &[SwitchSpec],
        devices: &[DeviceSpec],
        system_voltage_v: u8,
        library: &Library,
    ) -> Result<Installation, Vec<BuildProblem>> {
        Installation::with_figures(switches, devices, system_voltage_v, library, figures())
    }

    /// As [`Installation::new`], with other figures than the catalogue's where a specification leaves them out.
    ///
    /// # Errors
    /// As [`Installation::new`].
    pub fn with_figures(
        switches: &[SwitchSpec],
        devices: &[DeviceSpec],
        system_voltage_v: u8,
        library: &Library,
        figures: &DeviceFigures,
    ) -> Result<Installation, Vec<BuildProblem>> {
        let problems = build::check(switches, devices, system_voltage_v, library);
        if !problems.is_empty() {
            return Err(problems);
        }
        let k = voltage_factor(system_voltage_v);
        let mut slots = Vec::with_capacity(devices.len() + switches.len());
        let switch_slot = |behind: Option<&str>| {
            let switch = switches.iter().position(|s| behind == Some(s.wire().name));
            switch.map(|index| devices.len() + index)
        };
        for device in devices {
            let wire = device.wire();
            slots.push(Slot::new(&wire, switch_slot(wire.behind), build::device_part(device, k, figures, library)));
        }
        for switch in switches {
            let wire = switch.wire();
            slots.push(Slot::new(&wire, switch_slot(wire.behind), build::switch_part(switch, k, figures)));
        }
        let nodes = tree::place(&mut slots);
        let order = tree::order(&slots, devices.len());
        let count = slots.len() + 1;
        let mut installation = Installation {
            slots,
            order,
            nodes,
            pins: Pins::default(),
            pre_alarm_duty: 1.0,
            bms: OwnDraw(Draw::new(0.0, k)),
            bms_draw_a: 0.0,
            at_node: vec![Branch::Open; count],
            branches: vec![Branch::Open; count],
            guards: Vec::with_capacity(5 * count),
            tags: Vec::with_capacity(5 * count),
            apart: Vec::with_capacity(5 * count),
            found: Found { guards: Vec::with_capacity(5 * count), tags: Vec::with_capacity(5 * count) },
            next: NEVER,
            bus_volts: 12.0 * k,
            instant: (0, 0),
            events: Vec::with_capacity(64),
        };
        installation.settle(0);
        Ok(installation)
    }

    /// Number of devices, switches and the BMS included.
    pub fn devices(&self) -> usize {
        self.branches.len()
    }

    /// Name of a device.
    pub fn name(&self, device: usize) -> &str {
        self.slots.get(device).map_or("bms", |slot| &slot.name)
    }

    /// Number of the device or switch of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.slots.iter().position(|slot| slot.name == name)
    }

    /// Number of the BMS.
    pub fn bms(&self) -> usize {
        self.slots.len()
    }

    /// One branch per device.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The limits that the plant has to watch.
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// When a profile or a timer changes something; call [`Installation::on_time`] then.
    pub fn next_time(&self) -> Micros {
        self.next
    }

    /// Whether a switch conducts; true for everything that is not a switch.
    pub fn closed(&self, device: usize) -> bool {
        self.slots.get(device).is_none_or(|slot| slot.part.closed())
    }

    /// Voltage (V) of the node that a device hangs on when the bus is at `bus_volts`; of a switch with a node of its
    /// own, that node.
    pub fn node_volts(&self, device: usize, bus_volts: f64) -> f64 {
        let node = self.slots.get(device).and_then(Slot::sees);
        node.map_or(bus_volts, |node| self.nodes[node].volts_at(bus_volts))
    }

    /// Current (A) of a device into its own node when the bus is at `bus_volts`. For a device on the bus it is that of
    /// its branch; for a switch with a node of its own, what the node gives to the bus and the switch's own draw.
    pub fn amps(&self, device: usize, bus_volts: f64) -> f64 {
        let home = self.slots.get(device).and_then(|slot| slot.node);
        let volts = home.map_or(bus_volts, |node| self.nodes[node].volts_at(bus_volts));
        self.at_node[device].amps(volts)
    }

    /// The time has come that [`Installation::next_time`] gave.
    pub fn on_time(&mut self, t: Micros, bus: &BusState) {
        self.observe(t, bus.volts);
        for device in 0..self.slots.len() {
            if self.slots[device].part.next_time() > t {
                continue;
            }
            let now = self.moment(t, device);
            let mut log = Log { device, time: t, events: &mut self.events };
            self.slots[device].part.on_time(now, &mut log);
        }
        self.settle(t);
    }

    /// The guard of that index in [`Installation::guards`] fired.
    pub fn on_guard(&mut self, t: Micros, guard: usize, bus: &BusState) {
        let (Some(&Guard { device, .. }), Some(&tag)) = (self.guards.get(guard), self.tags.get(guard)) else {
            return;
        };
        self.observe(t, bus.volts);
        self.instant = if self.instant.0 == t { (t, self.instant.1 + 1) } else { (t, 1) };
        if self.instant.1 > CHANGES_MAX && self.on_no_root(t).is_some() {
            self.instant.1 = 0;
            return;
        }
        let now = self.moment(t, device);
        let mut log = Log { device, time: t, events: &mut self.events };
        match self.slots.get_mut(device) {
            Some(slot) => slot.part.on_guard(tag, now, &mut log),
            None => self.bms.on_guard(tag, now, &mut log),
        }
        self.settle(t);
    }

    /// The bank cannot deliver the power that is asked for at any voltage. The device that draws
    /// the most constant power shuts down as for a low voltage; `None` if there is none.
    pub fn on_no_root(&mut self, t: Micros) -> Option<usize> {
        // A node that is not joined takes nothing from the bank.
        let device = self.largest(|slot, nodes| slot.node.is_none_or(|node| nodes[node].joined))?;
        self.shed(t, device);
        self.settle(t);
        Some(device)
    }

    /// The pins after a decision. What a contact breaks is decided by the bus at that instant.
    pub fn on_pins(&mut self, t: Micros, (load, charger, pre_alarm): (bool, bool, bool), bus: &BusState) {
        let pins = Pins { load, charger, pre_alarm };
        if pins != self.pins {
            self.observe(t, bus.volts);
            self.pins = pins;
            self.settle(t);
        }
    }

    /// Part of the time (0 to 1) in which PRE-ALARM, while High, feeds the wires on it: its control currents are this
    /// part of theirs. What obeys PRE-ALARM does not see the pattern.
    pub fn set_pre_alarm_duty(&mut self, t: Micros, duty: f64) {
        if duty != self.pre_alarm_duty {
            self.pre_alarm_duty = duty;
            self.settle(t);
        }
    }

    /// The BMS's own draw (A, a magnitude), without what its outputs feed (SUP-2).
    pub fn set_bms_draw(&mut self, t: Micros, amps: f64) {
        if amps != self.bms_draw_a {
            self.bms_draw_a = amps;
            self.settle(t);
        }
    }

    /// Fault: the device is on whatever its remote says; or it obeys again.
    pub fn set_ignores_remote(&mut self, t: Micros, device: usize, ignores: bool) {
        let Some(slot) = self.slots.get_mut(device) else {
            return;
        };
        if slot.ignores_remote != ignores {
            slot.ignores_remote = ignores;
            let action = if ignores { Action::IgnoresRemote } else { Action::ObeysRemote };
            self.events.push(DeviceEvent { time: t, device, action });
            self.settle(t);
        }
    }

    /// What devices have done since the last call, in the order of time.
    pub fn drain_events(&mut self) -> std::vec::Drain<'_, DeviceEvent> {
        self.events.drain(..)
    }

    /// The bus is at this voltage, until what happens now.
    fn observe(&mut self, t: Micros, bus_volts: f64) {
        self.bus_volts = bus_volts;
        for device in 0..self.slots.len() {
            let volts = self.node_volts(device, bus_volts);
            let now = Moment { time: t, volts, bus_volts, through_amps: 0.0 };
            self.slots[device].part.observe(now);
        }
    }

    fn moment(&self, time: Micros, device: usize) -> Moment {
        let bus_volts = self.bus_volts;
        let volts = self.node_volts(device, bus_volts);
        let carried = (0..self.slots.len()).filter(|&slot| self.is_fed_through(slot, device));
        let amps: f64 = carried.map(|slot| self.amps(slot, bus_volts)).sum();
        Moment { time, volts, bus_volts, through_amps: amps.abs() }
    }

    /// Whether a device is on the same node as a switch and behind it. Nothing is behind the BMS, which has no slot.
    fn is_fed_through(&self, device: usize, switch: usize) -> bool {
        let slot = &self.slots[device];
        let next = slot.behind.filter(|_| self.slots.get(switch).is_some_and(|switch| switch.node == slot.node));
        next.is_some_and(|next| next == switch || self.is_fed_through(next, switch))
    }

    /// The device that draws the most constant power, of those that `counts`.
    fn largest(&self, counts: impl Fn(&Slot, &[OwnNode]) -> bool) -> Option<usize> {
        let mut most: Option<(usize, f64)> = None;
        for (device, slot) in self.slots.iter().enumerate() {
            let watts = slot.part.sheddable_watts();
            if counts(slot, &self.nodes) && watts > most.map_or(0.0, |(_, watts)| watts) {
                most = Some((device, watts));
            }
        }
        most.map(|(device, _)| device)
    }

    fn shed(&mut self, t: Micros, device: usize) {
        let mut log = Log { device, time: t, events: &mut self.events };
        self.slots[device].part.shed(t, &mut log);
    }

    /// Plays everything that follows at this instant, as far as it does not need the bank's answer.
    fn settle(&mut self, t: Micros) {
        for round in 1..=ROUNDS_MAX {
            self.command(t);
            self.publish();
            let apart = |slot: &Slot, nodes: &[OwnNode]| slot.node.is_some_and(|node| !nodes[node].joined);
            match self.largest(apart).filter(|_| round % CHANGES_MAX == 0) {
                Some(device) => self.shed(t, device),
                None if !self.change_apart(t) => return,
                None => {}
            }
        }
        panic!("devices beyond a switch do not come to rest at {t} µs: {:?}", self.at_node);
    }

    /// Carries commands and supply to every device, switches first.
    fn command(&mut self, t: Micros) {
        for place in 0..self.order.len() {
            let device = self.order[place];
            let slot = &self.slots[device];
            // The switch with a node of its own is not between a device and that node.
            let on_the_way = slot.behind.filter(|&switch| self.slots[switch].own_node.is_none());
            let powered = on_the_way.is_none_or(|switch| {
                let switch = &self.slots[switch];
                switch.powered && switch.part.closed()
            });
            let enabled = powered && slot.commanded(self.pins);
            let amps = if slot.powered && !powered { self.amps(device, self.bus_volts) } else { 0.0 };
            let slot = &mut self.slots[device];
            let mut log = Log { device, time: t, events: &mut self.events };
            if slot.powered && !powered {
                slot.part.cut(amps, &mut log);
            }
            slot.powered = powered;
            slot.part.set_enabled(t, enabled, &mut log);
        }
    }

    fn publish(&mut self) {
        let fed = self.slots.iter().filter(|slot| self.pins.high(slot.output));
        let duty = |slot: &Slot| if slot.output == Output::PreAlarm { self.pre_alarm_duty } else { 1.0 };
        let control_a: f64 = fed.map(|slot| slot.control_a * duty(slot)).sum();
        self.bms.0.amps = self.bms_draw_a + control_a;
        self.found.clear();
        self.next = NEVER;
        let Installation { slots, bms, at_node, found, next, .. } = self;
        for regulators in [true, false] {
            let parts = slots.iter().map(|slot| slot.part.as_ref() as &dyn Part).chain([&*bms as _]);
            for (device, (part, branch)) in parts.zip(at_node.iter_mut()).enumerate() {
                if part.regulates() == regulators {
                    *next = (*next).min(part.next_time());
                    part.publish(&mut Out { device, branch, guards: &mut found.guards, tags: &mut found.tags });
                }
            }
        }
        self.fold_nodes();
        for switch in 0..self.slots.len() {
            if let Some(limit) = self.slots[switch].part.trip_amps() {
                self.find_trip(switch, limit);
            }
        }
        self.publish_guards();
    }
}

//! All devices of a bank, played together.

use super::build::{self, BuildProblem};
use super::load::{Draw, OwnDraw};
use super::part::{Log, Moment, Out, Part, Tag};
use super::{Action, DeviceEvent, DeviceSpec, Output, SwitchSpec, Wire};
use crate::catalogue::voltage_factor;
use crate::circuit::{Branch, BusState, Guard};
use crate::profile::Library;
use crate::time::{Micros, NEVER};

/// The pins of the BMS; all float at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Pins {
    load: bool,
    charger: bool,
    pre_alarm: bool,
}

impl Pins {
    fn high(self, output: Output) -> bool {
        match output {
            Output::Load => self.load,
            Output::Charger => self.charger,
            Output::PreAlarm => self.pre_alarm,
            Output::None => false,
        }
    }
}

struct Slot {
    name: String,
    output: Output,
    inverting: bool,
    control_a: f64,
    /// Index of the switch's slot.
    behind: Option<usize>,
    ignores_remote: bool,
    part: Box<dyn Part + Send>,
}

impl Slot {
    fn new(wire: &Wire<'_>, behind: Option<usize>, part: Box<dyn Part + Send>) -> Slot {
        Slot {
            name: wire.name.into(),
            output: wire.output,
            inverting: wire.inverting,
            control_a: wire.control_current_ma / 1_000.0,
            behind,
            ignores_remote: false,
            part,
        }
    }

    fn commanded(&self, pins: Pins) -> bool {
        self.ignores_remote || self.output == Output::None || pins.high(self.output) != self.inverting
    }
}

/// All devices of a bank, played together.
///
/// Devices are numbered: loads and chargers in the order of their specifications, then the
/// switches (their own draw), then the BMS itself (SUP-2: its draw and the control currents of
/// the outputs that are High). [`Installation::branches`] has one branch per number, on the
/// bank's terminals; a device behind an open switch is [`Branch::Open`].
///
/// Every `on_…` call must come in the order of time. It may change branches, guards and the next
/// time; nothing else does. No call after [`Installation::new`] allocates, except that the list
/// of events grows until it is drained.
pub struct Installation {
    slots: Vec<Slot>,
    pins: Pins,
    /// Part of the time in which a High PRE-ALARM feeds its wires.
    pre_alarm_duty: f64,
    bms: OwnDraw,
    bms_draw_a: f64,
    branches: Vec<Branch>,
    guards: Vec<Guard>,
    tags: Vec<Tag>,
    next: Micros,
    events: Vec<DeviceEvent>,
}

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
        let problems = build::check(switches, devices, system_voltage_v, library);
        if !problems.is_empty() {
            return Err(problems);
        }
        let k = voltage_factor(system_voltage_v);
        let mut slots = Vec::with_capacity(devices.len() + switches.len());
        for device in devices {
            let wire = device.wire();
            let switch = switches.iter().position(|s| wire.behind == Some(s.wire().name));
            let behind = switch.map(|index| devices.len() + index);
            slots.push(Slot::new(&wire, behind, build::device_part(device, k, library)));
        }
        for switch in switches {
            slots.push(Slot::new(&switch.wire(), None, build::switch_part(switch, k)));
        }
        let count = slots.len() + 1;
        let mut installation = Installation {
            slots,
            pins: Pins::default(),
            pre_alarm_duty: 1.0,
            bms: OwnDraw(Draw::new(0.0, k)),
            bms_draw_a: 0.0,
            branches: vec![Branch::Open; count],
            guards: Vec::with_capacity(4 * count),
            tags: Vec::with_capacity(4 * count),
            next: NEVER,
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

    /// The time has come that [`Installation::next_time`] gave.
    pub fn on_time(&mut self, t: Micros, bus: &BusState) {
        for device in 0..self.slots.len() {
            if self.slots[device].part.next_time() > t {
                continue;
            }
            let now = self.moment(t, device, bus);
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
        let now = self.moment(t, device, bus);
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
        let mut most: Option<(usize, f64)> = None;
        for (device, slot) in self.slots.iter().enumerate() {
            let watts = slot.part.sheddable_watts();
            if watts > most.map_or(0.0, |(_, watts)| watts) {
                most = Some((device, watts));
            }
        }
        let (device, _) = most?;
        let mut log = Log { device, time: t, events: &mut self.events };
        self.slots[device].part.shed(t, &mut log);
        self.settle(t);
        Some(device)
    }

    /// The pins after a decision.
    pub fn on_pins(&mut self, t: Micros, load: bool, charger: bool, pre_alarm: bool) {
        let pins = Pins { load, charger, pre_alarm };
        if pins != self.pins {
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

    fn moment(&self, time: Micros, device: usize, bus: &BusState) -> Moment {
        let volts = bus.volts;
        let behind = self.slots.iter().zip(&self.branches);
        let amps: f64 =
            behind.filter(|(slot, _)| slot.behind == Some(device)).map(|(_, branch)| branch.amps(volts)).sum();
        Moment { time, volts, through_amps: amps.abs() }
    }

    /// Carries commands and supply to every device, switches first, and publishes the result.
    fn settle(&mut self, t: Micros) {
        for device in (0..self.slots.len()).rev() {
            let slot = &self.slots[device];
            let powered = slot.behind.is_none_or(|switch| self.slots[switch].part.closed());
            let enabled = powered && slot.commanded(self.pins);
            let mut log = Log { device, time: t, events: &mut self.events };
            self.slots[device].part.set_enabled(t, enabled, &mut log);
        }
        self.publish();
    }

    fn publish(&mut self) {
        let fed = self.slots.iter().filter(|slot| self.pins.high(slot.output));
        let duty = |slot: &Slot| if slot.output == Output::PreAlarm { self.pre_alarm_duty } else { 1.0 };
        let control_a: f64 = fed.map(|slot| slot.control_a * duty(slot)).sum();
        self.bms.0.amps = self.bms_draw_a + control_a;
        self.guards.clear();
        self.tags.clear();
        self.next = NEVER;
        let Installation { slots, bms, branches, guards, tags, next, .. } = self;
        for regulators in [true, false] {
            let parts = slots.iter().map(|slot| slot.part.as_ref() as &dyn Part).chain([&*bms as _]);
            for (device, (part, branch)) in parts.zip(branches.iter_mut()).enumerate() {
                if part.regulates() == regulators {
                    *next = (*next).min(part.next_time());
                    part.publish(&mut Out { device, branch, guards, tags });
                }
            }
        }
    }
}

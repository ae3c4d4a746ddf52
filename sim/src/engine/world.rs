//! What the scenario makes happen from outside: faults and the remote switch, by time.

use ngbank_models::time::{MS, Micros, NEVER};

use super::Engine;
use super::chain::describe;
use super::grid::DECISION;
use super::host::{DEAD, SUPPLY_OFF_HOLD, SUPPLY_OFF_V, millivolts};
use super::truth::world_event;
use crate::oracle::WorldEvent;
use crate::result::EventKind;
use crate::scenario::{Fault, FaultKind, Reset, Resolved};

/// One thing that happens at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The remote input gets the wiring of this entry of [`Resolved::remote`].
    Remote(usize),
    /// This fault of [`Resolved::faults`] begins.
    FaultBegins(usize),
    /// This fault ends.
    FaultEnds(usize),
    /// The dip of this fault has lasted long enough to switch the BMS off (SUP-1).
    PowerLost(usize),
}

/// All actions of a scenario, played in order of time; at one instant in the order of the scenario.
#[derive(Debug)]
pub struct Schedule {
    actions: Vec<(Micros, Action)>,
    next: usize,
}

impl Schedule {
    /// The actions of this scenario.
    pub fn new(scenario: &Resolved) -> Self {
        let mut actions = Vec::new();
        for (i, change) in scenario.remote.iter().enumerate().skip(1) {
            actions.push((change.at_us, Action::Remote(i)));
        }
        for (i, fault) in scenario.faults.iter().enumerate() {
            let end = fault.until_us.unwrap_or(NEVER);
            if !missing_from_the_start(fault) {
                actions.push((fault.at_us, Action::FaultBegins(i)));
            }
            if let FaultKind::SupplyDip { volts } = fault.kind {
                let off = fault.at_us.saturating_add(SUPPLY_OFF_HOLD);
                if volts < SUPPLY_OFF_V && off <= end {
                    actions.push((off, Action::PowerLost(i)));
                }
            }
            if end != NEVER {
                actions.push((end, Action::FaultEnds(i)));
            }
        }
        // Stable: actions of one instant keep their order.
        actions.sort_by_key(|&(at, _)| at);
        Self { actions, next: 0 }
    }

    /// When the next action is due.
    pub fn next_time(&self) -> Micros {
        self.actions.get(self.next).map_or(NEVER, |&(at, _)| at)
    }

    /// The next action that is due at `t`.
    pub fn pop(&mut self, t: Micros) -> Option<Action> {
        let &(at, action) = self.actions.get(self.next)?;
        if at > t {
            return None;
        }
        self.next += 1;
        Some(action)
    }
}

/// A battery that is not there, or cannot be heard, when the BMS gets power has never been heard (BOOT-1).
fn missing_from_the_start(fault: &Fault) -> bool {
    fault.at_us == 0 && matches!(fault.kind, FaultKind::BatteryRemoved { .. } | FaultKind::CableBreak { .. })
}

impl Engine<'_> {
    /// What is missing before the BMS gets power.
    pub(super) fn before_power(&mut self) {
        for (i, fault) in self.scenario.faults.iter().enumerate() {
            if missing_from_the_start(fault) {
                self.fault(0, i, true);
            }
        }
    }

    /// Everything that is due at the present instant, before the plant goes on.
    pub(super) fn happen(&mut self, t: Micros) {
        while let Some(action) = self.schedule.pop(t) {
            // The firmware must be where lockstep would have it before its surroundings change.
            self.wake(t);
            self.act(t, action);
        }
        if self.installation.next_time() <= t {
            let bus = self.bus_at_start();
            self.installation.on_time(t, &bus);
        }
        let installation = &mut self.installation;
        let events: Vec<_> = installation.drain_events().collect();
        for event in events {
            self.recorder.device(self.installation.name(event.device), event);
        }
    }

    fn act(&mut self, t: Micros, action: Action) {
        match action {
            Action::Remote(i) => {
                let wiring = self.scenario.remote[i].wiring;
                self.host.remote = wiring;
                self.reach.rewired(t);
                self.recorder.event(t, EventKind::Fault, format!("remote wired {wiring:?}"));
                self.tell_remote(t);
                self.pins_act(t);
            }
            Action::PowerLost(_) => self.lose_power(t),
            Action::FaultBegins(i) => self.fault(t, i, true),
            Action::FaultEnds(i) => self.fault(t, i, false),
        }
    }

    /// The oracle judges the remote by its voltages (REM-1, REM-2).
    pub(super) fn tell_remote(&mut self, t: Micros) {
        let supply_mv = millivolts(self.host.supply_v(self.last_bus_v));
        let (l_mv, h_mv) = self.host.remote_mv(supply_mv);
        self.oracle.world(t, WorldEvent::Remote { l_mv, h_mv, supply_mv });
    }

    fn lose_power(&mut self, t: Micros) {
        self.host.power_off();
        self.recorder.event(t, EventKind::Fault, "supply lost".to_owned());
        self.oracle.world(t, WorldEvent::PowerLost);
        self.show(t, DEAD);
        self.pins_act(t);
    }

    fn reset(&mut self, t: Micros, reset: Reset) {
        let event = match reset {
            Reset::Watchdog => WorldEvent::WatchdogReset,
            Reset::Power => WorldEvent::PowerOn,
        };
        // Without power nothing starts.
        if !self.host.powered {
            return;
        }
        if reset == Reset::Watchdog {
            self.reach.watchdog(&self.host.outputs);
        }
        self.host.reset(reset);
        self.chain.bms_started();
        self.oracle.world(t, event);
        // Until the first decision after a reset the outputs float.
        self.show(t, DEAD);
        self.pins_act(t);
    }

    fn fault(&mut self, t: Micros, i: usize, begins: bool) {
        let scenario = self.scenario;
        let kind = &scenario.faults[i].kind;
        if let Some(what) = describe(kind) {
            let phase = if begins { "begins" } else { "ends" };
            self.recorder.event(t, EventKind::Fault, format!("{phase}: {what}"));
        }
        self.lasting.retain(|&other| other != i);
        if let FaultKind::CableBreak { .. } = kind {
            self.lasting.extend(begins.then_some(i));
            return self.cable(t);
        }
        let others = self.lasting.iter().map(|&other| &scenario.faults[other].kind);
        let others: Vec<_> = others.filter(|other| other.shares_part(kind)).collect();
        self.lasting.extend(begins.then_some(i));
        match others.last() {
            // It is so already, and remains so.
            Some(other) if *other == kind => {}
            Some(_) if !begins => {
                if let FaultKind::DamagedFrames { .. } = kind {
                    // Not all of what it damaged is damaged by another one.
                    self.apply(t, kind, false);
                }
                others.into_iter().for_each(|other| self.apply(t, other, true));
            }
            _ => self.apply(t, kind, begins),
        }
    }

    /// Breaks of the chain cable: the one nearest to the BMS counts.
    fn cable(&mut self, t: Micros) {
        let breaks = self.lasting.iter().filter_map(|&i| match self.scenario.faults[i].kind {
            FaultKind::CableBreak { before_battery } => Some(before_battery),
            _ => None,
        });
        let nearest = breaks.min();
        if self.chain.break_from(nearest) {
            let event = nearest.map_or(WorldEvent::ChainRepaired, |from| WorldEvent::ChainBroken { from });
            self.oracle.world(t, event);
        }
    }

    /// A fault takes hold of its part, or lets go of it.
    fn apply(&mut self, t: Micros, kind: &FaultKind, begins: bool) {
        self.chain.fault(kind, begins);
        if let Some(event) = world_event(kind, begins) {
            self.oracle.world(t, event);
        }
        match *kind {
            FaultKind::ChargerIgnoresRemote { device } => {
                self.installation.set_ignores_remote(t, device, begins);
            }
            FaultKind::BatteryRemoved { battery } => self.plant.set_present(battery, !begins),
            // Nothing follows a short that has gone.
            FaultKind::InternalShort { .. } if !begins => self.chain.bleed(&mut self.plant),
            FaultKind::BmsReset { reset } => self.reset(t, reset),
            FaultKind::SupplyDip { volts } => {
                self.host.supply_override_v = begins.then_some(volts);
                let mv = millivolts(self.host.supply_v(self.last_bus_v));
                self.oracle.world(t, WorldEvent::Supply { mv });
                // What its inputs count as depends on it (REM-1).
                self.tell_remote(t);
            }
            FaultKind::OutputShort => {
                self.host.fuse_blown = true;
                self.lose_power(t);
            }
            FaultKind::SlowDecisions { every_ms } => {
                self.decide_every = if begins { Micros::from(every_ms) * MS } else { DECISION };
            }
            FaultKind::ClockSetBack { ms } if begins => self.host.set_clock_back(ms),
            FaultKind::SettingsChange { ref settings } => self.change_settings(t, settings),
            FaultKind::FirmwareUpdate { .. } if begins => self.begin_update(t),
            FaultKind::FirmwareUpdate { fails } => self.end_update(t, fails),
            _ => {}
        }
    }
}

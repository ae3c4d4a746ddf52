//! The tree of nodes: folded for the bus, with limits carried to it; solved by itself where it is not joined.
//!
//! For DEV-12 of the device table.

use super::super::part::{Log, Tag};
use super::super::slot::{OwnNode, Slot};
use super::Installation;
use crate::circuit::{Branch, Folded, Guard, NoRoot, Quantity, When};
use crate::time::Micros;

/// Leakage of a node that is not joined (S), so that it has a voltage with no conductance on it (assumed).
const LEAK_S: f64 = 1e-6;

impl Installation {
    /// Folds every node of its own, and what the bus sees of all devices.
    pub(super) fn fold_nodes(&mut self) {
        for node in 0..self.nodes.len() {
            let OwnNode { switch, ohms, .. } = self.nodes[node];
            let joined = self.slots[switch].powered && self.slots[switch].part.closed();
            let mut rest = Folded::default();
            for (slot, branch) in self.slots.iter().zip(&self.at_node) {
                if slot.node == Some(node) {
                    rest.add(branch);
                }
            }
            if joined {
                rest.add(&self.at_node[switch]);
                self.at_node[switch] = Branch::Beyond { ohms, rest };
            } else if rest.siemens == 0.0 {
                rest.siemens = LEAK_S;
            }
            (self.nodes[node].joined, self.nodes[node].rest) = (joined, rest);
        }
        for (device, branch) in self.branches.iter_mut().enumerate() {
            let on_bus = self.slots.get(device).is_none_or(|slot| slot.node.is_none());
            *branch = if on_bus { self.at_node[device] } else { Branch::Open };
        }
    }

    /// Sorts the guards that were found: for the plant, in terms of the bus, or kept for a node that is not joined.
    pub(super) fn publish_guards(&mut self) {
        self.guards.clear();
        self.tags.clear();
        self.apart.clear();
        for (&guard, &tag) in self.found.guards.iter().zip(&self.found.tags) {
            let node = self.slots.get(guard.device).and_then(Slot::sees).map(|node| self.nodes[node]);
            let of_bus = match node {
                None => Some(guard),
                Some(OwnNode { joined: false, .. }) => {
                    self.apart.push((guard, tag));
                    None
                }
                Some(OwnNode { rest, ohms, .. }) => guard.on_bus(&self.at_node).map(|(limit, when)| Guard {
                    quantity: Quantity::BusVolts,
                    limit: rest.volts_before(limit, ohms),
                    when,
                    ..guard
                }),
            };
            if let Some(guard) = of_bus {
                self.guards.push(guard);
                self.tags.push(tag);
            }
        }
    }

    /// Finds the voltages at which more than `limit` A flow through a switch towards its devices.
    pub(super) fn find_trip(&mut self, switch: usize, limit: f64) {
        let mut behind = Folded::default();
        if let Some(node) = self.slots[switch].own_node {
            behind = self.nodes[node].rest;
        } else {
            for device in (0..self.slots.len()).filter(|&device| self.is_fed_through(device, switch)) {
                // A node of its own has its own switch to guard it.
                if !matches!(self.at_node[device], Branch::Beyond { .. }) {
                    behind.add(&self.at_node[device]);
                }
            }
        }
        let (low, high) = behind.window_of_draw(limit).unwrap_or((f64::MAX, f64::MAX));
        for (when, limit) in [(When::Below, low), (When::Above, high)] {
            if limit.is_finite() {
                self.found.guards.push(Guard { device: switch, quantity: Quantity::BusVolts, limit, when });
                self.found.tags.push(Tag::Trip);
            }
        }
    }

    /// Solves the nodes that are not joined and plays the first change on one of them; whether there was one.
    pub(super) fn change_apart(&mut self, t: Micros) -> bool {
        for node in 0..self.nodes.len() {
            if self.nodes[node].joined {
                continue;
            }
            match self.nodes[node].rest.open_volts() {
                Ok(volts) => self.nodes[node].volts = volts,
                Err(NoRoot) => {
                    let device = self.largest(|slot, _| slot.node == Some(node)).expect("power that can be shed");
                    self.shed(t, device);
                    return true;
                }
            }
        }
        let fires = |&(guard, tag): &(Guard, Tag)| {
            let node = &self.nodes[self.slots[guard.device].sees().expect("a device on a node of its own")];
            let held = tag == Tag::ToIdle && node.is_open_but_for(&self.at_node[guard.device]);
            !held && guard.fires_at(&self.at_node, node.volts)
        };
        let Some(&(Guard { device, .. }, tag)) = self.apart.iter().find(|found| fires(found)) else {
            return false;
        };
        let now = self.moment(t, device);
        let mut log = Log { device, time: t, events: &mut self.events };
        self.slots[device].part.on_guard(tag, now, &mut log);
        true
    }
}

/// Gives every slot its node, and every switch that makes one its own; the switches of the nodes in their order.
pub(super) fn place(slots: &mut [Slot]) -> Vec<OwnNode> {
    let mut nodes = Vec::new();
    for (switch, slot) in slots.iter_mut().enumerate() {
        if let Some(ohms) = slot.part.own_node() {
            slot.own_node = Some(nodes.len());
            nodes.push(OwnNode { switch, ohms, rest: Folded::default(), joined: false, volts: 0.0 });
        }
    }
    for device in 0..slots.len() {
        let mut next = slots[device].behind;
        while let Some(switch) = next {
            if slots[switch].own_node.is_some() {
                slots[device].node = slots[switch].own_node;
                break;
            }
            next = slots[switch].behind;
        }
    }
    nodes
}

/// The order in which commands are carried: switches from the bus on, then devices.
pub(super) fn order(slots: &[Slot], devices: usize) -> Vec<usize> {
    let depth = |slot: usize| std::iter::successors(slots[slot].behind, |&switch| slots[switch].behind).count();
    let mut order: Vec<usize> = (0..slots.len()).rev().collect();
    order.sort_by_key(|&slot| if slot < devices { usize::MAX } else { depth(slot) });
    order
}

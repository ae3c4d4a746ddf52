//! Which batteries are heard, believed and the right ones (COM-1 to COM-7), and what that makes the core do.

use super::config::{CYCLE, LOSS_WINDOW, SLOT, TRUST_FRAMES, TRUST_LONG};
use super::input::DamagedPart;
use super::ledger::Ledger;
use super::verdict::Property;
use super::watch::Watch;
use super::world::{FOREIGN, Link, SILENT, START, START_MAX, World};
use ngbank_models::time::{Micros, NEVER};

impl World {
    pub(super) fn foreign(&mut self, t: Micros, battery: usize, present: bool, watch: &mut Watch, ledger: &mut Ledger) {
        let Some(slot) = self.foreign.get_mut(battery) else {
            return;
        };
        if slot.is_some() == present {
            return;
        }
        let since = std::mem::replace(slot, present.then_some(t));
        // OUT-10 stays until a restart finds the bank complete (COM-7).
        if present {
            ledger.reached(Property::Com);
            // One that is not heard is nobody's yet: it says who it is when it is heard.
            // Nor is one that is there before the first of its place has been heard, which may be itself.
            let heard = self.links[battery].heard() && next_arrival(self.base, battery) < t;
            // While the BMS starts it is only waited for (BOOT-1).
            let starting = self.externals[START].may(t);
            let latest = if heard && !starting { t + self.reach } else { NEVER };
            self.externals[FOREIGN].begin(battery, t, latest);
            watch.set_foreign(battery, true);
            // Its frames may count as none of this battery's.
            self.externals[SILENT].allow(t, NEVER);
        } else {
            let cause = &mut self.externals[FOREIGN];
            let seen = since.is_some_and(|since| since + self.reach <= t) && cause.must(t);
            if !seen {
                // Perhaps no frame of it was seen, or a start has learnt it and its going is the change.
                cause.begin(battery, t, NEVER);
            }
            if self.links.iter().all(Link::heard) {
                self.externals[START].end(0, t, t + START_MAX);
            }
            self.end_clock_fault(t, t + START_MAX);
        }
    }

    pub(super) fn damaged(&mut self, t: Micros, b: usize, part: DamagedPart, watch: &mut Watch) {
        self.relink(t, b, watch, |link| {
            link.damaged = part == DamagedPart::All;
        });
        let some = part == DamagedPart::Some;
        if some && !self.lossy[b] {
            self.lossy_until = NEVER;
            self.externals[SILENT].begin(self.batteries + b, t, NEVER);
            watch.distrust(b, NEVER);
        }
        if !some && self.lossy[b] {
            self.lossy_last[b] = Some(t);
            let until = t + self.timeout + TRUST_LONG + self.reach;
            self.externals[SILENT].end(self.batteries + b, t, until);
            watch.trust_from(b, until);
        }
        self.lossy[b] = some;
        if !some {
            self.end_clock_fault(t, t + self.timeout + TRUST_LONG + self.reach);
        }
        if !self.lossy.contains(&true) && self.lossy_until == NEVER {
            self.lossy_until = t + self.timeout + self.reach;
        }
    }

    /// Changes why a battery is not heard, and follows what that means (COM-2, COM-4, COM-5).
    pub(super) fn relink(&mut self, t: Micros, b: usize, watch: &mut Watch, change: impl Fn(&mut Link)) {
        let was = self.links[b].heard();
        let was_damaged = self.links[b].damaged;
        change(&mut self.links[b]);
        let is = self.links[b].heard();
        if !was && !is {
            self.links[b].may_be_distrusted(t);
        }
        if was && !is {
            let timeout = t + self.timeout + self.reach;
            let (earliest, latest) = match self.links[b].implausible {
                // Two frames in a row (COM-4), if they arrive.
                true if self.lossy[b] => (t, timeout),
                true => (t, t + 2 * CYCLE + self.reach),
                false => ((t + self.timeout).saturating_sub(CYCLE + SLOT), timeout),
            };
            // A BMS that is being updated hears nothing, and misses nobody. Nor does one that has not heard it since it
            // started (BOOT-1): it waits.
            let unheard = next_arrival(self.base, b) >= t;
            let latest = if self.updating() || unheard { NEVER } else { latest };
            if unheard && self.externals[START].may(t) {
                self.externals[START].begin(0, t, NEVER);
            }
            self.unnoticed.retain(|&battery| battery != b);
            self.links[b].lost = Some((t, earliest, latest));
            // Before it is noticed the last report counts.
            let must = latest.max((self.base + self.timeout).saturating_add(self.reach));
            self.externals[SILENT].begin(b, earliest.max(t), must);
            watch.silence(b, t);
            self.deaf.push((b, latest));
        }
        if !was && is {
            // A battery that was exchanged while it could not be heard, unless a start has learnt it since.
            if let Some(since) = self.foreign[b].filter(|since| *since >= self.base) {
                self.externals[FOREIGN].begin(b, since, t + CYCLE + self.reach);
            }
            self.deaf.retain(|(battery, _)| *battery != b);
            let Some((since, earliest, latest)) = self.links[b].lost.take() else {
                return;
            };
            let short = t + (TRUST_FRAMES - 1) * CYCLE;
            let losses = &mut self.losses[b];
            // From loss to loss, however long this one lasted; one may be noticed a timeout later than the other.
            losses.retain(|loss| *loss + LOSS_WINDOW + self.timeout + self.reach >= since);
            let mut trusted = t;
            if t + self.reach >= earliest {
                losses.push(since);
                // Its first report counts as one of the row; after the third loss it takes longer.
                trusted = short + CYCLE + self.reach;
                // A frame that is damaged by chance into a valid one makes two losses out of one.
                let by_chance =
                    self.lossy_last[b].is_some_and(|last| last + LOSS_WINDOW + self.timeout + self.reach >= since);
                if losses.len() >= 3 || was_damaged || self.lossy[b] || by_chance {
                    trusted = t + TRUST_LONG + CYCLE + self.reach;
                }
                self.externals[SILENT].allow(t, trusted);
            }
            if self.updating() {
                // It is to be heard when the update is over, and trusted after that.
                self.unnoticed.push(b);
                trusted = NEVER;
            }
            let must_until = if t >= latest { short } else { t };
            self.externals[SILENT].end(b, must_until, trusted);
            watch.hear(b, trusted);
            // A start that waited for this battery goes on.
            if !self.links.iter().any(|link| !link.heard()) {
                let complete = next_arrival(t, b);
                let over = trusted.saturating_add(self.reach).max(t + START_MAX);
                self.end_clock_fault(t, over);
                if self.foreign.iter().all(Option::is_none) {
                    self.externals[START].end(0, complete, over);
                }
            }
        }
    }
}

/// When the next report of battery `b` arrives that was sent at or after `t`.
pub(super) fn next_arrival(t: Micros, b: usize) -> Micros {
    let offset = (b as Micros + 1) * SLOT;
    let cycles = t.saturating_sub(offset).div_ceil(CYCLE);
    cycles * CYCLE + offset
}

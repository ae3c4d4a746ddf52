//! Settings that change while the BMS runs (UPD-1): taken whole or refused, and judged by from then on.

use super::Oracle;
use super::config::{CYCLE, Limits, SLACK, SLOT};
use super::ledger::at;
use super::level::rules;
use super::verdict::Property;
use super::world::{REMOTE, SILENT, World};
use ngbank_models::time::{MS, Micros};

impl Oracle {
    /// The BMS was asked to take these settings, and did or did not.
    pub(super) fn settings(&mut self, t: Micros, limits: &Limits, taken: bool) {
        self.ledger.reached(Property::Upd);
        let reason = if self.world.updating() { Some("UPD-2: a firmware update") } else { limits.broken_rule() };
        match (reason, taken) {
            (Some(rule), true) => {
                let text = format!("the core took settings at {} that it must refuse ({rule})", at(t));
                self.ledger.violate(Property::Upd, t, text);
            }
            (None, false) => {
                let text = format!("the core refused settings at {} that break no rule (UPD-1)", at(t));
                self.ledger.violate(Property::Upd, t, text);
            }
            _ => {}
        }
        if taken {
            self.take(t, limits);
        }
    }

    fn take(&mut self, t: Micros, limits: &Limits) {
        let before = std::mem::replace(&mut self.config.limits, *limits);
        self.changed = t;
        if before.countdown_from_under_voltage != limits.countdown_from_under_voltage {
            self.countdown_from = t;
        }
        self.watch.change(t, &self.config);
        for (level, rule) in self.levels.iter_mut().zip(rules(limits)) {
            level.rule = rule;
        }
        let base = Micros::from(limits.under_voltage_clear_hold_ms) * MS;
        let old_base = Micros::from(before.under_voltage_clear_hold_ms) * MS;
        // A lengthened hold stays; what becomes of its length is open.
        let (least, most) = self.uv_clear_hold;
        self.uv_clear_hold = if (least, most) == (old_base, old_base) { (base, base) } else { (base, most.max(base)) };
        for cut in &mut self.cuts {
            cut.change(t, limits.over_current_warns);
        }
        self.low_cell.change(t, limits.charger_gives_up);
        self.after_cut.change(t, limits);
        self.world.change(t, limits);
    }
}

impl World {
    /// A running silence or debounce time is judged by the new settings, and by the shorter and longer of both where that is open.
    pub(super) fn change(&mut self, t: Micros, limits: &Limits) {
        let (timeout, debounce) =
            (Micros::from(limits.silence_timeout_ms) * MS, Micros::from(limits.remote_debounce_ms) * MS);
        if timeout != self.timeout {
            for b in 0..self.batteries {
                let Some((since, earliest, latest)) = self.links[b].lost.filter(|&(_, _, latest)| latest > t) else {
                    continue;
                };
                if self.links[b].implausible {
                    continue;
                }
                let earliest = earliest.min((since + timeout).saturating_sub(CYCLE + SLOT)).max(t);
                let latest = latest.max(t + SLACK).max(since + timeout + SLACK);
                self.links[b].lost = Some((since, earliest, latest));
                self.externals[SILENT].begin(b, earliest, latest);
                for deaf in self.deaf.iter_mut().filter(|(battery, _)| *battery == b) {
                    deaf.1 = latest;
                }
            }
        }
        let longer = self.debounce.max(debounce);
        if debounce != self.debounce && t < self.remote_since + longer + SLACK {
            let remote = &mut self.externals[REMOTE];
            if self.remote_on {
                remote.end(0, t, t + longer + SLACK);
                remote.allow(t, t + longer + SLACK);
            } else {
                remote.begin(0, t, t + longer + SLACK);
            }
        }
        (self.timeout, self.debounce) = (timeout, debounce);
    }
}

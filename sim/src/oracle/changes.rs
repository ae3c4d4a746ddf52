//! Judges what a decision changes: newly reported causes, new cuts, a fall of LOAD.

use super::Oracle;
use super::config::{LEAD, SLACK, UV_CLEAR_HOLD_MAX, UV_CUT_WINDOW};
use super::input::{Pins, Reported};
use super::ledger::at;
use super::level::{Context, Level, under_voltage_hold};
use super::verdict::Property;
use ngbank_models::time::{Micros, SECOND};

impl Oracle {
    /// Every cause that the core newly reports must be one that it may set.
    pub(super) fn judge_new_causes(&mut self, t: Micros, pins: Pins, reported: &Reported) {
        self.judge_dropped_causes(t, reported);
        let context = self.context(t);
        let slack = context.slack;
        let mut unjustified: Vec<(u32, Property, &'static str)> = Vec::new();
        let mut justified = 0_u32;
        // UV-5: no hold while LOAD is Floating or floats for another cause.
        let other_cause = (3..=16).any(|n| reported.load.has(n));
        for level in &mut self.levels {
            let rule = level.rule;
            let (was, is) = (rule.reported(&self.reported), rule.reported(reported));
            if !is {
                // Retained causes are not reported while the core starts.
                level.on &= context.running_from > t;
                continue;
            }
            let held = rule.is_under_voltage() && self.pins.load && !pins.load && !other_cause;
            let held = held || (!rule.is_under_voltage() && rule.hold > 0);
            if level.may_set(t, slack, held) {
                level.on = true;
            }
            if was {
                justified |= 1 << rule.out;
                continue;
            }
            self.ledger.reached(rule.property);
            if level.on {
                justified |= 1 << rule.out;
            } else {
                unjustified.push((rule.out, rule.property, rule.what));
            }
            let extremes = self.watch.extremes();
            let signals = self.watch.signals(rule.set);
            let deadline = match level.due(signals, &context) {
                Some((_, deadline)) => deadline,
                None => t + slack,
            };
            self.ledger.margin(rule.property, (deadline, t), "the latest set of the cause");
            if let Some((loose, _)) = signals.edges().distances(rule.set, &extremes)
                && loose < 10.0 * self.config.tolerance_v
            {
                self.ledger.fragile(rule.property);
            }
        }
        for (out, property, what) in unjustified {
            if justified & (1 << out) == 0 {
                justified |= 1 << out;
                let text = format!(
                    "the core reports OUT-{out} at {}, but no {what} was true in the plant at a sample that it can have received",
                    at(t).as_str(),
                    what = what.trim_start_matches("a ").trim_start_matches("the ")
                );
                self.ledger.violate(property, t, text);
            }
        }
        self.judge_new_cuts(&context, pins, reported);
        let all = reported.load.with(reported.charger).with(reported.pre_alarm);
        if all.has_unknown() {
            let text = format!("the core reports a cause at {} that no rule has", at(t));
            self.ledger.violate(Property::Boot, t, text);
        }
    }

    /// Hysteresis: a cause that the core has set stays until the clear value was possible for the clear hold.
    fn judge_dropped_causes(&mut self, t: Micros, reported: &Reported) {
        let context = self.context(t);
        // A start reports nothing but itself; other settings may have another clear value.
        let changed = t <= context.changed + context.slack;
        if changed || context.running_from > t || self.world.start_or_supply_may(t) {
            return;
        }
        // What must hold is judged anyhow.
        let dropped = |level: &&Level| {
            level.on && level.must.is_none() && level.rule.reported(&self.reported) && !level.rule.reported(reported)
        };
        for level in self.levels.iter().filter(dropped) {
            let rule = level.rule;
            // Two rules have the same cause: which of them the core has set may be open.
            let held = |other: &&Level| other.rule.out == rule.out && other.on;
            if !self.levels.iter().filter(held).any(|level| level.may_clear(t, context.slack)) {
                let (out, what) = (rule.out, rule.what);
                let text = format!("OUT-{out} is dropped at {} before its clear value was reached after {what}", at(t));
                self.ledger.violate(rule.property, t, text);
            }
        }
    }

    /// OC-2: every cut must follow an over-current, and OC-4 must allow it; OC-3 says how long it lasts.
    fn judge_new_cuts(&mut self, context: &Context, pins: Pins, reported: &Reported) {
        let (t, slack) = (context.now, context.slack);
        let outputs = [
            (self.reported.load, reported.load, self.pins.load, pins.load, self.high_since[0]),
            (self.reported.charger, reported.charger, self.pins.charger, pins.charger, self.high_since[1]),
        ];
        for (cut, (was, is, was_high, is_high, high_since)) in self.cuts.iter_mut().zip(outputs) {
            if !is.has(cut.out) || was.has(cut.out) {
                continue;
            }
            self.ledger.reached(Property::Oc);
            if !cut.may_cut(t, slack) && !cut.on {
                let (out, what) = (cut.out, cut.what);
                let why = if cut.warns {
                    "an over-current only warns (OC-4)".to_owned()
                } else {
                    format!("the plant shows no {what}")
                };
                let text = format!("the core reports OUT-{out} at {}, but {why}", at(t));
                self.ledger.violate(Property::Oc, t, text);
            }
            if let Some(deadline) = cut.due(&self.watch.batteries, context, high_since.unwrap_or(t)) {
                self.ledger.margin(Property::Oc, (deadline, t), "the latest cut");
            }
            cut.cut(t, slack, was_high && !is_high);
        }
    }

    /// PRE-2: a fall for under-voltage alone needs 30 s of both pins High. UV-2: cuts lengthen the clear hold.
    pub(super) fn judge_fall_of_load(&mut self, t: Micros, was: &Reported, reported: &Reported) {
        if !self.world.powered() || !reported.load.has(2) {
            return;
        }
        let base = self.uv_clear_hold_base();
        let doubled = |hold: Micros| (hold.max(30 * SECOND) * 2).min(UV_CLEAR_HOLD_MAX);
        if let Some(last) = self.uv_cut_last {
            if t - last <= UV_CUT_WINDOW + SLACK {
                self.uv_clear_hold.1 = doubled(self.uv_clear_hold.1);
            }
            self.uv_clear_hold.0 = if t - last + SLACK <= UV_CUT_WINDOW { doubled(self.uv_clear_hold.0) } else { base };
        }
        self.uv_cut_last = Some(t);
        if (1..=16).any(|n| n != 2 && reported.load.has(n) && !was.load.has(n)) {
            // LOAD falls for another cause; UV comes along (UV-5).
            return;
        }
        let context = self.context(t);
        let lead = context.both_high_since.map(|since| t - since);
        match lead {
            Some(lead) if lead >= LEAD => {}
            Some(lead) => {
                let text = format!(
                    "LOAD floated for under-voltage at {} after both pins had been High for {} instead of 30 s (PRE-2)",
                    at(t),
                    at(lead)
                );
                self.ledger.violate(Property::Pre, t, text);
            }
            None => {
                let text = format!("LOAD floated for under-voltage at {} without PRE-ALARM High before (PRE-2)", at(t));
                self.ledger.violate(Property::Pre, t, text);
            }
        }
        self.ledger.margin(Property::Pre, (lead.unwrap_or(0), LEAD), "the 30 s of PRE-2");
        self.ledger.cut(lead, self.uv_ready(&context).map(|ready| t.cast_signed() - ready.cast_signed()));
    }

    /// When the hold of UV-1 and the 30 s of PRE-2 are both met by the true plant, be it later than now.
    fn uv_ready(&self, context: &Context) -> Option<Micros> {
        let hold = under_voltage_hold(&self.config.limits);
        Some((self.watch.under_voltage_since()? + hold).max(context.both_high_since? + LEAD))
    }
}

//! Judges what stays as it is between two decisions: pins and reported causes against *must* and *may*.

use super::Oracle;
use super::input::Reported;
use super::ledger::at;
use super::verdict::Property;
use ngbank_models::time::Micros;

impl Oracle {
    /// Compares the pins and the reported causes, unchanged on `[from, to)`, with the shadows.
    pub(super) fn judge(&mut self, from: Micros, to: Micros) {
        let running = self.world.running_from() <= to;
        for level in 0..self.levels.len() {
            self.judge_level(level, to, running);
        }
        for cut in 0..self.cuts.len() {
            self.judge_cut(cut, to, running);
        }
        let (pins, reported) = (self.pins, self.reported);
        self.world.judge(from, to, pins, &reported, &mut self.ledger);
        if running {
            self.judge_waiting(to);
            self.judge_consistency(to);
        }
        self.judge_shown(to, running);
    }

    /// A cause floats PRE-ALARM, or a cut was long ago (PRE-6).
    fn pre_alarm_may_float(&self, t: Micros) -> bool {
        self.world.pre_alarm_may_float(t) || self.after_cut.may_float(t)
    }

    fn judge_level(&mut self, index: usize, t: Micros, running: bool) {
        let world = &self.world;
        let level = &self.levels[index];
        let rule = level.rule;
        let is_reported = rule.reported(&self.reported);
        let mut text = None;
        let mut property = rule.property;
        if let Some(since) = level.must {
            let place = level
                .place(self.watch.signals(rule.set))
                .filter(|_| !rule.set.is_bank())
                .map(|held| format!(" (battery {}, since {})", held.row + 1, at(held.since)))
                .unwrap_or_default();
            let fact = format!("although {}{place} is true in the plant", rule.what);
            let by = at(since.max(world.base()));
            if rule.load && self.pins.load {
                text = Some((since, format!("LOAD is still High after {by} {fact}")));
            } else if rule.charger && self.pins.charger {
                text = Some((since, format!("CHARGER is still High after {by} {fact}")));
            } else if running {
                if rule.pre_alarm && !self.pins.pre_alarm && !self.pre_alarm_may_float(t) {
                    text = Some((since, format!("PRE-ALARM is still Floating after {by} {fact}")));
                } else if !is_reported {
                    let out = rule.out;
                    text = Some((since, format!("OUT-{out} is not reported after {by} {fact}")));
                }
            }
        } else if level.wait_must
            // At the very instant of a reset the pins are still told as they were before it.
            && t > world.base()
            && ((rule.load && self.pins.load) || (rule.charger && self.pins.charger))
        {
            property = Property::Boot;
            text = Some((
                t,
                format!(
                    "an output is High at {} although the start still waits for the clear value after {} (BOOT-2)",
                    at(t),
                    rule.what
                ),
            ));
        }
        if text.is_none() && running && is_reported && !level.on {
            let out = rule.out;
            let held_by_sibling = self
                .levels
                .iter()
                .any(|other| other.rule.out == out && other.on && other.rule.reported(&self.reported));
            if !held_by_sibling {
                let reason = format!(
                    "OUT-{out} is still reported after {}, longer than its clear hold after the last {} (recovery missing)",
                    at(level.expired),
                    rule.what.trim_start_matches("a ").trim_start_matches("the ")
                );
                text = Some((level.expired, reason));
            }
        }
        let level = &mut self.levels[index];
        match text {
            Some((time, text)) if !level.accused => {
                level.accused = true;
                self.ledger.violate(property, time, text);
                let extremes = self.watch.extremes();
                let signals = self.watch.signals(rule.set);
                if let Some((loose, strict)) = signals.edges().distances(rule.set, &extremes)
                    && loose.min(strict) < 10.0 * self.config.tolerance_v
                {
                    self.ledger.fragile(rule.property);
                }
            }
            Some(_) => {}
            None => level.accused = false,
        }
    }

    fn judge_cut(&mut self, index: usize, t: Micros, running: bool) {
        let context = self.context(t);
        let cut = &self.cuts[index];
        let (high, high_since, name, causes) = if cut.out == 12 {
            (self.pins.load, self.high_since[0], "LOAD", self.reported.load)
        } else {
            (self.pins.charger, self.high_since[1], "CHARGER", self.reported.charger)
        };
        let mut text = None;
        if high {
            let due = cut.due(&self.watch.batteries, &context, high_since.unwrap_or(t));
            if let Some(due) = due.filter(|due| *due <= t) {
                text = Some((due, format!("{name} is still High after {} in spite of {}", at(due), cut.what)));
            } else if t < cut.must_until {
                text =
                    Some((t, format!("{name} is High at {} before the retry time or the latch of OC-3 ends", at(t))));
            }
        } else if running && causes.has(cut.out) && !cut.on {
            text = Some((
                t,
                format!(
                    "OUT-{} is still reported at {}, after its retry time (recovery missing, OC-3)",
                    cut.out,
                    at(t)
                ),
            ));
        }
        if text.is_none() && running && !self.world.may_be_silent(t) {
            text = cut.objection(t, self.reported.error).map(|text| (t, text));
        }
        let cut = &mut self.cuts[index];
        match text {
            Some((time, text)) if !cut.accused => {
                cut.accused = true;
                self.ledger.violate(Property::Oc, time, text);
            }
            Some(_) => {}
            None => cut.accused = false,
        }
    }

    /// OUT-14 beyond start-up is "waiting for clear value" (BOOT-2) or the supply (SUP-1).
    fn judge_waiting(&mut self, t: Micros) {
        let waits = self.levels.iter().any(|level| level.wait_may);
        let reported = self.reported.load.has(14) || self.reported.charger.has(14);
        if reported && !waits && !self.world.start_or_supply_may(t) {
            let text = format!(
                "OUT-14 is still reported at {}, but the start is over, the supply in range and every clear value reached (recovery missing, BOOT-1)",
                at(t)
            );
            self.world.accuse_waiting(t, text, &mut self.ledger);
        } else {
            self.world.absolve_waiting();
        }
    }

    /// The pins are what the reported causes say (the table of outputs).
    fn judge_consistency(&mut self, t: Micros) {
        let Reported { load, charger, pre_alarm, .. } = self.reported;
        let raised = [1, 2, 7, 8, 12].iter().any(|&n| pre_alarm.has(n));
        let floated = [11, 14].iter().any(|&n| pre_alarm.has(n));
        // PRE-6: between the earliest and the latest reading of the time after a cut, either is right.
        let (may_float, must_float) = (self.after_cut.may_float(t), self.after_cut.must_float(t));
        let pre_alarm = raised && !floated && !must_float && (self.pins.pre_alarm || !may_float);
        let outputs = [
            ("LOAD", Property::Uv, self.pins.load, load.is_empty()),
            ("CHARGER", Property::Ov, self.pins.charger, charger.is_empty()),
            ("PRE-ALARM", Property::Pre, self.pins.pre_alarm, pre_alarm),
        ];
        for ((name, property, high, expected), accused) in outputs.into_iter().zip(&mut self.inconsistent) {
            if high != expected && !*accused {
                *accused = true;
                let text = if name == "PRE-ALARM" && high && must_float {
                    format!("PRE-ALARM is still High at {}, so long after the cut (PRE-6)", at(t))
                } else if high {
                    format!("{name} is High at {} against the reported causes", at(t))
                } else {
                    format!("{name} is Floating at {} without a reported cause that floats it", at(t))
                };
                self.ledger.violate(property, t, text);
            }
        }
    }
}

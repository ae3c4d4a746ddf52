//! Judges what is shown beside the causes: PRE-ALARM's pattern (PRE-5), error 36 (DIAG-1), the LEDs of an update
//! (LED-3), and CHARGER in the low-cell state (UV-4).

use super::Oracle;
use super::config::SLACK;
use super::input::Pins;
use super::ledger::{Ledger, at};
use super::verdict::Property;
use ngbank_models::time::Micros;

/// Objections that stand: each is told once per episode.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Accused {
    pattern: bool,
    error: bool,
    leds: bool,
}

impl Oracle {
    /// What stays as it is up to `t`.
    pub(super) fn judge_shown(&mut self, t: Micros, running: bool) {
        let context = self.context(t);
        let pattern = self.pattern_objection(t);
        object(&mut self.accused.pattern, &mut self.ledger, Property::Pre, t, pattern);
        let cut = self.cuts.iter().any(|cut| cut.on);
        let error = self.strays.objection(&context, self.reported.error, cut);
        object(&mut self.accused.error, &mut self.ledger, Property::Diag, t, error);
        let dark = self.world.leds_must_blink(t) && !self.reported.both_leds_blink;
        let leds = dark.then(|| format!("the LEDs do not both blink at {} during a firmware update (LED-3)", at(t)));
        object(&mut self.accused.leds, &mut self.ledger, Property::Upd, t, leds);
        let charger = self.low_cell.objection(t, running, self.pins, &self.reported);
        object(&mut self.low_cell.accused, &mut self.ledger, Property::Uv, t, charger);
    }

    /// PRE-5: intermittent where it is set, and only there; the settings act with the next decision.
    fn pattern_objection(&self, t: Micros) -> Option<String> {
        let intermittent = self.config.limits.pre_alarm_intermittent;
        let wrong = self.pins.pre_alarm && self.pins.pattern.is_some() != intermittent;
        let is = if intermittent { "High without a break" } else { "intermittent" };
        (wrong && t > self.changed + SLACK)
            .then(|| format!("PRE-ALARM is {is} at {} against its setting (PRE-5)", at(t)))
    }

    /// PRE-5: a pattern that goes on keeps its beginning, or its "off" would never come.
    pub(super) fn judge_new_pattern(&mut self, t: Micros, pins: Pins) {
        if let (Some(was), Some(is)) = (self.pins.pattern, pins.pattern)
            && was != is
        {
            let text = format!("PRE-ALARM's pattern begins anew at {} though it goes on (PRE-5)", at(t));
            self.ledger.violate(Property::Pre, t, text);
        }
    }

    /// How far from late OUT-16 and error 36 come.
    pub(super) fn judge_new_shown(&mut self, t: Micros, given_up: bool, error: Option<u8>) {
        if given_up && !self.reported.charger.has(16) {
            self.ledger.reached(Property::Uv);
            if let Some(due) = self.low_cell.due() {
                self.ledger.margin(Property::Uv, (due + SLACK, t), "the latest set of the cause");
            }
        }
        if error == Some(36) && self.reported.error != error {
            self.ledger.reached(Property::Diag);
            if let Some(due) = self.strays.due() {
                self.ledger.margin(Property::Diag, (due, t), "the latest error");
            }
        }
    }
}

fn object(accused: &mut bool, ledger: &mut Ledger, property: Property, t: Micros, text: Option<String>) {
    let stands = std::mem::replace(accused, text.is_some());
    if let Some(text) = text.filter(|_| !stands) {
        ledger.violate(property, t, text);
    }
}

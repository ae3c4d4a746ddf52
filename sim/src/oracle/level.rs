//! Causes that follow a value: set beyond one threshold for a hold, cleared beyond another for a hold.
//!
//! Each is a pair of shadows of what the core may and must hold: *may* grows from possible conditions at their
//! earliest, *must* from certain ones at their latest. Between the two the oracle has no opinion.

use super::config::{LEAD, Limits, OC_CLEAR_HOLD, SLACK};
use super::input::Reported;
use super::signals::{Held, Signal, Signals};
use super::verdict::Property;
use ngbank_models::time::{MS, Micros, NEVER};

/// One row of the oracle's own table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// The cause `OUT-n`.
    pub out: u32,
    pub property: Property,
    /// For sentences, with the rule's id.
    pub what: &'static str,
    pub set: Signal,
    pub clear: Signal,
    pub hold: Micros,
    pub clear_hold: Micros,
    /// Floats LOAD.
    pub load: bool,
    /// Floats CHARGER.
    pub charger: bool,
    /// Raises PRE-ALARM.
    pub pre_alarm: bool,
    /// BOOT-2: without retained state it begins tripped in its own column of LOAD or CHARGER.
    pub begins_tripped: bool,
}

impl Rule {
    /// UV-1, whose hold depends on the outputs (PRE-2, UV-5) and whose clear hold grows (UV-2).
    pub(super) fn is_under_voltage(&self) -> bool {
        self.out == 2
    }

    /// True when the core reports this cause. OUT-12 is a warning on PRE-ALARM and a cut on LOAD.
    pub(super) fn reported(&self, reported: &Reported) -> bool {
        if self.out == 12 {
            reported.pre_alarm.has(12)
        } else {
            reported.load.with(reported.charger).with(reported.pre_alarm).has(self.out)
        }
    }
}

/// The table: every cause that follows a value.
pub(super) fn rules(limits: &Limits) -> Vec<Rule> {
    use Signal::*;
    let ms = |ms: u32| Micros::from(ms) * MS;
    let uv_hold = under_voltage_hold(limits);
    let uv_clear_hold = ms(limits.under_voltage_clear_hold_ms);
    let ov_hold = ms(limits.over_voltage_hold_ms);
    // out, property, sentence, set, clear, hold, clear hold, [LOAD, CHARGER, PRE-ALARM]
    let row = |out, property, what, set, clear, hold, clear_hold, columns: [bool; 3]| Rule {
        out,
        property,
        what,
        set,
        clear,
        hold,
        clear_hold,
        load: columns[0],
        charger: columns[1],
        pre_alarm: columns[2],
        // Floor 0 is no floor: nothing ever trips or clears it (SOC-2).
        begins_tripped: (columns[0] || columns[1]) && (property != Property::Soc || limits.discharge_floor_pm > 0),
    };
    const LOAD: [bool; 3] = [true, false, false];
    const CHARGER: [bool; 3] = [false, true, false];
    const PRE: [bool; 3] = [false, false, true];
    const LOAD_PRE: [bool; 3] = [true, false, true];
    use Property::{Oc, Ov, Pre, Soc, Temp, Uv};
    #[rustfmt::skip]
    let table = vec![
        row(1, Pre, "a cell below the pre-alarm threshold (PRE-1)", PreSet, PreClear, 0, 0, PRE),
        row(2, Uv, "a cell below the under-voltage threshold (UV-1)", UvSet, UvClear, uv_hold, uv_clear_hold, LOAD_PRE),
        row(3, Ov, "a cell above the over-voltage threshold (OV-1)", OvSet, OvClear, ov_hold, 0, CHARGER),
        row(4, Temp, "a battery too cold to charge (TEMP-1)", ChargeColdSet, ChargeColdClear, 0, 0, CHARGER),
        row(5, Temp, "a battery too hot to charge (TEMP-2)", ChargeHotSet, ChargeHotClear, 0, 0, CHARGER),
        row(6, Temp, "a battery too cold to discharge (TEMP-3)", DischargeColdSet, DischargeColdClear, 0, 0, LOAD),
        row(6, Temp, "a battery too hot to discharge (TEMP-3)", DischargeHotSet, DischargeHotClear, 0, 0, LOAD),
        row(7, Soc, "the bank's charge near the discharge floor (SOC-2)", WarningSet, WarningClear, 0, 0, PRE),
        row(8, Soc, "the bank's charge at the discharge floor (SOC-3)", FloorSet, FloorClear, 0, 0, LOAD_PRE),
        row(12, Oc, "a battery above its continuous discharge rating (OC-1)", DischargeContinuous, DischargeClear, 0, OC_CLEAR_HOLD, PRE),
    ];
    table
}

/// UV-1's hold while LOAD is High; PRE-4's other reading makes it 30 s at least.
pub(super) fn under_voltage_hold(limits: &Limits) -> Micros {
    let hold = Micros::from(limits.under_voltage_hold_ms) * MS;
    if limits.countdown_from_under_voltage { hold.max(LEAD) } else { hold }
}

/// What decides about time at the moment of judgement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Context {
    pub now: Micros,
    /// The core has listened since then: start, reset, clock fault.
    pub base: Micros,
    /// Before this the core may still be starting.
    pub running_from: Micros,
    /// The settings are those of today since then (UPD-1); nothing is late by them before.
    pub changed: Micros,
    /// Longest way from a sample to a pin.
    pub slack: Micros,
    pub load_high: bool,
    /// Both LOAD and PRE-ALARM have been High since then, under one reading of the countdown (UPD-1).
    pub both_high_since: Option<Micros>,
    /// UV-2's present hold: shortest and longest reading.
    pub uv_clear_hold: (Micros, Micros),
}

/// Shadow of one [`Rule`].
#[derive(Clone, Debug)]
pub(super) struct Level {
    pub rule: Rule,
    /// The core must hold the cause since then.
    pub must: Option<Micros>,
    /// Begun tripped, and certainly still so.
    pub wait_must: bool,
    /// Begun tripped, and perhaps still so.
    pub wait_may: bool,
    /// The core holds the cause with good reason.
    pub on: bool,
    /// When it had to drop the cause for the last time.
    pub expired: Micros,
    /// Last instant at which the core may have set the cause: with the hold, and without.
    may_set: (Option<Micros>, Option<Micros>),
    /// Last instant at which the core may have dropped the cause: every battery beyond the clear value, for its hold.
    may_clear: Option<Micros>,
    /// Already objected to in this episode.
    pub accused: bool,
}

impl Level {
    pub(super) fn new(rule: Rule) -> Self {
        Self {
            rule,
            must: None,
            wait_must: false,
            wait_may: false,
            on: false,
            expired: 0,
            may_set: (None, None),
            may_clear: None,
            accused: false,
        }
    }

    /// The BMS starts without retained state (BOOT-2); `surely`, or only perhaps.
    pub(super) fn start(&mut self, surely: bool) {
        self.must = None;
        self.wait_may = self.rule.begins_tripped;
        self.wait_must = self.wait_may && surely;
        self.on &= !surely;
        self.may_set = (None, None);
        self.accused = false;
    }

    /// Brings the shadows up to `context.now`; the conditions have been as they are up to then.
    pub(super) fn settle(&mut self, signals: &Signals, context: &Context) {
        let now = context.now;
        if let Some(held) = signals.any(self.rule.set, false) {
            self.may_set.1 = Some(now);
            // Lost frames let a hold run on.
            let lost = context.slack - SLACK;
            if now.saturating_sub(held.since) + lost >= self.rule.hold {
                self.may_set.0 = Some(now);
            }
        }
        if let Some((_, deadline)) = self.due(signals, context)
            && deadline <= now
            && self.must.is_none()
        {
            self.must = Some(deadline);
        }
        let (least, most) = if self.rule.is_under_voltage() {
            context.uv_clear_hold
        } else {
            (self.rule.clear_hold, self.rule.clear_hold)
        };
        if let Some(since) = signals.all(self.rule.clear, false) {
            let since = since.max(context.base);
            if since + least <= now {
                self.must = None;
                self.wait_must = false;
            }
            // Lost frames let a hold run on.
            if since + least <= now + (context.slack - SLACK) {
                self.may_clear = Some(now);
            }
        }
        if let Some(since) = signals.all(self.rule.clear, true) {
            let since = since.max(context.running_from);
            let expired = since.saturating_add(most).max(context.changed).saturating_add(context.slack);
            if expired < now {
                self.expired = expired;
                self.on = false;
                self.wait_may = false;
            }
        }
    }

    /// When a certain condition is due (its hold and, for UV, the 30 s are met), and when the core must have acted.
    pub(super) fn due(&self, signals: &Signals, context: &Context) -> Option<(Micros, Micros)> {
        let held = signals.any(self.rule.set, true)?;
        let since = held.since.max(context.running_from);
        if context.running_from == NEVER {
            return None;
        }
        let due = if !self.rule.is_under_voltage() {
            since + self.rule.hold
        } else if context.load_high {
            // Without PRE-ALARM the 30 s never end; that it is missing is PRE-1's violation.
            (since + self.rule.hold).max(context.both_high_since? + LEAD)
        } else {
            since
        };
        let due = due.max(context.changed);
        Some((due, due + context.slack))
    }

    /// True when the core may newly set the cause now; `held`: the hold of UV-1 applies.
    pub(super) fn may_set(&self, now: Micros, slack: Micros, held: bool) -> bool {
        let last = if held { self.may_set.0 } else { self.may_set.1 };
        last.is_some_and(|last| last + slack >= now)
    }

    /// True when the core may drop the cause now.
    pub(super) fn may_clear(&self, now: Micros, slack: Micros) -> bool {
        self.may_clear.is_some_and(|last| last + slack >= now)
    }

    /// Where the certain condition is.
    pub(super) fn place(&self, signals: &Signals) -> Option<Held> {
        signals.any(self.rule.set, true)
    }
}

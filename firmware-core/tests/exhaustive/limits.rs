//! The rules that compare a value with a limit, and the hysteresis of one of them.

use ngbank_core::settings::Settings;

use crate::invariants::pass;
use crate::world::{BATTERIES, Shown};

/// The pin that a rule acts on: PRE-ALARM is raised, the others float.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    Load,
    Charger,
    PreAlarm,
}

/// One rule.
pub struct Limit {
    pub rule: &'static str,
    pub pin: Pin,
    pub sets: fn(&Settings, &Shown) -> bool,
    pub clears: fn(&Settings, &Shown) -> bool,
    pub hold_ms: fn(&Settings) -> u32,
    /// BOOT-2.
    pub begins_tripped: bool,
}

/// PRE-1 and PRE-3, OV-1 and OV-2, TEMP-1 … TEMP-4.
pub static LIMITS: [Limit; 6] = [
    Limit {
        rule: "PRE-1",
        pin: Pin::PreAlarm,
        sets: |s, shown| i32::from(shown.cell_mv) < s.pre_alarm_mv,
        clears: |s, shown| i32::from(shown.cell_mv) > s.pre_alarm_mv + s.pre_alarm_clear_mv,
        hold_ms: |_| 0,
        begins_tripped: false,
    },
    Limit {
        rule: "OV-1",
        pin: Pin::Charger,
        sets: |s, shown| i32::from(shown.cell_mv) > s.over_voltage_mv,
        clears: |s, shown| i32::from(shown.cell_mv) < s.over_voltage_clear_mv,
        hold_ms: |s| s.over_voltage_hold_ms.unsigned_abs(),
        begins_tripped: true,
    },
    Limit {
        rule: "TEMP-1",
        pin: Pin::Charger,
        sets: |s, shown| i32::from(shown.dc) < s.charge_min_dc,
        clears: |s, shown| i32::from(shown.dc) >= s.charge_min_dc + s.temperature_hysteresis_dc,
        hold_ms: |_| 0,
        begins_tripped: true,
    },
    Limit {
        rule: "TEMP-2",
        pin: Pin::Charger,
        sets: |s, shown| i32::from(shown.dc) > s.charge_max_dc,
        clears: |s, shown| i32::from(shown.dc) <= s.charge_max_dc - s.temperature_hysteresis_dc,
        hold_ms: |_| 0,
        begins_tripped: true,
    },
    Limit {
        rule: "TEMP-3",
        pin: Pin::Load,
        sets: |s, shown| i32::from(shown.dc) < s.discharge_min_dc,
        clears: |s, shown| i32::from(shown.dc) >= s.discharge_min_dc + s.temperature_hysteresis_dc,
        hold_ms: |_| 0,
        begins_tripped: true,
    },
    Limit {
        rule: "TEMP-3",
        pin: Pin::Load,
        sets: |s, shown| i32::from(shown.dc) > s.discharge_max_dc,
        clears: |s, shown| i32::from(shown.dc) <= s.discharge_max_dc - s.temperature_hysteresis_dc,
        hold_ms: |_| 0,
        begins_tripped: true,
    },
];

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Clear,
    /// By the start alone (BOOT-2).
    Waiting,
    Tripped,
}

/// A rule's state over all batteries.
#[derive(Clone, Copy, Hash)]
pub struct Row {
    pub state: State,
    /// For so long a battery has shown the condition.
    shown_ms: [Option<u32>; BATTERIES],
    /// Its last value does not meet the clear condition, or there is none.
    fails: [bool; BATTERIES],
    /// For so long all have met the clear condition, and all are trusted.
    clearing_ms: Option<u32>,
}

impl Row {
    pub fn new(begins_tripped: bool) -> Self {
        let state = if begins_tripped { State::Waiting } else { State::Clear };
        Self { state, shown_ms: [None; BATTERIES], fails: [true; BATTERIES], clearing_ms: None }
    }

    pub fn retained(self) -> Self {
        Self { state: self.state, ..Self::new(false) }
    }

    pub fn is_tripped(&self) -> bool {
        self.state == State::Tripped
    }

    /// A last value shows the condition.
    pub fn is_shown(&self) -> bool {
        self.shown_ms.iter().any(Option::is_some)
    }

    pub fn has_held(&self, hold_ms: u32) -> bool {
        self.shown_ms.iter().flatten().any(|&ms| ms >= hold_ms)
    }

    pub fn pass(&mut self, ms: u32, hold_ms: u32, clear_hold_ms: u32) {
        for shown in &mut self.shown_ms {
            pass(shown, ms, hold_ms);
        }
        pass(&mut self.clearing_ms, ms, clear_hold_ms);
    }

    pub fn report(&mut self, place: usize, shown: bool, clears: bool) {
        self.shown_ms[place] = if shown { self.shown_ms[place].or(Some(0)) } else { None };
        self.fails[place] = !clears;
    }

    pub fn decide(&mut self, trips: bool, trusted: bool, count: usize, clear_hold_ms: u32) {
        let clears = trusted && self.state != State::Clear && !self.fails[..count].contains(&true);
        self.clearing_ms = if clears { self.clearing_ms.or(Some(0)) } else { None };
        if trips {
            self.state = State::Tripped;
        } else if self.clearing_ms.is_some_and(|ms| ms >= clear_hold_ms) {
            *self = Self { state: State::Clear, clearing_ms: None, ..*self };
        }
        if self.is_tripped() {
            // No hold runs any more: what has been shown has been shown long enough.
            self.shown_ms = self.shown_ms.map(|ms| ms.map(|_| u32::MAX / 2));
        }
    }
}

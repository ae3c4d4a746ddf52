//! What the rules say about the pins, kept by the test from what it shows to the core; nothing is asked of the core.
//!
//! Every decision is compared: an output is High if, and only if, no rule floats it. That is the table of OUT-1 … OUT-13
//! both ways: what is dangerous is cut, and nothing else is.

use ngbank_core::settings::Settings;
use ngbank_core::{Cause, CauseSet, Drive, Outputs, PreAlarm, ResetCause};

use crate::limits::{LIMITS, Pin, Row, State};
use crate::over_current::OverCurrent;
use crate::trust::Trust;
use crate::world::{BATTERIES, Shown};

/// PRE-2.
const LEAD_MS: u32 = 30_000;
const GAP_MS: u32 = 1_000;
/// UV-2.
const LENGTHENED_MS: (u32, u32) = (30_000, 32 * 60_000);
const CUT_WINDOW_MS: u32 = 60 * 60_000;
const RELIEF_MS: u32 = 5_000;

/// A rule is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    pub rule: &'static str,
    pub what: String,
}

impl Broken {
    /// The pins do not come back.
    pub fn dead(ms: u32) -> Self {
        Self { rule: "liveness", what: format!("not both pins High after {ms} ms of a healthy bank") }
    }
}

/// The state that the rules speak of.
#[derive(Clone, Hash)]
pub struct Rules {
    trust: [Trust; BATTERIES],
    soc_pm: [u16; BATTERIES],
    current_ma: [i32; BATTERIES],
    rows: [Row; LIMITS.len()],
    under_voltage: Row,
    clear_hold_ms: u32,
    last_cut_ms: Option<u32>,
    relief_ms: Option<u32>,
    floor_warning: bool,
    floor_alarm: State,
    /// Discharge, charge.
    currents: [OverCurrent; 2],
    remote: Remote,
    complete: bool,
    /// No call since the start: every time begins with the first one.
    fresh: bool,
    load_high: bool,
    pre_alarm_high: bool,
    both_high_ms: u32,
}

/// REM-3; nothing is judged at the start.
#[derive(Clone, Copy, Default, Hash)]
struct Remote {
    judged_on: Option<bool>,
    /// Another state, and for how long every decision has seen it.
    sees: Option<(bool, u32)>,
}

impl Rules {
    pub fn new(settings: &Settings) -> Self {
        let floor = settings.discharge_floor_pm > 0;
        Self {
            trust: [Trust::NEW; BATTERIES],
            soc_pm: [0; BATTERIES],
            current_ma: [0; BATTERIES],
            rows: LIMITS.each_ref().map(|limit| Row::new(limit.begins_tripped)),
            under_voltage: Row::new(true),
            clear_hold_ms: settings.under_voltage_clear_hold_ms.unsigned_abs(),
            last_cut_ms: None,
            relief_ms: None,
            floor_warning: false,
            floor_alarm: if floor { State::Waiting } else { State::Clear },
            currents: [OverCurrent::default(); 2],
            remote: Remote::default(),
            complete: false,
            fresh: true,
            load_high: false,
            pre_alarm_high: false,
            both_high_ms: 0,
        }
    }

    /// BOOT-1, BOOT-2: what a reset leaves.
    pub fn reset(&mut self, settings: &Settings, cause: ResetCause) {
        let before = self.clone();
        *self = Self::new(settings);
        if cause == ResetCause::PowerOn {
            return;
        }
        self.trust = before.trust.map(Trust::retained);
        self.rows = before.rows.map(Row::retained);
        self.under_voltage = before.under_voltage.retained();
        self.clear_hold_ms = before.clear_hold_ms;
        self.last_cut_ms = before.last_cut_ms.map(|_| 0);
        (self.floor_warning, self.floor_alarm) = (before.floor_warning, before.floor_alarm);
        self.currents = before.currents.map(OverCurrent::retained);
    }

    /// Time since the first loss, UV cut or counted over-current cut that is still remembered.
    pub fn memory_ms(&self) -> Option<u32> {
        let losses = self.trust.iter().flat_map(|trust| trust.losses).flatten();
        losses.chain(self.last_cut_ms).chain(self.currents.iter().filter_map(OverCurrent::memory_ms)).max()
    }

    /// Time passes up to the next reports and decision.
    pub fn pass(&mut self, settings: &Settings, ms: u32) {
        if std::mem::take(&mut self.fresh) {
            return;
        }
        let timeout_ms = settings.silence_timeout_ms.unsigned_abs();
        for trust in &mut self.trust {
            trust.pass(ms, timeout_ms);
        }
        for (row, limit) in self.rows.iter_mut().zip(&LIMITS) {
            row.pass(ms, (limit.hold_ms)(settings), 0);
        }
        self.under_voltage.pass(ms, settings.under_voltage_hold_ms.unsigned_abs(), self.clear_hold_ms);
        pass(&mut self.last_cut_ms, ms, CUT_WINDOW_MS + 1);
        pass(&mut self.relief_ms, ms, RELIEF_MS);
        if let Some((_, seen_ms)) = &mut self.remote.sees {
            *seen_ms += ms;
        }
        for currents in &mut self.currents {
            currents.pass(ms);
        }
        if self.load_high && self.pre_alarm_high {
            self.both_high_ms = (self.both_high_ms + ms.min(GAP_MS)).min(LEAD_MS);
        }
    }

    /// A frame of a battery arrives.
    pub fn report(&mut self, settings: &Settings, place: usize, shown: &Shown) {
        let elapsed_ms = self.trust[place].report();
        self.complete |= self.trust[..settings.bank.batteries()].iter().all(Trust::is_complete);
        for (row, limit) in self.rows.iter_mut().zip(&LIMITS) {
            row.report(place, (limit.sets)(settings, shown), (limit.clears)(settings, shown));
        }
        let cell_mv = i32::from(shown.cell_mv);
        let clears = cell_mv >= settings.under_voltage_clear_mv;
        self.under_voltage.report(place, cell_mv < settings.under_voltage_mv, clears);
        if settings.discharge_floor_pm > 0 {
            self.soc_pm[place] = shown.soc_pm;
        }
        self.current_ma[place] = shown.current_ma;
        let ratings = &settings.bank;
        let limits = [
            (-shown.current_ma, ratings.continuous_discharge_ma, ratings.pulse_discharge_ma),
            (shown.current_ma, ratings.continuous_charge_ma, ratings.pulse_charge_ma),
        ];
        for (currents, (ma, continuous_ma, pulse_ma)) in self.currents.iter_mut().zip(limits) {
            currents.report(place, elapsed_ms, ma, continuous_ma, pulse_ma);
        }
    }

    /// The core has decided.
    pub fn decide(&mut self, settings: &Settings, remote: bool, outputs: &Outputs) -> Result<(), Broken> {
        let count = settings.bank.batteries();
        for trust in &mut self.trust[..count] {
            trust.decide(settings.silence_timeout_ms.unsigned_abs());
        }
        let all = &self.trust[..count];
        let trusted = all.iter().all(|trust| trust.is_good());
        self.remote.decide(remote, settings.remote_debounce_ms.unsigned_abs());
        self.relieve(settings);
        let remote_off = self.remote.judged_on == Some(false);
        for currents in &mut self.currents {
            currents.decide(remote_off);
        }
        for (row, limit) in self.rows.iter_mut().zip(&LIMITS) {
            let trips = row.has_held((limit.hold_ms)(settings));
            row.decide(trips, trusted, count, 0);
        }
        self.floor(settings, trusted);
        let floats = self.floats_without_under_voltage(trusted, Pin::Load);
        self.under_voltage(settings, trusted, floats.is_some());
        self.compare(settings, trusted, outputs)?;
        self.remember(settings, outputs);
        Ok(())
    }

    /// SOC-1 … SOC-4.
    fn floor(&mut self, settings: &Settings, trusted: bool) {
        let [floor, margin, clear] =
            [settings.discharge_floor_pm, settings.floor_warning_margin_pm, settings.floor_clear_pm];
        if floor == 0 || !self.complete {
            return;
        }
        let strings = i32::from(settings.bank.parallel);
        let bank_pm = self.soc_pm.iter().map(|&pm| i32::from(pm)).sum::<i32>() / strings;
        if bank_pm <= floor + margin {
            self.floor_warning = true;
        } else if trusted && bank_pm > floor + margin + clear {
            self.floor_warning = false;
        }
        if bank_pm <= floor {
            self.floor_alarm = State::Tripped;
        } else if trusted && bank_pm > floor + clear {
            self.floor_alarm = State::Clear;
        }
    }

    /// UV-1, UV-2, UV-5 with PRE-2.
    fn under_voltage(&mut self, settings: &Settings, trusted: bool, floats: bool) {
        let row = &mut self.under_voltage;
        let held = row.has_held(settings.under_voltage_hold_ms.unsigned_abs()) && self.both_high_ms >= LEAD_MS;
        let trips = row.is_shown() && (floats || !self.load_high || held);
        row.decide(trips, trusted, settings.bank.batteries(), self.clear_hold_ms);
    }

    /// UV-2: a lengthened hold falls back.
    fn relieve(&mut self, settings: &Settings) {
        self.last_cut_ms = self.last_cut_ms.filter(|&ms| ms <= CUT_WINDOW_MS);
        let setting = settings.under_voltage_clear_hold_ms.unsigned_abs();
        let good = self.trust.iter().zip(self.current_ma).take(settings.bank.batteries());
        let bank_ma: i32 = good.filter(|(trust, _)| trust.is_good()).map(|(_, ma)| ma).sum();
        let capacity_ma = settings.bank.capacity_mah.cast_signed() * i32::from(settings.bank.parallel);
        if self.clear_hold_ms == setting || bank_ma <= capacity_ma / 50 {
            self.relief_ms = None;
        } else if *self.relief_ms.get_or_insert(0) >= RELIEF_MS {
            self.clear_hold_ms = setting;
            self.relief_ms = None;
        }
    }

    /// The rule that floats the pin, whatever UV does.
    fn floats_without_under_voltage(&self, trusted: bool, pin: Pin) -> Option<&'static str> {
        if !self.complete {
            return Some("BOOT-1");
        }
        if self.remote.judged_on != Some(true) {
            return Some("OUT-11");
        }
        if pin == Pin::PreAlarm {
            return None;
        }
        if !trusted {
            return Some("OUT-9");
        }
        let of_pin = |(row, limit): &(&Row, &crate::limits::Limit)| limit.pin == pin && row.state != State::Clear;
        let row = self.rows.iter().zip(&LIMITS).find(of_pin);
        let over = &self.currents[usize::from(pin == Pin::Charger)];
        let floor = pin == Pin::Load && self.floor_alarm != State::Clear;
        row.map(|(_, limit)| limit.rule).or(over.is_cut().then_some("OC-2")).or(floor.then_some("OUT-8"))
    }

    /// The rule that raises PRE-ALARM.
    fn raises_pre_alarm(&self) -> Option<&'static str> {
        let row = self.rows.iter().zip(&LIMITS).find(|(row, limit)| limit.pin == Pin::PreAlarm && row.is_tripped());
        row.map(|(_, limit)| limit.rule)
            .or(self.under_voltage.is_tripped().then_some("OUT-2"))
            .or((self.floor_alarm == State::Tripped).then_some("OUT-8"))
            .or(self.floor_warning.then_some("OUT-7"))
            .or(self.currents[0].warns().then_some("OC-1"))
    }

    fn compare(&self, settings: &Settings, trusted: bool, outputs: &Outputs) -> Result<(), Broken> {
        let floats = |pin| self.floats_without_under_voltage(trusted, pin);
        let under_voltage = self.under_voltage_rule();
        judge("LOAD", floats(Pin::Load).or(under_voltage), outputs.load, || self.early(settings, outputs))?;
        judge("CHARGER", floats(Pin::Charger), outputs.charger, || first_rule(outputs.charger_causes))?;
        let high = if floats(Pin::PreAlarm).is_some() { None } else { self.raises_pre_alarm() };
        match (high, outputs.pre_alarm) {
            (Some(rule), PreAlarm::Floating) => Err(broken(rule, "PRE-ALARM floats")),
            (None, PreAlarm::High) => Err(broken(first_rule(outputs.pre_alarm_causes), "PRE-ALARM is High")),
            _ => Ok(()),
        }
    }

    /// The rule by which UV floats LOAD.
    fn under_voltage_rule(&self) -> Option<&'static str> {
        match self.under_voltage.state {
            State::Clear => None,
            State::Waiting => Some("BOOT-2"),
            State::Tripped if self.load_high => Some("UV-1"),
            State::Tripped if self.under_voltage.is_shown() => Some("UV-5"),
            State::Tripped => Some("UV-2"),
        }
    }

    /// LOAD floats though no rule says so: the rule that it came before.
    fn early(&self, settings: &Settings, outputs: &Outputs) -> &'static str {
        let held = self.under_voltage.has_held(settings.under_voltage_hold_ms.unsigned_abs());
        match () {
            () if outputs.load_causes != CauseSet::only(Cause::UnderVoltage) => first_rule(outputs.load_causes),
            () if self.load_high && self.both_high_ms < LEAD_MS => "PRE-2",
            () if self.load_high && !held => "UV-1",
            () => "UV-2",
        }
    }

    /// What the next decisions need of this one.
    fn remember(&mut self, settings: &Settings, outputs: &Outputs) {
        let load_high = outputs.load == Drive::High;
        if self.load_high && !load_high && self.under_voltage.is_tripped() {
            if self.last_cut_ms.is_some() {
                let setting = settings.under_voltage_clear_hold_ms.unsigned_abs();
                let doubled = self.clear_hold_ms.max(LENGTHENED_MS.0) * 2;
                self.clear_hold_ms = doubled.min(LENGTHENED_MS.1.max(setting));
            }
            self.last_cut_ms = Some(0);
        }
        self.load_high = load_high;
        self.pre_alarm_high = outputs.pre_alarm != PreAlarm::Floating;
        if !(self.load_high && self.pre_alarm_high) {
            self.both_high_ms = 0;
        }
    }
}

impl Remote {
    fn decide(&mut self, on: bool, debounce_ms: u32) {
        if self.judged_on == Some(on) {
            self.sees = None;
            return;
        }
        let (_, seen_ms) = *self.sees.insert(self.sees.filter(|&(seen, _)| seen == on).unwrap_or((on, 0)));
        if seen_ms >= debounce_ms {
            *self = Self { judged_on: Some(on), sees: None };
        }
    }
}

/// A running time, which stays at its end.
pub fn pass(time: &mut Option<u32>, ms: u32, end_ms: u32) {
    *time = time.map(|time| (time + ms).min(end_ms));
}

/// Compares one pin with the rule that floats it.
fn judge(
    pin: &str,
    floats: Option<&'static str>,
    drive: Drive,
    early: impl Fn() -> &'static str,
) -> Result<(), Broken> {
    match (floats, drive) {
        (Some(rule), Drive::High) => Err(broken(rule, &format!("{pin} is High"))),
        (None, Drive::Floating) => Err(broken(early(), &format!("{pin} floats"))),
        _ => Ok(()),
    }
}

fn broken(rule: &'static str, what: &str) -> Broken {
    Broken { rule, what: what.to_owned() }
}

/// The rule of the first cause that the core gives.
fn first_rule(causes: CauseSet) -> &'static str {
    causes.iter().next().map_or("no cause", Cause::id)
}

//! One decision: conditions become causes, causes become outputs.
//!
//! Order: time, inputs, silence, the rows of the table, under-voltage last because it asks what LOAD does anyway
//! (UV-5), then outputs, LEDs, errors.

use crate::bms::{Bms, ResetCause, bit, numbered};
use crate::cause::{Cause, CauseInfo, CauseSet};
use crate::errors;
use crate::outputs::{Bluetooth, Drive, Inputs, Led, Outputs, PreAlarm};
use crate::overcurrent::{Change, Direction};
use crate::remote::Supply;
use crate::table::{ALARMS, FLOATS_CHARGER, FLOATS_LOAD, FLOATS_PRE_ALARM, RAISES_PRE_ALARM, THRESHOLDS, WARNINGS};
use crate::threshold::{State, kinds};
use crate::units::{Instant, Millis};

/// PRE-2: both pins High for so long before LOAD floats for UV.
pub(crate) const LEAD: Millis = Millis::seconds(30);
/// PRE-2: a longer gap between two decisions counts as this.
const GAP_MAX: Millis = Millis::seconds(1);
/// UV-2: the hold doubles from at least this, up to that, for cuts within this time of the last one.
const CLEAR_HOLD_MIN: Millis = Millis::seconds(30);
const CLEAR_HOLD_MAX: Millis = Millis::minutes(32);
pub(crate) const CUT_WINDOW: Millis = Millis::minutes(60);
/// UV-2: the bank is charged above 2 % C (one fiftieth) for so long.
const RELIEF_PART: u32 = 50;
const RELIEF: Millis = Millis::seconds(5);
/// Error 12 ends after a minute of decisions without any cause (ERR-1).
const CLEAN: Millis = Millis::seconds(60);
/// The under-voltage row's place among the threshold rows.
const UV: usize = Cause::UnderVoltage as usize;

impl Bms {
    /// One decision. Total: any time, any inputs, any number of calls for one instant.
    pub fn step(&mut self, now: Instant, inputs: &Inputs) -> Outputs {
        if !self.configured {
            return self.refuse_settings(now, inputs);
        }
        self.advance_clock(now);
        self.judge_supply(now, inputs.supply_mv);
        let both_high = self.count_both_high(now);
        self.remote.decide(now, inputs, Millis::new(self.settings.remote_debounce_ms.unsigned_abs()));
        self.wrong_voltage = self.complete && errors::wrong_voltage(&self.settings.bank, inputs.supply_mv);
        self.find_silent(now);
        self.relieve(now);

        let mut active = self.rules(now);
        let mut waiting = CauseSet::EMPTY;
        self.thresholds(now, &mut active, &mut waiting);
        self.floors(&mut active, &mut waiting);
        self.under_voltage(now, both_high, &mut active, &mut waiting);
        let removed = self.planted().removed;
        if removed.contains(Cause::WaitingForClear) {
            waiting = CauseSet::EMPTY;
        }
        if !waiting.is_empty() {
            active.insert(Cause::WaitingForClear);
        }
        active = active.without(removed);

        let outputs = self.outputs_for(active, waiting, inputs);
        self.explain(now, active);
        self.lengthen_clear_hold(now, &outputs);
        self.time_clean(now, active);
        self.outputs = Outputs { error: self.lowest_error(now), ..outputs };
        self.outputs.red = self.red_led(active);
        self.both_high = if outputs.both_high() { both_high } else { Millis::ZERO };
        self.last_step = Some(now);
        self.inputs = Some(*inputs);
        self.outputs
    }

    /// Invalid settings: nothing is judged, everything floats (OUT-14, error 119).
    fn refuse_settings(&mut self, now: Instant, inputs: &Inputs) -> Outputs {
        let active = CauseSet::only(Cause::Settings).without(self.planted().removed);
        self.explain(now, active);
        self.outputs = Outputs {
            red: Led::On,
            error: Some(errors::SETTINGS),
            ..self.outputs_for(active, CauseSet::EMPTY, inputs)
        };
        self.outputs
    }

    /// SUP-1: a supply that comes back from below 8 V is a power-up (BOOT-1), even if the firmware has run through.
    fn judge_supply(&mut self, now: Instant, supply_mv: i32) {
        let was_low = self.supply == Supply::Low;
        self.supply.decide(supply_mv);
        if was_low && self.supply != Supply::Low {
            let (settings, supply) = (self.settings, self.supply);
            self.start(&settings, ResetCause::PowerOn, None);
            self.supply = supply;
            self.advance_clock(now);
        }
    }

    /// PRE-2's count up to this decision, if both pins were High at the last one.
    fn count_both_high(&self, now: Instant) -> Millis {
        match self.last_step {
            Some(last) if self.outputs.both_high() => {
                let gap = now.since(last);
                let counted = self.both_high.plus(if gap > GAP_MAX { GAP_MAX } else { gap });
                if counted > LEAD { LEAD } else { counted }
            }
            _ => Millis::ZERO,
        }
    }

    /// COM-2: batteries without a valid frame for the timeout.
    fn find_silent(&mut self, now: Instant) {
        if now.is_before(self.silence_due) {
            return;
        }
        let timeout = self.silence_timeout();
        let mut due = now.plus(timeout);
        for place in 0..self.settings.bank.batteries() {
            let Some(battery) = self.batteries.get_mut(place) else { break };
            battery.forget_losses(now);
            if !battery.seen() || self.silent & bit(place) != 0 {
                continue;
            }
            if now.since(battery.last_seen) < timeout {
                due = due.min(battery.last_seen.plus(timeout));
                continue;
            }
            self.silent |= bit(place);
            self.distrusted &= !bit(place);
            battery.complete = 0;
            self.lose(now, place);
        }
        self.silence_due = due;
    }

    /// UV-2: a lengthened clear hold falls back when the bank is charged above 2 % C for 5 s.
    fn relieve(&mut self, now: Instant) {
        if self.last_uv_cut.is_some_and(|cut| now.since(cut) > CUT_WINDOW) {
            self.last_uv_cut = None;
        }
        let setting = Millis::new(self.settings.under_voltage_clear_hold_ms.unsigned_abs());
        if self.clear_hold == setting {
            self.relief_since = None;
            return;
        }
        if self.bank_charge_ma() <= self.relief_ma() {
            self.relief_since = None;
        } else if now.since(*self.relief_since.get_or_insert(now)) >= RELIEF {
            self.clear_hold = setting;
            self.relief_since = None;
        }
    }

    /// Current into the bank: the sum over the strings, mA. The first battery of a string speaks for it.
    pub(crate) fn bank_charge_ma(&self) -> i32 {
        let series = usize::from(self.settings.bank.series.max(1));
        let strings = self.batteries.iter().take(self.settings.bank.batteries()).step_by(series);
        strings.fold(0i32, |sum, battery| sum.saturating_add(battery.values.current_ma))
    }

    /// 2 % of the bank's capacity as a current, mA.
    pub(crate) fn relief_ma(&self) -> i32 {
        let bank = &self.settings.bank;
        let capacity = bank.capacity_mah.saturating_mul(bank.parallel.into());
        i32::try_from(capacity / RELIEF_PART).unwrap_or(i32::MAX)
    }

    /// The rows with a rule of their own.
    fn rules(&mut self, now: Instant) -> CauseSet {
        let mut active = CauseSet::EMPTY;
        let mut set = |cause, holds: bool| {
            if holds {
                active.insert(cause);
            }
        };
        set(Cause::StartUp, !self.complete);
        set(Cause::Clock, self.clock_fault);
        set(Cause::Communication, self.silent | self.distrusted != 0);
        set(Cause::BankMismatch, self.mismatch.any());
        set(Cause::RemoteOff, !self.remote.on);
        set(Cause::Supply, self.supply != Supply::InRange);
        // After a reset the remote counts as off until it is judged; what is retained must not be lost by that.
        let remote_off = self.remote.is_judged_off();
        let mut warned = false;
        for (i, direction) in numbered(Direction::BOTH.into_iter()) {
            let (cut, warning) = self.over_current(now, i, remote_off);
            match direction {
                Direction::Discharge => {
                    set(Cause::DischargeOverCurrent, cut);
                    warned = warning;
                }
                Direction::Charge => set(Cause::ChargeOverCurrent, cut),
            }
        }
        set(Cause::DischargeCurrentWarning, warned);
        active
    }

    /// OC-1 … OC-3 for one direction: whether it is cut, and whether a battery warns.
    fn over_current(&mut self, now: Instant, direction: usize, remote_off: bool) -> (bool, bool) {
        let count = self.settings.bank.batteries();
        let mut asking = None;
        let mut warning = false;
        for (battery, number) in self.batteries.iter().take(count).zip(0u8..u8::MAX) {
            let Some(currents) = battery.currents.get(direction) else { break };
            warning |= currents.warning;
            if currents.trips && asking.is_none() {
                asking = Some(number);
            }
        }
        let Some(cuts) = self.cuts.get_mut(direction) else { return (false, warning) };
        let mut change = Change::Nothing;
        if remote_off {
            // REM-4: remote off ends a retry time and clears latch and count.
            cuts.forget();
            if asking.is_some() {
                change = Change::Restart;
            }
        } else if cuts.decide(now, asking) == Change::Restart {
            change = Change::Restart;
        }
        let cut = cuts.battery().is_some();
        if change == Change::Restart {
            for battery in self.batteries.iter_mut().take(count) {
                if let Some(currents) = battery.currents.get_mut(direction) {
                    currents.restart();
                }
            }
        }
        (cut, warning)
    }

    /// The threshold rows but under-voltage.
    fn thresholds(&mut self, now: Instant, active: &mut CauseSet, waiting: &mut CauseSet) {
        let untrusted = self.silent | self.distrusted;
        let removed = self.planted().removed;
        for (place, kind) in numbered(kinds()).filter(|&(place, _)| place != UV) {
            let hold_over = self.hold_is_over(now, place);
            let Some(row) = self.rows.get_mut(place) else { break };
            if hold_over && !removed.contains(kind.cause) {
                row.trip(now, untrusted);
            } else {
                row.clear(now, Millis::new(row.limits.clear_hold_ms));
            }
            tell(row.state, kind.cause, active, waiting);
        }
    }

    /// A battery has shown the row's condition for its hold.
    fn hold_is_over(&self, now: Instant, place: usize) -> bool {
        self.first_over(now, place).is_some()
    }

    /// The first battery that has shown the row's condition for its hold.
    fn first_over(&self, now: Instant, place: usize) -> Option<u8> {
        let row = self.rows.get(place)?;
        if row.set == 0 {
            return None;
        }
        let hold = Millis::new(row.limits.hold_ms);
        let held = |battery: &crate::battery::Battery| match crate::threshold::hold_of(place) {
            Some(slot) => battery.hold_since.get(slot).is_some_and(|&since| now.since(since) >= hold),
            None => true,
        };
        let batteries = self.batteries.iter().zip(0u8..u8::MAX);
        let mut shown = batteries.filter(|&(_, number)| row.set & bit(number.into()) != 0);
        shown.find(|&(battery, _)| held(battery)).map(|(_, number)| number)
    }

    /// The floor's rows (SOC-2 … SOC-4), once every battery has reported.
    fn floors(&mut self, active: &mut CauseSet, waiting: &mut CauseSet) {
        if self.complete {
            let trusted = self.silent | self.distrusted == 0;
            self.floor.decide(&self.settings, &self.batteries, trusted);
            let bank_pm = u16::try_from(self.floor.bank_pm(self.settings.bank.parallel)).unwrap_or(u16::MAX);
            self.history.soc_pm_min = self.history.soc_pm_min.min(bank_pm);
        }
        let alarm = if self.planted().removed.contains(Cause::FloorAlarm) { State::Clear } else { self.floor.alarm };
        tell(alarm, Cause::FloorAlarm, active, waiting);
        tell(self.floor.warning, Cause::FloorWarning, active, waiting);
    }

    /// UV-1, UV-2, UV-5 and PRE-2.
    fn under_voltage(&mut self, now: Instant, both_high: Millis, active: &mut CauseSet, waiting: &mut CauseSet) {
        let lead = LEAD.less(self.planted().early);
        let removed = self.planted().removed.contains(Cause::UnderVoltage);
        // UV-5: nothing is dropped by a LOAD that floats anyway.
        let floats = self.outputs.load == Drive::Floating
            || !active.intersection(FLOATS_LOAD).is_empty()
            || !waiting.intersection(FLOATS_LOAD).is_empty();
        let held = self.hold_is_over(now, UV) && both_high >= lead;
        let untrusted = self.silent | self.distrusted;
        let hold = self.clear_hold;
        let Some(row) = self.rows.get_mut(UV) else { return };
        let trips = row.set != 0 && (floats || held);
        if trips && !removed {
            row.trip(now, untrusted);
        } else {
            row.clear(now, hold);
        }
        tell(row.state, Cause::UnderVoltage, active, waiting);
    }

    /// UV-2: the clear hold doubles after each UV cut within an hour of the last one.
    fn lengthen_clear_hold(&mut self, now: Instant, outputs: &Outputs) {
        let cut = self.outputs.load == Drive::High
            && outputs.load == Drive::Floating
            && outputs.load_causes.contains(Cause::UnderVoltage);
        if !cut {
            return;
        }
        if self.last_uv_cut.is_some() {
            let from = if self.clear_hold < CLEAR_HOLD_MIN { CLEAR_HOLD_MIN } else { self.clear_hold };
            let doubled = from.plus(from);
            // A setting may be longer than the greatest lengthened hold; it is never shortened.
            self.clear_hold = if doubled > CLEAR_HOLD_MAX { CLEAR_HOLD_MAX.max(self.clear_hold) } else { doubled };
        }
        self.last_uv_cut = Some(now);
    }

    fn outputs_for(&self, active: CauseSet, waiting: CauseSet, inputs: &Inputs) -> Outputs {
        let waits = |column: CauseSet| {
            if waiting.intersection(column).is_empty() {
                CauseSet::EMPTY
            } else {
                CauseSet::only(Cause::WaitingForClear)
            }
        };
        let mut load_causes = active.intersection(FLOATS_LOAD).union(waits(FLOATS_LOAD));
        let charger_causes = active.intersection(FLOATS_CHARGER).union(waits(FLOATS_CHARGER));
        let floats = active.intersection(FLOATS_PRE_ALARM);
        let raises = active.intersection(RAISES_PRE_ALARM);
        let drive = |causes: CauseSet| if causes.is_empty() { Drive::High } else { Drive::Floating };
        if self.planted().never_cuts {
            load_causes = load_causes.without(CauseSet::only(Cause::UnderVoltage));
        }
        Outputs {
            load: drive(load_causes),
            charger: drive(charger_causes),
            pre_alarm: if floats.is_empty() && !raises.is_empty() { PreAlarm::High } else { PreAlarm::Floating },
            red: Led::Off,
            blue: match inputs.bluetooth {
                // LED-1: off when the radio is, or without power (SUP-1).
                _ if self.supply == Supply::Low => Led::Off,
                Bluetooth::Disabled => Led::Off,
                Bluetooth::Advertising => Led::Blinking,
                Bluetooth::Connected => Led::On,
            },
            error: None,
            load_causes,
            charger_causes,
            pre_alarm_causes: floats.union(raises),
            low_cell_state: active.contains(Cause::UnderVoltage),
        }
    }

    /// Battery, cell and time of every cause that is new; counts for the history.
    fn explain(&mut self, now: Instant, active: CauseSet) {
        let new = active.without(self.active);
        self.active = active;
        if new.is_empty() {
            return;
        }
        for cause in new.iter() {
            let battery = self.culprit(now, cause);
            let values = battery.and_then(|b| self.batteries.get(usize::from(b))).map(|battery| battery.values);
            let info = CauseInfo { battery, cell: values.and_then(|values| values.cell(cause)), since: now };
            if let Some(place) = self.infos.get_mut(cause as usize) {
                *place = info;
            }
            let history = &mut self.history;
            match cause {
                Cause::PreAlarm => history.pre_alarms = history.pre_alarms.saturating_add(1),
                Cause::UnderVoltage => history.under_voltages = history.under_voltages.saturating_add(1),
                Cause::OverVoltage => history.over_voltages = history.over_voltages.saturating_add(1),
                _ => {}
            }
        }
    }

    fn culprit(&self, now: Instant, cause: Cause) -> Option<u8> {
        let place = cause as usize;
        let first = |word: u64| u8::try_from(word.trailing_zeros()).ok().filter(|_| word != 0);
        match cause {
            _ if place < THRESHOLDS => {
                self.first_over(now, place).or_else(|| first(self.rows.get(place).map_or(0, |row| row.set)))
            }
            Cause::Communication => first(self.silent | self.distrusted),
            Cause::BankMismatch => Some(self.mismatch.battery),
            Cause::DischargeOverCurrent => self.cuts.first().and_then(|cuts| cuts.battery()),
            Cause::ChargeOverCurrent => self.cuts.last().and_then(|cuts| cuts.battery()),
            Cause::DischargeCurrentWarning => {
                let mut batteries = self.batteries.iter().zip(0u8..u8::MAX);
                batteries
                    .find(|(battery, _)| battery.currents.first().is_some_and(|currents| currents.warning))
                    .map(|(_, number)| number)
            }
            _ => None,
        }
    }

    /// Error 12 lasts until a minute of decisions was clean.
    fn time_clean(&mut self, now: Instant, active: CauseSet) {
        if !self.watchdog {
            return;
        }
        if !active.is_empty() {
            self.clean_since = None;
        } else if now.since(*self.clean_since.get_or_insert(now)) >= CLEAN {
            self.watchdog = false;
            self.clean_since = None;
        }
    }

    /// LED-2. With the remote off the LED is off (REM-4).
    fn red_led(&self, active: CauseSet) -> Led {
        if !self.remote.on {
            Led::Off
        } else if !active.intersection(ALARMS).is_empty() || self.outputs.error.is_some() {
            Led::On
        } else if !active.intersection(WARNINGS).is_empty() || self.batteries_warn() {
            Led::Blinking
        } else {
            Led::Off
        }
    }

    /// Warnings that are no cause: another firmware version (COM-6), a high charge current (OC-1).
    fn batteries_warn(&self) -> bool {
        self.batteries.iter().take(self.settings.bank.batteries()).any(|battery| {
            battery.values.status.any(crate::frame::Status::FIRMWARE_MISMATCH)
                || battery.currents.last().is_some_and(|currents| currents.warning)
        })
    }
}

/// A row's state in causes.
fn tell(state: State, cause: Cause, active: &mut CauseSet, waiting: &mut CauseSet) {
    match state {
        State::Clear => {}
        State::Waiting => waiting.insert(cause),
        State::Tripped => active.insert(cause),
    }
}

//! One decision: conditions become causes, causes become outputs.
//!
//! Order: time, inputs, silence, the rows of the table, under-voltage last because it asks what LOAD does anyway
//! (UV-5), then outputs, LEDs, errors.

use crate::bms::{Bms, ResetCause, Watch, batteries_of, bit, first, numbered};
use crate::cause::{Cause, CauseInfo, CauseSet};
use crate::errors;
use crate::outputs::{Bluetooth, Drive, Inputs, Led, Outputs};
use crate::overcurrent::Cuts;
use crate::remote::Supply;
use crate::settings::OverCurrentAction;
use crate::table::{ALARMS, FLOATS_CHARGER, FLOATS_LOAD, FLOATS_PRE_ALARM, RAISES_PRE_ALARM, WARNINGS};
use crate::threshold::{KINDS, State, hold_of};
use crate::units::{Instant, Millis};

/// UV-2: the hold doubles from at least this, up to that, for cuts within this time of the last one.
const CLEAR_HOLD_MIN: Millis = Millis::seconds(30);
const CLEAR_HOLD_MAX: Millis = Millis::minutes(32);
pub(crate) const CUT_WINDOW: Millis = Millis::minutes(60);
/// UV-2: the bank is charged above 2 % C (one fiftieth) for so long.
const RELIEF_PART: u32 = 50;
pub(crate) const RELIEF: Millis = Millis::seconds(5);
/// Error 12 ends after a minute of decisions without any cause (ERR-1).
pub(crate) const CLEAN: Millis = Millis::seconds(60);
/// The under-voltage row's place among the threshold rows.
const UV: usize = Cause::UnderVoltage as usize;

impl Bms {
    /// One decision. Total: any time, any inputs, any number of calls for one instant.
    pub fn step(&mut self, now: Instant, inputs: &Inputs) -> Outputs {
        #[cfg(feature = "mutants")]
        let before = self.outputs;
        #[cfg(feature = "mutants")]
        self.spoil_state(now);
        self.decide(now, inputs);
        #[cfg(feature = "mutants")]
        self.spoil_outputs(&before);
        self.outputs
    }

    fn decide(&mut self, now: Instant, inputs: &Inputs) {
        if !self.configured {
            self.float_all(now, inputs, Cause::Settings);
            return;
        }
        if self.updating {
            self.float_all(now, inputs, Cause::FirmwareUpdate);
            return;
        }
        self.advance_clock(now);
        self.judge_supply(now, inputs.supply_mv);
        let elapsed = self.last_step.map_or(Millis::ZERO, |last| now.since(last));
        let both_high = self.count_both_high(elapsed);
        self.pass_after_cut(elapsed);
        let debounce = Millis::new(self.settings.remote_debounce_ms.unsigned_abs());
        let toggled = self.remote.decide(now, inputs, debounce);
        self.wrong_voltage = self.complete && errors::wrong_voltage(&self.settings.bank, inputs.supply_mv);
        self.find_silent(now);
        let current = self.looks_at_current().then(|| self.bank_charge_ma());
        let charge_ma = current.unwrap_or(0);
        self.relieve(now, charge_ma);

        let removed = self.planted().removed;
        let mut active = self.rules(now);
        let mut waiting = CauseSet::EMPTY;
        self.thresholds(now, &mut active, &mut waiting);
        self.floors(&mut active, &mut waiting);
        self.under_voltage(now, both_high, &mut active, &mut waiting);
        if self.give_up_charging(elapsed, active.contains(Cause::UnderVoltage), toggled, charge_ma) {
            active.insert(Cause::ChargerGivenUp);
        }
        if removed.contains(Cause::WaitingForClear) {
            waiting = CauseSet::EMPTY;
        }
        if !waiting.is_empty() {
            active.insert(Cause::WaitingForClear);
        }
        active = active.without(removed);

        let outputs = self.outputs_for(now, active, waiting, inputs);
        self.explain(now, active);
        self.lengthen_clear_hold(now, &outputs);
        self.time_after_cut(&outputs);
        self.watch_strays(elapsed, &outputs, current);
        self.time_clean(now, active);
        self.outputs = outputs;
        self.outputs.error = self.lowest_error(now);
        self.outputs.red = self.red_led(active);
        self.both_high = if self.outputs.both_high() { both_high } else { Millis::ZERO };
        self.last_step = Some(now);
        self.gap_counted = Millis::ZERO;
        self.inputs = *inputs;
    }

    /// Nothing is judged and everything floats (OUT-14): invalid settings, error 119, or a firmware update, where both
    /// LEDs blink (LED-3, UPD-2).
    fn float_all(&mut self, now: Instant, inputs: &Inputs, cause: Cause) {
        let active = CauseSet::only(cause).without(self.planted().removed);
        self.explain(now, active);
        let outputs = self.outputs_for(now, active, CauseSet::EMPTY, inputs);
        self.outputs = match cause {
            Cause::FirmwareUpdate => Outputs { red: Led::Blinking, blue: Led::Blinking, ..outputs },
            _ => Outputs { red: Led::On, error: Some(errors::SETTINGS), ..outputs },
        };
    }

    /// SUP-1: a supply that comes back from below 8 V is a power-up (BOOT-1), even if the firmware has run through.
    fn judge_supply(&mut self, now: Instant, supply_mv: i32) {
        let was_low = self.supply == Supply::Low;
        self.supply.decide(supply_mv);
        if was_low && self.supply != Supply::Low {
            let supply = self.supply;
            self.boot(ResetCause::PowerOn, None);
            self.supply = supply;
            self.advance_clock(now);
        }
    }

    /// COM-2: batteries without a valid frame for the timeout.
    fn find_silent(&mut self, now: Instant) {
        if now.is_before(self.watch.due) {
            return;
        }
        let timeout = self.silence_timeout();
        let Watch { looked, heard, .. } = self.watch;
        let heard = if now.since(looked) < timeout { heard } else { 0 };
        // Twice within the timeout, so that whoever is heard in every half of it is not looked at again.
        let mut due = now.plus(Millis::new(timeout.as_millis() / 2));
        if heard != 0 {
            due = due.min(looked.plus(timeout));
        }
        let reporting = self.seen & !self.silent;
        let mut lost = 0;
        for place in batteries_of(reporting & !heard).map(usize::from) {
            let Some(battery) = self.batteries.get_mut(place) else { break };
            if now.since(battery.last_seen) >= timeout {
                lost |= bit(place);
                battery.complete = 0;
                // Who has lost its trust already and said nothing believable since loses it no second time.
                if self.distrusted & bit(place) == 0 || battery.trust > 0 {
                    battery.lose(now);
                }
            } else {
                due = due.min(battery.last_seen.plus(timeout));
            }
        }
        // Of those that report, frames do this.
        for place in batteries_of(self.everyone() & !reporting).map(usize::from) {
            if let Some(battery) = self.batteries.get_mut(place) {
                battery.forget_losses(now);
            }
        }
        self.watch = Watch::begin(now, due);
        self.silent |= lost;
        self.distrusted &= !lost;
        self.completed &= !lost;
        self.stop_clearing(now, lost);
    }

    /// UV-2: a lengthened clear hold falls back when the bank is charged above 2 % C for 5 s.
    fn relieve(&mut self, now: Instant, charge_ma: i32) {
        if self.last_uv_cut.is_some_and(|cut| now.since(cut) > CUT_WINDOW) {
            self.last_uv_cut = None;
        }
        let setting = self.clear_hold_setting();
        if self.clear_hold == setting {
            self.relief_since = None;
            return;
        }
        if charge_ma <= self.relief_ma() {
            self.relief_since = None;
        } else if now.since(*self.relief_since.get_or_insert(now)) >= RELIEF {
            self.clear_hold = setting;
            self.relief_since = None;
        }
    }

    /// A rule looks at the bank's current: UV-2's relief, UV-4, DIAG-1. Otherwise the walk over the batteries is spared.
    fn looks_at_current(&self) -> bool {
        let pins = [self.outputs.load, self.outputs.charger];
        pins.contains(&Drive::Floating) || self.clear_hold != self.clear_hold_setting()
    }

    /// Current into the bank: the sum over the strings, mA. The first trusted battery of a string speaks for it; a
    /// string without one counts as 0, for an old value tells nothing about a current.
    pub(crate) fn bank_charge_ma(&self) -> i32 {
        let mut speakers = self.speakers();
        let mut sum = 0i32;
        for battery in &self.batteries {
            if speakers == 0 {
                break;
            }
            if speakers & 1 != 0 {
                sum = sum.saturating_add(battery.values.current_ma);
            }
            speakers >>= 1;
        }
        sum
    }

    /// The first trusted battery of each string.
    fn speakers(&self) -> u64 {
        let trusted = self.everyone() & !self.untrusted();
        // The first batteries of all strings; BANK-3 knows no other lengths.
        let (firsts, series) = match self.settings.bank.series {
            1 => return trusted,
            2 => (0x5555_5555_5555_5555, 2u32),
            _ => (0x1111_1111_1111_1111, 4),
        };
        let (mut speakers, mut spoken) = (0u64, 0u64);
        for place in 0..series {
            let speaks = trusted.wrapping_shr(place) & firsts & !spoken;
            spoken |= speaks;
            speakers |= speaks.wrapping_shl(place);
        }
        speakers
    }

    /// 2 % of the bank's capacity as a current, mA.
    pub(crate) fn relief_ma(&self) -> i32 {
        self.part_of_capacity_ma(RELIEF_PART)
    }

    /// This part of the bank's capacity as a current of one hour, mA.
    pub(crate) fn part_of_capacity_ma(&self, part: u32) -> i32 {
        let bank = &self.settings.bank;
        let capacity = bank.capacity_mah.saturating_mul(bank.parallel.into());
        i32::try_from(capacity.checked_div(part).unwrap_or(0)).unwrap_or(i32::MAX)
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
        set(Cause::Communication, self.untrusted() != 0);
        set(Cause::BankMismatch, self.mismatch.any());
        set(Cause::RemoteOff, !self.remote.is_on());
        set(Cause::Supply, self.supply != Supply::InRange);
        // After a reset the remote counts as off until it is judged; what is retained must not be lost by that.
        let remote_off = self.remote.is_off();
        let action = self.settings.over_current_action;
        let [discharge, charge] = &mut self.cuts;
        let cut = |cuts: &mut Cuts| {
            let restarts = if remote_off {
                // REM-4: remote off ends a retry time and clears latch and count.
                cuts.forget();
                cuts.trips != 0
            } else {
                cuts.decide(now, action)
            };
            if restarts {
                cuts.restart();
            }
            // OC-4: a warning only.
            cuts.battery().is_some() && action == OverCurrentAction::Disconnect
        };
        set(Cause::DischargeOverCurrent, cut(discharge));
        set(Cause::ChargeOverCurrent, cut(charge));
        set(Cause::DischargeCurrentWarning, discharge.warns != 0);
        active
    }

    /// The threshold rows but under-voltage.
    fn thresholds(&mut self, now: Instant, active: &mut CauseSet, waiting: &mut CauseSet) {
        let untrusted = self.untrusted();
        let removed = self.planted().removed;
        for (place, kind) in numbered(KINDS.iter()).filter(|&(place, _)| place != UV) {
            let Some(row) = self.rows.get(place) else { break };
            let hold = Millis::new(row.limits.hold_ms);
            // A row that is tripped asks nobody: whoever shows its condition fails its clear condition, too.
            let hold_over = row.state != State::Tripped && self.first_over(now, place, hold).is_some();
            let Some(row) = self.rows.get_mut(place) else { break };
            if hold_over && !removed.contains(kind.cause) {
                row.trip(now, untrusted);
            } else {
                row.clear(now, Millis::new(row.limits.clear_hold_ms));
            }
            tell(row.state, kind.cause, active, waiting);
        }
    }

    /// The first battery that has shown the row's condition for its hold.
    fn first_over(&mut self, now: Instant, place: usize, hold: Millis) -> Option<u8> {
        self.rows.get_mut(place)?.over(hold_of(place), &self.batteries, now, hold)
    }

    /// The floor's rows (SOC-2 … SOC-4), once every battery has reported.
    fn floors(&mut self, active: &mut CauseSet, waiting: &mut CauseSet) {
        if self.complete {
            let trusted = self.untrusted() == 0;
            self.floor.decide(&self.settings, trusted);
            let bank_pm = u16::try_from(self.floor.bank_pm(self.settings.bank.parallel)).unwrap_or(u16::MAX);
            self.history.soc_pm_min = self.history.soc_pm_min.min(bank_pm);
        }
        let alarm = if self.planted().removed.contains(Cause::FloorAlarm) { State::Clear } else { self.floor.alarm };
        tell(alarm, Cause::FloorAlarm, active, waiting);
        tell(self.floor.warning, Cause::FloorWarning, active, waiting);
    }

    /// UV-1, UV-2, UV-5 and PRE-2.
    fn under_voltage(&mut self, now: Instant, both_high: Millis, active: &mut CauseSet, waiting: &mut CauseSet) {
        let removed = self.planted().removed.contains(Cause::UnderVoltage);
        // UV-5: nothing is dropped by a LOAD that floats anyway.
        let floats = self.outputs.load == Drive::Floating
            || !active.intersection(FLOATS_LOAD).is_empty()
            || !waiting.intersection(FLOATS_LOAD).is_empty();
        let held = both_high >= self.lead() && self.first_over(now, UV, self.under_voltage_hold()).is_some();
        let untrusted = self.untrusted();
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
            let from = self.clear_hold.max(CLEAR_HOLD_MIN);
            // A setting may be longer than the greatest lengthened hold; it is never shortened.
            self.clear_hold = from.plus(from).min(CLEAR_HOLD_MAX).max(self.clear_hold);
        }
        self.last_uv_cut = Some(now);
    }

    fn outputs_for(&self, now: Instant, active: CauseSet, waiting: CauseSet, inputs: &Inputs) -> Outputs {
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
        let load = drive(load_causes);
        Outputs {
            load,
            charger: drive(charger_causes),
            pre_alarm: self.pre_alarm(now, floats.is_empty() && !raises.is_empty(), load),
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

    fn culprit(&mut self, now: Instant, cause: Cause) -> Option<u8> {
        let place = cause as usize;
        if let Some(row) = self.rows.get(place) {
            let (hold, shows) = (Millis::new(row.limits.hold_ms), first(row.set));
            return self.first_over(now, place, hold).or(shows);
        }
        match cause {
            Cause::Communication => first(self.untrusted()),
            Cause::BankMismatch => Some(self.mismatch.battery),
            Cause::DischargeOverCurrent => self.cuts.first().and_then(|cuts| cuts.battery()),
            Cause::ChargeOverCurrent => self.cuts.last().and_then(|cuts| cuts.battery()),
            Cause::DischargeCurrentWarning => self.cuts.first().and_then(|cuts| first(cuts.warns)),
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
        if !self.remote.is_on() {
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
        self.other_firmware != 0 || self.cuts.last().is_some_and(|charge| charge.warns != 0)
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

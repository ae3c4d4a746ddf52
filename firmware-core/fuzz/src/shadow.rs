//! What the rules demand of every answer, followed from the calls alone: where the core cannot be sure, it must be
//! safe. The shadow never demands more than the rules; what it leaves open, the tests of each rule judge.

use ngbank_core::frame::Report;
use ngbank_core::settings::Settings;
use ngbank_core::units::Instant;
use ngbank_core::{
    Action, Bms, Cause, CauseSet, Counters, Drive, Inputs, Outputs, PROTECTIONS, PreAlarm, Protection, Refusal,
};

/// Limits of the supply, mV (SUP-1).
const SUPPLY_OFF: i32 = 8_000;
const SUPPLY_ON: i32 = 8_500;
const SUPPLY_HIGH: i32 = 70_000;
/// Limits of the remote, mV (REM-1, REM-2).
const L_LOW: i32 = 3_500;
const H_HIGH: i32 = 2_900;
const H_OVER_SUPPLY: i32 = 200;
/// PRE-2: both pins High for so long; a gap between two decisions counts at most so much, ms.
const LEAD: u64 = 30_000;
const GAP_MAX: u64 = 1_000;
/// Valid frames in a row after a loss (COM-5).
const TRUST: u32 = 20;

/// What the calls have told so far.
#[derive(Clone)]
pub struct Shadow {
    /// Those of the last start, if they are valid.
    settings: Option<Settings>,
    clock: Option<Instant>,
    /// Time that has passed since the first call, ms; it does not wrap.
    time: u64,
    batteries: Vec<Battery>,
    /// Since when every decision saw the remote off; and whether one has seen it on since the start.
    off_since: Option<u64>,
    seen_on: bool,
    supply_low: bool,
    /// A firmware update is under way (UPD-2).
    updating: bool,
    /// PRE-2's count.
    both_high: u64,
    last_step: Option<u64>,
    outputs: Outputs,
}

#[derive(Clone, Default)]
struct Battery {
    /// The latest moment at which the core can have heard it.
    heard: Option<u64>,
    /// Heard since the clock went backwards.
    heard_after_fault: bool,
    /// Impossible frames in a row (COM-4).
    impossible: u32,
    /// Silent or distrusted, and so many valid frames since.
    lost: bool,
    valid: u32,
    /// The last values that the core has taken.
    values: Option<Report>,
    /// Since when every frame shows a cell over-voltage (OV-1).
    over_since: Option<u64>,
}

impl Shadow {
    /// Nothing has been called.
    pub fn new() -> Self {
        Self {
            settings: None,
            clock: None,
            time: 0,
            batteries: Vec::new(),
            off_since: None,
            seen_on: false,
            supply_low: false,
            updating: false,
            both_high: 0,
            last_step: None,
            outputs: Outputs::NONE,
        }
    }

    /// The core starts; `retained`: with all that it knew, undamaged (BOOT-2).
    pub fn start(&mut self, settings: &Settings, retained: bool) {
        let kept = retained && self.settings.as_ref() == Some(settings);
        let before = std::mem::take(self);
        if !settings.is_valid() {
            return;
        }
        self.settings = Some(*settings);
        self.batteries = vec![Battery::default(); settings.bank.batteries()];
        if kept {
            self.supply_low = before.supply_low;
            for (battery, before) in self.batteries.iter_mut().zip(&before.batteries) {
                battery.lost = before.lost;
            }
        }
    }

    /// A firmware update begins.
    pub fn update(&mut self) {
        self.updating = true;
    }

    /// New settings have been offered while running (UPD-1).
    ///
    /// # Panics
    /// When the answer is not what the rules ask for.
    pub fn change(&mut self, now: Instant, settings: &Settings, outcome: Result<(), Refusal>) {
        let expected = match (self.updating, settings.is_valid()) {
            (true, _) => Err(Refusal::Updating),
            (false, false) => Err(Refusal::Invalid),
            (false, true) => Ok(()),
        };
        assert_eq!(outcome, expected, "the offered settings");
        if outcome.is_err() {
            return;
        }
        let Some(before) = self.settings.filter(|before| before.bank == settings.bank) else {
            self.start(settings, false);
            return;
        };
        self.pass(now);
        if before.countdown != settings.countdown {
            self.both_high = 0;
        }
        self.settings = Some(*settings);
        let time = self.time;
        for battery in &mut self.batteries {
            let over = battery.values.as_ref().is_some_and(|values| shows_over_voltage(values, settings));
            battery.over_since = over.then(|| battery.over_since.unwrap_or(time));
        }
    }

    /// A frame has been received; the counters tell what the core made of it.
    pub fn frame(&mut self, now: Instant, report: Option<&Report>, before: &Counters, after: &Counters) {
        if self.updating {
            assert_eq!(before, after, "a frame is taken during a firmware update (UPD-2)");
            return;
        }
        self.pass(now);
        let time = self.time;
        let Some(settings) = self.settings else { return };
        let Some(report) = report else {
            assert_eq!(before.accepted, after.accepted, "bytes that are no frame are accepted (COM-3)");
            return;
        };
        let Some(battery) = self.batteries.get_mut(usize::from(report.position)) else {
            assert_eq!(before.accepted, after.accepted, "a battery beyond the bank is accepted (COM-7)");
            return;
        };
        if before.implausible != after.implausible {
            // Nobody is silent who has not spoken yet: that is a start that is not finished (BOOT-1).
            battery.heard = battery.heard.map(|_| time);
            battery.impossible += 1;
            battery.valid = 0;
            battery.lost |= battery.impossible >= 2;
        } else if before.accepted != after.accepted {
            battery.heard = Some(time);
            battery.heard_after_fault = true;
            battery.impossible = 0;
            battery.valid += 1;
            battery.lost &= battery.valid < TRUST;
            battery.values = Some(*report);
            battery.over_since = shows_over_voltage(report, &settings).then(|| battery.over_since.unwrap_or(time));
        }
    }

    /// The core has decided; these causes hold.
    ///
    /// # Panics
    /// When the decision breaks a rule.
    pub fn judge(&mut self, now: Instant, inputs: &Inputs, outputs: &Outputs, active: CauseSet, bms: &Bms) {
        consistent(outputs, active, bms, self.batteries.len(), self.pre_alarm_may_float(outputs));
        if self.updating {
            assert_eq!(pins(outputs), (false, false, false), "a firmware update (UPD-2): {outputs:?}");
            self.outputs = *outputs;
            return;
        }
        self.pass(now);
        self.follow_supply(inputs.supply_mv);
        self.follow_remote(inputs);
        let both_high = self.follow_lead();
        let Some(settings) = self.settings else {
            assert_eq!(pins(outputs), (false, false, false), "never started, or with invalid settings: {outputs:?}");
            assert_eq!(outputs.error, Some(119), "{outputs:?}");
            self.outputs = *outputs;
            return;
        };
        let (load, charger, pre_alarm) = pins(outputs);
        let all_float = |why: &str| assert!(!load && !charger && !pre_alarm, "{why}: {outputs:?}");
        if self.supply_low || inputs.supply_mv > SUPPLY_HIGH {
            all_float("supply out of range (SUP-1)");
        }
        let debounce = settings.remote_debounce_ms.unsigned_abs().into();
        if !self.seen_on || self.off_since.is_some_and(|since| self.time - since >= debounce) {
            all_float("remote off (REM-1, REM-3)");
        }
        if self.batteries.iter().any(|battery| battery.heard.is_none()) {
            all_float("a battery has not reported yet (BOOT-1)");
        }
        let timeout = settings.silence_timeout_ms.unsigned_abs().into();
        for (b, battery) in self.batteries.iter_mut().enumerate() {
            if battery.heard.is_some_and(|heard| self.time - heard >= timeout) {
                (battery.lost, battery.valid) = (true, 0);
            }
            let safe = !load && !charger;
            assert!(safe || !battery.lost, "battery {b} is silent or not trusted (COM-2, COM-4, COM-5): {outputs:?}");
            assert!(safe || battery.heard_after_fault, "the clock went backwards (TIME-2): {outputs:?}");
        }
        self.judge_values(&settings, outputs);
        let for_cells_alone = outputs.load_causes == CauseSet::only(Cause::UnderVoltage);
        if self.outputs.load == Drive::High && !load && for_cells_alone {
            assert!(both_high >= LEAD, "LOAD floats after {both_high} ms of warning (PRE-2): {outputs:?}");
        }
        self.both_high = both_high;
        self.last_step = Some(self.time);
        self.outputs = *outputs;
    }

    /// Limits without a hold act at the first decision that knows the value; OV-1 after its hold.
    fn judge_values(&self, settings: &Settings, outputs: &Outputs) {
        let (load, charger, _) = pins(outputs);
        let rises = load && self.outputs.load == Drive::Floating;
        let hold = settings.over_voltage_hold_ms.unsigned_abs().into();
        let mut sum_pm = 0;
        for (b, battery) in self.batteries.iter().enumerate() {
            let Some(values) = &battery.values else { return };
            let (coldest, hottest) = (i32::from(values.coldest_dc), i32::from(values.hottest_dc));
            let cold = coldest < settings.charge_min_dc || hottest > settings.charge_max_dc;
            assert!(!charger || !cold, "battery {b} must not be charged (TEMP-1, TEMP-2): {outputs:?}");
            let cold = coldest < settings.discharge_min_dc || hottest > settings.discharge_max_dc;
            assert!(!load || !cold, "battery {b} must not be discharged (TEMP-3): {outputs:?}");
            let over = battery.over_since.is_some_and(|since| self.time - since >= hold);
            assert!(!charger || !over, "a cell of battery {b} is over-voltage (OV-1): {outputs:?}");
            let empty = i32::from(lowest(values)) < settings.under_voltage_mv;
            assert!(!rises || !empty, "LOAD rises onto an empty cell of battery {b} (UV-5): {outputs:?}");
            sum_pm += i32::from(values.soc_pm);
        }
        // With one battery in a string the mean over the strings is the mean over the batteries (SOC-1).
        let bank = &settings.bank;
        let empty = bank.series == 1 && sum_pm / i32::from(bank.parallel) <= settings.discharge_floor_pm;
        assert!(!load || !empty || settings.discharge_floor_pm == 0, "at the floor (SOC-3): {outputs:?}");
    }

    /// Time passes; a difference of 2³¹ or more is backwards (TIME-1), and then every time starts anew (TIME-2).
    fn pass(&mut self, now: Instant) {
        let Some(clock) = self.clock.replace(now) else {
            for battery in &mut self.batteries {
                battery.heard_after_fault = true;
            }
            return;
        };
        if !now.is_before(clock) {
            self.time += u64::from(now.since(clock).as_millis());
            return;
        }
        let time = self.time;
        for battery in &mut self.batteries {
            battery.heard_after_fault = false;
            battery.heard = battery.heard.map(|_| time);
            battery.over_since = battery.over_since.map(|_| time);
        }
        self.off_since = self.off_since.map(|_| time);
        self.both_high = 0;
        self.last_step = None;
    }

    /// A supply that comes back from below 8 V is a power-on (SUP-1).
    fn follow_supply(&mut self, supply_mv: i32) {
        if supply_mv < SUPPLY_OFF {
            self.supply_low = true;
        } else if supply_mv > SUPPLY_ON
            && self.supply_low
            && let Some(settings) = self.settings
        {
            let (time, clock) = (self.time, self.clock);
            self.start(&settings, false);
            (self.time, self.clock) = (time, clock);
            for battery in &mut self.batteries {
                battery.heard_after_fault = true;
            }
        }
    }

    fn follow_remote(&mut self, inputs: &Inputs) {
        let over = inputs.remote_h_mv.saturating_sub(inputs.supply_mv) > H_OVER_SUPPLY;
        let on = !over && (inputs.remote_l_mv < L_LOW || inputs.remote_h_mv > H_HIGH);
        self.seen_on |= on;
        self.off_since = if on { None } else { self.off_since.or(Some(self.time)) };
    }

    /// PRE-6: after a cut, and while LOAD floats, PRE-ALARM may float in spite of its causes.
    fn pre_alarm_may_float(&self, outputs: &Outputs) -> bool {
        let set = self.settings.is_some_and(|settings| settings.pre_alarm_after_cutoff_s > 0);
        set && outputs.load == Drive::Floating
    }

    /// PRE-2's count up to this decision.
    fn follow_lead(&self) -> u64 {
        let high = self.outputs.load == Drive::High && self.outputs.pre_alarm != PreAlarm::Floating;
        match self.last_step {
            Some(last) if high => self.both_high + (self.time - last).min(GAP_MAX),
            _ => 0,
        }
    }
}

impl Default for Shadow {
    fn default() -> Self {
        Self::new()
    }
}

/// An output floats exactly if a cause with "Floating" in its column holds, and every cause can be asked.
fn consistent(outputs: &Outputs, active: CauseSet, bms: &Bms, batteries: usize, may_float: bool) {
    let any = |column: fn(&Protection) -> Action, action| {
        PROTECTIONS.iter().any(|row| active.contains(row.cause) && column(row) == action)
    };
    // What waits for its clear value after a start waits in the column of its row (BOOT-2).
    let waits = |causes: CauseSet| causes.contains(Cause::WaitingForClear);
    let floats = any(|row| row.load, Action::Floating) || waits(outputs.load_causes);
    assert_eq!(floats, outputs.load == Drive::Floating, "LOAD against its causes: {outputs:?}");
    let floats = any(|row| row.charger, Action::Floating) || waits(outputs.charger_causes);
    assert_eq!(floats, outputs.charger == Drive::Floating, "CHARGER against its causes: {outputs:?}");
    let (floats, raises) = (any(|row| row.pre_alarm, Action::Floating), any(|row| row.pre_alarm, Action::High));
    let high = outputs.pre_alarm != PreAlarm::Floating;
    assert!(high == (raises && !floats) || (!high && may_float), "PRE-ALARM against its causes: {outputs:?}");
    assert_eq!(outputs.load_causes.is_empty(), outputs.load == Drive::High, "{outputs:?}");
    assert_eq!(outputs.charger_causes.is_empty(), outputs.charger == Drive::High, "{outputs:?}");
    assert_eq!(active.contains(Cause::UnderVoltage), outputs.low_cell_state, "UV-3: {outputs:?}");
    let shown = outputs.load_causes.union(outputs.charger_causes).union(outputs.pre_alarm_causes);
    assert!(shown.without(active).is_empty(), "a cause acts and is not known: {outputs:?}");
    for info in active.iter().filter(|&cause| cause != Cause::BankMismatch).filter_map(|cause| bms.cause(cause)) {
        let place = info.battery.map_or(0, usize::from);
        assert!(place < batteries.max(1) && info.cell.is_none_or(|cell| cell < 16), "at no battery: {info:?}");
    }
}

/// LOAD, CHARGER, PRE-ALARM: High or not.
fn pins(outputs: &Outputs) -> (bool, bool, bool) {
    (outputs.load == Drive::High, outputs.charger == Drive::High, outputs.pre_alarm != PreAlarm::Floating)
}

fn lowest(report: &Report) -> u16 {
    report.cells_mv.iter().take(report.cell_count.into()).copied().min().unwrap_or(u16::MAX)
}

fn shows_over_voltage(values: &Report, settings: &Settings) -> bool {
    i32::from(highest(values)) > settings.over_voltage_mv
}

fn highest(report: &Report) -> u16 {
    report.cells_mv.iter().take(report.cell_count.into()).copied().max().unwrap_or(0)
}

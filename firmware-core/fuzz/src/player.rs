//! A bank that plays a script to the core: frames, decisions, starts, and the judge beside every answer.

use std::fmt::Debug;

use ngbank_core::frame::{CELLS_MAX, MAX_FRAME, Report, Status};
use ngbank_core::settings::{
    BATTERIES_MAX, BankLayout, CYCLE_MS, Countdown, LowCellCharger, OverCurrentAction, PreAlarmPattern, Settings,
};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Bms, Canonical, Cause, CauseSet, Inputs, Outputs, ResetCause, Retained, Snapshot};

use super::call::{Call, Script};
use super::promise;
use super::shadow::Shadow;

/// Calls of the core in one script: enough for three over-current cuts and their retries, few enough to be fast.
const CALLS_MAX: u32 = 20_000;
/// A cycle of the chain, between two frames of it, between two decisions, ms (COM-1).
pub const CYCLE: u32 = CYCLE_MS as u32;
const SLOT: u32 = 10;
const DECISION: u32 = 100;
/// Model code and first serial number of the batteries.
const MODEL: u8 = 5;
const SERIAL: u32 = 1000;
/// In a value of [`Call::Value`] for one cell the upper half is the cell.
pub const CELL_SHIFT: u32 = 16;

/// What a value is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum What {
    /// Every cell, mV.
    Cells,
    /// One cell, mV; the cell is in the upper half.
    Cell,
    /// Coldest sensor, 0.1 °C.
    Coldest,
    /// Hottest sensor, 0.1 °C.
    Hottest,
    /// Current, mA.
    Current,
    /// State of charge, ‰.
    Soc,
    /// Status bits.
    Status,
    /// Serial number.
    Serial,
    /// Model code.
    Model,
    /// Place in the chain.
    Position,
    /// Sequence number.
    Sequence,
    /// Number of cells.
    CellCount,
}

impl What {
    const ALL: [Self; 12] = [
        Self::Cells,
        Self::Cell,
        Self::Coldest,
        Self::Hottest,
        Self::Current,
        Self::Soc,
        Self::Status,
        Self::Serial,
        Self::Model,
        Self::Position,
        Self::Sequence,
        Self::CellCount,
    ];

    /// The value is cut to the width of its field: every script has a meaning.
    fn write(self, report: &mut Report, value: i32) {
        match self {
            Self::Cells => report.cells_mv = [value as u16; CELLS_MAX],
            Self::Cell => report.cells_mv[(value >> CELL_SHIFT) as usize % CELLS_MAX] = value as u16,
            Self::Coldest => report.coldest_dc = value as i16,
            Self::Hottest => report.hottest_dc = value as i16,
            Self::Current => report.current_ma = value,
            Self::Soc => report.soc_pm = value as u16,
            Self::Status => report.status = Status::from_bits(value as u16),
            Self::Serial => report.serial = value as u32,
            Self::Model => report.model = value as u8,
            Self::Position => report.position = value as u8,
            Self::Sequence => report.sequence = value as u8,
            Self::CellCount => report.cell_count = value as u8,
        }
    }
}

/// The core with the bank around it.
#[derive(Clone)]
pub struct Player {
    /// The core.
    pub bms: Bms,
    /// A restored copy that must answer alike.
    twin: Option<Bms>,
    /// What the rules demand.
    shadow: Shadow,
    /// The BMS's clock.
    pub now: u32,
    /// What the batteries report next.
    pub reports: Vec<Report>,
    /// Batteries whose frames do not come.
    pub muted: Vec<bool>,
    /// What the pins read.
    pub inputs: Inputs,
    /// The last decision.
    pub outputs: Outputs,
    /// Of the next start, and those of the last one.
    next: Settings,
    /// Those of the last start.
    pub settings: Settings,
    calls: u32,
    reached: CauseSet,
}

impl Player {
    /// A core that was never started, before a healthy 24 V bank of one battery.
    pub fn new() -> Self {
        let settings = Settings::new(layout(8, 1, 1, 24));
        Self {
            bms: Bms::new(),
            twin: None,
            shadow: Shadow::new(),
            now: 0,
            reports: healthy(&settings.bank),
            muted: vec![false; 1],
            inputs: Inputs { supply_mv: 26_400, remote_l_mv: 3200, remote_h_mv: 3200, bluetooth: Bluetooth::Disabled },
            outputs: Outputs::NONE,
            next: settings,
            settings,
            calls: 0,
            reached: CauseSet::EMPTY,
        }
    }

    /// Makes one call of the script.
    fn play(&mut self, call: &Call) {
        match *call {
            Call::Cycles { count } => (0..=count).for_each(|_| self.cycle()),
            Call::Value { battery, what, value } => {
                let what = What::ALL[usize::from(what) % What::ALL.len()];
                self.chosen(battery).for_each(|report| what.write(report, value));
            }
            Call::Input { what, value } => match what % 4 {
                0 => self.inputs.supply_mv = value,
                1 => self.inputs.remote_l_mv = value,
                2 => self.inputs.remote_h_mv = value,
                _ => {
                    let states = [Bluetooth::Disabled, Bluetooth::Advertising, Bluetooth::Connected];
                    self.inputs.bluetooth = states[value as usize % states.len()];
                }
            },
            Call::Decide { ms } => {
                self.pass(ms.into());
                self.decide();
            }
            Call::Frame { ms, battery, what, value } => {
                self.pass(ms.into());
                let Some(&(mut report)) = self.chosen(battery).next().as_deref() else { return };
                report.sequence = report.sequence.wrapping_add(1);
                What::ALL[usize::from(what) % What::ALL.len()].write(&mut report, value);
                self.send(&report);
            }
            Call::Noise { ms, ref bytes } => {
                self.pass(ms.into());
                self.receive(bytes);
            }
            Call::Time { ms } => self.now = self.now.wrapping_add_signed(ms),
            Call::Mute { battery, muted } => {
                let count = self.muted.len();
                if let Some(place) = self.muted.get_mut(usize::from(battery) % count.max(1)) {
                    *place = muted % 2 == 1;
                }
            }
            Call::Setting { which, value } => set(&mut self.next, which, value),
            Call::Bank { cells, series, parallel, volts } => {
                self.next.bank = layout(cells, series, parallel, volts);
            }
            Call::Start { how, damaged } => self.start(how, damaged),
            Call::Twin {} => {
                let mut snapshot = Snapshot::new();
                self.bms.snapshot(&mut snapshot);
                let mut twin = self.twin.take().unwrap_or_default();
                twin.restore(&snapshot);
                self.twin = Some(twin);
                self.compare_twin();
            }
            Call::Promise { seed, cycles } => promise::check(self, seed, cycles.into()),
            Call::Change {} => self.change(),
            Call::Update {} => {
                self.each(Bms::begin_update);
                self.shadow.update();
            }
        }
    }

    /// Plays a whole script; gives the causes that it has set.
    ///
    /// # Panics
    /// When an answer of the core breaks a rule.
    pub fn play_all(mut self, script: &Script) -> CauseSet {
        script.0.iter().for_each(|call| self.play(call));
        self.finish()
    }

    /// The script is over: the causes that it has set.
    fn finish(self) -> CauseSet {
        self.compare_twin();
        self.reached
    }

    /// One cycle of the chain with its decisions.
    pub fn cycle(&mut self) {
        for slot in 1..=CYCLE / SLOT {
            self.pass(SLOT);
            let place = slot as usize - 1;
            if place < self.reports.len() && !self.muted[place] {
                self.reports[place].sequence = self.reports[place].sequence.wrapping_add(1);
                let report = self.reports[place];
                self.send(&report);
            }
            if (slot * SLOT).is_multiple_of(DECISION) {
                self.decide();
            }
        }
    }

    /// A decision now, judged.
    fn decide(&mut self) {
        if self.is_over() {
            return;
        }
        self.calls += 1;
        let (now, inputs) = (self.instant(), self.inputs);
        let outputs = self.each(|bms| bms.step(now, &inputs));
        let mut active = CauseSet::EMPTY;
        let holding = Cause::ALL.into_iter().filter(|&cause| self.bms.cause(cause).is_some());
        holding.for_each(|cause| active.insert(cause));
        self.shadow.judge(now, &inputs, &outputs, active, &self.bms);
        self.reached = self.reached.union(active);
        self.outputs = outputs;
    }

    fn send(&mut self, report: &Report) {
        let mut bytes = [0; MAX_FRAME];
        let length = report.encode(&mut bytes);
        self.receive(&bytes[..length]);
    }

    fn receive(&mut self, bytes: &[u8]) {
        if self.is_over() {
            return;
        }
        self.calls += 1;
        let (now, before) = (self.instant(), *self.bms.counters());
        self.each(|bms| bms.receive(now, bytes));
        self.shadow.frame(now, Report::decode(bytes).ok().as_ref(), &before, self.bms.counters());
    }

    /// A start with the prepared settings.
    fn start(&mut self, how: u8, damaged: u16) {
        let mut retained = Retained::new();
        self.bms.retained(&mut retained);
        let (reset, retained) = match how % 5 {
            0 => (ResetCause::PowerOn, None),
            1 => (ResetCause::Watchdog, Some(retained)),
            2 => {
                let bytes = retained.bytes_mut();
                bytes[usize::from(damaged) % bytes.len()] ^= 1 << (damaged >> 13);
                (ResetCause::Watchdog, Some(retained))
            }
            3 => (ResetCause::Watchdog, None),
            _ => (ResetCause::Update, Some(retained)),
        };
        let settings = self.next;
        self.each(|bms| bms.start(&settings, reset, retained.as_ref()));
        self.shadow.start(&settings, matches!(how % 5, 1 | 4));
        self.connect(settings);
    }

    /// The prepared settings while running (UPD-1).
    fn change(&mut self) {
        let (now, settings) = (self.instant(), self.next);
        let outcome = self.each(|bms| bms.change_settings(now, &settings));
        self.shadow.change(now, &settings, outcome);
        if outcome.is_ok() {
            self.connect(settings);
        }
    }

    /// These settings are in force. The batteries of another bank are healthy ones.
    fn connect(&mut self, settings: Settings) {
        if settings.bank != self.settings.bank {
            self.reports = healthy(&settings.bank);
            self.muted = vec![false; self.reports.len()];
            self.inputs.supply_mv = i32::from(settings.bank.system_voltage_v) * 1100;
        }
        self.settings = settings;
    }

    /// The same bank with another core, and without a twin.
    pub fn with_core(&self, bms: Bms) -> Self {
        Self { bms, twin: None, ..self.clone() }
    }

    /// The same call to the core and to its twin: the same answer.
    fn each<T: PartialEq + Debug>(&mut self, call: impl Fn(&mut Bms) -> T) -> T {
        let answer = call(&mut self.bms);
        if let Some(twin) = &mut self.twin {
            assert_eq!(call(twin), answer, "a restored core answers otherwise");
        }
        answer
    }

    fn compare_twin(&self) {
        if let Some(twin) = &self.twin {
            assert!(canonical(twin, self.instant()) == canonical(&self.bms, self.instant()), "a restored core differs");
            assert_eq!((twin.history(), twin.counters()), (self.bms.history(), self.bms.counters()));
        }
    }

    /// The clock as the core reads it.
    pub fn instant(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    /// Time passes.
    pub fn pass(&mut self, ms: u32) {
        self.now = self.now.wrapping_add(ms);
    }

    fn chosen(&mut self, battery: u8) -> impl Iterator<Item = &mut Report> {
        let count = self.reports.len().max(1);
        let (first, number) = if battery >= 200 { (0, count) } else { (usize::from(battery) % count, 1) };
        self.reports.iter_mut().skip(first).take(number)
    }

    /// True when the script may make no more calls.
    pub fn is_over(&self) -> bool {
        self.calls >= CALLS_MAX
    }
}

impl Default for Player {
    fn default() -> Self {
        Self::new()
    }
}

/// The part of the state that decides the future.
pub fn canonical(bms: &Bms, now: Instant) -> Canonical {
    let mut canonical = Canonical::new();
    bms.canonical(now, &mut canonical);
    canonical
}

/// A bank of batteries with the ratings of a 100 Ah battery.
fn layout(cells: u8, series: u8, parallel: u8, volts: u8) -> BankLayout {
    BankLayout {
        model: MODEL,
        cells,
        series,
        parallel,
        system_voltage_v: volts,
        capacity_mah: 100_000,
        continuous_charge_ma: 70_000,
        continuous_discharge_ma: 150_000,
        pulse_charge_ma: 100_000,
        pulse_discharge_ma: 200_000,
    }
}

/// Reports of healthy batteries; none for a bank that cannot be.
fn healthy(bank: &BankLayout) -> Vec<Report> {
    let report = |position: usize| Report {
        serial: SERIAL + position as u32,
        model: bank.model,
        position: position as u8,
        sequence: 0,
        cell_count: bank.cells,
        cells_mv: [3300; CELLS_MAX],
        coldest_dc: 190,
        hottest_dc: 210,
        current_ma: 0,
        soc_pm: 500,
        remaining_mah: 50_000,
        status: Status::NONE,
    };
    (0..bank.batteries().min(BATTERIES_MAX)).map(report).collect()
}

/// The settings that a script may change: the numbers, one after the other, then the choices.
fn set(settings: &mut Settings, which: u8, value: i32) {
    let s = settings;
    let fields = [
        &mut s.pre_alarm_mv,
        &mut s.pre_alarm_clear_mv,
        &mut s.under_voltage_mv,
        &mut s.under_voltage_hold_ms,
        &mut s.under_voltage_clear_mv,
        &mut s.under_voltage_clear_hold_ms,
        &mut s.over_voltage_mv,
        &mut s.over_voltage_hold_ms,
        &mut s.over_voltage_clear_mv,
        &mut s.charge_min_dc,
        &mut s.charge_max_dc,
        &mut s.discharge_min_dc,
        &mut s.discharge_max_dc,
        &mut s.temperature_hysteresis_dc,
        &mut s.discharge_floor_pm,
        &mut s.floor_warning_margin_pm,
        &mut s.floor_clear_pm,
        &mut s.silence_timeout_ms,
        &mut s.remote_debounce_ms,
        &mut s.pre_alarm_after_cutoff_s,
    ];
    let second = value % 2 != 0;
    match fields.into_iter().nth(usize::from(which)) {
        Some(field) => *field = value,
        None => match which % 4 {
            0 => s.countdown = if second { Countdown::FromUnderVoltage } else { Countdown::FromPreAlarm },
            1 => {
                let pattern = if second { PreAlarmPattern::Intermittent } else { PreAlarmPattern::Continuous };
                s.pre_alarm_pattern = pattern;
            }
            2 => s.charger_in_low_cell_state = if second { LowCellCharger::OffAfter } else { LowCellCharger::On },
            _ => s.over_current_action = if second { OverCurrentAction::Warn } else { OverCurrentAction::Disconnect },
        },
    }
}

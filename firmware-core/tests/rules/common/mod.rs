//! A bank that plays the chain to the core: every battery's frame in its slot, a decision every 100 ms.
//!
//! A battery reports what its [`Battery::report`] says when its slot comes. Tests change values at cycle boundaries,
//! so that a frame of battery b shows the change (b + 1) · 10 ms later and the next decision sees it (b < 10).

pub mod causes;
pub mod everywhere;
pub mod script;

use std::fmt::Debug;

use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Bms, Cause, CauseInfo, Drive, Inputs, Outputs, PreAlarm, Refusal, ResetCause, Retained};

/// One cycle of the chain, ms (COM-1).
pub const CYCLE: u64 = 500;
/// Between two decisions, ms.
pub const DECISION: u64 = 100;
/// Between two slots of the chain, ms (COM-1).
pub const SLOT: u64 = 10;
/// ms.
pub const SECOND: u64 = 1000;
/// ms.
pub const MINUTE: u64 = 60 * SECOND;

/// Ratings of the batteries, mA and mAh.
pub const CAPACITY: u32 = 100_000;
pub const CONTINUOUS_CHARGE: i32 = 70_000;
pub const PULSE_CHARGE: i32 = 100_000;
pub const CONTINUOUS_DISCHARGE: i32 = 150_000;
pub const PULSE_DISCHARGE: i32 = 200_000;

/// Model code of the batteries.
pub const MODEL: u8 = 5;

/// A 24 V bank of so many 25.6 V batteries in parallel.
pub fn parallel(batteries: u8) -> BankLayout {
    layout(8, 1, batteries)
}

/// A bank of batteries with 4, 8 or 16 cells.
pub fn layout(cells: u8, series: u8, parallel: u8) -> BankLayout {
    BankLayout {
        model: MODEL,
        cells,
        series,
        parallel,
        system_voltage_v: cells * series * 3,
        capacity_mah: CAPACITY,
        continuous_charge_ma: CONTINUOUS_CHARGE,
        continuous_discharge_ma: CONTINUOUS_DISCHARGE,
        pulse_charge_ma: PULSE_CHARGE,
        pulse_discharge_ma: PULSE_DISCHARGE,
    }
}

/// What the chain does to the frames of a battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Good,
    Silent,
    /// Every frame arrives with one bit flipped.
    Damaged,
}

#[derive(Clone, Copy, Debug)]
pub struct Battery {
    pub report: Report,
    pub link: Link,
}

impl Battery {
    fn healthy(layout: &BankLayout, position: usize) -> Self {
        let report = Report {
            serial: 1000 + u32::try_from(position).unwrap(),
            model: layout.model,
            position: u8::try_from(position).unwrap(),
            sequence: 0,
            cell_count: layout.cells,
            cells_mv: [3300; 16],
            coldest_dc: 190,
            hottest_dc: 210,
            current_ma: 0,
            soc_pm: 500,
            remaining_mah: CAPACITY / 2,
            status: Status::NONE,
        };
        Self { report, link: Link::Good }
    }
}

/// Healthy inputs of this bank: the remote is joined (REM-2), the supply is the bank's voltage.
pub fn healthy_inputs(layout: &BankLayout) -> Inputs {
    Inputs {
        supply_mv: i32::from(layout.cells) * i32::from(layout.series) * 3300,
        remote_l_mv: 3200,
        remote_h_mv: 3200,
        bluetooth: Bluetooth::Disabled,
    }
}

/// A core with the bank around it.
#[derive(Clone, Debug)]
pub struct Bank {
    pub bms: Bms,
    pub settings: Settings,
    pub batteries: Vec<Battery>,
    pub inputs: Inputs,
    /// The last decision.
    pub outputs: Outputs,
    /// Every decision that changed something, with its time.
    pub log: Vec<(u64, Outputs)>,
    /// ms since the bank was built.
    pub time: u64,
    /// Reading of the BMS's clock at time 0.
    pub clock: u32,
}

impl Bank {
    /// A healthy bank whose core is not started yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            bms: Bms::new(),
            settings,
            batteries: (0..settings.bank.batteries()).map(|b| Battery::healthy(&settings.bank, b)).collect(),
            inputs: healthy_inputs(&settings.bank),
            outputs: Outputs::default(),
            log: Vec::new(),
            time: 0,
            clock: 0,
        }
    }

    /// A healthy bank of parallel 25.6 V batteries with default settings, through with its start-up.
    pub fn running(batteries: u8) -> Self {
        Self::running_with(parallel(batteries), |_| {})
    }

    /// A healthy bank with changed settings, through with its start-up, at a cycle boundary.
    pub fn running_with(layout: BankLayout, change: fn(&mut Settings)) -> Self {
        let mut settings = Settings::new(layout);
        change(&mut settings);
        let mut bank = Self::new(settings);
        bank.come_up();
        bank.assert_clean();
        bank
    }

    /// Power-on and the longest start-up that a healthy bank can take, up to a cycle boundary.
    pub fn come_up(&mut self) {
        self.power_on();
        let hold = u64::try_from(self.settings.under_voltage_clear_hold_ms).unwrap_or(0);
        self.run_for((hold / CYCLE + 10) * CYCLE);
    }

    /// Starts the core without retained state and decides once.
    pub fn power_on(&mut self) {
        self.bms.start(&self.settings, ResetCause::PowerOn, None);
        self.decide();
    }

    /// A watchdog reset: a new core with what was retained.
    pub fn watchdog_reset(&mut self) {
        let mut retained = Retained::new();
        self.bms.retained(&mut retained);
        self.reset_with(Some(&retained));
    }

    /// A watchdog reset with this retained state.
    pub fn reset_with(&mut self, retained: Option<&Retained>) {
        self.bms = Bms::new();
        self.bms.start(&self.settings, ResetCause::Watchdog, retained);
        self.decide();
    }

    /// New settings between two decisions (UPD-1); invalid ones leave those in force.
    pub fn change_settings(&mut self, settings: Settings) -> Result<(), Refusal> {
        let result = self.bms.change_settings(self.now(), &settings);
        if result.is_ok() {
            self.settings = settings;
        }
        result
    }

    /// The end of a firmware update: the new firmware, or the old one with what it retained (UPD-2).
    pub fn end_update(&mut self, failed: bool) {
        let mut retained = Retained::new();
        self.bms.retained(&mut retained);
        self.bms = Bms::new();
        self.bms.start(&self.settings, ResetCause::Update, failed.then_some(&retained));
        self.decide();
    }

    /// The BMS's clock.
    pub fn now(&self) -> Instant {
        Instant::from_millis(self.clock.wrapping_add(u32::try_from(self.time & u64::from(u32::MAX)).unwrap()))
    }

    /// A decision at this instant.
    pub fn decide(&mut self) -> Outputs {
        let outputs = self.bms.step(self.now(), &self.inputs);
        if outputs != self.outputs || self.log.is_empty() {
            self.log.push((self.time, outputs));
        }
        self.outputs = outputs;
        outputs
    }

    /// The frame of battery b, now.
    pub fn deliver(&mut self, b: usize) {
        let battery = &mut self.batteries[b];
        battery.report.sequence = battery.report.sequence.wrapping_add(1);
        let mut bytes = [0; MAX_FRAME];
        let length = battery.report.encode(&mut bytes);
        match battery.link {
            Link::Silent => return,
            Link::Damaged => bytes[length / 2] ^= 0x10,
            Link::Good => {}
        }
        self.bms.receive(self.now(), &bytes[..length]);
    }

    /// Plays the chain and the decisions for so long.
    pub fn run_for(&mut self, ms: u64) {
        self.play(ms, true);
    }

    /// Plays the chain for so long, without a decision.
    pub fn frames_for(&mut self, ms: u64) {
        self.play(ms, false);
    }

    fn play(&mut self, ms: u64, decisions: bool) {
        let end = self.time + ms;
        while self.time < end {
            self.time = ((self.time / SLOT + 1) * SLOT).min(end);
            if !self.time.is_multiple_of(SLOT) {
                break;
            }
            // The frame of battery k arrives (k + 1) slots into the cycle: that of the fiftieth with the next one.
            let slot = usize::try_from(self.time % CYCLE / SLOT).unwrap();
            let b = slot.checked_sub(1).unwrap_or(49);
            if b < self.batteries.len() {
                self.deliver(b);
            }
            if decisions && self.time.is_multiple_of(DECISION) {
                self.decide();
            }
        }
    }

    /// Runs to the next cycle boundary.
    pub fn align(&mut self) {
        self.run_for((CYCLE - self.time % CYCLE) % CYCLE);
    }

    /// Runs until a decision fulfils the condition; tells after how many ms.
    pub fn run_until(&mut self, limit_ms: u64, condition: impl Fn(&Outputs) -> bool) -> Option<u64> {
        let start = self.time;
        while self.time - start < limit_ms {
            self.run_for(DECISION - self.time % DECISION);
            if condition(&self.outputs) {
                return Some(self.time - start);
            }
        }
        None
    }

    /// The value is `from` in every decision of the next ms and becomes `to` exactly in the decision after `ms`.
    #[track_caller]
    pub fn changes_at<T: PartialEq + Debug>(&mut self, ms: u64, read: fn(&Outputs) -> T, from: T, to: T) {
        assert_eq!(read(&self.outputs), from, "at the beginning");
        let found = self.run_until(ms, |o| read(o) != from);
        assert_eq!(found, Some(ms), "the decision that leaves {from:?}; now {:?}", self.outputs);
        assert_eq!(read(&self.outputs), to);
    }

    /// The value stays in every decision of the next ms.
    #[track_caller]
    pub fn stays<T: PartialEq + Debug>(&mut self, ms: u64, read: fn(&Outputs) -> T, value: T) {
        assert_eq!(read(&self.outputs), value, "at the beginning");
        let found = self.run_until(ms, |o| read(o) != value);
        assert_eq!(found, None, "the decision that leaves {value:?}; now {:?}", self.outputs);
    }

    /// True if the last decision shows the cause at any output.
    pub fn shows(&self, cause: Cause) -> bool {
        shown(&self.outputs).any(|shown| shown == cause)
    }

    /// Where and since when.
    #[track_caller]
    pub fn why(&self, cause: Cause) -> CauseInfo {
        self.bms.cause(cause).unwrap_or_else(|| panic!("{cause:?} does not hold; {:?}", self.outputs))
    }

    /// Nothing is wrong, every output is as it is on a good day.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert_eq!(pins(&self.outputs), (Drive::High, Drive::High, false), "{:?}", self.outputs);
        assert!(shown(&self.outputs).next().is_none(), "{:?}", self.outputs);
    }

    pub fn all(&mut self, change: impl Fn(&mut Report)) {
        for battery in &mut self.batteries {
            change(&mut battery.report);
        }
    }

    pub fn all_cells(&mut self, mv: u16) {
        self.all(|report| report.cells_mv = [mv; 16]);
    }

    pub fn cell(&mut self, b: usize, c: usize, mv: u16) {
        self.batteries[b].report.cells_mv[c] = mv;
    }

    pub fn temperature(&mut self, b: usize, coldest_dc: i16, hottest_dc: i16) {
        self.batteries[b].report.coldest_dc = coldest_dc;
        self.batteries[b].report.hottest_dc = hottest_dc;
    }

    pub fn current(&mut self, b: usize, ma: i32) {
        self.batteries[b].report.current_ma = ma;
    }

    pub fn soc(&mut self, b: usize, pm: u16) {
        self.batteries[b].report.soc_pm = pm;
    }

    pub fn status(&mut self, b: usize, status: Status) {
        self.batteries[b].report.status = status;
    }

    pub fn link(&mut self, b: usize, link: Link) {
        self.batteries[b].link = link;
    }

    /// Both pins open is off, joined is on (REM-2).
    pub fn remote(&mut self, on: bool) {
        (self.inputs.remote_l_mv, self.inputs.remote_h_mv) = if on { (3200, 3200) } else { (5000, 0) };
    }
}

/// Every cause that an output shows.
pub fn shown(outputs: &Outputs) -> impl Iterator<Item = Cause> + use<> {
    outputs.load_causes.union(outputs.charger_causes).union(outputs.pre_alarm_causes).iter()
}

pub fn load(outputs: &Outputs) -> Drive {
    outputs.load
}

pub fn charger(outputs: &Outputs) -> Drive {
    outputs.charger
}

/// PRE-ALARM as a pin that is High or not: PRE-5 is no concern here.
pub fn pre_alarm(outputs: &Outputs) -> bool {
    outputs.pre_alarm != PreAlarm::Floating
}

pub fn pins(outputs: &Outputs) -> (Drive, Drive, bool) {
    (outputs.load, outputs.charger, pre_alarm(outputs))
}

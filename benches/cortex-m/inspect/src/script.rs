//! What happens to a core, as a short list of acts: the same list is played into a replay file or into a core.
//!
//! Time runs in cycles of 500 ms: a slot of 10 ms per place of the chain, a decision after every tenth slot.

use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_core::settings::{BankLayout, Settings};
use ngbank_core::units::Instant;
use ngbank_core::{Bluetooth, Inputs, ResetCause};

/// Slots of a cycle.
const SLOTS: u8 = 50;
/// Length of a slot, ms.
const SLOT_MS: u32 = 10;
/// Slots between two decisions.
const DECISION_SLOTS: u8 = 10;

/// A full bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// 50 batteries of 8 cells at 24 V.
    Eight,
    /// 25 batteries of 16 cells at 48 V.
    Sixteen,
}

impl Layout {
    /// Batteries of the bank.
    pub const fn batteries(self) -> u8 {
        match self {
            Self::Eight => 50,
            Self::Sixteen => 25,
        }
    }

    /// Cells of a battery.
    pub const fn cells(self) -> u8 {
        match self {
            Self::Eight => 8,
            Self::Sixteen => 16,
        }
    }

    /// The defaults for this bank.
    pub const fn settings(self) -> Settings {
        Settings::new(BankLayout {
            model: 5,
            cells: self.cells(),
            series: 1,
            parallel: self.batteries(),
            system_voltage_v: 3 * self.cells(),
            capacity_mah: 100_000,
            continuous_charge_ma: 70_000,
            continuous_discharge_ma: 150_000,
            pulse_charge_ma: 100_000,
            pulse_discharge_ma: 200_000,
        })
    }

    /// A supply in the middle of its range, mV.
    pub fn supply_mv(self) -> i32 {
        i32::from(self.cells()) * 3300
    }
}

/// What a battery reports from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// One cell, mV.
    Cell(u8, u16),
    /// All cells, mV.
    Cells(u16),
    /// Coldest sensor, 0.1 °C.
    Coldest(i16),
    /// Hottest sensor, 0.1 °C.
    Hottest(i16),
    /// Current, mA.
    Current(i32),
    /// State of charge, ‰.
    Soc(u16),
    /// Status bits.
    Status(u16),
    /// Every value by one unit, there and back: nothing is as it was in the last frame, and no rule is affected.
    Drift,
    /// Nothing of the above any more: healthy.
    Healthy,
}

/// A frame that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// A bit is wrong.
    Damaged,
    /// The frame that was already received.
    Repeated,
    /// From a battery of another bank.
    Foreign,
    /// From a place beyond the bank.
    Beyond,
    /// Impossible values.
    Implausible,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// So many whole cycles.
    Cycles(u8),
    /// So many times: frames from all batteries without a decision between, then one, this many ms after the last.
    Bursts(u8, u32),
    /// So many decisions without frames, this many ms apart.
    Decisions(u8, u32),
    /// All batteries change.
    All(Change),
    /// One battery changes.
    One(u8, Change),
    /// A battery stops reporting.
    Absent(u8),
    /// Every battery reports.
    Present,
    /// The pins: supply, remote L, remote H, mV.
    Pins(i32, i32, i32),
    /// A frame too many.
    Frame(u8, Flaw),
    /// The clock goes back by so many ms.
    Backwards(u32),
    /// The watchdog resets the BMS.
    Watchdog,
}

/// A bank, its settings and what happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The bank.
    pub layout: Layout,
    /// Settings that may be used.
    pub settings: Settings,
    /// What happens after the start.
    pub acts: Vec<Act>,
}

/// What a script is played into.
pub trait Player {
    /// The firmware starts.
    fn start(&mut self, settings: &Settings, reset: ResetCause);
    /// A frame.
    fn receive(&mut self, now: Instant, frame: &[u8]);
    /// A decision.
    fn step(&mut self, now: Instant, inputs: &Inputs);
    /// A whole cycle begins; `None`: what follows belongs to no cycle.
    fn cycle(&mut self, number: Option<u32>);
}

impl Script {
    /// Plays it from the power-up on.
    pub fn play(&self, player: &mut impl Player) {
        let layout = self.layout;
        let mut stage = Stage {
            player,
            reports: (0..layout.batteries()).map(|place| healthy(layout, place)).collect(),
            absent: vec![false; layout.batteries().into()],
            inputs: Inputs {
                supply_mv: layout.supply_mv(),
                remote_l_mv: 3200,
                remote_h_mv: 3200,
                bluetooth: Bluetooth::Advertising,
            },
            now_ms: 0,
            cycles: 0,
        };
        stage.player.cycle(None);
        stage.player.start(&self.settings, ResetCause::PowerOn);
        for &act in &self.acts {
            stage.act(act, &self.settings);
        }
    }
}

struct Stage<'a, P> {
    player: &'a mut P,
    reports: Vec<Report>,
    absent: Vec<bool>,
    inputs: Inputs,
    now_ms: u32,
    cycles: u32,
}

impl<P: Player> Stage<'_, P> {
    fn act(&mut self, act: Act, settings: &Settings) {
        match act {
            Act::Cycles(n) => (0..n).for_each(|_| self.cycle()),
            Act::Bursts(n, wait_ms) => (0..n).for_each(|_| self.burst(wait_ms)),
            Act::Decisions(n, apart_ms) => (0..n).for_each(|_| self.decide(apart_ms)),
            Act::All(change) => self.reports.iter_mut().for_each(|report| apply(report, change)),
            Act::One(place, change) => {
                if let Some(report) = self.reports.get_mut(usize::from(place)) {
                    apply(report, change);
                }
            }
            Act::Absent(place) => {
                if let Some(absent) = self.absent.get_mut(usize::from(place)) {
                    *absent = true;
                }
            }
            Act::Present => self.absent.fill(false),
            Act::Pins(supply_mv, remote_l_mv, remote_h_mv) => {
                self.inputs = Inputs { supply_mv, remote_l_mv, remote_h_mv, ..self.inputs };
            }
            Act::Frame(place, flaw) => self.flawed(place, flaw),
            Act::Backwards(ms) => self.now_ms = self.now_ms.wrapping_sub(ms),
            Act::Watchdog => self.player.start(settings, ResetCause::Watchdog),
        }
    }

    fn cycle(&mut self) {
        self.player.cycle(Some(self.cycles));
        self.cycles += 1;
        for slot in 1..=SLOTS {
            self.now_ms = self.now_ms.wrapping_add(SLOT_MS);
            self.report(slot - 1);
            if slot % DECISION_SLOTS == 0 {
                self.decide(0);
            }
        }
        self.player.cycle(None);
    }

    fn burst(&mut self, wait_ms: u32) {
        for slot in 1..=SLOTS {
            self.now_ms = self.now_ms.wrapping_add(SLOT_MS);
            self.report(slot - 1);
        }
        self.decide(wait_ms);
    }

    fn decide(&mut self, wait_ms: u32) {
        self.now_ms = self.now_ms.wrapping_add(wait_ms);
        self.player.step(Instant::from_millis(self.now_ms), &self.inputs);
    }

    fn report(&mut self, place: u8) {
        let place = usize::from(place);
        if self.absent.get(place) != Some(&false) {
            return;
        }
        if let Some(report) = self.reports.get_mut(place) {
            report.sequence = report.sequence.wrapping_add(1);
            let report = *report;
            self.send(&report, false);
        }
    }

    fn flawed(&mut self, place: u8, flaw: Flaw) {
        let Some(&report) = self.reports.get(usize::from(place)) else { return };
        let next = report.sequence.wrapping_add(1);
        match flaw {
            Flaw::Damaged => self.send(&report, true),
            Flaw::Repeated => self.send(&report, false),
            Flaw::Foreign => self.send(&Report { serial: !report.serial, sequence: next, ..report }, false),
            Flaw::Beyond => self.send(&Report { position: SLOTS, sequence: next, ..report }, false),
            Flaw::Implausible => self.send(&Report { cells_mv: [u16::MAX; 16], sequence: next, ..report }, false),
        }
    }

    fn send(&mut self, report: &Report, damaged: bool) {
        let mut bytes = [0; MAX_FRAME];
        let length = report.encode(&mut bytes);
        if damaged {
            bytes[length - 1] ^= 1;
        }
        self.player.receive(Instant::from_millis(self.now_ms), &bytes[..length]);
    }
}

/// A battery that nothing is to be said of.
fn healthy(layout: Layout, position: u8) -> Report {
    Report {
        serial: u32::from(position) + 1,
        model: layout.settings().bank.model,
        position,
        cell_count: layout.cells(),
        cells_mv: [3300; 16],
        coldest_dc: 190,
        hottest_dc: 210,
        soc_pm: 500,
        remaining_mah: 50_000,
        status: Status::BALANCED,
        ..Report::default()
    }
}

fn apply(report: &mut Report, change: Change) {
    match change {
        Change::Cell(cell, mv) => {
            if let Some(place) = report.cells_mv.get_mut(usize::from(cell)) {
                *place = mv;
            }
        }
        Change::Cells(mv) => report.cells_mv = [mv; 16],
        Change::Coldest(dc) => report.coldest_dc = dc,
        Change::Hottest(dc) => report.hottest_dc = dc,
        Change::Current(ma) => report.current_ma = ma,
        Change::Soc(pm) => report.soc_pm = pm,
        Change::Status(bits) => report.status = Status::from_bits(bits),
        Change::Drift => {
            report.cells_mv.iter_mut().for_each(|mv| *mv ^= 1);
            (report.coldest_dc, report.hottest_dc) = (report.coldest_dc ^ 1, report.hottest_dc ^ 1);
            (report.current_ma, report.soc_pm) = (report.current_ma ^ 1, report.soc_pm ^ 1);
        }
        Change::Healthy => {
            (report.cells_mv, report.current_ma, report.soc_pm) = ([3300; 16], 0, 500);
            (report.coldest_dc, report.hottest_dc, report.status) = (190, 210, Status::BALANCED);
        }
    }
}

//! Random banks: a script of events brings a bank into any state that frames and inputs can reach.

use ngbank_core::Bluetooth;
use ngbank_core::frame::Status;
use ngbank_core::settings::{BankLayout, Countdown, LowCellCharger, OverCurrentAction, PreAlarmPattern, Settings};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

use super::{Bank, CONTINUOUS_CHARGE, CYCLE, Link, PULSE_CHARGE, PULSE_DISCHARGE, layout};

/// The same cases in every run; `PROPTEST_CASES` sets another number (0: none), as always with proptest.
pub fn config(cases: u32) -> Config {
    Config { cases, rng_seed: RngSeed::Fixed(20), failure_persistence: None, ..Config::default() }
}

/// Something happens to the bank, and then some time passes.
#[derive(Clone, Debug)]
pub enum Event {
    AllCells(u16),
    Cell(usize, usize, u16),
    Temperature(usize, i16, i16),
    Current(usize, i32),
    AllCurrents(i32),
    Soc(usize, u16),
    AllSocs(u16),
    Status(usize, u16),
    Link(usize, Link),
    AllLinks,
    /// One frame of another battery at this place.
    Foreign(usize, u32),
    Remote(bool),
    Supply(i32),
    Radio(Bluetooth),
    WatchdogReset,
    ClockBack(u32),
    /// The bank is emptied to a UV cut and comes back; the next hold may be longer (UV-2).
    UnderVoltageCut,
    /// A short in this direction that ends with the cut; the third one latches (OC-3).
    OverCurrentCut(i32),
    /// A battery is lost and trusted again; the third time takes longer (COM-5).
    Loss(usize),
    /// Other settings while running (UPD-1).
    Settings(Variant),
    /// A firmware update, and whether it fails (UPD-2).
    Update(bool),
    /// The bank is empty, and nobody charges it for longer than UV-4 waits.
    Abandoned,
}

/// Settings: the four choices as bits, seconds of PRE-6, UV-1's and UV-2's clear threshold, the floor.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    pub choices: u8,
    pub after_cutoff_s: i32,
    pub under_voltage_mv: i32,
    pub clear_mv: i32,
    pub floor_pm: i32,
}

impl Variant {
    pub fn settings(self, bank: BankLayout) -> Settings {
        let mut settings = Settings::new(bank);
        let bit = |place: u8| self.choices & (1 << place) != 0;
        if bit(0) {
            settings.countdown = Countdown::FromUnderVoltage;
        }
        if bit(1) {
            settings.pre_alarm_pattern = PreAlarmPattern::Intermittent;
        }
        if bit(2) {
            settings.charger_in_low_cell_state = LowCellCharger::OffAfter;
        }
        if bit(3) {
            settings.over_current_action = OverCurrentAction::Warn;
        }
        settings.pre_alarm_after_cutoff_s = self.after_cutoff_s;
        settings.under_voltage_mv = self.under_voltage_mv;
        settings.under_voltage_clear_mv = self.clear_mv;
        settings.discharge_floor_pm = self.floor_pm;
        settings
    }
}

/// A bank and what happens to it; every event with the cycles until the next.
#[derive(Clone, Debug)]
pub struct Script {
    pub layout: (u8, u8, u8),
    pub variant: Variant,
    pub clock: u32,
    pub events: Vec<(Event, u64)>,
}

impl Script {
    /// Plays it and one cycle more; the bank ends right after a decision at a cycle boundary.
    pub fn play(&self) -> Bank {
        let (cells, series, parallel) = self.layout;
        let mut bank = Bank::new(self.variant.settings(layout(cells, series, parallel)));
        bank.clock = self.clock;
        bank.come_up();
        for (event, cycles) in &self.events {
            apply(&mut bank, event);
            bank.run_for(cycles * CYCLE);
        }
        bank.run_for(CYCLE);
        bank
    }
}

pub fn apply(bank: &mut Bank, event: &Event) {
    let n = bank.batteries.len();
    let cells = usize::from(bank.settings.bank.cells);
    match *event {
        Event::AllCells(mv) => bank.all_cells(mv),
        Event::Cell(b, c, mv) => bank.cell(b % n, c % cells, mv),
        Event::Temperature(b, one, other) => bank.temperature(b % n, one.min(other), one.max(other)),
        Event::Current(b, ma) => bank.current(b % n, ma),
        Event::AllCurrents(ma) => bank.all(|report| report.current_ma = ma),
        Event::Soc(b, pm) => bank.soc(b % n, pm),
        Event::AllSocs(pm) => bank.all(|report| report.soc_pm = pm),
        Event::Status(b, bits) => bank.status(b % n, Status::from_bits(bits)),
        Event::Link(b, link) => bank.link(b % n, link),
        Event::AllLinks => (0..n).for_each(|b| bank.link(b, Link::Good)),
        Event::Foreign(b, serial) => {
            let own = std::mem::replace(&mut bank.batteries[b % n].report.serial, serial);
            bank.deliver(b % n);
            bank.batteries[b % n].report.serial = own;
        }
        Event::Remote(on) => bank.remote(on),
        Event::Supply(mv) => bank.inputs.supply_mv = mv,
        Event::Radio(state) => bank.inputs.bluetooth = state,
        Event::WatchdogReset => bank.watchdog_reset(),
        Event::ClockBack(ms) => bank.clock = bank.clock.wrapping_sub(ms),
        Event::UnderVoltageCut => {
            bank.all_cells(2700);
            bank.run_for(64 * CYCLE);
            bank.all_cells(3250);
            bank.run_for(64 * CYCLE);
        }
        Event::OverCurrentCut(ma) => {
            bank.current(0, ma);
            bank.run_for(2 * CYCLE);
            bank.current(0, 0);
        }
        Event::Loss(b) => {
            bank.link(b % n, Link::Silent);
            bank.run_for(12 * CYCLE);
            bank.link(b % n, Link::Good);
            bank.run_for(21 * CYCLE);
        }
        Event::Settings(variant) => bank.change_settings(variant.settings(bank.settings.bank)).unwrap(),
        Event::Update(failed) => {
            bank.bms.begin_update();
            bank.run_for(4 * CYCLE);
            bank.end_update(failed);
        }
        Event::Abandoned => {
            bank.all_cells(2700);
            bank.run_for(664 * CYCLE);
        }
    }
}

/// Voltages of a cell around every threshold, mV.
pub fn cell_mv() -> impl Strategy<Value = u16> {
    prop_oneof![
        3 => 3160u16..3590,
        3 => prop::sample::select(&[2700u16, 2799, 2800, 3099, 3100, 3150, 3151, 3199, 3200, 3599, 3600, 3750, 3751][..]),
        1 => 2500u16..3900,
    ]
}

fn temperature_dc() -> impl Strategy<Value = i16> {
    prop_oneof![
        2 => 80i16..470,
        2 => prop::sample::select(&[-201i16, -200, -180, -179, 49, 50, 70, 71, 479, 480, 500, 501][..]),
        1 => -300i16..600,
    ]
}

fn current_ma() -> impl Strategy<Value = i32> {
    prop_oneof![
        3 => -20_000i32..20_000,
        1 => prop::sample::select(&[2000i32, 2001, CONTINUOUS_CHARGE, CONTINUOUS_CHARGE + 1, -147_000, -150_000, -150_001][..]),
        1 => -2 * PULSE_DISCHARGE..2 * PULSE_CHARGE,
    ]
}

fn soc_pm() -> impl Strategy<Value = u16> {
    prop_oneof![
        2 => 0u16..=1000,
        2 => 90u16..210,
    ]
}

fn link() -> impl Strategy<Value = Link> {
    prop::sample::select(&[Link::Good, Link::Silent, Link::Damaged][..])
}

fn event() -> impl Strategy<Value = Event> {
    let b = 0usize..4;
    prop_oneof![
        4 => cell_mv().prop_map(Event::AllCells),
        6 => (b.clone(), 0usize..16, cell_mv()).prop_map(|(b, c, mv)| Event::Cell(b, c, mv)),
        4 => (b.clone(), temperature_dc(), temperature_dc()).prop_map(|(b, t, u)| Event::Temperature(b, t, u)),
        4 => (b.clone(), current_ma()).prop_map(|(b, ma)| Event::Current(b, ma)),
        2 => current_ma().prop_map(Event::AllCurrents),
        3 => (b.clone(), soc_pm()).prop_map(|(b, pm)| Event::Soc(b, pm)),
        3 => soc_pm().prop_map(Event::AllSocs),
        3 => (b.clone(), 0u32..15).prop_map(|(b, bit)| Event::Status(b, 1 << bit)),
        2 => b.clone().prop_map(|b| Event::Status(b, 0)),
        4 => (b.clone(), link()).prop_map(|(b, link)| Event::Link(b, link)),
        4 => Just(Event::AllLinks),
        1 => (b.clone(), 1000u32..1005).prop_map(|(b, serial)| Event::Foreign(b, serial)),
        3 => any::<bool>().prop_map(Event::Remote),
        2 => prop::sample::select(&[7900, 26_400, 52_000, 69_500, 70_001][..]).prop_map(Event::Supply),
        1 => prop::sample::select(&[Bluetooth::Advertising, Bluetooth::Connected][..]).prop_map(Event::Radio),
        1 => Just(Event::WatchdogReset),
        1 => prop::sample::select(&[1u32, 10, 1000, 3_600_000][..]).prop_map(Event::ClockBack),
        4 => Just(Event::UnderVoltageCut),
        4 => prop::sample::select(&[-2 * PULSE_DISCHARGE, 2 * PULSE_CHARGE][..]).prop_map(Event::OverCurrentCut),
        2 => b.prop_map(Event::Loss),
        3 => variant().prop_map(Event::Settings),
        1 => any::<bool>().prop_map(Event::Update),
        1 => Just(Event::Abandoned),
    ]
}

/// Half of them the defaults.
fn variant() -> impl Strategy<Value = Variant> {
    let usual = Variant { choices: 0, after_cutoff_s: 0, under_voltage_mv: 2800, clear_mv: 3200, floor_pm: 100 };
    let other = (0u8..16, prop::sample::select(&[0, 10, 30, 86_400][..]), 2600i32..=2800, 3150i32..=3300, 0i32..300);
    prop_oneof![
        Just(usual),
        other.prop_map(|(choices, after_cutoff_s, under_voltage_mv, clear_mv, floor_pm)| Variant {
            choices,
            after_cutoff_s,
            under_voltage_mv,
            clear_mv,
            floor_pm,
        }),
    ]
}

/// How many cycles pass after an event.
fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0u64..6, 6 => 6u64..40, 4 => 40u64..90, 2 => 100u64..200]
}

/// Any bank of one to four batteries and up to a dozen events.
pub fn script() -> impl Strategy<Value = Script> {
    let layouts = &[(8, 1, 1), (8, 1, 2), (4, 2, 1), (8, 2, 2), (16, 1, 3), (4, 4, 1)][..];
    let clocks = prop_oneof![Just(0u32), Just(u32::MAX - 60_000), any::<u32>()];
    // Whatever happens rarely happens three times in a row where it counts.
    let again = prop_oneof![
        Just(Event::UnderVoltageCut),
        Just(Event::OverCurrentCut(-2 * PULSE_DISCHARGE)),
        Just(Event::OverCurrentCut(2 * PULSE_CHARGE)),
        Just(Event::Loss(0)),
    ];
    let again = (again, 100u64..140, 0usize..4).prop_map(|(event, cycles, times)| vec![(event, cycles); times]);
    let any = prop::collection::vec((event(), pause()), 0..12);
    (prop::sample::select(layouts), variant(), clocks, again, any).prop_map(
        |(layout, variant, clock, mut events, any)| {
            events.extend(any);
            Script { layout, variant, clock, events }
        },
    )
}

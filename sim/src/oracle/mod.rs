//! The independent judge of a run.
//!
//! # Words
//!
//! | Word | Example |
//! |---|---|
//! | *loose* | a cell at 2.805 V is loosely below 2.800 V: a reading might show it (tolerance 8 mV) |
//! | *strict* | a cell at 2.791 V is strictly below 2.800 V: every reading shows it |
//! | *may* | the core may hold a cause: its condition was loosely true at a sample that it can have received |
//! | *must* | the core must hold a cause: its condition was strictly true for the hold and the way to the pin |
//!
//! # Idea
//!
//! The oracle has its own table of numbers ([`Limits`], typed from the rules) and follows the *true* plant and the
//! events of the world. For every cause it keeps two shadows, *may* and *must*. The core is right when
//!
//! 1. no output is High that a *must* floats, and PRE-ALARM is High when a *must* raises it (no missing fall, no
//!    unjustified rise);
//! 2. every cause that the core reports is one that it *may* hold, and is dropped when it may not be held any longer
//!    (no unjustified fall, no missing recovery);
//! 3. every *must* is reported, and the pins are what the reported causes say;
//! 4. LOAD falls for a cell under-voltage alone only after both pins have been High for 30.000 s (PRE-2).
//!
//! Samples are looked at on the grid of 500 ms, but only where the bounds of the truth come near an edge; the calls,
//! and so the verdict, do not depend on which decisions the simulator executes.
//!
//! # Not judged
//!
//! LEDs but during an update (LED-3), error numbers but 36 (DIAG-1, OC-3), history; the 2 s of OC-3 to the report; the length
//! of trust after single damaged frames; the time of PRE-ALARM's edges (PRE-5): the core gives their beginning, by its
//! own clock.

mod after_cut;
mod changes;
mod config;
mod external;
mod input;
mod ledger;
mod level;
mod links;
mod low_cell;
mod over_current;
mod settings;
mod shown;
mod signals;
mod states;
mod stray;
mod valid;
mod verdict;
mod watch;
mod world;

pub use config::{Limits, OracleConfig};
pub use input::{
    Boxes, CELLS_MAX, CauseIds, ChannelFault, DamagedPart, Pins, Reported, Truth, TruthBounds, TruthSample, WorldEvent,
    permille,
};
pub use verdict::{Margin, Property, Status, Verdict, Verdicts, Violation};

use after_cut::AfterCut;
use config::{CYCLE, SLACK, UV_RELIEF_HOLD};
use ledger::Ledger;
use level::{Context, Level, rules};
use low_cell::LowCell;
use ngbank_models::time::{MS, Micros};
use over_current::OverCurrent;
use shown::Accused;
use signals::Signal;
use stray::Strays;
use watch::Watch;
use world::World;

/// Grid points that are looked at one by one instead of halving the interval once more.
const POINTS_FEW: Micros = 8;

/// Judges one run: feed it [`Oracle::truth`], [`Oracle::world`] and [`Oracle::pins`] in the order of time, at one
/// instant in the order truth up to it, world, pins; then [`Oracle::finish`].
#[derive(Clone, Debug)]
pub struct Oracle {
    config: OracleConfig,
    watch: Watch,
    levels: Vec<Level>,
    cuts: [OverCurrent; 2],
    low_cell: LowCell,
    after_cut: AfterCut,
    strays: Strays,
    world: World,
    ledger: Ledger,
    /// Everything has been judged up to then.
    now: Micros,
    pins: Pins,
    reported: Reported,
    /// Since when LOAD, CHARGER and PRE-ALARM are High.
    high_since: [Option<Micros>; 3],
    /// UV-2's present hold, shortest and longest reading, and the last UV cut.
    uv_clear_hold: (Micros, Micros),
    uv_cut_last: Option<Micros>,
    /// UPD-1: the settings are those of today since then, and so is PRE-4's reading of the countdown.
    changed: Micros,
    countdown_from: Micros,
    accused: Accused,
    /// One objection per output and episode to pins that do not follow the reported causes.
    inconsistent: [bool; 3],
    /// Batteries that the first look leaves open; kept for its memory.
    open: Vec<usize>,
}

impl Oracle {
    /// A judge for a run that has not begun: the BMS unpowered, the chain whole, the remote off.
    ///
    /// # Panics
    /// When the bank has no battery or no cell.
    pub fn new(config: OracleConfig) -> Self {
        assert!(config.batteries() > 0 && config.cells > 0, "the bank is empty");
        let base = Micros::from(config.limits.under_voltage_clear_hold_ms) * MS;
        Self {
            watch: Watch::new(&config),
            levels: rules(&config.limits).into_iter().map(Level::new).collect(),
            cuts: [OverCurrent::discharge(), OverCurrent::charge()]
                .map(|cut| cut.with(config.limits.over_current_warns)),
            low_cell: LowCell::new(config.limits.charger_gives_up),
            after_cut: AfterCut::new(&config.limits),
            strays: Strays::new(),
            world: World::new(&config),
            ledger: Ledger::default(),
            now: 0,
            pins: Pins::default(),
            reported: Reported::default(),
            high_since: [None; 3],
            uv_clear_hold: (base, base),
            uv_cut_last: None,
            changed: 0,
            countdown_from: 0,
            accused: Accused::default(),
            inconsistent: [false; 3],
            open: Vec::with_capacity(config.batteries()),
            config,
        }
    }

    /// The true plant on `[ta, tb)`; intervals follow each other without a gap.
    pub fn truth(&mut self, truth: &dyn Truth, ta: Micros, tb: Micros) {
        let first = ta.div_ceil(CYCLE) * CYCLE;
        if first < tb {
            let last = (tb - 1) / CYCLE * CYCLE;
            let mut open = std::mem::take(&mut self.open);
            let bank = self.watch.first_look(truth, first, last, &mut open);
            let calm = open.is_empty() && !bank;
            if !calm {
                self.scan(truth, first, last, &open, bank);
            }
            self.open = open;
            if calm {
                // Whatever judges next settles first.
                return;
            }
        }
        self.settle(tb);
    }

    /// Looks at the grid points `[from, to]`, halving the interval as long as a condition changes within it.
    fn scan(&mut self, truth: &dyn Truth, from: Micros, to: Micros, which: &[usize], bank: bool) {
        let changes = self.watch.look(truth, from, to, which, bank);
        if changes.any() {
            self.settle(from);
            self.watch.apply(from, &changes);
        }
        // The bank's values are made of every battery.
        let all;
        let open = if changes.bank_open {
            all = (0..self.config.batteries()).collect::<Vec<_>>();
            &all
        } else {
            &changes.open
        };
        if open.is_empty() || from == to {
            return;
        }
        let points = (to - from) / CYCLE + 1;
        if points <= POINTS_FEW {
            for t in (from..=to).step_by(CYCLE as usize) {
                self.scan(truth, t, t, open, changes.bank_open);
            }
        } else {
            let middle = from + (points / 2) * CYCLE;
            self.scan(truth, from, middle - CYCLE, open, changes.bank_open);
            self.scan(truth, middle, to, open, changes.bank_open);
        }
    }

    /// Something happens to the BMS at `t`.
    pub fn world(&mut self, t: Micros, event: WorldEvent) {
        self.settle(t);
        let effect = self.world.event(t, event, &mut self.watch, &mut self.ledger, self.pins);
        if effect.start.is_some() || effect.reset {
            self.strays.start();
        }
        if let Some(surely) = effect.start {
            for level in &mut self.levels {
                level.start(surely);
            }
            for cut in &mut self.cuts {
                cut.start();
            }
            self.low_cell.start();
            self.after_cut.start();
            let base = self.uv_clear_hold_base();
            self.uv_clear_hold.0 = base;
            if surely {
                self.uv_clear_hold.1 = base;
                self.uv_cut_last = None;
            }
        }
        if effect.reset {
            let slack = self.world.slack(t);
            for cut in &mut self.cuts {
                cut.reset(t, slack);
            }
            self.low_cell.reset();
            self.after_cut.restart(t);
        }
        if effect.clock {
            let slack = self.world.slack(t);
            for cut in &mut self.cuts {
                cut.restart(t, slack);
            }
            self.low_cell.restart(t);
            self.after_cut.restart(t);
        }
        if effect.remote_off {
            for cut in &mut self.cuts {
                cut.remote_off();
            }
        }
        if let WorldEvent::Settings { limits, taken } = event {
            self.settings(t, &limits, taken);
        }
    }

    /// A decision at `t` gives these pins and causes; to be told whenever any of them changes.
    pub fn pins(&mut self, t: Micros, pins: Pins, reported: &Reported) {
        self.settle(t);
        let before = (self.pins, self.reported);
        if self.world.powered() {
            self.judge_new_causes(t, pins, reported);
        }
        if before.0.pre_alarm && !pins.pre_alarm && self.after_cut.may_float(t) {
            self.ledger.reached(Property::Pre);
        }
        self.judge_new_pattern(t, pins);
        self.judge_new_shown(t, reported.charger.has(16), reported.error);
        if before.0.load && !pins.load {
            self.judge_fall_of_load(t, &before.1, reported);
        }
        for (high, (was, is)) in self.high_since.iter_mut().zip([
            (before.0.load, pins.load),
            (before.0.charger, pins.charger),
            (before.0.pre_alarm, pins.pre_alarm),
        ]) {
            if was != is {
                *high = is.then_some(t);
            }
        }
        self.low_cell.decide(t, &before.1, reported, self.world.running_from() > t);
        self.after_cut.decide(t, before.0, pins, reported);
        self.strays.decide(t, [pins.load, pins.charger]);
        self.world.answered(t, (&before.0, &before.1), (&pins, reported), &mut self.ledger);
        self.pins = pins;
        self.reported = *reported;
        self.inconsistent = [false; 3];
        self.judge(t, t);
    }

    /// The run ends at `t_end`.
    pub fn finish(mut self, t_end: Micros) -> Verdicts {
        self.settle(t_end);
        self.ledger.close()
    }

    /// Judges everything up to `t` under the pins and conditions as they have been.
    fn settle(&mut self, t: Micros) {
        let from = self.now;
        if t < from {
            return;
        }
        // First, because the context has the hold that is left.
        self.relieve(t);
        let context = self.context(t);
        for level in &mut self.levels {
            let signals = self.watch.signals(level.rule.set);
            level.settle(signals, &context);
        }
        for cut in &mut self.cuts {
            cut.settle(&self.watch.batteries, &context);
        }
        let charging = self.watch.bank_current(Signal::Charging, Signal::ChargingHeard);
        self.low_cell.settle(t, context.slack, charging);
        let strays = [
            self.watch.bank_current(Signal::StrayDischarge, Signal::StrayDischargeHeard),
            self.watch.bank_current(Signal::StrayCharge, Signal::StrayChargeHeard),
        ];
        self.strays.settle(&context, strays);
        self.world.settle(from, t, &mut self.watch, &mut self.ledger);
        self.judge(from, t);
        self.now = t;
    }

    fn context(&self, now: Micros) -> Context {
        let both_high_since = match (self.high_since[0], self.high_since[2]) {
            (Some(load), Some(pre_alarm)) => Some(load.max(pre_alarm).max(self.countdown_from)),
            _ => None,
        };
        Context {
            now,
            base: self.world.base(),
            running_from: self.world.running_from(),
            changed: self.changed,
            slack: self.world.slack(now),
            load_high: self.pins.load,
            both_high_since,
            uv_clear_hold: self.uv_clear_hold,
        }
    }

    /// UV-2: the lengthened hold falls back when the bank is charged.
    fn relieve(&mut self, t: Micros) {
        let base = self.uv_clear_hold_base();
        let run = |strict| {
            let held = self.watch.bank.any(Signal::Relief, strict)?;
            Some(t.saturating_sub(held.since))
        };
        if run(false).is_some_and(|run| run + SLACK >= UV_RELIEF_HOLD) {
            self.uv_clear_hold.0 = base;
        }
        if run(true).is_some_and(|run| run >= UV_RELIEF_HOLD + SLACK) {
            self.uv_clear_hold.1 = base;
        }
    }

    fn uv_clear_hold_base(&self) -> Micros {
        Micros::from(self.config.limits.under_voltage_clear_hold_ms) * MS
    }
}

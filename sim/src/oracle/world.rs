//! Follows the events of the world: what they make the core do, and within which time.

use super::config::{
    BOOT_CYCLES, CYCLE, DECISION, OracleConfig, REMOTE_H_MV, REMOTE_H_OVER_MV, REMOTE_L_MV, SLACK,
    SUPPLY_HIGH_CLEAR_MV, SUPPLY_HIGH_MV, SUPPLY_OFF_HOLD, SUPPLY_OFF_MV, SUPPLY_ON_MV, TRUST_LONG,
};
use super::external::External;
use super::input::{DamagedPart, Pins, Reported, WorldEvent};
use super::ledger::{Ledger, at};
use super::links::next_arrival;
use super::signals::Signal;
use super::verdict::Property;
use super::watch::Watch;
use ngbank_models::time::{MS, Micros, NEVER};

pub(super) const SILENT: usize = 0;
pub(super) const FOREIGN: usize = 1;
pub(super) const REMOTE: usize = 2;
pub(super) const START: usize = 3;
const SUPPLY: usize = 4;
pub(super) const CLOCK: usize = 5;
const UPDATE: usize = 6;

/// BOOT-1: all batteries report within two cycles of the start, the bank is complete for three, and the pins follow.
pub(super) const START_MAX: Micros = 2 * CYCLE + BOOT_CYCLES + SLACK;

/// Why a battery is not heard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    pub broken: bool,
    pub removed: bool,
    pub damaged: bool,
    pub implausible: bool,
    /// Since when, and within which time the core notices: at the earliest, at the latest.
    pub lost: Option<(Micros, Micros, Micros)>,
}

impl Link {
    pub(super) fn heard(&self) -> bool {
        !(self.broken || self.removed || self.damaged || self.implausible)
    }

    /// Content that cannot be costs a battery its trust, also one that was never trusted (COM-4): from `t` on at the
    /// earliest, and if its frames arrive.
    pub(super) fn may_be_distrusted(&mut self, t: Micros) {
        if let Some((_, earliest, _)) = self.lost.as_mut().filter(|_| self.implausible) {
            *earliest = t.min(*earliest);
        }
    }
}

/// What an event means to the rest of the oracle.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Effect {
    /// The core starts without retained state: surely, or perhaps.
    pub start: Option<bool>,
    /// The core restarts with its state.
    pub reset: bool,
    /// The remote went off.
    pub remote_off: bool,
    /// The clock went backwards.
    pub clock: bool,
}

/// An answer that the core owes: both outputs Floating, or the cause reported.
#[derive(Clone, Copy, Debug)]
struct Owed {
    property: Property,
    out: u32,
    what: &'static str,
    by: Micros,
}

/// The world as the oracle follows it.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) batteries: usize,
    pub(super) timeout: Micros,
    pub(super) debounce: Micros,
    powered: bool,
    /// A firmware update is under way (UPD-2); at the latest from here on the LEDs say so.
    updating: Option<Micros>,
    /// The core has listened since then.
    pub(super) base: Micros,
    /// The last start is over by then at the latest.
    running: Micros,
    pub(super) externals: [External; 7],
    pub(super) links: Vec<Link>,
    pub(super) losses: Vec<Vec<Micros>>,
    /// Batteries that are silent beyond doubt from an instant on.
    pub(super) deaf: Vec<(usize, Micros)>,
    pub(super) lossy: Vec<bool>,
    pub(super) lossy_until: Micros,
    /// Its frames were damaged by chance for the last time, by battery: how often it was lost then is not known.
    pub(super) lossy_last: Vec<Option<Micros>>,
    /// Batteries that came back while the BMS was being updated and heard nothing.
    pub(super) unnoticed: Vec<usize>,
    /// Another battery sits at a position, since when.
    pub(super) foreign: Vec<Option<Micros>>,
    /// Longest way from a sample to a pin; longer than [`SLACK`] while the core decides rarely, until then.
    pub(super) reach: Micros,
    late_until: Micros,
    pub(super) remote_on: bool,
    /// When it was last switched.
    pub(super) remote_since: Micros,
    /// SUP-1: below the threshold since.
    supply_low: Option<Micros>,
    supply_high: bool,
    owed: Vec<Owed>,
    waiting_accused: bool,
}

impl World {
    pub(super) fn new(config: &OracleConfig) -> Self {
        let batteries = config.batteries();
        let ms = |ms: u32| Micros::from(ms) * MS;
        let mut world = Self {
            batteries,
            timeout: ms(config.limits.silence_timeout_ms),
            debounce: ms(config.limits.remote_debounce_ms),
            powered: false,
            updating: None,
            base: 0,
            running: NEVER,
            externals: [
                External::new(9, Property::Com, "a silent or distrusted battery (COM-2, COM-4)", false),
                External::new(10, Property::Com, "a battery of another serial or model (COM-7)", false),
                External::new(11, Property::Rem, "remote off (REM-1)", true),
                External::new(14, Property::Boot, "the start (BOOT-1)", true),
                External::new(14, Property::Sup, "a supply out of range (SUP-1)", true),
                External::new(15, Property::Time, "a clock that went backwards (TIME-2)", false),
                External::new(14, Property::Upd, "a firmware update (UPD-2)", true),
            ],
            links: vec![Link::default(); batteries],
            losses: vec![Vec::new(); batteries],
            deaf: Vec::new(),
            lossy: vec![false; batteries],
            lossy_until: 0,
            lossy_last: vec![None; batteries],
            unnoticed: Vec::new(),
            foreign: vec![None; batteries],
            reach: SLACK,
            late_until: 0,
            remote_on: false,
            remote_since: 0,
            supply_low: None,
            supply_high: false,
            owed: Vec::new(),
            waiting_accused: false,
        };
        // Until an event says otherwise the remote is off.
        world.externals[REMOTE].begin(0, 0, world.debounce + SLACK);
        world
    }

    pub(super) fn powered(&self) -> bool {
        self.powered
    }

    /// The core has listened since then.
    pub(super) fn base(&self) -> Micros {
        self.base
    }

    /// When the start is over at the latest; `NEVER` while something keeps it from ending.
    pub(super) fn running_from(&self) -> Micros {
        if self.powered { self.running } else { NEVER }
    }

    /// Longest way from a sample to a pin.
    pub(super) fn slack(&self, t: Micros) -> Micros {
        if t < self.lossy_until { self.reach + self.timeout } else { self.reach }
    }

    pub(super) fn pre_alarm_may_float(&self, t: Micros) -> bool {
        self.externals.iter().any(|external| external.pre_alarm && external.may(t))
    }

    /// A battery is silent or not trusted, perhaps: what only its fresh reports tell may stay unknown.
    pub(super) fn may_be_silent(&self, t: Micros) -> bool {
        self.externals[SILENT].may(t)
    }

    pub(super) fn start_or_supply_may(&self, t: Micros) -> bool {
        [START, SUPPLY, UPDATE].iter().any(|&cause| self.externals[cause].may(t))
    }

    pub(super) fn updating(&self) -> bool {
        self.updating.is_some()
    }

    /// LED-3: both LEDs must be blinking at `t`.
    pub(super) fn leds_must_blink(&self, t: Micros) -> bool {
        self.updating.is_some_and(|latest| latest < t)
    }

    pub(super) fn accuse_waiting(&mut self, t: Micros, text: String, ledger: &mut Ledger) {
        if !std::mem::replace(&mut self.waiting_accused, true) {
            ledger.violate(Property::Boot, t, text);
        }
    }

    pub(super) fn absolve_waiting(&mut self) {
        self.waiting_accused = false;
    }

    pub(super) fn event(
        &mut self,
        t: Micros,
        event: WorldEvent,
        watch: &mut Watch,
        ledger: &mut Ledger,
        pins: Pins,
    ) -> Effect {
        let effect = self.follow(t, event, watch, ledger, pins);
        let open = [START, CLOCK, UPDATE].map(|cause| self.externals[cause].may_until(t));
        if let Some(until) = open.into_iter().flatten().max() {
            self.running = until;
        }
        effect
    }

    fn follow(&mut self, t: Micros, event: WorldEvent, watch: &mut Watch, ledger: &mut Ledger, pins: Pins) -> Effect {
        let mut effect = Effect::default();
        match event {
            WorldEvent::PowerOn => {
                ledger.reached(Property::Boot);
                self.end_update(t);
                self.powered = true;
                self.forget_trust(t);
                self.start(t, watch);
                effect.start = Some(true);
            }
            WorldEvent::PowerLost => {
                ledger.reached(Property::Boot);
                self.end_update(t);
                self.powered = false;
                self.externals[START].begin(0, t, t + DECISION);
            }
            WorldEvent::WatchdogReset => {
                ledger.reached(Property::Boot);
                self.end_update(t);
                self.start(t, watch);
                self.owe(t, START, pins);
                effect.reset = true;
            }
            WorldEvent::UpdateBegins => {
                ledger.reached(Property::Upd);
                // The next decision, however late decisions come now.
                let latest = t + DECISION + (self.reach - SLACK);
                self.updating = Some(latest);
                self.externals[UPDATE].begin(0, t, latest);
            }
            WorldEvent::UpdateEnds { failed } => {
                self.end_update(t);
                if !failed {
                    self.forget_trust(t);
                    effect.start = Some(true);
                }
                self.start(t, watch);
                effect.reset = failed;
            }
            // The oracle as a whole takes them.
            WorldEvent::Settings { .. } => {}
            WorldEvent::ClockSetBack { ms } => {
                effect.clock = true;
                ledger.reached(Property::Time);
                self.base = t;
                self.externals[CLOCK].begin(0, t, NEVER);
                self.end_clock_fault(t, t + START_MAX);
                if !self.updating() {
                    self.trust_anew(t, watch);
                }
                // A smaller step may pass between two decisions.
                if Micros::from(ms) * MS > DECISION {
                    self.owe(t, CLOCK, pins);
                }
            }
            WorldEvent::Remote { l_mv, h_mv, supply_mv } => {
                effect.remote_off = self.remote(t, l_mv, h_mv, supply_mv, ledger)
            }
            WorldEvent::Supply { mv } => effect.start = self.supply(t, mv, watch, ledger),
            WorldEvent::ChainBroken { from } => {
                ledger.reached(Property::Com);
                for b in 0..self.batteries {
                    self.relink(t, b, watch, |link| link.broken = b >= from);
                }
            }
            WorldEvent::ChainRepaired => {
                for b in 0..self.batteries {
                    self.relink(t, b, watch, |link| link.broken = false);
                }
            }
            WorldEvent::BatteryRemoved { battery, removed } => {
                if removed {
                    ledger.reached(Property::Com);
                }
                self.relink(t, battery, watch, |link| link.removed = removed);
            }
            WorldEvent::ForeignBattery { battery, present } => {
                self.foreign(t, battery, present, watch, ledger);
            }
            WorldEvent::ChannelFault { battery, cell, fault } => {
                watch.set_fault(battery, cell, fault);
                self.channel_changed(t, battery, watch, ledger);
            }
            WorldEvent::TemperatureFault { battery, sensor, stuck_c } => {
                watch.set_temperature_fault(battery, sensor, stuck_c);
                self.channel_changed(t, battery, watch, ledger);
            }
            WorldEvent::Decisions { every } => {
                // What is under way when the decisions come faster again may still be late.
                let until = if every > DECISION { NEVER } else { t + self.reach };
                self.reach = self.reach.max(SLACK + every.saturating_sub(DECISION));
                self.late_until = until;
            }
            WorldEvent::Damaged { battery, part } => {
                let range = battery.map_or(0..self.batteries, |b| b.min(self.batteries)..(b + 1).min(self.batteries));
                if part != DamagedPart::None {
                    ledger.reached(Property::Com);
                }
                for b in range {
                    self.damaged(t, b, part, watch);
                }
            }
        }
        effect
    }

    fn end_update(&mut self, t: Micros) {
        self.updating = None;
        self.externals[UPDATE].end(0, t, t);
    }

    /// Something that battery `b` measures with has broken or been repaired (COM-4).
    fn channel_changed(&mut self, t: Micros, b: usize, watch: &mut Watch, ledger: &mut Ledger) {
        let implausible = watch.implausible(b);
        if implausible {
            ledger.reached(Property::Com);
        }
        if b < self.batteries {
            self.relink(t, b, watch, |link| link.implausible = implausible);
        }
    }

    /// The core starts at `t`: outputs float until every battery has reported (BOOT-1).
    fn start(&mut self, t: Micros, watch: &mut Watch) {
        self.base = t;
        let arrivals =
            self.links.iter().enumerate().map(|(b, link)| if link.heard() { next_arrival(t, b) } else { NEVER });
        let complete = arrivals.max().unwrap_or(t);
        let over = if self.strange() { NEVER } else { t + START_MAX };
        let start = &mut self.externals[START];
        start.end(0, t, t);
        start.begin(0, t, t + 1);
        if complete < NEVER {
            start.end(0, complete, over);
        }
        // Remote and bank are judged anew.
        if self.remote_on {
            self.externals[REMOTE].allow(t, t + self.debounce + self.reach);
        }
        let over = t + START_MAX;
        self.trust_anew(t, watch);
        self.externals[SILENT].allow(t, over);
        for (b, foreign) in self.foreign.iter().enumerate() {
            // The start learns what it finds; whether that is the bank configured depends on the model.
            let until = if foreign.is_some() { NEVER } else { over };
            self.externals[FOREIGN].end(b, t, until);
            watch.set_foreign(b, false);
        }
        self.externals[FOREIGN].allow(t, over);
    }

    /// A running time of trust starts anew at full length (BOOT-2, TIME-2).
    fn trust_anew(&mut self, t: Micros, watch: &mut Watch) {
        if !self.externals[SILENT].may(t) {
            return;
        }
        let trusted = t + TRUST_LONG + self.reach;
        self.externals[SILENT].allow(t, trusted);
        watch.extend_distrust(t, trusted);
        for b in std::mem::take(&mut self.unnoticed) {
            self.externals[SILENT].end(b, NEVER, t);
            if !self.lossy[b] {
                watch.trust_from(b, trusted);
            }
        }
    }

    /// A clock fault ends as a start does, once every battery is heard and is the right one (TIME-2, BOOT-1); at the latest at
    /// `latest`, unless that is not sure.
    pub(super) fn end_clock_fault(&mut self, t: Micros, latest: Micros) {
        if self.links.iter().all(Link::heard) {
            self.externals[CLOCK].end(0, t, if self.strange() { NEVER } else { latest });
        }
    }

    /// Whether a battery is another one, or is heard now and then only: nobody knows how long a start takes.
    fn strange(&self) -> bool {
        self.foreign.iter().any(Option::is_some) || self.lossy.contains(&true)
    }

    /// After power loss a battery needs to be heard again, no more (BOOT-2). One that is silent now has never been heard:
    /// the start waits for it, but nothing of it was lost – unless it says what cannot be.
    fn forget_trust(&mut self, t: Micros) {
        for (b, link) in self.links.iter_mut().enumerate() {
            if link.heard() {
                self.externals[SILENT].end(b, t, NEVER);
            } else {
                link.lost = Some((t, NEVER, NEVER));
                link.may_be_distrusted(t);
            }
        }
    }

    fn owe(&mut self, t: Micros, external: usize, pins: Pins) {
        if pins.load || pins.charger {
            let External { out, property, what, .. } = self.externals[external];
            self.owed.push(Owed { property, out, what, by: t + self.reach });
        }
    }

    /// REM-1, REM-2; true when it went off.
    fn remote(&mut self, t: Micros, l_mv: i32, h_mv: i32, supply_mv: i32, ledger: &mut Ledger) -> bool {
        let h_high = h_mv > REMOTE_H_MV && h_mv <= supply_mv + REMOTE_H_OVER_MV;
        let on = l_mv < REMOTE_L_MV || h_high;
        if on == self.remote_on {
            return false;
        }
        self.remote_on = on;
        self.remote_since = t;
        let remote = &mut self.externals[REMOTE];
        if on {
            // It acts at the first decision at which it has held for the debounce time (REM-3).
            remote.end(0, t + self.debounce, t + self.debounce + self.reach);
            remote.allow(t, t + self.debounce + self.reach);
        } else {
            if self.powered {
                ledger.reached(Property::Rem);
            }
            remote.begin(0, t, t + self.debounce + self.reach);
        }
        !on
    }

    /// SUP-1; `Some` when the core starts.
    fn supply(&mut self, t: Micros, mv: i32, watch: &mut Watch, ledger: &mut Ledger) -> Option<bool> {
        let mut start = None;
        if mv < SUPPLY_OFF_MV && self.supply_low.is_none() {
            ledger.reached(Property::Sup);
            self.supply_low = Some(t);
            self.externals[SUPPLY].begin(0, t, t + SUPPLY_OFF_HOLD + self.reach);
        }
        if mv > SUPPLY_ON_MV
            && let Some(since) = self.supply_low.take()
        {
            self.externals[SUPPLY].end(0, t, t + self.reach);
            // A dip of less than 10 ms is none.
            if t >= since + SUPPLY_OFF_HOLD {
                self.start(t, watch);
                start = Some(false);
            }
        }
        if mv > SUPPLY_HIGH_MV && !self.supply_high {
            ledger.reached(Property::Sup);
            self.supply_high = true;
            self.externals[SUPPLY].begin(1, t, t + self.reach);
        }
        if mv < SUPPLY_HIGH_CLEAR_MV && self.supply_high {
            self.supply_high = false;
            self.externals[SUPPLY].end(1, t, t + self.reach);
        }
        start
    }

    /// Time passes from `from` to `t`.
    pub(super) fn settle(&mut self, from: Micros, t: Micros, watch: &mut Watch, ledger: &mut Ledger) {
        if self.late_until <= from {
            self.reach = SLACK;
        }
        self.deaf.retain(|(b, latest)| {
            let due = *latest <= t;
            if due && watch.is_silent(*b) {
                watch.no_clears(*b);
            }
            !due
        });
        // A cell that has been run down to nothing makes its battery implausible (COM-4).
        if watch.batteries.any(Signal::Implausible, false).is_some() {
            self.externals[SILENT].allow(from, t + TRUST_LONG + self.reach);
        }
        let late = |owed: &&Owed| owed.by < t;
        for owed in self.owed.iter().filter(late) {
            let text = format!(
                "{} was not answered by {}: an output stayed High and OUT-{} was not reported",
                owed.what,
                at(owed.by),
                owed.out
            );
            ledger.violate(owed.property, owed.by, text);
        }
        self.owed.retain(|owed| owed.by >= t);
        for external in &mut self.externals {
            external.prune(from);
        }
    }

    /// The core answers: both outputs Floating, or the cause reported.
    pub(super) fn answered(
        &mut self,
        t: Micros,
        (pins_before, was): (&Pins, &Reported),
        (pins, reported): (&Pins, &Reported),
        ledger: &mut Ledger,
    ) {
        let floating = !pins.load && !pins.charger;
        self.owed.retain(|owed| {
            let done = floating && (owed.out == 14 || reported.load.has(owed.out));
            if done {
                ledger.margin(owed.property, (owed.by, t), "the latest answer");
            }
            !done
        });
        for external in &self.externals {
            // A start floats the pins by itself.
            if external.property != Property::Boot
                && reported.load.has(external.out)
                && !was.load.has(external.out)
                && let Some(deadline) = external.deadline(t)
                && let Some(deadline) = self.judged_from(external, pins_before).map(|from| from.max(deadline))
                && deadline < NEVER
            {
                ledger.margin(external.property, (deadline, t), "the latest answer");
            }
        }
    }

    /// From when on [`World::judge`] objects to a cause that must hold and is not reported yet: at once to an output
    /// that is High, else only when the start is over; never when nothing but the pins is judged.
    fn judged_from(&self, external: &External, pins: &Pins) -> Option<Micros> {
        let high = pins.load || pins.charger || (external.pre_alarm && pins.pre_alarm);
        match (high, external.out) {
            (true, _) => Some(0),
            (false, 14) => None,
            (false, _) => Some(self.running_from()),
        }
    }

    /// Compares the pins and reported causes, unchanged on `[from, to)`, with the causes out of events.
    pub(super) fn judge(&mut self, from: Micros, to: Micros, pins: Pins, reported: &Reported, ledger: &mut Ledger) {
        let running = self.running_from() <= to;
        let starting_may = self.start_or_supply_may(to);
        let all = reported.load.with(reported.charger).with(reported.pre_alarm);
        for external in &mut self.externals {
            let must = if from == to { external.must(to).then_some(to) } else { external.must_within(from, to) };
            let high = pins.load || pins.charger || (external.pre_alarm && pins.pre_alarm);
            let text = match must {
                Some(time) if high => {
                    let text = format!("an output is High at {} in spite of {}", at(time), external.what);
                    Some((time, text))
                }
                Some(time) if running && external.out != 14 && !all.has(external.out) => {
                    let text =
                        format!("OUT-{} is not reported at {} in spite of {}", external.out, at(time), external.what);
                    Some((time, text))
                }
                _ if self.powered
                    && external.out != 14
                    && all.has(external.out)
                    && !external.may(to)
                    && !starting_may =>
                {
                    let text = format!("OUT-{} is reported at {} without {}", external.out, at(to), external.what);
                    Some((to, text))
                }
                _ => None,
            };
            match text {
                Some((time, text)) if !external.accused => {
                    external.accused = true;
                    ledger.violate(external.property, time, text);
                }
                Some(_) => {}
                None => external.accused = false,
            }
        }
    }
}

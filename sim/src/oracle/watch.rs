//! Looks at the true plant on the sample grid, only as finely as the conditions ask for.

use super::config::{CYCLE, OracleConfig, SLOT};
use super::input::{Boxes, CELLS_MAX, ChannelFault, Truth, TruthBounds, TruthSample, permille};
use super::signals::{Edges, LOOSE, Look, QUANTITIES, Signal, Signals, Values, bit, loose_clears, strict_clears};
use ngbank_models::electronics::Envelope;
use ngbank_models::time::Micros;

/// COM-4: a reading outside of this is content that cannot be, mV.
const PLAUSIBLE_MV: std::ops::RangeInclusive<f64> = 500.0..=5000.0;

/// The same of a temperature sensor, °C.
const PLAUSIBLE_C: std::ops::RangeInclusive<f64> = -45.0..=100.0;

/// What the oracle knows of one battery apart from its conditions.
#[derive(Clone, Debug)]
struct Battery {
    faults: [Option<ChannelFault>; CELLS_MAX],
    /// What broken temperature sensors read, °C.
    stuck_c: [Option<f64>; 2],
    /// Its frames do not arrive or are not believed: its conditions stay as they were.
    silent: bool,
    /// It is silent beyond doubt, and its current counts as none.
    deaf: bool,
    /// It is another battery: whether the core takes its values is open (COM-7).
    foreign: bool,
    /// Its clear conditions do not count before (COM-5).
    distrusted_until: Micros,
    /// Bounds of the last look: charge (‰) and current (A).
    soc_pm: (f64, f64),
    current_a: (f64, f64),
    /// Lowest and highest cell of the last look, V.
    lowest_v: f64,
    highest_v: f64,
    /// All values of the last look, low and high; anything before the first.
    last: (Values, Values),
    /// Nothing above is out of the ordinary: it is heard and trusted, and measures what is true.
    plain: bool,
}

/// Since when a current flows: possibly, and for certain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    pub loose: Option<Micros>,
    pub strict: Option<Micros>,
}

/// The conditions of every battery and of the bank.
#[derive(Clone, Debug)]
pub(super) struct Watch {
    pub batteries: Signals,
    pub bank: Signals,
    each: Vec<Battery>,
    /// Batteries that are not [plain](Battery::plain).
    odd: usize,
    /// By battery: what the last look saw, if boxes around the whole bank were enough for it and nobody has asked since.
    glimpse: Vec<Envelope>,
    /// What a full counter holds in it, A·s; `None` if there is nothing to be taken in.
    glimpse_as: Option<f64>,
    series: usize,
    cells: usize,
}

/// Conditions that begin at one grid point.
#[derive(Debug, Default)]
pub(super) struct Changes {
    batteries: Vec<(usize, u64, Values)>,
    bank: Option<(u64, Values)>,
    /// Rows that must be looked at more finely.
    pub open: Vec<usize>,
    pub bank_open: bool,
}

/// When the frame of a sample of battery `b` arrives (COM-1).
fn arrival(sample: Micros, b: usize) -> Micros {
    sample + (b as Micros + 1) * SLOT
}

impl Changes {
    /// True when a condition may change here.
    pub(super) fn any(&self) -> bool {
        !self.batteries.is_empty() || self.bank.is_some()
    }
}

impl Battery {
    /// The bits that its values may set.
    fn allowed(&self) -> u64 {
        let certain = if self.distrusted_until > 0 { !strict_clears() } else { u64::MAX };
        if self.foreign { certain & LOOSE } else { certain }
    }

    /// The core hears and believes it, for certain.
    fn trusted(&self) -> bool {
        !self.silent && !self.foreign && self.distrusted_until == 0
    }

    /// Notes bounds on what it measures; the temperature is the true one.
    fn see(&mut self, bounds: &TruthBounds) {
        let (lowest_v, highest_v, current_a) = (bounds.lowest_v, bounds.highest_v, bounds.current_a);
        self.soc_pm = (f64::from(bounds.soc_pm.0), f64::from(bounds.soc_pm.1));
        self.current_a = current_a;
        self.lowest_v = lowest_v.0;
        self.highest_v = highest_v.1;
        let (cold, hot) = (self.sensors(bounds.temperature_c.0), self.sensors(bounds.temperature_c.1));
        self.last = (
            [lowest_v.0, highest_v.0, cold.0, current_a.0, cold.1],
            [lowest_v.1, highest_v.1, hot.0, current_a.1, hot.1],
        );
    }

    fn classify(&mut self) {
        self.plain = self.trusted() && self.faults.iter().all(Option::is_none) && self.stuck_c == [None; 2];
    }

    /// What the coldest and the hottest sensor read at this temperature.
    fn sensors(&self, temperature_c: f64) -> (f64, f64) {
        let [first, second] = self.stuck_c.map(|stuck_c| stuck_c.unwrap_or(temperature_c));
        (first.min(second), first.max(second))
    }
}

impl Watch {
    pub(super) fn new(config: &OracleConfig) -> Self {
        let battery = Battery {
            faults: [None; CELLS_MAX],
            stuck_c: [None; 2],
            silent: false,
            deaf: false,
            foreign: false,
            distrusted_until: 0,
            soc_pm: (1000.0, 1000.0),
            current_a: (0.0, 0.0),
            lowest_v: f64::INFINITY,
            highest_v: f64::NEG_INFINITY,
            last: ([f64::NEG_INFINITY; QUANTITIES], [f64::INFINITY; QUANTITIES]),
            plain: true,
        };
        let batteries = config.batteries();
        Self {
            batteries: Signals::new(Edges::battery(config), batteries),
            bank: Signals::new(Edges::bank(config), 1),
            each: vec![battery; batteries],
            odd: 0,
            glimpse: vec![Envelope::NONE; batteries],
            glimpse_as: None,
            series: config.series,
            cells: config.cells.min(CELLS_MAX),
        }
    }

    pub(super) fn signals(&self, signal: Signal) -> &Signals {
        if signal.is_bank() { &self.bank } else { &self.batteries }
    }

    /// The first look at the grid points `[from, to]`: `open` becomes the batteries where boxes around the whole do not show
    /// that no condition changes; the result is true if they do not show it for the bank.
    pub(super) fn first_look(&mut self, truth: &dyn Truth, from: Micros, to: Micros, open: &mut Vec<usize>) -> bool {
        open.clear();
        let boxes = truth.boxes(from, to);
        if boxes.is_some_and(|boxes| self.glance(&boxes)) {
            return false;
        }
        self.recall();
        let mut bounds = TruthBounds::default();
        for (b, battery) in self.each.iter_mut().enumerate() {
            if battery.plain {
                match boxes {
                    Some(boxes) => bounds = TruthBounds::of(&boxes.each[b], boxes.capacity_as),
                    None => truth.bounds(from, to, b, &mut bounds),
                }
                battery.see(&bounds);
                if self.batteries.is_calm(b, &battery.last.0, &battery.last.1) {
                    continue;
                }
            }
            open.push(b);
        }
        let (low, high) = self.bank_values();
        !self.bank.is_calm(0, &low, &high)
    }

    /// True when the box around all batteries shows that no condition changes at any of them, nor at the bank. What the
    /// boxes say of each battery is kept for whoever asks.
    fn glance(&mut self, boxes: &Boxes) -> bool {
        let Envelope { low, high } = boxes.bank;
        let battery = |end: &[f64; 4]| {
            let (volts, celsius) = (end[Envelope::VOLTS], end[Envelope::CELSIUS]);
            [volts, volts, celsius, end[Envelope::AMPS], celsius]
        };
        let (bank_low, bank_high) = self.bank_within(boxes);
        let calm = self.odd == 0
            && self.batteries.are_all_calm(&battery(low), &battery(high))
            && self.bank.is_calm(0, &bank_low, &bank_high);
        if calm {
            self.glimpse.copy_from_slice(boxes.each);
            self.glimpse_as = Some(boxes.capacity_as);
        }
        calm
    }

    /// Bounds on [`Watch::bank_values`] while every battery is plain. The charge of the bank, a mean of batteries, is
    /// between the lowest and the highest of them.
    fn bank_within(&self, boxes: &Boxes) -> (Values, Values) {
        let bank = |end: &[f64; 4], amps: f64| {
            [f64::from(permille(end[Envelope::COUNTED], boxes.capacity_as)), amps, amps, 0.0, 0.0]
        };
        let (mut low_a, mut high_a) = (0.0, 0.0);
        for speaker in boxes.each.iter().step_by(self.series) {
            low_a += speaker.low[Envelope::AMPS];
            high_a += speaker.high[Envelope::AMPS];
        }
        (bank(&boxes.bank.low, low_a), bank(&boxes.bank.high, high_a))
    }

    /// Takes in what the last look saw, if only boxes around the whole bank have been looked at.
    fn recall(&mut self) {
        let Some(capacity_as) = self.glimpse_as.take() else { return };
        for (battery, found) in self.each.iter_mut().zip(&self.glimpse) {
            battery.see(&TruthBounds::of(found, capacity_as));
        }
    }

    /// To be called after a change of what decides whether battery `b` is plain.
    fn classify(&mut self, b: usize) {
        self.each[b].classify();
        self.odd = self.each.iter().filter(|battery| !battery.plain).count();
    }

    /// Looks at batteries `which` (and the bank) on the grid points `[from, to]`.
    pub(super) fn look(&mut self, truth: &dyn Truth, from: Micros, to: Micros, which: &[usize], bank: bool) -> Changes {
        let mut changes = Changes::default();
        for &b in which {
            if self.each[b].silent {
                continue;
            }
            let (low, high) = if from == to { self.sample(truth, from, b) } else { self.bounds(truth, from, to, b) };
            self.each[b].last = (low, high);
            if (1..=from).contains(&self.each[b].distrusted_until) {
                self.each[b].distrusted_until = 0;
                self.classify(b);
                self.batteries.forget_calm(b);
            }
            let allowed = self.each[b].allowed();
            match self.batteries.look(b, &low, &high, allowed) {
                Look::Calm => {}
                Look::Changed(mask, values) => changes.batteries.push((b, mask, values)),
                Look::Open => changes.open.push(b),
            }
        }
        if bank {
            let (low, high) = self.bank_values();
            match self.bank.look(0, &low, &high, u64::MAX) {
                Look::Calm => {}
                Look::Changed(mask, values) => changes.bank = Some((mask, values)),
                Look::Open => changes.bank_open = true,
            }
        }
        changes
    }

    pub(super) fn apply(&mut self, t: Micros, changes: &Changes) {
        self.batteries.set(t, &changes.batteries);
        if let Some((mask, values)) = changes.bank {
            self.bank.set(t, &[(0, mask, values)]);
        }
    }

    fn sample(&mut self, truth: &dyn Truth, t: Micros, b: usize) -> (Values, Values) {
        let mut sample = TruthSample::default();
        truth.sample(t, b, &mut sample);
        let battery = &mut self.each[b];
        let (mut lowest_v, mut highest_v) = (f64::INFINITY, f64::NEG_INFINITY);
        for (volts, fault) in sample.cells_v[..self.cells].iter().zip(&battery.faults) {
            let seen_v = match fault {
                None => *volts,
                Some(ChannelFault::Offset { mv }) => volts + mv * 1e-3,
                Some(ChannelFault::Stuck { mv }) => mv * 1e-3,
            };
            lowest_v = lowest_v.min(seen_v);
            highest_v = highest_v.max(seen_v);
        }
        let soc_pm = f64::from(sample.counted_soc_pm);
        battery.soc_pm = (soc_pm, soc_pm);
        battery.current_a = (sample.current_a, sample.current_a);
        battery.lowest_v = lowest_v;
        battery.highest_v = highest_v;
        let (coldest_c, hottest_c) = battery.sensors(sample.temperature_c);
        let values = [lowest_v, highest_v, coldest_c, sample.current_a, hottest_c];
        (values, values)
    }

    fn bounds(&mut self, truth: &dyn Truth, from: Micros, to: Micros, b: usize) -> (Values, Values) {
        let mut bounds = TruthBounds::default();
        truth.bounds(from, to, b, &mut bounds);
        let battery = &mut self.each[b];
        let (mut lowest_v, mut highest_v) = (bounds.lowest_v, bounds.highest_v);
        for fault in battery.faults.iter().flatten() {
            match fault {
                ChannelFault::Offset { mv } => {
                    let (down, up) = ((mv * 1e-3).min(0.0), (mv * 1e-3).max(0.0));
                    lowest_v = (lowest_v.0 + down, lowest_v.1 + up);
                    highest_v = (highest_v.0 + down, highest_v.1 + up);
                }
                ChannelFault::Stuck { mv } => {
                    // The stuck cell may have been the lowest or the highest one.
                    let (volts, old) = (mv * 1e-3, (lowest_v, highest_v));
                    lowest_v = (old.0.0.min(volts), old.1.1.min(volts));
                    highest_v = (old.0.0.max(volts), old.1.1.max(volts));
                }
            }
        }
        (bounds.lowest_v, bounds.highest_v) = (lowest_v, highest_v);
        battery.see(&bounds);
        battery.last
    }

    /// Other settings from `t` on (UPD-1): what the last look saw, judged by them.
    pub(super) fn change(&mut self, t: Micros, config: &OracleConfig) {
        self.recall();
        let one = |(b, battery): (usize, &Battery)| {
            let mut allowed = battery.allowed();
            if battery.silent {
                allowed &= self.batteries.mask(b) | (LOOSE & !loose_clears());
            }
            (battery.last.0, battery.last.1, allowed)
        };
        let boxes: Vec<_> = self.each.iter().enumerate().map(one).collect();
        self.batteries.change(t, Edges::battery(config), &boxes);
        let (low, high) = self.bank_values();
        self.bank.change(t, Edges::bank(config), &[(low, high, u64::MAX)]);
    }

    /// Since when this current of the bank flows. In a string that no trusted battery speaks for it may count or not.
    pub(super) fn bank_current(&self, signal: Signal, heard: Signal) -> Run {
        let since = |signal: Signal, strict: bool| self.bank.any(signal, strict).map(|held| held.since);
        let loose = since(signal, false).into_iter().chain(since(heard, false)).min();
        let strict = since(signal, true).zip(since(heard, true)).map(|(all, heard)| all.max(heard));
        Run { loose, strict }
    }

    /// SOC-1 and the bank's currents out of the last look at every battery.
    fn bank_values(&self) -> (Values, Values) {
        let (mut low, mut high) = ([0.0; QUANTITIES], [0.0; QUANTITIES]);
        let mut strings = 0.0;
        for string in self.each.chunks(self.series) {
            strings += 1.0;
            low[0] += string.iter().map(|b| b.soc_pm.0).fold(1000.0, f64::min);
            high[0] += string.iter().map(|b| b.soc_pm.1).fold(1000.0, f64::min);
            // One battery that is heard speaks for its string.
            let Some(speaker) = string.iter().find(|b| !b.silent).or(string.iter().find(|b| !b.deaf)) else { continue };
            low[1] += speaker.current_a.0;
            high[1] += speaker.current_a.1;
            if string.iter().any(Battery::trusted) {
                low[2] += speaker.current_a.0;
                high[2] += speaker.current_a.1;
            }
        }
        low[0] /= strings;
        high[0] /= strings;
        (low, high)
    }

    /// When the first sample arrived of the longest unbroken row in which the lowest cell of one battery was truly below
    /// the under-voltage threshold, without tolerance.
    pub(super) fn under_voltage_since(&self) -> Option<Micros> {
        let held = self.batteries.any(Signal::UvNominal, false)?;
        Some(arrival(held.since, held.row))
    }

    /// The extremes of the last look at a voltage, for the distance to an edge: lowest and highest cell of the bank.
    pub(super) fn extremes(&mut self) -> Values {
        self.recall();
        let lowest = self.each.iter().map(|b| b.lowest_v);
        let highest = self.each.iter().map(|b| b.highest_v);
        [lowest.fold(f64::INFINITY, f64::min), highest.fold(f64::NEG_INFINITY, f64::max), 0.0, 0.0, 0.0]
    }

    pub(super) fn set_fault(&mut self, b: usize, cell: usize, fault: Option<ChannelFault>) {
        self.recall();
        if let Some(slot) = self.each.get_mut(b).and_then(|b| b.faults.get_mut(cell)) {
            *slot = fault;
            self.classify(b);
            self.batteries.forget_calm(b);
        }
    }

    pub(super) fn set_temperature_fault(&mut self, b: usize, sensor: usize, stuck_c: Option<f64>) {
        self.recall();
        if let Some(slot) = self.each.get_mut(b).and_then(|b| b.stuck_c.get_mut(sensor)) {
            *slot = stuck_c;
            self.classify(b);
            self.batteries.forget_calm(b);
        }
    }

    /// True when a channel of the battery reads what cannot be (COM-4).
    pub(super) fn implausible(&self, b: usize) -> bool {
        self.each.get(b).is_some_and(|battery| {
            let cell =
                |fault: &Option<_>| matches!(fault, Some(ChannelFault::Stuck { mv }) if !PLAUSIBLE_MV.contains(mv));
            battery.faults.iter().any(cell) || battery.stuck_c.iter().flatten().any(|c| !PLAUSIBLE_C.contains(c))
        })
    }

    pub(super) fn is_silent(&self, b: usize) -> bool {
        self.each[b].silent
    }

    /// The battery is not heard from `t` on. What only its last sample showed may never have arrived.
    pub(super) fn silence(&mut self, b: usize, t: Micros) {
        self.recall();
        let battery = &mut self.each[b];
        battery.silent = true;
        // The last value stands; without a width that would keep the bank's values open for ever.
        battery.soc_pm.1 = battery.soc_pm.0;
        battery.current_a.1 = battery.current_a.0;
        self.classify(b);
        let (clears, loose) = (strict_clears(), loose_clears());
        let nominal = bit(Signal::UvNominal, false);
        self.batteries.thin(b, |bit, since| {
            let strict = bit % 2 == 1;
            let clear = (clears | loose) & (1 << bit) != 0;
            let never_arrived = bit == nominal && arrival(since, b) >= t;
            never_arrived || (strict && (clear || since + CYCLE >= t))
        });
    }

    /// The battery is silent beyond doubt: no clear rule is met by it (COM-2).
    pub(super) fn no_clears(&mut self, b: usize) {
        self.each[b].deaf = true;
        let loose = loose_clears();
        // OC-1 looks at each battery by itself: the warning of another one ends without this one.
        let currents = bit(Signal::DischargeClear, false);
        self.batteries.thin(b, |bit, _| loose & (1 << bit) != 0 && bit != currents);
    }

    /// The battery is heard again; it counts for clear rules for certain from `trusted` on.
    pub(super) fn hear(&mut self, b: usize, trusted: Micros) {
        (self.each[b].silent, self.each[b].deaf) = (false, false);
        // `distrust` classifies.
        self.distrust(b, trusted);
    }

    /// Clear conditions of the battery do not count for certain before `until`.
    pub(super) fn distrust(&mut self, b: usize, until: Micros) {
        let battery = &mut self.each[b];
        battery.distrusted_until = battery.distrusted_until.max(until);
        self.classify(b);
        let clears = strict_clears();
        self.batteries.thin(b, |bit, _| clears & (1 << bit) != 0);
        self.batteries.forget_calm(b);
    }

    /// Another battery sits here, or the core has learnt what sits here.
    pub(super) fn set_foreign(&mut self, b: usize, foreign: bool) {
        self.each[b].foreign = foreign;
        self.classify(b);
        if foreign {
            self.batteries.thin(b, |bit, _| bit % 2 == 1);
        }
        self.batteries.forget_calm(b);
    }

    /// A start or reset begins the trust of batteries that are not trusted yet anew (BOOT-2).
    pub(super) fn extend_distrust(&mut self, t: Micros, until: Micros) {
        for battery in &mut self.each {
            if battery.distrusted_until > t {
                battery.distrusted_until = battery.distrusted_until.max(until);
            }
        }
    }

    /// The battery counts for clear rules for certain from `t` on.
    pub(super) fn trust_from(&mut self, b: usize, t: Micros) {
        self.each[b].distrusted_until = t;
        self.classify(b);
    }
}

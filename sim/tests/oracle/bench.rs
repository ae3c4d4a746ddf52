//! A bank of two strings of one 4-cell battery whose first battery follows ramps, and a BMS played by the test.

use ngbank_models::electronics::Envelope;
use ngbank_models::time::{MS, Micros, SECOND};
use ngbank_sim::oracle::{
    Boxes, CauseIds, Limits, Oracle, OracleConfig, Pins, Property, Reported, Status, Truth, TruthBounds, TruthSample,
    Verdict, Verdicts, WorldEvent,
};

/// A quantity over time: linear between points (seconds, value), constant before and after.
#[derive(Clone)]
pub struct Ramp(Vec<(f64, f64)>);

impl Ramp {
    /// Always this value.
    pub fn flat(value: f64) -> Self {
        Self(vec![(0.0, value)])
    }

    /// Through these points.
    pub fn through(points: &[(f64, f64)]) -> Self {
        Self(points.to_vec())
    }

    fn at(&self, seconds: f64) -> f64 {
        let after = self.0.iter().position(|point| point.0 > seconds);
        match after {
            None => self.0[self.0.len() - 1].1,
            Some(0) => self.0[0].1,
            Some(i) => {
                let ((t0, v0), (t1, v1)) = (self.0[i - 1], self.0[i]);
                v0 + (v1 - v0) * (seconds - t0) / (t1 - t0)
            }
        }
    }

    fn bounds(&self, from: f64, to: f64) -> (f64, f64) {
        let inner = self.0.iter().filter(|point| from < point.0 && point.0 < to);
        let values = inner.map(|point| point.1).chain([self.at(from), self.at(to)]);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    }
}

/// The true plant: cell 0 of battery 0, its temperature and current; the current of battery 1; the charge of both.
#[derive(Clone)]
pub struct Plant {
    pub cell_v: Ramp,
    pub celsius: Ramp,
    pub amps: Ramp,
    pub other_amps: Ramp,
    pub soc_pm: Ramp,
}

impl Default for Plant {
    fn default() -> Self {
        Self {
            cell_v: Ramp::flat(3.3),
            celsius: Ramp::flat(20.0),
            amps: Ramp::flat(0.0),
            other_amps: Ramp::flat(0.0),
            soc_pm: Ramp::flat(800.0),
        }
    }
}

fn seconds(t: Micros) -> f64 {
    t as f64 * 1e-6
}

impl Truth for Plant {
    fn batteries(&self) -> usize {
        2
    }

    fn cells(&self) -> usize {
        4
    }

    fn sample(&self, t: Micros, b: usize, out: &mut TruthSample) {
        *out = TruthSample::default();
        out.cells_v[..4].fill(3.3);
        out.temperature_c = 20.0;
        out.current_a = self.other_amps.at(seconds(t));
        out.counted_soc_pm = self.soc_pm.at(seconds(t)) as u16;
        if b == 0 {
            out.cells_v[0] = self.cell_v.at(seconds(t));
            out.temperature_c = self.celsius.at(seconds(t));
            out.current_a = self.amps.at(seconds(t));
        }
    }

    fn bounds(&self, ta: Micros, tb: Micros, b: usize, out: &mut TruthBounds) {
        let within = |ramp: &Ramp| ramp.bounds(seconds(ta), seconds(tb));
        let (soc_low, soc_high) = within(&self.soc_pm);
        *out = TruthBounds {
            lowest_v: (3.3, 3.3),
            highest_v: (3.3, 3.3),
            temperature_c: (20.0, 20.0),
            current_a: within(&self.other_amps),
            soc_pm: (soc_low as u16, soc_high as u16),
        };
        if b == 0 {
            let (low, high) = within(&self.cell_v);
            out.lowest_v = (low.min(3.3), high.min(3.3));
            out.highest_v = (low.max(3.3), high.max(3.3));
            out.temperature_c = within(&self.celsius);
            out.current_a = within(&self.amps);
        }
    }
}

/// A plant on one chunk, with boxes for the first look.
struct Boxed<'a> {
    plant: &'a Plant,
    each: Vec<Envelope>,
    bank: Envelope,
}

impl<'a> Boxed<'a> {
    fn new(plant: &'a Plant, ta: Micros, tb: Micros) -> Self {
        let each: Vec<_> = (0..plant.batteries()).map(|b| plant.envelope(ta, tb, b)).collect();
        let mut bank = Envelope::NONE;
        each.iter().for_each(|found| bank.enclose(found));
        Self { plant, each, bank }
    }
}

impl Plant {
    /// The counter in ‰.
    fn envelope(&self, ta: Micros, tb: Micros, b: usize) -> Envelope {
        let mut bounds = TruthBounds::default();
        self.bounds(ta, tb, b, &mut bounds);
        let (charge, amps, celsius) = (bounds.soc_pm, bounds.current_a, bounds.temperature_c);
        Envelope {
            low: [bounds.lowest_v.0, amps.0, celsius.0, f64::from(charge.0) + 0.1],
            high: [bounds.highest_v.1, amps.1, celsius.1, f64::from(charge.1) + 0.1],
        }
    }
}

impl Truth for Boxed<'_> {
    fn batteries(&self) -> usize {
        self.plant.batteries()
    }

    fn cells(&self) -> usize {
        self.plant.cells()
    }

    fn sample(&self, t: Micros, b: usize, out: &mut TruthSample) {
        self.plant.sample(t, b, out);
    }

    fn bounds(&self, ta: Micros, tb: Micros, b: usize, out: &mut TruthBounds) {
        self.plant.bounds(ta, tb, b, out);
    }

    fn boxes(&self, _ta: Micros, _tb: Micros) -> Option<Boxes<'_>> {
        Some(Boxes { each: &self.each, bank: &self.bank, capacity_as: 1_000.0 })
    }
}

/// Defaults of the rules on the bank of this bench: 100 Ah, 100 A continuous, 200 A for 10 s.
pub fn config() -> OracleConfig {
    OracleConfig {
        limits: Limits::default(),
        series: 1,
        parallel: 2,
        cells: 4,
        capacity_ah: 100.0,
        continuous_charge_a: 100.0,
        continuous_discharge_a: 100.0,
        pulse_charge_a: 200.0,
        pulse_discharge_a: 200.0,
        tolerance_v: 1e-4,
    }
}

/// The causes of LOAD, CHARGER and PRE-ALARM, as numbers of OUT-n.
pub type Causes<'a> = [&'a [u32]; 3];

/// No cause.
pub const NONE: Causes<'static> = [&[], &[], &[]];

/// A run in the making.
#[derive(Clone)]
pub struct Run {
    pub oracle: Oracle,
    plant: Plant,
    chunk: Micros,
    boxes: bool,
    now: Micros,
}

/// A time in seconds, to the millisecond.
pub fn at(seconds: f64) -> Micros {
    (seconds * 1000.0 + 0.5) as Micros * MS
}

impl Run {
    /// A run whose BMS has power and remote on from 0 s, and has not decided yet.
    pub fn powered(config: OracleConfig, plant: Plant) -> Self {
        let mut run = Self { oracle: Oracle::new(config), plant, chunk: 17 * SECOND, boxes: true, now: 0 };
        run.world(0.0, WorldEvent::PowerOn);
        run.remote(0.0, true);
        run
    }

    /// A run with everything High and nothing wrong, at 60 s: LOAD rose at 31.1 s.
    pub fn started(plant: Plant) -> Self {
        Self::started_with(config(), plant)
    }

    /// The same with other settings.
    pub fn started_with(config: OracleConfig, plant: Plant) -> Self {
        let mut run = Self::powered(config, plant);
        run.boot(0.1);
        run.until(60.0);
        run
    }

    /// The BMS starts at `from` with all values in range: CHARGER after 1 s, LOAD after UV-2's hold.
    pub fn boot(&mut self, from: f64) {
        self.pins(from, "", [&[14], &[14], &[14]]);
        self.pins(from + 1.0, "C", [&[14], &[], &[]]);
        self.pins(from + 31.0, "LC", NONE);
    }

    /// Feeds the truth in chunks of this length from now on.
    pub fn chunk(mut self, chunk: Micros) -> Self {
        self.chunk = chunk;
        self
    }

    /// There are no boxes for the first look.
    pub fn without_boxes(mut self) -> Self {
        self.boxes = false;
        self
    }

    /// Time passes until then.
    pub fn until(&mut self, seconds: f64) {
        let end = at(seconds);
        while self.now < end {
            let next = (self.now + self.chunk).min(end);
            if self.boxes {
                self.oracle.truth(&Boxed::new(&self.plant, self.now, next), self.now, next);
            } else {
                self.oracle.truth(&self.plant, self.now, next);
            }
            self.now = next;
        }
    }

    /// Something happens.
    pub fn world(&mut self, seconds: f64, event: WorldEvent) {
        self.until(seconds);
        self.oracle.world(at(seconds), event);
    }

    /// L and H are joined, or open (REM-2).
    pub fn remote(&mut self, seconds: f64, on: bool) {
        let (l_mv, h_mv) = if on { (3200, 3200) } else { (5000, 0) };
        self.world(seconds, WorldEvent::Remote { l_mv, h_mv, supply_mv: 13_200 });
    }

    /// A decision: which of LOAD, CHARGER, PRE-ALARM are High (`"LCP"`), and the causes of each.
    pub fn pins(&mut self, seconds: f64, high: &str, causes: Causes<'_>) {
        self.decision(seconds, high, causes, &Reported::default());
    }

    /// The same; `says` has the error number and the LEDs. In `high`, `"p"` is an intermittent PRE-ALARM, `"q"` one that
    /// began later.
    pub fn decision(&mut self, seconds: f64, high: &str, causes: Causes<'_>, says: &Reported) {
        self.until(seconds);
        let [load, charger, pre_alarm] = causes.map(|numbers| {
            let ids: Vec<String> = numbers.iter().map(|n| format!("OUT-{n}")).collect();
            CauseIds::from_ids(ids.iter().map(String::as_str))
        });
        let pattern = high.contains('p').then_some(0).or(high.contains('q').then_some(1600));
        let pins = Pins {
            load: high.contains('L'),
            charger: high.contains('C'),
            pre_alarm: high.contains('P') || pattern.is_some(),
            pattern,
        };
        let reported = Reported { load, charger, pre_alarm, ..*says };
        self.oracle.pins(at(seconds), pins, &reported);
    }

    /// The run ends.
    pub fn end(mut self, seconds: f64) -> Verdicts {
        self.until(seconds);
        self.oracle.finish(at(seconds))
    }
}

/// Every property passed or was not reached, with a margin that says so, and this one was reached.
#[track_caller]
pub fn passed(verdicts: &Verdicts, property: Property) -> &Verdict {
    for verdict in &verdicts.properties {
        assert!(verdict.margin.is_none_or(|margin| margin.value >= 0.0), "{verdict:?}");
    }
    let failed: Vec<_> = verdicts.failed().map(|v| (v.property.name(), &v.first_violation)).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let verdict = verdicts.get(property);
    assert_eq!(verdict.status, Status::Passed, "{verdict:?}");
    verdict
}

/// This property failed, no other did, and the sentence has these words.
#[track_caller]
pub fn failed<'a>(verdicts: &'a Verdicts, property: Property, words: &str) -> &'a Verdict {
    for verdict in verdicts.failed() {
        assert_eq!(verdict.property, property, "{verdict:#?}");
    }
    failed_too(verdicts, property, words)
}

/// This property failed, perhaps others, too.
#[track_caller]
pub fn failed_too<'a>(verdicts: &'a Verdicts, property: Property, words: &str) -> &'a Verdict {
    let verdict = verdicts.get(property);
    assert_eq!(verdict.status, Status::Failed, "{verdict:#?}");
    let first = verdict.first_violation.as_ref().expect("a failure has a sentence");
    assert!(first.text.contains(words), "{:?} has no {words:?}", first.text);
    verdict
}

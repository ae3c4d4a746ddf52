//! Everything that is written down about a run: events, digest, counts, extremes, trace.

use std::collections::{BTreeMap, BTreeSet};

use ngbank_core::{Bms, Cause, CauseSet, Drive, Led, Outputs, PreAlarm};
use ngbank_models::devices::DeviceEvent;
use ngbank_models::electronics::Envelope;
use ngbank_models::plant::Plant;
use ngbank_models::time::Micros;

use super::host::{DEAD, pre_alarm_high};
use super::promises::Happening;
use super::survey::Survey;
use crate::result::{Event, EventKind, Extremes, OutputCounts, TracePoint};
use crate::scenario::{Level, Pin};

/// Collects the record of one run.
pub struct Recorder {
    hasher: blake3::Hasher,
    events: Vec<Event>,
    /// What promises look at.
    log: Vec<(Micros, Happening)>,
    outputs: OutputCounts,
    causes: BTreeMap<String, u32>,
    errors: BTreeSet<u8>,
    /// Strings whose fuse has blown.
    fuses_blown: BTreeSet<usize>,
    extremes: Extremes,
    trace: Vec<TracePoint>,
    trace_every: Option<Micros>,
    trace_next: Micros,
    shown: Outputs,
    /// Batteries in series: the first of a string has the string's current.
    series: usize,
    /// By string: it was being charged at the start of the last step.
    charging: Vec<Option<bool>>,
}

impl Recorder {
    /// A recorder that has seen nothing; every output floats.
    pub fn new(series: usize, parallel: usize, trace_every: Option<Micros>) -> Self {
        Self {
            hasher: blake3::Hasher::new(),
            events: Vec::new(),
            log: Vec::new(),
            outputs: OutputCounts::default(),
            causes: BTreeMap::new(),
            errors: BTreeSet::new(),
            fuses_blown: BTreeSet::new(),
            extremes: Extremes {
                cell_v_min: f64::INFINITY,
                cell_v_max: f64::NEG_INFINITY,
                temperature_c_min: f64::INFINITY,
                temperature_c_max: f64::NEG_INFINITY,
                temperature_spread_k_max: 0.0,
                soc_min: f64::INFINITY,
                soc_max: f64::NEG_INFINITY,
                string_spread_a_max: 0.0,
            },
            trace: Vec::new(),
            trace_every,
            trace_next: 0,
            shown: DEAD,
            series,
            charging: vec![None; parallel],
        }
    }

    /// Takes note of outputs that differ from those before.
    ///
    /// The digest takes the time, the outputs, each cause with its place and beginning, and the part of the
    /// firmware's state that decides the future.
    pub fn outputs(&mut self, t: Micros, outputs: &Outputs, bms: &Bms, canonical: &[u8]) {
        let before = std::mem::replace(&mut self.shown, *outputs);
        self.hash_outputs(t, outputs, bms);
        self.hasher.update(canonical);

        self.errors.extend(outputs.error);
        self.count(&before, outputs);
        self.cause_events(t, &before, outputs, bms);
        self.pin_events(t, &before, outputs);
        self.display_event(t, &before, outputs);
    }

    /// An event without influence on the digest's decision part; its time and text are part of the record all the same.
    pub fn event(&mut self, time_us: Micros, kind: EventKind, text: String) {
        self.hasher.update(&time_us.to_le_bytes());
        self.hasher.update(text.as_bytes());
        self.events.push(Event { time_us, kind, text });
    }

    /// A device, by this name, has done something.
    pub fn device(&mut self, name: &str, event: DeviceEvent) {
        self.event(event.time, EventKind::Device, format!("{name} {}", event.action));
        self.log.push((event.time, Happening::Device(event.device, event.action)));
    }

    /// A fuse has blown; those of equal strings may have blown with it.
    pub fn fuses(&mut self, t: Micros, plant: &Plant) {
        for string in 0..plant.batteries() / self.series {
            if plant.fuse_wear(string) >= 1.0 && self.fuses_blown.insert(string) {
                self.event(t, EventKind::Device, format!("the fuse of string {} blows", string + 1));
            }
        }
    }

    /// What the oracle objects to. Not part of the digest: the record is the same whoever judges it.
    pub fn violation(&mut self, time_us: Micros, text: String) {
        self.events.push(Event { time_us, kind: EventKind::Violation, text });
    }

    /// More bytes for the digest: final states.
    pub fn hash(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Extremes at both ends of `[from, to)` of the plant's proposed step, and the trace points due in it.
    pub fn plant(&mut self, plant: &Plant, survey: &Survey, from: Micros, to: Micros) {
        if (from, to) == (survey.start, survey.end) {
            self.extremes_of(plant, survey);
        } else {
            self.extremes_at(plant, from);
            self.extremes_at(plant, to);
        }
        if let Some(every) = self.trace_every {
            while self.trace_next < to {
                if self.trace_next >= from {
                    self.trace_point(plant, self.trace_next);
                }
                self.trace_next += every;
            }
        }
    }

    /// Extremes at both ends of a whole step. Batteries are looked at only where the box around the bank goes beyond what
    /// is known, charges only where a current has turned.
    fn extremes_of(&mut self, plant: &Plant, survey: &Survey) {
        let Envelope { low, high } = &survey.bank;
        let extremes = &mut self.extremes;
        extremes.temperature_c_min = extremes.temperature_c_min.min(low[Envelope::CELSIUS]);
        extremes.temperature_c_max = extremes.temperature_c_max.max(high[Envelope::CELSIUS]);
        widen_spread(&mut extremes.temperature_spread_k_max, &survey.bank, Envelope::CELSIUS, plant.temperatures());
        widen_spread(&mut extremes.string_spread_a_max, &survey.bank, Envelope::AMPS, plant.string_currents());
        if low[Envelope::VOLTS] < extremes.cell_v_min || high[Envelope::VOLTS] > extremes.cell_v_max {
            self.volts_of(plant, survey);
        }
        self.charges_of_turned(plant);
    }

    /// Voltages at both ends of the step, of the batteries whose box goes beyond what is known.
    fn volts_of(&mut self, plant: &Plant, survey: &Survey) {
        let mut cells_v = [0.0; 16];
        let cells_v = &mut cells_v[..plant.cells_per_battery()];
        let Extremes { cell_v_min, cell_v_max, .. } = &mut self.extremes;
        for (b, Envelope { low, high }) in survey.boxes.iter().enumerate() {
            if low[Envelope::VOLTS] >= *cell_v_min && high[Envelope::VOLTS] <= *cell_v_max {
                continue;
            }
            for t in [survey.start, survey.end] {
                plant.battery_cells(b, t, cells_v);
                for &volts in cells_v.iter() {
                    (*cell_v_min, *cell_v_max) = (cell_v_min.min(volts), cell_v_max.max(volts));
                }
            }
        }
    }

    /// Charges of the strings whose current has turned since the step before.
    fn charges_of_turned(&mut self, plant: &Plant) {
        for (s, &start_a) in plant.string_currents().0.iter().enumerate() {
            let charging = Some(start_a > 0.0);
            if std::mem::replace(&mut self.charging[s], charging) != charging {
                (s * self.series..(s + 1) * self.series).for_each(|b| self.charges(plant, b));
            }
        }
    }

    /// Charges of the cells of battery `b` at the start of the present step.
    pub fn charges(&mut self, plant: &Plant, b: usize) {
        for c in 0..plant.cells_per_battery() {
            let soc = plant.soc(b, c);
            self.extremes.soc_min = self.extremes.soc_min.min(soc);
            self.extremes.soc_max = self.extremes.soc_max.max(soc);
        }
    }

    fn trace_point(&mut self, plant: &Plant, t: Micros) {
        let mut point = TracePoint::empty(t);
        point.bus_v = plant.bus_volts_at(t);
        let mut cells = [0.0; 16];
        let (mut soc_sum, mut soc_count) = (0.0, 0.0);
        for b in 0..plant.batteries() {
            let current = plant.battery_current(b, t);
            if b % self.series == 0 {
                point.bank_a += current;
                point.string_a_min = point.string_a_min.min(current);
                point.string_a_max = point.string_a_max.max(current);
            }
            let temperature = plant.battery_temperature(b, t);
            point.temperature_c_min = point.temperature_c_min.min(temperature);
            point.temperature_c_max = point.temperature_c_max.max(temperature);
            let cells = &mut cells[..plant.cells_per_battery()];
            plant.battery_cells(b, t, cells);
            for (c, &volts) in cells.iter().enumerate() {
                point.cell_v_min = point.cell_v_min.min(volts);
                point.cell_v_max = point.cell_v_max.max(volts);
                let soc = plant.cell_soc(b, c, t);
                point.soc_min = point.soc_min.min(soc);
                point.soc_max = point.soc_max.max(soc);
                soc_sum += soc;
                soc_count += 1.0;
            }
        }
        point.soc_mean = soc_sum / soc_count;
        point.load = self.shown.load == Drive::High;
        point.charger = self.shown.charger == Drive::High;
        point.pre_alarm = pre_alarm_high(self.shown.pre_alarm);
        let ids: Vec<&str> = all_causes(&self.shown).iter().map(|cause| cause.id()).collect();
        point.causes = ids.join(" ");
        self.trace.push(point);
    }

    fn extremes_at(&mut self, plant: &Plant, t: Micros) {
        let mut cells = [0.0; 16];
        let extremes = &mut self.extremes;
        let (mut low_a, mut high_a) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut low_c, mut high_c) = (low_a, high_a);
        for b in 0..plant.batteries() {
            let current = plant.battery_current(b, t);
            low_a = low_a.min(current);
            high_a = high_a.max(current);
            let temperature = plant.battery_temperature(b, t);
            (low_c, high_c) = (low_c.min(temperature), high_c.max(temperature));
            extremes.temperature_c_min = extremes.temperature_c_min.min(temperature);
            extremes.temperature_c_max = extremes.temperature_c_max.max(temperature);
            let cells = &mut cells[..plant.cells_per_battery()];
            plant.battery_cells(b, t, cells);
            for (c, &volts) in cells.iter().enumerate() {
                extremes.cell_v_min = extremes.cell_v_min.min(volts);
                extremes.cell_v_max = extremes.cell_v_max.max(volts);
                let soc = plant.soc(b, c);
                extremes.soc_min = extremes.soc_min.min(soc);
                extremes.soc_max = extremes.soc_max.max(soc);
            }
        }
        extremes.string_spread_a_max = extremes.string_spread_a_max.max(high_a - low_a);
        extremes.temperature_spread_k_max = extremes.temperature_spread_k_max.max(high_c - low_c);
    }

    fn count(&mut self, before: &Outputs, after: &Outputs) {
        let outputs = &mut self.outputs;
        if before.load != after.load {
            outputs.load_changes += 1;
            let causes = if after.load == Drive::Floating { after.load_causes } else { before.load_causes };
            outputs.protection_changes += u32::from(protects(causes));
        }
        if before.charger != after.charger {
            outputs.charger_changes += 1;
            let causes = if after.charger == Drive::Floating { after.charger_causes } else { before.charger_causes };
            outputs.protection_changes += u32::from(protects(causes));
        }
        if pre_alarm_high(before.pre_alarm) != pre_alarm_high(after.pre_alarm) {
            outputs.pre_alarm_changes += 1;
        }
        let (old, new) = (all_causes(before), all_causes(after));
        for cause in new.iter().filter(|&cause| !old.contains(cause)) {
            *self.causes.entry(label(cause)).or_default() += 1;
        }
    }

    fn cause_events(&mut self, t: Micros, before: &Outputs, after: &Outputs, bms: &Bms) {
        let (old, new) = (all_causes(before), all_causes(after));
        for cause in new.iter().filter(|&cause| !old.contains(cause)) {
            let place = bms.cause(cause).and_then(|info| info.battery.map(|b| (b, info.cell)));
            self.log.push((t, Happening::Set(cause.id(), place.map(|(b, _)| u32::from(b) + 1))));
            let place = match place {
                Some((b, Some(c))) => format!(" (battery {}, cell {})", b + 1, c + 1),
                Some((b, None)) => format!(" (battery {})", b + 1),
                None => String::new(),
            };
            let text = format!("{} set{place}", label(cause));
            self.events.push(Event { time_us: t, kind: EventKind::Cause, text });
        }
        for cause in old.iter().filter(|&cause| !new.contains(cause)) {
            self.log.push((t, Happening::Cleared(cause.id())));
            let text = format!("{} cleared", label(cause));
            self.events.push(Event { time_us: t, kind: EventKind::Cause, text });
        }
    }

    fn pin_events(&mut self, t: Micros, before: &Outputs, after: &Outputs) {
        let level = |high: bool| if high { Level::High } else { Level::Floating };
        let levels = |outputs: &Outputs| {
            let drives = [outputs.load, outputs.charger].map(|drive| level(drive == Drive::High));
            [drives[0], drives[1], level(pre_alarm_high(outputs.pre_alarm))]
        };
        let pins =
            [Pin::Load, Pin::Charger, Pin::PreAlarm].into_iter().zip(levels(before).into_iter().zip(levels(after)));
        self.log.extend(pins.filter(|(_, (was, is))| was != is).map(|(pin, (_, is))| (t, Happening::Pin(pin, is))));
        let mut change = |name: &str, was: &str, is: &str, causes: CauseSet| {
            if was != is {
                let why: Vec<String> = causes.iter().map(label).collect();
                let why = if why.is_empty() { String::new() } else { format!(": {}", why.join(", ")) };
                self.events.push(Event { time_us: t, kind: EventKind::Pins, text: format!("{name} {is}{why}") });
            }
        };
        change("LOAD", drive_word(before.load), drive_word(after.load), after.load_causes);
        change("CHARGER", drive_word(before.charger), drive_word(after.charger), after.charger_causes);
        let (was, is) = (pattern_word(before.pre_alarm), pattern_word(after.pre_alarm));
        change("PRE-ALARM", was, is, after.pre_alarm_causes);
    }

    /// What a person sees: the red LED (LED-2), the blue one where it changes (LED-1), and the error number (ERR-1).
    fn display_event(&mut self, t: Micros, before: &Outputs, after: &Outputs) {
        if (before.red, before.blue, before.error) == (after.red, after.blue, after.error) {
            return;
        }
        let word = |led: Led| match led {
            Led::Off => "off",
            Led::Blinking => "blinking",
            Led::On => "on",
        };
        let blue = if before.blue == after.blue { String::new() } else { format!(", blue LED {}", word(after.blue)) };
        let error = after.error.map(|number| format!(", error {number}")).unwrap_or_default();
        let text = format!("red LED {}{blue}{error}", word(after.red));
        self.events.push(Event { time_us: t, kind: EventKind::Display, text });
    }

    fn hash_outputs(&mut self, t: Micros, outputs: &Outputs, bms: &Bms) {
        self.hasher.update(&t.to_le_bytes());
        let pre_alarm = match outputs.pre_alarm {
            PreAlarm::Floating => [0; 5],
            PreAlarm::High => [1, 0, 0, 0, 0],
            PreAlarm::Intermittent { since } => {
                let [a, b, c, d] = since.as_millis().to_le_bytes();
                [2, a, b, c, d]
            }
        };
        self.hasher.update(&pre_alarm);
        self.hasher.update(&[
            u8::from(outputs.load == Drive::High),
            u8::from(outputs.charger == Drive::High),
            outputs.red as u8,
            outputs.blue as u8,
            outputs.error.unwrap_or(0),
            u8::from(outputs.low_cell_state),
        ]);
        for causes in [outputs.load_causes, outputs.charger_causes, outputs.pre_alarm_causes] {
            self.hasher.update(&causes.bits().to_le_bytes());
            for info in causes.iter().filter_map(|cause| bms.cause(cause)) {
                self.hasher.update(&[info.battery.unwrap_or(255), info.cell.unwrap_or(255)]);
                self.hasher.update(&info.since.as_millis().to_le_bytes());
            }
        }
    }

    /// Ends the record.
    pub fn finish(self) -> Record {
        let digest = self.hasher.finalize();
        let digest = digest.as_bytes()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let mut events = self.events;
        events.sort_by_key(|event| event.time_us);
        let mut log = self.log;
        log.sort_by_key(|(t, _)| *t);
        Record {
            digest,
            events,
            log,
            outputs: self.outputs,
            causes: self.causes,
            errors: self.errors,
            fuses_blown: self.fuses_blown.len(),
            extremes: self.extremes,
            trace: self.trace,
        }
    }
}

/// What a recorder has collected.
pub struct Record {
    /// 128 bits, lower-case hexadecimal.
    pub digest: String,
    /// In time order.
    pub events: Vec<Event>,
    /// What promises look at, in time order.
    pub log: Vec<(Micros, Happening)>,
    /// What the outputs did.
    pub outputs: OutputCounts,
    /// How often each cause was set.
    pub causes: BTreeMap<String, u32>,
    /// Error numbers that were shown.
    pub errors: BTreeSet<u8>,
    /// String fuses that have blown.
    pub fuses_blown: usize,
    /// Extremes of the true plant.
    pub extremes: Extremes,
    /// Samples for plots.
    pub trace: Vec<TracePoint>,
}

/// The largest distance between two values at one end of the step; looked for only where the box around all of them is
/// larger than what is known.
fn widen_spread(most: &mut f64, bank: &Envelope, quantity: usize, ends: (&[f64], &[f64])) {
    if bank.high[quantity] - bank.low[quantity] <= *most {
        return;
    }
    for values in [ends.0, ends.1] {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        *most = most.max(values.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low);
    }
}

/// A cause as people read it: id and name.
fn label(cause: Cause) -> String {
    format!("{} {}", cause.id(), cause.name())
}

fn drive_word(drive: Drive) -> &'static str {
    match drive {
        Drive::Floating => "Floating",
        Drive::High => "High",
    }
}

fn pattern_word(pre_alarm: PreAlarm) -> &'static str {
    match pre_alarm {
        PreAlarm::Floating => "Floating",
        PreAlarm::High => "High",
        PreAlarm::Intermittent { .. } => "Intermittent",
    }
}

fn all_causes(outputs: &Outputs) -> CauseSet {
    outputs.load_causes.union(outputs.charger_causes).union(outputs.pre_alarm_causes)
}

/// Any cause but remote (OUT-11) and supply, start-up, settings (OUT-14).
fn protects(causes: CauseSet) -> bool {
    causes.iter().any(|cause| !matches!(cause.id(), "OUT-11" | "OUT-14"))
}

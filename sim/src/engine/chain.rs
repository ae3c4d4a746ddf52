//! The batteries' electronics and the daisy chain that brings their frames to the BMS (COM-1).
//!
//! All batteries sample at the start of a cycle; the frame of battery k (from 1) arrives k × 10 ms later. The frame
//! of battery 50 arrives together with the next sample, so two cycles are kept.

use ngbank_core::Band;
use ngbank_core::frame::{MAX_FRAME, Report, Status};
use ngbank_models::catalogue;
use ngbank_models::electronics::{
    BatteryRating, BatteryTruth, BatteryTruthBounds, CELLS_MAX, Electronics, Envelope, Measurement, ReportedBounds,
    SensorFault, StatusBits, TICK_US,
};
use ngbank_models::plant::Plant;
use ngbank_models::time::{Micros, NEVER};

use super::grid::CYCLE;
use super::ticks::Ticks;
use crate::oracle::permille;
use crate::scenario::{FaultKind, Resolved};
use crate::streams::{Entity, Noise, stream};

/// Flipped into the serial number of the battery that was there: certainly another one.
const FOREIGN_SERIAL: u32 = 0x8000_0001;

/// A resistance across a cell, inside its battery: nothing measures it. Its current follows the cell once a minute.
#[derive(Clone, Copy, Debug)]
struct Short {
    battery: usize,
    cell: usize,
    ohm: f64,
    amps: f64,
}

/// Every battery's electronics, and the wire.
pub struct Chain {
    pub(super) electronics: Vec<Electronics>,
    noise: Noise,
    reports: [Vec<Report>; 2],
    frame: [u8; MAX_FRAME],
    serials: Vec<u32>,
    model: u8,
    pub(super) cells: usize,
    /// Scratch space: voltages of all cells in chain order, V.
    volts: Vec<f64>,
    capacity_as: f64,
    seed: u64,
    /// The first battery behind a broken cable; the number of batteries when the chain is whole.
    broken_from: usize,
    /// By battery: the serial of its first sound frame since the BMS started, which it has learnt (COM-7).
    known: Vec<Option<u32>>,
    /// Bit b is set while another battery than that is at place b.
    foreign: u64,
    /// Bit b is set from the exchange of the battery at place b until a sound frame of the one that is there now arrives.
    unheard: u64,
    /// Bit b is set while battery b is taken out.
    removed: u64,
    /// Probability of damage by battery, 0 to 1.
    damage: Vec<f64>,
    pub(super) ticks: Ticks,
    shorts: Vec<Short>,
    /// When the currents of the shorts follow their cells next.
    next_short: Micros,
}

impl Chain {
    /// The chain of this scenario, whole.
    pub fn new(scenario: &Resolved, rating: BatteryRating, model: u8) -> Self {
        let batteries = scenario.bank.batteries();
        let report = Report::default();
        Self {
            electronics: scenario.electronics.iter().map(|params| Electronics::new(params, rating)).collect(),
            noise: Noise::new(scenario.seed, batteries),
            reports: [vec![report; batteries], vec![report; batteries]],
            frame: [0; MAX_FRAME],
            serials: scenario.serials.clone(),
            model,
            cells: rating.cells,
            volts: vec![0.0; batteries * rating.cells],
            capacity_as: rating.capacity_ah * 3_600.0,
            seed: scenario.seed,
            broken_from: batteries,
            known: vec![None; scenario.serials.len()],
            foreign: 0,
            unheard: 0,
            removed: 0,
            damage: vec![0.0; batteries],
            ticks: Ticks::new(batteries),
            shorts: Vec::new(),
            next_short: 0,
        }
    }

    /// All batteries sample: start of this cycle, in the proposed step or in the one that was committed last.
    pub fn sample(&mut self, cycle: u64, plant: &Plant) {
        let mut volts = std::mem::take(&mut self.volts);
        plant.all_cells(cycle * CYCLE, &mut volts);
        for (b, cells_v) in volts.chunks(self.cells).enumerate().take(self.broken_from) {
            self.reports[(cycle & 1) as usize][b] = self.report(cycle, plant, b, cells_v);
        }
        self.volts = volts;
    }

    /// What battery `b` alone will report when all [sample](Self::sample) at the start of this cycle.
    pub fn foresee(&mut self, cycle: u64, plant: &Plant, b: usize) -> Report {
        let mut cells_v = [0.0; CELLS_MAX];
        let cells_v = &mut cells_v[..self.cells];
        plant.battery_cells(b, cycle * CYCLE, cells_v);
        self.report(cycle, plant, b, cells_v)
    }

    /// What battery `b` reports of the start of this cycle, when its cells have these voltages.
    fn report(&mut self, cycle: u64, plant: &Plant, b: usize, cells_v: &[f64]) -> Report {
        let (t, electronics) = (cycle * CYCLE, &self.electronics[b]);
        let late = t < plant.time();
        let from = if late { plant.last_time() } else { plant.time() };
        let (start_a, current_a) = (plant.battery_current(b, from), plant.battery_current(b, t));
        let counted_as = if late {
            electronics.last_charge_after(t - from, start_a, current_a)
        } else {
            electronics.charge_after(t - from, start_a, current_a)
        };
        let truth = BatteryTruth { cells_v, current_a, temperature_c: plant.battery_temperature(b, t), counted_as };
        let measured = electronics.measure(&truth, self.noise.block(b, cycle));
        self_report(&measured, self.serials[b], self.model, b, cycle, self.cells)
    }

    /// The bytes that arrive from this battery for this cycle; `None` behind a break and from one that is not there.
    pub fn frame(&mut self, cycle: u64, battery: usize) -> Option<&[u8]> {
        if battery >= self.broken_from || self.removed & (1 << battery) != 0 {
            return None;
        }
        let length = self.reports[(cycle & 1) as usize][battery].encode(&mut self.frame);
        if self.damage[battery] == 0.0 || !self.damage_frame(cycle, battery, length) {
            self.hear(battery, self.reports[(cycle & 1) as usize][battery].serial);
        }
        self.frame.get(..length)
    }

    /// A sound frame arrives, perhaps of a battery that has been exchanged since it was sampled.
    fn hear(&mut self, battery: usize, serial: u32) {
        self.known[battery].get_or_insert(serial);
        if serial == self.serials[battery] {
            self.unheard &= !(1 << battery);
        }
        self.find_foreign(battery);
    }

    fn find_foreign(&mut self, battery: usize) {
        let foreign = self.known[battery].is_some_and(|known| known != self.serials[battery]);
        self.foreign = self.foreign & !(1 << battery) | u64::from(foreign) << battery;
    }

    /// Lowest cell of the frame of this battery and cycle, if the BMS can but accept it.
    pub fn accepted_mv(&self, cycle: u64, battery: usize) -> Option<u16> {
        let sound = self.damage[battery] == 0.0 && self.foreign & (1 << battery) == 0;
        let cells = &self.reports[(cycle & 1) as usize][battery].cells_mv[..self.cells];
        cells.iter().copied().min().filter(|_| sound)
    }

    /// Flips one to three bits of a damaged frame; which frames and bits, the seed decides by battery and cycle. False if
    /// this one is not damaged.
    fn damage_frame(&mut self, cycle: u64, battery: usize, length: usize) -> bool {
        let purpose = format!("damage of frame {cycle}");
        let mut stream = stream(self.seed, Entity::Battery(battery), &purpose);
        if stream.unit() >= self.damage[battery] {
            return false;
        }
        let mut flipped = [usize::MAX; 3];
        for i in 0..=stream.below(3) as usize {
            let bit = stream.below(8 * length as u64) as usize;
            // The same bit twice would leave the frame whole.
            if !flipped.contains(&bit) {
                flipped[i] = bit;
                self.frame[bit / 8] ^= 1 << (bit % 8);
            }
        }
        true
    }

    /// True if every frame of every battery in front of a break arrives undamaged.
    pub fn undamaged(&self) -> bool {
        self.damage.iter().all(|&probability| probability == 0.0)
    }

    /// A battery that has been exchanged is on the wire and has not been heard yet: its first frame is news, even where
    /// the place was silent before (put in behind a break that is mended afterwards), and even if it is the first one that
    /// comes back (the BMS may have learnt the other one).
    pub fn exchanged_unheard(&self) -> bool {
        let on_the_wire = (0..self.broken_from).fold(0, |mask, b| mask | 1 << b) & !self.removed;
        self.unheard & on_the_wire != 0
    }

    /// Bit b is set for a battery whose frames do not arrive, or count for nothing because another one sends them.
    pub fn silent(&self) -> u64 {
        (self.broken_from..self.electronics.len()).fold(self.foreign | self.removed, |mask, b| mask | 1 << b)
    }

    /// The BMS has started: it will learn the batteries that answer now (COM-7).
    pub fn bms_started(&mut self) {
        self.known.fill(None);
        self.foreign = 0;
    }

    /// A fault of the chain or of a battery begins or ends.
    pub fn fault(&mut self, kind: &FaultKind, begins: bool) {
        match *kind {
            FaultKind::SensorOffset { battery, cell, mv } => {
                self.electronics[battery].set_fault(cell, begins.then_some(SensorFault::Offset { mv }));
            }
            FaultKind::SensorStuck { battery, cell, mv } => {
                let fault = SensorFault::Stuck { mv: f64::from(mv) };
                self.electronics[battery].set_fault(cell, begins.then_some(fault));
            }
            FaultKind::TemperatureStuck { battery, sensor, celsius } => {
                self.electronics[battery].set_temperature_fault(sensor, begins.then_some(celsius));
            }
            FaultKind::DamagedFrames { battery, probability } => {
                let probability = if begins { probability } else { 0.0 };
                match battery {
                    Some(battery) => self.damage[battery] = probability,
                    None => self.damage.fill(probability),
                }
            }
            FaultKind::InternalShort { battery, cell, ohm } => {
                // Its current begins with the next step of the plant.
                if begins {
                    self.shorts.push(Short { battery, cell, ohm, amps: 0.0 });
                    self.next_short = 0;
                } else if let Some(place) =
                    self.shorts.iter().position(|short| (short.battery, short.cell, short.ohm) == (battery, cell, ohm))
                {
                    self.shorts.remove(place);
                    self.ticks.bleed[battery] = true;
                }
            }
            FaultKind::ForeignBattery { battery } => {
                self.serials[battery] ^= FOREIGN_SERIAL;
                self.unheard |= 1 << battery;
                self.find_foreign(battery);
            }
            FaultKind::BatteryRemoved { battery } if begins => self.removed |= 1 << battery,
            FaultKind::BatteryRemoved { battery } => self.removed &= !(1 << battery),
            _ => {}
        }
    }

    /// The chain cable is open before this battery and whole up to there; whole altogether, with `None`. True if it was not
    /// so before.
    pub fn break_from(&mut self, before_battery: Option<usize>) -> bool {
        let from = before_battery.unwrap_or(self.electronics.len());
        std::mem::replace(&mut self.broken_from, from) != from
    }

    /// Bounds on what battery `b` reports for samples in `[ta, tb]` of the plant's proposed step.
    pub fn bounds(&self, plant: &Plant, b: usize, ta: Micros, tb: Micros) -> ReportedBounds {
        let mut cells_v = [(0.0, 0.0); CELLS_MAX];
        let cells_v = &mut cells_v[..self.cells];
        let truth = plant.battery_bounds(b, ta, tb, cells_v);
        let counted_as = self.counted_bounds(plant, b, ta, tb);
        self.electronics[b].bounds(&BatteryTruthBounds {
            cells_v,
            current_a: truth.current,
            temperature_c: truth.temperature,
            counted_as,
        })
    }

    /// Whatever is true of battery `b` within the result is reported within `band`.
    pub fn truth_within(&self, b: usize, band: &Band) -> Envelope {
        self.electronics[b].truth_within(&ReportedBounds {
            lowest_mv: band.lowest_mv,
            highest_mv: band.highest_mv,
            coldest_dc: band.coldest_dc,
            hottest_dc: band.hottest_dc,
            current_ma: band.current_ma,
            soc_pm: band.soc_pm,
            status_always: own_status(band.status_mask & band.status_value),
            status_maybe: own_status(!band.status_mask | band.status_value),
        })
    }

    /// The batteries' electronics, in chain order.
    pub fn electronics(&self) -> &[Electronics] {
        &self.electronics
    }

    /// What battery `b` has counted at `t` of the proposed step, ‰, rounded down.
    pub fn counted_pm(&self, plant: &Plant, b: usize, t: Micros) -> u16 {
        let t0 = plant.time();
        let (start_a, now_a) = (plant.battery_current(b, t0), plant.battery_current(b, t));
        permille(self.electronics[b].charge_after(t - t0, start_a, now_a), self.capacity_as)
    }

    /// Bounds on what battery `b` has counted in `[ta, tb]` of the proposed step, ‰.
    pub fn counted_pm_bounds(&self, plant: &Plant, b: usize, ta: Micros, tb: Micros) -> (u16, u16) {
        let (low, high) = self.counted_bounds(plant, b, ta, tb);
        (permille(low, self.capacity_as), permille(high, self.capacity_as))
    }

    /// Charge that a battery's counter holds when it is full, A·s.
    pub fn capacity_as(&self) -> f64 {
        self.capacity_as
    }

    fn counted_bounds(&self, plant: &Plant, b: usize, ta: Micros, tb: Micros) -> (f64, f64) {
        let t0 = plant.time();
        let at = |t: Micros| (t - t0, plant.battery_current(b, t));
        self.electronics[b].charge_bounds(plant.battery_current(b, t0), at(ta), at(tb))
    }

    /// The reports of this cycle, which must have been sampled.
    pub fn reports(&self, cycle: u64) -> &[Report] {
        &self.reports[(cycle & 1) as usize]
    }

    /// When the plant's step has to end for the shorts: a minute after the last time.
    pub fn next_short(&self) -> Micros {
        if self.shorts.is_empty() { NEVER } else { self.next_short }
    }

    /// The current of every short at the end of the proposed step, before it is committed. True if it is due; it reaches
    /// the plant with the bleed currents.
    pub fn follow_shorts(&mut self, plant: &Plant, at: Micros) -> bool {
        if at < self.next_short() {
            return false;
        }
        let mut cells_v = [0.0; CELLS_MAX];
        for short in &mut self.shorts {
            plant.battery_cells(short.battery, at, &mut cells_v[..self.cells]);
            short.amps = cells_v[short.cell].max(0.0) / short.ohm;
            self.ticks.bleed[short.battery] = true;
        }
        self.next_short = at + TICK_US;
        true
    }

    /// Current through shorts of a cell, A.
    pub(super) fn short_a(&self, battery: usize, cell: usize) -> f64 {
        let here = |short: &&Short| (short.battery, short.cell) == (battery, cell);
        self.shorts.iter().filter(here).map(|short| short.amps).sum()
    }

    /// The counters take in the proposed step up to `at`, before it is committed there.
    pub fn advance(&mut self, plant: &Plant, at: Micros) {
        let step = at - plant.time();
        let series = plant.series();
        let amps = plant.string_currents().0.iter().zip(plant.string_currents_at(at));
        for (string, (&start_a, end_a)) in self.electronics.chunks_mut(series).zip(amps) {
            string.iter_mut().for_each(|electronics| electronics.advance(step, start_a, end_a));
        }
    }

    /// Feeds every counter to `sink`.
    pub fn state_digest(&self, sink: &mut dyn FnMut(&[u8])) {
        for electronics in &self.electronics {
            sink(&electronics.charge_after(0, 0.0, 0.0).to_bits().to_le_bytes());
            for amps in electronics.bleed_a() {
                sink(&amps.to_bits().to_le_bytes());
            }
        }
    }
}

/// Rating and model code of the scenario's battery.
pub fn rating(scenario: &Resolved) -> Option<(BatteryRating, u8)> {
    let model = catalogue::find(&scenario.bank.model)?;
    let rating = BatteryRating {
        cells: scenario.bank.params.cells_per_battery,
        capacity_ah: model.capacity_ah,
        pulse_charge_a: model.pulse_charge_a,
        pulse_discharge_a: model.pulse_discharge_a,
    };
    Some((rating, model.code))
}

fn self_report(measured: &Measurement, serial: u32, model: u8, battery: usize, cycle: u64, cells: usize) -> Report {
    // Lint: at most 50 batteries of at most 16 cells; the sequence number is the low byte of the cycle (COM-3).
    #[allow(clippy::cast_possible_truncation)]
    let (position, sequence, cell_count) = (battery as u8, cycle as u8, cells as u8);
    Report {
        serial,
        model,
        position,
        sequence,
        cell_count,
        cells_mv: measured.cells_mv,
        coldest_dc: measured.coldest_dc,
        hottest_dc: measured.hottest_dc,
        current_ma: measured.current_ma,
        soc_pm: measured.soc_pm,
        remaining_mah: measured.remaining_mah,
        status: wire_status(measured.status),
    }
}

/// The same bits as the model and as the wire know them.
const PAIRS: [(StatusBits, Status); 15] = [
    (StatusBits::BALANCED, Status::BALANCED),
    (StatusBits::BALANCING, Status::BALANCING),
    (StatusBits::IMBALANCE, Status::IMBALANCE),
    (StatusBits::CELL_OVER_VOLTAGE, Status::CELL_OVER_VOLTAGE),
    (StatusBits::CELL_UNDER_VOLTAGE, Status::CELL_UNDER_VOLTAGE),
    (StatusBits::LOW_TEMPERATURE_CHARGE, Status::LOW_TEMPERATURE_CHARGE),
    (StatusBits::HIGH_TEMPERATURE_CHARGE, Status::HIGH_TEMPERATURE_CHARGE),
    (StatusBits::LOW_TEMPERATURE_DISCHARGE, Status::LOW_TEMPERATURE_DISCHARGE),
    (StatusBits::HIGH_TEMPERATURE_DISCHARGE, Status::HIGH_TEMPERATURE_DISCHARGE),
    (StatusBits::CHARGE_CURRENT_WARNING, Status::CHARGE_CURRENT_WARNING),
    (StatusBits::CHARGE_CURRENT_ALARM, Status::CHARGE_CURRENT_ALARM),
    (StatusBits::DISCHARGE_CURRENT_WARNING, Status::DISCHARGE_CURRENT_WARNING),
    (StatusBits::DISCHARGE_CURRENT_ALARM, Status::DISCHARGE_CURRENT_ALARM),
    (StatusBits::MEASUREMENT_ERROR, Status::MEASUREMENT_ERROR),
    (StatusBits::FIRMWARE_MISMATCH, Status::FIRMWARE_MISMATCH),
];

/// The model's status bits in the layout of the wire.
pub fn wire_status(bits: StatusBits) -> Status {
    if bits.is_empty() {
        return Status::NONE;
    }
    PAIRS.iter().filter(|&&(own, _)| bits.contains(own)).fold(Status::NONE, |wire, &(_, bit)| wire | bit)
}

/// The bits of the wire as the model knows them.
fn own_status(bits: u16) -> StatusBits {
    let set = PAIRS.iter().filter(|&&(_, wire)| bits & wire.bits() != 0);
    set.fold(StatusBits::NONE, |own, &(bit, _)| own | bit)
}

/// A fault in words, batteries and cells counted from 1; `None` for one that says itself what it does.
pub fn describe(kind: &FaultKind) -> Option<String> {
    let words = match *kind {
        FaultKind::SensorOffset { battery, cell, mv } => {
            format!("battery {} cell {} reads {mv:+} mV", battery + 1, cell + 1)
        }
        FaultKind::SensorStuck { battery, cell, mv } => {
            format!("battery {} cell {} is stuck at {mv} mV", battery + 1, cell + 1)
        }
        FaultKind::TemperatureStuck { battery, sensor, celsius } => {
            format!("battery {} temperature sensor {} reads {celsius} °C", battery + 1, sensor + 1)
        }
        FaultKind::InternalShort { battery, cell, ohm } => {
            format!("battery {} cell {} has an internal short of {ohm} Ω", battery + 1, cell + 1)
        }
        FaultKind::CableBreak { before_battery } => format!("chain cable open before battery {}", before_battery + 1),
        FaultKind::DamagedFrames { battery: Some(battery), probability } => {
            format!("{} % of the frames of battery {} damaged", probability * 100.0, battery + 1)
        }
        FaultKind::DamagedFrames { battery: None, probability } => {
            format!("{} % of all frames damaged", probability * 100.0)
        }
        FaultKind::ChargerIgnoresRemote { device } => format!("device {} ignores its remote", device + 1),
        FaultKind::BmsReset { reset } => format!("{reset:?} reset of the BMS"),
        FaultKind::ForeignBattery { battery } => format!("another battery answers at place {}", battery + 1),
        FaultKind::BatteryRemoved { battery } => format!("battery {} is taken out", battery + 1),
        FaultKind::SupplyDip { volts } => format!("supply of the BMS at {volts} V"),
        FaultKind::OutputShort => "an output is shorted, the supply fuse blows".to_owned(),
        FaultKind::SlowDecisions { every_ms } => format!("decisions only every {every_ms} ms"),
        FaultKind::ClockSetBack { ms } => format!("clock of the BMS set back by {ms} ms"),
        FaultKind::FirmwareUpdate { fails: false } => "firmware update".to_owned(),
        FaultKind::FirmwareUpdate { fails: true } => "firmware update that fails".to_owned(),
        FaultKind::SettingsChange { .. } => return None,
    };
    Some(words)
}

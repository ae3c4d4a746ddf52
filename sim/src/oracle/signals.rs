//! Three-valued conditions on the true plant: impossible, possible, certain.
//!
//! The core judges what it is told, which differs from the truth by the tolerance of the measurement chain. Every
//! condition therefore has two edges: *loose* (some reading might show it) and *strict* (every reading shows it). In
//! between, either behaviour of the core is right.

use super::config::{
    BIT_CHARGE_MIN_DC, LOW_CELL_CHARGE_C, OC_CLEAR_PART, OC_FACTOR, OracleConfig, STRAY_A, STRAY_STRING_A, TOLERANCE_A,
    TOLERANCE_A_PART, TOLERANCE_BANK_A, TOLERANCE_C, TOLERANCE_PM, TOLERANCE_V, UV_RELIEF_C,
};
use ngbank_models::time::Micros;

/// Quantities of a battery or of the bank.
pub(super) const QUANTITIES: usize = 5;

/// The values that conditions look at. Battery: lowest cell (V), highest cell (V), coldest sensor (°C), current (A),
/// hottest sensor (°C). Bank: SoC (‰), current (A), current without the strings that no trusted battery speaks for (A),
/// unused.
pub(super) type Values = [f64; QUANTITIES];

const LOWEST: usize = 0;
const HIGHEST: usize = 1;
const COLDEST: usize = 2;
const CURRENT: usize = 3;
const HOTTEST: usize = 4;
const BANK_SOC: usize = 0;
const BANK_CURRENT: usize = 1;
const HEARD_CURRENT: usize = 2;

/// Conditions of a battery, then those of the bank; the numbers are bit positions within their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    PreSet = 0,
    PreClear,
    UvSet,
    UvClear,
    OvSet,
    OvClear,
    ChargeColdSet,
    ChargeColdClear,
    ChargeHotSet,
    ChargeHotClear,
    DischargeColdSet,
    DischargeColdClear,
    DischargeHotSet,
    DischargeHotClear,
    DischargeContinuous,
    DischargePulse,
    DischargeOver,
    DischargeClear,
    ChargeContinuous,
    ChargePulse,
    ChargeOver,
    ChargeClear,
    /// COM-4: content that cannot be.
    Implausible,
    /// UV-1 without tolerance: judges nothing, but is what the delay of a cut is measured from. Loose edge only.
    UvNominal,
    // Bank.
    FloorSet = 32,
    FloorClear,
    WarningSet,
    WarningClear,
    /// UV-2: the bank is charged above 2 % C.
    Relief,
    /// UV-4: the bank is charged above 1 % C.
    Charging,
    ChargingHeard,
    /// DIAG-1: a current that would ignore its output.
    StrayDischarge,
    StrayDischargeHeard,
    StrayCharge,
    StrayChargeHeard,
}

impl Signal {
    pub(super) fn is_bank(self) -> bool {
        self as usize >= 32
    }

    fn loose(self) -> usize {
        (self as usize % 32) * 2
    }

    fn strict(self) -> usize {
        self.loose() + 1
    }
}

/// Low and high end, both outside, of the values between which nothing changes.
type CalmBox = [(f64, f64); QUANTITIES];

/// True when the values from `low` to `high` lie within the box.
#[inline]
fn encloses(calm: &CalmBox, low: &Values, high: &Values) -> bool {
    let ranges = low.iter().zip(high);
    calm.iter().zip(ranges).fold(true, |inside, (calm, (low, high))| inside & (calm.0 < *low) & (*high < calm.1))
}

/// One edge of one condition.
#[derive(Clone, Copy, Debug)]
struct Edge {
    bit: usize,
    quantity: usize,
    above: bool,
    at: f64,
}

/// All edges of a kind of row (batteries, or the bank).
#[derive(Clone, Debug)]
pub(super) struct Edges(Vec<Edge>);

impl Edges {
    pub(super) fn battery(config: &OracleConfig) -> Self {
        use Signal::*;
        let limits = &config.limits;
        let mut edges = Self(Vec::new());
        let volts = |mv: u32| f64::from(mv) * 1e-3;
        let pre_v = volts(limits.pre_alarm_mv);
        let pre_clear_v = pre_v + volts(limits.pre_alarm_clear_mv);
        edges.add(PreSet, LOWEST, false, pre_v, TOLERANCE_V);
        edges.add(PreClear, LOWEST, true, pre_clear_v, TOLERANCE_V);
        let uv_v = volts(limits.under_voltage_mv);
        let uv_clear_v = volts(limits.under_voltage_clear_mv);
        edges.add(UvSet, LOWEST, false, uv_v, TOLERANCE_V);
        edges.add(UvClear, LOWEST, true, uv_clear_v, TOLERANCE_V);
        edges.0.push(Edge { bit: UvNominal.loose(), quantity: LOWEST, above: false, at: uv_v });
        let ov_v = volts(limits.over_voltage_mv);
        let ov_clear_v = volts(limits.over_voltage_clear_mv);
        edges.add(OvSet, HIGHEST, true, ov_v, TOLERANCE_V);
        edges.add(OvClear, HIGHEST, false, ov_clear_v, TOLERANCE_V);
        edges.add(Implausible, LOWEST, false, 0.5, TOLERANCE_V);

        let celsius = |dc: i32| f64::from(dc) * 0.1;
        let inside = limits.temperature_hysteresis_dc;
        // The batteries' own bit acts beside the setting, and both must clear (COM-6).
        let cold = celsius(limits.charge_min_dc.max(BIT_CHARGE_MIN_DC));
        let cold_clear = celsius((limits.charge_min_dc + inside).max(BIT_CHARGE_MIN_DC));
        edges.add(ChargeColdSet, COLDEST, false, cold, TOLERANCE_C);
        edges.add(ChargeColdClear, COLDEST, true, cold_clear, TOLERANCE_C);
        let hot = limits.charge_max_dc;
        edges.limit(ChargeHotSet, HOTTEST, true, celsius(hot));
        edges.limit(ChargeHotClear, HOTTEST, false, celsius(hot - inside));
        let cold = limits.discharge_min_dc;
        edges.limit(DischargeColdSet, COLDEST, false, celsius(cold));
        edges.limit(DischargeColdClear, COLDEST, true, celsius(cold + inside));
        let hot = limits.discharge_max_dc;
        edges.limit(DischargeHotSet, HOTTEST, true, celsius(hot));
        edges.limit(DischargeHotClear, HOTTEST, false, celsius(hot - inside));

        let (continuous, pulse) = (config.continuous_discharge_a, config.pulse_discharge_a);
        edges.current(DischargeContinuous, false, -continuous);
        edges.current(DischargePulse, false, -pulse);
        edges.current(DischargeOver, false, -pulse * OC_FACTOR);
        edges.current(DischargeClear, true, -continuous * OC_CLEAR_PART);
        let (continuous, pulse) = (config.continuous_charge_a, config.pulse_charge_a);
        edges.current(ChargeContinuous, true, continuous);
        edges.current(ChargePulse, true, pulse);
        edges.current(ChargeOver, true, pulse * OC_FACTOR);
        edges.current(ChargeClear, false, continuous * OC_CLEAR_PART);
        edges
    }

    pub(super) fn bank(config: &OracleConfig) -> Self {
        use Signal::*;
        let limits = &config.limits;
        let mut edges = Self(Vec::new());
        if limits.discharge_floor_pm > 0 {
            let floor = f64::from(limits.discharge_floor_pm);
            let warning = floor + f64::from(limits.floor_warning_margin_pm);
            let clear = f64::from(limits.floor_clear_pm);
            // "At or below" in whole per mille: half a step lies between that and "above".
            edges.add(FloorSet, BANK_SOC, false, floor + 0.5, TOLERANCE_PM);
            edges.add(FloorClear, BANK_SOC, true, floor + clear + 0.5, TOLERANCE_PM);
            edges.add(WarningSet, BANK_SOC, false, warning + 0.5, TOLERANCE_PM);
            edges.add(WarningClear, BANK_SOC, true, warning + clear + 0.5, TOLERANCE_PM);
        } else {
            // No floor is always clear of it, also for a cause from before (UPD-1).
            edges.add(FloorClear, BANK_SOC, true, -1.0, 0.0);
            edges.add(WarningClear, BANK_SOC, true, -1.0, 0.0);
        }
        let strings = config.parallel as f64;
        let bank_ah = config.capacity_ah * strings;
        let mut current = |signal: Signal, quantity: usize, above: bool, at_a: f64| {
            let tolerance_a = at_a.abs() * TOLERANCE_A_PART + TOLERANCE_BANK_A * strings;
            edges.add(signal, quantity, above, at_a, tolerance_a);
        };
        current(Relief, BANK_CURRENT, true, UV_RELIEF_C * bank_ah);
        let stray_a = STRAY_A + STRAY_STRING_A * strings;
        for (quantity, [charging, discharge, charge]) in [
            (BANK_CURRENT, [Charging, StrayDischarge, StrayCharge]),
            (HEARD_CURRENT, [ChargingHeard, StrayDischargeHeard, StrayChargeHeard]),
        ] {
            current(charging, quantity, true, LOW_CELL_CHARGE_C * bank_ah);
            current(discharge, quantity, false, -stray_a);
            current(charge, quantity, true, stray_a);
        }
        edges
    }

    fn add(&mut self, signal: Signal, quantity: usize, above: bool, at: f64, tolerance: f64) {
        let outwards = if above { -tolerance } else { tolerance };
        for (bit, at) in [(signal.loose(), at + outwards), (signal.strict(), at - outwards)] {
            self.0.push(Edge { bit, quantity, above, at });
        }
    }

    fn limit(&mut self, signal: Signal, sensor: usize, above: bool, at_c: f64) {
        self.add(signal, sensor, above, at_c, TOLERANCE_C);
    }

    fn current(&mut self, signal: Signal, above: bool, at_a: f64) {
        let tolerance_a = at_a.abs() * TOLERANCE_A_PART + TOLERANCE_A;
        self.add(signal, CURRENT, above, at_a, tolerance_a);
    }

    /// The bits that are set at these values.
    pub(super) fn mask(&self, values: &Values) -> u64 {
        let mut mask = 0;
        for edge in &self.0 {
            let value = values[edge.quantity];
            let set = if edge.above { value > edge.at } else { value < edge.at };
            mask |= u64::from(set) << edge.bit;
        }
        mask
    }

    /// The open box around these values in which [`Edges::mask`] stays the same.
    fn calm_box(&self, values: &Values) -> CalmBox {
        let mut calm = [(f64::NEG_INFINITY, f64::INFINITY); QUANTITIES];
        for edge in &self.0 {
            let (low, high) = &mut calm[edge.quantity];
            let value = values[edge.quantity];
            if edge.at <= value {
                *low = low.max(edge.at);
            }
            if edge.at >= value {
                *high = high.min(edge.at);
            }
        }
        calm
    }

    /// Distance of a voltage to the loose and to the strict edge of a condition, V.
    pub(super) fn distances(&self, signal: Signal, values: &Values) -> Option<(f64, f64)> {
        let distance = |bit: usize| {
            let edge = self.0.iter().find(|edge| edge.bit == bit)?;
            (edge.quantity == LOWEST || edge.quantity == HIGHEST).then(|| (values[edge.quantity] - edge.at).abs())
        };
        Some((distance(signal.loose())?, distance(signal.strict())?))
    }
}

/// Since when each condition holds at one battery (or at the bank), on the sample grid.
#[derive(Clone, Debug)]
struct Row {
    mask: u64,
    since: [Micros; 64],
    calm: CalmBox,
}

impl Row {
    const UNSEEN: Self = Self { mask: 0, since: [0; 64], calm: [(f64::INFINITY, f64::NEG_INFINITY); QUANTITIES] };

    fn set(&mut self, t: Micros, mask: u64) {
        let begun = mask & !self.mask;
        for (bit, since) in self.since.iter_mut().enumerate() {
            if begun & (1 << bit) != 0 {
                *since = t;
            }
        }
        self.mask = mask;
    }
}

/// A condition that holds: since when, and at which battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub since: Micros,
    pub row: usize,
}

/// The conditions of all batteries, or of the bank.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    edges: Edges,
    rows: Vec<Row>,
    /// Within the calm boxes of all rows; `None` after one of them has changed.
    shared: Option<CalmBox>,
    any: [Option<Held>; 64],
    all: [Option<Micros>; 64],
}

/// What a look at an interval found for one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Look {
    /// Nothing changes.
    Calm,
    /// The row has these conditions throughout, other than before; values from within the interval.
    Changed(u64, Values),
    /// Conditions change within the interval.
    Open,
}

impl Signals {
    pub(super) fn new(edges: Edges, rows: usize) -> Self {
        Self { edges, rows: vec![Row::UNSEEN; rows], shared: None, any: [None; 64], all: [None; 64] }
    }

    pub(super) fn edges(&self) -> &Edges {
        &self.edges
    }

    /// True when nothing changes at the row while its values are between these.
    #[inline]
    pub(super) fn is_calm(&self, row: usize, low: &Values, high: &Values) -> bool {
        encloses(&self.rows[row].calm, low, high)
    }

    /// True when nothing changes at any row while the values of all of them are between these.
    pub(super) fn are_all_calm(&mut self, low: &Values, high: &Values) -> bool {
        let shared = self.shared.get_or_insert_with(|| {
            let mut shared = [(f64::NEG_INFINITY, f64::INFINITY); QUANTITIES];
            for row in &self.rows {
                for (shared, calm) in shared.iter_mut().zip(&row.calm) {
                    *shared = (shared.0.max(calm.0), shared.1.min(calm.1));
                }
            }
            shared
        });
        encloses(shared, low, high)
    }

    /// Compares the values of an interval with what the row knows; `allowed` hides bits.
    pub(super) fn look(&self, row: usize, low: &Values, high: &Values, allowed: u64) -> Look {
        if self.is_calm(row, low, high) {
            return Look::Calm;
        }
        let (at_low, at_high) = (self.edges.mask(low), self.edges.mask(high));
        if at_low == at_high { Look::Changed(at_low & allowed, *low) } else { Look::Open }
    }

    /// Rows, each with its number, have these conditions from `t` on.
    pub(super) fn set(&mut self, t: Micros, changed: &[(usize, u64, Values)]) {
        let mut other = false;
        for (row, mask, values) in changed {
            let known = &mut self.rows[*row];
            known.calm = self.edges.calm_box(values);
            other |= known.mask != *mask;
            known.set(t, *mask);
        }
        self.shared = None;
        if other {
            self.gather();
        }
    }

    /// Other edges from `t` on (UPD-1). `boxes` has each row's values of the last look, low and high, and the bits that it
    /// may show: a condition is possible if any value of the box shows it, and certain if all do. What goes on, goes on.
    pub(super) fn change(&mut self, t: Micros, edges: Edges, boxes: &[(Values, Values, u64)]) {
        for (row, (low, high, allowed)) in self.rows.iter_mut().zip(boxes) {
            let (at_low, at_high) = (edges.mask(low), edges.mask(high));
            let mask = ((at_low | at_high) & LOOSE) | (at_low & at_high & !LOOSE);
            row.set(t, mask & allowed);
            row.calm = Row::UNSEEN.calm;
        }
        self.edges = edges;
        self.shared = None;
        self.gather();
    }

    /// The conditions of a row at present.
    pub(super) fn mask(&self, row: usize) -> u64 {
        self.rows[row].mask
    }

    /// Keeps the conditions of a row that is not heard any more, except those that `drop` picks by bit and begin.
    pub(super) fn thin(&mut self, row: usize, mut drop: impl FnMut(usize, Micros) -> bool) {
        let known = &mut self.rows[row];
        for bit in 0..64 {
            if known.mask & (1 << bit) != 0 && drop(bit, known.since[bit]) {
                known.mask &= !(1 << bit);
            }
        }
        self.gather();
    }

    /// Makes the next look at the row a fresh one.
    pub(super) fn forget_calm(&mut self, row: usize) {
        self.rows[row].calm = Row::UNSEEN.calm;
        self.shared = None;
    }

    /// Longest run of a condition at any row: possible (loose) or certain (strict).
    pub(super) fn any(&self, signal: Signal, strict: bool) -> Option<Held> {
        self.any[bit(signal, strict)]
    }

    /// Since when a condition holds at every row.
    pub(super) fn all(&self, signal: Signal, strict: bool) -> Option<Micros> {
        self.all[bit(signal, strict)]
    }

    fn gather(&mut self) {
        self.any = [None; 64];
        let mut all = u64::MAX;
        let mut latest = [0; 64];
        for (row, known) in self.rows.iter().enumerate() {
            all &= known.mask;
            let mut rest = known.mask;
            while rest != 0 {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let since = known.since[bit];
                latest[bit] = since.max(latest[bit]);
                if self.any[bit].is_none_or(|held| since < held.since) {
                    self.any[bit] = Some(Held { since, row });
                }
            }
        }
        for (bit, (slot, since)) in self.all.iter_mut().zip(latest).enumerate() {
            *slot = (all & (1 << bit) != 0).then_some(since);
        }
    }
}

/// Loose bits are the even ones.
pub(super) const LOOSE: u64 = 0x5555_5555_5555_5555;

pub(super) fn bit(signal: Signal, strict: bool) -> usize {
    if strict { signal.strict() } else { signal.loose() }
}

/// The conditions that clear something, strict edge: what a silent or distrusted battery cannot show (COM-5).
pub(super) fn strict_clears() -> u64 {
    use Signal::*;
    [
        PreClear,
        UvClear,
        OvClear,
        ChargeColdClear,
        ChargeHotClear,
        DischargeColdClear,
        DischargeHotClear,
        DischargeClear,
        ChargeClear,
    ]
    .iter()
    .fold(0, |mask, signal| mask | (1 << signal.strict()))
}

/// The same, loose edge.
pub(super) fn loose_clears() -> u64 {
    // A strict bit follows its loose bit.
    strict_clears() >> 1
}

//! Cell parameter sets: one table row per state-of-charge segment, one row of factors per half kelvin.
//!
//! Two RC pairs with one-state hysteresis, current `i > 0` charging:
//!
//! ```text
//! V      = OCV(z, T) + R0·i + v1 + v2 + M(z)·h            z = q / Q, never clipped
//! dq/dt  = (i > 0 ? η : 1)·i − self-discharge             q in A·s is the state
//! dvj/dt = (Rj·i − vj) / τj                               R2 by direction of i
//! dh/dt  = γ·|i|/Q · (sgn i − h)
//! ```
//!
//! Form "tau" gives τj over temperature, the same for all cells; form "rc" keeps `Cj` constant, `τj = Rj·Cj` of each
//! cell. Heat of a cell is `i·(V − OCV) + i·T·dOCV/dT` in both: `M·h·i` is heat, and what an RC pair stores counts as
//! heat when it goes in.
//!
//! Beyond 0 and 100 % the charge goes on and only the voltage is bounded ([`Beyond::Bounded`]).

mod file;
mod law;
mod lines;

pub use file::CellFileError;
pub(crate) use law::Climate;
use law::TemperatureTable;
pub(crate) use lines::{Lines, rows, segments};

use crate::wide::{Pair, Vector};
use std::sync::{Arc, OnceLock};

/// The sets that are shipped (origins in `models/data/SOURCES.md`), the default first.
const BUILTIN: [(&str, &str); 3] = [
    ("lfp-ng", include_str!("../../data/cells/lfp_ng.toml")),
    ("lfp-a123-26650", include_str!("../../data/cells/lfp_a123_26650.toml")),
    ("lfp-sony-26650", include_str!("../../data/cells/lfp_sony_26650.toml")),
];

/// What sets the time constants of the RC pairs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Time constants over temperature, the same for all cells of a battery.
    Tau,
    /// Constant capacitance: τ = R(SoC, T)·C of each cell. `tauN.seconds` holds at 50 % and the reference temperature.
    Rc,
}

/// What the open-circuit voltage does outside 0..100 % SoC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Beyond {
    /// The end slopes go on to 2.0 V and 4.0 V, then bend towards −0.5 V and 5.0 V (the upper limit is assumed).
    Bounded,
    /// The end slopes go on for ever (validation sets).
    Linear,
}

/// A quantity that is linear within one SoC segment: `[offset, slope]` of `offset + slope·z`.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Line(pub Pair);

impl Line {
    pub fn at(&self, z: f64) -> f64 {
        self.0[0] + self.0[1] * z
    }
}

/// Everything that a cell needs in one SoC segment, in two cache lines.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Row {
    /// V at the reference temperature.
    pub ocv: Line,
    /// V/K.
    pub entropy: Line,
    /// Half width of the hysteresis, V.
    pub hysteresis: Line,
    /// Shape, 1 at 50 %.
    pub r0: Line,
    /// Ω·Ah at the reference temperature.
    pub r1: Line,
    /// Ω·Ah.
    pub r2_discharge: Line,
    /// Ω·Ah.
    pub r2_charge: Line,
}

/// Open-circuit voltage at the reference temperature, with its slope.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Ocv {
    /// V.
    pub volts: f64,
    /// V per unit of SoC, ≥ 0 in every table shipped.
    pub per_soc: f64,
}

/// A parameter set that all cells of a bank share; what differs from cell to cell is in
/// [`CellParams`](crate::plant::CellParams). Cloning is cheap.
#[derive(Clone, PartialEq, Debug)]
pub struct CellSet {
    name: String,
    form: Form,
    beyond: Beyond,
    reference_c: f64,
    gamma: f64,
    efficiency: f64,
    r0_ohm_ah: f64,
    /// τ / (R·capacity) of the two pairs, F/Ah.
    farad_per_ah: [f64; 2],
    rows: Arc<[Row]>,
    temperature: TemperatureTable,
}

impl CellSet {
    /// The default of the NG batteries (`models/data/cells/lfp_ng.toml`, origin in `models/data/SOURCES.md`).
    ///
    /// The plant replaces its `R0` by the catalogue's battery resistance divided by the cells in series: the
    /// data sheet overrules the synthesis there. `R1`, `R2`, all shapes and temperature laws stay.
    pub fn ng() -> Self {
        Self::builtin(BUILTIN[0].0).expect("it is one of them")
    }

    /// A set that is shipped, by its name.
    pub fn builtin(name: &str) -> Option<Self> {
        static READ: [OnceLock<CellSet>; BUILTIN.len()] = [const { OnceLock::new() }; BUILTIN.len()];
        let n = BUILTIN.iter().position(|(other, _)| *other == name)?;
        let read = || Self::from_toml(BUILTIN[n].1).expect("the built-in cell files are valid");
        Some(READ[n].get_or_init(read).clone())
    }

    /// Names of the sets that are shipped, the default first.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// Reads a parameter file.
    ///
    /// # Errors
    /// With the line of the first thing that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, CellFileError> {
        file::parse(text)
    }

    /// Name of the set.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What sets the time constants.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Rate γ of the hysteresis state per capacity moved.
    pub fn hysteresis_rate(&self) -> f64 {
        self.gamma
    }

    /// Share of the charging current that is stored, 0..=1.
    pub fn coulombic_efficiency(&self) -> f64 {
        self.efficiency
    }

    /// `R0` of the set at 50 % SoC and the reference temperature times the rated capacity, Ω·Ah.
    pub fn r0_ohm_ah(&self) -> f64 {
        self.r0_ohm_ah
    }

    /// Segments of the OCV table between 0 and 100 % SoC.
    pub(crate) fn segments(&self) -> usize {
        self.rows.len()
    }

    /// Open-circuit voltage without hysteresis at SoC `z` (not clipped) and `celsius`, V.
    pub fn ocv_volts(&self, z: f64, celsius: f64) -> f64 {
        let row = self.row(z);
        let ocv = self.beyond(z, Ocv { volts: row.ocv.at(z), per_soc: row.ocv.0[1] });
        ocv.volts + row.entropy.at(z.clamp(0.0, 1.0)) * (celsius - self.reference_c)
    }

    /// The row whose segment holds `z`, or the end row beyond the table.
    fn row(&self, z: f64) -> &Row {
        let last = self.rows.len() - 1;
        // A float-to-integer cast saturates: below 0 and NaN give 0, above gives the last row.
        let index = (z * self.rows.len() as f64) as usize;
        &self.rows[index.min(last)]
    }

    /// The rows, one per segment.
    #[inline(always)]
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Temperature at which the rows hold, °C.
    #[inline(always)]
    pub(crate) fn reference_c(&self) -> f64 {
        self.reference_c
    }

    /// What becomes of the straight continuation `ocv` of an end row at `z`.
    pub(crate) fn beyond(&self, z: f64, ocv: Ocv) -> Ocv {
        if self.beyond == Beyond::Bounded && !(0.0..=1.0).contains(&z) { bend(ocv) } else { ocv }
    }

    /// Capacitance of the RC pairs of a cell of this rated capacity, F; only form "rc" keeps it constant.
    pub(crate) fn farads(&self, capacity_ah: f64) -> [f64; 2] {
        self.farad_per_ah.map(|farad| farad * capacity_ah)
    }

    /// What these temperatures do to the cells, °C.
    #[inline(always)]
    pub(crate) fn climate<V: Vector>(&self, celsius: V) -> Climate<V> {
        self.temperature.at(celsius)
    }
}

/// Below 2.0 V the line bends towards −0.5 V, above 4.0 V towards 5.0 V; value and slope stay continuous.
fn bend(ocv: Ocv) -> Ocv {
    let (knee, room) = if ocv.volts < 2.0 {
        (2.0, -2.5)
    } else if ocv.volts > 4.0 {
        (4.0, 1.0)
    } else {
        return ocv;
    };
    let u = (ocv.volts - knee) / room;
    Ocv { volts: knee + room * (u / (1.0 + u)), per_soc: ocv.per_soc / ((1.0 + u) * (1.0 + u)) }
}

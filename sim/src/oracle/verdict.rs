//! What the oracle says in the end.

use ngbank_models::time::Micros;
use serde::Serialize;

/// The properties that the oracle judges, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Property {
    /// Pre-alarm, and 30 s of it before a UV cut.
    Pre,
    /// Cell under-voltage.
    Uv,
    /// Cell over-voltage.
    Ov,
    /// Temperatures.
    Temp,
    /// Over-current.
    Oc,
    /// Discharge floor.
    Soc,
    /// Silent, distrusted and foreign batteries.
    Com,
    /// Remote.
    Rem,
    /// Start-up and reset.
    Boot,
    /// Supply.
    Sup,
    /// Clock.
    Time,
    /// Settings and firmware that change while running.
    Upd,
    /// Currents that ignore their output.
    Diag,
}

impl Property {
    /// Every property.
    pub const ALL: [Self; 13] = [
        Self::Pre,
        Self::Uv,
        Self::Ov,
        Self::Temp,
        Self::Oc,
        Self::Soc,
        Self::Com,
        Self::Rem,
        Self::Boot,
        Self::Sup,
        Self::Time,
        Self::Upd,
        Self::Diag,
    ];

    /// Short name, as in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pre => "PRE",
            Self::Uv => "UV",
            Self::Ov => "OV",
            Self::Temp => "TEMP",
            Self::Oc => "OC",
            Self::Soc => "SOC",
            Self::Com => "COM",
            Self::Rem => "REM",
            Self::Boot => "BOOT",
            Self::Sup => "SUP",
            Self::Time => "TIME",
            Self::Upd => "UPD",
            Self::Diag => "DIAG",
        }
    }

    /// Ids of the rules that it covers.
    pub fn rules(self) -> &'static [&'static str] {
        match self {
            Self::Pre => &["OUT-1", "PRE-1", "PRE-2", "PRE-3", "PRE-5", "PRE-6"],
            Self::Uv => &["OUT-2", "OUT-16", "UV-1", "UV-2", "UV-4", "UV-5", "PRE-4"],
            Self::Ov => &["OUT-3", "OV-1", "OV-2"],
            Self::Temp => &["OUT-4", "OUT-5", "OUT-6", "TEMP-1", "TEMP-2", "TEMP-3", "TEMP-4"],
            Self::Oc => &["OUT-12", "OUT-13", "OC-1", "OC-2", "OC-3", "OC-4"],
            Self::Soc => &["OUT-7", "OUT-8", "SOC-1", "SOC-2", "SOC-3", "SOC-4"],
            Self::Com => &["OUT-9", "OUT-10", "COM-1", "COM-2", "COM-5", "COM-7"],
            Self::Rem => &["OUT-11", "REM-1", "REM-3", "REM-4"],
            Self::Boot => &["OUT-14", "BOOT-1", "BOOT-2"],
            Self::Sup => &["OUT-14", "SUP-1", "SUP-3"],
            Self::Time => &["OUT-15", "TIME-2"],
            Self::Upd => &["OUT-14", "UPD-1", "UPD-2", "LED-3"],
            Self::Diag => &["DIAG-1"],
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// How a property came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Put to the test and kept.
    Passed,
    /// Violated at least once.
    Failed,
    /// Never put to the test: nothing that it covers was true in the plant or reported by the core.
    NotReached,
}

/// How far from a violation; negative only when violated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Margin {
    /// The distance.
    pub value: f64,
    /// Its unit: `s`.
    pub unit: &'static str,
    /// What it is the distance to.
    pub to: &'static str,
}

/// A violation, in a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// When, µs since the scenario began.
    pub time_us: Micros,
    /// What is wrong, with the rule's id.
    pub text: String,
}

/// The judgement on one property.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Which.
    pub property: Property,
    /// The rules that it covers.
    pub rules: &'static [&'static str],
    /// How it came out.
    pub status: Status,
    /// Smallest margin of what was reached.
    pub margin: Option<Margin>,
    /// How often something that it covers became true or was reported.
    pub reached: u32,
    /// Violations.
    pub violations: u32,
    /// The first of them.
    pub first_violation: Option<Violation>,
    /// A true voltage that decided came within ten times the plant's error tolerance of the edge of the judgement.
    pub fragile: bool,
}

/// The judgement on a run.
#[derive(Clone, Debug, Serialize)]
pub struct Verdicts {
    /// One per property, in the order of [`Property::ALL`].
    pub properties: Vec<Verdict>,
    /// Smallest lead of a UV cut, µs: both pins High until LOAD floats (PRE-2).
    pub pre_lead_us_min: Option<Micros>,
    /// Largest delay of a UV cut, µs, from "UV hold and 30 s met" until LOAD floats.
    ///
    /// Met is what is met in the true plant, without tolerance: the later of (a) the arrival of the first sample of the
    /// unbroken row in which the lowest cell of one battery (with its drawn channel fault) was below the threshold, plus
    /// the hold of UV-1, and (b) 30 s after the later rise of LOAD and PRE-ALARM (PRE-2). The delay so holds the grid of
    /// decisions and the error of the channel: a channel that reads low makes it negative, one that reads high longer.
    /// `None` without a cut, or when no cell was truly below at any.
    pub uv_delay_us_max: Option<i64>,
    /// UV cuts: LOAD went from High to Floating for a cell under-voltage alone.
    pub uv_cuts: u32,
}

impl Verdicts {
    /// The judgement on one property.
    pub fn get(&self, property: Property) -> &Verdict {
        &self.properties[property.index()]
    }

    /// True when no property was violated.
    pub fn passed(&self) -> bool {
        self.properties.iter().all(|verdict| verdict.status != Status::Failed)
    }

    /// The properties that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Verdict> {
        self.properties.iter().filter(|verdict| verdict.status == Status::Failed)
    }
}

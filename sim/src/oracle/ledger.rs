//! Collects violations, margins and counts into verdicts.

use super::verdict::{Margin, Property, Status, Verdict, Verdicts, Violation};
use ngbank_models::time::Micros;

#[derive(Clone, Debug, Default)]
struct Entry {
    reached: u32,
    violations: u32,
    first: Option<Violation>,
    margin: Option<Margin>,
    fragile: bool,
}

/// One entry per property.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    entries: [Entry; Property::ALL.len()],
    pub pre_lead_us_min: Option<Micros>,
    pub uv_delay_us_max: Option<i64>,
    pub uv_cuts: u32,
}

impl Ledger {
    pub(super) fn reached(&mut self, property: Property) {
        self.entries[property.index()].reached += 1;
    }

    pub(super) fn violate(&mut self, property: Property, time_us: Micros, text: String) {
        let entry = &mut self.entries[property.index()];
        entry.violations += 1;
        entry.reached = entry.reached.max(1);
        if entry.first.is_none() {
            entry.first = Some(Violation { time_us, text });
        }
    }

    /// `left` of the time until a violation, negative when it is past; `to` says which.
    pub(super) fn margin(&mut self, property: Property, left: (Micros, Micros), to: &'static str) {
        let (deadline, now) = left;
        // Times of a run are below 2⁵³ µs.
        let value = (deadline as f64 - now as f64) * 1e-6;
        let margin = &mut self.entries[property.index()].margin;
        if margin.is_none_or(|present| value < present.value) {
            *margin = Some(Margin { value, unit: "s", to });
        }
    }

    pub(super) fn fragile(&mut self, property: Property) {
        self.entries[property.index()].fragile = true;
    }

    pub(super) fn cut(&mut self, lead: Option<Micros>, delay: Option<i64>) {
        self.uv_cuts += 1;
        self.uv_delay_us_max = self.uv_delay_us_max.max(delay);
        if let Some(lead) = lead {
            self.pre_lead_us_min = Some(self.pre_lead_us_min.map_or(lead, |least| least.min(lead)));
        }
    }

    pub(super) fn close(self) -> Verdicts {
        let properties = Property::ALL
            .into_iter()
            .zip(self.entries)
            .map(|(property, entry)| Verdict {
                property,
                rules: property.rules(),
                status: match (entry.violations, entry.reached) {
                    (1.., _) => Status::Failed,
                    (0, 0) => Status::NotReached,
                    (0, _) => Status::Passed,
                },
                margin: entry.margin,
                reached: entry.reached,
                violations: entry.violations,
                first_violation: entry.first,
                fragile: entry.fragile,
            })
            .collect();
        Verdicts {
            properties,
            pre_lead_us_min: self.pre_lead_us_min,
            uv_delay_us_max: self.uv_delay_us_max,
            uv_cuts: self.uv_cuts,
        }
    }
}

/// A time for people: `12345.678 s`.
pub(super) fn at(time: Micros) -> String {
    format!("{}.{:03} s", time / 1_000_000, time / 1_000 % 1_000)
}

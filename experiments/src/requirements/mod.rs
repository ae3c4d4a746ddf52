//! The requirement table: every rule and every device with its code, its tests and the scenarios that reach it.
//!
//! **Words.** A *citation* is a rule id in a comment, a name or a text of the source (`UV-1`, or `UV-1 … UV-5` for all of
//! them). A *code place* is a file of the implementation that cites the rule. A *test of a rule* is a test function whose
//! own name (`uv_1_…`), comment or body cites it; what stands at the head of a test file counts for nothing. A scenario *reaches* a rule
//! when its run has set the rule's mark ([`ngbank_sim::reach`]).
//!
//! A *device row* is cited in the same way; its tests are those of the models' device tests, and a scenario reaches it
//! when it has such a device.
//!
//! Nothing here is claimed by hand but the rules and device rows themselves (`rules.csv`, `devices.csv`): code and tests
//! are read from the checkout, scenarios are played.

mod citations;
mod devices;
mod markdown;
mod rules;
mod sources;

pub use devices::in_scenario;
pub use markdown::markdown;
pub use rules::{Kind, Rule, rules};
pub use sources::{SourceFile, Test, sources};

use std::collections::{BTreeMap, BTreeSet};

use citations::Ids;

/// A rule with everything that was found.
#[derive(Clone, Debug)]
pub struct Row {
    /// The rule.
    pub rule: Rule,
    /// Files that implement it.
    pub code: BTreeSet<String>,
    /// Tests of it: file and function.
    pub tests: BTreeSet<Test>,
    /// Built-in scenarios that reach it.
    pub scenarios: BTreeSet<String>,
}

/// Puts the table together. `reached`: by scenario, the ids that it has reached.
pub fn table(rules: &[Rule], sources: &[SourceFile], reached: &BTreeMap<String, Vec<&'static str>>) -> Vec<Row> {
    let ids = Ids::new(rules.iter().map(|rule| rule.id.as_str()));
    let mut rows: Vec<Row> = rules.iter().map(|rule| Row::of(rule.clone())).collect();
    for source in sources {
        let cited = ids.cited(&source.code);
        for row in rows.iter_mut().filter(|row| cited.contains(row.rule.id.as_str())) {
            if row.rule.kind.is_implemented_in(&source.path) {
                row.code.insert(source.path.clone());
            }
        }
        for (test, text) in &source.tests {
            let cited = ids.cited(text);
            for row in rows.iter_mut().filter(|row| cited.contains(row.rule.id.as_str())) {
                row.tests.insert(test.clone());
            }
        }
    }
    for (scenario, ids) in reached {
        for row in rows.iter_mut().filter(|row| ids.contains(&row.rule.id.as_str())) {
            row.scenarios.insert(scenario.clone());
        }
    }
    rows
}

impl Row {
    fn of(rule: Rule) -> Self {
        Self { rule, code: BTreeSet::new(), tests: BTreeSet::new(), scenarios: BTreeSet::new() }
    }

    /// What this row lacks, one sentence each.
    pub fn gaps(&self) -> Vec<String> {
        let id = &self.rule.id;
        let checks = |test: &Test| test.file.ends_with("check.rs");
        let times = |test: &Test| test.file.starts_with("models/tests/devices/");
        let mut gaps = Vec::new();
        let mut gap = |missing: bool, text: String| {
            if missing {
                gaps.push(text);
            }
        };
        match self.rule.kind {
            Kind::Behaviour => {
                gap(self.code.is_empty(), format!("{id} has no code: no file of core, models or engine cites it"));
                gap(self.tests.is_empty(), format!("{id} has no test: no test function cites it"));
                gap(self.scenarios.is_empty(), format!("{id} has no scenario: no built-in run sets its mark"));
            }
            Kind::Configuration => {
                gap(self.code.is_empty(), format!("{id} has no code: no file of the checks cites it"));
                gap(
                    !self.tests.iter().any(checks),
                    format!("{id} has no `check` test: no test in a check.rs cites it"),
                );
            }
            Kind::Statement => {}
            Kind::Device => {
                gap(self.code.is_empty(), format!("{id} has no code: no file of the device models cites it"));
                gap(!self.tests.iter().any(times), format!("{id} has no timing test: no device test cites it"));
                gap(self.scenarios.is_empty(), format!("{id} has no scenario: no built-in scenario has such a device"));
            }
        }
        gaps
    }
}

#[cfg(test)]
mod tests;

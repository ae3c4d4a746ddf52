//! Figures that were accepted, one per line in a text file of the repository, and what has risen since.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A rise of more than so many thousandths is a finding.
const TOLERANCE_PERMILLE: u64 = 20;

/// Figures by their name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baselines(pub BTreeMap<String, u32>);

/// A figure that is not as it was accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// It rose.
    #[error("{name}: {now} instructions, {by} more than the {accepted} that were accepted (2 % are allowed)")]
    Rise {
        /// Its name.
        name: String,
        /// What was accepted.
        accepted: u32,
        /// What it is now.
        now: u32,
        /// The difference.
        by: u32,
    },
    /// It was never accepted.
    #[error("{name}: {now} instructions, and no baseline")]
    New {
        /// Its name.
        name: String,
        /// What it is now.
        now: u32,
    },
    /// It was accepted, but is not measured any more.
    #[error("{name}: in the baselines, but not measured")]
    Gone {
        /// Its name.
        name: String,
    },
    /// A line that is no figure.
    #[error("line {line} is no number with a name")]
    Unreadable {
        /// Its number, from 1.
        line: usize,
    },
}

impl Baselines {
    /// Reads a file: a number and a name per line; `#` begins a remark.
    ///
    /// # Errors
    /// If a line is neither.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let mut figures = BTreeMap::new();
        for (line, content) in (1..).zip(text.lines()).filter(|(_, content)| !content.starts_with('#')) {
            let figure = content.trim().split_once("  ").and_then(|(number, name)| Some((number.parse().ok()?, name)));
            let (number, name) = figure.ok_or(Finding::Unreadable { line })?;
            figures.insert(name.to_owned(), number);
        }
        Ok(Self(figures))
    }

    /// The file; the tools that counted stand at its head.
    pub fn text(&self, tools: &[String]) -> String {
        let mut text = String::from(
            "# Instructions on a Cortex-M4 (thumbv7em), executed in QEMU: exact, but not cycles. A rise above 2 % is a failure.\n\
             # To accept other figures: `benches/cortex-m/measure --accept`, and say in the commit what they buy.\n",
        );
        for tool in tools {
            let _ = writeln!(text, "# {tool}");
        }
        for (name, number) in &self.0 {
            let _ = writeln!(text, "{number:>8}  {name}");
        }
        text
    }

    /// What is not as it was accepted. Less is no finding.
    pub fn findings(&self, now: &Self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, &now) in &now.0 {
            let name = name.clone();
            match self.0.get(&name) {
                None => findings.push(Finding::New { name, now }),
                Some(&accepted) if u64::from(now) * 1000 > u64::from(accepted) * (1000 + TOLERANCE_PERMILLE) => {
                    findings.push(Finding::Rise { name, accepted, now, by: now - accepted });
                }
                Some(_) => {}
            }
        }
        let gone = self.0.keys().filter(|name| !now.0.contains_key(*name));
        findings.extend(gone.map(|name| Finding::Gone { name: name.clone() }));
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baselines(figures: &[(&str, u32)]) -> Baselines {
        Baselines(figures.iter().map(|&(name, number)| (name.to_owned(), number)).collect())
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let written = baselines(&[("50 × 8, quiet: step max", 5000), ("receive", 7)]);
        let text = written.text(&["rustc 1.95.0".to_owned()]);
        assert!(text.contains("# rustc 1.95.0\n"));
        assert_eq!(Baselines::parse(&text), Ok(written));
        assert_eq!(Baselines::parse("# head\n12\n"), Err(Finding::Unreadable { line: 2 }));
    }

    #[test]
    fn two_per_cent_are_allowed_and_one_more_is_not() {
        let accepted = baselines(&[("a", 1000), ("b", 1000), ("c", 1000)]);
        assert_eq!(accepted.findings(&baselines(&[("a", 1020), ("b", 1), ("c", 1000)])), []);
        let (name, gone) = ("a".to_owned(), |name: &str| Finding::Gone { name: name.to_owned() });
        let rise = Finding::Rise { name, accepted: 1000, now: 1021, by: 21 };
        let new = Finding::New { name: "d".to_owned(), now: 3 };
        assert_eq!(accepted.findings(&baselines(&[("a", 1021), ("d", 3)])), [rise, new, gone("b"), gone("c")]);
    }
}

//! The rules by id, from the committed file.

use serde::Deserialize;

/// Id, kind, how sure, and what the rule says.
const RULES: &str = include_str!("../../rules.csv");

/// One rule.
#[derive(Clone, Debug, Deserialize)]
pub struct Rule {
    /// Its id, as code and tests cite it.
    pub id: String,
    /// What it asks for.
    pub kind: Kind,
    /// Where it is from: S data sheet, N other product of the family, O older generation, A assumed.
    pub sure: String,
    /// What it says, in one line.
    pub sentence: String,
}

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Code, a test, and a scenario that reaches it.
    Behaviour,
    /// Code, and a test of the check of scenario files.
    Configuration,
    /// Documentation only.
    Statement,
}

impl Kind {
    /// True if a file at this path of the checkout can implement such a rule.
    pub fn is_implemented_in(self, path: &str) -> bool {
        let any = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        match self {
            Self::Behaviour => any(&["firmware-core/src/", "models/src/", "sim/src/engine/"]),
            Self::Configuration => any(&["firmware-core/src/", "models/src/", "sim/src/scenario/"]),
            Self::Statement => false,
        }
    }
}

/// Every rule, in the order of the rule book.
///
/// # Errors
/// When the file is not as it should be.
pub fn rules() -> Result<Vec<Rule>, csv::Error> {
    csv::Reader::from_reader(RULES.as_bytes()).deserialize().collect()
}

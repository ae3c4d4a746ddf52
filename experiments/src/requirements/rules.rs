//! The rules and the rows of the device table by id, from the committed files.

use serde::Deserialize;

/// Id, kind, how sure, and what the rule says.
const RULES: &str = include_str!("../../rules.csv");
/// The same of each device that stands around the BMS.
const DEVICES: &str = include_str!("../../devices.csv");

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
    /// A device model, a test of its timing, and a scenario that has it.
    Device,
}

impl Kind {
    /// True if a file at this path of the checkout can implement such a rule.
    pub fn is_implemented_in(self, path: &str) -> bool {
        let any = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
        match self {
            Self::Behaviour => any(&["firmware-core/src/", "models/src/", "sim/src/engine/"]),
            Self::Configuration => any(&["firmware-core/src/", "models/src/", "sim/src/scenario/"]),
            Self::Statement => false,
            Self::Device => any(&["models/src/devices/"]),
        }
    }
}

/// Every rule, in the order of the rule book, then every device.
///
/// # Errors
/// When a file is not as it should be.
pub fn rules() -> Result<Vec<Rule>, csv::Error> {
    let read = |text: &'static str| csv::Reader::from_reader(text.as_bytes()).into_deserialize();
    read(RULES).chain(read(DEVICES)).collect()
}

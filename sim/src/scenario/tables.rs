//! CSV tables of the user, kept with the resolved scenario so that it needs no file.

use std::collections::BTreeMap;

use ngbank_models::profile::{CsvSource, Library, Problem, Quantity, parse};
use serde::{Deserialize, Serialize};

/// One CSV file as it was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserTable {
    /// What its column holds.
    pub quantity: TableQuantity,
    /// The column that is used.
    pub column: String,
    /// The file.
    pub csv: String,
}

/// What a table holds, see [`Quantity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableQuantity {
    /// W
    Power,
    /// W/m²
    Irradiance,
    /// °C
    Temperature,
    /// m/s
    Speed,
}

impl From<Quantity> for TableQuantity {
    fn from(quantity: Quantity) -> Self {
        match quantity {
            Quantity::Power => Self::Power,
            Quantity::Irradiance => Self::Irradiance,
            Quantity::Temperature => Self::Temperature,
            Quantity::Speed => Self::Speed,
        }
    }
}

impl From<TableQuantity> for Quantity {
    fn from(quantity: TableQuantity) -> Self {
        match quantity {
            TableQuantity::Power => Self::Power,
            TableQuantity::Irradiance => Self::Irradiance,
            TableQuantity::Temperature => Self::Temperature,
            TableQuantity::Speed => Self::Speed,
        }
    }
}

/// The built-in tables and these.
///
/// # Errors
/// Everything wrong with a table, if somebody edited it.
pub(super) fn library(tables: &BTreeMap<String, UserTable>) -> Result<Library, Vec<Problem>> {
    let mut library = Library::new();
    for (name, table) in tables {
        let source = CsvSource { column: &table.column, ..CsvSource::new(name, table.quantity.into()) };
        library.add(name, parse(&source, &table.csv)?);
    }
    Ok(library)
}

//! The plant against what does not come from it: reference trajectories, closed forms, measured cells.
//!
//! ```text
//!   trajectories of an independent solver   cells A and B, a bank of 400      reference_cell, reference_bank
//!   closed forms                            RC pairs, strings, ladder, heat   closed_form
//!   measurements                            A123 cells, read when present     measured
//!                                   └──► Report { checks, curves }
//! ```
//!
//! A [`Check`] is one line of the table: a figure and its limit. A [`Curve`] is what a plot shows of it.
//!
//! **What the figures mean.** Voltages are those of a cell (of a bank: pack voltage over the cells in series, and
//! the lowest and highest cell), always read through the continuous extension of a step, on the reference's own rows,
//! farther than half a second from a switching. String currents are relative to the largest string current of
//! that phase. A switching is at the right instant within 1 ms where the voltage moves faster than 1 mV/s, and
//! elsewhere when the voltage at the reference's instant is the limit within the tolerance.
//!
//! The data are embedded (`models/data/reference/`, origins in `SOURCES.md` there), except the measurements,
//! whose licence forbids it.

mod case;
mod check;
pub mod closed_form;
mod data;
pub mod measured;
pub mod reference_bank;
pub mod reference_cell;

pub use case::{Accuracy, bank, run, set_a, set_b, straight};
pub use check::{Check, Curve, Errors, Line, Report, Verdict};

/// A comparison that needs no file of the user; they do not depend on each other and may run in parallel.
#[derive(Clone, Copy, Debug)]
pub enum Comparison {
    /// A reference trajectory of a cell.
    Cell(reference_cell::CellCase, Accuracy),
    /// A reference trajectory of the bank.
    Bank(reference_bank::BankCase, Accuracy),
    /// The closed forms.
    ClosedForms,
}

impl Comparison {
    /// All of them, in the order in which they are shown.
    pub fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for accuracy in Accuracy::ALL {
            all.extend(reference_cell::CASES.map(|case| Self::Cell(case, accuracy)));
            all.extend(reference_bank::CASES.map(|case| Self::Bank(case, accuracy)));
        }
        all.push(Self::ClosedForms);
        all
    }

    /// Plays it and compares.
    pub fn compare(self) -> Report {
        match self {
            Self::Cell(case, accuracy) => reference_cell::compare(case, accuracy),
            Self::Bank(case, accuracy) => reference_bank::compare(case, accuracy),
            Self::ClosedForms => closed_form::compare(),
        }
    }
}

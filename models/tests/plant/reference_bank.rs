//! 25 strings of 16 cells on a ladder against an independent solver, at both accuracies.

use crate::reference_cell::judge;
use ngbank_models::validation::{Accuracy, Report, reference_bank};

#[test]
fn every_trajectory_of_the_bank_is_followed() {
    let pairs = Accuracy::ALL.into_iter().flat_map(|accuracy| reference_bank::CASES.map(|case| (case, accuracy)));
    let mut report = Report::default();
    pairs.for_each(|(case, accuracy)| report.add(reference_bank::compare(case, accuracy)));
    judge(&report);
}

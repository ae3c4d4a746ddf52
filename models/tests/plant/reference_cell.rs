//! Cells A and B against Runge–Kutta trajectories of order 8, at both accuracies.

use ngbank_models::validation::{Accuracy, Report, reference_cell};

#[test]
fn every_trajectory_of_a_cell_is_followed() {
    let pairs = Accuracy::ALL.into_iter().flat_map(|accuracy| reference_cell::CASES.map(|case| (case, accuracy)));
    let mut report = Report::default();
    pairs.for_each(|(case, accuracy)| report.add(reference_cell::compare(case, accuracy)));
    judge(&report);
}

/// Every check is within its limit.
pub fn judge(report: &Report) {
    for check in &report.checks {
        println!("{}: {}: {:.2e} {} (limit {:e})", check.case, check.quantity, check.figure, check.unit, check.limit);
    }
    assert!(!report.checks.is_empty(), "nothing was compared");
    let failed: Vec<String> = report.failed().map(|check| format!("{}: {}", check.case, check.quantity)).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

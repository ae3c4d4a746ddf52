//! Cells A and B against Runge–Kutta trajectories of order 8, at both accuracies.

use ngbank_models::validation::{Accuracy, Report, reference_cell};

#[test]
fn every_trajectory_of_a_cell_is_followed() {
    let pairs = Accuracy::ALL.into_iter().flat_map(|accuracy| reference_cell::CASES.map(|case| (case, accuracy)));
    let mut report = Report::default();
    pairs.for_each(|(case, accuracy)| report.add(reference_cell::compare(case, accuracy)));
    // Order 2: at the end of a charge at constant voltage the current is off, and the charge shifts what follows.
    // Set B: the factors over temperature are straight lines on half a kelvin.
    judge(
        &report,
        &[
            "cell A, day, default: voltage, RMS",
            "cell A, day, default: voltage, largest error",
            "cell A, day, default: 8 fast switchings, largest |Δt|",
            "cell A, day, default: 4 slow switchings, largest |ΔV|",
            "cell B, 1C discharge, default: 1 fast switchings, largest |Δt|",
            "cell B, day, default: voltage, RMS",
            "cell B, day, default: voltage, largest error",
            "cell B, day, default: 8 fast switchings, largest |Δt|",
            "cell B, day, default: 4 slow switchings, largest |ΔV|",
            "cell A, day, tight: voltage, RMS",
            "cell A, day, tight: voltage, largest error",
            "cell A, day, tight: 8 fast switchings, largest |Δt|",
            "cell A, day, tight: 4 slow switchings, largest |ΔV|",
            "cell B, 1C discharge, tight: voltage, RMS",
            "cell B, 1C discharge, tight: 1 fast switchings, largest |Δt|",
            "cell B, day, tight: voltage, RMS",
            "cell B, day, tight: voltage, largest error",
            "cell B, day, tight: 8 fast switchings, largest |Δt|",
            "cell B, day, tight: 4 slow switchings, largest |ΔV|",
        ],
    );
}

/// Every check is within its limit, except exactly these: a shortfall that is gone must go from the list.
pub fn judge(report: &Report, shortfalls: &[&str]) {
    for check in &report.checks {
        println!("{}: {}: {:.2e} {} (limit {:e})", check.case, check.quantity, check.figure, check.unit, check.limit);
    }
    assert!(!report.checks.is_empty(), "nothing was compared");
    let failed: Vec<String> = report.failed().map(|check| format!("{}: {}", check.case, check.quantity)).collect();
    assert_eq!(failed, shortfalls);
}

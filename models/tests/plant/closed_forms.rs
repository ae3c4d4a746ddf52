//! The closed forms of the validation, and the fit to measured cells when the measurements are there.

use ngbank_models::validation::{Report, Verdict, closed_form, measured};

use crate::reference_cell::judge;

#[test]
fn every_closed_form_is_met() {
    judge(&closed_form::compare());
}

#[test]
fn measurements_that_are_absent_are_skipped_and_not_passed() {
    let Report { checks, curves } = measured::compare(None).expect("nothing to read");
    assert_eq!(checks.len(), 2);
    assert!(checks.iter().all(|check| check.verdict == Verdict::Skipped("data not present".to_owned())), "{checks:?}");
    assert!(curves.is_empty());
}

/// `NGBANK_MEASURED` names the folder; without it there is nothing to compare.
#[test]
fn measured_cells_are_met_as_well_as_by_their_fit() {
    let Some(folder) = std::env::var_os("NGBANK_MEASURED") else {
        println!("skipped, data not present");
        return;
    };
    let report = measured::compare(Some(folder.as_ref())).expect("readable measurements");
    assert_eq!(report.curves.len(), 4, "both tests are compared");
    judge(&report);
}

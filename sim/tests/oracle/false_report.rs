//! What the core says must fit its pins and the table of causes.

use crate::bench::{NONE, Plant, Run, failed, failed_too};
use ngbank_sim::oracle::Property::{Boot, Uv};
use ngbank_sim::oracle::{Property, Status};

#[test]
fn load_that_floats_for_no_cause_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(100.1, "C", NONE);
    failed(&run.end(101.0), Uv, "without a reported cause");
}

#[test]
fn load_that_is_high_with_a_cause_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(100.1, "LC", [&[2], &[], &[]]);
    failed_too(&run.end(101.0), Uv, "OUT-2");
}

#[test]
fn a_cause_of_no_rule_fails() {
    let mut run = Run::started(Plant::default());
    run.pins(100.1, "C", [&[99], &[], &[]]);
    failed(&run.end(101.0), Boot, "no rule");
}

#[test]
fn a_quiet_run_reaches_nothing_but_the_start() {
    let verdicts = Run::started(Plant::default()).end(3600.0);
    for property in Property::ALL {
        let expected = if property == Boot { Status::Passed } else { Status::NotReached };
        assert_eq!(verdicts.get(property).status, expected, "{}", property.name());
    }
}

//! Constant power takes the upper branch, and what has no root is an event.

use crate::common::{bank, flat, plant, set_a};
use ngbank_models::circuit::{Branch, BusState, NoRoot};
use ngbank_models::plant::Stop;
use ngbank_models::time::{HOUR, MINUTE};
use proptest::prelude::*;

/// Open voltage and resistance of one flat string of four cells at rest: 13.2 V behind 2 mΩ.
const U: f64 = 4.0 * 3.3;
const Z: f64 = 4.0 * 0.0005;

proptest! {
    #[test]
    fn only_the_upper_branch(share in -3.0_f64..0.999_999, amps in -50.0_f64..50.0, siemens in 0.0_f64..20.0) {
        let load = 1.0 + Z * siemens;
        let (u, z) = ((U + Z * amps) / load, Z / load);
        // The most that the bank can give is U²/(4Z); negative shares feed it.
        let watts = -share * u * u / (4.0 * z);
        let branches = [Branch::Power { watts }, Branch::Current { amps }, Branch::Conductance { siemens }];
        let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &flat(), 3);
        prop_assert_eq!(plant.solve(&branches), Ok(()));
        let volts = plant.bus_volts();
        prop_assert!(volts >= (watts.abs() * z).sqrt() * (1.0 - 1e-9) || watts > 0.0, "{} V is on the lower branch", volts);
        prop_assert!(volts >= 0.5 * u, "{} V is below half the source", volts);
        let mut bus = BusState::default();
        plant.bus_state(&mut bus);
        let total: f64 = bus.amps_of_device.iter().sum();
        prop_assert!((volts - (U + Z * total)).abs() < 1e-9, "the bank's own equation");
        prop_assert!((bus.amps_of_device[0] * volts - watts).abs() <= 1e-9 * watts.abs().max(1.0), "the power asked for");
    }

    #[test]
    fn beyond_the_most_there_is_no_root(excess in 1.000_001_f64..10.0) {
        let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &flat(), 1);
        let branches = [Branch::Power { watts: -excess * U * U / (4.0 * Z) }];
        prop_assert_eq!(plant.solve(&branches), Err(NoRoot));
        let proposal = plant.propose(&branches, &[], HOUR);
        prop_assert_eq!((proposal.stop, proposal.end), (Stop::NoRoot, 0));
        // The device trips and life goes on.
        plant.commit(0);
        prop_assert!(plant.propose(&[Branch::Open], &[], MINUTE).end > 0);
    }
}

#[test]
fn a_sagging_bank_loses_its_root_within_a_step_and_says_so() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.03), &set_a(), 1);
    let mut steps = 0;
    let branches = [Branch::Power { watts: -12_000.0 }];
    let stop = loop {
        let proposal = plant.propose(&branches, &[], HOUR);
        assert!(plant.bus_volts() > 0.0);
        if proposal.stop == Stop::NoRoot {
            assert_eq!(proposal.end, plant.time());
            break plant.time();
        }
        plant.commit(proposal.end);
        steps += 1;
        assert!(steps < 5000 && plant.time() < HOUR, "the bank cannot carry this");
    };
    assert!(steps > 0 && stop > 0, "it carried the load for {stop} µs");
}

#[test]
fn a_voltage_source_charges_through_its_cable() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &flat(), 1);
    plant.solve(&[Branch::Voltage { volts: 14.2, ohms: 0.008 }]).expect("linear");
    assert!((plant.bus_volts() - (U + Z * (14.2 - U) / (0.008 + Z))).abs() < 1e-12);
}

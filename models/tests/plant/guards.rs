//! Guards end the step where the quantity reaches its limit, in value and in time.

use crate::common::{TOLERANCE_V, bank, plant, run, set_a, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::{Branch, BusState, Guard, Quantity, When};
use ngbank_models::plant::Stop;
use ngbank_models::time::HOUR;

fn volts(limit: f64, when: When) -> Guard {
    Guard { device: 0, quantity: Quantity::BusVolts, limit, when }
}

#[test]
fn a_crossing_is_where_a_finer_run_finds_it() {
    // The same discharge with a tolerance a thousand times smaller says when.
    let instants = [1e-4, 1e-7].map(|tolerance| {
        let params = spread_bank(0.1);
        let mut plant = ngbank_models::plant::Plant::new(&params, &CellSet::ng(), 1, tolerance).expect("valid");
        let guard = volts(16.0 * 2.9, When::Below);
        let fired = run(&mut plant, &[Branch::Power { watts: -60_000.0 }], &[guard], 2 * HOUR, |_, _| {});
        assert_eq!(fired, Some(0));
        assert!((plant.bus_volts() - 16.0 * 2.9).abs() <= tolerance.max(1e-6));
        plant.time() as f64 * 1e-6
    });
    let off = (instants[0] - instants[1]).abs();
    // The voltage falls by 0.3 mV/s a cell here: the tolerance of a cell is worth a third of a second.
    assert!(off < 0.35, "{instants:?} s");
}

#[test]
fn a_tail_current_is_located() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.9), &set_a(), 1);
    let branches = [Branch::Voltage { volts: 14.0, ohms: 0.01 }];
    let guard = Guard { device: 0, quantity: Quantity::DeviceAmps, limit: 5.0, when: When::Below };
    assert_eq!(run(&mut plant, &branches, &[guard], 24 * HOUR, |_, _| {}), Some(0));
    let mut bus = BusState::default();
    plant.bus_state(&mut bus);
    let off = bus.amps_of_device[0] - 5.0;
    assert!(off.abs() <= TOLERANCE_V / 0.01, "{off} A off");
}

#[test]
fn the_earliest_of_several_guards_wins() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &set_a(), 1);
    let guards = [volts(11.5, When::Below), volts(14.0, When::Above), volts(12.0, When::Below)];
    assert_eq!(run(&mut plant, &[Branch::Current { amps: -100.0 }], &guards, HOUR, |_, _| {}), Some(2));
    assert!((plant.bus_volts() - 12.0).abs() <= TOLERANCE_V);
}

#[test]
fn a_guard_beyond_its_limit_at_the_start_fires_there() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &set_a(), 1);
    let branches = [Branch::Current { amps: -100.0 }];
    let proposal = plant.propose(&branches, &[volts(14.0, When::Below)], HOUR);
    assert_eq!((proposal.stop, proposal.end), (Stop::Guard(0), 0));
}

#[test]
fn a_guard_that_is_not_reached_changes_nothing() {
    let ends = [&[][..], &[volts(10.0, When::Below)]].map(|guards| {
        let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &set_a(), 1);
        run(&mut plant, &[Branch::Current { amps: -20.0 }], guards, HOUR, |_, _| {});
        (plant.steps(), plant.bus_volts().to_bits())
    });
    assert_eq!(ends[0], ends[1]);
}

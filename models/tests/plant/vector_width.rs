//! All registers of the machine give the same bits.

use crate::common::{power_at, run, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::plant::{Accuracy, Plant, Registers};
use ngbank_models::time::{MINUTE, Micros};

/// Every bit of the state at every minute of a day, and every whole-step range of every battery.
fn day(set: &CellSet, accuracy: Accuracy, minutes: usize, registers: Registers) -> Vec<u64> {
    let mut plant = Plant::new(&spread_bank(0.7), set, 2, accuracy).expect("valid");
    plant.use_registers(registers);
    plant.set_bleed(3, 5, 0.8);
    let mut bits = Vec::new();
    for minute in 0..minutes {
        let sun = if (540..960).contains(&minute) { 9000.0 } else { 0.0 };
        let branches = [Branch::Power { watts: power_at(minute) }, Branch::Power { watts: sun }];
        run(&mut plant, &branches, &[], (minute as Micros + 1) * MINUTE, |plant, _| {
            bits.extend(plant.step_ranges().flat_map(|(low, high)| [low.to_bits(), high.to_bits()]));
        });
        let mut sink = |bytes: &[u8]| bits.push(u64::from_le_bytes(bytes.try_into().expect("eight bytes")));
        plant.state_digest(&mut sink);
    }
    bits
}

fn same_for_all(set: &CellSet, accuracy: Accuracy, minutes: usize) {
    let plain = day(set, accuracy, minutes, Registers::Plain);
    for registers in Registers::available() {
        assert!(day(set, accuracy, minutes, registers) == plain, "{} in {registers:?} registers", set.name());
    }
}

#[test]
fn a_day_has_the_same_bits_in_all_registers() {
    same_for_all(&CellSet::ng(), Accuracy::default(), 1440);
}

#[test]
fn so_have_two_hours_of_order_three_and_of_form_rc() {
    same_for_all(&CellSet::ng(), Accuracy::tight(), 120);
    same_for_all(&crate::common::set_a(), Accuracy::tight(), 120);
}

//! Steps allocate nothing. In a binary of its own, because it counts with the global allocator.
#![allow(unsafe_code)]

#[path = "plant/common.rs"]
#[allow(dead_code)]
mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use common::{power_at, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::{Branch, Guard, Quantity, When};
use ngbank_models::plant::{Accuracy, Plant};
use ngbank_models::time::{MINUTE, Micros};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `alloc` above with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations during an hour of steps, cut steps, readings and a guard.
fn allocations(accuracy: Accuracy) -> usize {
    let mut plant = Plant::new(&spread_bank(0.5), &CellSet::ng(), 2, accuracy).expect("valid");
    let guard = [Guard { device: 0, quantity: Quantity::BusVolts, limit: 52.6, when: When::Below }];
    let mut volts = [0.0; 8];
    let mut hour = |from: usize| {
        for minute in from..from + 60 {
            let branches = [Branch::Power { watts: power_at(minute) }, Branch::Power { watts: 30.0 * minute as f64 }];
            let until = (minute as Micros + 1) * MINUTE;
            while plant.time() < until {
                let end = plant.propose(&branches, &guard, until).end.max(plant.time() + 1);
                let end = plant.propose(&branches, &[], end).end;
                plant.battery_cells(7, end, &mut volts);
                assert!(plant.step_ranges().all(|(low, high)| low <= high));
                plant.commit(end - u64::from(end > plant.time() + 2));
            }
        }
    };
    // What is sized by use is sized in the first hour.
    hour(0);
    let before = ALLOCATIONS.with(Cell::get);
    hour(60);
    ALLOCATIONS.with(Cell::get) - before
}

#[test]
fn a_step_allocates_nothing() {
    assert!(ALLOCATIONS.with(Cell::get) > 0, "the counter counts");
    assert_eq!(allocations(Accuracy::default()), 0);
    assert_eq!(allocations(Accuracy::tight()), 0);
}

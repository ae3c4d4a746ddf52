//! The extension: continuous over steps, bounded by what it says, the same after a cut as a fresh step.

use crate::common::{plant, power_at, run, spread_bank};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::Branch;
use ngbank_models::network::Layout;
use ngbank_models::plant::{Plant, Wiring};
use ngbank_models::time::{MINUTE, Micros, SECOND};
use proptest::prelude::*;

fn warmed_up() -> Plant {
    let mut plant = plant(&spread_bank(0.3), &CellSet::ng(), 1);
    for minute in 0..7 {
        let branches = [Branch::Power { watts: power_at(5 * minute) }];
        run(&mut plant, &branches, &[], (minute as Micros + 1) * MINUTE, |_, _| {});
    }
    plant
}

fn digest(plant: &Plant) -> Vec<u8> {
    let mut bytes = Vec::new();
    plant.state_digest(&mut |part| bytes.extend_from_slice(part));
    bytes
}

#[test]
fn voltages_are_continuous_where_nothing_switches() {
    let mut plant = warmed_up();
    let branches = [Branch::Power { watts: -9000.0 }];
    let mut before: Option<Vec<f64>> = None;
    let until = plant.time() + 30 * MINUTE;
    let mut steps = 0;
    run(&mut plant, &branches, &[], until, |plant, end| {
        let at = |t| (0..400).map(|k| plant.cell_volts(k / 8, k % 8, t)).collect::<Vec<_>>();
        if let Some(before) = before.replace(at(end)) {
            for (a, b) in before.iter().zip(at(plant.time())) {
                assert!((a - b).abs() < 1e-13, "{a} V and {b} V at {} µs", plant.time());
            }
            steps += 1;
        }
    });
    assert!(steps > 3, "{steps} joints seen");
}

/// Inside a step, too, a state of charge is that of the charge that has gone in so far.
#[test]
fn the_state_of_charge_follows_the_current_within_a_step() {
    let mut plant = warmed_up();
    let start = plant.time();
    let branches = [Branch::Current { amps: -500.0 }];
    plant.propose(&branches, &[], start + 2 * MINUTE);
    let soc = |plant: &Plant, t| plant.cell_soc(13, 2, t);
    assert_eq!(soc(&plant, start).to_bits(), plant.soc(13, 2).to_bits());
    let end = plant.propose(&branches, &[], start + 2 * MINUTE).end;
    let ampere_seconds = |t| plant.battery_charge_since_step(13, t);
    let whole = soc(&plant, end) - soc(&plant, start);
    for part in [0.25, 0.5, 0.75] {
        let t = start + (part * (end - start) as f64) as Micros;
        let share = (soc(&plant, t) - soc(&plant, start)) / whole;
        let expected = ampere_seconds(t) / ampere_seconds(end);
        assert!((share - expected).abs() < 5e-3, "{share}, not {expected}");
    }
    let at_end = soc(&plant, end);
    plant.commit(end);
    assert!((plant.soc(13, 2) - at_end).abs() < 1e-15);
}

/// Cubics are fitted to the RC pairs of the cells, and that of the bus as well: after a load has come, one is a sum of the
/// others all over a step of two time constants.
#[test]
fn the_bus_is_that_of_its_cells_within_a_step() {
    let mut bank = spread_bank(0.5);
    bank.wiring = Wiring { layout: Layout::EqualPaths, string_ohm: 0.0008, ..Wiring::default() };
    let mut plant = plant(&bank, &CellSet::ng(), 1);
    run(&mut plant, &[Branch::Power { watts: -4000.0 }], &[], 20 * MINUTE, |_, _| {});
    let start = plant.time();
    let end = plant.propose(&[Branch::Power { watts: -6000.0 }], &[], start + 50 * SECOND).end;
    assert_eq!(end, start + 50 * SECOND);
    let string = |s: usize, t| {
        let cells: f64 = (0..16).map(|k| plant.cell_volts(2 * s + k / 8, k % 8, t)).sum();
        cells + 0.0008 * plant.battery_current(2 * s, t)
    };
    for n in 0..=20 {
        let t = start + (end - start) * n / 20;
        let mean = (0..25).map(|s| string(s, t)).sum::<f64>() / 25.0;
        let apart = (mean - plant.bus_volts_at(t)) / 16.0;
        assert!(apart.abs() < 2e-6, "{apart} V per cell at {n}/20");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn bounds_contain_every_sample(
        watts in -40_000.0_f64..20_000.0,
        from in 0.0_f64..1.0,
        width in 0.0_f64..1.0,
    ) {
        let mut plant = warmed_up();
        let start = plant.time();
        let end = plant.propose(&[Branch::Power { watts }], &[], start + 5 * MINUTE).end;
        let length = (end - start) as f64;
        let ta = start + (from * length) as Micros;
        let tb = ta + (width * (end - ta) as f64) as Micros;
        let (mut bounds, mut volts) = ([(0.0, 0.0); 8], [0.0; 8]);
        let mut all = vec![0.0; 8 * plant.batteries()];
        let bus = plant.bus_bounds(ta, tb);
        for b in [0, 13, 49] {
            let rest = plant.battery_bounds(b, ta, tb, &mut bounds);
            for n in 0..=200 {
                let t = ta + (tb - ta) * n / 200;
                plant.battery_cells(b, t, &mut volts);
                plant.all_cells(t, &mut all);
                prop_assert_eq!(&all[8 * b..8 * (b + 1)], &volts);
                for (c, (v, (low, high))) in volts.iter().zip(bounds).enumerate() {
                    prop_assert!(low <= *v && *v <= high, "cell {c}: {v} outside {low}..{high}");
                    prop_assert_eq!(*v, plant.cell_volts(b, c, t));
                }
                let mut here = [(0.0, 0.0); 8];
                plant.battery_bounds(b, t, t, &mut here);
                for (v, (low, high)) in volts.iter().zip(here) {
                    prop_assert!(low <= *v && *v <= high && high - low < 1e-12, "{v} at an instant of {low}..{high}");
                }
                let (amps, celsius) = (plant.battery_current(b, t), plant.battery_temperature(b, t));
                let (low, high) = plant.battery_range(b, ta, tb);
                prop_assert!(volts.iter().all(|v| low <= *v && *v <= high), "{volts:?} outside {low}..{high}");
                prop_assert!(rest.current.0 <= amps && amps <= rest.current.1);
                prop_assert!(rest.temperature.0 <= celsius && celsius <= rest.temperature.1);
                let volts = plant.bus_volts_at(t);
                prop_assert!(bus.0 <= volts && volts <= bus.1);
            }
            for (low, high) in bounds {
                prop_assert!(high - low < 0.2, "a useless bound {low}..{high}");
            }
        }
    }

    #[test]
    fn a_cut_step_equals_a_fresh_step_of_that_length(cut in 0.01_f64..0.99, watts in -20_000.0_f64..10_000.0) {
        let branches = [Branch::Power { watts }];
        let mut cut_short = warmed_up();
        let mut fresh = cut_short.clone();
        let start = fresh.time();
        let end = cut_short.propose(&branches, &[], start + 3 * MINUTE).end;
        let at = start + (((end - start) as f64 * cut) as Micros).max(1);
        cut_short.commit(at);
        prop_assert_eq!(cut_short.time(), at);
        // A fresh step that may not go further than the cut gets there in one step where the error allows the longer.
        let proposal = fresh.propose(&branches, &[], at);
        prop_assert_eq!(proposal.end, at);
        fresh.commit(at);
        let cells = |plant: &Plant| digest(plant)[24..].to_vec();
        prop_assert!(cells(&cut_short) == cells(&fresh), "state differs after a cut at {}", at);
    }
}

/// After a charge a load that just holds: the RC pairs fall while the charge rises, so cells turn within the step.
fn turning() -> Plant {
    let mut plant = plant(&spread_bank(0.5), &CellSet::ng(), 1);
    run(&mut plant, &[Branch::Power { watts: -15_000.0 }], &[], 6 * MINUTE, |_, _| {});
    run(&mut plant, &[Branch::Power { watts: -1500.0 }], &[], 6 * MINUTE + 20 * SECOND, |_, _| {});
    plant
}

#[test]
fn the_range_of_a_step_is_the_hull_of_its_cells() {
    let mut plant = turning();
    let mut turned = 0;
    let mut cells = [(0.0, 0.0); 8];
    run(&mut plant, &[Branch::Power { watts: -1500.0 }], &[], 90 * MINUTE, |plant, end| {
        let start = plant.time();
        let ranges: Vec<_> = plant.step_ranges().collect();
        assert_eq!(ranges.len(), plant.batteries());
        for (b, range) in ranges.into_iter().enumerate() {
            plant.battery_bounds(b, start, end, &mut cells);
            let hull = cells.iter().fold((f64::MAX, f64::MIN), |hull, cell| (hull.0.min(cell.0), hull.1.max(cell.1)));
            assert_eq!(range, hull, "battery {b}");
            assert_eq!(plant.battery_range(b, start, end), hull);
            // Inside, not at an end: only an inner coefficient bounds it.
            let ends = (0..8).flat_map(|c| [start, end].map(|t| plant.cell_volts(b, c, t)));
            let highest = ends.fold(f64::MIN, f64::max);
            let inside = (1..40).map(|n| start + (end - start) * n / 40);
            let most = inside.flat_map(|t| (0..8).map(move |c| (t, c))).map(|(t, c)| plant.cell_volts(b, c, t));
            let most = most.fold(f64::MIN, f64::max);
            assert!(most <= range.1, "battery {b}: {most} above {}", range.1);
            turned += usize::from(most > highest + 1e-9);
        }
    });
    assert!(turned > 0, "no cell turned within a step");
}

#[test]
fn reading_and_discarding_leave_no_trace() {
    let branches = [Branch::Power { watts: -5000.0 }];
    let (mut looked, mut blind) = (warmed_up(), warmed_up());
    let until = looked.time() + 10 * MINUTE;
    let mut volts = [0.0; 8];
    run(&mut looked, &branches, &[], until, |plant, end| {
        let mut t = plant.time();
        while t < end {
            plant.battery_cells(3, t, &mut volts);
            t += SECOND / 2;
        }
    });
    while blind.time() < until {
        blind.propose(&branches, &[], until);
        blind.commit(blind.time());
        let end = blind.propose(&branches, &[], until).end;
        blind.commit(end);
    }
    assert_eq!(digest(&looked), digest(&blind));
}

#[test]
fn the_step_committed_last_reads_as_before() {
    let mut plant = warmed_up();
    let start = plant.time();
    let end = plant.propose(&[Branch::Power { watts: -5000.0 }], &[], start + 5 * MINUTE).end;
    let read = |plant: &Plant| {
        let mut read = Vec::new();
        for t in (start..end).step_by(SECOND as usize / 2) {
            for b in [0, 13, 49] {
                let mut volts = [0.0; 8];
                plant.battery_cells(b, t, &mut volts);
                read.extend(volts.map(f64::to_bits));
                read.push(plant.battery_current(b, t).to_bits());
                read.push(plant.battery_temperature(b, t).to_bits());
            }
        }
        read
    };
    let before = read(&plant);
    plant.commit(end);
    assert_eq!(plant.last_time(), start);
    assert!(read(&plant) == before, "read after the commit");
    plant.propose(&[Branch::Power { watts: 8000.0 }], &[], end + 5 * MINUTE);
    assert!(read(&plant) == before, "read during the next step");
}

//! A string fuse blows when its melting curve says, and the string carries nothing from then on.

use crate::common::{TOLERANCE_V, bank, set_a};
use ngbank_models::circuit::{Branch, Guard, Quantity, When};
use ngbank_models::plant::{Accuracy, BankParams, Plant, Stop, StringFuse, Wiring};
use ngbank_models::time::{HOUR, Micros, SECOND};

/// 100 A; 1.5 × for 100 s, 3 × for 4 s, 6 × for 0.5 s.
fn fuse() -> StringFuse {
    StringFuse { rated_a: 100.0, ohm: 0.0, melting: vec![(1.5, 100.0), (3.0, 4.0), (6.0, 0.5)] }
}

fn fused(parallel: usize) -> BankParams {
    let mut params = bank(4, 1, parallel, 1000.0, 0.5);
    params.wiring.fuse = Some(fuse());
    params
}

fn new_plant(params: &BankParams, accuracy: impl Into<Accuracy>) -> Plant {
    Plant::new(params, &set_a(), 1, accuracy).expect("a valid bank")
}

/// Runs until a fuse blows: its string and when, s.
fn until_one_blows(plant: &mut Plant, branch: Branch, until: Micros) -> Option<(usize, f64)> {
    while plant.time() < until {
        let proposal = plant.propose(&[branch], &[], until);
        plant.commit(proposal.end);
        if let Stop::Fuse(string) = proposal.stop {
            return Some((string, plant.time() as f64 * 1e-6));
        }
    }
    None
}

#[test]
fn at_constant_current_it_blows_when_the_curve_says() {
    // Between two points the middle of the line on logarithmic paper is the geometric mean of both coordinates.
    let middle = |a: f64, b: f64| (a * b).sqrt();
    for (amps, seconds) in [
        (150.0, 100.0),
        (middle(150.0, 300.0), middle(100.0, 4.0)),
        (300.0, 4.0),
        (middle(300.0, 600.0), middle(4.0, 0.5)),
        (600.0, 0.5),
        // Beyond the curve I²·t stays what it is at its end.
        (1200.0, 0.125),
    ] {
        for (amps, accuracy) in [(-amps, TOLERANCE_V.into()), (amps, Accuracy::tight_with(1e-6))] {
            let mut plant = new_plant(&fused(1), accuracy);
            let blown = until_one_blows(&mut plant, Branch::Current { amps }, HOUR);
            let (string, at) = blown.expect("it blows");
            assert_eq!(string, 0);
            assert!((at - seconds).abs() <= 1e-3, "{amps} A: {at} s, expected {seconds} s");
            assert!((fuse().melts_after_s(amps) - seconds).abs() < 1e-9 * seconds);
            assert!(plant.string_is_open(0) && plant.fuse_wear(0) >= 1.0);
        }
    }
}

#[test]
fn below_its_curve_it_carries_for_ever() {
    let mut plant = new_plant(&fused(1), TOLERANCE_V);
    assert_eq!(until_one_blows(&mut plant, Branch::Current { amps: -149.0 }, HOUR), None);
    assert_eq!(plant.fuse_wear(0), 0.0);
    assert_eq!(fuse().melts_after_s(149.0), f64::INFINITY);
}

#[test]
fn parts_of_its_life_add_up() {
    // 30 s of 100 s, then a pause, then 70 % of 4 s.
    let mut plant = new_plant(&fused(1), TOLERANCE_V);
    assert_eq!(until_one_blows(&mut plant, Branch::Current { amps: -150.0 }, 30 * SECOND), None);
    assert!((plant.fuse_wear(0) - 0.3).abs() < 1e-12, "{}", plant.fuse_wear(0));
    assert_eq!(until_one_blows(&mut plant, Branch::Open, 90 * SECOND), None);
    let (_, at) = until_one_blows(&mut plant, Branch::Current { amps: 300.0 }, HOUR).expect("it blows");
    assert!((at - 92.8).abs() <= 1e-3, "{at} s");
}

#[test]
fn a_step_that_is_cut_wears_by_its_length() {
    let mut plant = new_plant(&fused(1), TOLERANCE_V);
    let branches = [Branch::Current { amps: -150.0 }];
    let proposal = plant.propose(&branches, &[], 60 * SECOND);
    let cut = proposal.end / 3;
    plant.commit(cut);
    assert!((plant.fuse_wear(0) - cut as f64 * 1e-8).abs() < 1e-12);
    assert!(!plant.string_is_open(0));
}

#[test]
fn under_a_changing_current_a_finer_run_blows_it_at_the_same_time() {
    // A resistive load on two strings of which one has the better path: its current falls while it melts.
    let times = [1e-4.into(), 1e-6.into(), Accuracy::tight_with(1e-6)].map(|accuracy: Accuracy| {
        let mut params = fused(2);
        params.wiring.string_ohm = 0.002;
        params.wiring.extra_ohm = vec![0.0, 0.003];
        let mut plant = new_plant(&params, accuracy);
        let (string, at) =
            until_one_blows(&mut plant, Branch::Conductance { siemens: 21.0 }, HOUR).expect("the first blows");
        assert_eq!(string, 0);
        // The other one now carries all of it, and does not last long.
        let (string, last) =
            until_one_blows(&mut plant, Branch::Conductance { siemens: 21.0 }, HOUR).expect("the second blows");
        assert_eq!(string, 1);
        (at, last)
    });
    println!("{times:?}");
    let [(first, last), (first_fine, last_fine), (first_tight, last_tight)] = times;
    assert!((first_tight - first_fine).abs() < 1e-3, "{first_tight} s against {first_fine} s");
    assert!((last_tight - last_fine).abs() < 1e-3, "{last_tight} s against {last_fine} s");
    // A ten-thousandth of a life is allowed in a step, and there are a few of them.
    assert!((first / first_fine - 1.0).abs() < 1e-3, "{first} s against {first_fine} s");
    assert!((last / last_fine - 1.0).abs() < 1e-3, "{last} s against {last_fine} s");
    assert!(first > 30.0 && last > first + 1.0, "{first} s, {last} s");
}

#[test]
fn what_is_left_of_the_bank_carries_the_current_and_the_books_balance() {
    let mut params = fused(3);
    params.wiring.extra_ohm = vec![0.0, 0.002, 0.002];
    let mut plant = new_plant(&params, TOLERANCE_V);
    let branch = Branch::Current { amps: -300.0 };
    let (string, at) = until_one_blows(&mut plant, branch, HOUR).expect("the first blows");
    assert_eq!(string, 0);
    let proposal = plant.propose(&[branch], &[], (at * 1e6) as Micros + SECOND);
    for t in [plant.time(), proposal.end] {
        assert_eq!(plant.battery_current(0, t), 0.0);
        let rest = plant.battery_current(1, t) + plant.battery_current(2, t);
        assert!((rest + 300.0).abs() < 1e-10, "{rest} A");
    }
    plant.commit(proposal.end);
    assert!(plant.accounts().balance_error() <= 1e-12);
}

#[test]
fn the_earlier_of_fuse_and_guard_ends_the_step() {
    let branches = [Branch::Current { amps: -300.0 }];
    let unfused = BankParams { wiring: Wiring::default(), ..fused(1) };
    // A step that would hold both: the fuse blows at 40 % of it.
    let mut plant = new_plant(&unfused, TOLERANCE_V);
    let mut step = (0, 0);
    for _ in 0..5 {
        step = (plant.time(), plant.propose(&branches, &[], HOUR).end);
        plant.commit(step.1);
    }
    let (from, to) = step;
    assert!(to - from > SECOND, "{step:?}");
    let inside = |part: u64| from + (to - from) * part / 10;
    let blows_s = inside(4) as f64 * 1e-6;
    for (part, expected) in [(2, Stop::Guard(0)), (6, Stop::Fuse(0))] {
        let mut fine = new_plant(&unfused, 1e-6);
        until_one_blows(&mut fine, branches[0], inside(part));
        let guard = Guard { device: 0, quantity: Quantity::BusVolts, limit: fine.bus_volts(), when: When::Below };
        let mut params = fused(1);
        params.wiring.fuse = Some(StringFuse { melting: vec![(1.5, 10.0 * blows_s), (3.0, blows_s)], ..fuse() });
        let mut plant = new_plant(&params, TOLERANCE_V);
        let stop = loop {
            let proposal = plant.propose(&branches, &[guard], HOUR);
            plant.commit(proposal.end);
            if proposal.stop != Stop::Error {
                break proposal.stop;
            }
        };
        assert_eq!(stop, expected, "guard at {part}0 % of the step");
        assert!((from..to).contains(&plant.time()));
    }
}

#[test]
fn the_error_of_its_wear_shortens_steps() {
    // Large cells of 50 µΩ allow their currents an error of 2 A, and a fuse makes much more of it: an exchange of 320 A
    // that falls by a third within 30 s.
    let times = [1e-4.into(), 1e-6.into(), Accuracy::tight_with(1e-6)].map(|accuracy: Accuracy| {
        let mut params = fused(2);
        params.wiring.string_ohm = 5e-5;
        params.cells.iter_mut().take(4).for_each(|cell| cell.soc = 0.8);
        let mut plant = new_plant(&params, accuracy);
        let (_, at) = until_one_blows(&mut plant, Branch::Open, HOUR).expect("it blows");
        println!("{accuracy:?}: {at} s, {} steps", plant.steps());
        at
    });
    assert!((times[0] / times[1] - 1.0).abs() < 1e-3, "{times:?} s");
    assert!((times[2] - times[1]).abs() < 1e-3, "{times:?} s");
}

#[test]
fn a_curve_that_is_none_is_refused_with_its_place() {
    for (melting, message) in [
        (vec![(1.5, 100.0)], "wiring.fuse.melting = 1: allowed is two points or more"),
        (vec![(1.5, 100.0), (1.5, 10.0)], "wiring.fuse.melting[1] multiple = 1.5: allowed is rising"),
        (vec![(1.5, 100.0), (2.0, 100.0)], "wiring.fuse.melting[1] seconds = 100: allowed is falling"),
        (vec![(0.0, 100.0), (2.0, 10.0)], "wiring.fuse.melting[0] multiple = 0: allowed is a number above 0"),
    ] {
        let mut params = fused(1);
        params.wiring.fuse = Some(StringFuse { melting, ..fuse() });
        let error = Plant::new(&params, &set_a(), 1, TOLERANCE_V).expect_err("refused");
        assert_eq!(error.to_string(), message);
    }
}

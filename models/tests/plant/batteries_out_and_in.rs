//! A battery is taken out and put back while the bank runs: the string rests, then exchanges current with the others.

use crate::common::{TOLERANCE_V, bank, plant, run, set_a};
use ngbank_models::cell::CellSet;
use ngbank_models::circuit::{Branch, BusState, Guard, Quantity, When};
use ngbank_models::network::Layout;
use ngbank_models::plant::{Accuracy, Plant, Stop, StringFuse, Wiring, slow_bolt_down};
use ngbank_models::time::{HOUR, MINUTE, SECOND};
use proptest::prelude::*;

/// Set A with a straight open-circuit voltage from 3.2 to 3.4 V: the circuit is linear.
fn straight() -> CellSet {
    let text = include_str!("../../data/reference/set_a.toml");
    let from = text.find("ocv_v").expect("table");
    let to = text.find("docv_dt").expect("next table");
    CellSet::from_toml(&format!("{}ocv_v = [3.2, 3.4]\n{}", &text[..from], &text[to..])).expect("valid")
}

type Vector = [f64; 3];
type Matrix = [Vector; 3];

fn times(a: &Matrix, b: &Matrix) -> Matrix {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

/// `e^(m·t)` by its series, for a thousandth of the time and then squared.
fn propagator(m: &Matrix, t: f64) -> Matrix {
    let small = t / 1024.0;
    let unit: Matrix = std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }));
    let (mut sum, mut term) = (unit, unit);
    for n in 1..12 {
        term = times(&term, &m.map(|row| row.map(|x| x * small / f64::from(n))));
        for (sum, term) in sum.iter_mut().flatten().zip(term.iter().flatten()) {
            *sum += term;
        }
    }
    (0..10).fold(sum, |power, _| times(&power, &power))
}

#[test]
fn joined_strings_exchange_charge_as_the_linear_circuit_says() {
    // Two strings of one cell, 100 Ah, at 70 and 50 %, each behind 1 mΩ of cable; the second one joins after an hour.
    let mut params = bank(1, 1, 2, 100.0, 0.5);
    params.cells[0].soc = 0.7;
    params.wiring.string_ohm = 0.001;
    // Differences between the strings: open-circuit voltage and both RC pairs (0.3 mΩ 30 s, 0.6 mΩ 600 s).
    // i = (ΔU + Δv1 + Δv2)/2R;  dΔU/dt = −2k·i;  dΔv/dt = −(2r·i + Δv)/τ.
    let ohms = 0.0005 + 0.001;
    let per_volt = 1.0 / (2.0 * ohms);
    let k = 0.2 / (100.0 * 3600.0);
    let (a, b, c) = (2.0 * k * per_volt, 2.0 * 0.0003 * per_volt / 30.0, 2.0 * 0.0006 * per_volt / 600.0);
    let m = [[-a, -a, -a], [-b, -b - 1.0 / 30.0, -b], [-c, -c, -c - 1.0 / 600.0]];
    let start = 0.2 * 0.2;
    let expected = |seconds: f64| {
        let m = propagator(&m, seconds);
        let [u, v1, v2] = [m[0][0] * start, m[1][0] * start, m[2][0] * start];
        ((u + v1 + v2) * per_volt, u)
    };
    for (tolerance, tight) in [(1e-4, false), (1e-5, false), (1e-6, false), (1e-6, true)] {
        let accuracy = if tight { Accuracy::tight_with(tolerance) } else { tolerance.into() };
        let mut plant = Plant::new(&params, &straight(), 1, accuracy).expect("a valid bank");
        plant.set_present(1, false);
        run(&mut plant, &[Branch::Open], &[], HOUR, |plant, end| {
            assert_eq!((plant.battery_current(0, end), plant.battery_current(1, end)), (0.0, 0.0));
        });
        plant.set_present(1, true);
        let (mut first, mut worst): (Option<f64>, f64) = (None, 0.0);
        run(&mut plant, &[Branch::Open], &[], 7 * HOUR, |plant, end| {
            first.get_or_insert((end - plant.time()) as f64 * 1e-6);
            for n in 0..=10 {
                let t = plant.time() + (end - plant.time()) * n / 10;
                let (given, taken) = (plant.battery_current(0, t), plant.battery_current(1, t));
                assert!((given + taken).abs() <= 1e-12 * taken.abs().max(1.0), "{given} A, {taken} A");
                worst = worst.max((taken - expected((t - HOUR) as f64 * 1e-6).0).abs());
            }
        });
        let first = first.expect("a step");
        println!("{accuracy:?}: first step {first:.2} s, worst {worst:.4} A of {:.2} A", start * per_volt);
        // The tolerance is that of a cell's voltage. The step before was half an hour long.
        assert!(worst * 0.0005 <= tolerance, "{worst} A at {tolerance} V");
        assert!(first < 30.0, "first step of {first} s");
        let (_, volts) = expected(6.0 * 3600.0);
        let soc = plant.soc(0, 0) - plant.soc(1, 0);
        assert!((soc * 0.2 - volts).abs() < tolerance, "{soc}, expected {}", volts / 0.2);
        assert!((plant.soc(0, 0) + plant.soc(1, 0) - 1.2).abs() < 1e-14);
    }
}

#[test]
fn the_string_of_a_missing_battery_rests_with_its_own_physics() {
    let mut params = bank(4, 2, 3, 100.0, 0.6);
    params.cells.iter_mut().for_each(|cell| cell.self_discharge_a = 0.01);
    let mut plant = plant(&params, &set_a(), 1);
    let load = [Branch::Current { amps: -90.0 }];
    run(&mut plant, &load, &[], 20 * MINUTE, |_, _| {});
    let before = [plant.soc(2, 0), plant.soc(3, 0)];
    // Battery 3 is the second one of string 1.
    plant.set_present(3, false);
    let mut volts = Vec::new();
    run(&mut plant, &load, &[], 140 * MINUTE, |plant, end| {
        for t in [plant.time(), end] {
            let amps: Vec<f64> = (0..6).map(|b| plant.battery_current(b, t)).collect();
            assert_eq!((amps[2], amps[3]), (0.0, 0.0), "at {t} µs");
            assert!((amps[0] + amps[4] + 90.0).abs() < 1e-10, "{amps:?}");
        }
        volts.push(plant.cell_volts(3, 0, plant.time()));
    });
    // Only self-discharge moves its charge: 0.01 A of 100 Ah in two hours.
    for (b, before) in [2, 3].into_iter().zip(before) {
        assert!((before - plant.soc(b, 0) - 2.0 * 0.01 / 100.0).abs() < 1e-12);
    }
    // Its voltage rises from under load towards its open-circuit voltage, and is there after two hours.
    let ocv = set_a().ocv_volts(plant.soc(3, 0), 25.0);
    assert!(volts[0] < ocv - 0.01 && volts.windows(2).all(|pair| pair[1] > pair[0] - 1e-6), "{volts:?}");
    let last = volts.last().expect("steps");
    assert!((last - ocv).abs() < 2e-5, "{last} V, open-circuit {ocv} V");
    plant.set_present(3, true);
    run(&mut plant, &load, &[], 150 * MINUTE, |_, _| {});
    assert!(plant.accounts().balance_error() <= 1e-12);
}

#[test]
fn putting_it_back_draws_what_the_difference_of_voltages_drives() {
    let mut params = bank(4, 1, 3, 100.0, 0.5);
    params.wiring.string_ohm = 0.001;
    let mut plant = plant(&params, &set_a(), 1);
    plant.set_present(0, false);
    run(&mut plant, &[Branch::Current { amps: -60.0 }], &[], HOUR, |_, _| {});
    run(&mut plant, &[Branch::Open], &[], 10 * HOUR, |_, _| {});
    let volts = |plant: &Plant, b: usize| (0..4).map(|c| plant.cell_volts(b, c, plant.time())).sum::<f64>();
    plant.propose(&[Branch::Open], &[], 11 * HOUR);
    let rested = volts(&plant, 0) - volts(&plant, 1);
    plant.set_present(0, true);
    plant.propose(&[Branch::Open], &[], 11 * HOUR);
    // One string (3 mΩ) in series with two in parallel (1.5 mΩ).
    let amps = plant.battery_current(0, plant.time());
    assert!((amps + rested / 0.0045).abs() < 1e-6 * amps.abs(), "{amps} A for {rested} V");
    assert!(amps < -5.0, "{amps} A: too little to show anything");
}

#[test]
fn without_a_closed_string_the_bus_is_dead_and_comes_back() {
    let branches = [
        Branch::Power { watts: -500.0 },
        Branch::Voltage { volts: 14.0, ohms: 0.01 },
        Branch::Current { amps: 20.0 },
        Branch::Conductance { siemens: 1.0 },
    ];
    // Behind its cable the source would give 1400 A into a bus at 0 V.
    let most = Guard { device: 1, quantity: Quantity::DeviceAmps, limit: 500.0, when: When::Above };
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &set_a(), 4);
    plant.solve(&branches).expect("a circuit");
    let alive = plant.bus_volts();
    plant.set_present(0, false);
    let mut bus = BusState::default();
    while plant.time() < HOUR {
        let proposal = plant.propose(&branches, &[most], HOUR);
        assert!(!matches!(proposal.stop, Stop::NoRoot | Stop::Guard(_)), "{proposal:?}");
        plant.bus_state_at(proposal.end, &mut bus);
        assert_eq!((bus.volts, &bus.amps_of_device[..]), (0.0, &[0.0; 4][..]));
        plant.commit(proposal.end);
    }
    let accounts = plant.accounts();
    assert_eq!((accounts.throughput, accounts.device_energy), (0.0, vec![0.0; 4]));
    plant.set_present(0, true);
    plant.solve(&branches).expect("a circuit");
    assert!((plant.bus_volts() - alive).abs() < TOLERANCE_V);
}

#[test]
fn a_guard_of_the_bus_sees_that_it_is_dead() {
    let mut plant = plant(&bank(4, 1, 1, 100.0, 0.5), &set_a(), 1);
    let low = Guard { device: 0, quantity: Quantity::BusVolts, limit: 9.3, when: When::Below };
    plant.propose(&[Branch::Current { amps: -1.0 }], &[low], SECOND);
    plant.commit(SECOND);
    plant.set_present(0, false);
    let proposal = plant.propose(&[Branch::Current { amps: -1.0 }], &[low], HOUR);
    assert_eq!((proposal.stop, proposal.end), (Stop::Guard(0), SECOND));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Batteries come and go, fuses blow, loads and chargers change: Kirchhoff's law and the books hold throughout.
    #[test]
    fn whatever_opens_and_closes_the_currents_add_up_and_no_charge_is_lost(
        layout in prop_oneof![
            Just(Layout::EqualPaths), Just(Layout::Ladder), Just(Layout::Diagonal), Just(Layout::HalfWay),
        ],
        socs in prop::collection::vec(0.1_f64..0.95, 1..7),
        tight in any::<bool>(),
        events in prop::collection::vec((0_usize..14, any::<bool>(), -700.0_f64..500.0, 1_u64..3_000), 1..12),
    ) {
        let parallel = socs.len();
        let mut params = bank(4, 2, parallel, 100.0, 0.5);
        for (k, cell) in params.cells.iter_mut().enumerate() {
            cell.soc = socs[k / 8];
        }
        let fuse = StringFuse { rated_a: 100.0, ohm: 2e-4, melting: slow_bolt_down() };
        let (string_ohm, bus_segment_ohm) = (5e-4, 2e-4);
        params.wiring = Wiring { layout, string_ohm, bus_segment_ohm, fuse: Some(fuse), ..Wiring::default() };
        let accuracy = if tight { Accuracy::tight_with(1e-5) } else { TOLERANCE_V.into() };
        let mut plant = Plant::new(&params, &CellSet::ng(), 2, accuracy).expect("valid");
        let mut bus = BusState::default();
        for (b, present, amps, seconds) in events {
            if b < 2 * parallel {
                plant.set_present(b, present);
            }
            let branches = [Branch::Current { amps }, Branch::Voltage { volts: 27.0, ohms: 0.01 }];
            let until = plant.time() + seconds * SECOND;
            while plant.time() < until {
                let proposal = plant.propose(&branches, &[], until);
                prop_assert_ne!(proposal.stop, Stop::NoRoot);
                for t in [plant.time(), proposal.end] {
                    let currents: Vec<f64> = (0..parallel).map(|s| plant.battery_current(2 * s, t)).collect();
                    for (s, &amps) in currents.iter().enumerate() {
                        prop_assert!(amps.is_finite() && (amps == 0.0 || !plant.string_is_open(s)), "{}: {} A", s, amps);
                    }
                }
                plant.bus_state_at(plant.time(), &mut bus);
                let currents: Vec<f64> = (0..parallel).map(|s| plant.battery_current(2 * s, plant.time())).collect();
                let scale = currents.iter().map(|i| i.abs()).sum::<f64>().max(1.0);
                let gap = currents.iter().sum::<f64>() - bus.amps_of_device.iter().sum::<f64>();
                // The current of the charger follows from 27 V behind 10 mΩ: a bit of the volts is 4e-13 A.
                prop_assert!(gap.abs() <= 1e-12 * scale + 4e-12, "{} A of {} A", gap, scale);
                plant.commit(proposal.end);
            }
        }
        prop_assert!(plant.accounts().balance_error() <= 1e-12, "{}", plant.accounts().balance_error());
    }
}

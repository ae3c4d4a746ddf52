//! The bus with nodes beyond cables against a search that knows none of the solver's formulas.

use ngbank_models::circuit::{Branch, Folded, NoRoot, ROUNDS_MAX, close};
use proptest::prelude::*;

/// Current into the bus by the definition of each branch; `None` where a node beyond has no voltage. The node is
/// found by halving between the voltage at which its power is worst for it and one far above. Without power nothing
/// keeps a node above 0 V: a current out of it through a long cable has an answer below.
fn amps(branch: &Branch, volts: f64) -> Option<f64> {
    let Branch::Beyond { ohms, rest } = *branch else {
        return Some(branch.amps(volts));
    };
    let power = |node: f64| if rest.watts == 0.0 { 0.0 } else { rest.watts / node };
    // Current from the bus into the node, less what the node takes: rises with the node's voltage where it is stable.
    let excess = |node: f64| (node - volts) / ohms - rest.amps + rest.siemens * node - power(node);
    let mut low = match rest.watts {
        load if load < 0.0 => (-load / (1.0 / ohms + rest.siemens)).sqrt(),
        0.0 => -1e6,
        _ => 1e-9,
    };
    let mut high = 1e6;
    if excess(low) > 0.0 {
        return None;
    }
    for _ in 0..200 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 { high = middle } else { low = middle }
    }
    Some((0.5 * (low + high) - volts) / ohms)
}

/// What flows into the bus and not out of it, as the voltage that it is across `z`.
fn surplus(branches: &[Branch], u: f64, z: f64, volts: f64) -> Option<f64> {
    let sum: Option<f64> = branches.iter().map(|branch| amps(branch, volts)).sum();
    sum.map(|sum| u - volts + z * sum)
}

/// The highest voltage at which the currents agree: down from far above in small steps, then halving.
fn search(branches: &[Branch], u: f64, z: f64) -> Option<f64> {
    let surplus = |volts: f64| surplus(branches, u, z, volts);
    let mut high = 1e3;
    let ratio = 0.999;
    while high > 1e-3 {
        let low = high * ratio;
        match surplus(low) {
            None => return None,
            Some(value) if value > 0.0 => {
                let (mut low, mut high) = (low, high);
                for _ in 0..200 {
                    let middle = 0.5 * (low + high);
                    if surplus(middle).is_some_and(|value| value > 0.0) { low = middle } else { high = middle }
                }
                return Some(0.5 * (low + high));
            }
            Some(_) => high = low,
        }
    }
    None
}

fn folded() -> impl Strategy<Value = Folded> {
    (-60.0..60.0f64, prop_oneof![Just(0.0), 0.01..300.0f64], prop_oneof![Just(0.0), -1500.0..1500.0f64])
        .prop_map(|(amps, siemens, watts)| Folded { amps: amps + 12.0 * siemens, siemens, watts })
}

fn branch() -> impl Strategy<Value = Branch> {
    prop_oneof![
        (-100.0..100.0f64).prop_map(|amps| Branch::Current { amps }),
        (0.0..10.0f64).prop_map(|siemens| Branch::Conductance { siemens }),
        (-2000.0..1000.0f64).prop_map(|watts| Branch::Power { watts }),
        (11.0..15.0f64, 1e-3..0.1f64).prop_map(|(volts, ohms)| Branch::Voltage { volts, ohms }),
        (1e-3..0.1f64, folded()).prop_map(|(ohms, rest)| Branch::Beyond { ohms, rest }),
        (1e-3..0.1f64, folded()).prop_map(|(ohms, rest)| Branch::Beyond { ohms, rest }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    /// Where both find an answer it is the same.
    #[test]
    fn agrees_with_a_search(
        branches in prop::collection::vec(branch(), 1..5),
        u in 8.0..15.0f64,
        z in 1e-3..0.1f64,
    ) {
        let found = close(&branches, u, z);
        match (found, search(&branches, u, z)) {
            (Ok(found), Some(expected)) => {
                prop_assert!((found.volts - expected).abs() < 1e-7 * expected, "{} V, not {expected} V", found.volts);
                prop_assert!(found.rounds < ROUNDS_MAX / 2, "{} rounds", found.rounds);
            }
            (Err(NoRoot), None) => {}
            // The search steps over roots closer to each other, or to where a load can no longer be fed, than a
            // thousandth of the voltage: it has seen that nothing is above, the currents say that this is one.
            (Ok(found), None) => {
                let beside = surplus(&branches, u, z, found.volts * (1.0 + 1e-9));
                prop_assert!(beside.is_some_and(|value| value.abs() < 1e-3), "{} V: {beside:?}", found.volts);
            }
            (Err(NoRoot), Some(expected)) => prop_assert!(false, "missed {expected} V"),
        }
    }
}

/// A linear node beyond a cable is a source behind a resistance.
#[test]
fn a_linear_node_is_a_voltage_behind_two_resistances() {
    let mut rest = Folded::default();
    rest.add(&Branch::Voltage { volts: 12.7, ohms: 0.006 });
    let branches = [Branch::Beyond { ohms: 0.004, rest }];
    let closed = close(&branches, 13.3, 0.010).unwrap();
    let amps = (12.7 - 13.3) / 0.020;
    assert!((closed.volts - (13.3 + 0.010 * amps)).abs() < 1e-12);
    assert!((branches[0].amps(closed.volts) - amps).abs() < 1e-10);
    assert_eq!(closed.rounds, 0);
}

/// 12 V behind 10 mΩ and a cable of 10 mΩ: at most 12² / (4 · 20 mΩ) = 1800 W.
#[test]
fn what_a_cable_can_carry_is_its_matched_power() {
    let load = |watts: f64| {
        let rest = Folded { watts: -watts, ..Folded::default() };
        close(&[Branch::Beyond { ohms: 0.010, rest }], 12.0, 0.010)
    };
    let closed = load(1_799.999).unwrap();
    assert!((closed.volts - 9.0).abs() < 0.01, "half of the drop is before the cable: {} V", closed.volts);
    assert_eq!(load(1_800.001), Err(NoRoot));
}

/// The voltage before a cable and the voltage beyond it are inverse to each other.
#[test]
fn a_limit_beyond_a_cable_is_a_limit_of_the_bus() {
    for (amps, siemens, watts) in [(-20.0, 0.0, 0.0), (800.0, 60.0, -300.0), (5.0, 0.1, 400.0), (0.0, 0.5, -600.0)] {
        let rest = Folded { amps, siemens, watts };
        for volts in [9.0, 12.0, 13.2, 14.4] {
            let before = rest.volts_before(volts, 0.005);
            assert!((rest.volts_beyond(before, 0.005) - volts).abs() < 1e-9, "{rest:?} at {volts} V");
        }
    }
}

/// A voltage that the node never has, because its load cannot be fed there, is no lower limit of the bus than the lowest
/// at which it can be fed: 600 W through 5 mΩ need 2 · √(600 W · 5 mΩ) = 3.46 V.
#[test]
fn a_limit_that_is_never_reached_is_the_lowest_voltage_of_the_bus() {
    let rest = Folded { watts: -600.0, ..Folded::default() };
    assert!((rest.least_volts(0.005) - 3.464_101_6).abs() < 1e-6);
    for volts in [0.1, 1.0, 1.7] {
        assert_eq!(rest.volts_before(volts, 0.005), rest.least_volts(0.005), "{volts} V");
    }
}

//! Ten equal batteries share 500 A: the plant at t = 0⁺ against hyperbolic closed forms, and what the wiring is worth.

use crate::common::{bank, plant, set_a};
use ngbank_models::circuit::Branch;
use ngbank_models::network::Layout;
use ngbank_models::plant::{BankParams, Wiring};
use ngbank_models::time::HOUR;

const BATTERIES: usize = 10;
const LOAD_A: f64 = 500.0;
/// One battery with its cables, Ω: 25.6 V 200 Ah (catalogue 2 mΩ) and 1 mΩ.
const STRING_OHM: f64 = 0.003;
/// Both cables from battery to battery, Ω: two of 0.3 m, 95 mm², with their lugs.
const SEGMENT_OHM: f64 = 0.0002;

fn ten(layout: Layout) -> BankParams {
    let mut params = bank(8, 1, BATTERIES, 200.0, 0.5);
    params.battery_resistance_ohm = 0.002;
    let wiring = Wiring { string_ohm: 0.001, bus_segment_ohm: SEGMENT_OHM, terminal_ohm: 1e-4, ..Wiring::default() };
    params.wiring = Wiring { layout, ..wiring };
    params
}

/// Discharge current of each battery at the first instant, A.
fn shares(params: &BankParams) -> Vec<f64> {
    let mut plant = plant(params, &set_a(), 1);
    plant.propose(&[Branch::Current { amps: -LOAD_A }], &[], HOUR);
    (0..BATTERIES).map(|b| -plant.battery_current(b, 0)).collect()
}

/// The voltage between the bars obeys `v(k−1) − 2·v(k) + v(k+1) = (s/r)·v(k)`, so every solution is a sum of
/// `e^(±kθ)` with `2·sinh(θ/2) = √(s/r)`.
fn theta() -> f64 {
    2.0 * libm::asinh(0.5 * (SEGMENT_OHM / STRING_OHM).sqrt())
}

/// A ladder of `n` fed at string 0: no current passes beyond its last string.
fn ladder(n: usize, amps: f64) -> Vec<f64> {
    let theta = theta();
    let scale = amps * 2.0 * libm::sinh(0.5 * theta) / libm::sinh(n as f64 * theta);
    (0..n).map(|k| scale * libm::cosh((n as f64 - k as f64 - 0.5) * theta)).collect()
}

fn closed_form(layout: Layout) -> Vec<f64> {
    match layout {
        Layout::EqualPaths => vec![LOAD_A / BATTERIES as f64; BATTERIES],
        Layout::Ladder => ladder(BATTERIES, LOAD_A),
        // Two ladders of half the strings and half the current, back to back.
        Layout::HalfWay => {
            let half = ladder(BATTERIES / 2, 0.5 * LOAD_A);
            half.iter().rev().chain(&half).copied().collect()
        }
        // Symmetric about the middle: the current of one bar falls from I to 0 as that of the other one rises.
        Layout::Diagonal => {
            let (theta, n) = (theta(), BATTERIES as f64);
            let scale = LOAD_A * libm::sinh(0.5 * theta) / libm::sinh(0.5 * n * theta);
            (0..BATTERIES).map(|k| scale * libm::cosh((k as f64 - 0.5 * (n - 1.0)) * theta)).collect()
        }
    }
}

fn extremes(amps: &[f64]) -> (f64, f64) {
    amps.iter().fold((f64::INFINITY, 0.0), |(low, high), &i| (i.min(low), i.max(high)))
}

#[test]
fn the_shares_are_those_of_the_closed_form() {
    for layout in [Layout::EqualPaths, Layout::Ladder, Layout::Diagonal, Layout::HalfWay] {
        let (found, expected) = (shares(&ten(layout)), closed_form(layout));
        let (low, high) = extremes(&found);
        println!("{layout:?}: {low:.3} A to {high:.3} A");
        for (k, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found / expected - 1.0).abs() <= 1e-9, "{layout:?}, {k}: {found} A, expected {expected} A");
        }
    }
}

#[test]
fn each_better_wiring_is_visibly_better() {
    // The ladder's first battery gives twice its share, because every segment between it and the others carries
    // the current of all that lie beyond. Posts half-way halve both the segments on each side and their current. On the
    // diagonal what a battery gains on one bar it loses on the other: with equal bars the same shares as at the posts,
    // but the outer batteries work most instead of the inner ones.
    let [ladder, posts, diagonal, equal] =
        [Layout::Ladder, Layout::HalfWay, Layout::Diagonal, Layout::EqualPaths].map(|layout| {
            let (low, high) = extremes(&shares(&ten(layout)));
            high / low
        });
    assert!(ladder > 4.0, "{ladder}");
    assert!(posts < 0.5 * ladder, "posts {posts}, ladder {ladder}");
    assert!(diagonal < 0.5 * ladder, "diagonal {diagonal}, ladder {ladder}");
    assert!((equal - 1.0).abs() < 1e-12, "{equal}");
    assert!((diagonal / posts - 1.0).abs() < 1e-9, "diagonal {diagonal}, posts {posts}");
    let diagonal = shares(&ten(Layout::Diagonal));
    assert!(diagonal[0] > diagonal[4] && diagonal[9] > diagonal[5], "{diagonal:?}");
}

#[test]
fn one_bad_link_moves_its_current_to_the_others() {
    let mut params = ten(Layout::EqualPaths);
    params.wiring.extra_ohm = vec![0.0; BATTERIES];
    params.wiring.extra_ohm[3] = STRING_OHM;
    let found = shares(&params);
    // Conductances: nine of 1/r and one of 1/(2r).
    let part = LOAD_A / 9.5;
    for (k, &amps) in found.iter().enumerate() {
        let expected = if k == 3 { 0.5 * part } else { part };
        assert!((amps / expected - 1.0).abs() <= 1e-9, "battery {k}: {amps} A, expected {expected} A");
    }
}

#[test]
fn links_and_fuses_are_resistances_of_the_string() {
    // Three in series: two links, one fuse, cables.
    let mut params = bank(4, 3, 1, 100.0, 0.5);
    params.wiring = Wiring { string_ohm: 3e-4, link_ohm: 1e-4, ..Wiring::default() };
    params.wiring.fuse = Some(ngbank_models::plant::StringFuse {
        rated_a: 200.0,
        ohm: 4e-4,
        melting: ngbank_models::plant::slow_bolt_down(),
    });
    let mut plant = plant(&params, &set_a(), 1);
    plant.solve(&[Branch::Open]).expect("a circuit");
    let open = plant.bus_volts();
    plant.solve(&[Branch::Current { amps: -100.0 }]).expect("a circuit");
    // 12 cells of 0.5 mΩ.
    let ohms = (open - plant.bus_volts()) / 100.0;
    assert!((ohms - (12.0 * 5e-4 + 2.0 * 1e-4 + 3e-4 + 4e-4)).abs() < 1e-12, "{ohms} Ω");
}

#[test]
fn what_the_ports_give_and_the_cells_do_not_take_is_lost_in_the_wiring() {
    for layout in [Layout::EqualPaths, Layout::Ladder, Layout::Diagonal, Layout::HalfWay] {
        let mut params = ten(layout);
        params.wiring.negative_bar_part = 0.3;
        for (k, cell) in params.cells.iter_mut().enumerate() {
            cell.soc += 0.01 * ((k / 8) % 4) as f64;
            cell.resistance_factor += 0.1 * ((k / 8) % 3) as f64;
        }
        let mut plant = plant(&params, &set_a(), 1);
        plant.propose(&[Branch::Current { amps: -LOAD_A }], &[], HOUR);
        let (mut cells_w, mut lost_w, mut scale_w) = (0.0, 0.0, 0.0);
        let amps: Vec<f64> = (0..BATTERIES).map(|b| plant.battery_current(b, 0)).collect();
        for (b, &i) in amps.iter().enumerate() {
            let volts: f64 = (0..8).map(|c| plant.cell_volts(b, c, 0)).sum();
            cells_w += volts * i;
            scale_w += (volts * i).abs();
            lost_w += 0.001 * i * i;
        }
        lost_w += 1e-4 * LOAD_A * LOAD_A;
        // Kirchhoff's law along each bar; the negative one carries the currents back.
        let between = if layout == Layout::EqualPaths { 0.0 } else { SEGMENT_OHM };
        let before = |k: usize| amps[..k].iter().sum::<f64>();
        for k in 1..BATTERIES {
            let arriving = |tap: f64| if (k as f64) > tap { -LOAD_A } else { 0.0 };
            let (plus, minus) = match layout {
                Layout::Diagonal => (arriving(0.0), arriving(9.0)),
                Layout::HalfWay => (arriving(5.0), arriving(5.0)),
                _ => (arriving(0.0), arriving(0.0)),
            };
            let (positive, negative) = (plus - before(k), before(k) - minus);
            if layout == Layout::HalfWay && k == 5 {
                // Two half segments, one on each side of the posts.
                let right = -LOAD_A - before(k);
                lost_w += 0.5 * between * (before(k) * before(k) + right * right);
            } else {
                lost_w += between * (0.7 * positive * positive + 0.3 * negative * negative);
            }
        }
        let ports_w = -LOAD_A * plant.bus_volts();
        let gap = ports_w - cells_w - lost_w;
        assert!(gap.abs() <= 1e-12 * (scale_w + ports_w.abs()), "{layout:?}: {gap:e} W of {lost_w} W");
        assert!(lost_w > 50.0, "{layout:?}: {lost_w} W, too little to show anything");
    }
}

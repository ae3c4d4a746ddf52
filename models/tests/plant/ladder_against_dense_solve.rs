//! The ladder's elimination against Gauss elimination of all node equations.

use ngbank_models::network::{Network, Sources};
use proptest::prelude::*;

/// Solves `a·x = b` with partial pivoting.
fn dense(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[i][k].abs().total_cmp(&a[j][k].abs())).expect("rows");
        a.swap(k, pivot);
        b.swap(k, pivot);
        for i in k + 1..n {
            let factor = a[i][k] / a[k][k];
            let pivot = a[k].clone();
            for (value, above) in a[i].iter_mut().zip(pivot).skip(k) {
                *value -= factor * above;
            }
            b[i] -= factor * b[k];
        }
    }
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| a[k][j] * b[j]).sum();
        b[k] = (b[k] - known) / a[k][k];
    }
    b
}

proptest! {
    #[test]
    fn currents_and_source_agree(
        strings in prop::collection::vec((0.001_f64..0.05, 48.0_f64..56.0), 1..30),
        segment in prop_oneof![Just(0.0), 1e-6_f64..1e-3],
        terminal in 0.0_f64..1e-3,
        total in -1000.0_f64..1000.0,
    ) {
        let n = strings.len();
        let (r, e): (Vec<f64>, Vec<f64>) = strings.into_iter().unzip();
        let mut network = Network::new(n, segment, terminal);
        network.factor(&r);
        let mut sources = Sources::default();
        let u = network.reduce(&e, &mut sources);
        let mut currents = vec![0.0; n];
        network.distribute(&sources, total, &mut currents);
        // The last two bits of the largest branch decide what "adds up" can mean.
        let scale = currents.iter().map(|i| i.abs()).fold(total.abs(), f64::max);
        let sum: f64 = currents.iter().sum();
        prop_assert!((sum - total).abs() <= 1e-14 * scale * n as f64, "{} against {}", sum, total);

        // Unknowns: currents of all strings and the node voltage at the terminals.
        // String j: e_j + r_j·i_j = v − segment·Σ_{m=1..j} Σ_{l≥m} i_l.
        let mut a = vec![vec![0.0; n + 1]; n + 1];
        let mut b = vec![0.0; n + 1];
        for j in 0..n {
            a[j][j] += r[j];
            for m in 1..=j {
                a[j][m..n].iter_mut().for_each(|value| *value += segment);
            }
            a[j][n] = -1.0;
            b[j] = -e[j];
        }
        a[n][..n].fill(1.0);
        b[n] = total;
        let x = dense(a, b);
        for j in 0..n {
            prop_assert!((x[j] - currents[j]).abs() <= 1e-9 * scale, "string {}: {} against {}", j, currents[j], x[j]);
        }
        let volts = u + network.ohms() * total;
        prop_assert!((volts - (x[n] + terminal * total)).abs() <= 1e-9, "terminals");
    }
}

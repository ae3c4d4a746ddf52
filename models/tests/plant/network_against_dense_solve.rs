//! Every wiring against Gauss elimination of its whole circuit: both bars, every node, every branch.

use ngbank_models::network::{Bars, Layout, Network, Sources};
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

/// A branch from one node to another: `v(from) − v(to) = volts + ohms·i`, or `i = 0` when it is open.
#[derive(Clone, Copy)]
struct Branch {
    from: usize,
    to: usize,
    ohms: f64,
    volts: f64,
    open: bool,
}

/// The circuit of a bank, drawn node by node.
#[derive(Default)]
struct Circuit {
    nodes: usize,
    branches: Vec<Branch>,
}

impl Circuit {
    fn node(&mut self) -> usize {
        self.nodes += 1;
        self.nodes - 1
    }

    fn resistor(&mut self, from: usize, to: usize, ohms: f64) {
        self.branches.push(Branch { from, to, ohms, volts: 0.0, open: false });
    }

    /// A bar with one node per string and the node of its terminal: at string `tap`, or half a segment behind it.
    fn bar(&mut self, strings: usize, ohms: f64, tap: usize, between: bool) -> (Vec<usize>, usize) {
        let nodes: Vec<usize> = (0..strings).map(|_| self.node()).collect();
        let mut terminal = nodes[tap];
        for j in 0..strings - 1 {
            if between && j == tap {
                terminal = self.node();
                self.resistor(nodes[j], terminal, 0.5 * ohms);
                self.resistor(terminal, nodes[j + 1], 0.5 * ohms);
            } else {
                self.resistor(nodes[j], nodes[j + 1], ohms);
            }
        }
        (nodes, terminal)
    }

    /// Node voltages, then branch currents, when `amps` enter at `plus` and leave at `minus`, which is at 0 V.
    fn solve(&self, plus: usize, minus: usize, amps: f64) -> Vec<f64> {
        let size = self.nodes + self.branches.len();
        let (mut a, mut b) = (vec![vec![0.0; size]; size], vec![0.0; size]);
        for (k, branch) in self.branches.iter().enumerate() {
            let (row, current) = (self.nodes + k, self.nodes + k);
            if branch.open {
                a[row][current] = 1.0;
            } else {
                a[row][branch.from] = 1.0;
                a[row][branch.to] = -1.0;
                a[row][current] = -branch.ohms;
                b[row] = branch.volts;
            }
            a[branch.from][current] += 1.0;
            a[branch.to][current] -= 1.0;
        }
        b[plus] = amps;
        a[minus].fill(0.0);
        a[minus][minus] = 1.0;
        b[minus] = 0.0;
        dense(a, b)
    }
}

/// String currents and voltage at the terminals.
fn drawn(bars: &Bars, strings: &[(f64, f64, bool)], total: f64) -> (Vec<f64>, f64) {
    let n = strings.len();
    let zero = bars.layout == Layout::EqualPaths;
    let ohms = |ohms: f64| if zero { 0.0 } else { ohms };
    let half_way = bars.layout == Layout::HalfWay;
    let near = if half_way { (n - 1) / 2 } else { 0 };
    let far = if bars.layout == Layout::Diagonal { n - 1 } else { near };
    let between = half_way && n.is_multiple_of(2);
    let mut circuit = Circuit::default();
    let (positive, plus) = circuit.bar(n, ohms(bars.positive_ohm), near, between);
    let (negative, minus) = circuit.bar(n, ohms(bars.negative_ohm), far, between);
    let first = circuit.branches.len();
    for (j, &(ohms, volts, open)) in strings.iter().enumerate() {
        circuit.branches.push(Branch { from: positive[j], to: negative[j], ohms, volts, open });
    }
    let x = circuit.solve(plus, minus, total);
    let currents = x[circuit.nodes + first..].to_vec();
    (currents, x[plus] + bars.terminal_ohm * total)
}

fn layouts() -> impl Strategy<Value = Layout> {
    prop_oneof![Just(Layout::EqualPaths), Just(Layout::Ladder), Just(Layout::Diagonal), Just(Layout::HalfWay),]
}

proptest! {
    #[test]
    fn currents_and_source_agree(
        layout in layouts(),
        // One string in four is open.
        strings in prop::collection::vec((0.001_f64..0.05, 48.0_f64..56.0, prop::bool::weighted(0.25)), 1..25),
        positive_ohm in prop_oneof![Just(0.0), 1e-6_f64..1e-3],
        negative_ohm in prop_oneof![Just(0.0), 1e-6_f64..1e-3],
        terminal_ohm in 0.0_f64..1e-3,
        total in -1000.0_f64..1000.0,
    ) {
        prop_assume!(strings.iter().any(|&(_, _, open)| !open));
        let bars = Bars { layout, positive_ohm, negative_ohm, terminal_ohm };
        let mut network = Network::new(strings.len(), &bars);
        let r: Vec<f64> = strings.iter().map(|string| string.0).collect();
        let e: Vec<f64> = strings.iter().map(|string| string.1).collect();
        for (j, &(_, _, open)) in strings.iter().enumerate() {
            network.set_open(j, open);
        }
        network.factor(&r);
        let mut sources = Sources::default();
        let u = network.reduce(&e, &mut sources);
        let mut currents = vec![0.0; strings.len()];
        network.distribute(&sources, total, &mut currents);
        // The last two bits of the largest branch decide what "adds up" can mean.
        let scale = currents.iter().map(|i| i.abs()).fold(total.abs(), f64::max);
        let sum: f64 = currents.iter().sum();
        prop_assert!((sum - total).abs() <= 1e-14 * scale * strings.len() as f64, "{} against {}", sum, total);

        let (expected, volts) = drawn(&bars, &strings, total);
        for (j, (current, expected)) in currents.iter().zip(&expected).enumerate() {
            prop_assert!((current - expected).abs() <= 1e-9 * scale, "string {}: {} against {}", j, current, expected);
            prop_assert!(!strings[j].2 || *current == 0.0, "open string {} carries {} A", j, current);
        }
        let found = u + network.ohms() * total;
        prop_assert!((found - volts).abs() <= 1e-9, "terminals: {} V against {} V", found, volts);
    }
}

#[test]
fn a_bank_without_a_closed_string_has_no_conductance() {
    for layout in [Layout::EqualPaths, Layout::Ladder, Layout::Diagonal, Layout::HalfWay] {
        let bars = Bars { layout, positive_ohm: 1e-4, negative_ohm: 1e-4, terminal_ohm: 1e-4 };
        let mut network = Network::new(4, &bars);
        (0..4).for_each(|string| network.set_open(string, true));
        assert!(network.all_open());
        network.factor(&[0.01; 4]);
        assert_eq!(network.ohms(), f64::INFINITY, "{layout:?}");
        let mut sources = Sources::default();
        network.reduce(&[50.0; 4], &mut sources);
        let mut currents = [1.0; 4];
        network.distribute(&sources, 0.0, &mut currents);
        assert_eq!(currents, [0.0; 4], "{layout:?}");
    }
}

//! The strings and their bars as one Thevenin source: one elimination, one back-substitution.
//!
//! ```text
//!  ladder     both terminals at string 0          +──┬──p──┬──p──┬──p──┬      p: segment of the positive bar
//!  diagonal   − at the far end                       │0    │1    │2    │3     n: segment of the negative bar
//!  half-way   both in the middle of the bars         ┴──n──┴──n──┴──n──┴──−   (drawn: diagonal)
//!  equal      one node
//! ```
//!
//! The terminals divide the strings into two *arms*; the left one is empty unless the taps are half-way.
//! Elimination runs inwards along an arm: what lies at and beyond a string is the source `u` behind `z`.
//! Back-substitution divides the current at each string with those same factors, never by shooting from the
//! terminals, so the currents of the strings add up to the current at the terminals to the last bit or
//! two (Kirchhoff does not depend on the rounding of 50 V).
//!
//! **Two bars as one.** The currents `P` and `N` of the two bars in a segment, both counted outwards, add up to 0:
//! what goes out on one comes back on the other, so that only the loop resistance `p + n` counts. On the diagonal
//! they add up to the terminal current `I`, because that leaves at the far end. The voltage between the bars then
//! falls by `p·P − n·N = (p + n)·P − n·I` in a segment: the same ladder with a source `n·I` in each. Its effect is
//! linear in `I` and eliminated with the rest (`pull`); the negative bar adds `n·ΣN` to the voltage of the terminals.
//!
//! An open string has conductance 0. It is carried as the reciprocal, `∞`, which is exact and never multiplied.

use serde::{Deserialize, Serialize};

/// Where the terminals of the bank hang on its bars.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Bus bars with cables of equal length: every string sees the same path.
    EqualPaths,
    /// From battery to battery, both terminals at the first string.
    #[default]
    Ladder,
    /// From battery to battery, the positive terminal at the first string and the negative one at the last.
    Diagonal,
    /// From battery to battery, both terminals at posts half-way along the bars.
    HalfWay,
}

/// The bars between the strings and the terminals.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bars {
    /// Where the terminals hang.
    pub layout: Layout,
    /// Positive bar between neighbouring strings, Ω ≥ 0.
    pub positive_ohm: f64,
    /// Negative bar between neighbouring strings, Ω ≥ 0.
    pub negative_ohm: f64,
    /// Both terminal cables together, Ω ≥ 0.
    pub terminal_ohm: f64,
}

/// Elimination of the bank for given string resistances.
#[derive(Clone, Debug)]
pub struct Network {
    segment: f64,
    terminal: f64,
    /// Negative bar of a segment on the diagonal, Ω; else 0.
    far: f64,
    left: Arm,
    right: Arm,
    open: Vec<bool>,
    /// How the current at each string divides between it and what lies beyond.
    splits: Vec<Split>,
    /// How the current at the terminals divides between the left arm and the right one.
    post: Split,
    /// How far one ampere at the terminals lowers the source beyond each string, Ω; 0 but on the diagonal.
    pull: Vec<f64>,
    ohms: f64,
}

/// The sources of one right-hand side, eliminated.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// String sources relative to the first, V.
    e: Vec<f64>,
    /// Source at and beyond each string, V.
    u: Vec<f64>,
    left: f64,
    right: f64,
}

/// Strings that lie one behind the other, seen from the terminals.
#[derive(Clone, Copy, Debug)]
struct Arm {
    /// The string next to the terminals.
    first: usize,
    strings: usize,
    /// Towards string 0.
    downwards: bool,
    /// From the terminals to the first string, Ω.
    lead: f64,
}

impl Arm {
    /// The string at place `k` from the terminals.
    fn at(&self, k: usize) -> usize {
        if self.downwards { self.first - k } else { self.first + k }
    }
}

/// A current that divides between a resistance and the rest.
#[derive(Clone, Copy, Debug, Default)]
struct Split {
    /// Conductance of the loop through both, S.
    loop_siemens: f64,
    /// Share of the resistance.
    share: f64,
    /// Both in parallel, Ω.
    ohms: f64,
}

impl Split {
    /// `own` and `rest` in Ω > 0; `∞` is open.
    fn new(own: f64, rest: f64) -> Self {
        if own == f64::INFINITY {
            Self { loop_siemens: 0.0, share: 0.0, ohms: rest }
        } else if rest == f64::INFINITY {
            Self { loop_siemens: 0.0, share: 1.0, ohms: own }
        } else {
            let loop_siemens = 1.0 / (own + rest);
            let share = rest * loop_siemens;
            Self { loop_siemens, share, ohms: own * share }
        }
    }
}

impl Network {
    /// `strings` (≥ 1) on these bars, all of them closed.
    pub fn new(strings: usize, bars: &Bars) -> Self {
        let (positive, negative) = match bars.layout {
            Layout::EqualPaths => (0.0, 0.0),
            _ => (bars.positive_ohm, bars.negative_ohm),
        };
        let segment = positive + negative;
        let middle = if bars.layout == Layout::HalfWay { strings / 2 } else { 0 };
        // An odd number has a string at the posts; of an even number the posts lie between two.
        let (left_lead, right_lead) = match bars.layout {
            Layout::HalfWay if strings.is_multiple_of(2) => (0.5 * segment, 0.5 * segment),
            _ => (segment, 0.0),
        };
        Self {
            segment,
            terminal: bars.terminal_ohm,
            far: if bars.layout == Layout::Diagonal { negative } else { 0.0 },
            left: Arm { first: middle.saturating_sub(1), strings: middle, downwards: true, lead: left_lead },
            right: Arm { first: middle, strings: strings - middle, downwards: false, lead: right_lead },
            open: vec![false; strings],
            splits: vec![Split::default(); strings],
            post: Split::default(),
            pull: vec![0.0; strings],
            ohms: f64::INFINITY,
        }
    }

    /// Opens or closes a string; takes effect with the next [`factor`](Self::factor).
    pub fn set_open(&mut self, string: usize, open: bool) {
        self.open[string] = open;
    }

    /// True while the string conducts nothing.
    pub fn is_open(&self, string: usize) -> bool {
        self.open[string]
    }

    /// True while no string conducts.
    pub fn all_open(&self) -> bool {
        self.open.iter().all(|&open| open)
    }

    /// Eliminates for the string resistances `r`, Ω > 0; those of open strings do not count.
    pub fn factor(&mut self, r: &[f64]) {
        let left = self.factor_arm(self.left, r);
        let right = self.factor_arm(self.right, r);
        self.post = Split::new(left, right);
        self.ohms = self.terminal + self.post.ohms;
        if self.far > 0.0 {
            self.ohms += self.factor_far_end();
        }
    }

    /// Resistance of an arm, seen from the terminals, Ω.
    fn factor_arm(&mut self, arm: Arm, r: &[f64]) -> f64 {
        let mut rest = f64::INFINITY;
        for k in (0..arm.strings).rev() {
            let j = arm.at(k);
            let split = Split::new(if self.open[j] { f64::INFINITY } else { r[j] }, rest);
            self.splits[j] = split;
            rest = split.ohms + if k == 0 { arm.lead } else { self.segment };
        }
        rest
    }

    /// What the terminal at the far end of the diagonal adds to the resistance, Ω (negative where it helps).
    ///
    /// `lift` is how far one ampere into a string raises `n·ΣP` of the bar beyond it. The source `n·I` of a segment
    /// acts with it on the strings and, by reciprocity, the strings on the terminals.
    fn factor_far_end(&mut self) -> f64 {
        let (mut lift, mut ohms) = (0.0, 0.0);
        let segments = self.splits.len() - 1;
        for (split, pull) in self.splits[..segments].iter().zip(&mut self.pull).rev() {
            *pull = self.far + lift;
            lift = *pull * (1.0 - split.share);
            ohms += self.far - *pull * *pull * split.loop_siemens;
        }
        ohms - 2.0 * lift
    }

    /// Resistance of the source that the terminals see, Ω; `∞` when every string is open.
    pub fn ohms(&self) -> f64 {
        self.ohms
    }

    /// Eliminates the string voltages `e` into `sources` and returns the open voltage at the terminals, V (without
    /// meaning when every string is open).
    pub fn reduce(&self, e: &[f64], sources: &mut Sources) -> f64 {
        // Differences of volts keep the digits that 50 V would take.
        let reference = e[0];
        sources.e.clear();
        sources.e.extend(e.iter().map(|e_j| e_j - reference));
        sources.u.clone_from(&sources.e);
        sources.left = self.reduce_arm(self.left, sources);
        sources.right = self.reduce_arm(self.right, sources);
        let mut terminals = sources.right + self.post.share * (sources.left - sources.right);
        if self.far > 0.0 {
            let strings = sources.e.iter().zip(&sources.u[1..]).zip(self.splits.iter().zip(&self.pull));
            terminals +=
                strings.map(|((e, beyond), (split, pull))| pull * split.loop_siemens * (beyond - e)).sum::<f64>();
        }
        reference + terminals
    }

    fn reduce_arm(&self, arm: Arm, sources: &mut Sources) -> f64 {
        let mut beyond = 0.0;
        for k in (0..arm.strings).rev() {
            let j = arm.at(k);
            beyond += self.splits[j].share * (sources.e[j] - beyond);
            sources.u[j] = beyond;
        }
        beyond
    }

    /// Divides the terminal current `total` (positive charges) among the strings, A. Open strings get exactly 0.
    pub fn distribute(&self, sources: &Sources, total: f64, currents: &mut [f64]) {
        let exchanged = (sources.right - sources.left) * self.post.loop_siemens;
        let left = total * self.post.share + exchanged;
        self.distribute_arm(self.left, sources, total, left, currents);
        self.distribute_arm(self.right, sources, total, total - left, currents);
    }

    fn distribute_arm(&self, arm: Arm, sources: &Sources, total: f64, arriving: f64, currents: &mut [f64]) {
        let mut here = arriving;
        for k in 0..arm.strings {
            let j = arm.at(k);
            let split = self.splits[j];
            let beyond = if k + 1 < arm.strings { sources.u[arm.at(k + 1)] - self.pull[j] * total } else { 0.0 };
            let own = here * split.share + (beyond - sources.e[j]) * split.loop_siemens;
            currents[j] = own;
            here -= own;
        }
    }
}

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
//! **One node.** With equal paths the bars have no segments, and every string closes with the sum of all.
//!
//! An open string has conductance 0. On bars it is carried as the reciprocal, `∞`, which is exact and never multiplied.

use serde::{Deserialize, Serialize};
use std::ops::Range;

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
    /// Source beyond each string, V; 0 where there is none.
    beyond: Vec<f64>,
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
    /// Its strings.
    fn range(&self) -> Range<usize> {
        if self.downwards {
            self.first + 1 - self.strings..self.first + 1
        } else {
            self.first..self.first + self.strings
        }
    }
}

/// A current that divides between a resistance and the rest.
#[derive(Clone, Copy, Debug, Default)]
struct Split {
    /// Conductance of the loop through both, S.
    loop_siemens: f64,
    /// Share of the resistance, and what is left of 1.
    share: f64,
    rest: f64,
}

impl Split {
    /// All current goes past an open string.
    const PAST: Self = Self { loop_siemens: 0.0, share: 0.0, rest: 1.0 };

    /// `own` and `rest` in Ω > 0, `∞` is open; with both in parallel, Ω.
    fn new(own: f64, rest: f64) -> (Self, f64) {
        if own == f64::INFINITY {
            (Self::PAST, rest)
        } else if rest == f64::INFINITY {
            (Self { loop_siemens: 0.0, share: 1.0, rest: 0.0 }, own)
        } else {
            let loop_siemens = 1.0 / (own + rest);
            let share = rest * loop_siemens;
            (Self { loop_siemens, share, rest: own * loop_siemens }, own * share)
        }
    }
}

/// Strings `((split, ohms), open)` one behind the other, the farthest first, with `segment` Ω between them: how currents
/// divide, and the resistance of all, Ω.
///
/// The resistance so far is carried as a quotient, `p / q`: so no division waits for the one before.
fn eliminate<'a>(strings: impl Iterator<Item = ((&'a mut Split, &'a f64), &'a bool)>, segment: f64) -> f64 {
    const LARGE: f64 = 1e100;
    let (mut p, mut q) = (1.0, 0.0);
    for ((split, r), &open) in strings {
        let rest = p + segment * q;
        if open {
            (*split, p) = (Split::PAST, rest);
            continue;
        }
        let sum = r * q + rest;
        let inverse = 1.0 / sum;
        *split = Split { loop_siemens: q * inverse, share: rest * inverse, rest: r * q * inverse };
        (p, q) = (r * rest, sum);
        if !(1.0 / LARGE..LARGE).contains(&q) {
            (p, q) = (p / q, 1.0);
        }
    }
    p / q
}

/// Sources `((e, split), beyond)` one behind the other, the farthest first: what lies beyond each, V, and the source of all.
fn reduce<'a>(strings: impl Iterator<Item = ((&'a f64, &'a Split), &'a mut f64)>) -> f64 {
    let mut source = 0.0;
    for ((e, split), beyond) in strings {
        *beyond = source;
        // Written so that little waits for the source before.
        source = source * split.rest + e * split.share;
    }
    source
}

/// Divides the current `arriving` among `((e, beyond), (split, current))`, the nearest first.
fn distribute<'a>(strings: impl Iterator<Item = ((&'a f64, f64), (&'a Split, &'a mut f64))>, arriving: f64) {
    let mut here = arriving;
    for ((e, beyond), (split, current)) in strings {
        let exchanged = (beyond - e) * split.loop_siemens;
        *current = here * split.share + exchanged;
        here = here * split.rest - exchanged;
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
        if self.is_one_node() {
            self.factor_node(r);
            return;
        }
        let left = self.factor_arm(self.left, r);
        let right = self.factor_arm(self.right, r);
        let (post, ohms) = Split::new(left, right);
        self.post = post;
        self.ohms = self.terminal + ohms;
        if self.far > 0.0 {
            self.ohms += self.factor_far_end();
        }
    }

    /// Without segments all strings meet at the terminals, and none waits for another one.
    fn is_one_node(&self) -> bool {
        self.segment == 0.0
    }

    /// On one node the share of a string is its part of the conductance, and its loop goes through itself alone.
    fn factor_node(&mut self, r: &[f64]) {
        for ((split, r), &open) in self.splits.iter_mut().zip(r).zip(&self.open) {
            split.loop_siemens = if open { 0.0 } else { 1.0 / r };
        }
        let siemens: f64 = self.splits.iter().map(|split| split.loop_siemens).sum();
        for split in &mut self.splits {
            // Divided, so that a string alone has all of the current to the last bit.
            split.share = if split.loop_siemens > 0.0 { split.loop_siemens / siemens } else { 0.0 };
        }
        self.ohms = self.terminal + 1.0 / siemens;
    }

    /// Resistance of an arm, seen from the terminals, Ω.
    fn factor_arm(&mut self, arm: Arm, r: &[f64]) -> f64 {
        let strings = self.splits[arm.range()].iter_mut().zip(&r[arm.range()]).zip(&self.open[arm.range()]);
        let ohms =
            if arm.downwards { eliminate(strings, self.segment) } else { eliminate(strings.rev(), self.segment) };
        ohms + arm.lead
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
        if self.is_one_node() {
            sources.right = sources.e.iter().zip(&self.splits).map(|(e, split)| e * split.share).sum();
            return reference + sources.right;
        }
        sources.beyond.resize(e.len(), 0.0);
        sources.left = self.reduce_arm(self.left, sources);
        sources.right = self.reduce_arm(self.right, sources);
        let mut terminals = sources.right + self.post.share * (sources.left - sources.right);
        if self.far > 0.0 {
            let strings = sources.e.iter().zip(&sources.beyond).zip(self.splits.iter().zip(&self.pull));
            terminals +=
                strings.map(|((e, beyond), (split, pull))| pull * split.loop_siemens * (beyond - e)).sum::<f64>();
        }
        reference + terminals
    }

    fn reduce_arm(&self, arm: Arm, sources: &mut Sources) -> f64 {
        let range = arm.range();
        let strings = sources.e[range.clone()].iter().zip(&self.splits[range.clone()]).zip(&mut sources.beyond[range]);
        if arm.downwards { reduce(strings) } else { reduce(strings.rev()) }
    }

    /// Divides the terminal current `total` (positive charges) among the strings, A. Open strings get exactly 0.
    pub fn distribute(&self, sources: &Sources, total: f64, currents: &mut [f64]) {
        if self.is_one_node() {
            for ((current, e), split) in currents.iter_mut().zip(&sources.e).zip(&self.splits) {
                *current = total * split.share + (sources.right - e) * split.loop_siemens;
            }
            return;
        }
        let exchanged = (sources.right - sources.left) * self.post.loop_siemens;
        let left = total * self.post.share + exchanged;
        self.distribute_arm(self.left, sources, total, left, currents);
        self.distribute_arm(self.right, sources, total, total - left, currents);
    }

    fn distribute_arm(&self, arm: Arm, sources: &Sources, total: f64, arriving: f64, currents: &mut [f64]) {
        let range = arm.range();
        let beyond = sources.beyond[range.clone()].iter().zip(&self.pull[range.clone()]);
        let beyond = beyond.map(|(beyond, pull)| beyond - pull * total);
        let sources = sources.e[range.clone()].iter().zip(beyond);
        let strings = sources.zip(self.splits[range.clone()].iter().zip(&mut currents[range]));
        if arm.downwards { distribute(strings.rev(), arriving) } else { distribute(strings, arriving) }
    }
}

//! Over-current cuts (OC-2, OC-3), one direction each.

use super::config::{CYCLE, DECISION, OC_CONTINUOUS, OC_LATCH, OC_LATCH_WINDOW, OC_PULSE, OC_RETRY, SLACK};
use super::ledger::at;
use super::level::Context;
use super::signals::{Signal, Signals};
use ngbank_models::time::{Micros, SECOND};

/// OC-2: a timer restarts after so long below its limit.
const GAP: Micros = SECOND;

/// OC-3: a cut counts if the current is below the rating within so long.
const EFFECT: Micros = 2 * SECOND;
/// So early it certainly is for the core, too.
const COUNTED: Micros = EFFECT - SLACK;
/// The number of the error that a cut without effect raises (OC-3, ERR-1).
const ERROR: u8 = 36;

/// Shadow of the cuts of one direction.
#[derive(Clone, Debug)]
pub(super) struct OverCurrent {
    /// The cause `OUT-n`: 12 cuts LOAD, 13 cuts CHARGER.
    pub out: u32,
    pub what: &'static str,
    continuous: Signal,
    pulse: Signal,
    over: Signal,
    /// Possible runs with gaps up to [`GAP`]: begin and last instant, above the continuous and the pulse rating.
    runs: [Option<(Micros, Micros)>; 2],
    /// Last instant at which the core may have cut.
    may_cut: Option<Micros>,
    cuts: Vec<Cut>,
    /// The output must stay Floating until then.
    pub must_until: Micros,
    may_until: Micros,
    pub on: bool,
    /// OC-4: it warns and cuts nothing.
    pub warns: bool,
    pub accused: bool,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    at: Micros,
    /// OC-3 counts it for certain: the current fell.
    counts: Option<bool>,
    /// OC-3 does not count it for certain, which is known since then: no battery's current fell.
    fails: Option<Micros>,
    /// Error 36 does not tell of it any more: a reset has judged it anew.
    told: bool,
}

impl OverCurrent {
    pub(super) fn discharge() -> Self {
        let what = "discharge over-current of a battery (OC-2)";
        Self::new(12, what, Signal::DischargeContinuous, Signal::DischargePulse, Signal::DischargeOver)
    }

    pub(super) fn charge() -> Self {
        let what = "charge over-current of a battery (OC-2)";
        Self::new(13, what, Signal::ChargeContinuous, Signal::ChargePulse, Signal::ChargeOver)
    }

    fn new(out: u32, what: &'static str, continuous: Signal, pulse: Signal, over: Signal) -> Self {
        Self {
            out,
            what,
            continuous,
            pulse,
            over,
            runs: [None; 2],
            may_cut: None,
            cuts: Vec::new(),
            must_until: 0,
            may_until: 0,
            on: false,
            warns: false,
            accused: false,
        }
    }

    /// With this setting of OC-4 from the beginning.
    pub(super) fn with(mut self, warns: bool) -> Self {
        self.warns = warns;
        self
    }

    /// Other settings (OC-4). A cut that only warns ends; whether it comes back with its setting is open.
    pub(super) fn change(&mut self, t: Micros, warns: bool) {
        if warns != self.warns {
            self.must_until = 0;
            self.cuts.clear();
            self.on |= !warns && t <= self.may_until;
        }
        self.warns = warns;
    }

    /// The BMS starts without retained state: latch and retry are lost (BOOT-2).
    pub(super) fn start(&mut self) {
        self.must_until = 0;
        self.may_until = 0;
        self.cuts.clear();
        self.on = false;
    }

    /// A watchdog reset keeps the cut; its running time starts anew (BOOT-2).
    pub(super) fn reset(&mut self, t: Micros, slack: Micros) {
        if self.on {
            self.may_until = self.may_until.max(t + OC_LATCH + slack);
        }
        for cut in &mut self.cuts {
            cut.told = true;
        }
    }

    /// The clock went backwards: a running retry time or latch starts anew (TIME-2).
    pub(super) fn restart(&mut self, t: Micros, slack: Micros) {
        if self.on {
            self.may_until = self.may_until.max(t + self.longest() + slack);
        }
        for cut in &mut self.cuts {
            cut.told = true;
        }
    }

    /// Remote off ends the retry time and the latch (OC-3, REM-4).
    pub(super) fn remote_off(&mut self) {
        self.must_until = 0;
        self.cuts.clear();
    }

    pub(super) fn settle(&mut self, signals: &Signals, context: &Context) {
        let now = context.now;
        for (run, signal) in self.runs.iter_mut().zip([self.continuous, self.pulse]) {
            *run = match (*run, signals.any(signal, false)) {
                (Some((begin, last)), Some(held)) if held.since <= last + GAP + context.slack => Some((begin, now)),
                (_, Some(held)) => Some((held.since, now)),
                (run, None) => run,
            };
        }
        let long = |run: Option<(Micros, Micros)>, hold: Micros| {
            run.is_some_and(|(begin, last)| last == now && last - begin >= hold)
        };
        if long(self.runs[0], OC_CONTINUOUS) || long(self.runs[1], OC_PULSE) || signals.any(self.over, false).is_some()
        {
            self.may_cut = Some(now);
        }
        let flows = signals.any(self.continuous, false).is_some();
        let last_cut = self.cuts.last().map_or(0, |cut| cut.at);
        for cut in &mut self.cuts {
            if cut.counts.is_none() && now >= cut.at + COUNTED {
                cut.counts = Some(!flows);
            }
            if cut.fails.is_none()
                && now >= cut.at + EFFECT + context.slack
                && signals.all(self.continuous, true).is_some_and(|since| since <= cut.at)
            {
                cut.fails = Some(now);
                // It is tried again after the retry time: one without effect never latches.
                if cut.at == last_cut {
                    self.may_until = self.may_until.min(cut.at + OC_RETRY + context.slack);
                }
            }
        }
        let certain: Vec<_> = self.cuts.iter().filter(|cut| cut.counts == Some(true)).map(|cut| cut.at).collect();
        if let [.., first, _, third] = certain[..]
            && third - first + context.slack <= OC_LATCH_WINDOW
        {
            self.must_until = self.must_until.max(third + OC_LATCH - DECISION);
        }
        let warns_only = self.warns && now > context.changed + SLACK;
        if warns_only || (now > self.may_until && !flows) {
            self.on = false;
        }
    }

    /// When the output must have been cut at the latest; `high_since`: it has been High since then.
    pub(super) fn due(&self, signals: &Signals, context: &Context, high_since: Micros) -> Option<Micros> {
        if self.warns {
            return None;
        }
        let limits = [(self.continuous, OC_CONTINUOUS), (self.pulse, OC_PULSE), (self.over, CYCLE)];
        let dues = limits.iter().filter_map(|&(signal, hold)| {
            let since = signals.any(signal, true)?.since;
            let since = since.max(high_since).max(context.running_from).max(context.base);
            Some(since.saturating_add(hold).max(context.changed).saturating_add(context.slack))
        });
        dues.min()
    }

    /// True when the core may newly cut now.
    pub(super) fn may_cut(&self, now: Micros, slack: Micros) -> bool {
        !self.warns && self.may_cut.is_some_and(|last| last + slack >= now)
    }

    /// A cut that has no effect raises error 36 until it is tried again; what is wrong with the number shown instead.
    pub(super) fn objection(&self, now: Micros, error: Option<u8>) -> Option<String> {
        let cut = self.cuts.last()?;
        let fails = cut.fails.is_some() && !cut.told && now < cut.at + OC_RETRY - DECISION;
        // One number is shown, the lowest.
        let shown = error.is_some_and(|number| number <= ERROR);
        let cut = at(cut.at);
        (fails && !shown)
            .then(|| format!("error 36 is not shown, though the cut at {cut} did not stop the current (OC-3)"))
    }

    /// The core reports a new cut; `fell`: the output went from High to Floating in this decision.
    pub(super) fn cut(&mut self, t: Micros, slack: Micros, fell: bool) {
        self.on = true;
        if fell {
            self.cuts.retain(|cut| t.saturating_sub(cut.at) <= OC_LATCH_WINDOW + slack);
            self.cuts.push(Cut { at: t, counts: None, fails: None, told: false });
            self.must_until = t + OC_RETRY - DECISION;
        }
        self.may_until = t + self.longest() + slack;
    }

    /// The longest time for which the last cut may float the output.
    fn longest(&self) -> Micros {
        let counted = self.cuts.iter().filter(|cut| cut.fails.is_none()).count();
        if counted >= 3 { OC_LATCH } else { OC_RETRY }
    }
}

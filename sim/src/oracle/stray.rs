//! DIAG-1: a current that ignores its output raises error 36 after 30 s. OC-3 raises it, too, for a cut without effect.

use super::config::{SLACK, STRAY_HOLD};
use super::ledger::at;
use super::level::Context;
use super::watch::Run;
use ngbank_models::time::Micros;

/// The number of the error (ERR-1).
const ERROR: u8 = 36;

/// Shadow of the currents in spite of Floating outputs: discharge and LOAD, charge and CHARGER.
#[derive(Clone, Debug, Default)]
pub(super) struct Strays {
    /// Since when the outputs float; `None`: High.
    floating_since: [Option<Micros>; 2],
    /// The error is due for certain from then on, by output.
    due: [Option<Micros>; 2],
    /// It was possible for the last time then.
    possible: Option<Micros>,
    /// It may have come, and its current goes on, by output.
    stands: [bool; 2],
}

impl Strays {
    pub(super) fn new() -> Self {
        Self { floating_since: [Some(0); 2], ..Self::default() }
    }

    /// Time passes with these currents above the limit.
    pub(super) fn settle(&mut self, context: &Context, currents: [Run; 2]) {
        let now = context.now;
        self.due = [None; 2];
        let outputs = self.floating_since.iter().zip(&mut self.stands);
        for (((floating, stands), current), due) in outputs.zip(currents).zip(&mut self.due) {
            let (Some(floating), Some(loose)) = (*floating, current.loose) else {
                *stands = false;
                continue;
            };
            // What was lost in the chain may have let the last value stand.
            let lost = context.slack - SLACK;
            *stands |= now.saturating_sub(loose.max(floating).max(context.base)) + lost >= STRAY_HOLD;
            if *stands {
                self.possible = Some(now);
            }
            if let Some(since) = current.strict {
                let since = since.max(floating).max(context.running_from);
                *due = Some(since.saturating_add(STRAY_HOLD + context.slack));
            }
        }
    }

    /// The BMS starts, and nothing is retained of the time that a current has flowed (BOOT-2). A clock that goes back restarts
    /// a time that runs, not one that has run out (TIME-2).
    pub(super) fn start(&mut self) {
        self.stands = [false; 2];
    }

    /// A decision.
    pub(super) fn decide(&mut self, t: Micros, high: [bool; 2]) {
        for ((since, due), high) in self.floating_since.iter_mut().zip(&mut self.due).zip(high) {
            *since = if high { None } else { since.or(Some(t)) };
            // An output that is High stops nothing: the error goes with this decision.
            *due = due.filter(|_| !high);
        }
    }

    /// When the error must be shown at the latest.
    pub(super) fn due(&self) -> Option<Micros> {
        self.due.into_iter().flatten().min()
    }

    /// What is wrong with an error number that is shown at `t`; `cut`: an over-current cut may have failed.
    pub(super) fn objection(&self, context: &Context, error: Option<u8>, cut: bool) -> Option<String> {
        let t = context.now;
        // One number is shown, the lowest.
        let shown = error.is_some_and(|number| number <= ERROR);
        if self.due().is_some_and(|due| due <= t) && context.running_from <= t && !shown {
            return Some(format!("error 36 is not shown at {} in spite of a current that ignores its output", at(t)));
        }
        let possible = self.possible.is_some_and(|last| last + context.slack >= t);
        if error == Some(ERROR) && !possible && !cut {
            let text = format!("error 36 is shown at {}, but no current has ignored a Floating output for 30 s", at(t));
            return Some(text);
        }
        None
    }
}

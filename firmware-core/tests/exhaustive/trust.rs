//! Silence, losses and trust of one battery (COM-2, COM-5), as the rules say it.

use crate::invariants::pass;

/// Losses count for ten minutes; the third takes a minute of frames.
const WINDOW_MS: u32 = 10 * 60_000;
const FRAMES: u8 = 20;
const FRAMES_AFTER_THIRD: u8 = 120;
/// Frames until a start-up counts a battery as found.
const COMPLETE: u8 = 3;

#[derive(Clone, Copy, Hash)]
pub struct Trust {
    link: Link,
    /// Frames in a row since the start, at most [`COMPLETE`].
    reports: u8,
    /// Since the last report.
    silence_ms: Option<u32>,
    /// Ages, newest first.
    pub losses: [Option<u32>; 2],
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Link {
    Good,
    Silent { needed: u8 },
    Again { frames: u8, needed: u8 },
}

impl Trust {
    pub const NEW: Self = Self { link: Link::Good, reports: 0, silence_ms: None, losses: [None; 2] };

    pub fn is_good(&self) -> bool {
        self.link == Link::Good
    }

    pub fn is_complete(&self) -> bool {
        self.reports == COMPLETE
    }

    pub fn retained(self) -> Self {
        let link = match self.link {
            Link::Again { needed, .. } => Link::Again { frames: 0, needed },
            other => other,
        };
        Self { link, losses: self.losses.map(|loss| loss.map(|_| 0)), ..Self::NEW }
    }

    pub fn pass(&mut self, ms: u32, timeout_ms: u32) {
        pass(&mut self.silence_ms, ms, timeout_ms);
        for loss in &mut self.losses {
            pass(loss, ms, WINDOW_MS + 1);
            *loss = loss.filter(|&ms| ms <= WINDOW_MS);
        }
    }

    /// A report; tells the time since the one before, 0 if none counts.
    pub fn report(&mut self) -> u32 {
        let elapsed_ms = self.silence_ms.unwrap_or(0);
        self.silence_ms = Some(0);
        self.reports = (self.reports + 1).min(COMPLETE);
        self.link = match self.link {
            Link::Good => Link::Good,
            Link::Silent { needed } => Link::Again { frames: 1, needed },
            Link::Again { frames, needed } if frames + 1 == needed => Link::Good,
            Link::Again { frames, needed } => Link::Again { frames: frames + 1, needed },
        };
        elapsed_ms
    }

    pub fn decide(&mut self, timeout_ms: u32) {
        if self.silence_ms.is_some_and(|ms| ms >= timeout_ms) {
            let third = self.losses.iter().all(Option::is_some);
            self.link = Link::Silent { needed: if third { FRAMES_AFTER_THIRD } else { FRAMES } };
            self.losses = [Some(0), self.losses[0]];
            self.silence_ms = None;
            self.reports = 0;
        }
    }
}

//! The mean of the bank's current over the last five minutes.

use crate::units::{Instant, Millis};

/// The window is made of buckets; the newest is still filling, so the mean is over 4.5 to 5 min.
const BUCKETS: usize = 10;
const BUCKET: Millis = Millis::seconds(30);
const WINDOW: Millis = Millis::minutes(5);
/// A call stands for the time since the last one, but for no more than this.
const GAP_MAX: Millis = Millis::seconds(10);

/// Charge and time by buckets of the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mean {
    /// The last call.
    last: Option<Instant>,
    /// When the newest bucket began.
    opened: Instant,
    newest: usize,
    buckets: [Bucket; BUCKETS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bucket {
    charge_ma_ms: i64,
    time_ms: u32,
}

impl Bucket {
    const EMPTY: Self = Self { charge_ma_ms: 0, time_ms: 0 };
}

impl Mean {
    /// Nothing observed.
    pub const NONE: Self =
        Self { last: None, opened: Instant::from_millis(0), newest: 0, buckets: [Bucket::EMPTY; BUCKETS] };

    /// The current since the last call; `None` if it is not known.
    pub fn observe(&mut self, now: Instant, current_ma: Option<i32>) {
        match self.last {
            Some(last) if !now.is_before(last) && now.since(last) <= WINDOW => {
                self.open_buckets(now);
                let gap = now.since(last);
                let time = gap.min(GAP_MAX);
                if let (Some(ma), Some(bucket)) = (current_ma, self.buckets.get_mut(self.newest)) {
                    let charge = i64::from(ma).saturating_mul(time.as_millis().into());
                    bucket.charge_ma_ms = bucket.charge_ma_ms.saturating_add(charge);
                    bucket.time_ms = bucket.time_ms.saturating_add(time.as_millis());
                }
                self.last = Some(now);
            }
            // The first call, a clock that went backwards, or a pause that leaves nothing of the window.
            _ => *self = Self { last: Some(now), opened: now, ..Self::NONE },
        }
    }

    /// Buckets whose time has come replace the oldest ones. At most five minutes have passed since the last call.
    fn open_buckets(&mut self, now: Instant) {
        while now.since(self.opened) >= BUCKET {
            self.opened = self.opened.plus(BUCKET);
            self.newest = self.newest.saturating_add(1).checked_rem(BUCKETS).unwrap_or(0);
            if let Some(bucket) = self.buckets.get_mut(self.newest) {
                *bucket = Bucket::EMPTY;
            }
        }
    }

    /// The mean, mA; `None` if nothing is known of the window.
    pub fn mean_ma(&self) -> Option<i64> {
        let charge = self.buckets.iter().fold(0i64, |sum, bucket| sum.saturating_add(bucket.charge_ma_ms));
        let time = self.buckets.iter().fold(0u32, |sum, bucket| sum.saturating_add(bucket.time_ms));
        charge.checked_div(time.into())
    }
}

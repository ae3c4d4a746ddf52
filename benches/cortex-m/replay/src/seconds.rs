//! When the readout is asked, and what it advertises with: the same on both sides.

use ngbank_core::units::{Instant, Millis};

/// Advertised in replays. A key from FIPS-197, appendix B; the product id is one that no product has.
#[cfg(feature = "readout")]
pub const CONFIG: ngbank_core::readout::ReadoutConfig = ngbank_core::readout::ReadoutConfig {
    product_id: 0xfffe,
    key: [0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c],
};

/// Picks out decisions that are at least a second apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seconds(Option<Instant>);

impl Seconds {
    /// The next decision is one of them.
    pub const fn new() -> Self {
        Self(None)
    }

    /// True if this decision is. A clock that goes backwards makes a long distance, and thus a yes.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let due = self.0.is_none_or(|last| now.since(last) >= Millis::seconds(1));
        if due {
            self.0 = Some(now);
        }
        due
    }
}

//! The limits of the firmware on a Cortex-M, and what is compared with them.

use std::fmt;

/// Flash without the encrypted readout, and with it, bytes.
pub const FLASH: u32 = 24 * 1024;
/// See [`FLASH`].
pub const FLASH_WITH_READOUT: u32 = 32 * 1024;
/// RAM for 50 batteries with all their cells, without the stack, bytes.
pub const RAM: u32 = 8 * 1024;
/// Stack of `step`, `receive` and `quiet`, bytes.
pub const STACK: u32 = 1024;
/// Stack of the readout, bytes.
pub const STACK_OF_READOUT: u32 = STACK + 1024;
/// One cycle of 500 ms: the frames of a full bank and 5 decisions, instructions.
pub const CYCLE: u32 = 100_000;
/// One decision with new frames from all batteries, instructions.
pub const STEP: u32 = 6_000;
/// One readout record, instructions.
pub const READOUT: u32 = 15_000;

/// A figure beside its limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was measured.
    pub what: String,
    /// How much of it.
    pub value: u32,
    /// The most that is allowed; `None` for information.
    pub limit: Option<u32>,
    /// Bytes or instructions.
    pub unit: &'static str,
}

impl Line {
    /// A figure that has a limit.
    pub fn limited(what: impl Into<String>, value: u32, limit: u32, unit: &'static str) -> Self {
        Self { what: what.into(), value, limit: Some(limit), unit }
    }

    /// A figure for information.
    pub fn plain(what: impl Into<String>, value: u32, unit: &'static str) -> Self {
        Self { what: what.into(), value, limit: None, unit }
    }

    /// True if the limit is broken.
    pub fn is_broken(&self) -> bool {
        self.limit.is_some_and(|limit| self.value > limit)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, value, limit, unit } = self;
        write!(out, "{what:<48} {value:>8} {unit}")?;
        match limit {
            Some(limit) if value > limit => write!(out, ", {} ABOVE the limit of {limit}", value - limit),
            Some(limit) => write!(out, ", {} below the limit of {limit}", limit - value),
            None => Ok(()),
        }
    }
}

/// Prints the lines; true if no limit is broken.
pub fn all_hold(lines: &[Line]) -> bool {
    for line in lines {
        println!("{line}");
    }
    !lines.iter().any(Line::is_broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        let at = Line::limited("flash", FLASH, FLASH, "bytes");
        let above = Line::limited("flash", FLASH + 1, FLASH, "bytes");
        assert!(!at.is_broken() && above.is_broken());
        assert!(all_hold(&[at.clone(), Line::plain("note", u32::MAX, "bytes")]));
        assert!(!all_hold(&[at, above.clone()]));
        assert!(above.to_string().ends_with("24577 bytes, 1 ABOVE the limit of 24576"));
    }
}

//! Simulation time: integer microseconds since the scenario began.

/// Microseconds since the scenario began.
pub type Micros = u64;

/// One millisecond.
pub const MS: Micros = 1_000;
/// One second.
pub const SECOND: Micros = 1_000_000;
/// One minute.
pub const MINUTE: Micros = 60 * SECOND;
/// One hour.
pub const HOUR: Micros = 60 * MINUTE;
/// "Never": later than any time a scenario reaches.
pub const NEVER: Micros = Micros::MAX;

//! Deterministic simulation of a bank driven by the protection firmware (stub, being filled in).
pub mod engine;
pub mod oracle;
pub mod result;
pub mod scenario;
pub mod streams;

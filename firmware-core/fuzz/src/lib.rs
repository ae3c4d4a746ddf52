//! Fuzzing of the firmware core: bytes become a script of calls, the script is played, every answer is judged.
//!
//! | Module | What it is |
//! |---|---|
//! | [`call`] | the calls, out of bytes and back |
//! | [`player`] | a bank that makes the calls |
//! | [`shadow`] | what the rules demand of every answer, from the calls alone |
//! | [`promise`] | `quiet` is kept, `fast_forward` equals execution |
//! | [`seeds`] | scripts that reach every row of the table, to start from |
//!
//! The fuzz target and a plain test of the core's crate share these files: what the fuzzer finds, `cargo test` replays.

pub mod call;
pub mod player;
pub mod promise;
pub mod seeds;
pub mod shadow;

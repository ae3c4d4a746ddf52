//! Every state that the core can reach in a bounded environment, visited to the end and judged by the rules.
//!
//! A slice bounds the environment: what the batteries may show, whether the remote may be switched, which resets come,
//! how far apart the choices are. Within that every order of choices is tried, without a limit of depth. Each decision
//! on the way must be the one that the rules ask for ([`invariants`]), and from every state a healthy bank must bring
//! both pins back. Each slice also finds bugs that are planted, by the rule that they break.
//!
//! `cargo test -p ngbank-core --test exhaustive -- --nocapture` prints states and edges. With `NGBANK_EXHAUSTIVE=large`
//! some slices show more values; that takes minutes.

mod bytes;
mod invariants;
mod limits;
mod over_current;
mod search;
mod trust;
mod world;

mod cells;
mod current;
mod cuts;
mod soc;
mod temperature;
mod twins;

/// More values are asked for.
fn large() -> bool {
    std::env::var_os("NGBANK_EXHAUSTIVE").is_some_and(|size| size == "large")
}

//! Deterministic simulation of a bank that is driven by the protection firmware itself.
//!
//! ```text
//!   scenario (TOML, seed) ─► resolved: every draw made
//!                                 │
//!          ┌──────────────────────▼──────────────────────┐
//!          │ engine: plant ─► samples ─► frames ─► core   │──► events, digest, trace, cost
//!          │            ▲                       │         │
//!          │            └──── switches ◄── pins ┘         │
//!          └───────┬──────────────────────────┬──────────┘
//!                  │ true plant                │ pins, causes reported
//!                  └───────► oracle ◄──────────┘──► verdict per property, with margin
//! ```
//!
//! **Idea.** The firmware core decides, the plant answers, the oracle judges from the truth and the pins alone. A run is
//! fully determined by its resolved scenario: same bytes out on any machine, whether grid points are executed one by one
//! or jumped over where the firmware has promised that nothing can change.
//!
//! **Layers**, from what an engineer writes to what comes out:
//!
//! | Module | What it is |
//! |---|---|
//! | [`scenario`] | scenario files, their checks, the built-in ones, and the resolved form |
//! | [`appliances`] | when the appliances of a household run, drawn from a seed |
//! | [`streams`] | one random stream per seed, entity and purpose; noise with random access |
//! | [`engine`] | time, chain, BMS host, faults, jumping, record |
//! | [`oracle`] | the independent judge with its own table of numbers |
//! | [`reach`] | which rules a run has exercised |
//! | [`energy`] | where the energy of a run came from and where it went |
//! | [`result`] | what one run gave |
//!
//! **Guarantees.** Time is integer microseconds; at one instant the order is plant, samples, frames, decision, pins. No wall
//! clock, no unordered map, no platform mathematics. Jumping and lockstep give the same digest.
//!
//! **Not here.** It prints nothing and opens no file. No physics (that is `ngbank-models`) and no rule of the firmware
//! (`ngbank-core`). One fault at a time by scenario; no swarm, no shrinking of failing runs.

pub mod appliances;
pub mod energy;
pub mod engine;
pub mod oracle;
pub mod reach;
pub mod result;
pub mod scenario;
pub mod streams;

//! What the firmware core costs on a Cortex-M: flash, RAM, stack and instructions.
//!
//! ```text
//!   linked image ──► elf ──► thumb ──► stack      worst stack by call graph   ┐
//!        │            └──────────────► memory     flash and RAM               ├─► limits
//!        ▼                                                                    │
//!   QEMU with the plugin  ──► counts ──► situations, recorded calls, search   ┘
//! ```
//!
//! *Guarantees.* Figures are those of the one image that is linked, with overflow checks; what cannot be known – an
//! indirect call, a recursion, a function without a stack size – is an error, not a guess. Counts are exact and the same
//! in every run: they are instructions, not cycles.
//!
//! *Not done here.* No cycle model of a real part (flash wait states, pipeline), and no interrupts: their stack comes on
//! top.

pub mod baselines;
pub mod counts;
pub mod elf;
pub mod limits;
pub mod memory;
pub mod qemu;
pub mod script;
pub mod search;
pub mod situations;
pub mod stack;
pub mod thumb;

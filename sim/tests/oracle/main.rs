//! The oracle against hand-made truths and pin traces: for each property a trace that passes and traces that fail.

mod bench;
mod boot;
mod chunks;
mod com;
mod false_report;
mod oc;
mod ov;
mod pre;
mod rem;
mod soc;
mod sup;
mod temp;
mod time;
mod uv;
mod uv_delay;

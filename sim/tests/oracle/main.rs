//! The oracle against hand-made truths and pin traces: for each property a trace that passes and traces that fail.

mod bench;
mod boot;
mod chunks;
mod com;
mod diag;
mod false_report;
mod low_cell;
mod oc;
mod ov;
mod pre;
mod pre_alarm_settings;
mod rem;
mod soc;
mod sup;
mod temp;
mod time;
mod upd;
mod uv;
mod uv_delay;

//! The plant: one file per behaviour.

mod ageing;
mod batteries_out_and_in;
mod beyond_full_and_empty;
mod bleed_and_losses;
mod closed_forms;
mod common;
mod constant_power;
mod continuous_extension;
mod convergence;
mod cooling;
mod day_of_a_bank;
mod energy;
mod fuses;
mod guards;
mod network_against_dense_solve;
mod ng_cell_targets;
mod orders;
mod rc_step_response;
mod reference_bank;
mod reference_cell;
mod strings_exchange_charge;
mod ten_batteries_in_parallel;
mod vector_width;

//! Defects that were found in other battery simulators, one file each: what went wrong there must come out right here.
//!
//! Each test says in its first line whose defect it is. Sources: the projects' own code and issue lists.

mod age_by_time_not_by_steps;
mod bounded_by_their_limit;
mod cells_keep_their_own_values;
mod current_by_state_not_by_count;
mod events_use_fresh_values;
mod first_period_has_its_length;
mod hysteresis_has_its_sign;
mod no_energy_out_of_nothing;
mod rest_is_rest;

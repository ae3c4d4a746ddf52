//! Any calls in any order: the core answers, and every answer is judged.
#![no_main]

use ngbank_core_fuzz::{call::Script, player::Player};

libfuzzer_sys::fuzz_target!(|script: Script| {
    Player::new().play_all(&script);
});

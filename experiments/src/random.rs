//! Random scenarios, and what no run may ever do whatever the scenario.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ngbank_models::time::MS;
use ngbank_sim::{
    engine::{Mode, Options, run},
    result::{BALANCE_MAX, RunResult},
    scenario::{NoFiles, Resolved, load, random},
};

use crate::sources::explain;

/// The open-circuit voltage is bounded to −0.5…5.0 V. The largest resistances that are drawn add 2 V at the currents that are
/// drawn, and six times as much when it is cold, V.
const CELL_V: (f64, f64) = (-2.5, 7.0);
const COLD_CELL_V: (f64, f64) = (-12.5, 17.0);
/// Below this it is cold, °C.
const COLD_C: f64 = 0.0;
/// What batteries between −25 and 75 °C of air and their own losses can reach, °C.
const TEMPERATURE_C: (f64, f64) = (-40.0, 150.0);

/// The scenario of a seed.
///
/// # Errors
/// With every violation in it, if what was drawn is refused.
pub fn resolved(seed: u64) -> Result<Resolved, String> {
    let text = random(seed);
    let scenario = load(&text, &format!("random-{seed}.toml"), &NoFiles).map_err(|found| explain(&found, &text))?;
    Ok(scenario.resolve(seed))
}

/// Plays the scenario of a seed; `twice` also in lockstep, which may change nothing.
///
/// # Errors
/// With what must not happen: refused, not finished, a panic, a figure that cannot be, a step that is too short, another
/// run in lockstep.
pub fn examine(seed: u64, twice: bool) -> Result<RunResult, Vec<String>> {
    let resolved = resolved(seed).map_err(|why| vec![format!("refused: {why}")])?;
    let result = play(&resolved, Mode::Jump)?;
    let mut found = impossible(&result);
    if twice && play(&resolved, Mode::Lockstep)?.digest != result.digest {
        found.push("another run in lockstep".to_owned());
    }
    if found.is_empty() { Ok(result) } else { Err(found) }
}

fn play(scenario: &Resolved, mode: Mode) -> Result<RunResult, Vec<String>> {
    let options = Options { mode, ..Options::default() };
    match catch_unwind(AssertUnwindSafe(|| run(scenario, &options))) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) => Err(vec![format!("not finished: {error}")]),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            Err(vec![format!("panic: {}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or_default())])
        }
    }
}

/// What cannot be in a result.
fn impossible(result: &RunResult) -> Vec<String> {
    let seen = &result.extremes;
    let mut found = Vec::new();
    let cell_v = if seen.temperature_c_min < COLD_C { COLD_CELL_V } else { CELL_V };
    for (what, (low, high), allowed) in [
        ("cell voltage [V]", (seen.cell_v_min, seen.cell_v_max), cell_v),
        ("temperature [°C]", (seen.temperature_c_min, seen.temperature_c_max), TEMPERATURE_C),
    ] {
        let possible = low >= allowed.0 && high <= allowed.1;
        if !possible {
            found.push(format!("{what} from {low} to {high}"));
        }
    }
    if let Some(device) = result.devices.iter().find(|d| !(d.energy_wh.is_finite() && d.charge_ah.is_finite())) {
        found.push(format!("energy {} Wh, charge {} Ah of {}", device.energy_wh, device.charge_ah, device.name));
    }
    let balanced = result.balance_error <= BALANCE_MAX; // false for NaN
    if !balanced {
        found.push(format!("charge balance off by {:e}", result.balance_error));
    }
    if let Some(shortest) = result.cost.free_step_us_min.filter(|&shortest| shortest < MS) {
        found.push(format!("a step of {shortest} µs that is no event"));
    }
    found
}

//! Days that nobody has lived: when the appliances of a household run, drawn from a seed.
//!
//! *Idea.* Each appliance of each device has a stream of random numbers of its own. What somebody uses begins as a
//! Poisson process whose rate follows the hours of the day; what switches itself runs in cycles of random length. All
//! of it is drawn before the run, on whole seconds, as times at which the power changes: between two of them nothing
//! happens, and the plant's step needs no end.
//!
//! One appliance is used once at a time: a use that falls into the one before begins when that one has ended. The day
//! before the first is drawn, too, so that the lamps of last night are on after midnight.

use std::collections::BTreeMap;

use ngbank_models::catalogue::{Cycling, Household, Use};
use ngbank_models::time::{Micros, SECOND};

use crate::streams::{Entity, Stream, stream};

/// Seconds of a day.
const DAY_S: i64 = 86_400;
/// Seconds of an hour.
const HOUR_S: f64 = 3_600.0;

/// An appliance runs from one time to another, s from midnight of the first day; earlier ones are of the day before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// Name of the appliance.
    pub appliance: &'static str,
    /// It is switched on.
    pub from_s: i64,
    /// It is switched off.
    pub until_s: i64,
    /// Its power (W).
    pub watts: f64,
}

/// Everything that runs in a household from the day before the first to the end of the last of `days`, appliance by
/// appliance; what is never switched off is not in it. More days leave the earlier ones as they are.
pub fn runs(household: Household, seed: u64, device: &str, days: u32) -> Vec<Run> {
    let appliances = household.appliances();
    let end_s = i64::from(days) * DAY_S;
    let mut runs = Vec::new();
    for one in &appliances.cycling {
        cycles(one, &mut stream(seed, Entity::Device(device), &one.name), end_s, &mut runs);
    }
    for one in &appliances.uses {
        uses(one, &mut stream(seed, Entity::Device(device), &one.name), end_s, &mut runs);
    }
    runs
}

/// The power of a household (s from the beginning, W from then on), each time later than the one before and the first
/// 0. It begins at a time of day and lasts for a duration, both rounded up to whole seconds.
pub fn power(household: Household, seed: u64, device: &str, time_of_day: Micros, duration: Micros) -> Vec<(u32, f64)> {
    let begin_s = seconds(time_of_day);
    let end_s = begin_s + seconds(duration);
    let days = u32::try_from(end_s / DAY_S + 1).unwrap_or(u32::MAX);
    // Whole milliwatts: a sum that comes back to where it was.
    let milliwatts = |watts: f64| (1_000.0 * watts).round() as i64;
    let mut changes = BTreeMap::from([(begin_s, milliwatts(household.appliances().always.power_w.value))]);
    for run in runs(household, seed, device, days) {
        if run.until_s > begin_s && run.from_s < end_s {
            *changes.entry(run.from_s.max(begin_s)).or_default() += milliwatts(run.watts);
            *changes.entry(run.until_s).or_default() -= milliwatts(run.watts);
        }
    }
    let mut sum = 0;
    let mut steps: Vec<(u32, f64)> = Vec::new();
    for (at_s, change) in changes.range(..end_s) {
        sum += change;
        if *change != 0 || steps.is_empty() {
            steps.push((u32::try_from(at_s - begin_s).unwrap_or(u32::MAX), sum as f64 / 1_000.0));
        }
    }
    steps
}

fn seconds(time: Micros) -> i64 {
    i64::try_from(time.div_ceil(SECOND)).unwrap_or(i64::MAX)
}

/// On and off by turns. The day before begins anywhere within a cycle.
fn cycles(one: &'static Cycling, draw: &mut Stream, end_s: i64, runs: &mut Vec<Run>) {
    let mean_s = 60.0 * (one.on_min.value + one.off_min.value);
    let mut from_s = -DAY_S - (draw.unit() * mean_s).round() as i64;
    while from_s < end_s {
        let until_s = from_s + length(draw, one.on_min.value, one.spread.value);
        runs.push(Run { appliance: &one.name, from_s, until_s, watts: one.power_w.value });
        from_s = until_s + length(draw, one.off_min.value, one.spread.value);
    }
}

/// Uses by the hours of the day.
fn uses(one: &'static Use, draw: &mut Stream, end_s: i64, runs: &mut Vec<Run>) {
    let weights: f64 = one.hours.iter().sum();
    let mut from_s = -DAY_S;
    // The integral of the rate from one use to the next is exponentially distributed.
    let mut left = exponential(draw);
    for hour in -24..end_s / 3_600 {
        let rate = one.per_day.value * one.hours[hour.rem_euclid(24) as usize] / weights;
        let mut within = 0.0;
        while left < rate * (1.0 - within) {
            within += left / rate;
            from_s = from_s.max(((hour as f64 + within) * HOUR_S).floor() as i64);
            let until_s = from_s + length(draw, one.minutes.value, one.spread.value);
            runs.push(Run { appliance: &one.name, from_s, until_s, watts: one.power_w.value });
            from_s = until_s;
            left = exponential(draw);
        }
        left -= rate * (1.0 - within);
    }
}

/// A length of time around its mean in minutes, at least a second.
fn length(draw: &mut Stream, minutes: f64, spread: f64) -> i64 {
    let seconds = 60.0 * minutes * draw.uniform(1.0 - spread, 1.0 + spread);
    (seconds.round() as i64).max(1)
}

/// Exponential with mean 1.
fn exponential(draw: &mut Stream) -> f64 {
    -libm::log(1.0 - draw.unit())
}

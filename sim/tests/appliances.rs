//! Appliances drawn from a seed: over many seeds they are those of the data file, and no two days are the same.

use ngbank_models::catalogue::Household;
use ngbank_models::time::{HOUR, Micros};
use ngbank_sim::appliances::{Run, power, runs};
use ngbank_sim::scenario::{NoFiles, Resolved, load};

const SEEDS: u64 = 1_000;
const DAY: Micros = 24 * HOUR;
/// Standard errors of a mean over the seeds; the chance of more is 6e-5 for each figure.
const ERRORS: f64 = 4.0;

/// Mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

fn assert_mean(what: &str, values: &[f64], expected: f64) {
    let (mean, error) = mean(values);
    println!("{what}: {mean:.4} ± {error:.4}, by the file {expected:.4}");
    assert!((mean - expected).abs() <= ERRORS * error, "{what}: {mean} ± {error}, by the file {expected}");
}

/// kWh of a day.
fn energy(steps: &[(u32, f64)]) -> f64 {
    let ends = steps.iter().skip(1).map(|(at, _)| *at).chain([86_400]);
    steps.iter().zip(ends).map(|((from, watts), until)| watts * f64::from(until - from) / 3.6e6).sum()
}

#[test]
fn the_energy_of_a_day_is_that_of_the_file() {
    for household in Household::ALL {
        let days: Vec<f64> = (0..SEEDS).map(|seed| energy(&power(household, seed, "home", 0, DAY))).collect();
        assert_mean(&format!("{household:?}, kWh"), &days, household.appliances().mean_kwh_per_day());
    }
}

/// Those of one appliance that begin within the first day.
fn of<'a>(runs: &'a [Run], name: &'a str) -> impl Iterator<Item = &'a Run> {
    runs.iter().filter(move |run| run.appliance == name && (0..86_400).contains(&run.from_s))
}

#[test]
fn each_appliance_is_used_as_often_and_as_long_as_the_file_says() {
    for household in Household::ALL {
        let days: Vec<Vec<Run>> = (0..SEEDS).map(|seed| runs(household, seed, "home", 1)).collect();
        for one in &household.appliances().uses {
            let uses: Vec<f64> = days.iter().map(|day| of(day, &one.name).count() as f64).collect();
            assert_mean(&format!("{}, uses", one.name), &uses, one.per_day.value);
            let length = |run: &Run| (run.until_s - run.from_s) as f64 / 60.0;
            let minutes: Vec<f64> = days.iter().flat_map(|day| of(day, &one.name).map(length)).collect();
            assert_mean(&format!("{}, minutes", one.name), &minutes, one.minutes.value);
        }
        for one in &household.appliances().cycling {
            let on = |run: &Run| (run.until_s - run.from_s) as f64 / 60.0;
            let minutes: Vec<f64> = days.iter().flat_map(|day| of(day, &one.name).map(on)).collect();
            assert_mean(&format!("{}, minutes on", one.name), &minutes, one.on_min.value);
            let cycles: Vec<f64> = days.iter().map(|day| of(day, &one.name).count() as f64).collect();
            let expected = 1_440.0 / (one.on_min.value + one.off_min.value);
            assert_mean(&format!("{}, cycles", one.name), &cycles, expected);
        }
    }
}

/// Pearson's statistic over the hours in which a use may begin: its mean is one less than they are, its standard
/// deviation the root of twice that. What runs for a large part of the day waits for itself and is left out.
#[test]
fn uses_begin_in_the_hours_of_the_file() {
    let mut judged = 0;
    for household in Household::ALL {
        let days: Vec<Vec<Run>> = (0..SEEDS).map(|seed| runs(household, seed, "home", 1)).collect();
        let short = |one: &&ngbank_models::catalogue::Use| one.minutes.value * one.per_day.value < 45.0;
        for one in household.appliances().uses.iter().filter(short) {
            let mut found = [0.0; 24];
            days.iter().flat_map(|day| of(day, &one.name)).for_each(|run| found[(run.from_s / 3_600) as usize] += 1.0);
            let (all, weights) = (found.iter().sum::<f64>(), one.hours.iter().sum::<f64>());
            let (mut statistic, mut hours) = (0.0_f64, 0.0_f64);
            for (found, weight) in found.iter().zip(one.hours).filter(|(_, weight)| *weight > 0.0) {
                let expected = all * weight / weights;
                statistic += (found - expected) * (found - expected) / expected;
                hours += 1.0;
            }
            let limit = hours - 1.0 + ERRORS * (2.0 * (hours - 1.0)).sqrt();
            println!("{}: {statistic:.1} over {hours} hours, at most {limit:.1}", one.name);
            assert!(statistic <= limit, "{}: {statistic} over {hours} hours, at most {limit}: {found:?}", one.name);
            judged += 1;
        }
    }
    assert!(judged >= 10, "only {judged} appliances are short");
}

#[test]
fn one_appliance_runs_once_at_a_time() {
    for household in Household::ALL {
        for seed in 0..100 {
            let all = runs(household, seed, "home", 3);
            for pair in all.windows(2).filter(|pair| pair[0].appliance == pair[1].appliance) {
                assert!(pair[1].from_s >= pair[0].until_s && pair[0].until_s > pair[0].from_s, "{pair:?}");
            }
        }
    }
}

#[test]
fn power_changes_at_every_step_and_is_never_negative() {
    for household in Household::ALL {
        for seed in 0..100 {
            let steps = power(household, seed, "home", 0, DAY);
            let floor = household.appliances().always.power_w.value;
            assert_eq!(steps[0].0, 0);
            assert!(steps.iter().all(|(at, watts)| *at < 86_400 && *watts >= floor), "{steps:?}");
            assert!(steps.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 != pair[1].1), "{steps:?}");
        }
    }
}

/// A day neither knows how long the run is nor when it began.
#[test]
fn a_day_is_the_same_in_whatever_run_it_is_seen() {
    let at = |steps: &[(u32, f64)], s: u32| steps[steps.partition_point(|(at, _)| *at <= s) - 1].1;
    for household in Household::ALL {
        let day = power(household, 7, "home", 0, DAY);
        let week = power(household, 7, "home", 0, 7 * DAY);
        let evening = power(household, 7, "home", 18 * HOUR, 6 * HOUR);
        assert_eq!(week[..day.len()], day[..]);
        for s in (0..86_400 / 4).rev() {
            assert_eq!(at(&evening, s), at(&day, s + 18 * 3_600), "{household:?} at {s} s");
        }
        let second = |s: u32| at(&week, s + 86_400);
        assert!((0..86_400).any(|s| second(s) != at(&day, s)), "{household:?}: the second day is the first again");
    }
}

fn van(keys: &str) -> String {
    format!(
        "[scenario]\nname = \"a-van\"\ntitle = \"A van\"\nlesson = \"Days differ.\"\nduration = \"24 h\"\n\
         [bank]\nmodel = \"ng-12.8v-100ah\"\nseries = 1\nparallel = 1\nsystem_voltage_v = 12\nsoc = 0.7\n\
         [[device]]\nkind = \"appliance-load\"\nname = \"van\"\nwired_to = \"load\"\n{keys}"
    )
}

fn resolved(keys: &str, seed: u64) -> Resolved {
    load(&van(keys), "van.toml", &NoFiles).unwrap_or_else(|found| panic!("{found:?}")).resolve(seed)
}

#[test]
fn a_thousand_seeds_see_a_thousand_days_and_one_seed_always_the_same() {
    let text = |seed| format!("{:?}", resolved("household = \"van\"\n", seed).devices);
    let mut days: Vec<String> = (0..SEEDS).map(text).collect();
    assert_eq!(days[3], text(3));
    days.sort_unstable();
    days.dedup();
    assert_eq!(days.len() as u64, SEEDS);
}

#[test]
fn the_energy_per_day_scales_all_days_alike() {
    use ngbank_models::devices::DeviceSpec::ApplianceLoad;
    let of = |keys: &str| match resolved(keys, 5).devices.remove(0) {
        ApplianceLoad(load) => (load.scale, load.drawn_s_w.expect("drawn")),
        other => panic!("{other:?}"),
    };
    let (one, drawn) = of("household = \"van\"\n");
    let (scale, same) = of("household = \"van\"\nenergy_kwh_per_day = 2.0\n");
    let (part, _) = of("household = \"van\"\nfraction_of_bank_per_day = 0.5\n");
    let mean = Household::Van.appliances().mean_kwh_per_day();
    assert_eq!((one, &drawn), (1.0, &same));
    assert!((scale * mean - 2.0).abs() < 1e-12 && (part * mean - 0.64).abs() < 1e-12, "{scale} {part}");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let refused = |keys: &str, field: &str, line: usize| {
        let found = load(&van(keys), "van.toml", &NoFiles).expect_err(keys);
        let place = |finding: &ngbank_sim::scenario::Diagnostic| finding.field == field && finding.line == line;
        assert!(found.iter().any(place), "{keys}: {found:?}");
    };
    refused("household = \"castle\"\n", "device[0].household", 16);
    refused("", "device[0].household", 12);
    refused("household = \"van\"\nscale = -1.0\n", "device[0].scale", 17);
    refused("household = \"van\"\nscale = 2.0\nenergy_kwh_per_day = 1.0\n", "device[0].scale", 17);
    refused("household = \"van\"\ndrawn_s_w = [[5, 1.0]]\n", "device[0].drawn_s_w", 17);
    refused("household = \"van\"\ndrawn_s_w = [[0, 1.0], [0, 2.0]]\n", "device[0].drawn_s_w", 17);
    refused("household = \"van\"\ndrawn_s_w = [[0, -1.0]]\n", "device[0].drawn_s_w[0]", 17);
    refused("household = \"van\"\nload = { series = \"household-winter\" }\n", "device[0].load", 17);
}

/// Every number of the files stands with a source.
#[test]
fn every_figure_has_a_source() {
    for household in Household::ALL {
        let all = household.appliances();
        let cycling = all.cycling.iter().flat_map(|one| [&one.power_w, &one.on_min, &one.off_min, &one.spread]);
        let uses = all.uses.iter().flat_map(|one| [&one.power_w, &one.minutes, &one.spread, &one.per_day]);
        for figure in cycling.chain(uses).chain([&all.always.power_w]) {
            assert!(figure.value >= 0.0 && !figure.source.is_empty(), "{household:?}: {figure:?}");
        }
        for one in &all.uses {
            let sum: f64 = one.hours.iter().sum();
            assert!(one.hours.iter().all(|hour| *hour >= 0.0) && sum > 0.0 && !one.hours_source.is_empty());
            assert!(one.spread.value <= 1.0);
        }
        let cycling = all.cycling.iter().map(|one| &one.name);
        let mut names: Vec<_> = all.uses.iter().map(|one| &one.name).chain(cycling).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{household:?}: a name twice shares its draws");
    }
}

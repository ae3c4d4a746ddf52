//! The built-in scenarios: they load, say what they are, resolve, and survive being written down.

use std::collections::BTreeSet;

use ngbank_models::devices::Installation;
use ngbank_models::time::HOUR;
use ngbank_sim::scenario::{NoFiles, Resolved, Scenario, builtin, load};

fn loaded() -> Vec<Scenario> {
    let one = |builtin: &ngbank_sim::scenario::Builtin| {
        load(builtin.text, &format!("{}.toml", builtin.name), &NoFiles).unwrap_or_else(|found| {
            let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"))
        })
    };
    builtin().iter().map(one).collect()
}

#[test]
fn every_one_loads_without_a_warning() {
    for scenario in loaded() {
        assert!(scenario.warnings().is_empty(), "{}: {:?}", scenario.name(), scenario.warnings());
    }
}

#[test]
fn file_and_list_agree_and_names_are_unique() {
    let mut names = BTreeSet::new();
    for (scenario, listed) in loaded().iter().zip(builtin()) {
        assert_eq!((scenario.name(), scenario.title()), (listed.name, listed.title));
        assert!(names.insert(listed.name), "{} twice", listed.name);
        assert!(scenario.lesson().ends_with('.'), "{}: the lesson is one sentence", listed.name);
    }
}

#[test]
fn at_least_half_are_full_days_of_400_cells() {
    let all = loaded();
    let full = |scenario: &&Scenario| scenario.cells() == 400 && scenario.duration_us() == 24 * HOUR;
    assert!(all.iter().filter(full).count() * 2 >= all.len());
}

#[test]
fn together_they_expect_every_cause() {
    let expected: BTreeSet<String> = loaded().iter().flat_map(|scenario| scenario.resolve(1).expect.causes).collect();
    for number in 1..=16 {
        assert!(expected.contains(&format!("OUT-{number}")), "nobody expects OUT-{number}");
    }
}

#[test]
fn a_resolved_scenario_is_the_same_after_being_written_down() {
    for scenario in loaded() {
        let resolved = scenario.resolve(7);
        let text = resolved.to_toml().expect("TOML");
        let again = Resolved::from_toml(&text).unwrap_or_else(|error| panic!("{}: {error}", scenario.name()));
        assert_eq!(again, resolved, "{}", scenario.name());
        assert_eq!(again.to_toml().expect("TOML"), text);
    }
}

#[test]
fn a_seed_decides_everything_and_another_seed_something_else() {
    for scenario in loaded() {
        assert_eq!(scenario.resolve(3), scenario.resolve(3));
        let (a, b) = (scenario.resolve(3), scenario.resolve(4));
        assert_ne!(a.bank.params.cells, b.bank.params.cells, "{}", scenario.name());
        assert_ne!(a.electronics, b.electronics, "{}", scenario.name());
        assert_ne!(a.serials, b.serials, "{}", scenario.name());
    }
}

#[test]
fn every_one_can_be_installed() {
    for scenario in loaded() {
        let resolved = scenario.resolve(5);
        let library = resolved.library().expect("tables");
        let volts = resolved.bank.system_voltage_v;
        let installation = Installation::new(&resolved.switches, &resolved.devices, volts, &library);
        assert!(installation.is_ok(), "{}", scenario.name());
        assert!(resolved.settings.to_core().is_ok(), "{}", scenario.name());
        assert!(resolved.ambient.series(&library).is_some(), "{}", scenario.name());
    }
}

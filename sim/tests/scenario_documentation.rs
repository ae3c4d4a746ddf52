//! The example of the documentation is a scenario that loads.

use ngbank_sim::scenario::{NoFiles, load};

#[test]
fn the_documented_example_loads_and_its_defaults_are_the_defaults() {
    let page = include_str!("../scenarios/README.md");
    let example = page.split("```").nth(1).and_then(|block| block.strip_prefix("toml\n")).expect("an example");
    let scenario = load(example, "README.md", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}"));

    // Without the lines whose value is said to be the default, the scenario is the same.
    let is_default = |line: &&str| {
        let value = line.split(" = ").nth(1).and_then(|rest| rest.split('#').next()).map(str::trim);
        line.split('[').next_back().and_then(|rest| rest.strip_suffix(']')) == value && value.is_some()
    };
    let (defaults, rest): (Vec<&str>, Vec<&str>) = example.lines().partition(is_default);
    assert!(defaults.len() >= 12, "{defaults:#?}");
    let shorter = load(&rest.join("\n"), "README.md", &NoFiles).unwrap_or_else(|found| panic!("{found:#?}"));
    assert_eq!(shorter.resolve(1), scenario.resolve(1));
}

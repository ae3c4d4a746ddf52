//! The list is where a person starts.

use super::Bench;

#[test]
fn the_list_names_every_built_in_scenario_and_shows_its_text() {
    let bench = Bench::new();
    let list = bench.ngbank(&["list"]).assert().code(0).get_output().stdout.clone();
    let list = String::from_utf8(list).unwrap();
    for builtin in ngbank_sim::scenario::builtin() {
        assert!(list.contains(builtin.name), "{} is missing in:\n{list}", builtin.name);
        bench.ngbank(&["list", "--show", builtin.name]).assert().code(0).stdout(builtin.text);
    }
}

#[test]
fn the_shown_text_is_a_scenario_file_that_the_check_accepts() {
    let bench = Bench::new();
    let first = &ngbank_sim::scenario::builtin()[0];
    bench.write("mine.toml", first.text);
    bench.ngbank(&["check", "mine.toml"]).assert().code(0);
}

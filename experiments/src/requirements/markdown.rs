//! The requirement table as a page.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Kind, Row, Test};

/// How many scenarios a row names.
const SCENARIOS_SHOWN: usize = 3;

/// The whole page.
pub fn markdown(rows: &[Row]) -> String {
    let mut page = String::from(HEAD);
    for row in rows.iter().filter(|row| row.rule.kind != Kind::Device) {
        let rule = &row.rule;
        let kind = format!("{:?}", rule.kind).to_lowercase();
        let (code, tests, scenarios) = (code(row), tests(row), scenarios(row));
        let sentence = &rule.sentence;
        let _ =
            writeln!(page, "| {} | {sentence} | {} | {kind} | {code} | {tests} | {scenarios} |", rule.id, rule.sure);
    }
    page.push_str(DEVICES);
    for row in rows.iter().filter(|row| row.rule.kind == Kind::Device) {
        let Row { rule, .. } = row;
        let (code, tests, scenarios) = (code(row), tests(row), scenarios(row));
        let _ = writeln!(page, "| {} | {} | {} | {code} | {tests} | {scenarios} |", rule.id, rule.sentence, rule.sure);
    }
    page.push_str(TESTS);
    for row in rows.iter().filter(|row| !row.tests.is_empty()) {
        let _ = writeln!(page, "**{}**\n", row.rule.id);
        for (file, names) in by_file(row) {
            let _ = writeln!(page, "- `{file}`: {}", names.join(", "));
        }
        page.push('\n');
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// Files without what goes without saying.
fn code(row: &Row) -> String {
    let short = |path: &String| format!("`{}`", path.replacen("/src/", "/", 1));
    list(row.code.iter().map(short))
}

/// How many tests in which file.
fn tests(row: &Row) -> String {
    list(by_file(row).into_iter().map(|(file, names)| format!("{} ({})", stem(file), names.len())))
}

/// The first few scenarios.
pub fn scenarios(row: &Row) -> String {
    let names = row.scenarios.iter().take(SCENARIOS_SHOWN).cloned();
    let more = row.scenarios.len().saturating_sub(SCENARIOS_SHOWN);
    let more = (more > 0).then(|| format!("{more} more"));
    list(names.chain(more))
}

fn by_file(row: &Row) -> BTreeMap<&str, Vec<&str>> {
    let mut files = BTreeMap::<&str, Vec<&str>>::new();
    for Test { file, name } in &row.tests {
        files.entry(file).or_default().push(name);
    }
    files
}

/// `firmware-core/tests/rules/clock.rs` is `firmware-core: clock`.
pub fn stem(file: &str) -> String {
    let package = file.split('/').next().unwrap_or_default();
    let name = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    format!("{package}: {name}")
}

fn list(items: impl Iterator<Item = String>) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() { "–".to_owned() } else { items.join(", ") }
}

const HEAD: &str = "\
# Requirements

Every rule that the firmware core implements, and what shows that it does. Made by `ngbank requirements --out
REQUIREMENTS.md` from the sources and from one run of each built-in scenario; `ngbank requirements --check` fails when
this page is behind them or something is missing.

*Sure*: S stated by the data sheet, N by another product of the family, O by an older generation, A assumed. *Code*: files
that implement the rule and cite its id. *Tests*: test functions whose own name, comment or body cites it, by file. *Scenarios*:
built-in scenarios whose run, seed 1, has set the rule's mark (`sim/src/reach.rs`).

A behaviour needs code, a test and a scenario; a configuration rule code and a test of `check`; a statement is
documentation only.

| Id | Rule | Sure | Kind | Code | Tests | Scenarios that reach it |
|---|---|---|---|---|---|---|
";
const DEVICES: &str = "
## Devices

Every load, charger and switch around the BMS. *Code*: files of the device models that cite the row. *Timing tests*: tests that
play the device on a bank whose voltage is given. *Scenarios*: built-in scenarios that have the device. Each row needs all three.

| Id | Device | Sure | Code | Timing tests | Scenarios that have it |
|---|---|---|---|---|---|
";
const TESTS: &str = "
## Tests by rule and device

";

//! The sources of a checkout: what implements, and what tests.
//!
//! Read line by line: rustfmt, which every change must pass, puts the end of a function on a line of its own, as deep as
//! its beginning. A parser of Rust would not see the functions within `proptest!`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where rules are implemented and tested. Of the program's own tests only those of `check` are about rules.
const FOLDERS: [&str; 7] = [
    "firmware-core/src",
    "firmware-core/tests",
    "models/src",
    "models/tests",
    "sim/src",
    "sim/tests",
    "experiments/tests/cli/check.rs",
];

/// One file of the checkout.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path from the root of the checkout, with `/`.
    pub path: String,
    /// What implements: nothing of a file of tests, all but its tests of another.
    pub code: String,
    /// Each test with its text: comment, attributes and body.
    pub tests: Vec<(Test, String)>,
}

/// A test function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// File from the root of the checkout.
    pub file: String,
    /// Name of the function.
    pub name: String,
}

/// Every source file below this root, sorted by path.
///
/// # Errors
/// When a folder or file cannot be read.
pub fn sources(root: &Path) -> io::Result<Vec<SourceFile>> {
    let mut paths = Vec::new();
    for folder in FOLDERS {
        walk(&root.join(folder), &mut paths)?;
    }
    paths.sort();
    paths.iter().map(|path| read(root, path)).collect()
}

fn walk(place: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    if fs::metadata(place)?.is_dir() {
        for entry in fs::read_dir(place)? {
            walk(&entry?.path(), paths)?;
        }
    } else if place.extension().is_some_and(|extension| extension == "rs") {
        paths.push(place.to_owned());
    }
    Ok(())
}

fn read(root: &Path, path: &Path) -> io::Result<SourceFile> {
    let text = fs::read_to_string(path)?;
    let parts = path.strip_prefix(root).unwrap_or(path).components();
    let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy()).collect();
    let path = parts.join("/");
    let tests = tests(&path, &text);
    let is_code = parts.iter().any(|part| part == "src") && !is_about_rules(&path);
    let code = if is_code { without_tests(&text).to_owned() } else { String::new() };
    Ok(SourceFile { path, code, tests })
}

/// A crate page lists what there is and what there is not.
fn is_about_rules(path: &str) -> bool {
    path.ends_with("/lib.rs")
}

/// The text up to the tests at its end.
fn without_tests(text: &str) -> &str {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    &text[..end]
}

/// The test functions of a file, each from its comment to its last line.
fn tests(path: &str, text: &str) -> Vec<(Test, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    // Where the comments and attributes begin that stand before the present line.
    let mut begin = 0;
    for (i, line) in lines.iter().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("///") || trimmed.starts_with("#[") {
            continue;
        }
        let is_test = lines[begin..i].iter().any(|line| line.trim() == "#[test]");
        if is_test && let Some(name) = name_of(trimmed) {
            let close = format!("{}}}", &line[..line.len() - trimmed.len()]);
            let length = lines[i..].iter().position(|line| *line == close).unwrap_or(0);
            let test = Test { file: path.to_owned(), name: name.to_owned() };
            found.push((test, format!("{} {}", id_of(name), lines[begin..=i + length].join("\n"))));
        }
        begin = i + 1;
    }
    found
}

/// The name of the function that this line begins.
fn name_of(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("fn ")?;
    rest.split(['(', '<']).next()
}

/// The rule that a name begins with: `uv_1_to_the_millisecond` is a test of `UV-1`.
fn id_of(name: &str) -> String {
    let mut parts = name.split('_');
    format!("{}-{}", parts.next().unwrap_or_default().to_uppercase(), parts.next().unwrap_or_default())
}

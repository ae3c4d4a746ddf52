//! A TOML file that knows the line of every value and goes on reading after an error.
//!
//! *Idea.* `serde` stops at the first error of a table. [`Document::read`] takes the offending key out of the table,
//! notes it, and tries again, so that one reading gives every error of form; [`Document::error`] finds the line of a
//! path for the errors of meaning that come later.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::diagnostic::{Diagnostic, Severity};

/// A parsed file with the findings so far.
pub(super) struct Document<'t> {
    file: String,
    text: &'t str,
    root: Spanned<DeTable<'t>>,
    places: BTreeMap<String, Range<usize>>,
    /// Paths of values that are no finite number: one complaint about them is enough.
    not_finite: BTreeSet<String>,
    findings: Vec<Diagnostic>,
}

impl<'t> Document<'t> {
    /// Parses the text; errors of syntax and doubled keys become findings, the rest of the file is kept.
    pub(super) fn parse(text: &'t str, file: &str) -> Self {
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut document = Self {
            file: file.to_owned(),
            text,
            root,
            places: BTreeMap::new(),
            not_finite: BTreeSet::new(),
            findings: Vec::new(),
        };
        let mut places = BTreeMap::new();
        index_table(document.root.get_ref(), "", &mut places);
        document.places = places;
        for error in errors {
            document.syntax_error(&error);
        }
        document.refuse_numbers_that_are_none();
        document
    }

    /// The top-level keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.root.get_ref().keys().map(|key| key.get_ref().as_ref())
    }

    /// True if the file gives a value at this path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }

    /// The table at a top-level key; `None` if absent, a finding if it is something else.
    pub(super) fn table(&mut self, key: &str) -> Option<Spanned<DeTable<'t>>> {
        let value = self.root.get_ref().get(key)?;
        let span = value.span();
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Spanned::new(span, table.clone()));
        }
        self.error(key, format!("a table, written [{key}]"), "");
        None
    }

    /// The tables of an array at a top-level key; empty if absent, a finding if it is something else.
    pub(super) fn tables(&mut self, key: &str) -> Vec<Spanned<DeTable<'t>>> {
        let Some(value) = self.root.get_ref().get(key) else {
            return Vec::new();
        };
        let tables = value.get_ref().as_array().and_then(|array| {
            let one = |value: &Spanned<DeValue<'t>>| match value.get_ref() {
                DeValue::Table(table) => Some(Spanned::new(value.span(), table.clone())),
                _ => None,
            };
            array.iter().map(one).collect::<Option<Vec<_>>>()
        });
        tables.unwrap_or_else(|| {
            self.error(key, format!("tables, each written [[{key}]]"), "");
            Vec::new()
        })
    }

    /// Splits off the keys of that list, so that two types can share one table.
    pub(super) fn split(&self, table: &mut Spanned<DeTable<'t>>, keys: &[&str]) -> Spanned<DeTable<'t>> {
        let mut part = DeTable::new();
        for name in keys {
            if let Some((key, value)) = table.get_mut().remove_entry(*name) {
                part.insert(key, value);
            }
        }
        Spanned::new(table.span(), part)
    }

    /// Reads a table into `T`. Every key that does not fit becomes a finding; `None` if too little is left.
    pub(super) fn read<T: DeserializeOwned>(&mut self, mut table: Spanned<DeTable<'t>>, path: &str) -> Option<T> {
        let mut removed = BTreeSet::new();
        loop {
            let error = match attempt::<T>(&table) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            if let Some(name) = quoted_after(error.message(), "missing field ") {
                let place = error.span().and_then(|span| self.table_at(&span, path));
                let field = join(place.as_deref().unwrap_or(path), name);
                if !removed.contains(&field) {
                    self.error(&field, "required, but absent", "");
                }
                return None;
            }
            let Some(field) = take_out::<T>(&mut table, &error, path) else {
                self.error(path, error.message(), "");
                return None;
            };
            let allowed = match error.message().split_once(", expected ") {
                Some((what, expected)) if what.starts_with("unknown field") => {
                    format!("unknown key; expected {expected}")
                }
                _ => error.message().to_owned(),
            };
            self.error(&field, allowed, "");
            removed.insert(field);
        }
    }

    /// Notes an error at a path. The value is quoted from the file.
    pub(super) fn error(&mut self, field: &str, allowed: impl Into<String>, rule: &str) {
        let value = self.written(field);
        self.note(Severity::Error, field, value, allowed.into(), rule);
    }

    /// Notes an error at a path whose value is computed, such as a sum.
    pub(super) fn error_of(&mut self, field: &str, value: String, allowed: impl Into<String>, rule: &str) {
        self.note(Severity::Error, field, value, allowed.into(), rule);
    }

    /// Notes a warning at a path whose value is computed.
    pub(super) fn warning_of(&mut self, field: &str, value: String, allowed: impl Into<String>, rule: &str) {
        self.note(Severity::Warning, field, value, allowed.into(), rule);
    }

    /// Notes a finding in another file.
    pub(super) fn foreign(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// Line of a path, or of the nearest table around it; 0 if the file says nothing about it.
    pub(super) fn line(&self, field: &str) -> usize {
        let mut field = field;
        loop {
            if let Some(span) = self.places.get(field) {
                return self.line_at(span.start);
            }
            match field.rfind(['.', '[']) {
                Some(cut) => field = &field[..cut],
                None => return 0,
            }
        }
    }

    /// Errors (if any) and warnings, each in the order of their lines.
    pub(super) fn finish(mut self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        self.findings.sort_by_key(|finding| (finding.file != self.file, finding.line));
        self.findings.into_iter().partition(|finding| finding.severity == Severity::Error)
    }

    fn note(&mut self, severity: Severity, field: &str, value: String, allowed: String, rule: &str) {
        let line = self.line(field);
        if self.not_finite.contains(field) {
            return;
        }
        self.findings.push(Diagnostic {
            severity,
            file: self.file.clone(),
            line,
            field: field.to_owned(),
            value,
            allowed,
            rule: rule.to_owned(),
        });
    }

    /// A value as it is written in the file; empty for tables and absent values.
    fn written(&self, field: &str) -> String {
        let span = self.places.get(field).cloned().unwrap_or_default();
        let text = self.text.get(span).unwrap_or_default();
        if text.starts_with('[') && field.ends_with(']') || text.contains('\n') {
            return String::new();
        }
        text.to_owned()
    }

    fn line_at(&self, offset: usize) -> usize {
        self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
    }

    /// Path of the innermost table whose text begins where the span does, at or below `path`.
    fn table_at(&self, span: &Range<usize>, path: &str) -> Option<String> {
        self.places
            .iter()
            .filter(|(place, range)| place.starts_with(path) && range.start == span.start)
            .map(|(place, _)| place.clone())
            .max_by_key(String::len)
    }

    fn syntax_error(&mut self, error: &toml::de::Error) {
        let span = error.span().unwrap_or_default();
        let line = self.line_at(span.start);
        let text = self.text.get(span.clone()).unwrap_or_default();
        let written = self.text.lines().nth(line - 1).unwrap_or_default().trim();
        let (field, value, allowed) = if error.message().contains("duplicate key") {
            let allowed = "a key may appear only once in its table".to_owned();
            match written.split_once('=') {
                Some((_, value)) => (join(&header_before(self.text, span.start), text.trim()), value.trim(), allowed),
                None => (text.trim().to_owned(), "", allowed),
            }
        } else {
            (header_before(self.text, span.start), written, format!("not TOML: {}", error.message()))
        };
        let value = value.to_owned();
        self.findings.push(Diagnostic {
            severity: Severity::Error,
            file: self.file.clone(),
            line,
            field,
            value,
            allowed,
            rule: String::new(),
        });
    }

    fn refuse_numbers_that_are_none(&mut self) {
        let mut bad = Vec::new();
        collect_non_finite(self.root.get_ref(), "", &mut bad);
        for path in bad {
            self.error(&path, "a finite number", "");
            self.not_finite.insert(path);
        }
    }
}

fn attempt<T: DeserializeOwned>(table: &Spanned<DeTable<'_>>) -> Result<T, toml::de::Error> {
    T::deserialize(toml::de::Deserializer::from(table.clone()))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The word in backticks right after `start`, if the message begins so.
fn quoted_after<'m>(message: &'m str, start: &str) -> Option<&'m str> {
    message.strip_prefix(start)?.strip_prefix('`')?.split('`').next()
}

/// Removes the key that the error is about and returns its path.
fn take_out<T: DeserializeOwned>(
    table: &mut Spanned<DeTable<'_>>,
    error: &toml::de::Error,
    path: &str,
) -> Option<String> {
    if let Some(name) = quoted_after(error.message(), "unknown field ")
        && table.get_mut().remove(name).is_some()
    {
        return Some(join(path, name));
    }
    let whole = table.span();
    if let Some(span) = error.span().filter(|span| *span != whole)
        && let Some(field) = take_out_at(table.get_mut(), span.start, path)
    {
        return Some(field);
    }
    // A tagged table is buffered before it is read, so its errors have no place: try which key it is.
    // The tag goes last, because without it every other error vanishes too.
    let mut keys: Vec<String> = table.get_ref().keys().map(|key| key.get_ref().to_string()).collect();
    keys.sort_by_key(|key| key == "kind");
    for key in keys {
        let mut without = table.clone();
        without.get_mut().remove(key.as_str());
        let changed = match attempt::<T>(&without) {
            Ok(_) => true,
            Err(other) => other.message() != error.message(),
        };
        if changed {
            *table = without;
            return Some(join(path, &key));
        }
    }
    None
}

/// Removes the innermost entry whose key or value lies at this offset.
fn take_out_at(table: &mut DeTable<'_>, offset: usize, path: &str) -> Option<String> {
    let keys: Vec<String> = table.keys().map(|key| key.get_ref().to_string()).collect();
    for key in &keys {
        let inner = join(path, key);
        match table.get_mut(key.as_str()).map(Spanned::get_mut) {
            Some(DeValue::Table(nested)) => {
                if let Some(found) = take_out_at(nested, offset, &inner) {
                    return Some(found);
                }
            }
            Some(DeValue::Array(array)) => {
                for (index, element) in array.iter_mut().enumerate() {
                    if let DeValue::Table(nested) = element.get_mut()
                        && let Some(found) = take_out_at(nested, offset, &format!("{inner}[{index}]"))
                    {
                        return Some(found);
                    }
                }
            }
            _ => {}
        }
    }
    let hit = table.iter().find_map(|(key, value)| {
        let here = key.span().contains(&offset) || value.span().contains(&offset);
        here.then(|| key.get_ref().to_string())
    })?;
    table.remove(hit.as_str());
    Some(join(path, &hit))
}

/// Path of the table whose header stands last before this offset.
fn header_before(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or_default();
    let headers: Vec<&str> = before.lines().map(str::trim).filter(|line| line.starts_with('[')).collect();
    let Some(last) = headers.last() else {
        return String::new();
    };
    let name = last.trim_start_matches('[').split(']').next().unwrap_or_default().trim().to_owned();
    if last.starts_with("[[") {
        let index = headers.iter().filter(|header| *header == last).count() - 1;
        format!("{name}[{index}]")
    } else {
        name
    }
}

fn index_table(table: &DeTable<'_>, path: &str, places: &mut BTreeMap<String, Range<usize>>) {
    for (key, value) in table {
        let inner = join(path, key.get_ref());
        let span = match value.get_ref() {
            // The key of a header is more telling than the whole of its table.
            DeValue::Table(_) | DeValue::Array(_) => key.span().start..value.span().end.max(key.span().start),
            _ => value.span(),
        };
        places.insert(inner.clone(), span);
        index_value(value.get_ref(), &inner, places);
    }
}

fn index_value(value: &DeValue<'_>, path: &str, places: &mut BTreeMap<String, Range<usize>>) {
    match value {
        DeValue::Table(table) => index_table(table, path, places),
        DeValue::Array(array) => {
            for (index, element) in array.iter().enumerate() {
                let inner = format!("{path}[{index}]");
                places.insert(inner.clone(), element.span());
                index_value(element.get_ref(), &inner, places);
            }
        }
        _ => {}
    }
}

fn collect_non_finite(table: &DeTable<'_>, path: &str, bad: &mut Vec<String>) {
    for (key, value) in table {
        non_finite_in(value.get_ref(), &join(path, key.get_ref()), bad);
    }
}

fn non_finite_in(value: &DeValue<'_>, path: &str, bad: &mut Vec<String>) {
    match value {
        DeValue::Float(float) => {
            let plain = float.as_str().replace('_', "");
            if !plain.parse::<f64>().is_ok_and(f64::is_finite) {
                bad.push(path.to_owned());
            }
        }
        DeValue::Table(table) => collect_non_finite(table, path, bad),
        DeValue::Array(array) => {
            for (index, element) in array.iter().enumerate() {
                non_finite_in(element.get_ref(), &format!("{path}[{index}]"), bad);
            }
        }
        _ => {}
    }
}

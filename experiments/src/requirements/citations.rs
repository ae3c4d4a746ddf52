//! Rule ids in a text: `UV-1`, and `UV-1 … UV-5` for all from the first to the last.

use std::collections::{BTreeMap, BTreeSet};

/// The ids that can be cited, by their letters and number.
pub struct Ids<'a>(BTreeMap<(&'a str, u32), &'a str>);

impl<'a> Ids<'a> {
    /// These ids; what is none (a heading) is never cited.
    pub fn new(ids: impl Iterator<Item = &'a str>) -> Self {
        Self(ids.filter_map(|id| Some((parts(id)?, id))).collect())
    }

    /// The ids that a text cites.
    pub fn cited(&self, text: &str) -> BTreeSet<&'a str> {
        let mut cited = BTreeSet::new();
        let mut range_from = None;
        for word in words(text) {
            match (parts(word), range_from) {
                (Some((letters, last)), Some((from, first))) if letters == from => {
                    cited.extend((first..=last).filter_map(|number| self.0.get(&(letters, number))));
                    range_from = None;
                }
                (Some(id), _) => {
                    cited.extend(self.0.get(&id));
                    range_from = None;
                }
                _ => {}
            }
            // The sign of a range stands between two ids.
            if let (Some(id), true) = (parts(word), is_range(text, word)) {
                range_from = Some(id);
            }
        }
        cited
    }
}

/// Letters, digits and hyphens that belong together.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).filter(|word| !word.is_empty())
}

/// `UV-1` as letters and number.
fn parts(word: &str) -> Option<(&str, u32)> {
    let (letters, number) = word.split_once('-')?;
    let upper = !letters.is_empty() && letters.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((letters, number.parse().ok()?)).filter(|_| upper && digits)
}

/// True if " …" follows this word of the text.
fn is_range(text: &str, word: &str) -> bool {
    // Both are slices of one text: the distance of their beginnings is the place of the word.
    let end = (word.as_ptr() as usize) - (text.as_ptr() as usize) + word.len();
    text[end..].trim_start().starts_with('…')
}

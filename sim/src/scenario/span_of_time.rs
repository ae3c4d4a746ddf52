//! Lengths of time and times of day as people write them: `24 h`, `1 h 30 min`, `2.5 s`, `06:30`.

use ngbank_models::time::{HOUR, MINUTE, MS, Micros, SECOND};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A length of time, µs; in a file a text such as `"1 h 30 min"`, `"2.5 s"` or `"250 ms"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Micros);

/// A time of day, µs since midnight; in a file a text such as `"06:30"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TimeOfDay(pub Micros);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_span(&text).map(Self).ok_or_else(|| {
            de::Error::custom(
                r#"a length of time with its unit: "24 h", "1 h 30 min", "2.5 s" or "250 ms", at most 10000 h"#,
            )
        })
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_time_of_day(&text).map(Self).ok_or_else(|| de::Error::custom(r#"a time of day, "00:00" to "23:59""#))
    }
}

/// Written as it is read.
impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// In the units in which it is read, exactly: `1 h 30 min 0.25 s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes) = (self.0 / HOUR, self.0 % HOUR / MINUTE);
        let (seconds, micros) = (self.0 % MINUTE / SECOND, self.0 % SECOND);
        let fraction = format!("{micros:06}");
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        let mut words = Vec::new();
        if hours > 0 {
            words.push(format!("{hours} h"));
        }
        if minutes > 0 {
            words.push(format!("{minutes} min"));
        }
        if seconds > 0 || micros > 0 || words.is_empty() {
            words.push(format!("{seconds}{point}{fraction} s"));
        }
        f.write_str(&words.join(" "))
    }
}

fn parse_span(text: &str) -> Option<Micros> {
    let mut words = text.split_whitespace();
    let mut total: Micros = 0;
    let mut any = false;
    while let Some(number) = words.next() {
        let unit = match words.next()? {
            "h" => HOUR,
            "min" => MINUTE,
            "s" => SECOND,
            "ms" => MS,
            _ => return None,
        };
        total = total.checked_add(decimal_times(number, unit)?)?;
        any = true;
    }
    (any && total <= 10_000 * HOUR).then_some(total)
}

/// A decimal number of a unit, exactly; digits below 1 µs are refused.
fn decimal_times(number: &str, unit: Micros) -> Option<Micros> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    let mut scale: Micros = 1;
    for _ in 0..fraction.len() {
        scale *= 10;
    }
    let part = fraction.parse::<Micros>().ok()?.checked_mul(unit)?;
    let whole = whole.parse::<Micros>().ok()?.checked_mul(unit)?;
    (part % scale == 0).then_some(whole + part / scale)
}

fn parse_time_of_day(text: &str) -> Option<Micros> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |text: &str| match text.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some(Micros::from(tens - b'0') * 10 + Micros::from(ones - b'0')),
        _ => None,
    };
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * HOUR + minutes * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_exact() {
        assert_eq!(parse_span("24 h"), Some(24 * HOUR));
        assert_eq!(parse_span("1 h 30 min"), Some(90 * MINUTE));
        assert_eq!(parse_span("2.5 s"), Some(2_500 * MS));
        assert_eq!(parse_span("0.000001 s"), Some(1));
        assert_eq!(parse_span("250 ms"), Some(250 * MS));
    }

    #[test]
    fn spans_are_written_as_they_are_read() {
        for micros in [0, 1, 250 * MS, 59 * SECOND, HOUR, 90 * MINUTE + 2_500 * MS, 1440 * HOUR + 1] {
            let text = Span(micros).to_string();
            assert_eq!(parse_span(&text), Some(micros), "{text}");
        }
        assert_eq!(Span(90 * MINUTE + 2_500 * MS).to_string(), "1 h 30 min 2.5 s");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "24", "h", "24h", "-1 h", "1 day", "0.0000001 s", "1 h 30", "10001 h", "nan h", "1. h"] {
            assert_eq!(parse_span(text), None, "{text:?}");
        }
    }

    #[test]
    fn times_of_day() {
        assert_eq!(parse_time_of_day("06:30"), Some(6 * HOUR + 30 * MINUTE));
        for text in ["24:00", "6:30", "06:60", "06", "+6:00"] {
            assert_eq!(parse_time_of_day(text), None, "{text:?}");
        }
    }
}

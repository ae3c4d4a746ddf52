//! Numbers and times as people read them.

use ngbank_models::time::Micros;

/// `hh:mm:ss.mmm` since the scenario began; hours go on past 24.
pub fn clock(time: Micros) -> String {
    let ms = time / 1000;
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", ms % 1000)
}

/// Seconds with millisecond resolution, as in `30.000 s` or `-0.250 s`; fractions of a millisecond are cut off.
pub fn seconds(time_us: i64) -> String {
    let ms = time_us / 1000;
    let sign = if ms < 0 { "-" } else { "" };
    format!("{sign}{}.{:03} s", (ms / 1000).abs(), (ms % 1000).abs())
}

/// Seconds as a number for plots.
pub fn seconds_f64(time_us: i64) -> f64 {
    time_us as f64 / 1e6
}

/// `3` or `2 – 5`.
pub fn range(lowest: u32, highest: u32) -> String {
    if lowest == highest { lowest.to_string() } else { format!("{lowest} – {highest}") }
}

/// Three digits after the point, fewer for large values, with the unit.
pub fn quantity(value: f64, unit: &str) -> String {
    let digits = if value.abs() >= 100.0 { 1 } else { 3 };
    if value == f64::INFINITY { format!("∞ {unit}") } else { format!("{value:.digits$} {unit}") }
}

/// Three significant digits with a prefix to the unit, as in `16.4 µV`; without a unit a plain number.
pub fn small(value: f64, unit: &str) -> String {
    let (scale, prefix) = match (unit, value.abs()) {
        ("V" | "s" | "K", v) if v > 0.0 && v < 1e-6 => (1e9, "n"),
        ("V" | "s" | "K", v) if v > 0.0 && v < 1e-3 => (1e6, "µ"),
        ("V" | "s" | "K", v) if v > 0.0 && v < 1.0 => (1e3, "m"),
        _ => (1.0, ""),
    };
    let scaled = value * scale;
    let number = match scaled.abs() {
        0.0 => "0".to_owned(),
        v if v < 1e-3 => format!("{scaled:.2e}"),
        v if v < 1.0 => format!("{scaled:.4}"),
        v if v < 10.0 => format!("{scaled:.2}"),
        v if v < 100.0 => format!("{scaled:.1}"),
        v if v.is_finite() => format!("{scaled:.0}"),
        _ => "∞".to_owned(),
    };
    format!("{number} {prefix}{unit}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        assert_eq!(clock(0), "00:00:00.000");
        assert_eq!(clock(86_399_999_999), "23:59:59.999");
        assert_eq!(clock(100 * 3_600_000_000), "100:00:00.000");
        assert_eq!(seconds(30_100_000), "30.100 s");
        assert_eq!(seconds(-250_000), "-0.250 s");
        assert_eq!(seconds(-1_001_000), "-1.001 s");
        assert_eq!(seconds(-999), "0.000 s");
    }

    #[test]
    fn ranges_of_one_value_are_one_number() {
        assert_eq!(range(2, 2), "2");
        assert_eq!(range(2, 5), "2 – 5");
    }

    #[test]
    fn small_figures_have_three_digits_and_a_prefix() {
        assert_eq!(small(1.636e-5, "V"), "16.4 µV");
        assert_eq!(small(-2.1e-9, "V"), "-2.10 nV");
        assert_eq!(small(2.314, "s"), "2.31 s");
        assert_eq!(small(0.1, "%"), "0.1000 %");
        assert_eq!(small(0.0, ""), "0");
        assert_eq!(small(f64::INFINITY, "V"), "∞ V");
    }

    #[test]
    fn quantities_carry_their_unit() {
        assert_eq!(quantity(0.0125, "V"), "0.013 V");
        assert_eq!(quantity(30.0, "s"), "30.000 s");
        assert_eq!(quantity(1234.56, "s"), "1234.6 s");
    }
}

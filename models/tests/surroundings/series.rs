//! What series give: energy kept, start, scale, repetition, the time of the next change.

use ngbank_models::profile::{BUILTIN, CsvSource, Library, Quantity, Series, SeriesSpec, Table, builtin, parse};
use ngbank_models::time::{HOUR, MINUTE, Micros, NEVER, SECOND};

const DAY: Micros = 24 * HOUR;

fn power(text: &str) -> Table {
    parse(&CsvSource::new("p.csv", Quantity::Power), text).unwrap()
}

/// Rows every 10 s; the fourth repeats the third.
const ROWS: &str = "time_s,power_w\n0,1\n10,2\n20,3\n30,3\n40,1\n";

#[test]
fn values_hold_until_they_change() {
    let series = Series::new(power(ROWS));
    for (second, value, next) in [
        (0, 1.0, 10),
        (9, 1.0, 10),
        (10, 2.0, 20),
        (20, 3.0, 40),
        (35, 3.0, 40),
        // The last value equals the first of the next period, which begins at 50 s.
        (40, 1.0, 60),
        (50, 1.0, 60),
        (60, 2.0, 70),
    ] {
        assert_eq!(series.value_at(second * SECOND), value, "{second} s");
        assert_eq!(series.next_change_after(second * SECOND), next * SECOND, "{second} s");
    }
}

#[test]
fn start_scale_and_repetition() {
    let spec = SeriesSpec {
        start_day: 10.0 / 86_400.0,
        scale: 2.0,
        add: 0.5,
        repeat_s: Some(15.0),
        ..SeriesSpec::named("own")
    };
    let mut library = Library::new();
    library.add("own", power(ROWS));
    let series = library.series(&spec).unwrap();
    for (second, value, next) in [(0, 4.5, 10), (10, 6.5, 15), (15, 4.5, 25), (29, 6.5, 30)] {
        assert_eq!(series.value_at(second * SECOND), value, "{second} s");
        assert_eq!(series.next_change_after(second * SECOND), next * SECOND, "{second} s");
    }
}

#[test]
fn one_value_never_changes() {
    let series = Series::new(power("time_s,power_w\n0,7\n"));
    assert_eq!(series.value_at(123 * DAY), 7.0);
    assert_eq!(series.next_change_after(0), NEVER);
    let constant = Series::new(Table::constant(Quantity::Temperature, 25.0));
    assert_eq!((constant.value_at(DAY), constant.next_change_after(DAY)), (25.0, NEVER));
}

/// Hourly irradiance and every temperature are read as means of straight lines.
#[test]
fn straight_lines_keep_their_integral() {
    let text = "time_s,ambient_temperature_c\n0,0\n3600,6\n7200,6\n10800,0\n";
    let table = parse(&CsvSource::new("t.csv", Quantity::Temperature), text).unwrap();
    let series = Series::new(table.clone());
    for (minute, value) in [(0, 0.5), (9, 0.5), (10, 1.5), (50, 5.5), (60, 6.0), (110, 6.0)] {
        assert!((series.value_at(minute * MINUTE) - value).abs() < 1e-12, "minute {minute}");
    }
    assert!((table.mean() - (3.0 + 6.0 + 3.0 + 0.0) / 4.0).abs() < 1e-12);
    assert_eq!(series.next_change_after(60 * MINUTE), 120 * MINUTE, "flat for an hour");
}

/// Days, mean over them, largest value; means over 10 min take the tops off.
#[test]
fn the_built_in_tables_are_what_their_titles_say() {
    let table = [
        ("household-winter", 28.0, 9.9e3 / 24.0, 12.7e3),
        ("household-summer", 28.0, 11.2e3 / 24.0, 6.9e3),
        ("pv-clear-winter", 1.0, 141.5, 580.3),
        ("ambient-clear-winter", 1.0, -13.73, -3.1),
        ("pv-tmy", 365.0, 163.9, 971.0),
        ("ambient-tmy", 365.0, 13.56, 34.3),
        ("vehicle-day", 0.507, 13.1, 34.0),
        ("cycle-wltc", 1801.0 / 86_400.0, 12.9, 36.5),
        ("cycle-udds", 1370.0 / 86_400.0, 8.75, 25.3),
        ("cycle-us06", 601.0 / 86_400.0, 21.4, 35.9),
        ("cycle-hwfet", 766.0 / 86_400.0, 21.5, 26.8),
    ];
    assert_eq!(table.len(), BUILTIN.len());
    for (name, days, mean, largest) in table {
        let table = builtin(name).unwrap();
        let found_days = table.period() as f64 / DAY as f64;
        let found = table.points().iter().map(|point| point.value).fold(f64::MIN, f64::max);
        assert!((found_days - days).abs() < 1e-3, "{name}: {found_days} days");
        assert!((table.mean() - mean).abs() < 0.01 * mean.abs(), "{name}: mean {}", table.mean());
        assert!((found - largest).abs() < 0.02 * largest.abs() + 0.2, "{name}: largest {found}");
    }
}

/// Rows between trips are absent: the car stands.
#[test]
fn a_car_stands_between_its_trips() {
    let table = builtin("vehicle-day").unwrap();
    let standing: Vec<Micros> =
        table.points().windows(2).filter(|pair| pair[0].value == 0.0).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(standing.iter().filter(|&&span| span >= MINUTE).count() >= 8, "{standing:?}");
    let metres: f64 = table.mean() * table.period() as f64 / 1e6;
    assert!((metres / 573e3 - 1.0).abs() < 0.02, "{metres} m");
}

#[test]
fn runs_share_one_parsed_table() {
    let (a, b) = (builtin("household-winter").unwrap(), builtin("household-winter").unwrap());
    assert!(std::ptr::eq(a.points(), b.points()));
    assert!(builtin("household-spring").is_none());
}

#[test]
fn a_walk_over_changes_misses_none() {
    let spec = SeriesSpec { start_day: 27.9, ..SeriesSpec::named("household-summer") };
    let series = Library::new().series(&spec).unwrap();
    let (mut t, mut value, mut changes) = (0, series.value_at(0), 0);
    for minute in 0..24 * 60 {
        while t <= minute * MINUTE {
            value = series.value_at(t);
            t = series.next_change_after(t);
            changes += 1;
        }
        assert_eq!(series.value_at(minute * MINUTE), value, "minute {minute}");
    }
    assert!(changes > 300, "{changes}");
}

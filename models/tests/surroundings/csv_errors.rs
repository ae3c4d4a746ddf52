//! Everything that can be wrong with a profile is named: file, line, field, value, what is allowed.

use ngbank_models::profile::{CsvSource, PROBLEMS_MAX, Quantity, parse};

fn said(quantity: Quantity, text: &str) -> Vec<String> {
    let problems = parse(&CsvSource::new("p.csv", quantity), text).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn one_problem_each() {
    let power = Quantity::Power;
    let table = [
        (power, "", "p.csv: power_w: found an empty file, allowed: a header and rows of data"),
        (power, "\n \n", "p.csv: power_w: found an empty file, allowed: a header and rows of data"),
        (power, "time_s,power_w\n", "p.csv:1: power_w: found no rows, allowed: at least one row of data"),
        (
            power,
            "time_s,load\n0,1\n",
            "p.csv:1: power_w: found no such column among: time_s, load, \
             allowed: a column named \"power_w\"",
        ),
        (
            power,
            "time_s,power_kw\n0,1\n",
            "p.csv:1: power_w: found column \"power_kw\", another unit or name, \
             allowed: a column named \"power_w\"",
        ),
        (
            power,
            "time_min,power_w\n0,1\n",
            "p.csv:1: time_s: found column \"time_min\", another unit or name, \
             allowed: a column named \"time_s\"",
        ),
        (
            power,
            "time_s,power_w,power_w\n0,1,2\n",
            "p.csv:1: power_w: found the column twice, allowed: each column once",
        ),
        (
            power,
            "time_s,power_w\n0,1\n60,NaN\n",
            "p.csv:3: power_w: found \"NaN\", allowed: a finite number, 0 to 10000000",
        ),
        (power, "time_s,power_w\n0,1\n60,\n", "p.csv:3: power_w: found \"\", allowed: a finite number, 0 to 10000000"),
        (power, "time_s,power_w\n0,-5\n", "p.csv:2: power_w: found \"-5\", allowed: a finite number, 0 to 10000000"),
        (
            power,
            "time_s,power_w\n0,1\n\n60,inf\n",
            "p.csv:4: power_w: found \"inf\", allowed: a finite number, 0 to 10000000",
        ),
        (
            Quantity::Temperature,
            "time_s,ambient_temperature_c\n0,290.15\n",
            "p.csv:2: ambient_temperature_c: found \"290.15\", allowed: a finite number, -60 to 80",
        ),
        (
            power,
            "time_s,power_w\n0,1\n60,2\n60,3\n",
            "p.csv:4: time_s: found \"60\", allowed: a time after that of the row before",
        ),
        (
            power,
            "time_s,power_w\n0,1\n1e99,2\n",
            "p.csv:3: time_s: found \"1e99\", allowed: a finite number of seconds, 0 to 3.2e9",
        ),
        (power, "time_s,power_w\n60,1\n120,2\n", "p.csv:2: time_s: found \"60\", allowed: 0 in the first row"),
        (power, "time_s,power_w\n0,1\n60\n", "p.csv:3: power_w: found 1 fields, allowed: 2 fields, as in the header"),
    ];
    for (quantity, text, expected) in table {
        assert_eq!(said(quantity, text), [expected], "{text:?}");
    }
}

#[test]
fn a_named_column_must_end_with_its_unit() {
    for (column, quantity) in [
        ("load_kw", Quantity::Power),
        ("load", Quantity::Power),
        ("ghi_w_per_m2", Quantity::Power),
        ("air_dc", Quantity::Temperature),
        ("_w", Quantity::Power),
    ] {
        let source = CsvSource { column, ..CsvSource::new("p.csv", quantity) };
        let text = format!("time_s,{column}\n0,1\n");
        let problems = parse(&source, &text).unwrap_err();
        assert_eq!((problems.len(), problems[0].field.as_str()), (1, "column"), "{column}");
    }
    let source = CsvSource { column: "kettle_power_w", ..CsvSource::new("p.csv", Quantity::Power) };
    assert!(parse(&source, "time_s,kettle_power_w\n0,1\n").is_ok());
}

#[test]
fn all_problems_are_said_up_to_twenty() {
    let mut text = String::from("time_s,power_w\n");
    for row in 0..15 {
        text.push_str(&format!("{row},x\n"));
    }
    text.push_str("3,1\nsoon,2\n");
    let found = said(Quantity::Power, &text);
    assert_eq!(found.len(), 17);
    assert!(found[15].starts_with("p.csv:17: time_s"), "{}", found[15]);
    assert!(found[16].starts_with("p.csv:18: time_s"), "{}", found[16]);
    for row in 15..100 {
        text.push_str(&format!("{row},x\n"));
    }
    assert_eq!(said(Quantity::Power, &text).len(), PROBLEMS_MAX);
}

/// What spreadsheets write: a byte order mark, carriage returns, spaces, more columns.
#[test]
fn harmless_variations_are_read() {
    let text = "\u{feff}note, power_w ,time_s\r\na, 5 ,0\r\nb,6.5,0.5\r\n";
    let table = parse(&CsvSource::new("p.csv", Quantity::Power), text).unwrap();
    let points: Vec<_> = table.points().iter().map(|point| (point.at, point.value)).collect();
    assert_eq!(points, [(0, 5.0), (500_000, 6.5)]);
}

//! Cell parameter files: those that are shipped, and what is said of a bad one.

use ngbank_models::cell::{CellFileError, CellSet, Form};

const GOOD: &str = include_str!("../../data/cells/lfp_sony_26650.toml");

#[test]
fn every_shipped_set_loads_under_its_own_name() {
    let names: Vec<&str> = CellSet::builtin_names().collect();
    for name in &names {
        assert_eq!(CellSet::builtin(name).expect("shipped").name(), *name);
    }
    assert_eq!(CellSet::ng().name(), names[0]);
    assert_eq!(CellSet::builtin("nmc"), None);
    let forms = names.iter().map(|name| CellSet::builtin(name).expect("shipped").form());
    assert!(forms.clone().any(|form| form == Form::Tau) && forms.into_iter().any(|form| form == Form::Rc));
}

/// 1-based line of the first line that holds this text.
fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).expect("it is there")
}

#[test]
fn a_bad_value_is_named_with_its_line() {
    for (from, to, field, allowed) in [
        ("coulombic_efficiency = 0.9962", "coulombic_efficiency = 1.1", "coulombic_efficiency", "at most 1"),
        ("2.28619,", "0.28619,", "ocv_v[0]", "2.0..=4.0"),
        ("ohm_ah = 0.0300", "ohm_ah = -0.03", "r1.ohm_ah", "0 or more"),
        ("seconds = 600.0", "seconds = 0.0", "tau2.seconds", "above 0"),
        ("k_kelvin = 2094", "k_kelvin = -1.0", "r2_discharge.temperature.k_kelvin", "0 or more"),
        ("soc_knots = [0, 0.1,", "soc_knots = [0.2, 0.1,", "r0.soc_knots[1]", "above the knot before it"),
        ("factor = [1.0]", "factor = [1.0, 2.0]", "tau1.temperature_c (entries)", "as many as values"),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let Err(CellFileError::Value { line, field: found, allowed: said, .. }) = CellSet::from_toml(&text) else {
            panic!("{to} is accepted");
        };
        assert_eq!(found, field);
        assert!(said.contains(allowed), "{said}");
        // A list begins on the line of its key; of two lists that do not agree, the first is named.
        let key = match field {
            "ocv_v[0]" => "ocv_v",
            "tau1.temperature_c (entries)" => "temperature_c = [25.0]",
            _ => to,
        };
        assert_eq!(line, line_of(&text, key), "{field}");
    }
}

#[test]
fn what_is_not_a_cell_file_is_named_with_its_line() {
    for (from, to) in [("form = \"rc\"", "form = \"rcx\""), ("[tau1]", "[tau1]\nminutes = 1.0"), ("[r1]", "[r1")] {
        let text = GOOD.replacen(from, to, 1);
        let Err(CellFileError::Syntax { line, message }) = CellSet::from_toml(&text) else {
            panic!("{to} is accepted");
        };
        let at = line_of(&text, to.lines().last().expect("a line"));
        assert!((at..=at + 1).contains(&line), "line {line}, expected {at}: {message}");
    }
}

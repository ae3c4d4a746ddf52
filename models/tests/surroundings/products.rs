//! Products: built-in ones and a user's file, with every problem at its line.

use ngbank_models::catalogue::products;
use ngbank_models::devices::DeviceSpec;

const OWN: &str = "\
[[product]]
name = \"own-alternator\"
kind = \"alternator\"
sure = \"O\"
system_voltage_v = 24
rated_a = 140.0
regulated_v = 28.2
curve = [{ speed_m_per_s = 0.0, current_share = 0.3 }, { speed_m_per_s = 20.0, current_share = 1.0 }]
";

#[test]
fn a_file_adds_products() {
    let all = products().extended("own.toml", OWN).unwrap();
    assert_eq!(all.products().len(), products().products().len() + 1);
    let own = all.find("own-alternator").unwrap();
    assert_eq!((own.system_voltage_v, own.keys["rated_a"].as_float()), (24, Some(140.0)));
}

/// What the scenario gives comes first, the product fills in the rest.
#[test]
fn a_product_completes_a_device() {
    let all = products().extended("own.toml", OWN).unwrap();
    let mut device: toml::Table =
        "name = \"front\"\nspeed = { series = \"vehicle-day\" }\nregulated_v = 27.6".parse().unwrap();
    let given = device.clone();
    for (key, value) in all.find("own-alternator").unwrap().missing_in(|key| given.contains_key(key)) {
        device.insert(key.into(), value.clone());
    }
    let DeviceSpec::Alternator(alternator) = device.try_into().unwrap() else { panic!("an alternator") };
    assert_eq!((alternator.rated_a, alternator.regulated_v), (140.0, Some(27.6)));
    assert_eq!(alternator.curve.unwrap().len(), 2);
}

#[test]
fn everything_wrong_is_said_at_its_line() {
    let text = [
        "# Ours.\n",
        &OWN.replace("rated_a = 140.0", "rated_a = -1.0").replace("regulated_v = 28.2", "regulated_v = 14.1"),
        &OWN.replace("own-alternator", "inverter-12v-800va").replace("rated_a", "rated_amps"),
        &OWN.replace("own-alternator", "toaster").replace("\"alternator\"", "\"toaster\""),
        &OWN.replace("own-alternator", "boat").replace("= 24", "= 36"),
    ]
    .concat();
    let problems = products().extended("own.toml", &text).unwrap_err();
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = [
        "own.toml:7: product.own-alternator.rated_a: found -1, allowed: 1 to 100000",
        "own.toml:8: product.own-alternator.regulated_v: found 14.1, allowed: 26 to 31",
        "own.toml:11: product.inverter-12v-800va.name: found inverter-12v-800va, allowed: a name that is not in use",
        "own.toml:15: product.inverter-12v-800va.rated_amps: found unknown field `rated_amps`",
        "own.toml:20: product.toaster.kind: found \"toaster\", allowed: battery-protect, contactor, cyrix-li-load",
        "own.toml:30: product.boat.system_voltage_v: found 36, allowed: 12, 24 or 48",
    ];
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}\n{expected}");
    }
}

//! Products: named sets of figures of a device (`data/products.toml` and a user's file in the same form).

use super::Sure;
use crate::devices::{DeviceSpec, SwitchSpec};
use crate::profile::{Library, Problem};
use serde::Deserialize;
use std::sync::OnceLock;
use toml::{Spanned, Table, Value};

/// A named set of figures of one kind of device or switch.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// Name by which a scenario asks for it.
    pub name: String,
    /// Where its figures come from.
    pub sure: Sure,
    /// System voltage of its figures: 12, 24 or 48 V.
    pub system_voltage_v: u8,
    /// `kind`, and the keys of that kind that the product gives.
    pub keys: Table,
}

/// A set of products with unique names.
#[derive(Clone, Debug, PartialEq)]
pub struct Products {
    products: Vec<Product>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    product: Vec<Spanned<Entry>>,
}

/// A product as the file has it; what is not its own goes on to the device.
#[derive(Deserialize)]
struct Entry {
    name: String,
    kind: String,
    sure: Sure,
    system_voltage_v: u8,
    #[serde(flatten)]
    figures: Table,
}

/// Keys that a kind requires and a scenario gives, with a value that lets the rest be checked.
const GIVEN_LATER: [(&str, &str); 9] = [
    ("inverter", "rated_w = 1000.0"),
    ("inverter", "power_w = 0.0"),
    ("dc-dc-converter", "power_w = 0.0"),
    ("mains-charger", "current_limit_a = 1.0"),
    ("solar-charger", "peak_power_w = 1.0"),
    ("solar-charger", "irradiance = { series = \"pv-tmy\" }"),
    ("alternator", "rated_a = 1.0"),
    ("alternator", "speed = { series = \"cycle-wltc\" }"),
    ("starter-battery", "capacity_ah = 1.0"),
];

/// Kinds that have products.
const SWITCHES: [&str; 5] = ["battery-protect", "contactor", "cyrix-li-load", "cyrix-li-ct", "cyrix-li-charge"];
const DEVICES: [&str; 6] =
    ["inverter", "dc-dc-converter", "mains-charger", "solar-charger", "alternator", "starter-battery"];

impl Products {
    /// All products, built-in ones first.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    /// The product of that name.
    pub fn find(&self, name: &str) -> Option<&Product> {
        self.products.iter().find(|product| product.name == name)
    }

    /// This set and the products of a TOML text.
    ///
    /// # Errors
    /// Every problem of the text with its line: syntax, kinds, keys, ranges, names used twice.
    pub fn extended(&self, file_name: &str, text: &str) -> Result<Products, Vec<Problem>> {
        let file: File = toml::from_str(text).map_err(|error| {
            vec![Problem {
                file: file_name.into(),
                line: error.span().map(|span| super::line_of(text, span.start)),
                field: "product".into(),
                value: error.message().into(),
                allowed: "[[product]] tables as in the built-in catalogue".into(),
            }]
        })?;
        let mut all = self.clone();
        let mut problems = Vec::new();
        for spanned in file.product {
            let start = spanned.span().start;
            let entry = spanned.into_inner();
            let name = entry.name.clone();
            let mut report = |field: &str, value: String, allowed: String| {
                problems.push(Problem {
                    file: file_name.into(),
                    line: Some(super::line_of_field(text, start, field)),
                    field: format!("product.{name}.{field}"),
                    value,
                    allowed,
                });
            };
            if entry.name.trim().is_empty() {
                report("name", format!("{:?}", entry.name), "a name".into());
            }
            if all.find(&entry.name).is_some() {
                report("name", entry.name.clone(), "a name that is not in use".into());
            }
            all.products.push(entry.checked(&mut report));
        }
        if problems.is_empty() { Ok(all) } else { Err(problems) }
    }
}

impl Product {
    /// The keys of this product that `given` has not: what completes a device of a scenario.
    pub fn missing_in(&self, given: impl Fn(&str) -> bool) -> impl Iterator<Item = (&str, &Value)> {
        self.keys.iter().map(|(key, value)| (key.as_str(), value)).filter(move |(key, _)| !given(key))
    }
}

impl Entry {
    /// The product; reports every key that its kind does not have and every figure out of range.
    fn checked(self, report: &mut dyn FnMut(&str, String, String)) -> Product {
        let Entry { name, kind, sure, system_voltage_v, figures } = self;
        let mut keys = figures;
        keys.insert("kind".into(), Value::String(kind.clone()));
        let product = Product { name, sure, system_voltage_v, keys };
        if ![12, 24, 48].contains(&system_voltage_v) {
            report("system_voltage_v", system_voltage_v.to_string(), "12, 24 or 48".into());
        } else if SWITCHES.contains(&kind.as_str()) {
            match product.complete(&kind).try_into::<SwitchSpec>() {
                Ok(spec) => spec.check(system_voltage_v, report),
                Err(error) => report(&key_in(&error), error.message().into(), format!("a key of {kind}")),
            }
        } else if DEVICES.contains(&kind.as_str()) {
            match product.complete(&kind).try_into::<DeviceSpec>() {
                Ok(spec) => spec.check(system_voltage_v, &Library::new(), report),
                Err(error) => report(&key_in(&error), error.message().into(), format!("a key of {kind}")),
            }
        } else {
            report("kind", format!("{kind:?}"), [&SWITCHES[..], &DEVICES[..]].concat().join(", "));
        }
        product
    }
}

impl Product {
    /// Its keys with what a scenario would give, as one device.
    fn complete(&self, kind: &str) -> Table {
        let mut table = self.keys.clone();
        table.insert("name".into(), Value::String(self.name.clone()));
        for (_, line) in GIVEN_LATER.iter().filter(|(of, _)| *of == kind) {
            let given: Table = line.parse().expect("a line of TOML");
            for (key, value) in given {
                table.entry(key).or_insert(value);
            }
        }
        table
    }
}

/// The key that a message of the deserializer quotes first.
fn key_in(error: &toml::de::Error) -> String {
    error.message().split('`').nth(1).unwrap_or("kind").into()
}

/// The built-in products, parsed once.
pub fn products() -> &'static Products {
    static PRODUCTS: OnceLock<Products> = OnceLock::new();
    PRODUCTS.get_or_init(|| {
        Products { products: Vec::new() }
            .extended("products.toml", include_str!("../../data/products.toml"))
            .unwrap_or_else(|problems| panic!("embedded products.toml: {problems:?}"))
    })
}

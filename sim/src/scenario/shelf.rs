//! Products that a scenario asks for by name: `product = "…"`, from the catalogue or from the user's own file.

use ngbank_models::catalogue::{Product, Products, products};
use ngbank_models::profile::Problem;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeTable;

use super::FileSource;
use super::diagnostic::{Diagnostic, Severity};
use super::document::Document;

/// `[catalogue]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueTable {
    /// File with `[[product]]` tables, by its path relative to the scenario.
    pub products: Option<String>,
}

/// The products of the catalogue and of the user's file. It is made before the document, whose tables borrow from it.
pub(super) struct Shelf {
    products: Products,
    /// By product: its keys as TOML.
    texts: Vec<String>,
    /// Why the user's file cannot be used.
    problems: Vec<Problem>,
    unread: Option<String>,
}

impl Shelf {
    /// The products that a scenario with this text can name.
    pub(super) fn of(text: &str, files: &dyn FileSource) -> Self {
        let mut shelf = Shelf { products: products().clone(), texts: Vec::new(), problems: Vec::new(), unread: None };
        // A text that is not TOML is reported by the document.
        let file: toml::Table = toml::from_str(text).unwrap_or_default();
        let catalogue = file.get("catalogue").and_then(|table| table.clone().try_into::<CatalogueTable>().ok());
        match catalogue.and_then(|table| table.products).map(|path| (files.read(&path), path)) {
            Some((Ok(text), path)) => match shelf.products.extended(&path, &text) {
                Ok(products) => shelf.products = products,
                Err(problems) => shelf.problems = problems,
            },
            Some((Err(reason), _)) => shelf.unread = Some(reason),
            None => {}
        }
        shelf.texts = shelf.products.products().iter().map(|product| product.keys.to_string()).collect();
        shelf
    }

    /// Reports what is wrong with the user's file.
    pub(super) fn report(&self, doc: &mut Document<'_>) {
        if let Some(reason) = &self.unread {
            doc.error("catalogue.products", format!("a file that can be read: {reason}"), "");
        }
        for Problem { file, line, field, value, allowed } in self.problems.iter().cloned() {
            let (severity, line) = (Severity::Error, line.unwrap_or(0));
            doc.foreign(Diagnostic { severity, file, line, field, value, allowed, rule: String::new() });
        }
    }

    /// Takes `product` out of a `[[switch]]` or `[[device]]` and adds the keys of the product that the table has not.
    pub(super) fn complete<'t>(
        &'t self,
        doc: &mut Document<'t>,
        table: &mut Spanned<DeTable<'t>>,
        path: &str,
        system_voltage_v: u32,
    ) {
        let Some(name) = table.get_mut().remove("product") else { return };
        let field = format!("{path}.product");
        let all = self.products.products();
        let fits = |product: &Product| u32::from(product.system_voltage_v) == system_voltage_v;
        let found = all.iter().position(|product| name.get_ref().as_str() == Some(&product.name));
        let Some(found) = found.filter(|&found| fits(&all[found])) else {
            let names: Vec<&str> =
                all.iter().filter(|product| fits(product)).map(|product| product.name.as_str()).collect();
            doc.error(&field, format!("a product for {system_voltage_v} V: {}", names.join(", ")), "");
            return;
        };
        let Ok(keys) = DeTable::parse(&self.texts[found]) else { return };
        let kind = |table: &DeTable<'_>| table.get("kind").and_then(|kind| kind.get_ref().as_str().map(str::to_owned));
        let (own, given) = (kind(keys.get_ref()), kind(table.get_ref()));
        if given.is_some() && given != own {
            let own = own.unwrap_or_default();
            doc.error(&format!("{path}.kind"), format!("{own}, as the product, or absent"), "");
            return;
        }
        for (key, value) in keys.into_inner() {
            if !table.get_ref().contains_key(key.get_ref().as_ref()) {
                table.get_mut().insert(key, value);
            }
        }
    }
}

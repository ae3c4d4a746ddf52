//! The catalogue and the profiles: data that an engineer may extend.

mod catalogue;
mod csv_errors;
mod products;
mod series;

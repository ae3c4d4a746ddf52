//! The catalogue and the profiles: data that an engineer may extend.

mod catalogue;
mod cell_files;
mod csv_errors;
mod products;
mod series;

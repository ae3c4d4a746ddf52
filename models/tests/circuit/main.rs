//! The circuit as a tree of nodes: it always has an answer, the right one, within its bound.

mod operating_points;
mod roots;

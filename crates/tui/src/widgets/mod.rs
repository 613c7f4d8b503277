//! Things that are drawn in more than one place.

pub(crate) mod graph;
pub(crate) mod menu;
pub(crate) mod record;
pub(crate) mod sparkline;
pub(crate) mod table;
pub(crate) mod text;

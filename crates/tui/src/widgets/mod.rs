//! Things that are drawn in more than one place.

pub(crate) mod table;
pub(crate) mod text;

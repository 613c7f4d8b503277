//! The regions of the screen: each is one file with one `draw`.

pub(crate) mod graph;
pub(crate) mod heading;
pub(crate) mod intro;
pub(crate) mod last_line;
pub(crate) mod offers;
pub(crate) mod overlay;
pub(crate) mod overview;
pub(crate) mod tab_bar;
pub(crate) mod tables;
pub(crate) mod timeline;

//! `softnet`: packet processing by CPU.

use super::View;
use super::analysis::PACKET_STATS_PER_CPU;

pub(super) static VIEW: View = View {
    name: "softnet",
    help: "packet processing of each CPU of the machine",
    owners: false,
    tables: &[&PACKET_STATS_PER_CPU],
};

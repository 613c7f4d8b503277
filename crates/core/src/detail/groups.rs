//! In which group of a row's facts a column stands: by its name, else by what kind it is.

use procnet::{Column, Kind};

/// The title of the group of states.
pub(super) const STATE: &str = "Its state";

/// The titles, in order.
pub(super) const TITLES: [&str; 8] = [
    "Which it is",
    "Who owns it",
    STATE,
    "Path and pace",
    "Queues and memory",
    "What it moved, in total and a second",
    "Sent again, lost, refused",
    "Other facts",
];

/// Parts of names, and the group of what has them: the first that fits counts.
const NAMES: &[(&str, usize)] = &[
    ("local", 0),
    ("remote", 0),
    ("owners", 1),
    ("user", 1),
    ("uid", 1),
    ("pid", 1),
    ("cgroup", 1),
    ("retrans", 6),
    ("lost", 6),
    ("reord", 6),
    ("sacked", 6),
    ("dsack", 6),
    ("drop", 6),
    ("err", 6),
    ("missed", 6),
    ("coll", 6),
    ("probes", 2),
    ("state", 2),
    ("timer", 2),
    ("last_", 2),
    ("shutdown", 2),
    ("carrier", 2),
    ("confirmed", 2),
    ("used", 2),
    ("updated", 2),
    ("lifetime", 2),
    ("rtt", 3),
    ("rto", 3),
    ("ato", 3),
    ("cwnd", 3),
    ("ssthresh", 3),
    ("mss", 3),
    ("mtu", 3),
    ("pacing", 3),
    ("delivery", 3),
    ("congestion", 3),
    ("ca_", 3),
    ("queue", 4),
    ("mem", 4),
    ("buf", 4),
    ("alloc", 4),
    ("backlog", 4),
    ("unacked", 4),
    ("notsent", 4),
];

/// The place of a column's group among the titles.
pub(super) fn place(column: &Column) -> usize {
    let named = NAMES.iter().find(|(part, _)| column.name.contains(part)).map(|(_, place)| *place);
    match (named, column.kind) {
        (Some(place @ (0 | 6)), _) => place,
        (_, Kind::Key) => 0,
        (Some(place), _) => place,
        (None, Kind::Counter | Kind::Rate | Kind::Growth) => 5,
        (None, _) => 7,
    }
}

//! Columns by name, and the names that are most like one that is unknown.

use std::ops::Range;

use procnet::Column;

use super::error::{Error, ErrorKind, cited};

/// The place of the column of that name, upper and lower case alike where no name is exactly so.
pub(super) fn find(columns: &[Column], name: &str) -> Option<usize> {
    let exact = columns.iter().position(|column| column.name == name);
    exact.or_else(|| columns.iter().position(|column| column.name.eq_ignore_ascii_case(name)))
}

/// The same, or an error that names those most like it.
pub(super) fn column(columns: &[Column], name: &str, at: Range<usize>) -> Result<usize, Error> {
    find(columns, name).ok_or_else(|| unknown(columns, name, at))
}

/// There is no such column.
pub(super) fn unknown(columns: &[Column], name: &str, at: Range<usize>) -> Error {
    const MOST: usize = 3;
    const LISTED: usize = 8;
    let known = || columns.iter().map(|column| column.name);
    let near = nearest(name, known(), MOST);
    let hint = if near.is_empty() {
        let more = if columns.len() > LISTED { ", …" } else { "" };
        format!("there are {}{more}", known().take(LISTED).collect::<Vec<_>>().join(", "))
    } else {
        format!("nearest: {}", near.join(", "))
    };
    Error { at, kind: ErrorKind::Column, message: format!("no column {}; {hint}", cited(name)) }
}

/// The names most like an unknown one, the best first: names that hold it, and names that differ from it in
/// no more than half of their letters.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    const SHORTEST_PART: usize = 2;
    let mut found: Vec<(usize, &str)> = known
        .filter_map(|known| {
            let distance = distance(known, name);
            let holds = name.len() >= SHORTEST_PART && known.contains(&name.to_ascii_lowercase());
            (holds || distance * 2 <= known.len()).then_some((if holds { 1 } else { distance }, known))
        })
        .collect();
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(most).map(|(_, name)| name).collect()
}

/// How many letters must be put in, left out or replaced to make one text of the other.
fn distance(known: &str, typed: &str) -> usize {
    // The longest name is far shorter; what a user types may be longer.
    let typed = &typed.as_bytes()[..typed.len().min(128)];
    let mut row: Vec<usize> = (0..=typed.len()).collect();
    for (line, letter) in known.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (place, other) in typed.iter().enumerate() {
            let replaced = diagonal + usize::from(!letter.eq_ignore_ascii_case(other));
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(diagonal + 1).min(row[place] + 1);
        }
    }
    row[typed.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_like_it() {
        const NAMES: [&str; 5] = ["rtt_us", "rttvar_us", "state", "tx_queue", "rx_queue"];
        let near = |name: &str| nearest(name, NAMES.into_iter(), 3);
        assert_eq!(near("stat"), ["state"]);
        assert_eq!(near("RTT"), ["rtt_us", "rttvar_us"]);
        assert_eq!(near("rx_quue"), ["rx_queue", "tx_queue"]);
        assert_eq!(near("rtz_us")[0], "rtt_us");
        assert!(near("remote").is_empty() && near("").is_empty() && near(&"x".repeat(100_000)).is_empty());
    }

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", "ABC"), 0);
    }
}

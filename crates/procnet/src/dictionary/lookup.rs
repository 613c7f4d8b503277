//! Finding an entry of the dictionary: by group and name, by name alone, by words, or by what looks like it.

use std::cmp::Ordering;

use super::{
    Entry, conntrack, icmp, icmp6, interface, ip, ip_ext, ip6, mptcp_ext_connect, mptcp_ext_data,
    mptcp_ext_join, mptcp_ext_path, neighbour, route_cache, sctp, sockets, sockstat, softnet, tcp,
    tcp_ext_ack, tcp_ext_check, tcp_ext_close, tcp_ext_listen, tcp_ext_loss, tcp_ext_receive, tcp_ext_sack,
    tcp_ext_send, tls, udp, xfrm,
};

/// All entries, in the order in which they are shown.
pub static GROUPS: &[&[Entry]] = &[
    ip::ENTRIES,
    ip_ext::ENTRIES,
    ip6::ENTRIES,
    icmp::ENTRIES,
    icmp6::ENTRIES,
    tcp::ENTRIES,
    tcp_ext_listen::ENTRIES,
    tcp_ext_close::ENTRIES,
    tcp_ext_loss::ENTRIES,
    tcp_ext_sack::ENTRIES,
    tcp_ext_ack::ENTRIES,
    tcp_ext_send::ENTRIES,
    tcp_ext_receive::ENTRIES,
    tcp_ext_check::ENTRIES,
    mptcp_ext_connect::ENTRIES,
    mptcp_ext_join::ENTRIES,
    mptcp_ext_data::ENTRIES,
    mptcp_ext_path::ENTRIES,
    udp::UDP,
    udp::UDP_LITE,
    udp::UDP6,
    udp::UDP_LITE6,
    udp::IGNORED_MULTI,
    sctp::ENTRIES,
    tls::ENTRIES,
    xfrm::ENTRIES,
    interface::ENTRIES,
    softnet::ENTRIES,
    neighbour::ARP,
    neighbour::NDISC,
    neighbour::PROBES,
    route_cache::ENTRIES,
    conntrack::ENTRIES,
    sockstat::ENTRIES,
    sockets::ENTRIES,
];

/// How many entries there are.
const COUNT: usize = {
    let (mut count, mut list) = (0, 0);
    while list < GROUPS.len() {
        count += GROUPS[list].len();
        list += 1;
    }
    count
};

/// All entries by group and name, put in order by the compiler.
static SORTED: [&Entry; COUNT] = {
    let mut sorted = [&GROUPS[0][0]; COUNT];
    let (mut filled, mut list) = (0, 0);
    while list < GROUPS.len() {
        let mut place = 0;
        while place < GROUPS[list].len() {
            let entry = &GROUPS[list][place];
            let (mut at, mut after) = (0usize, filled);
            while at < after {
                let middle = at.midpoint(after);
                if is_before(entry, sorted[middle]) { after = middle } else { at = middle + 1 }
            }
            let mut gap = filled;
            while gap > at {
                sorted[gap] = sorted[gap - 1];
                gap -= 1;
            }
            sorted[at] = entry;
            filled += 1;
            place += 1;
        }
        list += 1;
    }
    sorted
};

const fn is_before(one: &Entry, other: &Entry) -> bool {
    match compare(one.group.as_bytes(), other.group.as_bytes()) {
        Ordering::Equal => matches!(compare(one.name.as_bytes(), other.name.as_bytes()), Ordering::Less),
        order => matches!(order, Ordering::Less),
    }
}

/// `Ord::cmp`, which the compiler cannot call while it compiles.
const fn compare(one: &[u8], other: &[u8]) -> Ordering {
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return if one[at] < other[at] { Ordering::Less } else { Ordering::Greater };
        }
        at += 1;
    }
    if one.len() == other.len() {
        Ordering::Equal
    } else if one.len() < other.len() {
        Ordering::Less
    } else {
        Ordering::Greater
    }
}

/// Every entry.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().copied().flatten()
}

/// The entry of a counter. A name with a number at its end is found by the pattern that stands for it
/// (`InType3` by `InType*`); a group may be called what its file calls it (`TCP` in `sockstat`, `udp6`), and
/// a name may begin with its group (`Udp6InErrors`).
pub fn find(group: &str, name: &str) -> Option<&'static Entry> {
    find_bytes(group.as_bytes(), name.as_bytes())
}

/// The same for names as they come from a file. Views ask for every row that they draw.
pub(super) fn find_bytes(group: &[u8], name: &[u8]) -> Option<&'static Entry> {
    exact(group, name).or_else(|| by_pattern(group, name)).or_else(|| match known_as(group) {
        Some(group) => exact(group, name),
        None => {
            name.strip_prefix(group).and_then(|name| exact(group, name).or_else(|| by_pattern(group, name)))
        }
    })
}

fn exact(group: &[u8], name: &[u8]) -> Option<&'static Entry> {
    search_sorted(group, |entry| entry.name.as_bytes().cmp(name))
}

/// The pattern whose star stands for the number at the end of a name.
fn by_pattern(group: &[u8], name: &[u8]) -> Option<&'static Entry> {
    let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let stem = &name[..name.len() - digits];
    (digits > 0)
        .then(|| search_sorted(group, |entry| entry.name.bytes().cmp(stem.iter().copied().chain(*b"*"))))?
}

fn search_sorted(group: &[u8], name: impl Fn(&Entry) -> Ordering) -> Option<&'static Entry> {
    let place =
        SORTED.binary_search_by(|entry| entry.group.as_bytes().cmp(group).then_with(|| name(entry))).ok()?;
    Some(SORTED[place])
}

/// What the dictionary calls a group of `sockstat` or a table of sockets.
fn known_as(group: &[u8]) -> Option<&'static [u8]> {
    let known = match group {
        b"sockets" => "sockstat.sockets",
        b"TCP" => "sockstat.TCP",
        b"UDP" => "sockstat.UDP",
        b"UDPLITE" => "sockstat.UDPLITE",
        b"RAW" => "sockstat.RAW",
        b"FRAG" => "sockstat.FRAG",
        b"TCP6" => "sockstat.TCP6",
        b"UDP6" => "sockstat.UDP6",
        b"UDPLITE6" => "sockstat.UDPLITE6",
        b"RAW6" => "sockstat.RAW6",
        b"FRAG6" => "sockstat.FRAG6",
        b"udp6" | b"udplite" | b"udplite6" => "udp",
        b"raw6" => "raw",
        _ => return None,
    };
    Some(known.as_bytes())
}

/// The entries of that name in any group, upper and lower case alike. `Group.Name`, or the name with its
/// group before it as `snmp6` and `nstat` write it (`TcpExtListenDrops`), gives that one.
pub fn named(name: &str) -> Vec<&'static Entry> {
    let found: Vec<_> = entries().filter(|entry| is_name(entry, name)).collect();
    if !found.is_empty() {
        return found;
    }
    entries().filter(|entry| after_group(entry, name).is_some_and(|name| is_name(entry, name))).collect()
}

/// Whether an entry has that name, or is the pattern for it.
fn is_name(entry: &Entry, name: &str) -> bool {
    let Some(stem) = entry.name.strip_suffix('*') else { return entry.name.eq_ignore_ascii_case(name) };
    name.split_at_checked(stem.len()).is_some_and(|(before, number)| {
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        before.eq_ignore_ascii_case(stem) && (is_number || number == "*")
    })
}

/// What comes after the entry's group in a name that begins with it.
fn after_group<'a>(entry: &Entry, name: &'a str) -> Option<&'a str> {
    let printed = entry.group.strip_prefix("sockstat.").unwrap_or(entry.group);
    [entry.group, printed].into_iter().find_map(|group| {
        let (before, rest) = name.split_at_checked(group.len())?;
        before.eq_ignore_ascii_case(group).then(|| rest.strip_prefix('.').unwrap_or(rest))
    })
}

/// The entries that hold all of these words, upper and lower case alike: first those that hold them in their
/// name, then in their full name, then in their meaning.
pub fn search(words: &str) -> Vec<&'static Entry> {
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, &Entry)> =
        entries().filter_map(|entry| Some((rank(entry, &words)?, entry))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// How many of the texts of an entry it takes to hold all words.
fn rank(entry: &Entry, words: &[&str]) -> Option<usize> {
    let texts = [entry.name, entry.full_name, entry.meaning];
    (1..=texts.len())
        .find(|&most| words.iter().all(|word| texts[..most].iter().any(|text| contains(text, word))))
}

fn contains(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|piece| piece.eq_ignore_ascii_case(word.as_bytes()))
}

/// The entries whose names are most like a name that is unknown, the best first; none that differ in more
/// than half of their letters.
pub fn nearest(name: &str, most: usize) -> Vec<&'static Entry> {
    let (group, alone) = name.rsplit_once('.').unwrap_or(("", name));
    let mut found: Vec<(usize, usize, &Entry)> = entries()
        .map(|entry| (distance(entry.name, alone), distance(entry.group, group), entry))
        .filter(|(distance, _, entry)| distance * 2 <= entry.name.len())
        .collect();
    if group.is_empty() {
        found.sort_by_key(|(distance, ..)| *distance);
    } else {
        found.sort_by_key(|(distance, group, _)| distance + group);
    }
    found.into_iter().take(most).map(|(.., entry)| entry).collect()
}

/// How many letters must be put in, left out or replaced to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    // The longest name is far shorter; what a user types may be longer.
    let other = &other.as_bytes()[..other.len().min(128)];
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(!letter.eq_ignore_ascii_case(other));
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

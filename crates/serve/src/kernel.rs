//! Counters of the kernel as metrics: by the kernel's own names, with what the dictionary knows of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use netmonitor_core::explain;
use netmonitor_core::format::harmless_text;
use procnet::dictionary::{self, CounterKind};
use procnet::proc::counter::Counter;
use procnet::proc::{self, File, FileScope};
use procnet::row::Row;
use procnet::{Column, Unit};

use crate::exposition::{Family, Kind};

/// Files of counters by name: each line or word says what it counts.
pub(crate) fn counter_files() -> impl Iterator<Item = &'static File> {
    let named = |file: &&File| file.fields == Counter::FIELDS && !file.path.contains('*');
    proc::FILES.iter().copied().filter(named)
}

/// Files of the machine with a row for each processor.
pub(crate) static PER_CPU: [&File; 3] =
    [&proc::softnet_stat::SOFTNET_STAT, &proc::neigh_stat::ARP_CACHE, &proc::neigh_stat::NDISC_CACHE];

/// Files of a namespace with a row for each processor: those of one column are one sum.
pub(crate) static SUMMED: [&File; 2] =
    [&proc::nf_conntrack_stat::NF_CONNTRACK_STAT, &proc::synproxy_stat::SYNPROXY_STAT];

/// The counters that were met so far.
#[derive(Default)]
pub(crate) struct Families {
    places: HashMap<Vec<u8>, Option<usize>>,
    names: HashSet<String>,
    known: Vec<Known>,
    key: Vec<u8>,
}

/// A counter.
pub(crate) struct Known {
    pub(crate) family: Arc<Family>,
    /// It is the machine's, whichever namespace it is read through.
    pub(crate) is_of_host: bool,
}

impl Families {
    /// The place of a counter among all; `None`: another has the same name.
    pub(crate) fn place(&mut self, file: &File, group: &[u8], name: &[u8]) -> Option<usize> {
        self.key.clear();
        for word in [file.path.as_bytes(), b" ", group, b" ", name] {
            self.key.extend_from_slice(word);
        }
        if let Some(place) = self.places.get(&self.key) {
            return *place;
        }
        self.add(Known::of(file, group, name))
    }

    /// The same of a column that is one sum.
    pub(crate) fn place_of_sum(&mut self, file: &File, column: &Column) -> Option<usize> {
        self.key.clear();
        for word in [file.path.as_bytes(), b" ", column.name.as_bytes()] {
            self.key.extend_from_slice(word);
        }
        if let Some(place) = self.places.get(&self.key) {
            return *place;
        }
        let family = of_column(&format!("netns_{}", stem(file)), column);
        self.add(Known { family, is_of_host: false })
    }

    fn add(&mut self, known: Known) -> Option<usize> {
        let place = self.names.insert(known.family.name.clone()).then_some(self.known.len());
        if place.is_some() {
            self.known.push(known);
        }
        self.places.insert(self.key.clone(), place);
        place
    }

    pub(crate) fn get(&self, place: usize) -> Option<&Known> {
        self.known.get(place)
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}

impl Known {
    fn of(file: &File, group: &[u8], name: &[u8]) -> Self {
        let (group, name) = (harmless_text(group), harmless_text(name));
        let entry = explain::of(&group, &name);
        let kind = dictionary::counter_kind(group.as_bytes(), name.as_bytes());
        let scope = entry.map_or(file.scope, |entry| entry.scope);
        let is_of_host = scope != FileScope::Namespace;
        let file = if file.path.starts_with("sockstat") { "sockstat_" } else { "" };
        // What begins with its group says it once.
        let bare = name.strip_prefix(&group).unwrap_or(&name);
        let place = if is_of_host { "host" } else { "netns" };
        let middle = if group.is_empty() { String::new() } else { format!("{}_", snake(&group)) };
        let whole = if group.is_empty() { name.clone() } else { format!("{group}.{name}") };
        let help = match entry {
            Some(entry) => format!("{whole}: {}", explain::first_sentence(entry.meaning)),
            None => format!("{whole}, as the kernel counts it."),
        };
        let kind = if kind == CounterKind::Counter { Kind::Counter } else { Kind::Gauge };
        let name = format!("netmonitor_{place}_{file}{middle}{}", snake(bare));
        Self { family: Arc::new(Family { name, kind, help }), is_of_host }
    }
}

/// What a file is called in the names of its metrics.
pub(crate) fn stem(file: &File) -> &'static str {
    file.path.rsplit('/').next().unwrap_or(file.path)
}

/// The metric of a column, named `STEM_COLUMN`.
pub(crate) fn of_column(stem: &str, column: &Column) -> Arc<Family> {
    let kind = if column.kind == procnet::Kind::Counter { Kind::Counter } else { Kind::Gauge };
    let unit = match column.unit {
        Unit::Packets if !column.name.contains("packets") => "_packets",
        _ => "",
    };
    let name = format!("netmonitor_{stem}_{}{unit}", column.name);
    Arc::new(Family { name, kind, help: column.doc.to_owned() })
}

/// `TCPSackRecovery` as metrics are written: `tcp_sack_recovery`.
fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (place, &letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| letters.get(place));
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let next = letters.get(place + 1);
                !before.is_ascii_uppercase() || next.is_some_and(char::is_ascii_lowercase)
            });
        if begins && !out.ends_with('_') {
            out.push('_');
        }
        out.push(if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' });
    }
    // One word each: two letters with those behind them.
    out.replace("mp_tcp", "mptcp").replace("h_mac", "hmac")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_kernel_as_metrics() {
        for (name, expected) in [
            ("TCPSackRecovery", "tcp_sack_recovery"),
            ("InErrors", "in_errors"),
            ("MPTcpExt", "mptcp_ext"),
            ("UdpLite6", "udp_lite6"),
            ("MPJoinAckHMacFailure", "mp_join_ack_hmac_failure"),
            ("InType3", "in_type3"),
            ("TW", "tw"),
            ("In-Seg\ns", "in_seg_s"),
        ] {
            assert_eq!(snake(name), expected);
        }
    }

    #[test]
    fn every_counter_of_the_dictionary_has_a_name_of_its_own() {
        let mut names = HashSet::new();
        for entry in dictionary::lookup::entries() {
            let file = &proc::snmp::SNMP;
            let group = entry.group.strip_prefix("sockstat.").unwrap_or(entry.group);
            let file = if group == entry.group { file } else { &proc::sockstat::SOCKSTAT };
            let known = Known::of(file, group.as_bytes(), entry.name.as_bytes());
            assert!(names.insert(known.family.name.clone()), "{}", known.family.name);
            assert!(known.family.help.len() > entry.name.len() + 10);
        }
    }
}

//! Settings of the kernel that figures are to be held against: files under `/proc/sys/net`.
//!
//! Most of them exist once in each network namespace, and the kernel shows those of whoever opens the file:
//! they are read inside of the target's namespace. Some are the machine's, and exist in the initial one only.

use crate::sample::Reading;
use crate::scope::Scope;

/// A setting.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Setting {
    /// Path below `/proc/sys`.
    pub path: &'static str,
    /// Whose it is: the namespace's or the host's.
    pub scope: Scope,
}

impl Setting {
    const fn namespace(path: &'static str) -> Self {
        Self { path, scope: Scope::Namespace }
    }

    const fn host(path: &'static str) -> Self {
        Self { path, scope: Scope::Host }
    }
}

/// How many connections netfilter tracks now.
pub static CONNTRACK_COUNT: Setting = Setting::namespace("net/netfilter/nf_conntrack_count");
/// The most that it tracks.
pub static CONNTRACK_MAX: Setting = Setting::namespace("net/netfilter/nf_conntrack_max");
/// Buckets of its hash table.
pub static CONNTRACK_BUCKETS: Setting = Setting::namespace("net/netfilter/nf_conntrack_buckets");
/// The most connections that helpers may expect.
pub static CONNTRACK_EXPECT_MAX: Setting = Setting::namespace("net/netfilter/nf_conntrack_expect_max");
/// The most TCP sockets that no process holds any more.
pub static TCP_MAX_ORPHANS: Setting = Setting::host("net/ipv4/tcp_max_orphans");
/// The most sockets in TIME_WAIT.
pub static TCP_MAX_TW_BUCKETS: Setting = Setting::namespace("net/ipv4/tcp_max_tw_buckets");
/// Pages of memory for TCP: enough, pressure, most.
pub static TCP_MEM: Setting = Setting::host("net/ipv4/tcp_mem");
/// Pages of memory for UDP: enough, pressure, most.
pub static UDP_MEM: Setting = Setting::host("net/ipv4/udp_mem");
/// Ports that connections which name none are made from: the first and the last.
pub static IP_LOCAL_PORT_RANGE: Setting = Setting::namespace("net/ipv4/ip_local_port_range");
/// How many requests for connections a listening socket remembers, where it sends no cookies.
pub static TCP_MAX_SYN_BACKLOG: Setting = Setting::namespace("net/ipv4/tcp_max_syn_backlog");
/// The most neighbours of IPv4 that the machine remembers.
pub static NEIGH_GC_THRESH3: Setting = Setting::host("net/ipv4/neigh/default/gc_thresh3");
/// The most neighbours of IPv6.
pub static NEIGH6_GC_THRESH3: Setting = Setting::host("net/ipv6/neigh/default/gc_thresh3");
/// Bytes that fragments of IPv4 may take.
pub static IPFRAG_HIGH_THRESH: Setting = Setting::namespace("net/ipv4/ipfrag_high_thresh");
/// Bytes that fragments of IPv6 may take.
pub static IP6FRAG_HIGH_THRESH: Setting = Setting::namespace("net/ipv6/ip6frag_high_thresh");

/// All that is read.
pub static ALL: &[&Setting] = &[
    &CONNTRACK_COUNT,
    &CONNTRACK_MAX,
    &CONNTRACK_BUCKETS,
    &CONNTRACK_EXPECT_MAX,
    &TCP_MAX_ORPHANS,
    &TCP_MAX_TW_BUCKETS,
    &TCP_MEM,
    &UDP_MEM,
    &IP_LOCAL_PORT_RANGE,
    &TCP_MAX_SYN_BACKLOG,
    &NEIGH_GC_THRESH3,
    &NEIGH6_GC_THRESH3,
    &IPFRAG_HIGH_THRESH,
    &IP6FRAG_HIGH_THRESH,
];

/// The setting of this path.
pub fn find(path: &str) -> Option<&'static Setting> {
    ALL.iter().copied().find(|setting| setting.path == path)
}

/// The most numbers that a setting has.
const MOST: usize = 3;

/// A setting as it was last read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set {
    /// How it was read.
    pub reading: Reading,
    numbers: [Option<u64>; MOST],
}

impl Set {
    /// Takes over what the file says: one number or several.
    pub(crate) fn read(bytes: &[u8], reading: Reading) -> Self {
        let mut numbers = [None; MOST];
        let words = bytes.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        for (number, word) in numbers.iter_mut().zip(words) {
            *number = procnet::number::decimal(word);
        }
        Self { reading, numbers }
    }

    /// One of its numbers.
    pub fn number(&self, place: usize) -> Option<u64> {
        self.numbers.get(place).copied().flatten()
    }

    /// The last of its numbers: the limit, where others say what comes before it.
    pub fn limit(&self) -> Option<u64> {
        self.numbers.iter().rev().find_map(|number| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Status;

    #[test]
    fn settings_have_one_number_or_three() {
        let reading = Reading { status: Status::Ok, at: 0, took: 0 };
        let set = |bytes: &[u8]| Set::read(bytes, reading);
        assert_eq!(set(b"262144\n").limit(), Some(262_144));
        let mem = set(b"378651\t504868\t757302\n");
        assert_eq!(
            (mem.number(0), mem.number(1), mem.limit()),
            (Some(378_651), Some(504_868), Some(757_302))
        );
        assert_eq!((set(b"").limit(), set(b"\xff x").limit(), mem.number(3)), (None, None, None));
    }

    #[test]
    fn paths_are_unique() {
        for setting in ALL {
            assert!(std::ptr::eq(find(setting.path).unwrap(), *setting));
        }
    }
}

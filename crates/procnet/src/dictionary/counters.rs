//! How the kernel's counters behave, and the ICMP types that stand in their names.

use super::Names;

/// How a figure of a counter file behaves over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CounterKind {
    /// Only ever grows.
    Counter,
    /// A level or a setting: goes up and down.
    Gauge,
    /// Compiled into the kernel.
    Constant,
}

impl CounterKind {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Constant => "constant",
        }
    }
}

/// How the figure of this name behaves; one that is not known is a counter, as nearly all are.
pub fn counter_kind(group: &[u8], name: &[u8]) -> CounterKind {
    // The number of the interface stands first among the counters of an interface.
    if (group, name) == (b"", b"ifIndex") {
        return CounterKind::Constant;
    }
    super::lookup::find_bytes(group, name).map_or(CounterKind::Counter, |entry| entry.kind)
}

/// Whether the kernel leaves the counter out while it is zero (`icmpmsg_put`, `snmp6_seq_show_icmpv6msg`).
pub fn omitted_when_zero(group: &[u8], name: &[u8]) -> bool {
    group == b"IcmpMsg" || (group == b"Icmp6" && type_number(name).is_some())
}

/// The ICMP type that a counter's name (`InType3`, `OutType133`) stands for.
pub fn type_of_counter(group: &[u8], name: &[u8]) -> Option<&'static str> {
    let number = type_number(name)?;
    match group {
        b"IcmpMsg" => icmp_type(number),
        b"Icmp6" => icmpv6_type(number),
        _ => None,
    }
}

fn type_number(name: &[u8]) -> Option<u8> {
    let digits = name.strip_prefix(b"InType").or_else(|| name.strip_prefix(b"OutType"))?;
    crate::number::decimal(digits)?.try_into().ok()
}

/// The name of an ICMP type (RFC 792 and its successors).
pub fn icmp_type(number: u8) -> Option<&'static str> {
    super::name(ICMP_TYPE, number.into())
}

/// The name of an ICMPv6 type (RFC 4443 and its successors).
pub fn icmpv6_type(number: u8) -> Option<&'static str> {
    super::name(ICMPV6_TYPE, number.into())
}

const ICMP_TYPE: Names = &[
    (0, "echo reply"),
    (3, "destination unreachable"),
    (4, "source quench"),
    (5, "redirect"),
    (8, "echo request"),
    (9, "router advertisement"),
    (10, "router solicitation"),
    (11, "time exceeded"),
    (12, "parameter problem"),
    (13, "timestamp request"),
    (14, "timestamp reply"),
    (15, "information request"),
    (16, "information reply"),
    (17, "address mask request"),
    (18, "address mask reply"),
    (42, "extended echo request"),
    (43, "extended echo reply"),
];

const ICMPV6_TYPE: Names = &[
    (1, "destination unreachable"),
    (2, "packet too big"),
    (3, "time exceeded"),
    (4, "parameter problem"),
    (128, "echo request"),
    (129, "echo reply"),
    (130, "multicast listener query"),
    (131, "multicast listener report"),
    (132, "multicast listener done"),
    (133, "router solicitation"),
    (134, "router advertisement"),
    (135, "neighbour solicitation"),
    (136, "neighbour advertisement"),
    (137, "redirect"),
    (138, "router renumbering"),
    (139, "node information query"),
    (140, "node information response"),
    (141, "inverse neighbour solicitation"),
    (142, "inverse neighbour advertisement"),
    (143, "multicast listener report v2"),
    (144, "home agent discovery request"),
    (145, "home agent discovery reply"),
    (146, "mobile prefix solicitation"),
    (147, "mobile prefix advertisement"),
    (148, "certification path solicitation"),
    (149, "certification path advertisement"),
    (151, "multicast router advertisement"),
    (152, "multicast router solicitation"),
    (153, "multicast router termination"),
    (155, "RPL control message"),
    (157, "duplicate address request"),
    (158, "duplicate address confirmation"),
    (160, "extended echo request"),
    (161, "extended echo reply"),
];

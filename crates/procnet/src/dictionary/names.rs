//! Numbers with names, as data.

use super::Names;

/// Socket states (`include/net/tcp_states.h`).
pub const TCP_STATE: Names = &[
    (1, "ESTABLISHED"),
    (2, "SYN_SENT"),
    (3, "SYN_RECV"),
    (4, "FIN_WAIT1"),
    (5, "FIN_WAIT2"),
    (6, "TIME_WAIT"),
    (7, "CLOSE"),
    (8, "CLOSE_WAIT"),
    (9, "LAST_ACK"),
    (10, "LISTEN"),
    (11, "CLOSING"),
    (12, "NEW_SYN_RECV"),
    (13, "BOUND_INACTIVE"),
];

/// Timers of a TCP socket (`get_tcp4_sock`).
pub const TIMER: Names =
    &[(0, "none"), (1, "retransmit"), (2, "keepalive"), (3, "time-wait"), (4, "window-probe")];

/// Hardware types (`include/uapi/linux/if_arp.h`).
pub const ARPHRD: Names = &[
    (0, "netrom"),
    (1, "ether"),
    (3, "ax25"),
    (6, "ieee802"),
    (7, "arcnet"),
    (24, "ieee1394"),
    (27, "eui64"),
    (32, "infiniband"),
    (512, "ppp"),
    (768, "tunnel"),
    (769, "tunnel6"),
    (772, "loopback"),
    (776, "sit"),
    (778, "ipgre"),
    (801, "ieee80211"),
    (804, "ieee802154"),
    (65534, "none"),
];

/// Flags of a neighbour (`ATF_*`, `include/uapi/linux/if_arp.h`).
pub const ATF: Names = &[
    (0x02, "COMPLETE"),
    (0x04, "PERMANENT"),
    (0x08, "PUBLISHED"),
    (0x10, "USETRAILERS"),
    (0x20, "NETMASK"),
    (0x40, "DONTPUB"),
];

/// Letters of route flags (`RTF_*`, `include/uapi/linux/route.h` and `ipv6_route.h`). The two bits of the
/// router preference have no letter.
pub const RTF: Names = &[
    (0x0000_0001, "U"),
    (0x0000_0002, "G"),
    (0x0000_0004, "H"),
    (0x0000_0008, "R"),
    (0x0000_0010, "D"),
    (0x0000_0020, "M"),
    (0x0000_0040, "m"),
    (0x0000_0080, "W"),
    (0x0000_0100, "I"),
    (0x0000_0200, "!"),
    (0x0001_0000, "d"),
    (0x0002_0000, "o"),
    (0x0004_0000, "A"),
    (0x0008_0000, "p"),
    (0x0010_0000, "y"),
    (0x0020_0000, "n"),
    (0x0040_0000, "e"),
    (0x0080_0000, "i"),
    (0x0100_0000, "C"),
    (0x0200_0000, "f"),
    (0x0400_0000, "r"),
    (0x1800_0000, ""),
    (0x4000_0000, "c"),
    (0x8000_0000, "l"),
];

/// The same flags in words.
pub const RTF_NAMES: Names = &[
    (0x0000_0001, "up"),
    (0x0000_0002, "gateway"),
    (0x0000_0004, "host"),
    (0x0000_0008, "reinstate"),
    (0x0000_0010, "dynamic"),
    (0x0000_0020, "modified"),
    (0x0000_0040, "mtu"),
    (0x0000_0080, "window"),
    (0x0000_0100, "irtt"),
    (0x0000_0200, "reject"),
    (0x0001_0000, "default"),
    (0x0002_0000, "allonlink"),
    (0x0004_0000, "addrconf"),
    (0x0008_0000, "prefix"),
    (0x0010_0000, "anycast"),
    (0x0020_0000, "nonexthop"),
    (0x0040_0000, "expires"),
    (0x0080_0000, "routeinfo"),
    (0x0100_0000, "cache"),
    (0x0200_0000, "flow"),
    (0x0400_0000, "policy"),
    (0x1800_0000, "preference-low"),
    (0x0800_0000, "preference-high"),
    (0x4000_0000, "per-cpu"),
    (0x8000_0000, "local"),
];

/// `tcpRtoAlgorithm` (RFC 4022).
pub const RTO_ALGORITHM: Names = &[(1, "other"), (2, "constant"), (3, "rsre"), (4, "vanj"), (5, "rfc2988")];

/// Protocol numbers that raw sockets are opened with (IANA).
pub const IP_PROTOCOL: Names = &[
    (0, "ip"),
    (1, "icmp"),
    (2, "igmp"),
    (4, "ipip"),
    (6, "tcp"),
    (8, "egp"),
    (12, "pup"),
    (17, "udp"),
    (22, "idp"),
    (29, "tp"),
    (33, "dccp"),
    (41, "ipv6"),
    (46, "rsvp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "ipv6-icmp"),
    (88, "eigrp"),
    (89, "ospf"),
    (92, "mtp"),
    (94, "beetph"),
    (98, "encap"),
    (103, "pim"),
    (108, "comp"),
    (112, "vrrp"),
    (115, "l2tp"),
    (132, "sctp"),
    (136, "udplite"),
    (137, "mpls"),
    (143, "ethernet"),
    (253, "experiment-1"),
    (254, "experiment-2"),
    (255, "raw"),
];

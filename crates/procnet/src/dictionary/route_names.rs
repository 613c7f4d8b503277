//! Names of the numbers of rtnetlink and of generic netlink, as data.

use super::Names;

/// Address families (`AF_*`, `include/linux/socket.h`; `RTNL_FAMILY_*`).
pub const FAMILY: Names = &[
    (0, "unspec"),
    (1, "unix"),
    (2, "inet"),
    (3, "ax25"),
    (4, "ipx"),
    (5, "appletalk"),
    (7, "bridge"),
    (9, "x25"),
    (10, "inet6"),
    (15, "key"),
    (16, "netlink"),
    (17, "packet"),
    (21, "rds"),
    (24, "pppox"),
    (26, "llc"),
    (28, "mpls"),
    (29, "can"),
    (30, "tipc"),
    (31, "bluetooth"),
    (33, "rxrpc"),
    (35, "phonet"),
    (36, "ieee802154"),
    (38, "alg"),
    (39, "nfc"),
    (40, "vsock"),
    (41, "kcm"),
    (42, "qipcrtr"),
    (43, "smc"),
    (44, "xdp"),
    (45, "mctp"),
    (128, "ipmr"),
    (129, "ip6mr"),
];

/// Flags of an interface (`IFF_*`, `include/uapi/linux/if.h`).
pub const IFF: Names = &[
    (0x0_0001, "UP"),
    (0x0_0002, "BROADCAST"),
    (0x0_0004, "DEBUG"),
    (0x0_0008, "LOOPBACK"),
    (0x0_0010, "POINTOPOINT"),
    (0x0_0020, "NOTRAILERS"),
    (0x0_0040, "RUNNING"),
    (0x0_0080, "NOARP"),
    (0x0_0100, "PROMISC"),
    (0x0_0200, "ALLMULTI"),
    (0x0_0400, "MASTER"),
    (0x0_0800, "SLAVE"),
    (0x0_1000, "MULTICAST"),
    (0x0_2000, "PORTSEL"),
    (0x0_4000, "AUTOMEDIA"),
    (0x0_8000, "DYNAMIC"),
    (0x1_0000, "LOWER_UP"),
    (0x2_0000, "DORMANT"),
    (0x4_0000, "ECHO"),
];

/// Whether an interface can carry traffic (`IF_OPER_*`, RFC 2863).
pub const IF_OPER: Names = &[
    (0, "UNKNOWN"),
    (1, "NOTPRESENT"),
    (2, "DOWN"),
    (3, "LOWERLAYERDOWN"),
    (4, "TESTING"),
    (5, "DORMANT"),
    (6, "UP"),
];

/// Flags of an IPv4 address (`IFA_F_*`, `include/uapi/linux/if_addr.h`).
pub const IFA_FLAGS_INET: Names = &[
    (0x001, "SECONDARY"),
    (0x002, "NODAD"),
    (0x004, "OPTIMISTIC"),
    (0x008, "DADFAILED"),
    (0x010, "HOMEADDRESS"),
    (0x020, "DEPRECATED"),
    (0x040, "TENTATIVE"),
    (0x080, "PERMANENT"),
    (0x100, "MANAGETEMPADDR"),
    (0x200, "NOPREFIXROUTE"),
    (0x400, "MCAUTOJOIN"),
    (0x800, "STABLE_PRIVACY"),
];

/// The same of an IPv6 address, where the first one means something else.
pub const IFA_FLAGS_INET6: Names = &[
    (0x001, "TEMPORARY"),
    (0x002, "NODAD"),
    (0x004, "OPTIMISTIC"),
    (0x008, "DADFAILED"),
    (0x010, "HOMEADDRESS"),
    (0x020, "DEPRECATED"),
    (0x040, "TENTATIVE"),
    (0x080, "PERMANENT"),
    (0x100, "MANAGETEMPADDR"),
    (0x200, "NOPREFIXROUTE"),
    (0x400, "MCAUTOJOIN"),
    (0x800, "STABLE_PRIVACY"),
];

/// Who set an address (`IFAPROT_*`).
pub const IFAPROT: Names = &[(0, "unspec"), (1, "kernel_lo"), (2, "kernel_ra"), (3, "kernel_ll")];

/// States of a neighbour (`NUD_*`, `include/uapi/linux/neighbour.h`).
pub const NUD: Names = &[
    (0x00, "NONE"),
    (0x01, "INCOMPLETE"),
    (0x02, "REACHABLE"),
    (0x04, "STALE"),
    (0x08, "DELAY"),
    (0x10, "PROBE"),
    (0x20, "FAILED"),
    (0x40, "NOARP"),
    (0x80, "PERMANENT"),
];

/// Flags of a neighbour (`NTF_*`; from the ninth bit on those of `NTF_EXT_*`).
pub const NTF: Names = &[
    (0x001, "USE"),
    (0x002, "SELF"),
    (0x004, "MASTER"),
    (0x008, "PROXY"),
    (0x010, "EXT_LEARNED"),
    (0x020, "OFFLOADED"),
    (0x040, "STICKY"),
    (0x080, "ROUTER"),
    (0x100, "MANAGED"),
    (0x200, "LOCKED"),
    (0x400, "EXT_VALIDATED"),
];

/// Who made a route, a rule or a neighbour (`RTPROT_*`, `include/uapi/linux/rtnetlink.h`).
pub const RTPROT: Names = &[
    (0, "unspec"),
    (1, "redirect"),
    (2, "kernel"),
    (3, "boot"),
    (4, "static"),
    (8, "gated"),
    (9, "ra"),
    (10, "mrt"),
    (11, "zebra"),
    (12, "bird"),
    (13, "dnrouted"),
    (14, "xorp"),
    (15, "ntk"),
    (16, "dhcp"),
    (17, "mrouted"),
    (18, "keepalived"),
    (42, "babel"),
    (84, "ovn"),
    (99, "openr"),
    (186, "bgp"),
    (187, "isis"),
    (188, "ospf"),
    (189, "rip"),
    (192, "eigrp"),
];

/// Flags of a route (`RTM_F_*`) and of its next hop (`RTNH_F_*`).
pub const RTM_FLAGS: Names = &[
    (0x0000_0001, "dead"),
    (0x0000_0002, "pervasive"),
    (0x0000_0004, "onlink"),
    (0x0000_0008, "offload"),
    (0x0000_0010, "linkdown"),
    (0x0000_0020, "unresolved"),
    (0x0000_0040, "trap"),
    (0x0000_0100, "notify"),
    (0x0000_0200, "cloned"),
    (0x0000_0400, "equalize"),
    (0x0000_0800, "prefix"),
    (0x0000_1000, "lookup_table"),
    (0x0000_2000, "fib_match"),
    (0x0000_4000, "rt_offload"),
    (0x0000_8000, "rt_trap"),
    (0x2000_0000, "rt_offload_failed"),
];

/// Preference of a router (RFC 4191, as `ICMPV6_ROUTER_PREF_*`).
pub const ROUTER_PREF: Names = &[(0, "medium"), (1, "high"), (2, "invalid"), (3, "low")];

/// Features that a route asks for (`RTAX_FEATURE_*`).
pub const RTAX_FEATURES: Names =
    &[(0x01, "ecn"), (0x02, "sack"), (0x04, "timestamp"), (0x08, "allfrag"), (0x10, "tcp_usec_ts")];

/// What a rule does (`FR_ACT_*`, `include/uapi/linux/fib_rules.h`).
pub const FR_ACT: Names = &[
    (0, "unspec"),
    (1, "lookup"),
    (2, "goto"),
    (3, "nop"),
    (6, "blackhole"),
    (7, "unreachable"),
    (8, "prohibit"),
];

/// What holds of a rule (`FIB_RULE_*`).
pub const FIB_RULE: Names = &[
    (0x0_0001, "permanent"),
    (0x0_0002, "not"),
    (0x0_0004, "unresolved"),
    (0x0_0008, "iif_detached"),
    (0x0_0010, "oif_detached"),
    (0x1_0000, "find_saddr"),
];

/// Whether both ends of a link send at once (`DUPLEX_*`, `include/uapi/linux/ethtool.h`).
pub const DUPLEX: Names = &[(0, "half"), (1, "full")];

/// Whether both ends of a link agree on its speed (`AUTONEG_*`).
pub const AUTONEG: Names = &[(0, "off"), (1, "on")];

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

/// States of a UNIX socket (`socket_state`, `include/uapi/linux/net.h`).
pub const UNIX_STATE: Names =
    &[(0, "FREE"), (1, "UNCONNECTED"), (2, "CONNECTING"), (3, "CONNECTED"), (4, "DISCONNECTING")];

/// Flags of a UNIX socket (`__SO_ACCEPTCON`, `include/uapi/linux/net.h`).
pub const UNIX_FLAGS: Names = &[(0x0001_0000, "listening")];

/// Types of sockets (`enum sock_type`, `include/linux/net.h`).
pub const SOCKET_TYPE: Names =
    &[(1, "stream"), (2, "dgram"), (3, "raw"), (4, "rdm"), (5, "seqpacket"), (6, "dccp"), (10, "packet")];

/// Protocols of netlink (`include/uapi/linux/netlink.h`).
pub const NETLINK_PROTOCOL: Names = &[
    (0, "ROUTE"),
    (1, "UNUSED"),
    (2, "USERSOCK"),
    (3, "FIREWALL"),
    (4, "SOCK_DIAG"),
    (5, "NFLOG"),
    (6, "XFRM"),
    (7, "SELINUX"),
    (8, "ISCSI"),
    (9, "AUDIT"),
    (10, "FIB_LOOKUP"),
    (11, "CONNECTOR"),
    (12, "NETFILTER"),
    (13, "IP6_FW"),
    (14, "DNRTMSG"),
    (15, "KOBJECT_UEVENT"),
    (16, "GENERIC"),
    (18, "SCSITRANSPORT"),
    (19, "ECRYPTFS"),
    (20, "RDMA"),
    (21, "CRYPTO"),
    (22, "SMC"),
];

/// Protocols of link layers (`ETH_P_*`, `include/uapi/linux/if_ether.h`).
pub const ETHERTYPE: Names = &[
    (0x0001, "802_3"),
    (0x0002, "AX25"),
    (0x0003, "ALL"),
    (0x0004, "802_2"),
    (0x0005, "SNAP"),
    (0x000c, "CAN"),
    (0x000d, "CANFD"),
    (0x000e, "CANXL"),
    (0x0011, "TR_802_2"),
    (0x001a, "ARCNET"),
    (0x001b, "DSA"),
    (0x00f5, "PHONET"),
    (0x00f6, "IEEE802154"),
    (0x00f7, "CAIF"),
    (0x00f9, "MAP"),
    (0x00fa, "MCTP"),
    (0x0800, "IP"),
    (0x0806, "ARP"),
    (0x22f0, "TSN"),
    (0x4305, "BATMAN"),
    (0x6558, "TEB"),
    (0x8035, "RARP"),
    (0x809b, "ATALK"),
    (0x80f3, "AARP"),
    (0x8100, "8021Q"),
    (0x8137, "IPX"),
    (0x86dd, "IPV6"),
    (0x8808, "PAUSE"),
    (0x8809, "SLOW"),
    (0x8847, "MPLS_UC"),
    (0x8848, "MPLS_MC"),
    (0x8863, "PPP_DISC"),
    (0x8864, "PPP_SES"),
    (0x888e, "PAE"),
    (0x88a2, "AOE"),
    (0x88a8, "8021AD"),
    (0x88ca, "TIPC"),
    (0x88cc, "LLDP"),
    (0x88e5, "MACSEC"),
    (0x88f7, "1588"),
    (0x88fb, "PRP"),
    (0x8906, "FCOE"),
    (0x8914, "FIP"),
    (0x8915, "IBOE"),
    (0x892f, "HSR"),
];

/// How far an IPv6 address reaches (`IPV6_ADDR_*`, `include/net/ipv6.h`).
pub const IPV6_ADDR_SCOPE: Names =
    &[(0x00, "global"), (0x10, "loopback"), (0x20, "linklocal"), (0x40, "sitelocal"), (0x80, "compatv4")];

/// Flags of an IPv6 address (`IFA_F_*`, `include/uapi/linux/if_addr.h`), those of its first eight bits.
pub const IFA_FLAGS: Names = &[
    (0x01, "TEMPORARY"),
    (0x02, "NODAD"),
    (0x04, "OPTIMISTIC"),
    (0x08, "DADFAILED"),
    (0x10, "HOMEADDRESS"),
    (0x20, "DEPRECATED"),
    (0x40, "TENTATIVE"),
    (0x80, "PERMANENT"),
];

/// Flags of an IPv6 multicast group (`MAF_*`, `include/net/if_inet6.h`).
pub const MAF: Names = &[
    (0x01, "TIMER_RUNNING"),
    (0x02, "LAST_REPORTER"),
    (0x04, "LOADED"),
    (0x08, "NOREPORT"),
    (0x10, "GSQUERY"),
];

/// Flags of an interface of IPv4 multicast routing (`VIFF_*`, `include/uapi/linux/mroute.h`).
pub const VIFF: Names = &[(0x1, "TUNNEL"), (0x2, "SRCRT"), (0x4, "REGISTER"), (0x8, "USE_IFINDEX")];

/// Flags of an interface of IPv6 multicast routing (`MIFF_*`, `include/uapi/linux/mroute6.h`).
pub const MIFF: Names = &[(0x1, "REGISTER")];

/// Who may use a flow label (`IPV6_FL_S_*`, `include/uapi/linux/in6.h`).
pub const FLOWLABEL_SHARE: Names = &[(0, "NONE"), (1, "EXCL"), (2, "PROCESS"), (3, "USER"), (255, "ANY")];

/// Methods of a protocol (`struct proto`, `include/net/sock.h`), in the order of the columns of `protocols`.
pub const PROTO_METHODS: Names = &[
    (0x0_0001, "close"),
    (0x0_0002, "connect"),
    (0x0_0004, "disconnect"),
    (0x0_0008, "accept"),
    (0x0_0010, "ioctl"),
    (0x0_0020, "init"),
    (0x0_0040, "destroy"),
    (0x0_0080, "shutdown"),
    (0x0_0100, "setsockopt"),
    (0x0_0200, "getsockopt"),
    (0x0_0400, "sendmsg"),
    (0x0_0800, "recvmsg"),
    (0x0_1000, "sendpage"),
    (0x0_2000, "bind"),
    (0x0_4000, "backlog_rcv"),
    (0x0_8000, "hash"),
    (0x1_0000, "unhash"),
    (0x2_0000, "get_port"),
    (0x4_0000, "enter_memory_pressure"),
];

/// Styles of SCTP sockets (`enum sctp_socket_type`, `include/net/sctp/structs.h`).
pub const SCTP_STYLE: Names = &[(0, "UDP"), (1, "UDP_HIGH_BANDWIDTH"), (2, "TCP")];

/// States of SCTP sockets (`enum sctp_sock_state`, `include/net/sctp/constants.h`).
pub const SCTP_SOCKET_STATE: Names =
    &[(1, "ESTABLISHED"), (2, "ESTABLISHING"), (7, "CLOSED"), (8, "CLOSING"), (10, "LISTENING")];

/// States of SCTP associations (`enum sctp_state`, `include/net/sctp/constants.h`).
pub const SCTP_STATE: Names = &[
    (0, "CLOSED"),
    (1, "COOKIE_WAIT"),
    (2, "COOKIE_ECHOED"),
    (3, "ESTABLISHED"),
    (4, "SHUTDOWN_PENDING"),
    (5, "SHUTDOWN_SENT"),
    (6, "SHUTDOWN_RECEIVED"),
    (7, "SHUTDOWN_ACK_SENT"),
];

/// States of a peer's address (`enum sctp_spinfo_state`, `include/uapi/linux/sctp.h`).
pub const SCTP_PATH_STATE: Names =
    &[(0, "INACTIVE"), (1, "PF"), (2, "ACTIVE"), (3, "UNCONFIRMED"), (0xffff, "UNKNOWN")];

/// Families that connections are tracked for (`nf_conntrack_standalone.c` `l3proto_name`).
pub const CT_L3PROTO: Names = &[(2, "ipv4"), (10, "ipv6")];

/// Protocols that connections are tracked for (`nf_conntrack_standalone.c` `l4proto_name`).
pub const CT_L4PROTO: Names = &[
    (1, "icmp"),
    (6, "tcp"),
    (17, "udp"),
    (33, "dccp"),
    (47, "gre"),
    (50, "esp"),
    (51, "ah"),
    (58, "icmpv6"),
    (132, "sctp"),
    (136, "udplite"),
];

/// Words in brackets of a tracked connection (`ct_seq_show`); the bits are this library's.
pub const CT_FLAGS: Names = &[(0x1, "UNREPLIED"), (0x2, "ASSURED"), (0x4, "OFFLOAD"), (0x8, "HW_OFFLOAD")];

/// Flags of an expected connection (`NF_CT_EXPECT_*`, `uapi/linux/netfilter/nf_conntrack_common.h`).
pub const CT_EXPECT_FLAGS: Names = &[(0x1, "PERMANENT"), (0x2, "INACTIVE"), (0x4, "USERSPACE")];

/// Families of netfilter (`NFPROTO_*`, `uapi/linux/netfilter.h`).
pub const NFPROTO: Names = &[
    (0, "UNSPEC"),
    (1, "INET"),
    (2, "IPV4"),
    (3, "ARP"),
    (5, "NETDEV"),
    (7, "BRIDGE"),
    (10, "IPV6"),
    (12, "DECNET"),
];

/// How much of a packet goes to user space (`NFULNL_COPY_*` and `NFQNL_COPY_*`).
pub const NF_COPY_MODE: Names = &[(0, "NONE"), (1, "META"), (2, "PACKET")];

/// Routing tables that have names (`RT_TABLE_*`; `net/ipv4/fib_trie.c` `fib_table_print` has the last two).
pub const FIB_TABLE: Names = &[(253, "Default"), (254, "Main"), (255, "Local")];

/// Scopes of a route (`net/ipv4/fib_trie.c` `rtn_scope`).
pub const RT_SCOPE: Names = &[(0, "universe"), (200, "site"), (253, "link"), (254, "host"), (255, "nowhere")];

/// Types of a route (`net/ipv4/fib_trie.c` `rtn_type`).
pub const RTN: Names = &[
    (0, "UNSPEC"),
    (1, "UNICAST"),
    (2, "LOCAL"),
    (3, "BROADCAST"),
    (4, "ANYCAST"),
    (5, "MULTICAST"),
    (6, "BLACKHOLE"),
    (7, "UNREACHABLE"),
    (8, "PROHIBIT"),
    (9, "THROW"),
    (10, "NAT"),
    (11, "XRESOLVE"),
];

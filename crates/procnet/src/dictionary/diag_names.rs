//! Names of the numbers of sock_diag, as data.

use super::Names;

/// States of congestion control (`enum tcp_ca_state`, `include/uapi/linux/tcp.h`).
pub const TCP_CA_STATE: Names = &[(0, "Open"), (1, "Disorder"), (2, "CWR"), (3, "Recovery"), (4, "Loss")];

/// Why Fast Open failed for the side that connects (`enum tcp_fastopen_client_fail`).
pub const TCP_FASTOPEN_FAIL: Names =
    &[(1, "cookie-unavailable"), (2, "data-not-acked"), (3, "syn-retransmitted")];

/// Versions of TLS (`TLS_*_VERSION`, `include/uapi/linux/tls.h`).
pub const TLS_VERSION: Names = &[(0x0303, "TLS 1.2"), (0x0304, "TLS 1.3")];

/// Ciphers of TLS (`TLS_CIPHER_*`).
pub const TLS_CIPHER: Names = &[
    (51, "AES_GCM_128"),
    (52, "AES_GCM_256"),
    (53, "AES_CCM_128"),
    (54, "CHACHA20_POLY1305"),
    (55, "SM4_GCM"),
    (56, "SM4_CCM"),
    (57, "ARIA_GCM_128"),
    (58, "ARIA_GCM_256"),
];

/// Who encrypts (`TLS_CONF_*`).
pub const TLS_CONF: Names = &[(1, "BASE"), (2, "SW"), (3, "HW"), (4, "HW_RECORD")];

/// Directions of a socket that are closed (`RCV_SHUTDOWN` and `SEND_SHUTDOWN`, `include/net/sock.h`).
pub const SHUTDOWN: Names = &[(1, "receive"), (2, "send")];

/// Options of a socket (`struct inet_diag_sockopt`), in the order of its bit fields.
pub const SOCKOPT: Names = &[
    (0x001, "recverr"),
    (0x002, "is_icsk"),
    (0x004, "freebind"),
    (0x008, "hdrincl"),
    (0x010, "mc_loop"),
    (0x020, "transparent"),
    (0x040, "mc_all"),
    (0x080, "nodefrag"),
    (0x100, "bind_address_no_port"),
    (0x200, "recverr_rfc4884"),
    (0x400, "defer_connect"),
];

/// What holds of a Multipath TCP connection (`MPTCP_INFO_FLAG_*`, `include/uapi/linux/mptcp.h`).
pub const MPTCP_FLAGS: Names = &[(1, "FALLBACK"), (2, "REMOTE_KEY_RECEIVED")];

/// What holds of a subflow (`MPTCP_SUBFLOW_FLAG_*`).
pub const MPTCP_SUBFLOW_FLAGS: Names = &[
    (0x001, "MCAP_REM"),
    (0x002, "MCAP_LOC"),
    (0x004, "JOIN_REM"),
    (0x008, "JOIN_LOC"),
    (0x010, "BKUP_REM"),
    (0x020, "BKUP_LOC"),
    (0x040, "FULLY_ESTABLISHED"),
    (0x080, "CONNECTED"),
    (0x100, "MAPVALID"),
];

/// What holds of a netlink socket (`NDIAG_FLAG_*`, `include/uapi/linux/netlink_diag.h`).
pub const NDIAG_FLAGS: Names = &[
    (0x01, "CB_RUNNING"),
    (0x02, "PKTINFO"),
    (0x04, "BROADCAST_ERROR"),
    (0x08, "NO_ENOBUFS"),
    (0x10, "LISTEN_ALL_NSID"),
    (0x20, "CAP_ACK"),
];

/// States of a netlink socket (`net/netlink/af_netlink.c`): it begins as every socket does, closed.
pub const NETLINK_STATE: Names = &[(0, "UNCONNECTED"), (1, "CONNECTED"), (7, "CLOSE")];

/// What holds of a packet socket (`PDI_*`, `include/uapi/linux/packet_diag.h`).
pub const PDI_FLAGS: Names =
    &[(0x01, "RUNNING"), (0x02, "AUXDATA"), (0x04, "ORIGDEV"), (0x08, "VNETHDR"), (0x10, "LOSS")];

/// How packets are shared out between packet sockets (`PACKET_FANOUT_*`, `include/uapi/linux/if_packet.h`).
pub const PACKET_FANOUT: Names =
    &[(0, "HASH"), (1, "LB"), (2, "CPU"), (3, "ROLLOVER"), (4, "RND"), (5, "QM"), (6, "CBPF"), (7, "EBPF")];

/// Forms of the rings of packet sockets (`enum tpacket_versions`).
pub const TPACKET_VERSION: Names = &[(0, "V1"), (1, "V2"), (2, "V3")];

/// What a packet socket asks of an interface (`PACKET_MR_*`, `include/uapi/linux/if_packet.h`).
pub const PACKET_MEMBERSHIP: Names = &[(0, "multicast"), (1, "promisc"), (2, "allmulti"), (3, "unicast")];

/// Machines with a number of their own (`VMADDR_CID_*`, `include/uapi/linux/vm_sockets.h`).
pub const VMADDR_CID: Names = &[(0, "HYPERVISOR"), (1, "LOCAL"), (2, "HOST"), (u32::MAX, "ANY")];

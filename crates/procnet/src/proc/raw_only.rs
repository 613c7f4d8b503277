//! Files that are listed and shown as the kernel prints them, each with the reason.

use super::{File, FileScope};

macro_rules! files {
    ($($file:ident $path:literal $what:literal $source:literal $scope:ident $reason:literal;)*) => {
        $(
            #[doc = concat!("`net/", $path, "`.")]
            pub static $file: File = File::raw($path, $what, $source, FileScope::$scope, $reason);
        )*

    };
}

files! {
    AFS "afs/*" "cells of AFS" "fs/afs/proc.c afs_proc_cells_show" Namespace
        "each file of the directory is of another kind, some are single numbers";
    AFS_CELL "afs/*/*" "servers and volumes of an AFS cell" "fs/afs/proc.c afs_proc_cell_volumes_show" Namespace
        "each file of the directory is of another kind";
    ATM "atm/*" "devices and connections of ATM" "net/atm/proc.c atm_dev_seq_show" InitialNamespace
        "each file of the directory is of another kind, for hardware that is gone";
    BNEP "bnep" "Bluetooth sockets of network encapsulation" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    BONDING "bonding/*" "state of a bonding interface" "drivers/net/bonding/bond_procfs.c bond_info_seq_show" Namespace
        "a report in sections, which differ by mode, and not a table";
    CAN "can/*" "lists of receivers and statistics of CAN" "net/can/proc.c can_stats_proc_show" Namespace
        "each file of the directory is a report of its own";
    CAN_BCM "can-bcm/*" "a socket of CAN's broadcast manager" "net/can/bcm.c bcm_proc_show" Namespace
        "a report in sentences";
    CLUSTERIP "ipt_CLUSTERIP/*" "nodes of a shared address" "net/ipv4/netfilter/ipt_CLUSTERIP.c clusterip_seq_show" Namespace
        "one list of numbers";
    CMTP "cmtp" "Bluetooth sockets of CAPI" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    HCI "hci" "Bluetooth sockets of the controllers" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    HIDP "hidp" "Bluetooth sockets of input devices" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    IP_CONNTRACK "ip_conntrack" "connections that netfilter tracks, as kernels of old printed them" "net/ipv4/netfilter/nf_conntrack_l3proto_ipv4_compat.c ct_seq_show" Namespace
        "nf_conntrack is there too and tells more";
    IP_CONNTRACK_EXPECT "ip_conntrack_expect" "expected connections, as kernels of old printed them" "net/ipv4/netfilter/nf_conntrack_l3proto_ipv4_compat.c exp_seq_show" Namespace
        "nf_conntrack_expect is there too and tells more";
    IP_CONNTRACK_STAT "stat/ip_conntrack" "connection tracking of each CPU, as kernels of old printed it" "net/ipv4/netfilter/nf_conntrack_l3proto_ipv4_compat.c ct_cpu_seq_show" Namespace
        "stat/nf_conntrack is there too and tells the same";
    IP_VS_APP "ip_vs_app" "protocol helpers of the load balancer" "net/netfilter/ipvs/ip_vs_app.c ip_vs_app_seq_show" Namespace
        "a list of names of what the kernel was built with";
    IP_VS_CONN_SYNC "ip_vs_conn_sync" "connections of the load balancer, and whose" "net/netfilter/ipvs/ip_vs_conn.c ip_vs_conn_sync_seq_show" Namespace
        "ip_vs_conn tells the same but where a connection began";
    IP_VS_STATS_PERCPU "ip_vs_stats_percpu" "traffic of the load balancer by CPU" "net/netfilter/ipvs/ip_vs_ctl.c ip_vs_stats_percpu_show" Namespace
        "ip_vs_stats tells the totals; the rest is how they are spread";
    ISO "iso" "Bluetooth sockets of isochronous channels" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    KCM "kcm" "sockets of the kernel connection multiplexor" "net/kcm/kcmproc.c kcm_seq_show" Namespace
        "a report in lines of different kinds";
    KCM_STATS "kcm_stats" "traffic of the kernel connection multiplexor" "net/kcm/kcmproc.c kcm_stats_seq_show" Namespace
        "a report in lines of different kinds";
    L2CAP "l2cap" "Bluetooth sockets of L2CAP" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    LLC "llc/*" "sockets of LLC" "net/llc/llc_proc.c llc_seq_socket_show" InitialNamespace
        "each file of the directory is of another kind";
    NFSFS "nfsfs/*" "servers and volumes of NFS that are mounted" "fs/nfs/client.c nfs_server_list_show" Namespace
        "/proc/PID/mountstats tells it by mount";
    PFKEY "pfkey" "sockets of IPsec key management" "net/key/af_key.c pfkey_seq_show" Namespace
        "kernel addresses and counts of sockets that few programs have";
    PKTGEN "pktgen/*" "state of the packet generator" "net/core/pktgen.c pktgen_if_show" Namespace
        "a report in sections, and a tool's own";
    PPPOE "pppoe" "sockets of PPP over Ethernet" "drivers/net/ppp/pppoe.c pppoe_seq_show" Namespace
        "its interface is in dev";
    PPPOL2TP "pppol2tp" "tunnels and sessions of PPP over L2TP" "net/l2tp/l2tp_ppp.c pppol2tp_seq_show" Namespace
        "a report in lines of different kinds";
    RFCOMM "rfcomm" "Bluetooth sockets of serial lines" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    RPC "rpc/*" "calls of NFS clients and servers" "net/sunrpc/stats.c rpc_proc_show" Namespace
        "numbers by their place in lines of different kinds, which differ by version of NFS";
    RPC_CACHE "rpc/*/*" "a cache of the NFS server" "net/sunrpc/cache.c c_show" Namespace
        "the contents differ by cache";
    RXRPC "rxrpc/*" "connections and calls of RxRPC" "net/rxrpc/proc.c rxrpc_call_seq_show" Namespace
        "each file of the directory is of another kind";
    SCO "sco" "Bluetooth sockets of voice" "net/bluetooth/af_bluetooth.c bt_seq_show" Namespace
        "Bluetooth is not about the process's network";
    VLAN "vlan/*" "a VLAN interface" "net/8021q/vlanproc.c vlandev_seq_show" Namespace
        "a report of one interface, whose traffic is in dev and whose number in vlan/config";
}

/// `net/can/reset_stats`.
pub static CAN_RESET_STATS: File = File::raw(
    "can/reset_stats",
    "sets the statistics of CAN to 0",
    "net/can/proc.c can_reset_stats_proc_show",
    FileScope::Namespace,
    "a switch and not a list",
)
.with_side_effect("sets the statistics of CAN to 0");

/// `net/rpc/*/channel`.
pub static RPC_CHANNEL: File = File::raw(
    "rpc/*/channel",
    "questions of a cache of the NFS server to its daemon",
    "net/sunrpc/cache.c cache_read_procfs",
    FileScope::Namespace,
    "a line to a daemon and not a list",
)
.with_side_effect("takes a question away from the daemon that answers it");

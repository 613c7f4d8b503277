//! What is told of, but for the counters of the kernel: those name themselves (`kernel.rs`).

use std::sync::{Arc, LazyLock};

use crate::exposition::{Family, Kind};

macro_rules! families {
    ($($id:ident $kind:ident $name:literal $help:literal;)*) => {
        $(
            pub(crate) static $id: LazyLock<Arc<Family>> = LazyLock::new(|| {
                Arc::new(Family { name: $name.to_owned(), kind: Kind::$kind, help: $help.to_owned() })
            });
        )*

        /// All of them.
        pub fn all() -> Vec<Arc<Family>> {
            vec![$($id.clone(),)*]
        }
    };
}

families! {
    RECEIVED Counter "netmonitor_process_received_bytes"
        "Payload that the processes of a name in a control group received, as their calls returned it, by where it came from: remote (over IP), loopback (over IP, from this machine), unix, other. Counted in the kernel since netmonitor began; name other has the sum of all groups that do not stand alone.";
    SENT Counter "netmonitor_process_sent_bytes"
        "Payload that they sent, as their calls returned it, by where it went.";
    RETRANSMITTED Counter "netmonitor_process_retransmitted_segments"
        "Segments that TCP sent again through sockets that they used.";
    DROPPED Counter "netmonitor_process_dropped_packets"
        "Packets that their sockets dropped on arrival, mostly for want of room (sk_drops).";
    PROCESSES Gauge "netmonitor_processes"
        "Processes of a name in a control group.";
    SOCKETS Gauge "netmonitor_process_sockets"
        "Sockets that they hold, by protocol and state; one that several hold counts once.";
    WAITING Gauge "netmonitor_process_accept_queue_connections"
        "Connections that wait to be accepted in the queues of all their listening TCP sockets.";
    MAY_WAIT Gauge "netmonitor_process_accept_queue_limit_connections"
        "How many may wait there, all queues together.";
    FULLEST Gauge "netmonitor_process_accept_queue_fullest_ratio"
        "How full the fullest of these queues is: from 1 on, connections are refused.";
    PROCESS_FINDINGS Gauge "netmonitor_process_findings"
        "What is wrong now with them, by the name of what was found and how bad it is; netmonitor explain finding:NAME tells of it. Lists of sockets are looked at, and nothing else of a process; name other has all that is looked for.";
    GROUPS Gauge "netmonitor_groups"
        "Names in control groups that hold sockets or moved something: those that stand alone, and those in the sum named other.";
    NETNS_INFO Gauge "netmonitor_netns_info"
        "Always 1: a process of a network namespace, its oldest, and its control group.";
    NETNS_SOCKETS Gauge "netmonitor_netns_sockets"
        "Sockets of a network namespace by protocol and state, those included that no process holds.";
    NAMESPACES Gauge "netmonitor_namespaces"
        "Network namespaces: those that stand alone, and those in the sum whose netns is other.";
    FINDINGS Gauge "netmonitor_findings"
        "What is wrong now with network namespaces or the machine, by the name of what was found, how bad it is, and whose state it is; netmonitor explain finding:NAME tells of it. What could not be looked for is absent.";
    SOURCE_UP Gauge "netmonitor_source_up"
        "Whether a source of figures could be read: 1, or 0 with the reason. What comes of a source that is down is absent.";
    DENIED Gauge "netmonitor_processes_denied"
        "Processes whose descriptors may not be read: sockets that they alone hold are in no group.";
    BUILD Gauge "netmonitor_build_info"
        "Always 1: version of netmonitor, and the kernel that it reads.";
    READINGS Counter "netmonitor_readings"
        "Readings of the machine so far; scrapes of the same moment share one.";
    READING_TOOK Counter "netmonitor_reading_seconds"
        "Time that all readings took.";
    LAST_TOOK Gauge "netmonitor_last_reading_seconds"
        "Time that the last reading took.";
    SERIES Gauge "netmonitor_series"
        "Series of the last reading, these of netmonitor itself left out.";
    REQUESTS Counter "netmonitor_http_requests"
        "Requests that were answered, by status of HTTP.";
    CONNECTIONS Gauge "netmonitor_http_connections"
        "Connections that are open.";
    EVICTED Counter "netmonitor_http_evicted_connections"
        "Connections that were cut before they asked for anything, because others came and there was no room.";
    CPU Counter "process_cpu_seconds"
        "Processor time of netmonitor itself, in user and system mode.";
    RESIDENT Gauge "process_resident_memory_bytes"
        "Memory of netmonitor itself that is resident.";
    OPEN_FDS Gauge "process_open_fds"
        "Open file descriptors of netmonitor itself.";
    STARTED Gauge "process_start_time_seconds"
        "When netmonitor began, seconds since the epoch.";
}

//! Samples made by hand, in the formats of the kernel.

use std::sync::Arc;

use netmonitor_core::engine::Engine;
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Part, Reading, Sample, Status};
use netmonitor_core::snapshot::Snapshot;

use crate::lists;

const SECOND: u64 = 1_000_000_000;

/// 2001-09-09 01:46:40 UTC.
const START: i64 = 1_000_000_000_000_000_000;

pub(crate) const TCP: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000        0 100 1 0000000000000000 100 0 0 10 0
   1: 0A00A8C0:A1B2 22D8B85D:01BB 01 00000000:00000000 02:000004A1 00000000  1000        0 101 2 0000000000000000 24 4 30 10 -1
   2: 0A00A8C0:A1B4 22D8B85D:01BB 01 00000120:00000000 01:0000001C 00000002  1000        0 102 3 0000000000000000 28 4 1 4 7
   3: 0A00A8C0:8AE6 01020304:0050 06 00000000:00000000 03:00000F2C 00000000     0        0 0 3 0000000000000000
";

const TCP6: &str = "\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 103 1 0000000000000000 100 0 0 10 0
   1: B80D0120000000000000000001000000:C350 B80D0120000000000000000002000000:01BB 01 00000000:00000000 00:00000000 00000000  1000        0 104 1 0000000000000000 22 4 0 10 -1
";

const UDP: &str = "\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  311: 00000000:14E9 00000000:0000 07 00000000:00000340 00:00000000 00000000  1000        0 110 2 0000000000000000 DROPS
";

const ARP: &str = "\
IP address       HW type     Flags       HW address            Mask     Device
192.168.0.1      0x1         0x2         02:fc:00:00:00:05     *        eth0
192.168.0.7      0x1         0x6         02:fc:00:00:00:09     *        eth0
";

const ARP_CACHE: &str = "\
entries  allocs   destroys hash_grows lookups  hits     res_failed rcv_probes_mcast rcv_probes_ucast periodic_gc_runs forced_gc_runs unresolved_discards table_fulls
00000003 0000001a 00000017 00000000 000003e8 00000384 00000002 00000000 00000000 00000064 00000000 00000001 00000000
00000003 0000000b 0000000a 00000000 00000200 000001f0 00000000 00000000 00000000 00000000 00000000 00000000 00000000
";

const DEV: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 5000 50 0 0 0 0 0 0 5000 50 0 0 0 0 0 0
  IFNAME: RXBYTES 1200 0 3 0 0 0 12 90210 800 0 0 0 0 0 0
";

const SNMP: &str = "\
Ip: Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests
Ip: 1 64 IN 0 0 0 0 0 1200 1100
Icmp: InMsgs InErrors InDestUnreachs OutMsgs OutDestUnreachs
Icmp: 7 0 7 3 3
IcmpMsg: InType3 OutType3
IcmpMsg: 7 3
Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens CurrEstab InSegs OutSegs RetransSegs
Tcp: 1 200 120000 -1 40 12 3 IN 1100 5
Udp: InDatagrams NoPorts InErrors OutDatagrams
Udp: 300 1 0 290
UdpLite: InDatagrams NoPorts InErrors OutDatagrams
UdpLite: 0 0 0 0
";

const SNMP6: &str = "\
Ip6InReceives                   \t11
Ip6OutRequests                  \t12
Icmp6InMsgs                     \t5
Icmp6InType134                  \t5
Udp6InDatagrams                 \t2
UdpLite6InDatagrams             \t0
";

const NETSTAT: &str = "\
TcpExt: SyncookiesSent SyncookiesRecv SyncookiesFailed EmbryonicRsts PruneCalled RcvPruned OfoPruned TW TWRecycled TWKilled PAWSActive PAWSEstab DelayedACKs DelayedACKLocked DelayedACKLost ListenOverflows ListenDrops TCPHPHits TCPPureAcks TCPHPAcks TCPLostRetransmit TCPTimeouts TCPOrigDataSent
TcpExt: 0 0 0 0 0 0 0 IN 0 0 0 0 33 0 1 2 2 600 100 200 1 4 IN
IpExt: InNoRoutes InTruncatedPkts InMcastPkts OutMcastPkts InOctets OutOctets
IpExt: 0 0 4 5 IN 90000
MPTcpExt: MPCapableSYNRX MPCurrEstab
MPTcpExt: 0 0
";

const ROUTE: &str = "\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
";

const IPV6_ROUTE: &str = "\
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001     eth0
";

const RAW: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
    1: 00000000:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 120 2 0000000000000000 0
";

const SOFTNET: &str = "\
00000a01 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
00000b02 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000
";

/// What differs between scenarios.
#[derive(Clone)]
pub(crate) struct World {
    /// Name of the process.
    pub(crate) name: Vec<u8>,
    /// Name of the second interface.
    pub(crate) interface: Vec<u8>,
    /// How the target's descriptors can be read.
    pub(crate) links: Status,
    /// Inode of the namespace.
    pub(crate) netns: u64,
    /// Text of `tcp`.
    pub(crate) tcp: Vec<u8>,
    /// The only files under `net` that are read; all when empty.
    pub(crate) only: Vec<&'static str>,
    /// Where the stack begins: an exec moves it.
    pub(crate) stack: u64,
}

impl Default for World {
    fn default() -> Self {
        Self {
            name: b"curl".to_vec(),
            interface: b"eth0".to_vec(),
            links: Status::Ok,
            netns: 4_026_531_840,
            tcp: TCP.into(),
            only: Vec::new(),
            stack: 140_000,
        }
    }
}

impl World {
    /// The sample of tick `seq`: one a second.
    pub(crate) fn sample(&self, seq: u64) -> Sample {
        let moment = Moment { wall: START + (seq * SECOND) as i64, boottime: (100 + seq) * SECOND, seq };
        let mut sample = Sample { moment, parts: Vec::new() };
        let mut stat = b"42 (".to_vec();
        stat.extend_from_slice(&self.name);
        let rest = format!(") S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5000 1 1 1 1 1 {}", self.stack);
        stat.extend_from_slice(rest.as_bytes());
        sample.push(Origin::process("stat"), stat);
        sample.push(Origin::process("status"), *b"Name:\tcurl\nUid:\t1000\t1000\t1000\t1000\n");
        sample.push(Origin::process("ns/net"), format!("net:[{}]", self.netns));
        sample.push(Origin::Users, *b"root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n");
        for (path, bytes) in self.files(seq) {
            if self.only.is_empty() || self.only.contains(&path) {
                sample.push(Origin::net(path), bytes);
            }
        }
        // What is left out is not read at all.
        for (name, bytes) in lists::all(&self.interface).into_iter().filter(|_| self.only.is_empty()) {
            sample.push(Origin::Dump(name.into()), bytes);
        }
        let links = format!(
            "ns/net net:[{}]\nfd/3 socket:[100]\nfd/4 socket:[101]\nfd/5 socket:[102]\nfd/6 socket:[104]\nfd/7 socket:[110]\n",
            self.netns
        );
        let bytes = if self.links == Status::Ok { links.into_bytes() } else { Vec::new() };
        let reading = Reading { status: self.links, at: moment.boottime, took: 0 };
        sample.parts.push(Part { origin: Origin::Links(42), reading, bytes });
        sample
    }

    fn files(&self, seq: u64) -> Vec<(&'static str, Vec<u8>)> {
        let dev = DEV.replace("RXBYTES", &(4_000_000 + seq * 150_000).to_string());
        let (before, after) = dev.split_once("IFNAME").expect("the text has the word");
        let dev = [before.as_bytes(), &self.interface, after.as_bytes()].concat();
        // Names of counters begin with the same letters: only the word alone is a value.
        let snmp = SNMP.replace(" IN ", &format!(" {} ", 1300 + seq * 25));
        let netstat = NETSTAT.replace(" IN ", &format!(" {} ", 800 + seq * 3)).replace(" IN\n", " 910\n");
        vec![
            ("tcp", self.tcp.clone()),
            ("tcp6", TCP6.into()),
            ("udp", UDP.replace("DROPS", &(seq * 4).to_string()).into()),
            ("udp6", Vec::new()),
            ("udplite", Vec::new()),
            ("udplite6", Vec::new()),
            ("arp", ARP.into()),
            ("stat/arp_cache", ARP_CACHE.into()),
            ("dev", dev),
            ("netstat", netstat.into()),
            ("raw", RAW.into()),
            ("raw6", Vec::new()),
            ("icmp", Vec::new()),
            ("icmp6", Vec::new()),
            ("snmp", snmp.into()),
            ("snmp6", SNMP6.into()),
            ("route", ROUTE.into()),
            ("ipv6_route", IPV6_ROUTE.into()),
            ("softnet_stat", SOFTNET.into()),
        ]
    }

    /// The sample with a file that could not be read.
    pub(crate) fn sample_without(&self, seq: u64, path: &'static str, status: Status) -> Sample {
        let mut sample = self.sample(seq);
        sample.parts.retain(|part| part.origin != Origin::net(path));
        let reading = Reading { status, at: sample.moment.boottime, took: 0 };
        sample.parts.push(Part { origin: Origin::net(path), reading, bytes: Vec::new() });
        sample
    }

    /// The snapshots of the first ticks.
    pub(crate) fn snapshots(&self, ticks: u64) -> Vec<Arc<Snapshot>> {
        let mut engine = engine();
        (0..ticks).map(|seq| engine.advance(&self.sample(seq))).collect()
    }

    /// The snapshot of the last of some ticks.
    pub(crate) fn snapshot(&self, ticks: u64) -> Arc<Snapshot> {
        self.snapshots(ticks).pop().expect("there is at least one tick")
    }
}

/// A process whose sockets were asked themselves: those of the fixture, of which one connection has moved
/// 150,000 bytes a second.
pub(crate) fn asked(seq: u64) -> Sample {
    asked_after(seq, seq * 150_000)
}

/// The same where it has moved so many bytes so far.
pub(crate) fn asked_after(seq: u64, more: u64) -> Sample {
    let world = World { only: vec!["none"], ..World::default() };
    let mut sample = world.sample(seq);
    sample.parts.retain(|part| !matches!(part.origin, Origin::Links(_)));
    let sockets: String =
        (3..).zip(655_162..=655_178).map(|(fd, inode)| format!("fd/{fd} socket:[{inode}]\n")).collect();
    sample.push(Origin::Links(42), format!("ns/net net:[{}]\n{sockets}", world.netns));
    sample.push(Origin::process("cmdline"), *b"curl\0-s\0https://example.net/large\0");
    sample.push(Origin::process("exe"), *b"/usr/bin/curl");
    sample.push(Origin::process("cgroup"), *b"0::/system.slice/fetch.service\n");
    sample.push(
        Origin::process("limits"),
        *b"Max open files            1024                 524288               files\n",
    );
    sample.push(Origin::process("fd"), *b"23");
    sample.push(Origin::Own, moved(fixture("own_inet"), 56_526, more));
    for name in ["unix", "netlink", "packet"] {
        sample.push(Origin::Dump(format!("sock_diag/{name}").into()), *b"");
    }
    let reading = Reading { status: Status::Missing, at: sample.moment.boottime, took: 0 };
    sample.parts.push(Part { origin: Origin::Dump("sock_diag/vsock".into()), reading, bytes: Vec::new() });
    sample.push(Origin::Destroyed, *b"");
    sample
}

fn fixture(name: &str) -> Vec<u8> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux-6.18/netlink");
    std::fs::read(root.join(name).with_extension("bin")).expect("the fixture is there")
}

/// The messages, with so many bytes more acknowledged of the connection from this port: those of `tcp_info`.
fn moved(mut bytes: Vec<u8>, port: u16, more: u64) -> Vec<u8> {
    const HEADERS: usize = 16 + 72;
    const INFO: u16 = 2;
    let number = |bytes: &[u8], at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let mut start = 0;
    while start < bytes.len() {
        let end = start + number(&bytes, start).next_multiple_of(4);
        let mut at = start + HEADERS;
        let is_it = bytes[start + 20..start + 22] == port.to_be_bytes() && number(&bytes, start + 4) == 20;
        while is_it && at < end {
            if number(&bytes, at + 2) == usize::from(INFO) {
                // bytes_acked and bytes_sent.
                for place in [at + 4 + 120, at + 4 + 200] {
                    let field: [u8; 8] = bytes[place..place + 8].try_into().expect("eight bytes");
                    let field = u64::from_le_bytes(field) + more;
                    bytes[place..place + 8].copy_from_slice(&field.to_le_bytes());
                }
            }
            at += number(&bytes, at).next_multiple_of(4);
        }
        start = end;
    }
    bytes
}

pub(crate) fn engine() -> Engine {
    Engine::new(Machine {
        kernel: "6.1.0".into(),
        arch: "x86_64".into(),
        endian: Endian::Little,
        clk_tck: 100,
        page_size: 4096,
        boot_id: String::new(),
        boot_time: 999_999_900,
    })
}

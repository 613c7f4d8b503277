//! Readings made by hand in, metrics out.

use std::sync::Arc;
use std::time::Duration;

use netmonitor_core::detect::Thresholds;
use netmonitor_core::host::HostEngine;
use netmonitor_core::sample::{Endian, Machine, Moment, Origin, Part, Reading, Sample, Sink, Status};
use netmonitor_core::snapshot::Snapshot;

use crate::metrics::{Choice, Metrics, Own, Served, plan};
use crate::text::{self, Format};

const SECOND: u64 = 1_000_000_000;

/// Reads what it is given.
pub(crate) struct World {
    engine: HostEngine,
    metrics: Metrics,
    tick: u64,
}

/// A process: its number, name, bytes sent so far through a socket of a cookie that is its number, whether it has ended.
pub(crate) type Process = (u32, &'static str, u64, bool);

impl World {
    pub(crate) fn new(top: usize) -> Self {
        let mut engine = HostEngine::new(Machine {
            kernel: "6.18".to_owned(),
            arch: String::new(),
            endian: Endian::Little,
            clk_tck: 100,
            page_size: 4096,
            boot_id: String::new(),
            boot_time: 0,
        });
        engine.follow(&plan());
        let choice = Choice { top, by_pid: false, namespaces: 1 };
        Self { engine, metrics: Metrics::new(choice, Thresholds::default()), tick: 0 }
    }

    /// Reads these, so many seconds later.
    fn read(&mut self, seconds: u64, processes: &[Process], more: impl FnOnce(&mut Sample)) -> String {
        let snapshot = self.snapshot(seconds, processes, more);
        let own = (Own::default(), &Served::default());
        text::write(&self.metrics.take(&snapshot, Duration::from_millis(1), own), Format::Text)
    }

    pub(crate) fn snapshot(
        &mut self,
        seconds: u64,
        processes: &[Process],
        more: impl FnOnce(&mut Sample),
    ) -> Arc<Snapshot> {
        self.tick += 1;
        let boottime = self.tick * SECOND + seconds * SECOND;
        let moment = Moment { wall: 0, boottime, seq: self.tick };
        let mut sample = Sample { moment, ..Sample::default() };
        let (mut roll, mut counted, mut sockets) = (Vec::new(), Vec::new(), Vec::new());
        for &(pid, name, bytes, ended) in processes {
            if !ended {
                roll.extend(present(pid, name));
            }
            counted.extend(process(pid, name, ended));
            sockets.extend(socket(pid, bytes, ended));
        }
        for pid in processes.iter().filter(|process| !process.3).map(|process| process.0) {
            sample.push(Origin::Links(pid), format!("ns/net net:[50]\nfd/3 socket:[{pid}]\n"));
        }
        sample.push(Origin::Walk, *b"pass=1 visited=2 denied=0 descriptors=1 complete=1");
        sample.push(Origin::Bpf("cgroups".into()), *b"97 /x/a\n98 /x/b\n");
        sample.push(Origin::Bpf("roll".into()), roll);
        sample.push(Origin::Bpf("processes".into()), counted);
        sample.push(Origin::Bpf("sockets".into()), sockets);
        sample.push(
            Origin::Bpf("state".into()),
            *b"since=1 splice=1 retrans=1 unfollowed=0 rx_bytes=0 tx_bytes=0",
        );
        more(&mut sample);
        sample.replay(&mut self.engine as &mut dyn Sink);
        self.engine.snapshot()
    }
}

/// The number of its control group is that of the first letter of its name.
fn present(pid: u32, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [5 * SECOND, name.bytes().next().unwrap().into()] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [pid, 1, 1000, 50, 1, 0] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(comm(name));
    bytes
}

fn comm(name: &str) -> [u8; 16] {
    let mut comm = [0; 16];
    comm[..name.len()].copy_from_slice(name.as_bytes());
    comm
}

fn process(pid: u32, name: &str, ended: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [5 * SECOND, pid.into(), 0, 0, 0, 0, 33_u64] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [1, 1000, 50, u32::from(ended)] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(comm(name));
    bytes
}

/// One to 192.0.2.1, through which so many bytes were sent.
fn socket(pid: u32, sent: u64, closed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [5 * SECOND, pid.into(), pid.into(), 0, sent, 0, 1] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([10, 0, 0, 1].into_iter().chain([0; 12]).chain([192, 0, 2, 1]).chain([0; 12]));
    bytes.extend(50_u32.to_le_bytes());
    for number in [80_u16, 9, 2, 1, 6, u16::from(closed)] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend([0; 8]);
    bytes
}

fn listener(inode: u32, waiting: u32) -> String {
    format!(
        "0: 0100007F:0050 00000000:0000 0A 00000000:{waiting:08X} 00:00000000 00000000 0 0 {inode} 1 0 100 0 0 10 16\n"
    )
}

fn namespace(inode: u64, files: &[(&'static str, String)]) -> impl FnOnce(&mut Sample) {
    move |sample| {
        sample.push(Origin::Netns(inode), *b"7");
        for (path, text) in files {
            sample.push(Origin::net(path), text.clone());
        }
    }
}

fn nothing(_: &mut Sample) {}

/// The figure of a series; none if it is not there.
fn figure(text: &str, series: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    Some(line.parse().unwrap())
}

fn sent(text: &str, name: &str) -> Option<u64> {
    let cgroup = if name == "other" { String::new() } else { format!("/x/{name}") };
    let labels = format!("{{name=\"{name}\",cgroup=\"{cgroup}\",via=\"remote\"}}");
    figure(text, &format!("netmonitor_process_sent_bytes_total{labels}"))
}

#[test]
fn the_sum_of_the_others_never_goes_down_and_nothing_is_told_twice() {
    let mut world = World::new(1);
    let text = world.read(0, &[(7, "a", 100, false), (8, "b", 40, false)], nothing);
    assert_eq!((sent(&text, "a"), sent(&text, "b"), sent(&text, "other")), (Some(100), None, Some(40)));
    // Whoever stands alone does so while it lives, whatever others move.
    let text = world.read(0, &[(7, "a", 100, false), (8, "b", 900, false)], nothing);
    assert_eq!((sent(&text, "a"), sent(&text, "b"), sent(&text, "other")), (Some(100), None, Some(900)));
    // Its last bytes are told when it has ended, and for some time after that.
    let text = world.read(0, &[(7, "a", 150, true), (8, "b", 900, false)], nothing);
    assert_eq!((sent(&text, "a"), sent(&text, "other")), (Some(150), Some(900)));
    let text = world.read(200, &[(8, "b", 900, false)], nothing);
    assert_eq!((sent(&text, "a"), sent(&text, "b")), (Some(150), None));
    let text = world.read(400, &[(8, "b", 900, false)], nothing);
    assert_eq!((sent(&text, "a"), sent(&text, "b")), (None, None));
    // The one that takes its place begins at 0: what it moved so far is in the sum.
    let text = world.read(400, &[(8, "b", 905, false)], nothing);
    assert_eq!((sent(&text, "b"), sent(&text, "other")), (Some(5), Some(900)));
}

#[test]
fn one_that_ended_between_two_readings_is_told_of() {
    let mut world = World::new(5);
    let text = world.read(0, &[(7, "a", 100, false), (9, "a", 30, true)], nothing);
    // The path of the group of one that was never seen alive is not known.
    let of_unknown = "netmonitor_process_sent_bytes_total{name=\"a\",cgroup=\"unknown\",via=\"remote\"}";
    assert_eq!((sent(&text, "a"), figure(&text, of_unknown)), (Some(100), Some(30)));
    let text = world.read(0, &[(7, "a", 100, false)], nothing);
    assert_eq!((sent(&text, "a"), figure(&text, of_unknown)), (Some(100), Some(30)));
}

#[test]
fn a_series_stays_when_there_is_nothing_of_its_kind_any_more() {
    let mut world = World::new(5);
    let socket = "{name=\"a\",cgroup=\"/x/a\",protocol=\"tcp\",state=\"listen\"}";
    let waiting = "netmonitor_process_accept_queue_connections{name=\"a\",cgroup=\"/x/a\"}";
    let header = "header\n".to_owned();
    let tcp = format!("{header}{}", listener(7, 3));
    let text = world.read(0, &[(7, "a", 0, false)], namespace(50, &[("tcp", tcp), ("tcp6", header.clone())]));
    assert_eq!(figure(&text, &format!("netmonitor_process_sockets{socket}")), Some(1));
    assert_eq!(figure(&text, waiting), Some(3));
    // A text file tells no limit: that is no 0.
    assert!(!text.contains("accept_queue_limit"), "{text}");
    let of_netns = "netmonitor_netns_sockets{netns=\"50\",protocol=\"tcp\",state=\"listen\"}";
    assert_eq!(figure(&text, of_netns), Some(1));
    let text =
        world.read(0, &[(7, "a", 0, false)], namespace(50, &[("tcp", header.clone()), ("tcp6", header)]));
    assert_eq!(figure(&text, &format!("netmonitor_process_sockets{socket}")), Some(0));
    assert_eq!((figure(&text, waiting), figure(&text, of_netns)), (Some(0), Some(0)));
}

#[test]
fn counters_of_other_namespaces_are_one_sum_that_never_goes_down() {
    let mut world = World::new(5);
    let file =
        |value: u64, now: u64| ("snmp", format!("Tcp: InSegs CurrEstab NewOne\nTcp: {value} {now} 1\n"));
    let header = "header\n";
    let mut read = |parts: &[(u64, u64)]| {
        let tcp = ("tcp", format!("{header}{}", listener(1, 0)));
        world.read(0, &[], |sample| {
            for &(inode, value) in parts {
                let tcp = if inode == 50 { tcp.clone() } else { ("tcp", header.to_owned()) };
                namespace(inode, &[tcp, ("tcp6", header.to_owned()), file(value, 2)])(sample);
            }
        })
    };
    let series = |netns: &str| format!("netmonitor_netns_tcp_in_segs_total{{netns=\"{netns}\"}}");
    let text = read(&[(50, 10), (60, 1000), (70, 5)]);
    assert_eq!((figure(&text, &series("50")), figure(&text, &series("other"))), (Some(10), Some(0)));
    assert_eq!(figure(&text, "netmonitor_netns_tcp_curr_estab{netns=\"other\"}"), Some(4));
    assert_eq!(figure(&text, "netmonitor_netns_tcp_new_one_total{netns=\"50\"}"), Some(1));
    assert!(text.contains("# HELP netmonitor_netns_tcp_in_segs_total Tcp.InSegs: "), "{text}");
    let text = read(&[(50, 11), (60, 1007), (70, 6)]);
    assert_eq!((figure(&text, &series("50")), figure(&text, &series("other"))), (Some(11), Some(8)));
    let text = read(&[(50, 11), (60, 1007)]);
    assert_eq!(figure(&text, &series("other")), Some(8));
}

#[test]
fn what_is_refused_is_told_and_is_no_zero() {
    let mut world = World::new(5);
    let text = world.read(0, &[], |sample| {
        sample.push(Origin::Netns(50), *b"7");
        let reading = Reading { status: Status::Denied, at: 0, took: 0 };
        let origin = Origin::Dump("sock_diag/tcp".into());
        sample.parts.push(Part { origin, reading, bytes: Vec::new() });
        sample.push(Origin::net("snmp"), *b"Tcp: InSegs\nTcp: 5\n");
        sample.parts.retain(|part| !matches!(part.origin, Origin::Bpf(_)));
        let bytes = b"loading needs \"CAP_BPF\"\x1b[31m".to_vec();
        sample.parts.insert(0, Part { origin: Origin::Bpf("state".into()), reading, bytes });
    });
    let down = "netmonitor_source_up{source=\"sock_diag/tcp\",netns=\"50\",status=\"denied\",reason=\"may not be read: permission denied\"} 0";
    assert!(text.contains(down), "{text}");
    let counting = text.lines().find(|line| line.contains("source=\"counting\"")).unwrap();
    assert!(counting.contains("loading needs \\\"CAP_BPF\\\"") && counting.ends_with("} 0"), "{counting}");
    assert!(!counting.contains('\x1b'), "{counting}");
    for absent in
        ["netmonitor_process_sent_bytes", "netmonitor_process_retransmitted", "netmonitor_netns_sockets{"]
    {
        assert!(!text.contains(absent), "{absent}");
    }
    assert!(
        text.contains("netmonitor_source_up{source=\"net/snmp\",netns=\"50\",status=\"ok\",reason=\"\"} 1")
    );
}

#[test]
fn no_name_breaks_a_line() {
    let mut world = World::new(5);
    let text = world.read(0, &[(7, "a\"} 1\n\\\x1b[0m", 3, false)], nothing);
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (series, number) = line.rsplit_once(' ').unwrap();
        assert!(number.parse::<f64>().is_ok(), "{line}");
        assert!(!series.contains('{') || series.ends_with("\"}"), "{line}");
    }
    assert!(!text.contains('\x1b'));
}

#[test]
fn what_is_wrong_with_namespaces_is_counted() {
    let mut world = World::new(1);
    let mut read = |seconds, overflows: [u64; 2]| {
        world.read(seconds, &[], |sample| {
            for (netns, overflows) in [50, 60].into_iter().zip(overflows) {
                sample.push(Origin::Netns(netns), *b"");
                let text = format!("TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0 {overflows}\n");
                sample.push(Origin::net("netstat"), text);
            }
        })
    };
    let of = |text: &str| {
        let mut lines = text.lines().filter(|line| line.starts_with("netmonitor_findings{"));
        lines.find(|line| line.contains("\"accept-queue-overflow\"")).map(str::to_owned).unwrap()
    };
    let line =
        "netmonitor_findings{name=\"accept-queue-overflow\",severity=\"critical\",scope=\"namespace\"}";
    assert_eq!(of(&read(0, [7, 7])), format!("{line} 0"));
    assert_eq!(of(&read(15, [8, 9])), format!("{line} 2"));
    assert_eq!(of(&read(30, [8, 10])), format!("{line} 1"));
    assert_eq!(of(&read(45, [8, 10])), format!("{line} 0"));
}

/// A line of `net/tcp` of a connection over loopback: its state, its timer with the number of tries, its inode.
fn connection(state: u8, (timer, tries): (u8, u8), inode: u32) -> String {
    format!(
        "0: 0100007F:{inode:04X} 0100007F:0050 {state:02X} 00000009:00000000 {timer:02X}:00000000 {tries:08X} 0 0 {inode} 1 0 100 0 0 10 16\n"
    )
}

/// The figure of what was found of a group.
fn found(text: &str, name: &str, finding: &str, severity: &str) -> Option<u64> {
    let cgroup = if name == "other" { String::new() } else { format!("/x/{name}") };
    let labels = format!("name=\"{name}\",cgroup=\"{cgroup}\",finding=\"{finding}\",severity=\"{severity}\"");
    figure(text, &format!("netmonitor_process_findings{{{labels}}}"))
}

#[test]
fn what_is_wrong_with_a_group_is_told_of_it_alone() {
    let mut world = World::new(1);
    let processes = [(7, "a", 900, false), (8, "b", 40, false)];
    let mut read = |rows: &[String]| {
        let tcp = ("tcp", ["header\n", &rows.concat()].concat());
        world.read(0, &processes, namespace(50, &[tcp, ("tcp6", "header\n".to_owned())]))
    };
    let storm = |text: &str, name| found(text, name, "timeout-storm", "warning");
    let healthy = [connection(1, (0, 0), 7), connection(1, (0, 0), 8)];
    let text = read(&healthy);
    // All that can be found is told of the sum, and of a group what was found of it.
    assert_eq!((storm(&text, "a"), storm(&text, "b"), storm(&text, "other")), (None, None, Some(0)));
    assert_eq!(found(&text, "other", "shell-on-network", "critical"), Some(0));
    assert!(!text.contains("finding=\"retransmissions\""), "{text}");
    // Of one that stands alone, and of one that does not.
    let text = read(&[connection(1, (1, 5), 7), connection(1, (0, 0), 8)]);
    assert_eq!((storm(&text, "a"), storm(&text, "other")), (Some(1), Some(0)));
    let text = read(&[connection(1, (1, 5), 7), connection(1, (1, 6), 8)]);
    assert_eq!((storm(&text, "a"), storm(&text, "b"), storm(&text, "other")), (Some(1), None, Some(1)));
    // What is over is 0 after a while, and stays.
    let texts: Vec<_> = (0..15).map(|_| read(&healthy)).collect();
    assert_eq!((storm(&texts[1], "a"), storm(&texts[14], "a")), (Some(1), Some(0)));
    assert_eq!(storm(&texts[14], "other"), Some(0));
}

#[test]
fn a_group_that_something_is_wrong_with_comes_to_stand_alone() {
    let mut world = World::new(1);
    let tcp = ("tcp", ["header\n", &connection(1, (0, 0), 7), &connection(1, (1, 5), 8)].concat());
    let processes = [(7, "a", 900, false), (8, "b", 40, false)];
    let text = world.read(0, &processes, namespace(50, &[tcp, ("tcp6", "header\n".to_owned())]));
    assert_eq!(found(&text, "b", "timeout-storm", "warning"), Some(1));
    assert_eq!((sent(&text, "b"), sent(&text, "a"), sent(&text, "other")), (Some(40), None, Some(900)));
}

#[test]
fn a_shell_that_is_driven_over_the_network_is_told_of() {
    let mut world = World::new(5);
    let tcp = ("tcp", ["header\n", &connection(1, (0, 0), 8)].concat());
    let processes = [(7, "a", 0, false), (8, "bash", 0, false)];
    let text = world.read(0, &processes, |sample| {
        sample.push(Origin::Links(8), *b"ns/net net:[50]\nfd/0 socket:[8]\nfd/1 socket:[8]\n");
        namespace(50, &[tcp, ("tcp6", "header\n".to_owned())])(sample);
    });
    let line = "netmonitor_process_findings{name=\"bash\",cgroup=\"/x/b\",finding=\"shell-on-network\",severity=\"critical\"}";
    assert_eq!(figure(&text, line), Some(1), "{text}");
}

#[test]
fn what_could_not_be_looked_for_is_no_zero() {
    let mut world = World::new(1);
    let netstat = "TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0 7\n".to_owned();
    let text = world.read(0, &[], namespace(50, &[("netstat", netstat)]));
    let told = |name: &str| text.contains(&format!("netmonitor_findings{{name=\"{name}\""));
    assert!(told("accept-queue-overflow"), "{text}");
    // Interfaces were not read in this reading, and neighbours never are.
    assert!(!told("interface-drops") && !told("neighbour-unreachable"), "{text}");
}

#[test]
fn the_documents_name_what_is_looked_for() {
    const FLEET: &str = include_str!("../../../docs/fleet.md");
    let (_, after) = FLEET.split_once("read anyway: ").unwrap();
    let named = after.split_once("A group is").unwrap().0.split('`').skip(1).step_by(2);
    let text = World::new(1).read(0, &[], nothing);
    let lines =
        text.lines().filter_map(|line| line.strip_prefix("netmonitor_process_findings{")?.split('"').nth(5));
    let (mut named, mut told): (Vec<_>, Vec<_>) = (named.collect(), lines.collect());
    named.sort_unstable();
    told.sort_unstable();
    assert_eq!(named, told);
}

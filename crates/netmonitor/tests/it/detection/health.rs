//! What costs service.

use std::io::Read;
use std::process::{Child, Command, Stdio};

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use netmonitor_testkit::{need_root, need_tool};

use super::{Scenario, Watching, produces};
use crate::events::ROLE;
use crate::{run, stderr, stdout};

const fn scenario(name: &'static str, produces: &'static [&'static str]) -> Scenario {
    Scenario { name, produces }
}

pub(super) static SCENARIOS: &[Scenario] = &[
    scenario("sends to a program that does not read", &["peer-window-closed", "sender-limited"]),
    scenario("does not read what is sent to it", &["slow-reader", "window-closed"]),
    scenario("sends over a path that loses packets", &["retransmissions", "namespace-retransmissions"]),
    scenario("sends to a host that went away", &["timeout-storm", "tcp-timeouts"]),
    scenario(
        "has a connection to a host that went away",
        &["connection-timed-out", "connections-unanswered"],
    ),
    scenario("sends over a path with a smaller MTU that does not say so", &["mtu-black-hole"]),
    scenario("connects to a host that drops the request", &["syn-retries"]),
    scenario("connects to an address that nobody on the link has", &["neighbour-unreachable"]),
    scenario("connects where nobody listens", &["connections-refused"]),
    scenario("gets requests of connections that are never confirmed", &["half-open-pile-up"]),
    scenario("does not accept", &["accept-queue-near-full", "accept-queue-overflow"]),
    scenario("has nearly as many connections as there are ports", &["ephemeral-ports-running-out"]),
    scenario("opens and closes one connection after the other", &["time-wait-near-limit"]),
    scenario("opens and closes more than the namespace remembers", &["time-wait-overflow"]),
    scenario("gets more datagrams than its buffer holds", &["udp-receive-drops", "namespace-udp-drops"]),
    scenario("sends datagrams faster than the link", &["udp-send-drops"]),
    scenario("sends to a network without a route", &["no-route"]),
    scenario("has opened nearly all the descriptors that it may", &["descriptors-near-limit"]),
    scenario("does not accept on a UNIX socket", &["unix-accept-queue-near-full"]),
    scenario("does not read what the kernel tells it", &["netlink-drops"]),
    scenario("is sent frames of a protocol that nobody speaks", &["interface-drops"]),
    scenario("sends much over a narrow link with a long queue", &["bufferbloat"]),
    scenario("is sent packets that met congestion", &["congestion-marks"]),
    scenario("is sent datagrams with a wrong checksum", &["checksum-errors"]),
    scenario("sends over two paths, one slower than the other", &["reordering"]),
    scenario("asks for Multipath TCP where there is none", &["mptcp-fallback"]),
    scenario("is sent datagrams of which a fragment gets lost", &["fragment-failures"]),
    scenario("does not close what the other end has closed", &["close-wait-leak"]),
    scenario("has ended its side, and the other end does not", &["fin-wait2-pile-up"]),
    scenario("opens one connection after the other, and closes none", &["socket-leak"]),
    scenario("is in a namespace that tracks connections up to its limit", &["conntrack-nearly-full"]),
    scenario("looks for the largest packet that a path carries", &["mtu-probe-failures"]),
    scenario("sends as much as the link carries", &["interface-saturated"]),
];

/// A namespace, and another one at the other end of a link, where they can be made.
fn link() -> Option<(Netns, Netns)> {
    (need_root() && need_tool("ip") && need_tool("nft") && need_tool("tc")).then(|| {
        let netns = Netns::new();
        let peer = netns.peer();
        (netns, peer)
    })
}

/// Drops what comes in, by a rule of nftables.
fn drops(netns: &Netns, rule: &str) {
    netns.run("nft add table inet t && nft add chain inet t in '{ type filter hook input priority 0; }'");
    netns.run(&format!("nft add rule inet t in {rule}"));
}

/// Lets packets that match wait in a queue before they come in: the one in front of the sender's own link TCP keeps short by
/// itself.
pub(super) fn detour(netns: &Netns, which: &str, rate: &str) {
    netns.ip("link add ifb0 type ifb");
    netns.ip("link set ifb0 up");
    netns.run("tc qdisc add dev veth0 ingress");
    let action = "action mirred egress redirect dev ifb0";
    netns.run(&format!("tc filter add dev veth0 parent ffff: protocol ip u32 {which} {action}"));
    netns.run(&format!("tc qdisc add dev ifb0 root tbf {rate}"));
}

/// A process, and one at the other end that it has a connection to; it is told by its place in the pair.
fn connected(link: &(Netns, Netns)) -> (Puppet, Puppet) {
    let (mut here, mut there) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.1, ROLE));
    assert_eq!(there.act("listen 4900"), "ok");
    assert_eq!(here.act("connect 192.0.2.2 4900"), "ok");
    assert_eq!(there.act("accept"), "ok");
    (here, there)
}

/// A shell that does something in a namespace, and then waits until it is dropped.
pub(super) struct Shell(pub(super) Child);

impl Shell {
    pub(super) fn start(netns: &Netns, script: &str) -> Self {
        let mut command: Command = netns.command("bash");
        command.args(["-c", &format!("{script}; read")]).stdin(Stdio::piped()).stdout(Stdio::piped());
        Self(command.stderr(Stdio::null()).spawn().unwrap())
    }

    /// Until it has said something.
    pub(super) fn wait_for_line(&mut self) {
        let mut byte = [0];
        self.0.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // What it has started ends with its standard input, or is its child.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_reader_that_does_not_read() {
    let Some(link) = link() else { return };
    let (mut here, there) = connected(&link);
    let mut sender = Watching::start(here.pid(), &[], produces("sends to a program that does not read"));
    let mut reader = Watching::start(there.pid(), &[], produces("does not read what is sent to it"));
    here.tell("send 50000000");
    sender.find();
    reader.find();
}

#[test]
fn a_path_that_loses_packets() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = connected(&link);
    link.0.ip("link set veth0 gso_max_segs 1");
    let names = produces("sends over a path that loses packets");
    let mut watching = Watching::start(here.pid(), &[], names);
    drops(&link.1, "tcp dport 4900 numgen random mod 100 '<' 8 drop");
    there.tell("receive 50000000");
    here.tell("send 50000000");
    watching.find();
}

#[test]
fn a_host_that_went_away() {
    let Some(link) = link() else { return };
    let (mut here, _there) = connected(&link);
    let mut watching = Watching::start(here.pid(), &[], produces("sends to a host that went away"));
    drops(&link.1, "tcp dport 4900 drop");
    assert_eq!(here.act("send 100"), "ok");
    let found = watching.find();
    assert!(found.iter().any(|row| row["about"].as_str().unwrap().contains("192.0.2.2:4900")), "{found:?}");
}

#[test]
fn a_connection_that_is_given_up() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.1, ROLE));
    assert_eq!(there.act("listen 4900"), "ok");
    let names = produces("has a connection to a host that went away");
    let mut watching = Watching::start(here.pid(), &[], names);
    assert_eq!(here.act("connect 192.0.2.2 4900 800"), "ok");
    assert_eq!(there.act("accept"), "ok");
    drops(&link.1, "tcp dport 4900 drop");
    assert_eq!(here.act("send 100"), "ok");
    watching.find();
}

#[test]
fn a_smaller_mtu_in_the_middle() {
    let Some(link) = link() else { return };
    let (mut here, _there) = connected(&link);
    let name = "sends over a path with a smaller MTU that does not say so";
    let mut watching = Watching::start(here.pid(), &[], produces(name));
    drops(&link.1, "meta length '>' 1000 drop");
    assert_eq!(here.act("send 5000"), "ok");
    watching.find();
}

#[test]
fn requests_without_an_answer() {
    let Some(link) = link() else { return };
    let (mut first, mut second) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.0, ROLE));
    drops(&link.1, "tcp dport 4901 drop");
    let mut dropped =
        Watching::start(first.pid(), &[], produces("connects to a host that drops the request"));
    let mut nobody =
        Watching::start(second.pid(), &[], produces("connects to an address that nobody on the link has"));
    first.tell("connect 192.0.2.2 4901");
    second.tell("connect 192.0.2.77 4901");
    assert!(dropped.find()[0]["what"].as_str().unwrap().contains("192.0.2.2 port 4901"));
    assert!(nobody.find()[0]["what"].as_str().unwrap().contains("192.0.2.77"));
}

#[test]
fn a_port_where_nobody_listens() {
    let Some(link) = link() else { return };
    let mut here = Puppet::start(&link.0, ROLE);
    let mut watching = Watching::start(here.pid(), &[], produces("connects where nobody listens"));
    for _ in 0..10 {
        assert_eq!(here.act("connect 192.0.2.2 4902"), "ConnectionRefused");
    }
    let found = watching.find();
    assert_eq!(found[0]["severity"], "warning", "{found:?}");
}

#[test]
fn connections_that_are_never_confirmed() {
    let Some(link) = link() else { return };
    let mut here = Puppet::start(&link.0, ROLE);
    link.0.run("sysctl -qw net.ipv4.tcp_max_syn_backlog=64");
    assert_eq!(here.act("listen 4903"), "ok");
    drops(&link.1, "tcp sport 4903 drop");
    let names = produces("gets requests of connections that are never confirmed");
    let mut watching = Watching::start(here.pid(), &["--scope", "namespace"], names);
    let script = "for i in {1..40}; do (exec 3<>/dev/tcp/192.0.2.1/4903) & done; trap 'kill $(jobs -p)' EXIT";
    let _clients = Shell::start(&link.1, script);
    let found = watching.find();
    assert!(found[0]["about"].as_str().unwrap().contains(":4903"), "{found:?}");
}

#[test]
fn a_program_that_does_not_accept() {
    let Some(link) = link() else { return };
    let mut here = Puppet::start(&link.0, ROLE);
    link.0.run("sysctl -qw net.core.somaxconn=4");
    assert_eq!(here.act("listen 4904"), "ok");
    let mut watching = Watching::start(here.pid(), &[], produces("does not accept"));
    let script = "for i in {1..8}; do (exec 3<>/dev/tcp/192.0.2.1/4904; read) & done";
    let _clients = Shell::start(&link.1, script);
    watching.find();
}

#[test]
fn ports_and_descriptors_run_out() {
    let Some(link) = link() else { return };
    let mut there = Puppet::start(&link.1, ROLE);
    assert_eq!(there.act("listen 4905"), "ok");
    link.0.run("sysctl -qw net.ipv4.ip_local_port_range='40000 40019'");
    let script = "for i in {1..18}; do exec {fd}<>/dev/tcp/192.0.2.2/4905; done";
    let ports = Shell::start(&link.0, script);
    let names = produces("has nearly as many connections as there are ports");
    Watching::start(ports.0.id(), &["--scope", "namespace"], names).find();
    let files = Shell::start(&link.0, "ulimit -n 200; for i in {1..185}; do exec {fd}</dev/null; done");
    let names = produces("has opened nearly all the descriptors that it may");
    Watching::start(files.0.id(), &[], names).find();
}

#[test]
fn connections_in_time_wait() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.0, ROLE));
    link.0.run("sysctl -qw net.ipv4.tcp_max_tw_buckets=10");
    assert_eq!(there.act("listen 4906"), "ok");
    let mut once = || {
        assert_eq!(here.act("connect 192.0.2.1 4906"), "ok");
        assert_eq!(there.act("accept"), "ok");
        assert_eq!(here.act("close"), "ok");
        for step in ["end", "close"] {
            assert_eq!(there.act(step), "ok");
        }
        here.pid()
    };
    let pid = once();
    let mut near = Watching::start(pid, &[], produces("opens and closes one connection after the other"));
    let names = produces("opens and closes more than the namespace remembers");
    let mut beyond = Watching::start(pid, &[], names);
    (0..9).for_each(|_| _ = once());
    near.find();
    (0..5).for_each(|_| _ = once());
    beyond.find();
}

#[test]
fn datagrams_that_are_lost() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.1, ROLE));
    assert_eq!(here.act("bind 4907"), "ok");
    let names = produces("gets more datagrams than its buffer holds");
    let mut watching = Watching::start(here.pid(), &[], names);
    assert_eq!(there.act("datagrams 192.0.2.1 4907 200"), "ok");
    watching.find();
    let mut watching = Watching::start(here.pid(), &[], produces("sends to a network without a route"));
    assert_eq!(here.act("datagrams 198.51.100.1 4907 1"), "NetworkUnreachable");
    watching.find();
    // UDP's number, ports 4907, 9 bytes long, and a checksum that cannot be right.
    let mut watching = Watching::start(here.pid(), &[], produces("is sent datagrams with a wrong checksum"));
    assert_eq!(there.act("inject 192.0.2.1 17 132b132b0009123478"), "ok");
    watching.find();
    let mut watching = Watching::start(there.pid(), &[], produces("sends datagrams faster than the link"));
    link.1.run("tc qdisc add dev veth0 root tbf rate 8kbit burst 1600 limit 3000");
    assert_eq!(there.act("datagrams 192.0.2.1 4907 100"), "ok");
    watching.find();
}

#[test]
fn others_that_are_not_read() {
    let Some(link) = link() else { return };
    let mut here = Puppet::start(&link.0, ROLE);
    assert_eq!(here.act("unix 4 4"), "ok");
    Watching::start(here.pid(), &[], produces("does not accept on a UNIX socket")).find();
    assert_eq!(here.act("netlink"), "ok");
    let mut watching = Watching::start(here.pid(), &[], produces("does not read what the kernel tells it"));
    link.0.run("for i in $(seq 100); do echo addr add 10.9.8.$i/32 dev lo; done | ip -batch -");
    watching.find();
}

#[test]
fn packets_that_are_marked_or_dropped() {
    let Some(link) = link() else { return };
    let (here, mut there) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.1, ROLE));
    let name = "is sent frames of a protocol that nobody speaks";
    let mut watching = Watching::start(here.pid(), &[], produces(name));
    assert_eq!(there.act("frames veth0 1000"), "ok");
    watching.find();
    let mut watching = Watching::start(here.pid(), &[], produces("is sent packets that met congestion"));
    link.1.run("nft add table ip m && nft add chain ip m out '{ type filter hook output priority 0; }'");
    link.1.run("nft add rule ip m out ip ecn set ce");
    assert_eq!(there.act("datagrams 192.0.2.1 4908 200"), "ok");
    watching.find();
}

#[test]
fn a_narrow_link_with_a_long_queue() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = connected(&link);
    let name = "sends much over a narrow link with a long queue";
    let mut watching = Watching::start(here.pid(), &[], produces(name));
    detour(&link.1, "match u32 0 0", "rate 2mbit burst 10kb limit 1000kb");
    there.tell("receive 50000000");
    here.tell("send 50000000");
    watching.find();
}

#[test]
fn connections_that_one_end_has_closed() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = connected(&link);
    let soon = [
        ("close-wait-seconds", 0.5),
        ("close-wait-sockets", 1.0),
        ("fin-wait2-seconds", 0.5),
        ("fin-wait2-sockets", 1.0),
    ];
    let name = "does not close what the other end has closed";
    let mut closed = Watching::by(&soon, there.pid(), &[], produces(name));
    let name = "has ended its side, and the other end does not";
    let mut ended = Watching::by(&soon, here.pid(), &[], produces(name));
    assert_eq!(here.act("finish"), "ok");
    assert_eq!(there.act("end"), "ok");
    closed.find();
    ended.find();
}

#[test]
fn sockets_that_become_more() {
    let Some(link) = link() else { return };
    let mut there = Puppet::start(&link.1, ROLE);
    assert_eq!(there.act("listen 4911"), "ok");
    let script = "read; for i in {1..120}; do exec {fd}<>/dev/tcp/192.0.2.2/4911; sleep 0.05; done";
    let mut shell = Shell::start(&link.0, script);
    let soon = [("socket-leak-seconds", 2.0), ("socket-leak-sockets", 8.0)];
    let names = produces("opens one connection after the other, and closes none");
    let mut watching = Watching::by(&soon, shell.0.id(), &[], names);
    std::io::Write::write_all(shell.0.stdin.as_mut().unwrap(), b"\n").unwrap();
    watching.find();
}

#[test]
fn connections_that_are_tracked() {
    let Some(link) = link() else { return };
    drops(&link.0, "ct state invalid drop");
    let (here, _there) = connected(&link);
    let name = "is in a namespace that tracks connections up to its limit";
    // The limit is the machine's.
    Watching::by(&[("conntrack-percent", 0.000_01)], here.pid(), &[], produces(name)).find();
}

#[test]
fn packets_that_are_too_large_or_in_pieces() {
    let Some(link) = link() else { return };
    link.0.run("sysctl -qw net.ipv4.tcp_mtu_probing=2 net.ipv4.tcp_base_mss=1024");
    link.0.ip("link set veth0 gso_max_segs 1");
    drops(&link.1, "meta length '>' 1200 drop");
    let (mut here, mut there) = connected(&link);
    let names = produces("looks for the largest packet that a path carries");
    let mut watching = Watching::start(here.pid(), &[], names);
    there.tell("receive 5000000");
    here.tell("send 5000000");
    watching.find();

    let mut there = Puppet::start(&link.1, ROLE);
    let names = produces("is sent datagrams of which a fragment gets lost");
    let mut watching = Watching::start(here.pid(), &[], names);
    link.0.run("sysctl -qw net.ipv4.ipfrag_time=1");
    link.0.run(
        "nft add table inet f && nft add chain inet f in '{ type filter hook prerouting priority -450; }'",
    );
    link.0.run("nft add rule inet f in ip frag-off '&' 0x1fff '!=' 0 drop");
    link.1.ip("link set veth0 mtu 100");
    assert_eq!(there.act("datagrams 192.0.2.1 4912 5"), "ok");
    watching.find();
}

#[test]
fn segments_that_overtake_each_other() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = connected(&link);
    let names = produces("sends over two paths, one slower than the other");
    let mut watching = Watching::start(here.pid(), &[], names);
    link.0.ip("link set veth0 gso_max_segs 1");
    // Every second packet, by its identification.
    detour(&link.1, "match u16 0x0001 0x0001 at 4", "rate 20mbit burst 10kb limit 1000kb");
    there.tell("receive 500000000");
    here.tell("send 500000000");
    watching.find();
}

#[test]
fn multipath_where_there_is_none() {
    let Some(link) = link() else { return };
    let (mut here, mut there) = (Puppet::start(&link.0, ROLE), Puppet::start(&link.1, ROLE));
    assert_eq!(there.act("listen 4913"), "ok");
    let names = produces("asks for Multipath TCP where there is none");
    let mut watching = Watching::start(here.pid(), &[], names);
    assert_eq!(here.act("connect-multipath 192.0.2.2 4913"), "ok");
    watching.find();
}

#[test]
fn a_link_that_is_full() {
    if !need_root() || !need_tool("ip") || !need_tool("tc") {
        return;
    }
    let netns = Netns::new();
    let mut here = Puppet::start(&netns, ROLE);
    assert_eq!(here.act("tap tap0 8"), "ok");
    netns.ip("addr add 192.0.2.1/24 dev tap0");
    netns.ip("link set tap0 up");
    netns.ip("neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev tap0");
    // It carries no more than it says, of which preamble, checksum and gap are a part.
    netns.run("tc qdisc add dev tap0 root tbf rate 8mbit burst 10kb limit 1000kb overhead 24");
    let names = produces("sends as much as the link carries");
    let mut watching = Watching::by(&[("interface-saturated-seconds", 1.0)], here.pid(), &[], names);
    assert_eq!(here.act("associate 192.0.2.2 4914"), "ok");
    here.tell("ask 12000 1000");
    let found = watching.find();
    assert_eq!((&found[0]["about"], &found[0]["severity"]), (&"interface tap0".into(), &"warning".into()));
    assert!(found[0]["evidence"].as_str().unwrap().contains("speed 8 Mbit/s, full duplex"), "{found:?}");

    // What is found in what was recorded is the same.
    let folder = tempfile::tempdir().unwrap();
    let (file, config) = (folder.path().join("full.nmr"), folder.path().join("config.toml"));
    let (file, config) = (file.to_str().unwrap(), config.to_str().unwrap());
    std::fs::write(config, "[thresholds]\ninterface-saturated-seconds = 1\n").unwrap();
    let output = run(&["record", &here.pid().to_string(), "-o", file, "--for", "3s", "--interval", "0.2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = run(&["--config", config, "check", "--from", file]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stdout(&output).contains("interface-saturated"), "{}", stdout(&output));
}

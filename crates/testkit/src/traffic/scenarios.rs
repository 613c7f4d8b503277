//! What there is.

use rustix::net::SocketType;

use super::datagrams::{self, CLIENT, CLIENT6, CUT, PLAN, SMALL, link_client, link_server};
use super::streams::{Calls, DRIPS, LINK, LINK6, LOOPBACK, PORT, accept, both, connect, drip, receive, send};
use super::{Over, Scenario, bulk, mapped, processes, raw, streams, unix, uring};

const HTTPS: u16 = 443;

const DOWN: usize = 20_000_003;
const UP: usize = 20_000_033;

/// Over the link, with a server and a client.
const fn link(name: &'static str, doc: &'static str, server: fn(), client: fn()) -> Scenario {
    Scenario { name, doc, over: Over::Link, server: Some(server), client, refused: || None }
}

/// In one namespace, with a server and a client.
const fn local(name: &'static str, doc: &'static str, server: fn(), client: fn()) -> Scenario {
    Scenario { name, doc, over: Over::Loopback, server: Some(server), client, refused: || None }
}

/// Without a server.
const fn alone(name: &'static str, doc: &'static str, over: Over, client: fn()) -> Scenario {
    Scenario { name, doc, over, server: None, client, refused: || None }
}

/// Over links that take segments.
fn cut(talk: impl FnOnce()) {
    mapped::cut_before_the_link();
    talk();
}

impl Scenario {
    const fn unless(self, refused: fn() -> Option<String>) -> Self {
        Self { refused, ..self }
    }
}

/// All scenarios.
pub static SCENARIOS: &[Scenario] = &[
    link(
        "tcp-down",
        "A TCP server sends 20 MB, with send and recv.",
        || send(accept((LINK, PORT)), DOWN, Calls::Plain),
        || receive(connect((LINK, PORT)), DOWN, Calls::Plain),
    ),
    link(
        "tcp-up",
        "A TCP client sends 20 MB, with write and read.",
        || receive(accept((LINK, PORT)), UP, Calls::Files),
        || send(connect((LINK, PORT)), UP, Calls::Files),
    ),
    link(
        "tcp-both",
        "A TCP server and a client send 20 MB each at the same time, with writev and readv.",
        || both(accept((LINK, PORT)), DOWN, UP, Calls::Vectors),
        || both(connect((LINK, PORT)), UP, DOWN, Calls::Vectors),
    ),
    link(
        "tcp-segments",
        "TCP, both ways at the same time, over links that take no more than a segment at a time; the server closes first.",
        || cut(|| both(accept((LINK, PORT)), DOWN / 4, UP / 4, Calls::Plain)),
        || cut(|| streams::both_to_the_end(connect((LINK, PORT)), UP / 4, DOWN / 4)),
    ),
    link(
        "tcp6-segments",
        "The same over IPv6.",
        || cut(|| both(accept((LINK6, PORT)), DOWN / 4, UP / 4, Calls::Plain)),
        || cut(|| streams::both_to_the_end(connect((LINK6, PORT)), UP / 4, DOWN / 4)),
    ),
    link(
        "udp-both",
        "UDP datagrams of up to 5000 bytes both ways, with sendto and recvfrom on sockets that are not connected.",
        || link_server(&PLAN, datagrams::Calls::To),
        || link_client(&PLAN, datagrams::Calls::To),
    ),
    link(
        "udp-443",
        "UDP datagrams both ways to port 443, with send and recv on connected sockets.",
        || datagrams::server(LINK, HTTPS, CLIENT, datagrams::Calls::Plain).answer(&PLAN),
        || datagrams::client(LINK, HTTPS, CLIENT, datagrams::Calls::Plain).ask(&PLAN),
    ),
    link(
        "udp-small",
        "A UDP client sends 10,000 datagrams of 1 to 64 bytes with write, and gets an answer for every 50.",
        || link_server(&SMALL, datagrams::Calls::Files),
        || link_client(&SMALL, datagrams::Calls::Files),
    ),
    link(
        "tcp6",
        "TCP over IPv6, both ways at the same time, with sendmsg and recvmsg.",
        || both(accept((LINK6, PORT)), DOWN / 4, UP / 4, Calls::Messages),
        || both(connect((LINK6, PORT)), UP / 4, DOWN / 4, Calls::Messages),
    ),
    link(
        "udp6",
        "UDP over IPv6, both ways, with sendmsg and recvmsg.",
        || datagrams::server(LINK6, PORT, CLIENT6, datagrams::Calls::Messages).answer(&PLAN),
        || datagrams::client(LINK6, PORT, CLIENT6, datagrams::Calls::Messages).ask(&PLAN),
    ),
    alone(
        "icmp-raw",
        "Echo requests over a raw socket, whose replies come with their IP header of 20 bytes.",
        Over::Link,
        || raw::echo(SocketType::RAW),
    ),
    alone("icmp-ping", "Echo requests and replies over a ping socket.", Over::Link, || {
        raw::echo(SocketType::DGRAM);
    }),
    link(
        "raw-253",
        "Raw IP of protocol 253 both ways; what is received has an IP header of 20 bytes, what is sent has not.",
        || raw::experiment_server().answer(&PLAN),
        || raw::experiment_client().ask(&PLAN),
    ),
    link(
        "packet-send",
        "Frames of an experimental Ethernet protocol from a packet socket to a packet socket, with their headers.",
        raw::frames_server,
        raw::frames_client,
    ),
    link(
        "packet-ring-send",
        "Frames from a ring of a packet socket, sent by calls of send without a buffer, to a packet socket.",
        raw::frames_server,
        mapped::ring_client,
    ),
    link(
        "tcp-streams",
        "16 TCP connections at once, each with its threads, both ways.",
        streams::streams_server,
        streams::streams_client,
    ),
    link(
        "tcp-short",
        "20,000 TCP connections with one request of up to 100 bytes and one answer of up to 300 bytes.",
        streams::short_server,
        streams::short_client,
    ),
    link(
        "slow-drip",
        "A TCP client sends one byte every 10 ms for a second.",
        || receive(accept((LINK, PORT)), DRIPS, Calls::Plain),
        || drip(&connect((LINK, PORT))),
    ),
    link(
        "sendfile",
        "A TCP client sends a file with sendfile.",
        || receive(accept((LINK, PORT)), bulk::TOTAL, Calls::Plain),
        || bulk::sendfile(connect((LINK, PORT))),
    ),
    link(
        "sendmmsg",
        "A UDP client sends with sendmmsg, and receives answers with recvmmsg.",
        || link_server(&PLAN, datagrams::Calls::Plain),
        || link_client(&PLAN, datagrams::Calls::Many),
    ),
    link(
        "recvmmsg",
        "A UDP server receives with recvmmsg and answers with sendmmsg.",
        || link_server(&PLAN, datagrams::Calls::Many),
        || link_client(&PLAN, datagrams::Calls::Plain),
    ),
    link(
        "splice-in",
        "A TCP client sends what it splices from a pipe.",
        || receive(accept((LINK, PORT)), bulk::TOTAL, Calls::Plain),
        || bulk::splice_in(connect((LINK, PORT))),
    ),
    link(
        "splice-out",
        "A TCP client splices what it receives to a pipe.",
        || send(accept((LINK, PORT)), bulk::TOTAL, Calls::Plain),
        || bulk::splice_out(connect((LINK, PORT))),
    ),
    link(
        "zerocopy",
        "A TCP client sends with MSG_ZEROCOPY, and reads from the error queue when it is done.",
        || receive(accept((LINK, PORT)), bulk::TOTAL, Calls::Plain),
        || bulk::zerocopy(connect((LINK, PORT))),
    ),
    link(
        "zerocopy-receive",
        "A TCP client receives whole pages by TCP_ZEROCOPY_RECEIVE, with and without a buffer for the rest.",
        mapped::pages_server,
        mapped::zerocopy_client,
    ),
    link(
        "peek",
        "Each recv comes after one with MSG_PEEK, over TCP and then over UDP.",
        || {
            let mut udp = datagrams::server(LINK, PORT, CLIENT, datagrams::Calls::Peek);
            both(accept((LINK, PORT)), DOWN / 16, UP / 16, Calls::Peek);
            udp.answer(&PLAN);
        },
        || {
            let mut udp = datagrams::client(LINK, PORT, CLIENT, datagrams::Calls::Peek);
            both(connect((LINK, PORT)), UP / 16, DOWN / 16, Calls::Peek);
            udp.ask(&PLAN);
        },
    ),
    link(
        "trunc",
        "A UDP server receives into 100 bytes what is longer, in turn without and with MSG_TRUNC.",
        || link_server(&CUT, datagrams::Calls::Short),
        || link_client(&CUT, datagrams::Calls::Plain),
    ),
    link(
        "mptcp",
        "Multipath TCP, both ways at the same time.",
        streams::mptcp_server,
        streams::mptcp_client,
    )
    .unless(streams::mptcp_refused),
    local(
        "loopback-tcp",
        "TCP over loopback, both ways at the same time.",
        || both(accept((LOOPBACK, PORT)), DOWN / 2, UP / 2, Calls::Plain),
        || both(connect((LOOPBACK, PORT)), UP / 2, DOWN / 2, Calls::Plain),
    ),
    local(
        "loopback-udp",
        "UDP over loopback, both ways.",
        || datagrams::server(LOOPBACK, PORT, LOOPBACK, datagrams::Calls::Plain).answer(&PLAN),
        || datagrams::client(LOOPBACK, PORT, LOOPBACK, datagrams::Calls::Plain).ask(&PLAN),
    ),
    local(
        "unix-stream",
        "A UNIX stream, both ways at the same time, with sendmsg and recvmsg.",
        || both(unix::accept(), DOWN / 4, UP / 4, Calls::Messages),
        || both(unix::connect(), UP / 4, DOWN / 4, Calls::Messages),
    ),
    local(
        "unix-dgram",
        "UNIX datagrams between two sockets with names, with sendto and recvfrom.",
        unix::datagram_server,
        unix::datagram_client,
    ),
    alone(
        "unix-seqpacket",
        "UNIX packets over a pair, between a process and its child.",
        Over::Loopback,
        unix::packets,
    ),
    local(
        "unix-splice-out",
        "A process splices what it receives over a UNIX stream to a pipe.",
        || send(unix::accept(), bulk::TOTAL, Calls::Plain),
        || bulk::splice_out(unix::connect()),
    ),
    alone("netlink", "A process asks the kernel for its links, addresses and routes.", Over::Loopback, || {
        raw::netlink();
    }),
    local(
        "processes",
        "1,000 processes that live some milliseconds send a UDP datagram of 1 to 1,000 bytes each.",
        processes::short_lived_server,
        processes::short_lived_client,
    ),
    local(
        "forked",
        "Four children accept on a listening socket of their parent: 4, 8, 12 and 16 connections.",
        processes::forked_server,
        processes::forked_client,
    ),
    local(
        "passed",
        "A process passes its TCP connection to a child over a UNIX socket, with one byte; both use it.",
        unix::passed_server,
        unix::passed_client,
    ),
    local(
        "io-uring",
        "A process sends and receives over TCP by send, write, recv and read of io_uring, some in its workers.",
        processes::ring_server,
        uring::plain,
    )
    .unless(uring::refused),
    local(
        "io-uring-zc",
        "A process sends over TCP by the zero-copy send of io_uring.",
        processes::ring_server,
        uring::zero_copy,
    )
    .unless(uring::refused),
    local(
        "thread",
        "Threads send for their process, the last one after the first thread has ended.",
        processes::thread_server,
        processes::thread_client,
    ),
];

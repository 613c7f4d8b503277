//! Answers of sock_diag that a kernel gave, against what was done in the namespace and what `ss` and the text files
//! printed at the same time.

mod common;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use procnet::diag::attribute::Numbers;
use procnet::diag::inet::Sockets;
use procnet::diag::netlink::NetlinkSocket;
use procnet::diag::packet::PacketSocket;
use procnet::diag::tcp_info::TcpInfo;
use procnet::diag::unix::UnixSocket;
use procnet::diag::vsock::VsockSocket;
use procnet::diag::{COLUMNS, DiagSocket, Transport, inet};
use procnet::proc::inet::Inet;
use procnet::{AnyTable, Endian, Ending, Table, Value};

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

fn sockets(name: &str) -> Table<DiagSocket> {
    common::netlink_table(name)
}

fn between(table: &Table<DiagSocket>, local: u16, remote: u16) -> &DiagSocket {
    let found = table.iter().find(|row| (row.socket.local_port, row.socket.remote_port) == (local, remote));
    found.unwrap_or_else(|| panic!("no socket {local} {remote}"))
}

/// The value of a column; text as text.
fn value(table: &Table<DiagSocket>, row: &DiagSocket, name: &str) -> String {
    let column = COLUMNS.iter().find(|column| column.column.name == name);
    let value = (column.unwrap_or_else(|| panic!("no column {name}")).get)(&row.detail(&table.texts));
    match value {
        Value::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        Value::Unsigned(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Float(number) => format!("{number:.1}"),
        Value::Label(label) => label.to_owned(),
        Value::Absent(_) => "absent".to_owned(),
        other => format!("{other:?}"),
    }
}

fn values<const N: usize>(table: &Table<DiagSocket>, row: &DiagSocket, names: [&str; N]) -> [String; N] {
    names.map(|name| value(table, row, name))
}

#[test]
fn a_connection_is_what_was_done_with_it() {
    let table = sockets("inet_tcp");
    assert_eq!((table.len(), table.faults()), (20, 0));
    let whole = Ending { dumps: 2, done: Some(0), ..Ending::default() };
    assert_eq!(table.ending(), Some(whole));

    let client = between(&table, 17001, 7001);
    assert_eq!((client.socket.local_address, client.socket.remote_address), (V4, V4));
    assert_eq!((client.family, client.ifindex, client.cookie), (2, 0, 4146));
    let names = ["bytes_sent", "bytes_acked", "bytes_received", "mark", "tos", "congestion", "ca_state"];
    assert_eq!(values(&table, client, names), ["100333", "100334", "2000", "42", "16", "bbr", "Open"]);
    let names =
        ["segs_out", "segs_in", "data_segs_out", "data_segs_in", "delivered", "snd_cwnd", "snd_ssthresh"];
    assert_eq!(values(&table, client, names), ["24", "23", "21", "20", "22", "18", "absent"]);
    let names = ["rtt_us", "rttvar_us", "min_rtt_us", "rto_us", "ato_us", "busy_time_us", "rcv_rtt_us"];
    assert_eq!(values(&table, client, names), ["5198", "10375", "9", "208000", "40000", "44000", "absent"]);
    let names = ["wscale", "snd_wscale", "rcv_wscale", "timestamps", "sack", "ecn", "fastopen"];
    assert_eq!(values(&table, client, names), ["1", "10", "10", "1", "1", "off", "absent"]);
    let names = ["retrans_percent", "rwnd_limited_percent", "max_pacing_rate", "rmem", "sndbuf", "cgroup"];
    assert_eq!(values(&table, client, names), ["0.0", "0.0", "absent", "0", "3939840", "1"]);
    assert_eq!(value(&table, client, "bbr_bandwidth"), "7275888455");

    let server = between(&table, 7001, 17001);
    assert_eq!((server.socket.rx_queue, server.socket.tx_queue), (333, 0));
    let names = ["bytes_received", "rmem", "fwd_alloc", "rcv_rtt_us", "rcv_mss", "total_rto_time_ms"];
    assert_eq!(values(&table, server, names), ["100333", "1165", "2931", "238", "5000", "0"]);
}

#[test]
fn a_row_is_what_the_text_file_prints() {
    let table = sockets("inet_tcp");
    let printed = Inet {
        local_address: V4,
        local_port: 17001,
        remote_address: V4,
        remote_port: 7001,
        st: 1,
        tx_queue: 0,
        rx_queue: 0,
        tr: 0,
        timer_expires: 0,
        retransmits: 0,
        uid: 0,
        probes_out: 0,
        inode: 15002,
        ref_count: 0,
        rto: Some(20),
        ato: Some(4),
        quick_ack: None,
        snd_cwnd: Some(18),
        last: Some(-1),
        drops: Some(0),
    };
    assert_eq!(between(&table, 17001, 7001).socket, printed);
    // A connection that nobody answers.
    let asking = &between(&table, 17007, 99).socket;
    assert_eq!((asking.st, asking.tx_queue, asking.tr, asking.timer_expires), (2, 1, 1, 38));
    assert_eq!(
        (asking.rto, asking.ato, asking.snd_cwnd, asking.last),
        (Some(100), Some(0), Some(10), Some(-1))
    );
}

#[test]
fn a_listening_socket_has_a_queue_and_its_limit_and_no_connection() {
    let table = sockets("inet_tcp");
    for (port, queue, limit) in [(7001, 2, 5), (7002, 0, 6), (7003, 0, 7), (7008, 0, 3)] {
        let row = between(&table, port, 0);
        assert_eq!((row.socket.st, row.socket.rx_queue, row.socket.tx_queue), (10, queue, 0));
        assert_eq!(row.accept_backlog, Some(limit));
        assert_eq!((row.socket.rto, row.socket.last, row.socket.snd_cwnd), (None, None, Some(10)));
        let names = ["unacked", "sacked", "rtt_us", "bytes_sent", "rto_us", "congestion"];
        assert_eq!(values(&table, row, names), ["absent", "absent", "absent", "absent", "absent", "bbr"]);
    }
    // Those that wait there belong to no process.
    assert_eq!(between(&table, 7001, 17004).socket.inode, 0);
}

#[test]
fn what_is_less_than_a_connection_has_no_information() {
    let table = sockets("inet_tcp");
    let (ended, half_open) = (between(&table, 17006, 7003), between(&table, 7008, 17008));
    assert_eq!((ended.socket.st, ended.socket.tr, ended.timer_expires_ms), (6, 3, Some(59388)));
    assert_eq!((half_open.socket.st, half_open.socket.tr, half_open.timer_expires_ms), (3, 1, Some(432)));
    for row in [ended, half_open] {
        let detail = row.detail(&table.texts);
        assert!(detail.tcp_info().is_none() && detail.memory().is_none() && detail.congestion().is_none());
        assert_eq!((row.socket.inode, row.socket.rto, row.socket.drops), (0, None, None));
        assert_eq!(values(&table, row, ["rtt_us", "rmem", "tos"]), ["absent", "absent", "absent"]);
    }
    // Times since something happened count from the kernel's start where nothing did.
    let asking = between(&table, 17007, 99);
    let names =
        ["last_data_sent_ms", "last_ack_recv_ms", "rtt_us", "min_rtt_us", "unacked", "wscale", "snd_wscale"];
    let expected = ["absent", "absent", "absent", "absent", "1", "0", "absent"];
    assert_eq!(values(&table, asking, names), expected);
}

#[test]
fn ipv6_stays_what_it_is() {
    let table = sockets("inet_tcp");
    let row = between(&table, 17002, 7002);
    assert_eq!((row.family, row.socket.local_address, row.socket.remote_address), (10, V6, V6));
    let names = ["tclass", "bytes_sent", "data_segs_out", "snd_mss", "pmtu"];
    assert_eq!(values(&table, row, names), ["32", "40000", "10", "52224", "65536"]);
    let mapped = between(&table, 7003, 17003);
    let address: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
    assert_eq!((mapped.family, mapped.socket.local_address), (10, address));
    assert_eq!(value(&table, between(&table, 7002, 0), "v6only"), "1");
    assert_eq!(value(&table, between(&table, 7003, 0), "v6only"), "0");
}

#[test]
fn udp_sockets() {
    let table = sockets("inet_udp");
    assert_eq!((table.len(), table.ending().unwrap().dumps), (5, 3));
    let full = between(&table, 7012, 0);
    assert_eq!((full.socket.st, full.socket.rx_queue, full.socket.drops), (7, 3840, Some(9)));
    let names = ["rcvbuf", "drops", "rmem", "rtt_us", "accept_backlog"];
    assert_eq!(values(&table, full, names), ["4608", "9", "3840", "absent", "absent"]);
    assert_eq!(between(&table, 7013, 0).ifindex, 2);
    assert_eq!((between(&table, 17010, 7010).socket.st, between(&table, 7010, 0).socket.rx_queue), (1, 3584));
}

#[test]
fn multipath_connections_and_their_subflows_have_one_inode_and_one_token() {
    let (table, subflows) = (sockets("inet_mptcp"), sockets("inet_tcp"));
    let (client, subflow) = (between(&table, 17020, 7020), between(&subflows, 17020, 7020));
    assert_eq!(client.transport, Transport::Mptcp);
    assert_eq!(client.socket.inode, subflow.socket.inode);
    assert_ne!(client.cookie, subflow.cookie);
    let names = ["bytes_sent", "bytes_acked", "bytes_received", "subflows", "mptcp_token", "tcp_ulp"];
    let expected = ["3000", "3000", "200", "1", "1217184434", "absent"];
    assert_eq!(values(&table, client, names), expected);
    assert_eq!(values(&subflows, subflow, ["tcp_ulp", "mptcp_token"]), ["mptcp", "1217184434"]);
    let detail = client.detail(&table.texts);
    assert!(detail.tcp_info().is_none());
    assert_eq!(detail.mptcp_info().unwrap().flags(), Some(2));
    let of_subflow = subflow.detail(&subflows.texts).ulp().unwrap().subflow().unwrap();
    assert_eq!((of_subflow.token_loc(), of_subflow.id_loc()), (Some(1_217_184_434), Some(0)));
    let listening = between(&table, 7020, 0);
    assert_eq!(values(&table, listening, ["bytes_sent", "subflows"]), ["absent", "absent"]);
    assert_eq!(listening.accept_backlog, Some(4));
}

#[test]
fn what_a_kernel_does_not_offer_is_told_apart_from_nothing() {
    for name in ["inet_raw", "inet_sctp"] {
        let table = sockets(name);
        assert_eq!((table.len(), table.faults()), (0, 0));
        assert_eq!((table.ending().unwrap().done, table.ending().unwrap().is_whole()), (Some(-2), false));
    }
}

#[test]
fn unix_sockets() {
    let table: Table<UnixSocket> = common::netlink_table("unix");
    assert_eq!((table.len(), table.faults()), (6, 0));
    let of = |inode: u32| table.iter().find(|row| row.inode == inode).unwrap();
    let text = |span: Option<procnet::table::Span>| span.map(|span| table.texts.get(span));

    let listening = of(14973);
    assert_eq!(text(listening.path), Some(&b"/tmp/nmd/with a space"[..]));
    assert_eq!((listening.r#type.0, listening.state.0, listening.cookie), (1, 10, 34));
    assert_eq!((listening.accept_queue, listening.accept_backlog), (Some(1), Some(9)));
    assert_eq!(listening.pending(&table.texts).collect::<Vec<_>>(), [14974]);
    assert_eq!((listening.vfs_inode, listening.vfs_dev), (Some(10_043_415), Some(254 << 20)));
    assert_eq!((listening.rx_queue, listening.peer, listening.uid), (None, None, Some(0)));

    // It is connected to a socket that nobody has accepted.
    assert_eq!((of(14974).peer, of(14974).tx_queue, of(14974).state.0), (Some(0), Some(768), 1));
    assert_eq!((text(of(14975).path), of(14975).rx_queue), (Some(&b"@abs@tract"[..]), Some(77)));
    assert_eq!((of(14976).peer, of(14976).r#type.0), (Some(14975), 2));
    let (one, other) = (of(14977), of(14978));
    assert_eq!((one.peer, other.peer, one.r#type.0), (Some(14978), Some(14977), 5));
    assert_eq!((other.rx_queue, one.wmem, one.sndbuf), (Some(40), Some(768), Some(212_992)));
    assert_eq!((one.shutdown.unwrap().0, other.shutdown.unwrap().0), (1, 2));
}

#[test]
fn netlink_sockets() {
    let table: Table<NetlinkSocket> = common::netlink_table("netlink");
    // Fourteen messages: the two that listen to groups came twice.
    assert_eq!((table.len(), table.faults()), (12, 0));
    let of = |portid: u32| table.iter().find(|row| row.portid == portid).unwrap();
    let groups = |row: &NetlinkSocket| row.groups.map(|groups| table.texts.get(groups));
    let route = of(4242);
    assert_eq!((route.protocol.0, route.r#type.0, route.inode, route.cookie), (0, 3, 14985, 40));
    assert_eq!(groups(route), Some(&b"1 5 9 33"[..]));
    assert_eq!((route.rmem, route.rcvbuf, route.drops), (Some(0), Some(212_992), Some(0)));
    assert_eq!((of(4244).protocol.0, groups(of(4244))), (15, Some(&b"1"[..])));
    assert_eq!((of(4243).protocol.0, of(4243).inode, groups(of(4243))), (16, 14986, None));
    // The socket that asked.
    let asking = table.iter().find(|row| row.flags.is_some_and(|flags| flags.0 == 1)).unwrap();
    assert_eq!((asking.protocol.0, asking.rcvbuf), (4, Some(2 << 20)));
}

#[test]
fn packet_sockets() {
    let table: Table<PacketSocket> = common::netlink_table("packet");
    assert_eq!((table.len(), table.faults()), (3, 0));
    let text = |span: Option<procnet::table::Span>| span.map(|span| table.texts.get(span));
    let of = |inode: u32| table.iter().find(|row| row.inode == inode).unwrap();
    let ring = of(14989);
    assert_eq!((ring.r#type.0, ring.proto.0, ring.ifindex, ring.cookie), (3, 3, Some(2), 52));
    assert_eq!((ring.rx_ring_bytes, ring.rx_ring_frames, ring.tx_ring_bytes), (Some(16384), Some(8), None));
    assert_eq!((ring.version.unwrap().0, ring.flags.unwrap().0), (1, 3));
    assert_eq!((text(ring.memberships), ring.uid), (Some(&b"2:promisc"[..]), Some(0)));
    let filtered = of(14991);
    assert_eq!((filtered.r#type.0, filtered.proto.0, filtered.filter_instructions), (2, 0x806, Some(2)));
    let shared = of(14992);
    assert_eq!((shared.fanout_id, shared.fanout_type.unwrap().0, filtered.fanout_id), (Some(5), 2, None));
}

#[test]
fn an_error_instead_of_rows_is_told() {
    let table: Table<VsockSocket> = common::netlink_table("vsock");
    let ending = table.ending().unwrap();
    assert_eq!((table.len(), table.faults(), ending.error, ending.done), (0, 0, Some(-2), None));
}

/// A message with these attributes.
fn message(family: u8, endian: Endian, attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let (u16s, u32s) = (
        |n: u16| if endian == Endian::Big { n.to_be_bytes() } else { n.to_le_bytes() },
        |n: u32| {
            if endian == Endian::Big { n.to_be_bytes() } else { n.to_le_bytes() }
        },
    );
    let mut body = vec![family, 1, 0, 0, 0x1f, 0x90, 0, 80];
    body.extend([0; 64]);
    for (kind, bytes) in attributes {
        body.extend(u16s(4 + bytes.len() as u16));
        body.extend(u16s(*kind));
        body.extend_from_slice(bytes);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut message = u32s(16 + body.len() as u32).to_vec();
    message.extend(u16s(20));
    message.extend([0; 10]);
    message.extend(body);
    message
}

fn decode(bytes: &[u8], endian: Endian) -> Table<DiagSocket> {
    procnet::diag::message::Dump::<Sockets<inet::Tcp>>::decode(bytes, endian)
}

/// A `tcp_info` whose every byte is its place: each number is then known.
fn places(length: usize) -> Vec<u8> {
    (0..length).map(|place| place as u8).collect()
}

fn at(place: u8) -> u32 {
    u32::from_le_bytes([place, place + 1, place + 2, place + 3])
}

#[test]
fn a_kernel_tells_as_much_as_it_knows() {
    for length in [104, 192, 232, 248, 280, 300] {
        let bytes = places(length);
        let info = TcpInfo(Numbers::new(&bytes, Endian::Little));
        let from = |end: usize| length >= end;
        assert_eq!(info.rtt_us(), Some(at(68)));
        assert_eq!(info.total_retrans(), Some(at(100)));
        assert_eq!(info.min_rtt_us(), from(192).then(|| at(148)));
        assert_eq!(info.bytes_sent().is_some(), from(232));
        assert_eq!(info.snd_wnd(), from(232).then(|| at(228)));
        assert_eq!(info.rcv_wnd(), from(248).then(|| at(232)));
        assert_eq!(info.total_rto(), from(248).then_some(0xf1f0));
        assert_eq!(info.received_ce(), from(280).then(|| at(248)));
        // And as columns.
        let table = decode(&message(2, Endian::Little, &[(2, &bytes)]), Endian::Little);
        assert_eq!((table.len(), table.faults()), (1, 0));
        let known = |name| value(&table, &table[0], name) != "absent";
        assert_eq!((known("rtt_us"), known("min_rtt_us")), (true, from(192)));
        assert_eq!((known("bytes_retrans"), known("snd_wnd")), (from(232), from(232)));
        assert_eq!((known("total_rto_time_ms"), known("received_ce")), (from(248), from(280)));
        assert_eq!(known("retrans_percent"), from(232));
    }
}

#[test]
fn numbers_are_in_the_order_of_the_machine_and_ports_in_that_of_the_network() {
    let mut info = vec![0; 232];
    info[68..72].copy_from_slice(&1500u32.to_be_bytes());
    info[5] = 4;
    info[6] = 0x7a;
    info[7] = 0x80;
    let table = decode(&message(2, Endian::Big, &[(2, &info), (22, &[0x80, 0x40])]), Endian::Big);
    let row = &table[0];
    assert_eq!((row.socket.local_port, row.socket.remote_port), (8080, 80));
    // Bit fields begin with the high bit there.
    assert_eq!(values(&table, row, ["rtt_us", "snd_wscale", "rcv_wscale"]), ["1500", "7", "10"]);
    let detail = row.detail(&table.texts);
    assert_eq!(detail.tcp_info().unwrap().delivery_rate_app_limited(), Some(true));
    assert_eq!(detail.sockopt(), Some(0x201));
}

#[test]
fn shares_and_limits() {
    let mut info = vec![0; 280];
    let mut put = |place: usize, number: u64| info[place..place + 8].copy_from_slice(&number.to_le_bytes());
    put(104, u64::MAX);
    put(112, 1_000_000);
    put(168, 2000);
    put(176, 500);
    put(184, 1000);
    put(200, 10_000);
    put(208, 250);
    info[76..80].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
    let table = decode(&message(2, Endian::Little, &[(2, &info)]), Endian::Little);
    let names = ["retrans_percent", "rwnd_limited_percent", "sndbuf_limited_percent"];
    assert_eq!(values(&table, &table[0], names), ["2.5", "25.0", "50.0"]);
    let names = ["pacing_rate", "max_pacing_rate", "snd_ssthresh", "delivery_rate"];
    assert_eq!(values(&table, &table[0], names), ["absent", "1000000", "absent", "absent"]);
    // The kernel's own number of the text file: none yet.
    assert_eq!(table[0].socket.last, Some(-1));
}

#[test]
fn tls_and_other_attributes() {
    let tls: &[u8] =
        &[8, 0, 1, 0, b't', b'l', b's', 0, 20, 0, 2, 0x80, 6, 0, 1, 0, 4, 3, 0, 0, 6, 0, 2, 0, 52, 0, 0, 0];
    let old_memory: Vec<u8> =
        [100u32, 200, 300, 400].iter().flat_map(|number| number.to_le_bytes()).collect();
    let attributes: &[(u16, &[u8])] = &[(19, tls), (1, &old_memory), (18, &[0; 200]), (99, b"later")];
    let table = decode(&message(2, Endian::Little, attributes), Endian::Little);
    let names = ["tcp_ulp", "tls_version", "tls_cipher", "md5_keys"];
    assert_eq!(values(&table, &table[0], names), ["tls", "TLS 1.3", "AES_GCM_256", "2"]);
    let names = ["rmem", "wmem_queued", "fwd_alloc", "wmem", "drops"];
    assert_eq!(values(&table, &table[0], names), ["100", "200", "300", "400", "absent"]);
}

#[test]
fn a_socket_of_another_family_is_a_fault() {
    let bytes = [message(1, Endian::Little, &[]), message(10, Endian::Little, &[])].concat();
    let table = decode(&bytes, Endian::Little);
    assert_eq!((table.len(), table.faults(), table[0].family), (1, 1, 10));
}

#[test]
fn names_of_columns_are_used_once() {
    for messages in common::answers() {
        let mut names: Vec<_> = messages.fields.iter().map(|field| field.column.name).collect();
        names.extend(messages.fields.iter().filter_map(|field| field.rate));
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all, "{}", messages.name);
    }
}

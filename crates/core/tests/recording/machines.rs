//! Recordings of other machines: of another byte order, of another width, of another kernel. What they held is known, and
//! the same wherever they are read.

use netmonitor_core::query::Query;
use netmonitor_core::sample::Status;

use super::*;

/// A recording of `fixtures/recordings`, at its last moment.
fn last_of(bytes: &[u8]) -> (Head, std::sync::Arc<Snapshot>) {
    let recording = Recording::open([Cursor::new(bytes.to_vec())]).unwrap();
    let mut player = Player::new(recording, Plan::recording(Scope::Namespace));
    assert!(player.to(u64::MAX));
    assert!(player.recording().damage().is_none());
    (player.recording().head().clone(), player.now().unwrap().1)
}

/// Some columns of a table, as CSV without its first columns, which say when and where; rows that match.
fn cells(snapshot: &Snapshot, table: &str, columns: &str, filter: &str) -> Vec<String> {
    let query = Query {
        columns: Some(columns.to_owned()),
        filter: Some(filter.to_owned()),
        sort: Some(columns.split(',').next().unwrap().to_owned()),
    };
    let selection = Selection::parse(&[table], Scope::Namespace).unwrap().asked(query).unwrap();
    let mut out = Vec::new();
    (export::find("csv").unwrap().export)().write(&mut out, snapshot, &selection).unwrap();
    let text = String::from_utf8(out).unwrap();
    let skipped = text.lines().next().unwrap().split(',').count() - columns.split(',').count();
    let row = |line: &str| line.split(',').skip(skipped).collect::<Vec<_>>().join(",");
    text.lines().skip(1).map(row).collect()
}

/// What the process held, by whichever source it is told.
fn is_known(snapshot: &Snapshot) {
    let tcp = "local_port,local_address,remote_address,remote_port,state,rx_queue";
    assert_eq!(
        cells(snapshot, "tcp.tcp", tcp, ""),
        [
            "8080,127.0.0.1,0.0.0.0,0,LISTEN,",
            "8080,127.0.0.1,127.0.0.2,40001,ESTABLISHED,0",
            "8080,127.0.0.1,127.0.0.2,40002,ESTABLISHED,0",
            "8443,::1,::,0,LISTEN,",
            "8443,::1,::1,40003,ESTABLISHED,0",
            "40001,127.0.0.2,127.0.0.1,8080,ESTABLISHED,77",
            "40002,127.0.0.2,127.0.0.1,8080,ESTABLISHED,0",
            "40003,::1,::1,8443,ESTABLISHED,0",
        ]
    );
    assert_eq!(cells(snapshot, "tcp.tcp", "accept_queue", "state:LISTEN"), ["0", "1"]);
    let udp = "local_port,local_address,remote_address,remote_port,state";
    assert_eq!(
        cells(snapshot, "udp.udp", udp, ""),
        ["5353,127.0.0.1,0.0.0.0,0,UNCONNECTED", "40004,127.0.0.1,127.0.0.1,5353,CONNECTED"]
    );
    assert_eq!(cells(snapshot, "raw.raw", "protocol_name,local_address", ""), ["icmp,0.0.0.0"]);
    let pid = snapshot.process.pid;
    assert_eq!(snapshot.process.name, b"hold");
    assert_eq!(cells(snapshot, "unix.unix", "path", "path:/tmp/listening"), ["/tmp/listening"]);
    assert_eq!(cells(snapshot, "netlink.netlink", "portid", &format!("portid:{pid}")), [pid.to_string()]);
    assert_eq!(cells(snapshot, "packet.packet", "proto", ""), ["2048"]);
    // Ports above 2¹⁵, and counters of the text files.
    let moved = cells(snapshot, "traffic.interfaces", "interface,rx_bytes", "rx_bytes>30000");
    assert!(moved.len() == 1 && moved[0].starts_with("lo,"), "{moved:?}");
    assert!(snapshot.process.start_time > 0 && snapshot.owners.target_status == Some(Status::Ok));
}

/// What only lists over netlink tell.
fn is_known_of_netlink(snapshot: &Snapshot) {
    let moved = "bytes_received,bytes_acked,segs_in,rtt_us";
    let row = &cells(snapshot, "tcp.tcp", moved, "local_port:8443 remote_port:40003")[0];
    let numbers: Vec<u64> = row.split(',').map(|number| number.parse().unwrap()).collect();
    assert_eq!(numbers[..2], [2345, 0]);
    assert!((1..20).contains(&numbers[2]) && (1..1_000_000).contains(&numbers[3]), "{row}");
    let unread = cells(snapshot, "tcp.tcp", "bytes_received", "local_port:40001");
    assert_eq!(unread, ["77"]);
    assert_eq!(cells(snapshot, "unix.unix", "accept_backlog,state", "path:/tmp/listening"), ["3,LISTEN"]);
    let pid = snapshot.process.pid;
    assert_eq!(cells(snapshot, "netlink.netlink", "groups", &format!("portid:{pid}")), ["1 5"]);
    let lo = cells(snapshot, "addresses.addresses", "address,prefix_length,interface", "interface:lo");
    assert_eq!(lo.len(), 2, "{lo:?}");
    assert!(
        lo.iter().any(|row| row == "127.0.0.1,8,lo") && lo.iter().any(|row| row == "::1,128,lo"),
        "{lo:?}"
    );
}

#[test]
fn big_endian_over_netlink() {
    let (head, snapshot) = last_of(include_bytes!("../../../../fixtures/recordings/hold-6.1-s390x.nmr"));
    assert_eq!((head.machine.arch.as_str(), head.machine.endian), ("s390x", Endian::Big));
    assert!(snapshot.source("tcp").is_none(), "it is told over netlink alone");
    is_known(&snapshot);
    is_known_of_netlink(&snapshot);
}

#[test]
fn big_endian_as_text() {
    let (head, snapshot) = last_of(include_bytes!("../../../../fixtures/recordings/hold-6.1-s390x-text.nmr"));
    assert_eq!(head.machine.endian, Endian::Big);
    is_known(&snapshot);
}

#[test]
fn of_32_bits() {
    let (head, snapshot) = last_of(include_bytes!("../../../../fixtures/recordings/hold-6.1-armv7.nmr"));
    assert_eq!((head.machine.arch.as_str(), head.machine.endian), ("armv7l", Endian::Little));
    is_known(&snapshot);
    is_known_of_netlink(&snapshot);
}

//! Figures equal to those of `ss`, `ip` and `nstat`, in namespaces that the tests make.

use std::collections::{BTreeMap, BTreeSet};
use std::os::linux::net::SocketAddrExt;

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{HOLDER, json, rows, table_of};

fn ready() -> bool {
    need_root() && ["ip", "ss", "nstat"].into_iter().all(need_tool)
}

/// A namespace where everybody may open ping sockets.
fn namespace() -> Netns {
    let netns = Netns::new();
    netns.run("echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range");
    netns
}

/// A socket as both programs tell it: state, queues, ends, inode.
type Socket = (String, u64, u64, String, String, u64);

/// The lines of `ss -HOane…` as sockets, with the text behind them.
fn ss(netns: &Netns, options: &str) -> BTreeMap<Socket, String> {
    let text = netns.run(&format!("ss -HOane{options}"));
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let state = match words[0] {
            "ESTAB" if options.contains('t') => "ESTABLISHED".to_owned(),
            "ESTAB" => "CONNECTED".to_owned(),
            "UNCONN" => "UNCONNECTED".to_owned(),
            "FIN-WAIT-1" => "FIN_WAIT1".to_owned(),
            "FIN-WAIT-2" => "FIN_WAIT2".to_owned(),
            other => other.replace('-', "_"),
        };
        let inode =
            words.iter().find_map(|word| word.strip_prefix("ino:")).map_or(0, |inode| inode.parse().unwrap());
        let queue = |word: &str| word.parse().unwrap();
        // Behind the accept queue of a listening socket stands its backlog, which the text files do not have.
        let tx = if state == "LISTEN" { 0 } else { queue(words[2]) };
        ((state, queue(words[1]), tx, end(words[3]), end(words[4]), inode), line.to_owned())
    };
    text.lines().filter(|line| !line.trim().is_empty()).map(line).collect()
}

/// An end of `ss` as `ADDRESS PORT`.
fn end(text: &str) -> String {
    let (address, port) = text.rsplit_once(':').unwrap();
    let address = address.trim_start_matches('[').trim_end_matches(']').split('%').next().unwrap();
    let port = if port == "*" { "0" } else { port };
    format!("{address} {port}")
}

fn own(row: &Json) -> Socket {
    let text = |column: &str| row[column].as_str().unwrap().to_owned();
    let number = |column: &str| row[column].as_u64().unwrap();
    let rx = row["accept_queue"].as_u64().or(row["rx_queue"].as_u64()).unwrap();
    let local = format!("{} {}", text("local_address"), number("local_port"));
    let remote = format!("{} {}", text("remote_address"), number("remote_port"));
    (text("state"), rx, number("tx_queue"), local, remote, number("inode"))
}

fn inodes_of(pid: u32) -> BTreeSet<u64> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap();
    let inode =
        |link: std::path::PathBuf| link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok();
    links.filter_map(|entry| inode(std::fs::read_link(entry.unwrap().path()).ok()?)).collect()
}

#[test]
fn tcp_sockets_are_those_of_ss() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp");
    // Closing goes on by itself for a moment: what is compared is read between two readings that agree.
    let sockets = || -> BTreeSet<Socket> { ss(&netns, "t").into_keys().collect() };
    let (document, told) = (0..50)
        .find_map(|_| {
            let told = sockets();
            let document = json(holder.pid(), &["tcp", "--scope", "namespace"]);
            (told == sockets()).then_some((document, told))
        })
        .expect("a moment without changes");
    let shown: BTreeSet<Socket> = rows(&document, "tcp").iter().map(own).collect();
    assert_eq!(shown, told);
    for state in ["LISTEN", "ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT2", "TIME_WAIT"] {
        let families: BTreeSet<_> = rows(&document, "tcp")
            .iter()
            .filter(|row| row["state"] == state)
            .map(|row| row["family"].as_str().unwrap())
            .collect();
        assert_eq!(families.len(), 2, "{state} of both families");
    }

    let held = inodes_of(holder.pid());
    let document = json(holder.pid(), &["tcp"]);
    let shown: BTreeSet<u64> =
        rows(&document, "tcp").iter().map(|row| row["inode"].as_u64().unwrap()).collect();
    let expected: BTreeSet<u64> =
        told.iter().map(|socket| socket.5).filter(|inode| held.contains(inode)).collect();
    assert_eq!(shown, expected);
    assert!(shown.len() >= 10);
    for row in rows(&document, "tcp") {
        assert!(row["owners"].as_array().unwrap().contains(&holder.pid().into()), "{row}");
    }
}

#[test]
fn udp_sockets_and_their_drops_are_those_of_ss() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let document = json(holder.pid(), &["udp"]);
    let told = ss(&netns, "um");
    let shown: BTreeSet<Socket> = rows(&document, "udp").iter().map(own).collect();
    assert_eq!(shown, told.keys().cloned().collect());
    let mut dropped = 0;
    for row in rows(&document, "udp") {
        let line = &told[&own(row)];
        let (_, drops) = line.rsplit_once(",d").unwrap();
        let drops: u64 = drops.split(')').next().unwrap().parse().unwrap();
        assert_eq!(row["drops"].as_u64(), Some(drops), "{line}");
        dropped += usize::from(drops > 0);
    }
    assert_eq!(dropped, 2, "the bound socket of each family dropped datagrams");
}

#[test]
fn raw_and_ping_sockets_of_both_families() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let holder = Holder::start(Some(&netns), HOLDER, "raw ping");
    let document = json(holder.pid(), &["raw", "icmp.ping_sockets"]);
    let held = inodes_of(holder.pid());
    let mut shown = BTreeSet::new();
    for (table, addresses) in [("raw", ["127.0.0.1", "::1"]), ("ping_sockets", ["127.0.0.1", "::1"])] {
        let rows = rows(&document, table);
        let local: BTreeSet<_> = rows.iter().map(|row| row["local_address"].as_str().unwrap()).collect();
        assert_eq!(local, addresses.into(), "{table}");
        shown.extend(rows.iter().map(|row| row["inode"].as_u64().unwrap()));
    }
    assert_eq!(shown, held);
    assert!(rows(&document, "raw").iter().all(|row| row["protocol"] == 253));
    // Of raw sockets ss tells no inode where the kernel has no diagnostics for them, and IPv6's open end as
    // a star.
    let ends = |socket: Socket| (socket.3, socket.4.replace("* 0", ":: 0"));
    let told: BTreeSet<_> = ss(&netns, "w").into_keys().map(ends).collect();
    let raw: BTreeSet<_> = rows(&document, "raw")
        .iter()
        .map(|row| {
            let end = |address: &str, port: &Json| format!("{} {port}", row[address].as_str().unwrap());
            (end("local_address", &row["protocol"]), end("remote_address", &0.into()))
        })
        .collect();
    assert_eq!(raw, told);
}

#[test]
fn traffic_is_that_of_ip() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let _peer = netns.peer();
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    netns.run("for n in 1 2 3 4 5; do bash -c 'echo hello > /dev/udp/192.0.2.2/9'; done");
    // Neighbour discovery may still send; what is compared is read until two readings agree.
    let (shown, told) = (0..20)
        .map(|_| {
            let before = netns.run("ip -s -j link");
            let shown = json(holder.pid(), &["traffic"]);
            (shown, before, netns.run("ip -s -j link"))
        })
        .find_map(|(shown, before, after)| (before == after).then_some((shown, after)))
        .expect("a moment without traffic");
    let told: Vec<Json> = serde_json::from_str(&told).unwrap();
    assert_eq!(rows(&shown, "interfaces").len(), told.len());
    for link in &told {
        let row = rows(&shown, "interfaces").iter().find(|row| row["interface"] == link["ifname"]).unwrap();
        for (column, way, name) in [
            ("rx_bytes", "rx", "bytes"),
            ("rx_packets", "rx", "packets"),
            ("rx_errs", "rx", "errors"),
            ("rx_drop", "rx", "dropped"),
            ("rx_multicast", "rx", "multicast"),
            ("tx_bytes", "tx", "bytes"),
            ("tx_packets", "tx", "packets"),
            ("tx_errs", "tx", "errors"),
            ("tx_drop", "tx", "dropped"),
            ("tx_carrier", "tx", "carrier_errors"),
            ("tx_colls", "tx", "collisions"),
        ] {
            assert_eq!(row[column], link["stats64"][way][name], "{} {column}", link["ifname"]);
        }
    }
    let veth = rows(&shown, "interfaces").iter().find(|row| row["interface"] == "veth0").unwrap();
    assert!(veth["tx_packets"].as_u64() >= Some(1));
}

#[test]
fn neighbours_are_those_of_ip() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let _peer = netns.peer();
    netns.ip("neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev veth0 nud permanent");
    netns.ip("neigh add 192.0.2.8 lladdr 02:00:00:00:00:08 dev veth0 nud reachable");
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let document = json(holder.pid(), &["arp"]);
    let told: Vec<Json> = serde_json::from_str(&netns.ip("-4 -j neigh")).unwrap();
    let told: BTreeSet<_> = told
        .iter()
        .map(|neighbour| (&neighbour["dst"], &neighbour["lladdr"], &neighbour["dev"]))
        .map(|(a, b, c)| (a.to_string(), b.to_string(), c.to_string()))
        .collect();
    let shown: BTreeSet<_> = rows(&document, "arp")
        .iter()
        .map(|row| (row["ip_address"].to_string(), row["hw_address"].to_string(), row["device"].to_string()))
        .collect();
    assert_eq!(shown, told);
    let permanent = rows(&document, "arp").iter().find(|row| row["ip_address"] == "192.0.2.9").unwrap();
    assert_eq!(permanent["flags"], serde_json::json!(["COMPLETE", "PERMANENT"]));
    let cache = table_of(&document, "arp_cache");
    assert_eq!((&cache["status"], &cache["scope"]), (&"missing".into(), &"host".into()));
    assert!(cache["reason"].as_str().unwrap().contains("does not exist here"));
}

/// Destination, gateway, metric and interface of a route.
type Route = (String, String, u64, String);

fn told_routes(text: &str, any: &str, bits: u8) -> BTreeSet<Route> {
    let routes: Vec<Json> = serde_json::from_str(text).unwrap();
    let route = |route: &Json| {
        let destination = match route["dst"].as_str().unwrap() {
            "default" => format!("{any}/0"),
            network if network.contains('/') => network.to_owned(),
            host => format!("{host}/{bits}"),
        };
        let gateway = route["gateway"].as_str().unwrap_or(any).to_owned();
        let interface = route["dev"].as_str().unwrap_or("*").to_owned();
        (destination, gateway, route["metric"].as_u64().unwrap_or(0), interface)
    };
    routes.iter().map(route).collect()
}

fn shown_routes(rows: &[Json]) -> BTreeSet<Route> {
    let text = |row: &Json, column: &str| row[column].as_str().unwrap().to_owned();
    let route = |row: &Json| {
        let destination = format!("{}/{}", text(row, "destination"), row["prefix_length"]);
        (destination, text(row, "gateway"), row["metric"].as_u64().unwrap(), text(row, "interface"))
    };
    rows.iter().map(route).collect()
}

#[test]
fn routes_are_those_of_ip() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let _peer = netns.peer();
    for route in [
        "route add default via 192.0.2.2 dev veth0 metric 50",
        "route add unreachable 198.51.100.0/24 metric 7",
        "route add 203.0.113.7/32 via 192.0.2.2 dev veth0 metric 4294967000",
        "-6 route add default via 2001:db8::2 dev veth0 metric 100",
        "-6 route add unreachable 2001:db8:dead::/48 dev lo metric 1024",
        "-6 route add 2001:db8:1::/48 via 2001:db8::2 dev veth0",
    ] {
        netns.ip(route);
    }
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let document = json(holder.pid(), &["routing"]);
    assert_eq!(
        shown_routes(rows(&document, "routes_ipv4")),
        told_routes(&netns.ip("-4 -j route"), "0.0.0.0", 32)
    );
    let mut told = told_routes(&netns.ip("-6 -j route show table all"), "::", 128);
    // The file has one entry more: what stands for "no route", on lo, refusing.
    told.insert(("::/0".into(), "::".into(), 0xffff_ffff, "lo".into()));
    assert_eq!(shown_routes(rows(&document, "routes_ipv6")), told);
    for (table, gateway) in [("routes_ipv4", "192.0.2.2"), ("routes_ipv6", "2001:db8::2")] {
        let first = &rows(&document, table)[0];
        assert_eq!(
            (&first["prefix_length"], &first["gateway"]),
            (&0.into(), &gateway.into()),
            "the default route first"
        );
    }
    let refused =
        rows(&document, "routes_ipv4").iter().find(|row| row["destination"] == "198.51.100.0").unwrap();
    assert!(refused["flags"].as_str().unwrap().contains('!'), "{refused}");
}

#[test]
fn counters_are_those_of_nstat_name_by_name() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp udp raw ping");
    netns.run("ip -6 route get ::1 >/dev/null; bash -c 'echo x > /dev/udp/127.0.0.1/9' || true");
    let told: Json = serde_json::from_str(&netns.run("nstat -asz --json")).unwrap();
    let told = told["kernel"].as_object().unwrap();
    let document = json(holder.pid(), &["stats", "analysis"]);
    let mut shown = BTreeMap::new();
    for view in document["views"].as_array().unwrap() {
        for table in view["tables"].as_array().unwrap() {
            let group = table["name"].as_str().unwrap();
            for row in table["rows"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|row| row["name"].is_string() && !row["value"].is_null())
            {
                shown.insert(format!("{group}{}", row["name"].as_str().unwrap()), row["value"].clone());
            }
        }
    }
    for (name, value) in told {
        assert_eq!(shown.get(name), Some(value), "{name}");
    }
    let only_here: BTreeSet<&str> =
        shown.keys().map(String::as_str).filter(|name| !told.contains_key(*name)).collect();
    let left_out = [
        "IpDefaultTTL",
        "IpForwarding",
        "TcpCurrEstab",
        "TcpMaxConn",
        "TcpRtoAlgorithm",
        "TcpRtoMax",
        "TcpRtoMin",
    ];
    assert_eq!(only_here, left_out.into(), "what nstat leaves out");
    assert!(shown["UdpRcvbufErrors"].as_u64() > Some(0) && shown["IcmpMsgOutType3"].as_u64() > Some(0));
}

#[test]
fn unix_sockets_with_blanks_and_abstract_names_are_those_of_ss() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let folder = tempfile::tempdir().unwrap();
    let with_blanks = folder.path().join("a socket with blanks");
    let _listening = std::os::unix::net::UnixListener::bind(&with_blanks).unwrap();
    let address = std::os::unix::net::SocketAddr::from_abstract_name("netmonitor test").unwrap();
    let _abstract = std::os::unix::net::UnixDatagram::bind_addr(&address).unwrap();
    let document = json(std::process::id(), &["unix"]);
    let row = |path: &str| rows(&document, "unix").iter().find(|row| row["path"] == path).unwrap();
    let listening = row(with_blanks.to_str().unwrap());
    assert_eq!((&listening["state"], &listening["type"]), (&"LISTEN".into(), &1.into()));
    assert_eq!(row("@netmonitor test")["type"], 2);

    // In a namespace of its own: the same sockets as ss tells, none here.
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let document = json(holder.pid(), &["unix", "--scope", "namespace"]);
    let shown: BTreeSet<u64> =
        rows(&document, "unix").iter().map(|row| row["inode"].as_u64().unwrap()).collect();
    let told = netns.run("ss -Hxa");
    let told: BTreeSet<u64> =
        told.lines().filter_map(|line| line.split_whitespace().nth(5)?.parse().ok()).collect();
    assert_eq!(shown, told);
}

#[test]
fn joined_multicast_groups_are_shown() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let _peer = netns.peer();
    netns.ip("addr add 239.1.2.3/32 dev veth0 autojoin");
    netns.ip("-6 addr add ff15::42/128 dev veth0 autojoin");
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let document = json(holder.pid(), &["multicast"]);
    for (table, group) in [("igmp", "239.1.2.3"), ("igmp6", "ff15::42")] {
        let groups: BTreeSet<&str> =
            rows(&document, table).iter().filter_map(|row| row["group"].as_str()).collect();
        assert!(groups.contains(group), "{table}: {groups:?}");
    }
    let told: Vec<Json> = serde_json::from_str(&netns.ip("-j -4 maddr show dev veth0")).unwrap();
    let told: BTreeSet<String> =
        told[0]["maddr"].as_array().unwrap().iter().map(|group| group["address"].to_string()).collect();
    let shown: BTreeSet<String> = rows(&document, "igmp")
        .iter()
        .filter(|row| row["device"] == "veth0")
        .map(|row| row["group"].to_string())
        .collect();
    assert_eq!(shown, told);
}

#[test]
fn interface_addresses_of_ipv6_are_those_of_ip() {
    if !ready() {
        return;
    }
    let netns = namespace();
    let _peer = netns.peer();
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let agree = (0..50).find_map(|_| {
        let links: Vec<Json> = serde_json::from_str(&netns.ip("-j -6 addr")).unwrap();
        let told: BTreeSet<(String, String)> = links
            .iter()
            .flat_map(|link| link["addr_info"].as_array().unwrap().iter().map(move |address| (link, address)))
            .map(|(link, address)| (link["ifname"].to_string(), address["local"].to_string()))
            .collect();
        let document = json(holder.pid(), &["addresses"]);
        let shown: BTreeSet<(String, String)> = rows(&document, "if_inet6")
            .iter()
            .map(|row| (row["interface"].to_string(), row["address"].to_string()))
            .collect();
        (shown == told && !told.is_empty()).then_some(())
    });
    assert!(agree.is_some(), "the addresses of lo and veth0");
}

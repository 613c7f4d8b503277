//! What diagnostics tell of sockets, field by field equal to `ss` on the same sockets.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{HOLDER, json, netmonitor, rows, stderr, table_of};

fn ready() -> bool {
    need_root() && ["ip", "ss", "nft"].into_iter().all(need_tool)
}

/// The fields of a line of `ss`, by name: `rto:204`, `pacing_rate 340bps`, `skmem:(r0,…)` as `skmem.r`.
fn fields(line: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut words = line.split_whitespace().skip(5).peekable();
    while let Some(word) = words.next() {
        match word.split_once(':') {
            Some(("skmem", list)) => {
                for item in list.trim_matches(['(', ')']).split(',') {
                    let digits = item.find(|c: char| c.is_ascii_digit()).unwrap_or(item.len());
                    let (name, value) = item.split_at(digits);
                    found.insert(format!("skmem.{name}"), value.to_owned());
                }
            }
            Some((name, value)) => {
                found.insert(name.to_owned(), value.to_owned());
            }
            None => {
                // A name with its value behind a blank, or a word that stands alone.
                let value = words.next_if(|next| next.ends_with("bps")).unwrap_or("yes");
                found.insert(word.to_owned(), value.to_owned());
            }
        }
    }
    found
}

/// The lines of `ss`, by cookie.
fn ss(netns: &Netns, options: &str) -> BTreeMap<u64, BTreeMap<String, String>> {
    let text = netns.run(&format!("ss {options} 2>/dev/null"));
    let line = |line: &str| {
        let fields = fields(line);
        let cookie = u64::from_str_radix(fields.get("sk")?, 16).ok()?;
        Some((cookie, fields))
    };
    text.lines().filter_map(line).collect()
}

/// Rows of a table and what `ss` says, read at a moment at which nothing that is compared changes.
fn settled(
    netns: &Netns,
    options: &str,
    read: impl Fn() -> Json,
    table: &str,
) -> (Vec<Json>, BTreeMap<u64, BTreeMap<String, String>>) {
    // Times are counted up to the moment of asking.
    const MOVING: [&str; 7] =
        ["lastsnd", "lastrcv", "lastack", "busy", "rwnd_limited", "sndbuf_limited", "timer"];
    let still = || {
        let mut told = ss(netns, options);
        told.values_mut().for_each(|fields| fields.retain(|name, _| !MOVING.contains(&&**name)));
        told
    };
    for _ in 0..100 {
        let before = still();
        let document = read();
        if still() == before {
            return (rows(&document, table).to_vec(), before);
        }
    }
    panic!("a moment without changes");
}

fn number(row: &Json, column: &str) -> Option<f64> {
    row[column].as_f64()
}

/// Columns that are the number behind a name of `ss`, as it is.
const PLAIN: &[(&str, &str)] = &[
    ("snd_cwnd", "cwnd"),
    ("snd_ssthresh", "ssthresh"),
    ("snd_mss", "mss"),
    ("rcv_mss", "rcvmss"),
    ("advmss", "advmss"),
    ("pmtu", "pmtu"),
    ("bytes_sent", "bytes_sent"),
    ("bytes_acked", "bytes_acked"),
    ("bytes_received", "bytes_received"),
    ("bytes_retrans", "bytes_retrans"),
    ("segs_in", "segs_in"),
    ("segs_out", "segs_out"),
    ("data_segs_in", "data_segs_in"),
    ("data_segs_out", "data_segs_out"),
    ("delivered", "delivered"),
    ("dsack_dups", "dsack_dups"),
    ("reord_seen", "reord_seen"),
    ("lost", "lost"),
    ("unacked", "unacked"),
    ("sacked", "sacked"),
    ("notsent_bytes", "notsent"),
    ("rcv_space", "rcv_space"),
    ("rcv_ssthresh", "rcv_ssthresh"),
    ("snd_wnd", "snd_wnd"),
    ("rcv_ooopack", "rcv_ooopack"),
    ("inode", "ino"),
    ("rmem", "skmem.r"),
    ("rcvbuf", "skmem.rb"),
    ("wmem", "skmem.t"),
    ("sndbuf", "skmem.tb"),
    ("fwd_alloc", "skmem.f"),
    ("wmem_queued", "skmem.w"),
    ("optmem", "skmem.o"),
    ("backlog", "skmem.bl"),
    ("drops", "skmem.d"),
];

/// Columns in microseconds that `ss` tells in milliseconds.
const MILLISECONDS: &[(&str, &str)] =
    &[("min_rtt_us", "minrtt"), ("rcv_rtt_us", "rcv_rtt"), ("rto_us", "rto"), ("ato_us", "ato")];

/// Compares a row; gives the number of fields that both have.
fn compare(row: &Json, told: &BTreeMap<String, String>) -> usize {
    let mut compared = 0;
    let is_listening = row["state"] == "LISTEN";
    for (column, name) in PLAIN {
        // Of a listening socket `ss` shows the accept queue under the name of something else.
        let told = told.get(*name).filter(|_| !is_listening || name.starts_with("skmem") || *name == "ino");
        // What is 0 it leaves out; a listening socket has no such figures here.
        let shown = number(row, column).filter(|number| *number != 0.0);
        let expected = told.and_then(|told| told.parse().ok()).filter(|number: &f64| *number != 0.0);
        assert_eq!(shown, expected, "{column}: {row}\n{told:?}");
        compared += usize::from(expected.is_some());
    }
    for (column, name) in MILLISECONDS.iter().filter(|_| !is_listening) {
        let Some(told) = told.get(*name) else { continue };
        // `busy:48ms(…)`, `rtt:0.022/0.011`.
        let digits: String = told.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let milliseconds: f64 = digits.parse().unwrap();
        let shown = number(row, column).unwrap_or(0.0) / 1000.0;
        assert!((shown - milliseconds).abs() <= 0.0015 * milliseconds.max(1.0), "{column}: {shown} {told}");
        compared += 1;
    }
    if let Some((rtt, rttvar)) = told.get("rtt").and_then(|rtt| rtt.split_once('/')).filter(|_| !is_listening)
    {
        let shown = |column| number(row, column).unwrap() / 1000.0;
        assert!((shown("rtt_us") - rtt.parse::<f64>().unwrap()).abs() < 0.0015, "{row}");
        assert!((shown("rttvar_us") - rttvar.parse::<f64>().unwrap()).abs() < 0.0015, "{row}");
        compared += 2;
    }
    for (column, name) in [("delivery_rate", "delivery_rate"), ("pacing_rate", "pacing_rate")] {
        if let Some(bits) = told.get(name).and_then(|told| told.strip_suffix("bps")?.parse::<f64>().ok()) {
            assert!((number(row, column).unwrap() * 8.0 - bits).abs() <= 8.0, "{column}: {row}\n{told:?}");
            compared += 1;
        }
    }
    for (column, name) in [("timestamps", "ts"), ("sack", "sack"), ("wscale", "wscale")] {
        assert_eq!(row[column] == 1, told.contains_key(name) && !is_listening, "{column}: {row}");
    }
    if let Some((snd, rcv)) = told.get("wscale").and_then(|told| told.split_once(',')) {
        assert_eq!(
            (&row["snd_wscale"].to_string(), &row["rcv_wscale"].to_string()),
            (&snd.to_owned(), &rcv.to_owned())
        );
    }
    if let Some((_, total)) = told.get("retrans").and_then(|told| told.split_once('/')) {
        assert_eq!(row["total_retrans"].to_string(), total);
        compared += 1;
    }
    let congestion = row["congestion"].as_str().unwrap_or_default();
    assert!(congestion.is_empty() || told.contains_key(congestion), "{congestion}: {told:?}");
    compared
}

fn compare_all(netns: &Netns, holder: &Holder, options: &str, table: &str) -> (usize, Vec<Json>) {
    let read = || json(holder.pid(), &[table, "--scope", "namespace"]);
    let (rows, told) = settled(netns, options, read, table);
    assert_eq!(rows.len(), told.len());
    let mut compared = 0;
    for row in &rows {
        let cookie = row["cookie"].as_u64().unwrap();
        compared += compare(row, &told[&cookie]);
    }
    (compared, rows)
}

#[test]
fn tcp_figures_are_those_of_ss_on_busy_stalled_and_full_sockets() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy tcp");
    let (compared, rows) = compare_all(&netns, &holder, "-tieOmnaH", "tcp");
    assert!(compared > 400, "{compared}");
    let stalled = rows.iter().filter(|row| row["notsent_bytes"].as_u64() > Some(0)).count();
    assert!(stalled >= 2, "a stalled reader of each family leaves bytes unsent");
    let full: Vec<_> = rows.iter().filter(|row| row["accept_backlog"] == 1).collect();
    assert_eq!(full.len(), 2);
    assert!(full.iter().all(|row| row["accept_queue"] == 2 && row["state"] == "LISTEN"), "{full:?}");
    let moved = rows.iter().filter(|row| row["bytes_received"].as_u64() == Some(1 << 20)).count();
    assert_eq!(moved, 2, "one transfer of each family, to the byte");
    let document = json(holder.pid(), &["tcp"]);
    assert_eq!(table_of(&document, "tcp")["source"], "sock_diag");
}

#[test]
fn a_connection_that_loses_packets_shows_what_ss_shows() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    netns.ip("link set lo mtu 1500");
    netns.run("nft add table inet t; nft 'add chain inet t c { type filter hook input priority 0; }'; nft add rule inet t c tcp dport 4700 numgen inc mod 4 3 drop");
    let holder = Holder::start(Some(&netns), HOLDER, "lossy");
    let (compared, rows) = compare_all(&netns, &holder, "-tieOmnaH", "tcp");
    assert!(compared > 40, "{compared}");
    let sender = rows.iter().find(|row| row["remote_port"] == 4700 && row["state"] == "ESTABLISHED").unwrap();
    assert!(
        sender["total_retrans"].as_u64() > Some(0) && sender["bytes_retrans"].as_u64() > Some(0),
        "{sender}"
    );
    let share = sender["bytes_retrans"].as_f64().unwrap() * 100.0 / sender["bytes_sent"].as_f64().unwrap();
    assert!((sender["retrans_percent"].as_f64().unwrap() - share).abs() < 1e-9);
}

#[test]
fn udp_memory_and_drops_are_those_of_ss() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let (compared, rows) = compare_all(&netns, &holder, "-uieOmnaH", "udp");
    assert!(compared > 12, "{compared}");
    assert_eq!(rows.iter().filter(|row| row["drops"].as_u64() > Some(0)).count(), 2);
}

#[test]
fn a_shared_listener_has_both_owners_and_multipath_sockets_are_shown() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "shared mptcp");
    let document = json(holder.pid(), &["tcp", "mptcp"]);
    let shared = rows(&document, "tcp").iter().find(|row| row["local_port"] == 4701).unwrap();
    assert_eq!(shared["owners"].as_array().unwrap().len(), 2, "{shared}");
    assert!(shared["owners"].as_array().unwrap().contains(&holder.pid().into()));
    let told = ss(&netns, "-ManeH");
    let cookies: Vec<u64> =
        rows(&document, "mptcp").iter().map(|row| row["cookie"].as_u64().unwrap()).collect();
    assert_eq!(cookies.len(), 3);
    assert!(cookies.iter().all(|cookie| told.contains_key(cookie)), "{cookies:?} {told:?}");
    let sent: u64 = rows(&document, "mptcp").iter().filter_map(|row| row["bytes_sent"].as_u64()).sum();
    assert_eq!(sent, 5);
}

#[test]
fn a_socket_that_was_given_away_belongs_to_who_has_it() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "passes");
    let child = holder.child();
    let is_there = |pid: u32, scope: &str| {
        let document = json(pid, &["tcp", "--scope", scope]);
        let row = rows(&document, "tcp").iter().find(|row| row["local_port"] == 4702);
        row.map(|row| row["owners"].clone())
    };
    assert_eq!(is_there(holder.pid(), "process"), None);
    for (pid, scope) in [(child, "process"), (holder.pid(), "tree"), (holder.pid(), "namespace")] {
        assert_eq!(is_there(pid, scope), Some(serde_json::json!([child])), "{scope} of {pid}");
    }
    let told = netns.run("ss -Htlnp sport = :4702");
    assert!(told.contains(&format!("pid={child},")) && told.matches("pid=").count() == 1, "{told}");
}

#[test]
fn a_process_in_a_container_is_seen_from_outside() {
    if !ready() || !need_tool("unshare") {
        return;
    }
    let holder = Holder::start_contained(HOLDER, "busy unix udp");
    let child = holder.child();
    let document = json(child, &["sockets", "tcp", "udp", "overview"]);
    let netns = std::fs::metadata(format!("/proc/{child}/ns/net")).unwrap().ino();
    assert_eq!(document["target"]["netns"], netns);
    assert_ne!(netns, std::fs::metadata("/proc/self/ns/net").unwrap().ino());
    for (table, least) in [("sockets", 20), ("tcp", 14), ("udp", 4)] {
        let rows = rows(&document, table);
        assert!(rows.len() >= least, "{table}: {}", rows.len());
        let owned =
            rows.iter().filter(|row| row["owners"].as_array().is_some_and(|it| it.contains(&child.into())));
        assert!(owned.count() >= least - 4, "{table}: {rows:?}");
    }
    let sent = rows(&document, "tcp").iter().filter_map(|row| row["bytes_sent"].as_u64()).max();
    assert!(sent >= Some(1 << 20), "figures come from within: {sent:?}");
    let entered =
        Command::new("nsenter").args(["-t", &child.to_string(), "-n", "ss", "-Htan"]).output().unwrap();
    let told = String::from_utf8(entered.stdout).unwrap();
    let all = json(child, &["tcp", "--scope", "namespace"]);
    assert_eq!(told.lines().count(), rows(&all, "tcp").len(), "{told}");
}

#[test]
fn unix_netlink_and_packet_sockets_are_those_of_ss() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "unix netlink packet");
    let document = json(holder.pid(), &["unix", "netlink", "packet"]);
    for (table, options) in [("unix", "-xaH"), ("netlink", "-f netlink -aeH"), ("packet", "-0aeH")] {
        let told = netns.run(&format!("ss {options} 2>/dev/null"));
        let shown = rows(&document, table);
        assert!(!shown.is_empty(), "{table}");
        for row in shown {
            // UNIX and packet sockets by inode, netlink sockets by port, as `ss` tells them.
            let marks = [
                format!(" {} ", row["inode"]),
                format!("ino:{}", row["inode"]),
                format!("/{} ", row["portid"]),
            ];
            let is_told = marks.iter().any(|mark| told.contains(&**mark));
            assert!(is_told, "{table}: {row}\n{told}");
            assert!(row["owners"].as_array().unwrap().contains(&holder.pid().into()), "{row}");
        }
    }
    let unix = rows(&document, "unix");
    let pair: Vec<_> = unix.iter().filter(|row| row["peer"].is_u64() && row["path"].is_null()).collect();
    assert!(pair.iter().any(|row| row["peer_owners"] == serde_json::json!([holder.pid()])), "{pair:?}");
    let listening = unix.iter().find(|row| row["state"] == "LISTEN").unwrap();
    assert_eq!(listening["accept_queue"], 1);
    assert!(listening["path"].as_str().unwrap().starts_with("@netmonitor stream"), "{listening}");
}

#[test]
fn the_own_sockets_of_one_among_many_are_asked_and_say_the_same() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let _others = Holder::start(Some(&netns), HOLDER, "1500");
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let document = json(holder.pid(), &["tcp"]);
    assert_eq!(table_of(&document, "tcp")["source"], "getsockopt");
    let all = json(holder.pid(), &["tcp", "--scope", "namespace"]);
    assert_eq!(table_of(&all, "tcp")["source"], "sock_diag");
    let by_cookie: BTreeMap<u64, &Json> =
        rows(&all, "tcp").iter().map(|row| (row["cookie"].as_u64().unwrap(), row)).collect();
    let own = rows(&document, "tcp");
    assert!(own.len() >= 14, "{}", own.len());
    for row in own {
        let listed = by_cookie[&row["cookie"].as_u64().unwrap()];
        for column in [
            "local_address",
            "remote_port",
            "state",
            "accept_queue",
            "accept_backlog",
            "rx_queue",
            "bytes_sent",
            "bytes_received",
            "rtt_us",
            "snd_cwnd",
            "congestion",
            "rmem",
            "rcvbuf",
            "uid",
            "inode",
            "mark",
        ] {
            assert_eq!(row[column], listed[column], "{column}: {row}\n{listed}");
        }
        assert_eq!(row["timer"], Json::Null, "nobody tells of a timer");
    }
}

#[test]
fn after_its_first_ticks_a_session_has_the_own_sockets_listed_in_the_kernel() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "busy");
    let pid = holder.pid().to_string();
    let words =
        ["show", &pid, "tcp.tcp", "sockets", "--format", "json", "--interval", "0.2", "--count", "20"];
    let output = crate::run(&words);
    let documents: Vec<Json> = serde_json::Deserializer::from_slice(&output.stdout)
        .into_iter()
        .map(|document| document.unwrap())
        .collect();
    let [first, .., last] = &documents[..] else { panic!("many documents") };
    assert_ne!(table_of(first, "tcp")["source"], "bpf", "the programs are not loaded before the first tick");
    for table in ["tcp", "sockets"] {
        assert_eq!(table_of(last, table)["source"], "bpf");
    }
    let all = json(holder.pid(), &["tcp", "--scope", "namespace"]);
    let by_cookie: BTreeMap<u64, &Json> =
        rows(&all, "tcp").iter().map(|row| (row["cookie"].as_u64().unwrap(), row)).collect();
    assert!(rows(last, "tcp").len() >= 14);
    for row in rows(last, "tcp") {
        let dumped = by_cookie[&row["cookie"].as_u64().unwrap()];
        for column in
            ["local_address", "remote_port", "accept_backlog", "congestion", "uid", "inode", "mark", "cgroup"]
        {
            assert_eq!(row[column], dumped[column], "{column}: {row}\n{dumped}");
        }
        assert!(row["owners"].as_array().unwrap().contains(&holder.pid().into()), "{row}");
    }
    let timers = rows(last, "tcp").iter().filter(|row| row["timer"].is_string()).count();
    assert!(timers > 0, "timers are told");
}

#[test]
fn sockets_of_one_among_many_that_may_not_be_seen_are_shown_by_their_namespace() {
    if !need_root() {
        return;
    }
    let holder = Holder::start(None, HOLDER, "1500");
    let pid = holder.pid().to_string();
    let output =
        netmonitor().args(["show", &pid, "tcp", "--format", "json"]).uid(65534).gid(65534).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let table = table_of(&document, "tcp");
    assert_eq!((&table["scope"], &table["status"]), (&"namespace".into(), &"partial".into()));
    assert!(table["rows"].as_array().unwrap().len() >= 3000, "both ends of each connection");
}

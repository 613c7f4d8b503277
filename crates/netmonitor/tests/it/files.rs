//! Every file under `net`: listed, measured, opened; and the tables that put settings beside figures.

use std::collections::BTreeSet;
use std::fs;

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::{Value as Json, json as value};

use crate::{HOLDER, copy, json, netmonitor, rows, run, stderr, table_of};

fn names(rows: &[Json], column: &str) -> BTreeSet<String> {
    rows.iter().map(|row| row[column].as_str().unwrap().to_owned()).collect()
}

/// Paths of all files below a directory, relative to it.
fn below(root: &str, path: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(format!("{root}/{path}")).unwrap().map(Result::unwrap) {
        let name = format!("{path}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => below(root, &format!("{name}/"), found),
            false => assert!(found.insert(name)),
        }
    }
}

#[test]
fn every_file_of_this_kernel_is_listed_known_and_measured() {
    let document = json(std::process::id(), &["files"]);
    let files = rows(&document, "files");
    // Interfaces of other tests come and go.
    let lasting = |name: &String| !name.starts_with("dev_snmp6/");
    let mut there = BTreeSet::new();
    below("/proc/self/net", "", &mut there);
    let listed = names(files, "name");
    assert_eq!(
        listed.iter().filter(|name| lasting(name)).collect::<Vec<_>>(),
        there.iter().filter(|name| lasting(name)).collect::<Vec<_>>()
    );
    for row in files {
        assert_ne!(row["decoded"], "unknown", "{row}");
        assert!(row["decoded"] == "yes" || row["note"].is_string(), "{row}");
        assert!(
            row["what"].is_string() && row["source"].is_string() && row["file_scope"].is_string(),
            "{row}"
        );
        let denied = row["read_status"] == "denied" && !rustix::process::geteuid().is_root();
        assert!(
            row["read_status"] == "ok" || denied || !lasting(&row["name"].as_str().unwrap().into()),
            "{row}"
        );
    }
    let dev = files.iter().find(|row| row["name"] == "dev").unwrap();
    assert!(
        dev["rows"].as_u64() > Some(0)
            && dev["bytes"].as_u64() > Some(200)
            && dev["took_us"].as_u64() > Some(0)
    );
    assert!(dev["last_read"].as_str().unwrap().ends_with('Z'));
    assert_eq!(files.iter().find(|row| row["name"] == "softnet_stat").unwrap()["file_scope"], "host");
}

#[test]
fn any_file_is_a_table_by_its_path() {
    let document = json(std::process::id(), &["files.psched", "files.dev_snmp6/lo", "files.no/such"]);
    assert_eq!(rows(&document, "psched").len(), 1);
    let counters = rows(&document, "dev_snmp6/lo");
    let row = counters.iter().find(|row| row["name"] == "InReceives").unwrap();
    assert_eq!((&row["group"], &row["kind"]), (&"Ip6".into(), &"counter".into()));
    assert!(row["meaning"].as_str().unwrap().contains("IPv6"));
    assert_eq!(table_of(&document, "no/such")["status"], "missing");
    for path in ["files.../../../etc/passwd", "files./etc/passwd", "files.stat/../../../stat"] {
        let document = json(std::process::id(), &[path]);
        assert_eq!(table_of(&document, path.strip_prefix("files.").unwrap())["status"], "missing", "{path}");
    }
}

#[test]
fn a_file_that_nobody_knows_is_listed_and_readable_and_a_switch_is_not_touched() {
    let folder = copy::tree();
    let net = folder.path().join("4242/net");
    fs::create_dir_all(net.join("new")).unwrap();
    fs::create_dir_all(net.join("can")).unwrap();
    fs::write(net.join("new/of_tomorrow"), "first\tline\nsecond \x1b[2J\n").unwrap();
    fs::write(net.join("can/reset_stats"), "would have been reset\n").unwrap();
    let show = |words: &[&str]| -> Json {
        let output = netmonitor()
            .args(["--procfs", folder.path().to_str().unwrap(), "show", "4242", "--format", "json"])
            .args(words)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(!output.stdout.contains(&0x1b), "no escape sequence");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let document = show(&["files"]);
    let row = |name: &str| rows(&document, "files").iter().find(|row| row["name"] == name).unwrap().clone();
    let new = row("new/of_tomorrow");
    assert_eq!((&new["decoded"], &new["rows"], &new["bytes"]), (&"unknown".into(), &2.into(), &23.into()));
    assert_eq!(new["what"], Json::Null);
    let switch = row("can/reset_stats");
    assert_eq!(
        (&switch["decoded"], &switch["read_status"], &switch["bytes"]),
        (&"raw-only".into(), &Json::Null, &Json::Null)
    );
    let opened = show(&["files.new/of_tomorrow", "files.can/reset_stats"]);
    assert_eq!(rows(&opened, "new/of_tomorrow")[0], value!({"line": 1, "text": "first\tline"}));
    assert_eq!(rows(&opened, "new/of_tomorrow")[1]["text"], "second \u{1b}[2J");
    assert_eq!(rows(&opened, "can/reset_stats").len(), 1, "it was asked for by its name");
}

#[test]
fn every_counter_of_this_kernel_is_explained() {
    let output = run(&["explain", "--format", "json"]);
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    let known: BTreeSet<(String, String)> = document["counters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["group"].as_str().unwrap().into(), entry["name"].as_str().unwrap().into()))
        .collect();
    let shown = json(std::process::id(), &["stats", "analysis", "icmp", "xfrm", "sockstat"]);
    let mut seen = 0;
    for view in shown["views"].as_array().unwrap() {
        for table in view["tables"].as_array().unwrap() {
            for row in table["rows"].as_array().unwrap().iter().filter(|row| row["kind"].is_string()) {
                let group = row["group"].as_str().or(table["name"].as_str()).unwrap();
                let name = row["name"].as_str().unwrap();
                let group =
                    if view["view"] == "sockstat" { format!("sockstat.{group}") } else { group.to_owned() };
                let by_type = name.starts_with("InType") || name.starts_with("OutType");
                assert!(by_type || known.contains(&(group.clone(), name.into())), "{group}.{name}");
                let output = run(&["explain", &format!("{group}.{name}")]);
                assert_eq!(output.status.code(), Some(0), "{group}.{name}: {}", stderr(&output));
                assert!(row["meaning"].is_string(), "{group}.{name}");
                seen += 1;
            }
        }
    }
    assert!(seen > 350, "{seen}");
    for column in [
        "packet_stats_per_cpu.time_squeeze",
        "arp_cache.table_fulls",
        "ndisc_cache.lookups",
        "nf_conntrack_stat.drop",
    ] {
        let output = run(&["explain", column]);
        assert_eq!(output.status.code(), Some(0), "{column}: {}", stderr(&output));
    }
    let unknown = run(&["explain", "TCPTimeoutz"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("TCPTimeouts") && unknown.stdout.is_empty());
}

#[test]
fn tracked_connections_stand_beside_their_maximum() {
    if !need_root() || !["ip", "nft"].into_iter().all(need_tool) {
        return;
    }
    let netns = Netns::new();
    netns.run("nft add table inet t; nft 'add chain inet t c { type filter hook output priority 0; }'; nft add rule inet t c ct state new accept");
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    netns.run("bash -c 'echo hello > /dev/udp/127.0.0.1/4711' || true");
    let document = json(holder.pid(), &["conntrack"]);
    let tracked = rows(&document, "nf_conntrack");
    let ours = tracked.iter().find(|row| row["dport"] == 4711).unwrap_or_else(|| panic!("{tracked:?}"));
    assert_eq!((&ours["dst"], &ours["l4proto"].as_u64()), (&"127.0.0.1".into(), &Some(17)), "{ours}");
    let usage = &rows(&document, "conntrack_usage")[0];
    let setting = |name: &str| -> u64 {
        netns.run(&format!("cat /proc/sys/net/netfilter/{name}")).trim().parse().unwrap()
    };
    assert_eq!(usage["count"].as_u64(), Some(setting("nf_conntrack_count")));
    assert_eq!(usage["max"].as_u64(), Some(setting("nf_conntrack_max")));
    assert_eq!(usage["count"].as_u64(), Some(tracked.len() as u64));
    let share = usage["count"].as_f64().unwrap() * 100.0 / usage["max"].as_f64().unwrap();
    assert!((usage["used_percent"].as_f64().unwrap() - share).abs() < 1e-9);
}

#[test]
fn limits_are_those_of_the_targets_namespace() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    netns.run("echo 1234 > /proc/sys/net/ipv4/tcp_max_tw_buckets; echo 5000000 > /proc/sys/net/ipv6/ip6frag_high_thresh");
    let holder = Holder::start(Some(&netns), HOLDER, "tcp");
    let document = json(holder.pid(), &["sockstat"]);
    let row = |table: &str, group: &str, name: &str| {
        let rows = rows(&document, table);
        rows.iter().find(|row| row["group"] == group && row["name"] == name).unwrap().clone()
    };
    let tw = row("sockstat", "TCP", "tw");
    assert_eq!((&tw["limit"], &tw["limit_source"]), (&1234.into(), &"net/ipv4/tcp_max_tw_buckets".into()));
    assert!(tw["value"].as_u64() > Some(0) && tw["used_percent"].as_f64() > Some(0.0));
    assert_eq!(row("sockstat6", "FRAG6", "memory")["limit"], 5_000_000);
    // What the machine has once is in the initial namespace only, and told from there.
    let mem = fs::read_to_string("/proc/sys/net/ipv4/tcp_mem").unwrap();
    let mem: Vec<u64> = mem.split_whitespace().map(|word| word.parse().unwrap()).collect();
    let tcp = row("sockstat", "TCP", "mem");
    assert_eq!((tcp["pressure"].as_u64(), tcp["limit"].as_u64()), (Some(mem[1]), Some(mem[2])));
    assert_eq!(row("sockstat", "TCP", "inuse")["limit"], Json::Null);
}

#[test]
fn an_xfrm_stat_without_ipsec_is_all_zero_and_addresses_are_those_of_ip() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let _peer = netns.peer();
    let holder = Holder::start(Some(&netns), HOLDER, "udp");
    let document = json(holder.pid(), &["xfrm", "addresses"]);
    let text = fs::read_to_string(format!("/proc/{}/net/xfrm_stat", holder.pid())).unwrap();
    let told: BTreeSet<String> =
        text.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(names(rows(&document, "xfrm_stat"), "name"), told);
    assert!(rows(&document, "xfrm_stat").iter().all(|row| row["value"] == 0 && row["kind"] == "counter"));
    let links: Vec<Json> = serde_json::from_str(&netns.ip("-j -4 addr")).unwrap();
    let addresses = links.iter().flat_map(|link| link["addr_info"].as_array().unwrap());
    let told: BTreeSet<String> = addresses.map(|it| it["local"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names(rows(&document, "local_addresses"), "address"), told);
    assert_eq!(told.len(), 2);
}

#[test]
fn counters_are_shown_by_what_has_moved() {
    let pid = std::process::id().to_string();
    let words = ["show", &pid, "stats.IpExt", "--format", "json", "--interval", "100ms", "--count", "2"];
    let lines = |mode: &str| {
        let output = run(&[&words[..], &["--counters", mode]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let documents = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Json>();
        documents.map(Result::unwrap).last().unwrap()
    };
    let columns = |document: &Json| names_of(&rows(document, "IpExt")[0]);
    assert!(columns(&lines("all")).is_superset(&["value", "rate", "since_start"].map(str::to_owned).into()));
    let total = columns(&lines("total"));
    assert!(total.contains("value") && !total.contains("rate") && !total.contains("since_start"));
    let rate = columns(&lines("rate"));
    assert!(rate.contains("rate") && !rate.contains("value"));
    let moved = lines("moved");
    assert!(rows(&moved, "IpExt").iter().all(|row| row["since_start"].as_u64() > Some(0)));
    assert_eq!(run(&["show", &pid, "stats", "--counters", "x"]).status.code(), Some(2));
}

fn names_of(row: &Json) -> BTreeSet<String> {
    row.as_object().unwrap().keys().cloned().collect()
}

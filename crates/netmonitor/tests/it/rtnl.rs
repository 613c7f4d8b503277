//! Interfaces, addresses, neighbours, routes and rules field by field as `ip` tells them, in a namespace that the
//! tests make and fill.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::CommandExt;

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::{Map, Value as Json, json as value};

use crate::{HOLDER, json, netmonitor, rows, stderr, table_of};

/// A row, by what says which one it is.
type Rows = BTreeMap<String, Json>;

/// What is put into the namespace.
const CONTENT: &[&str] = &[
    // A pair whose ends are both here, one of them a part of a bridge.
    "link add pair0 type veth peer name pair1",
    "link add bridge0 type bridge",
    "link set pair1 master bridge0 alias uplink",
    "link set veth0 mtu 1400 txqueuelen 500 promisc on allmulticast on",
    "link set pair0 up",
    "link set pair1 up",
    "link set bridge0 up",
    "addr add 10.1.0.1/24 brd + dev veth0 label veth0:one",
    "addr add 10.1.0.3/24 dev veth0 valid_lft 1000 preferred_lft 500",
    "addr add 10.9.0.1 peer 10.9.0.2/32 dev veth0 scope link",
    "-6 addr add fd77::1/64 dev veth0 nodad valid_lft 2000 preferred_lft 0",
    "neigh add 192.0.2.66 lladdr 02:00:00:00:00:66 dev veth0 nud permanent",
    "neigh add 192.0.2.67 lladdr 02:00:00:00:00:67 dev veth0 nud reachable",
    "neigh add 192.0.2.68 lladdr 02:00:00:00:00:68 dev veth0 nud stale",
    "neigh add 192.0.2.69 dev veth0 nud failed",
    "neigh add 2001:db8::66 lladdr 02:00:00:00:00:06 dev veth0 router nud permanent",
    "nexthop add id 12 via 192.0.2.66 dev veth0",
    "route add default via 192.0.2.66 dev veth0 metric 20",
    "route add 198.51.100.0/24 via 192.0.2.66 dev veth0 metric 50 mtu 1300 advmss 1200 window 20000 rtt 800 \
     hoplimit 33 initcwnd 20 initrwnd 30 quickack 1 rto_min 20ms congctl reno proto static src 192.0.2.1",
    "route add 203.0.113.0/24 table 100 nexthop via 192.0.2.66 weight 3 nexthop via 192.0.2.67 weight 5",
    "route add 203.0.114.0/24 nhid 12",
    "route add 203.0.115.0/24 via inet6 2001:db8::66 dev veth0",
    "route add unreachable 203.0.116.0/24 metric 9",
    "route add blackhole 203.0.117.0/24",
    "-6 route add default via 2001:db8::66 dev veth0 metric 30 pref high",
    "-6 route add 2001:db8:1::/48 metric 77 nexthop via 2001:db8::66 dev veth0 weight 2 \
     nexthop via 2001:db8::67 dev veth0 weight 4",
    "-6 route add 2001:db8:2::/48 via 2001:db8::66 dev veth0 expires 600",
    "-6 route add prohibit 2001:db8:3::/48 table 300",
    "rule add from 10.1.0.0/24 to 10.2.0.0/16 iif veth0 oif bridge0 fwmark 0x10/0xff table 100 priority 100",
    "rule add unreachable priority 200 from 10.50.0.1",
    "rule add uidrange 1000-2000 ipproto tcp sport 100-200 dport 443 lookup main priority 300",
    "rule add not from 10.60.0.0/16 goto 32766 priority 400",
    "rule add suppress_prefixlength 0 tos 0x10 table main priority 500",
    "-6 rule add from 2001:db8:5::/48 table 300 priority 600",
    "-6 rule add iif gone0 blackhole priority 700",
];

/// The namespace, the other end of its link, and a process in it.
struct World {
    holder: Holder,
    netns: Netns,
    _peer: Netns,
}

/// `None`: it cannot be made here.
fn world() -> Option<World> {
    if !need_root() || !need_tool("ip") {
        return None;
    }
    let netns = Netns::new();
    let peer = netns.peer();
    CONTENT.iter().for_each(|words| drop(netns.ip(words)));
    // Not of every kernel.
    let mut command = netns.command("ip");
    let _ =
        command.args(["link", "add", "link", "veth0", "name", "veth0.7", "type", "vlan", "id", "7"]).output();
    Some(World { holder: Holder::start(Some(&netns), HOLDER, "udp"), netns, _peer: peer })
}

impl World {
    /// What netmonitor and `ip` tell at one moment: each is read until nothing changed around it.
    fn at_once(&self, table: &str, commands: &[&str]) -> (Vec<Json>, Vec<Json>) {
        let told = || -> Vec<Json> {
            let lists = commands.iter().map(|words| self.netns.ip(words));
            let lists = lists.map(|text| serde_json::from_str::<Vec<Json>>(&text).unwrap());
            lists.flatten().map(without_timers).collect()
        };
        let moment = || {
            let before = told();
            let document = json(self.holder.pid(), &[table]);
            (before == told()).then_some((document, before))
        };
        let (document, told) = (0..50).find_map(|_| moment()).expect("a moment without changes");
        let name = table.rsplit('.').next().unwrap();
        let shown = table_of(&document, name);
        assert_eq!((&shown["status"], &shown["source"]), (&"ok".into(), &"rtnetlink".into()));
        let netns = std::fs::read_link(format!("/proc/{}/ns/net", self.holder.pid())).unwrap();
        assert_eq!(netns.to_str().unwrap(), format!("net:[{}]", shown["netns"]));
        (rows(&document, name).to_vec(), told)
    }
}

/// What runs by itself in a bridge is no change.
fn without_timers(mut told: Json) -> Json {
    if let Some(info) = told["linkinfo"].as_object_mut() {
        info.retain(|name, _| !name.ends_with("_data"));
    }
    told
}

/// Every field that `ip` tells is that of the row, and there is a row for each.
fn compare(shown: &[Json], told: Vec<Json>, key: &[&str]) -> Rows {
    let key_of = |row: &Json| key.iter().map(|name| row[*name].to_string()).collect::<Vec<_>>().join(" ");
    let by_key: Rows = shown.iter().map(|row| (key_of(row), row.clone())).collect();
    let expected: Rows = told.into_iter().map(|row| (key_of(&row), row)).collect();
    assert_eq!(by_key.len(), shown.len(), "rows are told apart by {key:?}");
    assert_eq!(by_key.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (key, expected) in &expected {
        for (column, value) in expected.as_object().unwrap() {
            assert_eq!(by_key[key][column], *value, "{column} of {key}");
        }
    }
    by_key
}

/// The same values under the names of columns; what is not told is nothing.
fn renamed(told: &Json, names: &[(&str, &str)]) -> Map<String, Json> {
    let name = |(column, name): &(&str, &str)| ((*column).to_owned(), told[*name].clone());
    names.iter().map(name).collect()
}

fn set(list: &Json) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// Without a name there is no such interface, or none is meant.
fn is_none_or_zero(value: &Json) -> bool {
    value.is_null() || *value == 0
}

/// What `ip` tells of a link under the name that the column has, too.
const SAME_OF_LINK: [&str; 17] = [
    "ifindex",
    "mtu",
    "qdisc",
    "operstate",
    "txqlen",
    "address",
    "broadcast",
    "promiscuity",
    "allmulti",
    "min_mtu",
    "max_mtu",
    "num_tx_queues",
    "num_rx_queues",
    "gso_max_size",
    "gso_max_segs",
    "gro_max_size",
    "link_netnsid",
];

/// What `ip` tells of a link.
fn link_of(link: &Json) -> Json {
    let mut row = renamed(link, &SAME_OF_LINK.map(|name| (name, name)));
    let names =
        [("interface", "ifname"), ("master_name", "master"), ("link_name", "link"), ("alias", "ifalias")];
    row.extend(renamed(link, &names));
    row.extend(renamed(&link["linkinfo"], &[("kind", "info_kind"), ("slave_kind", "info_slave_kind")]));
    let both = ["bytes", "packets", "errors", "dropped", "fifo_errors"];
    let rx = ["over_errors", "length_errors", "crc_errors", "frame_errors", "missed_errors"];
    let tx = ["carrier_errors", "aborted_errors", "window_errors", "heartbeat_errors"];
    for (way, names) in [("rx", [&both[..], &rx].concat()), ("tx", [&both[..], &tx].concat())] {
        for name in names {
            row.insert(format!("{way}_{name}"), link["stats64"][way][name].clone());
        }
    }
    row.insert("multicast".into(), link["stats64"]["rx"]["multicast"].clone());
    let names = ["collisions", "carrier_changes"];
    row.extend(renamed(&link["stats64"]["tx"], &names.map(|name| (name, name))));
    Json::Object(row)
}

#[test]
fn interfaces_are_those_of_ip() {
    let Some(world) = world() else { return };
    let (shown, told) = world.at_once("links", &["-s -s -d -j link"]);
    let rows = compare(&shown, told.iter().map(link_of).collect(), &["ifindex"]);
    for link in &told {
        let row = &rows[&link["ifindex"].to_string()];
        // `ip` leaves RUNNING out, and says NO-CARRIER where it is missing.
        let mut flags = set(&row["flags"]);
        if !flags.remove("RUNNING") && flags.contains("UP") {
            flags.insert("NO-CARRIER".into());
        }
        assert_eq!(flags, set(&link["flags"]), "{}", link["ifname"]);
        if let Some(elsewhere) = link["link_index"].as_u64() {
            assert_eq!((&row["link"], &row["link_name"]), (&elsewhere.into(), &Json::Null));
        }
    }
    let named = |name: &str| shown.iter().find(|row| row["interface"] == name).unwrap();
    assert_eq!(named("pair1")["master_name"], "bridge0");
    assert_eq!((&named("pair0")["link_name"], &named("veth0")["link_netnsid"]), (&"pair1".into(), &0.into()));
    assert_eq!((&named("veth0")["promiscuity"], &named("veth0")["mtu"]), (&1.into(), &1400.into()));
    let numbers: Vec<_> = shown.iter().map(|row| row["ifindex"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted());
    assert_eq!(json(world.holder.pid(), &["traffic"])["views"][0]["tables"][1]["name"], "links");
}

#[test]
fn addresses_are_those_of_ip() {
    let Some(world) = world() else { return };
    let (shown, told) = world.at_once("addresses.addresses", &["-d -j addr"]);
    let mut flags = BTreeMap::new();
    let mut expected = Vec::new();
    for link in &told {
        for address in link["addr_info"].as_array().unwrap() {
            let mut row = renamed(
                address,
                &[
                    ("family", "family"),
                    ("address", "local"),
                    ("peer", "address"),
                    ("prefix_length", "prefixlen"),
                    ("broadcast", "broadcast"),
                    ("label", "label"),
                    ("protocol", "protocol"),
                ],
            );
            row.insert("interface".into(), link["ifname"].clone());
            row.insert("ifindex".into(), link["ifindex"].clone());
            row.insert("addr_scope".into(), reach(&address["scope"]));
            for (column, name) in [("valid_lft", "valid_life_time"), ("preferred_lft", "preferred_life_time")]
            {
                let forever = address[name] == u32::MAX;
                row.insert(column.into(), if forever { Json::Null } else { address[name].clone() });
            }
            // This `ip` may be older than the attribute.
            if address["protocol"].is_null() {
                row.remove("protocol");
            }
            let known = ["secondary", "nodad", "deprecated", "tentative", "temporary", "noprefixroute"];
            let told: BTreeSet<String> = known
                .iter()
                .filter(|flag| !address[**flag].is_null())
                .map(|flag| flag.to_uppercase())
                .collect();
            flags.insert(address["local"].to_string(), (told, address["dynamic"].is_null()));
            expected.push(Json::Object(row));
        }
    }
    for row in compare(&shown, expected, &["interface", "address"]).values() {
        let mut own = set(&row["flags"]);
        // `ip` says dynamic where it is not permanent.
        let permanent = own.remove("PERMANENT") || own.contains("TENTATIVE");
        assert_eq!((own, permanent), flags[&row["address"].to_string()], "{}", row["address"]);
    }
    let labels: Vec<_> = shown.iter().filter_map(|row| row["label"].as_str()).collect();
    assert!(labels.contains(&"veth0:one"));
    assert!(
        shown.iter().any(|row| row["peer"] == "10.9.0.2")
            && shown.iter().any(|row| row["preferred_lft"] == 0)
    );
}

/// `ip` calls the scope of what is reached everywhere `global`.
fn reach(scope: &Json) -> Json {
    if scope == "global" { "universe".into() } else { scope.clone() }
}

#[test]
fn neighbours_of_both_families_are_those_of_ip_with_their_states() {
    let Some(world) = world() else { return };
    let (shown, told) = world.at_once("neighbours.neighbours", &["-s -s -j neigh show nud all"]);
    let ages = ["used", "confirmed", "updated"];
    let expected = told.iter().map(|neighbour| {
        let names = [("dst", "dst"), ("interface", "dev"), ("lladdr", "lladdr"), ("probes", "probes")];
        let mut row = renamed(neighbour, &names);
        row.insert("state".into(), neighbour["state"][0].clone());
        let is_router = neighbour.as_object().unwrap().contains_key("router");
        row.insert("flags".into(), if is_router { value!(["ROUTER"]) } else { value!([]) });
        row.extend(renamed(neighbour, &ages.map(|age| (age, age))));
        Json::Object(row)
    });
    let in_seconds: Vec<Json> = shown
        .iter()
        .cloned()
        .map(|mut row| {
            ages.iter().for_each(|age| row[age] = (row[age].as_u64().unwrap() / 100).into());
            row
        })
        .collect();
    compare(&in_seconds, expected.collect(), &["interface", "dst"]);
    let state = |dst: &str| &shown.iter().find(|row| row["dst"] == dst).unwrap()["state"];
    for (dst, expected) in [
        ("192.0.2.66", "PERMANENT"),
        ("192.0.2.67", "REACHABLE"),
        ("192.0.2.68", "STALE"),
        ("192.0.2.69", "FAILED"),
        ("2001:db8::66", "PERMANENT"),
    ] {
        assert_eq!(state(dst), expected, "{dst}");
    }
    let order: Vec<_> = shown.iter().map(|row| (row["family"] == "inet6", row["ifindex"].as_u64())).collect();
    assert!(order.is_sorted());
    let document = json(world.holder.pid(), &["arp"]);
    let names: Vec<_> =
        document["views"][0]["tables"].as_array().unwrap().iter().map(|table| &table["name"]).collect();
    assert_eq!(names, ["arp", "arp_cache", "neighbours"]);
    assert_eq!(rows(&document, "neighbours").len(), shown.len());
}

#[test]
fn routes_of_all_tables_and_next_hops_are_those_of_ip() {
    let Some(world) = world() else { return };
    let (shown, told) =
        world.at_once("routing.routes", &["-4 -d -j route show table all", "-6 -d -j route show table all"]);
    let mut expected = Vec::new();
    for route in &told {
        let hops = route["nexthops"].as_array();
        for (number, hop) in hops.map_or_else(|| vec![route], |hops| hops.iter().collect()).iter().enumerate()
        {
            let mut row = route_of(route);
            row.insert("gateway".into(), gateway(hop));
            row.insert("interface".into(), hop["dev"].clone());
            row.insert("weight".into(), hop["weight"].clone());
            row.insert("hop".into(), if hops.is_some() { (number + 1).into() } else { Json::Null });
            expected.push(Json::Object(row));
        }
    }
    let in_seconds: Vec<Json> = shown
        .iter()
        .cloned()
        .map(|mut row| {
            row["expires"] = row["expires"].as_u64().map_or(Json::Null, |ticks| (ticks / 100).into());
            // The kernel has eighths of a millisecond.
            row["rtt"] = row["rtt"].as_u64().map_or(Json::Null, |rtt| (rtt / 8).into());
            row
        })
        .collect();
    let key = ["table_id", "dst", "prefix_length", "interface", "priority", "route_type", "hop"];
    compare(&in_seconds, expected, &key);
    assert_eq!((&shown[0]["dst"], &shown[0]["gateway"]), (&"0.0.0.0".into(), &"192.0.2.66".into()));
    assert_eq!((&shown[1]["dst"], &shown[1]["gateway"]), (&"::".into(), &"2001:db8::66".into()));
    let tables: Vec<_> = shown[2..].iter().map(|row| row["table_id"].as_u64().unwrap()).collect();
    assert!(tables.is_sorted_by_key(|table| [254, 100, 300, 255].iter().position(|known| known == table)));
    let document = json(world.holder.pid(), &["routing"]);
    let names: Vec<_> =
        document["views"][0]["tables"].as_array().unwrap().iter().map(|table| &table["name"]).collect();
    assert_eq!(names, ["routes_ipv4", "routes_ipv6", "routes", "rules"]);
}

/// What `ip` tells of a route, whatever its next hops.
fn route_of(route: &Json) -> Map<String, Json> {
    let named = [("prefsrc", "prefsrc"), ("nh_id", "nhid"), ("protocol", "protocol"), ("expires", "expires")];
    let mut row = renamed(route, &named);
    let v6 = route["pref"].is_string();
    let (dst, bits) = match route["dst"].as_str().unwrap() {
        "default" if v6 => ("::", "0"),
        "default" => ("0.0.0.0", "0"),
        dst => dst.split_once('/').unwrap_or((dst, if v6 { "128" } else { "32" })),
    };
    row.insert("family".into(), if v6 { "inet6".into() } else { "inet".into() });
    row.insert("dst".into(), dst.into());
    row.insert("prefix_length".into(), bits.parse::<u64>().unwrap().into());
    row.insert("table_id".into(), table_id(&route["table"]));
    row.insert("route_type".into(), route["type"].as_str().unwrap().to_uppercase().into());
    row.insert("route_scope".into(), reach(&route["scope"]));
    row.insert("pref".into(), route["pref"].clone());
    row.insert("priority".into(), route["metric"].clone());
    let metrics =
        ["mtu", "window", "rtt", "advmss", "hoplimit", "initcwnd", "initrwnd", "quickack", "rto_min"];
    row.extend(renamed(&route["metrics"][0], &metrics.map(|metric| (metric, metric))));
    row.insert("cc_algo".into(), route["metrics"][0]["congestion"].clone());
    row
}

/// One of the other family stands in `via`.
fn gateway(hop: &Json) -> Json {
    let via = &hop["via"]["host"];
    if via.is_string() { via.clone() } else { hop["gateway"].clone() }
}

fn table_id(table: &Json) -> Json {
    match table.as_str() {
        None => 0.into(),
        Some("main") => 254.into(),
        Some("local") => 255.into(),
        Some("default") => 253.into(),
        Some(number) => number.parse::<u64>().unwrap().into(),
    }
}

/// What `ip` tells of a rule.
fn rule_of(rule: &Json, v6: bool) -> Json {
    let hex = |number: &Json| -> Json {
        let digits = number.as_str().map(|text| text.trim_start_matches("0x"));
        digits.map_or(Json::Null, |digits| u64::from_str_radix(digits, 16).unwrap().into())
    };
    let mut row = renamed(
        rule,
        &[
            ("priority", "priority"),
            ("iif", "iif"),
            ("oif", "oif"),
            ("goto", "goto"),
            ("uid_start", "uid_start"),
            ("uid_end", "uid_end"),
            ("suppress_prefixlength", "suppress_prefixlen"),
            ("protocol", "protocol"),
        ],
    );
    row.insert("family".into(), if v6 { "inet6".into() } else { "inet".into() });
    row.insert("table_id".into(), table_id(&rule["table"]));
    for (column, address, length, bits) in
        [("src", "src", "src_prefix_length", "srclen"), ("dst", "dst", "dst_prefix_length", "dstlen")]
    {
        let any = rule[address].is_null() || rule[address] == "all";
        let host = if v6 { 128 } else { 32 };
        row.insert(column.into(), if any { Json::Null } else { rule[address].clone() });
        let bits = rule[bits].as_u64().unwrap_or(if any { 0 } else { host });
        row.insert(length.into(), bits.into());
    }
    for (first, last, name) in [("sport_start", "sport_end", "sport"), ("dport_start", "dport_end", "dport")]
    {
        let one = rule[name].clone();
        let range = |end: &str| rule[format!("{name}_{end}")].clone();
        row.insert(first.into(), if one.is_null() { range("start") } else { one.clone() });
        row.insert(last.into(), if one.is_null() { range("end") } else { one });
    }
    let action = match (&rule["action"], &rule["goto"]) {
        (Json::String(action), _) => action.as_str().into(),
        (_, Json::Null) => "lookup".into(),
        _ => "goto".into(),
    };
    row.insert("action".into(), action);
    row.insert("fwmark".into(), hex(&rule["fwmark"]));
    row.insert("tos".into(), if rule["tos"].is_null() { 0.into() } else { hex(&rule["tos"]) });
    if !rule["fwmask"].is_null() {
        row.insert("fwmask".into(), hex(&rule["fwmask"]));
    }
    row.insert("ip_proto".into(), if rule["ipproto"] == "tcp" { 6.into() } else { Json::Null });
    Json::Object(row)
}

#[test]
fn rules_of_both_families_are_those_of_ip() {
    let Some(world) = world() else { return };
    let (shown, told) = world.at_once("routing.rules", &["-4 -d -j rule", "-6 -d -j rule"]);
    // Those of IPv6 begin anew with priority 0.
    let first_v6 = told.iter().rposition(|rule| rule["priority"] == 0).unwrap();
    let expected = told.iter().enumerate().map(|(at, rule)| rule_of(rule, at >= first_v6));
    // Those of multicast routing are asked for by no `ip rule` that names a family.
    let of_ip: Vec<Json> =
        shown.iter().filter(|row| row["family"] == "inet" || row["family"] == "inet6").cloned().collect();
    compare(&of_ip, expected.collect(), &["family", "priority"]);
    let rule = |priority: u64| shown.iter().find(|row| row["priority"] == priority).unwrap();
    assert_eq!(rule(400)["flags"], value!(["not"]));
    assert_eq!((&rule(700)["flags"], &rule(700)["iif"]), (&value!(["iif_detached"]), &"gone0".into()));
    assert!(shown.iter().all(|row| is_none_or_zero(&row["tos"]) || row["priority"] == 500));
}

#[test]
fn who_may_not_enter_the_namespace_sees_the_files_and_why_there_is_no_more() {
    let Some(world) = world() else { return };
    let pid = world.holder.pid().to_string();
    let words = ["show", &pid, "arp", "traffic", "routing", "addresses", "packet", "--format", "json"];
    let output = netmonitor().args(words).uid(65534).gid(65534).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    for (table, source) in [
        ("neighbours", "neigh"),
        ("links", "link"),
        ("routes", "route"),
        ("rules", "rule"),
        ("addresses", "addr"),
    ] {
        let shown = table_of(&document, table);
        assert_eq!((&shown["status"], &shown["rows"]), (&"denied".into(), &value!([])), "{table}");
        let why = "may not be asked: entering another network namespace needs CAP_SYS_ADMIN";
        assert_eq!(shown["reason"], format!("rtnetlink/{source} {why}"));
    }
    assert!(rows(&document, "interfaces").iter().any(|row| row["interface"] == "veth0"));
    assert!(rows(&document, "arp").iter().any(|row| row["ip_address"] == "192.0.2.66"));
    assert_eq!((rows(&document, "routes_ipv4")[0]["gateway"]).as_str(), Some("192.0.2.66"));
    assert!(rows(&document, "if_inet6").iter().any(|row| row["address"] == "fd77::1"));
    assert_eq!(table_of(&document, "packet")["status"], "partial");
}

#[test]
fn a_copied_tree_is_not_asked() {
    let folder = crate::copy::tree();
    let mut command = netmonitor();
    command.args(["--procfs", folder.path().to_str().unwrap(), "show", "4242", "--format", "json"]);
    let output = command.args(["arp", "traffic", "routing", "addresses"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    for (table, source) in
        [("neighbours", "neigh"), ("links", "link"), ("routes", "route"), ("rules", "rule")]
    {
        let shown = table_of(&document, table);
        assert_eq!((&shown["status"], &shown["rows"]), (&"not-read".into(), &value!([])), "{table}");
        assert_eq!(shown["reason"], format!("rtnetlink/{source} is not asked of a copied tree"));
    }
    for table in ["arp", "interfaces", "routes_ipv4", "routes_ipv6", "if_inet6"] {
        assert_eq!(table_of(&document, table)["status"], "ok", "{table}");
        assert!(!rows(&document, table).is_empty(), "{table}");
    }
}

#[test]
fn speeds_are_those_of_sysfs() {
    let Some(world) = world() else { return };
    let document = json(world.holder.pid(), &["traffic"]);
    let interfaces = rows(&document, "interfaces");
    // Nothing at all is told of loopback, and bridges without a part that is up do not know.
    for row in interfaces {
        let name = row["interface"].as_str().unwrap();
        let sysfs =
            |file: &str| world.netns.run(&format!("cat /sys/class/net/{name}/{file} 2>/dev/null || :"));
        let speed = sysfs("speed").trim().parse::<i64>().ok().filter(|speed| *speed >= 0);
        assert_eq!(row["speed"].as_i64(), speed, "{row}");
        let duplex = sysfs("duplex").trim().to_owned();
        assert_eq!(row["duplex"].as_str().unwrap_or_default(), duplex.replace("unknown", ""), "{row}");
    }
    assert!(interfaces.iter().any(|row| row["speed"] == 10_000 && row["duplex"] == "full"), "{interfaces:?}");
    let needs = table_of(&document, "interfaces");
    assert_eq!(needs["status"], "ok", "{needs}");
}

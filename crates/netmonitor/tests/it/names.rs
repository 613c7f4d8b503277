//! Names of remote addresses, with the real program and real servers: what is asked, what is shown, and what is not.

use std::net::Ipv4Addr;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::dns::{Reply, Server};
use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::mmdb::{self, Entry};
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{HOLDER, netmonitor, stderr, stdout};

/// A name that would do something to a terminal, or to who reads it.
const HOSTILE: &str = "\x1b]0;own\x07\u{202e}gpj\u{200b}\n\u{7f}\u{9b}31m";

pub(crate) fn ready() -> bool {
    need_root() && need_tool("ip")
}

/// A namespace with 192.0.2.0/24, and a server at 127.0.0.1.
pub(crate) fn world() -> Netns {
    let netns = Netns::new();
    netns.ip("addr add 192.0.2.0/24 dev lo");
    netns.etc("resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
    netns.etc("hosts", "127.0.0.1 localhost\n");
    netns
}

fn reply(address: Ipv4Addr) -> Reply {
    match address.octets()[3] {
        1 => Reply::name("one.example"),
        2 => Reply::None,
        3 => Reply::Silence,
        4 => Reply::Late(Duration::from_millis(700), Box::new(Reply::name("late.example"))),
        5 => Reply::Name(vec![HOSTILE.as_bytes().to_vec(), b"a.b".to_vec()], 60),
        6 => Reply::Failure,
        7 => Reply::Name(vec![vec![b'x'; 63], vec![0xff; 63], vec![b'\\'; 63], vec![b' '; 60]], 60),
        8 => Reply::Garbage,
        _ => Reply::Endless,
    }
}

/// The program in a namespace, without anybody's configuration.
pub(crate) fn netmonitor_in(netns: &Netns) -> Command {
    let mut command = netns.command(netmonitor().get_program());
    for (name, value) in netmonitor().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

fn show(netns: &Netns, pid: u32, words: &[&str]) -> Output {
    netmonitor_in(netns).args(["show", &pid.to_string(), "udp"]).args(words).output().unwrap()
}

fn document(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)))
}

/// The name of each of the nine.
fn names(output: &Output) -> Vec<Json> {
    assert!(output.status.success(), "{}", stderr(output));
    let it = document(output);
    let rows = it["views"][0]["tables"][0]["rows"].as_array().unwrap();
    let mut named: Vec<_> =
        rows.iter().map(|row| (row["remote_address"].to_string(), &row["remote_name"])).collect();
    named.sort_by_key(|(address, _)| address.clone());
    named.into_iter().map(|(_, name)| name.clone()).collect()
}

#[test]
fn names_are_asked_for_when_that_is_wanted_and_what_servers_say_is_harmless() {
    if !ready() {
        return;
    }
    let netns = world();
    let server = Server::start(&netns, reply);
    let holder = Holder::start(Some(&netns), HOLDER, "calls");
    assert_eq!(names(&show(&netns, holder.pid(), &["--format", "json"])), vec![Json::Null; 9]);
    assert_eq!(server.asked(), 0, "nobody asked for names");

    let begun = Instant::now();
    let named = names(&show(&netns, holder.pid(), &["--format", "json", "--resolve"]));
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    assert_eq!((&named[0], &named[1], &named[2]), (&"one.example".into(), &Json::Null, &Json::Null));
    assert_eq!((&named[3], &named[5]), (&"late.example".into(), &Json::Null));
    let hostile = named[4].as_str().expect("a hostile name is a name");
    assert!(hostile.ends_with(r".a\.b") && hostile.contains(r"\027"), "{hostile}");
    assert!(hostile.is_ascii() && !hostile.contains(|it: char| it.is_control()), "{hostile}");
    assert!(named[6].as_str().is_some_and(|name| name.len() > 500 && name.is_ascii()), "{:?}", named[6]);
    assert_eq!((&named[7], &named[8]), (&Json::Null, &Json::Null));

    let text = show(&netns, holder.pid(), &["--resolve"]);
    let harmless = |it: char| it == '\n' || it == 'µ' || it == '·' || (' '..='~').contains(&it);
    assert!(stdout(&text).contains("late.example"));
    assert!(stdout(&text).chars().all(harmless), "{:?}", stdout(&text));
    assert!(stdout(&text).contains("has no name") && stdout(&text).contains("no answer in time"));
}

#[test]
fn where_there_is_no_server_nothing_waits_for_long() {
    if !ready() {
        return;
    }
    let netns = world();
    let holder = Holder::start(Some(&netns), HOLDER, "calls");
    for servers in ["nameserver 127.0.0.1\noptions timeout:1\n", "nameserver 192.0.2.77\n", "", "nonsense\n"]
    {
        netns.etc("resolv.conf", servers);
        let begun = Instant::now();
        let named = names(&show(&netns, holder.pid(), &["--format", "json", "--resolve"]));
        assert!(begun.elapsed() < Duration::from_secs(10), "{servers:?} took {:?}", begun.elapsed());
        assert_eq!(named, vec![Json::Null; 9], "{servers:?}");
    }
}

#[test]
fn another_world_is_said() {
    if !ready() {
        return;
    }
    let (netns, other) = (world(), Netns::new());
    let _server = Server::start(&netns, reply);
    other.ip("addr add 192.0.2.0/24 dev lo");
    let holder = Holder::start(Some(&other), HOLDER, "calls");
    let output = show(&netns, holder.pid(), &["--format", "json", "--resolve"]);
    assert_eq!(names(&output)[0], "one.example");
    assert!(stderr(&output).contains("network namespace"), "{}", stderr(&output));
    // In the same namespace with other files.
    let holder = Holder::start(Some(&netns), HOLDER, "calls");
    netns.etc("resolv.conf", "nameserver 127.0.0.1\n# another one\n");
    let output = show(&netns, holder.pid(), &["--format", "json", "--resolve"]);
    assert!(stderr(&output).contains("resolv.conf"), "{}", stderr(&output));
}

#[test]
fn a_recording_has_the_names() {
    if !ready() {
        return;
    }
    let netns = world();
    let server = Server::start(&netns, reply);
    // What is recorded of others than TCP is told by what was counted; these are TCP's.
    let holder = Holder::start(Some(&netns), HOLDER, "tcp");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("names.nmr");
    let file = file.to_str().unwrap();
    let pid = holder.pid().to_string();
    let words = ["record", &pid, "--resolve", "--interval", "0.2", "--for", "2s", "-o", file];
    let output = netmonitor_in(&netns).args(words).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let asked = server.asked();
    let output =
        netmonitor_in(&netns).args(["show", "--from", file, "tcp", "--format", "json"]).output().unwrap();
    let it = document(&output);
    let rows = it["views"][0]["tables"][0]["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["remote_address"] == "127.0.0.1" && row["remote_name"] == "localhost"));
    assert_eq!(server.asked(), asked, "whoever looks at a recording asks nobody");
}

#[test]
fn the_program_itself_is_left_out_of_the_machine_unless_it_is_asked_for() {
    if !ready() {
        return;
    }
    let netns = world();
    let holder = Holder::start(Some(&netns), HOLDER, "calls");
    let listed = |words: &[&str]| {
        let mut command = netmonitor_in(&netns);
        command.args(["show", "--scope", "host", "processes", "--format", "json"]).args(words);
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let own = child.id();
        let it = document(&child.wait_with_output().unwrap());
        let rows = it["views"][0]["tables"][0]["rows"].as_array().unwrap();
        let is_there = |pid: u32| rows.iter().any(|row| row["pid"] == pid);
        (is_there(own), is_there(holder.pid()))
    };
    assert_eq!(listed(&[]), (false, true));
    assert_eq!(listed(&["--own"]), (true, true));
    // Its sockets by which it asks the kernel, too, which it opens while it reads.
    let asking = |words: &[&str]| {
        let mut command = netmonitor_in(&netns);
        command.args(["show", "--scope", "host", "netlink", "sockets", "--format", "json"]).args(words);
        let child = command.stdout(Stdio::piped()).spawn().unwrap();
        let own = child.id();
        let it = document(&child.wait_with_output().unwrap());
        let rows = |view: usize| it["views"][view]["tables"][0]["rows"].as_array().unwrap().clone();
        let is_own = |row: &Json| row["owners"].as_array().is_some_and(|pids| pids.contains(&own.into()));
        let nobodys = |row: &Json| row["owners"].as_array().is_none_or(Vec::is_empty);
        let diag = rows(0).iter().filter(|row| row["protocol"] == "sock_diag" && nobodys(row)).count();
        (rows(0).iter().any(is_own), rows(1).iter().any(is_own), diag)
    };
    let (netlink, sockets, nobodys) = asking(&[]);
    assert_eq!((netlink, sockets, nobodys), (false, false, 0));
    let (netlink, ..) = asking(&["--own"]);
    assert!(netlink, "it is among the others where that is asked for");
}

#[test]
fn a_key_looks_names_up_while_the_session_goes_on() {
    if !ready() {
        return;
    }
    let netns = world();
    // What is not answered is asked twice, and keeps a socket open for some ticks.
    netns.etc("resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:2\n");
    let server = Server::start(&netns, reply);
    let holder = Holder::start(Some(&netns), HOLDER, "calls");
    let mut command = netmonitor_in(&netns);
    command.args([&holder.pid().to_string(), "--skip-intro", "--interval", "0.2"]);
    let mut pty = Pty::spawn(command, 30, 200);
    pty.wait_for("tcp · process");
    pty.send("2");
    pty.wait_for("192.0.2.9");
    pty.send("nnn");
    pty.wait_for("udp · namespace");
    pty.wait_for("192.0.2.9");
    assert_eq!(server.asked(), 0, "nothing is asked before the key");
    pty.send("d");
    // Sockets that wait for an answer are this program's own.
    pty.wait_for("(netmonitor)");
    pty.wait_for("one.example");
    pty.wait_for("late.example");
    pty.wait_for("\\027");
    let begun = Instant::now();
    pty.send("1");
    pty.wait_for("tcp · namespace");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    pty.send("2d");
    pty.wait_for("no more");
    pty.send("\x04");
    assert!(pty.exit().success());
}

#[test]
fn countries_and_networks_come_from_the_files_of_the_user() {
    if !ready() {
        return;
    }
    let netns = world();
    let holder = Holder::start(Some(&netns), HOLDER, "calls");
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let at = |last| Ipv4Addr::new(192, 0, 2, last);
    let countries = write(
        "country.mmdb",
        &mmdb::file(&[(at(0), 30, Entry::Country("ZZ")), (at(4), 32, Entry::Country("YY"))]),
    );
    let owner = format!("{HOSTILE} Networks, Inc.");
    let networks = write("asn.mmdb", &mmdb::file(&[(at(1), 32, Entry::Network(64_496, &owner))]));
    let output =
        show(&netns, holder.pid(), &["--format", "json", "--geoip", &countries, "--geoip", &networks]);
    let it = document(&output);
    let row = |last: u8| {
        let rows = it["views"][0]["tables"][0]["rows"].as_array().unwrap();
        let row = rows.iter().find(|row| row["remote_address"] == at(last).to_string()).unwrap();
        ["remote_country", "remote_asn", "remote_as_org", "remote_name"].map(|name| row[name].clone())
    };
    let [country, asn, organization, name] = row(1);
    assert_eq!((country, asn, name), ("ZZ".into(), 64_496.into(), Json::Null));
    assert!(organization.as_str().is_some_and(|owner| owner.ends_with("Networks, Inc.")), "{organization}");
    assert_eq!(row(4)[0], "YY");
    assert_eq!(row(9), [Json::Null, Json::Null, Json::Null, Json::Null]);
    let text = show(&netns, holder.pid(), &["--geoip", &networks]);
    assert!(
        stdout(&text).contains("Networks, Inc.") && !stdout(&text).contains(['\x1b', '\u{202e}', '\u{200b}'])
    );
    // What is no such file, or is cut or damaged, is refused or tells nothing; nothing falls over.
    let bad = write("bad.mmdb", b"nothing of the kind");
    let output = show(&netns, holder.pid(), &["--geoip", &bad]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("bad.mmdb") && stderr(&output).contains(".mmdb)"),
        "{}",
        stderr(&output)
    );
    let whole = std::fs::read(&networks).unwrap();
    for place in (0..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[place] ^= 0xff;
        let file = write("damaged.mmdb", &damaged);
        let output = show(&netns, holder.pid(), &["--format", "json", "--geoip", &file]);
        assert!(matches!(output.status.code(), Some(0 | 2)), "damaged at {place}: {}", stderr(&output));
    }
}

//! The overview and the table of all sockets, of processes that the tests know everything of.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::process::{Child, ChildStdout, Command, Stdio};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use rustix::net::{AddressFamily, SocketType};
use serde_json::Value as Json;

use crate::{HOLDER, json, netmonitor, rows, stderr, table_of};

fn me() -> u32 {
    std::process::id()
}

fn inode(socket: impl std::os::fd::AsFd) -> u64 {
    rustix::fs::fstat(socket).unwrap().st_ino
}

fn by_inode(document: &Json, inode: u64) -> &Json {
    let found = rows(document, "sockets").iter().find(|row| row["inode"] == inode);
    found.unwrap_or_else(|| panic!("no socket {inode} in {document:#}"))
}

/// Sockets of families that the standard library does not know; those that this kernel lacks are left out.
fn others() -> Vec<(&'static str, OwnedFd)> {
    let kinds = [
        ("netlink route", AddressFamily::NETLINK, SocketType::RAW),
        ("packet raw", AddressFamily::PACKET, SocketType::RAW),
        ("vsock stream", AddressFamily::VSOCK, SocketType::STREAM),
        ("raw", AddressFamily::INET, SocketType::RAW),
        ("alg", AddressFamily::from_raw(38), SocketType::SEQPACKET),
    ];
    let make = |(name, family, kind)| {
        let protocol = (name == "raw").then(|| rustix::net::Protocol::from_raw(253.try_into().unwrap()));
        Some((name, rustix::net::socket(family, kind, protocol).ok()?))
    };
    kinds.into_iter().filter_map(make).collect()
}

#[test]
fn every_socket_of_this_process_is_in_one_table() {
    let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server = listener.accept().unwrap().0;
    (&client).write_all(b"unread").unwrap();
    let (bound, never_bound) = (UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap(), {
        rustix::net::socket(AddressFamily::INET6, SocketType::DGRAM, None).unwrap()
    });
    let name = format!("netmonitor-test-{}", me());
    let address = std::os::unix::net::SocketAddr::from_abstract_name(name.as_bytes()).unwrap();
    let unix = UnixListener::bind_addr(&address).unwrap();
    let waiting = UnixStream::connect_addr(&address).unwrap();
    let (one, other) = UnixDatagram::pair().unwrap();
    let others = others();

    let document = json(me(), &["sockets"]);
    let told = |socket: u64| {
        let row = by_inode(&document, socket);
        let word = |column: &str| row[column].as_str().unwrap_or_default().to_owned();
        assert!(row["owners"].as_array().unwrap().contains(&me().into()), "{row}");
        (word("kind"), word("state"), word("local"), word("remote"))
    };
    let text = |kind: &str, state: &str, local: String, remote: String| {
        (kind.to_owned(), state.to_owned(), local, remote)
    };
    let none = String::new;
    let (here, there) = (server.local_addr().unwrap().to_string(), client.local_addr().unwrap().to_string());
    assert_eq!(told(inode(&listener)), text("tcp", "LISTEN", here.clone(), none()));
    assert_eq!(told(inode(&server)), text("tcp", "ESTABLISHED", here.clone(), there.clone()));
    assert_eq!(told(inode(&client)), text("tcp", "ESTABLISHED", there, here));
    assert_eq!(by_inode(&document, inode(&server))["rx_queue"], 6);
    let local = bound.local_addr().unwrap().to_string();
    assert_eq!(told(inode(&bound)), text("udp", "UNCONNECTED", local, none()));
    // No list has it: it is only there because it was asked itself.
    assert_eq!(told(inode(&never_bound)), text("udp", "UNCONNECTED", none(), none()));
    assert_eq!(told(inode(&unix)), text("unix stream", "LISTEN", format!("@{name}"), none()));
    assert_eq!(told(inode(&waiting)), text("unix stream", "ESTABLISHED", none(), format!("@{name}")));
    assert_eq!(by_inode(&document, inode(&unix))["accept_queue"], 1);
    assert_eq!(told(inode(&one)).0, "unix dgram");
    for end in [&one, &other] {
        assert_eq!(by_inode(&document, inode(end))["peer_owners"], serde_json::json!([me()]));
    }
    for (kind, socket) in &others {
        assert_eq!(told(inode(socket)).0, *kind);
    }
    let table = table_of(&document, "sockets");
    assert_eq!((&table["source"], &table["scope"]), (&"getsockopt".into(), &"process".into()));
    assert!(others.iter().any(|(kind, _)| *kind == "netlink route"));

    let states = json(me(), &["overview"]);
    let count = |protocol: &str, state: &str| {
        let rows = rows(&states, "states").iter();
        let mut row = rows.filter(|row| row["protocol"] == protocol && row["state"] == state);
        row.next().map_or(0, |row| row["sockets"].as_u64().unwrap())
    };
    // Other tests of this program hold sockets at the same time.
    assert!(count("tcp", "LISTEN") >= 1 && count("tcp", "ESTABLISHED") >= 2 && count("unix", "LISTEN") >= 1);
    assert!(count("udp", "UNCONNECTED") >= 2);
}

#[test]
fn an_ordinary_user_is_told_of_its_own_process_and_nothing_is_guessed() {
    if !need_root() || !need_tool("setpriv") {
        return;
    }
    let nobody = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice::<Json>(&output.stdout).unwrap()
    };
    let dropped = ["--reuid=65534", "--regid=65534", "--clear-groups"];
    let program = netmonitor().get_program().to_owned();
    // A process of that user shows itself: netmonitor looks at the shell that starts it.
    let script = format!("{} show $$ sockets overview --format json; :", program.to_string_lossy());
    let own = nobody(Command::new("setpriv").args(dropped).args(["sh", "-c", &script]));
    assert_eq!(table_of(&own, "sockets")["scope"], "process");
    assert!(rows(&own, "sockets").is_empty() && rows(&own, "totals").is_empty());
    let process = &rows(&own, "process")[0];
    assert_eq!(
        (&process["name"], &process["uid"], &process["sockets"]),
        (&"sh".into(), &65534.into(), &0.into())
    );
    assert!(process["exe"].is_string() && process["fds"].as_u64() >= Some(3));

    // Of a process of root the namespace is shown, and what is missing with what would help.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let pid = me().to_string();
    let mut command = Command::new("setpriv");
    command.args(dropped).arg(&program).args(["show", &pid, "sockets", "overview", "--format", "json"]);
    let foreign = nobody(&mut command);
    assert_eq!(
        (&table_of(&foreign, "sockets")["scope"], &table_of(&foreign, "totals")["scope"]),
        (&"namespace".into(), &"namespace".into())
    );
    let row = by_inode(&foreign, inode(&listener));
    assert_eq!((&row["kind"], &row["owners"]), (&"tcp".into(), &Json::Null));
    let process = &rows(&foreign, "process")[0];
    assert_eq!(
        (&process["sockets"], &process["exe"], &process["netns_inode"]),
        (&Json::Null, &Json::Null, &Json::Null)
    );
    let unread = &rows(&foreign, "unread")[0];
    assert!(unread["what"].as_str().unwrap().contains("descriptors"));
    assert_eq!(unread["command"], format!("sudo netmonitor {pid}"));
}

/// netmonitor that prints the totals of a process again and again, as JSON lines.
struct Watch {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Watch {
    fn of(pid: u32) -> Self {
        let words = ["show", &pid.to_string(), "overview.totals", "--format", "jsonl", "--interval", "100ms"];
        let mut child = netmonitor().args(words).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next row of TCP that is as wanted.
    fn until(&mut self, wanted: impl Fn(&Json) -> bool) -> Json {
        let mut seen = Json::Null;
        for line in self.lines.by_ref().take(300) {
            let row: Json = serde_json::from_str(&line.unwrap()).unwrap();
            if row["protocol"] == "tcp" {
                if wanted(&row) {
                    return row;
                }
                seen = row;
            }
        }
        panic!("it never is; last it was {seen}");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Not a test of anything: a process that sends to and reads from the test what it is told to.
#[test]
fn sender() {
    let Ok(address) = std::env::var("NETMONITOR_TEST_SEND_TO") else { return };
    let address: SocketAddr = address.parse().unwrap();
    for order in std::io::stdin().lines() {
        let mut stream = TcpStream::connect(address).unwrap();
        let mut greeting = [0; 1];
        stream.read_exact(&mut greeting).unwrap();
        let bytes: usize = order.unwrap().parse().unwrap();
        println!("connected");
        // The test says when the connection was seen.
        stream.read_exact(&mut greeting).unwrap();
        stream.write_all(&vec![7; bytes]).unwrap();
        // With the other side's end before its own, both are counted: of a connection that is closed first the
        // kernel may forget the rest before the other end comes.
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }
}

#[test]
fn totals_are_what_was_sent_after_the_connections_have_ended() {
    const SIZES: [usize; 3] = [1_000, 250_000, 3];
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut sender = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "overview::sender", "--nocapture", "--test-threads=1"])
        .env("NETMONITOR_TEST_SEND_TO", &address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut orders = sender.stdin.take().unwrap();
    let mut watch = Watch::of(sender.id());
    let (mut sent, mut last) = (0, Json::Null);
    for (number, size) in (1u64..).zip(SIZES) {
        writeln!(orders, "{size}").unwrap();
        let mut stream = listener.accept().unwrap().0;
        stream.write_all(b"!").unwrap();
        // A connection that was never seen to be the process's would not count.
        watch.until(|row| row["sockets"] == 1);
        stream.write_all(b"!").unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).unwrap();
        assert_eq!(received.len(), size);
        drop(stream);
        sent += size as u64;
        last = watch.until(|row| row["ended"] == number && row["ended_as_last_seen"] == 0);
        // SYN and FIN count one byte each.
        assert_eq!(last["bytes_acked"], sent + 2 * number, "{last}");
    }
    // Two greetings each, and the other side's FIN.
    assert_eq!(last["bytes_received"], 3 * SIZES.len(), "{last}");
    assert_eq!((&last["bytes_sent"], &last["bytes_retrans"]), (&sent.into(), &0.into()));
    assert_eq!(last["sockets"], 0);
    drop(orders);
    drop(watch);
    sender.wait().unwrap();
}

/// Not a test of anything: a process that makes a connection to itself, and sends over it when it is told to.
#[test]
fn talker() {
    if std::env::var_os("NETMONITOR_TEST_TALK").is_none() {
        return;
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let mut server = listener.accept().unwrap().0;
    let bytes: usize = std::io::stdin().lines().next().unwrap().unwrap().parse().unwrap();
    client.write_all(&vec![7; bytes]).unwrap();
    drop(client);
    server.read_to_end(&mut Vec::new()).unwrap();
    drop(server);
    std::io::stdin().lines().for_each(drop);
}

#[test]
fn ends_are_heard_in_the_namespace_of_the_process() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let mut talker = netns
        .command(std::env::current_exe().unwrap())
        .args(["--exact", "overview::talker", "--nocapture", "--test-threads=1"])
        .env("NETMONITOR_TEST_TALK", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut orders = talker.stdin.take().unwrap();
    let mut watch = Watch::of(talker.id());
    // The listening socket, and both ends.
    watch.until(|row| row["sockets"] == 3);
    writeln!(orders, "70000").unwrap();
    let row = watch.until(|row| row["ended"] == 2 && row["ended_as_last_seen"] == 0);
    // The FIN of both counts, and the SYN of the side that connects.
    assert_eq!((&row["bytes_acked"], &row["sockets"]), (&70_003.into(), &1.into()), "{row}");
    drop(orders);
    talker.wait().unwrap();
}

#[test]
fn a_full_accept_queue_is_told() {
    let listener = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&listener, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    rustix::net::listen(&listener, 1).unwrap();
    let address = TcpListener::from(listener.try_clone().unwrap()).local_addr().unwrap();
    // One more than the limit fits in.
    let clients = [(); 2].map(|()| TcpStream::connect(address).unwrap());
    let document = json(me(), &["overview.listeners"]);
    let row = rows(&document, "listeners").iter().find(|row| row["local_port"] == address.port()).unwrap();
    assert_eq!((&row["accept_queue"], &row["accept_backlog"]), (&2.into(), &1.into()));
    assert_eq!((&row["accept_queue_percent"], &row["protocol"]), (&200.0.into(), &"tcp".into()));
    drop(clients);
}

#[test]
fn a_process_is_described() {
    let holder = Holder::start(None, HOLDER, "tcp");
    let pid = holder.pid();
    let document = json(pid, &["overview.process"]);
    let process = &rows(&document, "process")[0];
    let exe = std::env::current_exe().unwrap();
    assert_eq!((&process["pid"], &process["exe"]), (&pid.into(), &exe.to_str().unwrap().into()));
    assert!(process["command_line"].as_str().unwrap().contains("--exact holder --nocapture"));
    let fds = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
    assert_eq!(process["fds"], fds);
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
    let limit = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    let limit: u64 = limit.split_whitespace().next().unwrap().parse().unwrap();
    assert_eq!(process["fd_limit"], limit);
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().map(|entry| entry.unwrap().path());
    let links = links.filter_map(|path| std::fs::read_link(path).ok());
    let sockets = links.filter(|link| link.to_string_lossy().starts_with("socket:")).count();
    assert!(sockets >= 10 && process["sockets"] == sockets, "{sockets} {process}");
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap();
    assert!(groups.lines().any(|line| line.ends_with(process["cgroup"].as_str().unwrap())), "{groups}");
    assert!(process["age_ms"].as_u64().unwrap() < 60_000);
    assert!(process["netns_processes"].as_u64().unwrap() >= 2, "itself and this one");
}

#[test]
fn the_record_is_text_with_a_line_for_each_fact() {
    let output = netmonitor().args(["show", &me().to_string(), "overview.process"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().any(|line| line == "process · process"), "{text}");
    let pid = format!("{:16}  {}", "pid", me());
    assert!(text.lines().any(|line| line == pid), "{text}");
}

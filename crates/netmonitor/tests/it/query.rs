//! `show` with a filter, an order and chosen columns, on real sockets.

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;

use netmonitor_testkit::need_tool;
use serde_json::Value as Json;

use crate::{json, netmonitor, rows, run, stderr, stdout, table_of};

fn me() -> String {
    std::process::id().to_string()
}

/// Lines of CSV without the header and without the time before each.
fn csv(words: &[&str]) -> Vec<String> {
    let output = run(&[&["show", &me(), "--format", "csv"], words].concat());
    assert_eq!(output.status.code(), Some(0), "{words:?}: {}", stderr(&output));
    stdout(&output).lines().skip(1).map(|line| line.split_once(',').unwrap().1.to_owned()).collect()
}

#[test]
fn sockets_are_found_by_state_address_and_prefix() {
    let v4 = TcpListener::bind("127.0.0.1:0").unwrap();
    let v6 = TcpListener::bind("[::1]:0").unwrap();
    let ports = [&v4, &v6].map(|listener| listener.local_addr().unwrap().port());
    let client = TcpStream::connect(("::1", ports[1])).unwrap();
    let found = |filter: &str| {
        let words = ["tcp", "--filter", filter, "--columns", "local_port", "--sort", "local_port"];
        let lines = csv(&words);
        ports.map(|port| lines.contains(&port.to_string()))
    };
    let [first, second] = ports;
    assert_eq!(found("state:LISTEN"), [true, true]);
    assert_eq!(found("state:listen local_address:127.0.0.0/8"), [true, false]);
    assert_eq!(found("state:LISTEN local_address:::/64"), [false, true]);
    assert_eq!(found("state:LISTEN local_address=[::1]"), [false, true]);
    assert_eq!(found("state:LISTEN not local_address:::1/128"), [true, false]);
    assert_eq!(found(&format!("local_port:{first},{second} state:LISTEN")), [true, true]);
    assert_eq!(found(&format!("local_port:{first} or remote_port:{second}")), [true, false]);
    assert_eq!(found(&format!("owners:{} state:LISTEN", me())), [true, true]);
    assert_eq!(found("owners:1 state:LISTEN"), [false, false]);
    let port = client.local_addr().unwrap().port();
    let lines = csv(&["tcp", "--filter", &format!("local_port:{port}"), "--columns", "state,remote_port"]);
    assert_eq!(lines, [format!("ESTABLISHED,{second}")]);
}

#[test]
fn numbers_have_units_and_columns_need_not_be_printed() {
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (port, quiet) = (receiver.local_addr().unwrap().port(), sender.local_addr().unwrap().port());
    for _ in 0..8 {
        sender.send_to(&[7; 1000], receiver.local_addr().unwrap()).unwrap();
    }
    let found = |filter: &str| {
        let both = format!("local_port:{port},{quiet} {filter}");
        csv(&["udp", "--filter", &both, "--columns", "local_port"])
    };
    assert_eq!(found("rx_queue>4k"), [port.to_string()]);
    assert_eq!(found("rx_queue>=1KiB rx_queue<1MiB"), [port.to_string()]);
    assert_eq!(found("rx_queue:0"), [quiet.to_string()]);
    assert!(found("rx_queue>1MB").is_empty());
}

#[test]
fn all_forms_of_output_have_the_same_rows_in_the_same_order() {
    let listeners: Vec<_> = (0..5).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let ports: Vec<u16> = listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect();
    let mut wanted: Vec<String> = ports.iter().map(u16::to_string).collect();
    wanted.sort_by_key(|port| std::cmp::Reverse(port.parse::<u16>().unwrap()));
    let list = wanted.join(",");
    let filter = format!("state:LISTEN local_port:{list}");
    let asked =
        ["tcp", "--filter", &filter, "--sort", "local_port:desc", "--columns", "local_port,local_address"];
    let document = json(std::process::id(), &asked);
    let expected: Vec<Json> = wanted
        .iter()
        .map(|port| serde_json::json!({"local_port": port.parse::<u16>().unwrap(), "local_address": "127.0.0.1"}))
        .collect();
    assert_eq!(rows(&document, "tcp"), expected);
    let lines = run(&[&["show", &me(), "--format", "jsonl"], &asked[..]].concat());
    let printed: Vec<Json> = stdout(&lines)
        .lines()
        .map(|line| serde_json::from_str::<Json>(line).unwrap()["local_port"].clone())
        .collect();
    assert_eq!(printed, expected.iter().map(|row| row["local_port"].clone()).collect::<Vec<_>>());
    assert_eq!(csv(&asked), wanted.iter().map(|port| format!("{port},127.0.0.1")).collect::<Vec<_>>());
    let text = run(&[&["show", &me()], &asked[..]].concat());
    let text = stdout(&text);
    assert!(text.contains("tcp · process · 5 of ") && text.contains(" rows match\n"), "{text}");
    let words: Vec<Vec<&str>> = text.lines().skip(3).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(words[0], ["local_port", "local_address"]);
    assert_eq!(words[1..].iter().map(|row| row[0]).collect::<Vec<_>>(), wanted);
}

#[test]
fn counters_are_sorted_as_sort_sorts_them() {
    if !need_tool("sort") {
        return;
    }
    let words = ["stats.TcpExt", "--filter", "value>0", "--columns", "value,name"];
    let sorted = csv(&[&words[..], &["--sort", "value:desc,name"]].concat());
    let mut sort = Command::new("sort")
        .env("LC_ALL", "C")
        .args(["-c", "-t,", "-k1,1nr", "-k2,2f"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut sort.stdin.take().unwrap(), (sorted.join("\n") + "\n").as_bytes())
        .unwrap();
    assert!(sort.wait().unwrap().success(), "{sorted:?}");
    assert!(sorted.len() > 3);
    let names = |order: &str| csv(&["stats.TcpExt", "--columns", "name", "--sort", order]);
    let mut expected = names("name");
    assert!(expected.is_sorted_by_key(|name| name.to_ascii_lowercase()));
    expected.reverse();
    assert_eq!(names("name:desc"), expected);
}

#[test]
fn a_query_is_asked_again_at_each_reading() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let filter = format!("local_port:{}", listener.local_addr().unwrap().port());
    let words = ["--filter", &filter, "--columns", "state", "--interval", "0.1", "--count", "3"];
    assert_eq!(csv(&[&["tcp"], &words[..]].concat()), ["LISTEN"; 3]);
}

#[test]
fn text_has_the_columns_of_a_screen_and_the_others_form_all_of_them() {
    let _listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let header = |words: &[&str]| {
        let output = run(&[&["show", &me(), "tcp"], words].concat());
        stdout(&output).lines().nth(3).unwrap_or_default().to_owned()
    };
    assert!(!header(&[]).contains("inode"), "{}", header(&[]));
    assert!(header(&["--columns", "+inode"]).ends_with("inode"));
    assert!(header(&["--columns", "*"]).contains("inode"));
    assert!(!header(&["--columns", "-state"]).contains("state"));
    let document = json(std::process::id(), &["tcp"]);
    assert!(rows(&document, "tcp")[0].get("inode").is_some());
}

#[test]
fn tables_without_the_column_say_so() {
    let _listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let asked = ["tcp", "traffic", "--filter", "state:LISTEN"];
    let document = json(std::process::id(), &asked);
    assert!(!rows(&document, "tcp").is_empty());
    assert_eq!(table_of(&document, "interfaces")["remark"], "no column `state`");
    assert!(rows(&document, "interfaces").is_empty());
    let lines = run(&[&["show", &me(), "--format", "jsonl"], &asked[..]].concat());
    assert!(stdout(&lines).lines().all(|line| line.contains("LISTEN")));
    assert!(stderr(&lines).contains("note: traffic.interfaces: no column `state`"), "{}", stderr(&lines));
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_status_2() {
    for (words, told) in [
        (
            &["tcp", "--filter", "stat:LISTEN"][..],
            "filter: no column `stat`; nearest: state, ca_state; in quotes it is text to look for\n  stat:LISTEN\n  ^^^^",
        ),
        (&["tcp", "--filter", "(state:LISTEN"], "\n  (state:LISTEN\n  "),
        (
            &["tcp", "--filter", "local_address:10.0.0.0/33"],
            "\n  local_address:10.0.0.0/33\n                         ^^",
        ),
        (&["tcp", "--filter", "tx_queue>5s"], "\n  tx_queue>5s\n"),
        (&["tcp", "--filter", "(\u{1b}[2Jx"], r"(\u{1b}[2Jx"),
        (&["tcp", "--sort", "state:up"], "sort: `up` is no order: asc or desc\n  state:up\n        ^^"),
        (&["tcp", "--columns", "state,nothing"], "columns: no column `nothing`"),
        (&["tcp", "udp", "--columns", "state,nothing"], "columns: no column `nothing`"),
        (&["--filter", "interfac:lo"], "nearest: interface"),
    ] {
        let output = run(&[&["show", &me()], words].concat());
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{words:?}");
        let error = stderr(&output);
        assert!(error.starts_with("error: ") && error.contains(told), "{words:?}: {error}");
        assert!(!error.contains('\x1b'), "{error}");
    }
    // A session has no such options.
    assert_eq!(netmonitor().args(["--filter", "x", &me()]).output().unwrap().status.code(), Some(2));
}

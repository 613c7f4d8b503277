//! What is told: right figures, in formats that others read.

use std::io::Write;
use std::process::{Command, Stdio};

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use netmonitor_testkit::{need, need_root, need_tool};

use super::{Served, figure, status};
use crate::events::ROLE as PUPPET;
use crate::{run, stderr};

fn ready() -> bool {
    need_root()
        && need_tool("ip")
        && need("the kernel's types", std::path::Path::new("/sys/kernel/btf/vmlinux").exists())
}

#[test]
fn what_a_process_sent_is_told_to_the_byte() {
    if !ready() {
        return;
    }
    let served = Served::start(&["--pid"]);
    // It begins to count before anything is sent.
    served.find(|text| figure(text, "netmonitor_source_up", &[("source", "counting")]) == Some(1.0));
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, PUPPET), Puppet::start(&netns, PUPPET));
    assert_eq!(server.act("listen 4800"), "ok");
    server.tell("accept");
    assert_eq!(client.act("connect 127.0.0.1 4800"), "ok");
    assert_eq!(server.answer(), "ok");
    assert_eq!(client.act("send 123457"), "ok");
    assert_eq!(server.act("receive 123457"), "ok");
    let of = |pid: u32| pid.to_string();
    let (sender, receiver) = (of(client.pid()), of(server.pid()));
    let sent = "netmonitor_process_sent_bytes_total";
    let by = |text: &str, via| figure(text, sent, &[("pid", &sender), ("via", via)]);
    let text = served.find(|text| by(text, "loopback") == Some(123_457.0));
    assert_eq!(by(&text, "remote"), Some(0.0));
    let received = "netmonitor_process_received_bytes_total";
    assert_eq!(figure(&text, received, &[("pid", &receiver), ("via", "loopback")]), Some(123_457.0));
    for (pid, state) in [(&sender, "established"), (&receiver, "established"), (&receiver, "listen")] {
        let labels = [("pid", pid.as_str()), ("protocol", "tcp"), ("state", state)];
        assert_eq!(figure(&text, "netmonitor_process_sockets", &labels), Some(1.0), "{labels:?}");
    }
    // One that waits to be accepted.
    let mut third = Puppet::start(&netns, PUPPET);
    assert_eq!(third.act("connect 127.0.0.1 4800"), "ok");
    let waiting = "netmonitor_process_accept_queue_connections";
    let text = served.find(|text| figure(text, waiting, &[("pid", &receiver)]) == Some(1.0));
    let limit =
        figure(&text, "netmonitor_process_accept_queue_limit_connections", &[("pid", &receiver)]).unwrap();
    let fullest =
        figure(&text, "netmonitor_process_accept_queue_fullest_ratio", &[("pid", &receiver)]).unwrap();
    assert!((fullest - 1.0 / (limit + 1.0)).abs() < 1e-9, "{fullest} of {limit}");
    // The namespace is told by whoever is in it, with counters that the process moved.
    let inode = std::fs::read_link(format!("/proc/{}/ns/net", client.pid())).unwrap();
    let inode: String = inode.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    let opened = figure(&text, "netmonitor_netns_tcp_active_opens_total", &[("netns", &inode)]);
    assert_eq!(opened, Some(2.0));
    let lo = [("netns", inode.as_str()), ("interface", "lo")];
    assert!(figure(&text, "netmonitor_interface_rx_bytes_total", &lo).unwrap() > 123_457.0);
    // The ends of processes take nothing away.
    drop(client);
    let ended = |text: &str| figure(text, "netmonitor_processes", &[("pid", &sender)]) == Some(0.0);
    let text = served.find(ended);
    assert_eq!(by(&text, "loopback"), Some(123_457.0));
}

#[test]
fn datagrams_that_were_dropped_are_told() {
    if !ready() {
        return;
    }
    let netns = Netns::new();
    let mut puppet = Puppet::start(&netns, PUPPET);
    assert_eq!(puppet.act("bind 4801"), "ok");
    assert_eq!(puppet.act("datagrams 127.0.0.1 4801 500"), "ok");
    let served = Served::start(&["--pid"]);
    let pid = puppet.pid().to_string();
    let dropped = |text: &str| figure(text, "netmonitor_process_dropped_packets_total", &[("pid", &pid)]);
    let before = dropped(&served.find(|text| dropped(text).is_some_and(|count| count > 0.0))).unwrap();
    assert_eq!(puppet.act("datagrams 127.0.0.1 4801 100"), "ok");
    served.find(|text| dropped(text) == Some(before + 100.0));
}

#[test]
fn what_is_wrong_with_processes_is_told() {
    if !ready() || !need_tool("bash") {
        return;
    }
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, PUPPET), Puppet::start(&netns, PUPPET));
    assert_eq!((server.act("listen 4803"), server.act("packet lo")), ("ok".into(), "ok".into()));
    assert_eq!(client.act("connect 127.0.0.1 4803"), "ok");
    let mut shell = netns.command("bash");
    shell.args(["-c", "exec 0<>/dev/tcp/127.0.0.1/4803; read line"]).stdout(Stdio::null());
    let mut shell = shell.spawn().unwrap();
    let served = Served::start(&["--pid"]);
    let of = |text: &str, pid: u32, finding: &str, severity: &str| {
        let labels = [("pid", pid.to_string()), ("finding", finding.into()), ("severity", severity.into())];
        figure(
            text,
            "netmonitor_process_findings",
            &labels.each_ref().map(|(name, value)| (*name, value.as_str())),
        )
    };
    let driven = shell.id();
    let is_driven = |text: &str| of(text, driven, "shell-on-network", "critical");
    let text = served.find(|text| is_driven(text) == Some(1.0));
    assert_eq!(of(&text, server.pid(), "packet-socket", "warning"), Some(1.0));
    let pid = format!("pid=\"{}\"", client.pid());
    let of_client = |line: &&str| line.starts_with("netmonitor_process_findings{") && line.contains(&pid);
    assert_eq!(text.lines().find(of_client), None);
    // It is over when the shell has ended, and told as 0 for some time.
    shell.kill().unwrap();
    shell.wait().unwrap();
    served.find(|text| is_driven(text) == Some(0.0));
}

#[test]
fn promtool_has_nothing_to_say_about_a_scrape() {
    if !need_tool("promtool") {
        return;
    }
    let served = Served::start(&[]);
    let text = served.metrics();
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [stderr(&output), crate::stdout(&output)].concat();
    assert!(output.status.success() && said.is_empty(), "{said}");
    // Many counters, each with what the dictionary says of it.
    let help = "# HELP netmonitor_netns_tcp_ext_tcp_timeouts_total TcpExt.TCPTimeouts: ";
    assert!(text.contains(help), "{text}");
    assert!(text.lines().filter(|line| line.starts_with("# HELP netmonitor_netns_")).count() > 200);
    assert!(figure(&text, "process_resident_memory_bytes", &[]).unwrap() > 1e6);
    assert_eq!(figure(&text, "netmonitor_readings_total", &[]), Some(1.0));
}

#[test]
fn both_formats_are_told_by_the_wish_of_the_client() {
    let served = Served::start(&[]);
    let answer = served.ask("GET /metrics", "");
    assert!(answer.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{answer}");
    assert!(!answer.contains("# EOF"));
    let wish = "Accept: application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5\r\n";
    let answer = served.ask("GET /metrics", wish);
    assert!(answer.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"));
    assert!(answer.ends_with("\n# EOF\n"), "{answer}");
    let answer = served.ask("GET /metrics", "Accept-Encoding: gzip\r\n");
    assert!(answer.contains("content-encoding: gzip\r\n"), "{}", status(&answer));
    // All of them came of one reading or of few.
    assert!(figure(&served.metrics(), "netmonitor_readings_total", &[]).unwrap() <= 3.0);
}

#[test]
fn there_is_a_page_and_a_word_on_health() {
    let served = Served::start(&[]);
    let page = served.ask("GET /", "");
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<a href=\"/metrics\">"), "{page}");
    assert!(served.ask("GET /healthz", "").ends_with("\r\n\r\nok\n"));
}

#[test]
fn it_ends_by_a_signal_and_says_what_it_cannot_do() {
    let mut served = Served::start(&[]);
    let pid = rustix::process::Pid::from_raw(served.child.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
    for (words, said) in [
        (&["serve", "--listen", "0.0.0.0:9797"][..], "--allow-remote"),
        (&["serve", "--listen", ":9797"], "--allow-remote"),
        (&["serve", "--listen", "nonsense"], "write it as 127.0.0.1:9797"),
        (&["serve", "--web-config", "/nonexistent"], "in the web configuration /nonexistent"),
        (&["serve", "--top", "0"], "--top"),
        #[cfg(not(feature = "otlp"))]
        (&["serve", "--otlp", "http://127.0.0.1:4318"], "built without OTLP"),
        (&["7", "serve"], "stands before the command"),
    ] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(stderr(&output).contains(said), "{words:?}: {}", stderr(&output));
    }
    let other = Served::start(&[]);
    let output = run(&["serve", "--listen", &other.address.to_string()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("listening on"), "{}", stderr(&output));
}

//! `serve --otlp` into a collector that others have made: Rotel (`rotel-agent` of the package `rotel`), whose debug log prints
//! what it got.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use netmonitor_testkit::{need_root, need_tool};
use tempfile::TempDir;

use super::{Served, figure};
use crate::events::ROLE as PUPPET;
use crate::netmonitor;

/// The collector begins, and gets a push, in this time, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

const AGENT: &str = "rotel-agent";

/// A collector of its own, that keeps nothing and prints what it gets.
struct Collector {
    child: Child,
    directory: TempDir,
}

/// A figure as the collector prints it.
#[derive(Debug, Default, Clone)]
struct Point {
    name: String,
    unit: String,
    /// `Sum` or `Gauge`, and what else is said of that.
    kind: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    value: f64,
}

/// All that came in one push.
#[derive(Debug, Default)]
struct Push {
    resource: BTreeMap<String, String>,
    points: Vec<Point>,
}

impl Collector {
    /// One that listens where nobody did a moment ago.
    fn start(http: SocketAddr) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = File::create(directory.path().join("got")).unwrap();
        let grpc = free();
        let child = Command::new(AGENT)
            .args(["start", "--exporter", "blackhole"])
            .args(["--debug-log", "metrics", "--debug-log-verbosity", "detailed"])
            .arg(format!("--otlp-http-endpoint={http}"))
            .arg(format!("--otlp-grpc-endpoint={grpc}"))
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, directory }
    }

    /// The last push that was printed wholly; none before there was one.
    fn got(&self) -> Option<Push> {
        let bytes = std::fs::read(self.directory.path().join("got")).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        // The last one may still be printed.
        let mut pushes = text.rsplit("ResourceMetrics #0\n").skip(1);
        let last = pushes.next().filter(|push| push.starts_with("Resource "))?;
        Some(Push::parse(last))
    }

    /// The first push in which something is found.
    fn find(&self, what: impl Fn(&Push) -> bool) -> Push {
        let begun = Instant::now();
        loop {
            let got = self.got();
            if let Some(push) = got.filter(&what) {
                return push;
            }
            assert!(begun.elapsed() < PATIENCE, "{:?}", self.got());
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Push {
    fn parse(text: &str) -> Self {
        let (mut push, mut point, mut section) = (Self::default(), Point::default(), "");
        for line in text.lines() {
            match line.trim_start().strip_prefix("-> ").and_then(|pair| pair.split_once(": ")) {
                None if line.starts_with("Value: ") => {
                    point.value = line["Value: ".len()..].parse().unwrap();
                    push.points.push(point.clone());
                }
                None => {
                    section = line.trim_end_matches(':');
                    match section {
                        "Descriptor" => point = Point::default(),
                        "Data point attributes" => point.labels.clear(),
                        _ => {}
                    }
                }
                Some(("Name", name)) if section == "Descriptor" => name.clone_into(&mut point.name),
                Some(("Unit", unit)) if section == "Descriptor" => unit.clone_into(&mut point.unit),
                Some((key, word)) => {
                    let pairs = match section {
                        "Resource attributes" => &mut push.resource,
                        "Data point attributes" => &mut point.labels,
                        _ => &mut point.kind,
                    };
                    let word = word.strip_prefix("Str(").and_then(|it| it.strip_suffix(')')).unwrap_or(word);
                    pairs.insert(key.to_owned(), word.to_owned());
                }
            }
        }
        push
    }

    /// The figure of a name that has all of these labels.
    fn point(&self, name: &str, labels: &[(&str, &str)]) -> Option<&Point> {
        let has = |point: &&Point| {
            labels.iter().all(|(key, value)| point.labels.get(*key).is_some_and(|it| it == value))
        };
        self.points.iter().filter(|point| point.name == name).find(has)
    }
}

/// An address of this machine that was free a moment ago.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn a_collector_gets_what_is_told_over_http() {
    if !need_root() || !need_tool("ip") || !need_tool(AGENT) {
        return;
    }
    let http = free();
    let mut command = netmonitor();
    command.env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test");
    command.args(["--interval", "1s"]);
    let mut served = Served::start_by(command, &["--pid", "--otlp", &format!("http://{http}")]);
    // Nobody is there yet: that is said once, and it goes on when somebody is.
    let told = served.told();
    assert!(told.starts_with("note: metrics could not be pushed: "), "{told}");
    let collector = Collector::start(http);
    assert_eq!(served.told(), "note: metrics are pushed again\n");
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, PUPPET), Puppet::start(&netns, PUPPET));
    assert_eq!(server.act("listen 4820"), "ok");
    server.tell("accept");
    assert_eq!(client.act("connect 127.0.0.1 4820"), "ok");
    assert_eq!(server.answer(), "ok");
    let (sender, receiver) = (client.pid().to_string(), server.pid().to_string());
    // It is counted from when it is known, so it is looked at before anything is sent.
    let sent = [("pid", sender.as_str()), ("via", "loopback")];
    let name = "netmonitor_process_sent_bytes";
    collector.find(|push| push.point(name, &sent).is_some_and(|point| point.value == 0.0));
    server.tell("receive 7654321");
    assert_eq!(client.act("send 7654321"), "ok");
    assert_eq!(server.answer(), "ok");
    let push = collector.find(|push| push.point(name, &sent).is_some_and(|point| point.value > 0.0));
    let push = match push.point(name, &sent).map(|point| point.value) {
        Some(7_654_321.0) => push,
        // The push came while it was sent.
        _ => collector.find(|push| push.point(name, &sent).is_some_and(|point| point.value == 7_654_321.0)),
    };
    let point = push.point(name, &sent).unwrap();
    assert_eq!((point.unit.as_str(), point.kind["DataType"].as_str()), ("By", "Sum"));
    assert_eq!(point.kind["IsMonotonic"], "true");
    assert_eq!(point.kind["AggregationTemporality"], "AGGREGATION_TEMPORALITY_CUMULATIVE");
    let comm = std::fs::read_to_string(format!("/proc/{sender}/comm")).unwrap();
    assert_eq!(point.labels["name"], comm.trim());
    let got = [("pid", receiver.as_str()), ("via", "loopback")];
    let received = push.point("netmonitor_process_received_bytes", &got).unwrap();
    assert_eq!((received.value, received.unit.as_str()), (7_654_321.0, "By"));
    let listens = [("pid", receiver.as_str()), ("protocol", "tcp"), ("state", "listen")];
    let sockets = push.point("netmonitor_process_sockets", &listens).unwrap();
    assert_eq!((sockets.value, sockets.kind["DataType"].as_str()), (1.0, "Gauge"));
    for (name, unit) in [("process_cpu_seconds", "s"), ("netmonitor_process_accept_queue_fullest_ratio", "1")]
    {
        assert_eq!(push.point(name, &[]).unwrap().unit, unit, "{name}");
    }
    says_which_machine(&push);
    let text = served.metrics();
    let missing = missing(&push, &text);
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(
        figure(&text, "netmonitor_process_sent_bytes_total", &[("pid", &sender), ("via", "loopback")]),
        Some(7_654_321.0)
    );
}

/// Which machine it is, by itself and as it was told to say.
fn says_which_machine(push: &Push) {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    for (key, word) in
        [("host.name", host.trim()), ("service.name", "netmonitor"), ("deployment.environment.name", "test")]
    {
        assert_eq!(push.resource.get(key).map(String::as_str), Some(word), "{key}");
    }
}

/// Metrics that are told over HTTP and were not pushed.
fn missing(push: &Push, text: &str) -> Vec<String> {
    let pushed: BTreeSet<&str> = push.points.iter().map(|point| point.name.as_str()).collect();
    let told = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let told: BTreeSet<&str> = told.map(|name| name.trim_end_matches("_total")).collect();
    assert!(told.len() > 200, "{told:?}");
    // What is told of requests begins with the one that asks.
    let is_meant = |name: &&&str| !name.starts_with("netmonitor_http_");
    told.difference(&pushed).filter(is_meant).map(|name| (*name).to_owned()).collect()
}

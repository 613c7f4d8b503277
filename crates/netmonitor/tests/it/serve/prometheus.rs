//! A real Prometheus with the configuration and the rules of `packaging/`: it scrapes, a query has the right bytes, an alert fires.

use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::puppet::Puppet;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;
use tempfile::TempDir;

use super::{Served, rest};
use crate::events::ROLE as PUPPET;

/// Prometheus begins, scrapes and evaluates in this time, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

fn packaging(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging").join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(packaging(path)).unwrap()
}

/// A server of its own, with its own data.
struct Prometheus {
    child: Child,
    address: SocketAddr,
    _directory: TempDir,
}

impl Prometheus {
    /// With the rules that are shipped, which wait no longer than a second, and this configuration.
    fn start(config: &str, more: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let rules: String = read("prometheus/rules.yml").lines().fold(String::new(), |rules, line| {
            let line = if line.trim_start().starts_with("for: ") { "        for: 1s" } else { line };
            rules + line + "\n"
        });
        std::fs::write(path.join("prometheus.yml"), config.replace("_interval: 15s", "_interval: 1s"))
            .unwrap();
        std::fs::write(path.join("rules.yml"), rules).unwrap();
        more.iter().for_each(|(name, text)| std::fs::write(path.join(name), text).unwrap());
        // One that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", path.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", path.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, address, _directory: directory }
    }

    /// What it answers at a path; nothing while it begins.
    fn get(&self, path: &str) -> Option<Json> {
        use std::io::Write;
        let mut stream = TcpStream::connect(self.address).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).ok()?;
        let answer = rest(stream);
        serde_json::from_str(answer.split_once("\r\n\r\n")?.1).ok()
    }

    /// The answer at a path in which something is found, once there is one.
    fn find<T>(&self, path: &str, what: impl Fn(&Json) -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            let answer = self.get(path);
            if let Some(found) = answer.as_ref().and_then(&what) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "{path}: {answer:?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until a query has one series of this value.
    fn wait_for(&self, query: &str, value: &str) {
        let escaped: String = query.bytes().map(|byte| format!("%{byte:02x}")).collect();
        self.find(&format!("/api/v1/query?query={escaped}"), |answer| {
            let result = answer["data"]["result"].as_array()?;
            (result.len() == 1 && result[0]["value"][1] == value).then_some(())
        });
    }

    /// Waits until an alert fires with these labels.
    fn wait_for_alert(&self, name: &str, labels: &[(&str, &str)]) {
        self.find("/api/v1/alerts", |answer| {
            let is_meant = |alert: &Json| {
                alert["state"] == "firing"
                    && alert["labels"]["alertname"] == name
                    && labels.iter().all(|(label, value)| alert["labels"][label] == *value)
            };
            answer["data"]["alerts"].as_array()?.iter().find(|alert| is_meant(alert)).map(|_| ())
        });
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn ready() -> bool {
    need_root() && need_tool("ip") && need_tool("prometheus") && need_tool("promtool")
}

#[test]
fn prometheus_has_the_bytes_of_a_process_and_an_alert_fires() {
    if !ready() {
        return;
    }
    let served = Served::start(&["--pid"]);
    let config = read("prometheus/prometheus.yml").replace("127.0.0.1:9797", &served.address.to_string());
    let prometheus = Prometheus::start(&config, &[]);
    let netns = Netns::new();
    let (mut server, mut client) = (Puppet::start(&netns, PUPPET), Puppet::start(&netns, PUPPET));
    assert_eq!(server.act("listen 4810"), "ok");
    server.tell("accept");
    assert_eq!(client.act("connect 127.0.0.1 4810"), "ok");
    assert_eq!(server.answer(), "ok");
    assert_eq!(server.act("bind 4811"), "ok");
    let (sender, receiver) = (client.pid(), server.pid());
    prometheus.wait_for(&format!("netmonitor_process_sockets{{pid=\"{receiver}\",protocol=\"udp\"}}"), "1");
    server.tell("receive 7654321");
    assert_eq!(client.act("send 7654321"), "ok");
    assert_eq!(server.answer(), "ok");
    prometheus.wait_for(
        &format!("netmonitor_process_sent_bytes_total{{pid=\"{sender}\",via=\"loopback\"}}"),
        "7654321",
    );
    // Datagrams that nobody receives: the alert of the rules fires, with who drops them.
    assert_eq!(client.act("datagrams 127.0.0.1 4811 5000"), "ok");
    let name = std::fs::read_to_string(format!("/proc/{receiver}/comm")).unwrap();
    prometheus.wait_for_alert("NetmonitorSocketsDropPackets", &[("name", name.trim())]);
    // And what detectors find of a process.
    assert_eq!(server.act("packet lo"), "ok");
    let labels = [("name", name.trim()), ("finding", "packet-socket"), ("severity", "warning")];
    prometheus.wait_for_alert("NetmonitorProcessFinding", &labels);
    prometheus.wait_for("up{job=\"netmonitor\"}", "1");
}

#[test]
fn prometheus_comes_in_by_tls_and_password() {
    if !ready() || !need_tool("openssl") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=netmonitor"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .current_dir(path)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let web = format!(
        "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\nbasic_auth_users:\n  prometheus: {}\n",
        super::web_config::RIGHT
    );
    std::fs::write(path.join("web.yml"), web).unwrap();
    let served = Served::start(&["--web-config", path.join("web.yml").to_str().unwrap()]);
    // Without TLS nothing is answered.
    let plain = served.ask("GET /metrics", "");
    assert!(!plain.contains("200 OK"), "{plain}");
    let config = read("prometheus/prometheus.yml").replace("127.0.0.1:9797", &served.address.to_string());
    let (ca, right, wrong) = (path.join("cert.pem"), "password: right", "password: wrong");
    let by = |password: &str| {
        let how = format!(
            "job_name: netmonitor\n    scheme: https\n    tls_config:\n      ca_file: {}\n    basic_auth:\n      username: prometheus\n      {password}",
            ca.display()
        );
        config.replace("job_name: netmonitor", &how)
    };
    let (welcome, refused) = (Prometheus::start(&by(right), &[]), Prometheus::start(&by(wrong), &[]));
    welcome.wait_for("up{job=\"netmonitor\"}", "1");
    welcome.wait_for("count(netmonitor_build_info)", "1");
    refused.wait_for("up{job=\"netmonitor\"}", "0");
    refused.find("/api/v1/targets", |answer| {
        let error = answer["data"]["activeTargets"][0]["lastError"].as_str()?;
        error.contains("401 Unauthorized").then_some(())
    });
}

#[test]
fn promtool_has_nothing_to_say_about_what_is_shipped() {
    if !need_tool("promtool") {
        return;
    }
    for words in [
        &["check", "config", "prometheus.yml"][..],
        &["check", "rules", "rules.yml"],
        &["test", "rules", "rules_test.yml"],
    ] {
        let output =
            Command::new("promtool").args(words).current_dir(packaging("prometheus")).output().unwrap();
        let said = [crate::stdout(&output), crate::stderr(&output)].concat();
        assert!(output.status.success(), "{words:?}: {said}");
    }
}

/// Names of metrics in a text: words that begin as ours do.
fn metrics_in(text: &str) -> BTreeSet<&str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "_:".contains(character);
    let words = text.split(|character| !is_part(character));
    words.filter(|word| word.starts_with("netmonitor_") || word.starts_with("process_")).collect()
}

#[test]
fn every_metric_that_rules_and_dashboard_name_is_told() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let served = Served::start(&[]);
    let netns = Netns::new();
    let mut listener = Puppet::start(&netns, PUPPET);
    assert_eq!(listener.act("listen 4812"), "ok");
    let text = served.find(|text| {
        text.contains("netmonitor_process_accept_queue_fullest_ratio{")
            && text.contains("netmonitor_process_sent_bytes")
    });
    let told: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let dashboard: Json = serde_json::from_str(&read("grafana/netmonitor.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    assert!(panels.iter().filter(|panel| panel["type"] == "timeseries").count() > 10);
    let (rules, dashboard) = (read("prometheus/rules.yml"), dashboard.to_string());
    let recorded: BTreeSet<&str> =
        rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect();
    for text in [&rules, &dashboard] {
        let named = metrics_in(text);
        assert!(named.len() > 8, "{named:?}");
        let missing: Vec<_> = named.difference(&told).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
    // Sums that the dashboard shows are recorded.
    for word in dashboard.split(['"', '{', '(', ' ']).filter(|word| word.contains(":netmonitor_")) {
        assert!(recorded.contains(word), "{word}");
    }
}

#[test]
fn what_is_shipped_for_machines_and_clusters_says_the_same() {
    let daemon: Json = serde_saphyr::from_str(&read("kubernetes/daemonset.yaml")).unwrap();
    let pod = &daemon["spec"]["template"]["spec"];
    let security = &pod["containers"][0]["securityContext"];
    assert_eq!((&pod["hostPID"], &security["privileged"]), (&true.into(), &false.into()));
    let unit = read("systemd/netmonitor-serve.service");
    let of = |name: &str| {
        let words = unit.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        words.split(' ').map(|word| word.trim_start_matches("CAP_").to_owned()).collect::<BTreeSet<_>>()
    };
    let added: BTreeSet<String> = serde_json::from_value(security["capabilities"]["add"].clone()).unwrap();
    assert_eq!(added, of("AmbientCapabilities="));
    assert_eq!(added, of("CapabilityBoundingSet="));
}

#[test]
fn the_capabilities_of_the_unit_are_enough() {
    if !need_root() || !need_tool("setpriv") {
        return;
    }
    let unit = read("systemd/netmonitor-serve.service");
    let words = unit.lines().find_map(|line| line.strip_prefix("AmbientCapabilities=")).unwrap();
    let wanted: Vec<_> = words.split(' ').map(|word| format!("+{}", &word.to_lowercase()[4..])).collect();
    let wanted = wanted.join(",");
    // Whoever is no longer root may not go where this is built.
    let directory = tempfile::Builder::new().prefix("nm-serve").tempdir_in("/tmp").unwrap();
    let program = directory.path().join("netmonitor");
    std::fs::copy(env!("CARGO_BIN_EXE_netmonitor"), &program).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(directory.path(), open).unwrap();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--no-new-privs"]);
    command.args(["--bounding-set", &format!("-all,{wanted}"), "--inh-caps", &format!("-all,{wanted}")]);
    command.args(["--ambient-caps", &format!("-all,{wanted}")]).arg(&program);
    command.env_remove("NETMONITOR_CONFIG").env("XDG_CONFIG_HOME", "/nonexistent").env_remove("HOME");
    let served = Served::start_by(command, &[]);
    let text = served.metrics();
    let refused: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("netmonitor_source_up{") && line.ends_with(" 0"))
        .filter(|line| !line.contains("status=\"missing\""))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
    assert_eq!(super::figure(&text, "netmonitor_processes_denied", &[]), Some(0.0));
}

#[test]
fn systemd_has_nothing_to_say_about_the_units() {
    if !need_tool("systemd-analyze") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for name in ["netmonitor-serve.service", "netmonitor-record.service"] {
        let path = directory.path().join(name);
        let unit = read(&format!("systemd/{name}"));
        std::fs::write(&path, unit.replace("/usr/bin/netmonitor", env!("CARGO_BIN_EXE_netmonitor"))).unwrap();
        let output = Command::new("systemd-analyze").arg("verify").arg(&path).output().unwrap();
        let said = crate::stderr(&output);
        assert!(output.status.success() && !said.contains(name), "{said}");
    }
}

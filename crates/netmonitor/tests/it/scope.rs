//! Scopes wider than one process: its tree, its control group, the whole machine.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need_root, need_tool};
use serde_json::Value as Json;

use crate::{HOLDER, json, rows, run, stderr, table_of};

/// A shell that runs a script, says a word when it is ready, and ends with its input.
struct Shell(Child);

impl Shell {
    fn start(script: &str) -> Self {
        let mut child = Command::new("bash")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ready = BufReader::new(child.stdout.take().unwrap()).lines().next();
        assert_eq!(ready.unwrap().unwrap(), "ready");
        Self(child)
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.0.stdin.take().map(|mut stdin| stdin.write_all(b"\n"));
        let _ = self.0.wait();
    }
}

fn ports(document: &Json, table: &str) -> Vec<u64> {
    rows(document, table).iter().map(|row| row["local_port"].as_u64().unwrap()).collect()
}

#[test]
fn a_tree_holds_what_its_descendants_hold_and_a_process_only_its_own() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = u64::from(listener.local_addr().unwrap().port());
    // The connection is a grandchild's: its shell reads the end of this input.
    let script = format!(
        "( ( exec 9<>/dev/tcp/127.0.0.1/{port}; echo ready; read -u 8 line ) 8<&0 & wait ) <&0; read line"
    );
    let shell = Shell::start(&script);
    let pid = shell.0.id();
    let of = |scope: &str| json(pid, &["tcp", "--scope", scope]);
    let has = |document: &Json| rows(document, "tcp").iter().any(|row| row["remote_port"] == port);
    assert!(!has(&of("process")), "the shell itself has no connection");
    let tree = of("tree");
    assert!(has(&tree), "{tree}");
    assert_eq!(table_of(&tree, "tcp")["scope"], "tree");
    assert!(!ports(&tree, "tcp").contains(&port), "the listener is this test's, not its child's");
    let text = run(&["show", &pid.to_string(), "tcp", "--scope", "tree"]);
    assert!(crate::stdout(&text).contains("tcp · tree · "), "{}", crate::stdout(&text));
}

#[test]
fn a_tree_with_very_many_descriptors_holds_the_same() {
    if !need_root() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = u64::from(listener.local_addr().unwrap().port());
    // So many that a program in the kernel lists them.
    let child = format!(
        "( ulimit -Sn 12000; exec 9<>/dev/tcp/127.0.0.1/{port}; for i in {{1..10500}}; do exec {{fd}}</dev/null; done; echo $BASHPID >&7; read -u 8 line ) &"
    );
    let script = format!("exec 8<&0 7> >(for i in 1 2; do read pid; done; echo ready); {child} {child} wait");
    let shell = Shell::start(&script);
    let document = json(shell.0.id(), &["tcp", "--scope", "tree"]);
    let own: Vec<_> = rows(&document, "tcp").iter().filter(|row| row["remote_port"] == port).collect();
    assert_eq!(own.len(), 2, "{document}");
    let owners: Vec<_> = own.iter().map(|row| row["owners"].as_array().unwrap()).collect();
    assert!(owners[0].len() == 1 && owners[1].len() == 1 && owners[0] != owners[1], "{owners:?}");
    assert!(rows(&document, "tcp").iter().all(|row| row["held"] != false), "{document}");
}

#[test]
fn a_control_group_holds_more_than_a_tree() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = u64::from(listener.local_addr().unwrap().port());
    let shell = Shell::start("echo ready; read line");
    // The shell was started here: in the same group, and not an ancestor of this process.
    let document = json(shell.0.id(), &["tcp", "--scope", "cgroup"]);
    assert!(ports(&document, "tcp").contains(&port), "{document}");
    assert!(!ports(&json(shell.0.id(), &["tcp", "--scope", "tree"]), "tcp").contains(&port));
}

#[test]
fn the_machine_shows_all_namespaces_with_owners_and_needs_no_process() {
    if !need_root() || !need_tool("ip") {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp udp");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let inode = |pid: u32| -> u64 {
        let link = std::fs::read_link(format!("/proc/{pid}/ns/net")).unwrap();
        link.to_str().unwrap().trim_start_matches("net:[").trim_end_matches(']').parse().unwrap()
    };
    let (here, there) = (inode(std::process::id()), inode(holder.pid()));
    // Whatever else the machine has is read, too, and not printed.
    let filter = format!("owners:{} or local_port:{port}", holder.pid());
    let output = run(&["show", "--scope", "host", "tcp", "udp", "--format", "json", "--filter", &filter]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let document: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["target"], Json::Null);
    // Others may have the same port in theirs.
    let is_own = |row: &&Json| row["local_port"] == port && row["netns"] == here;
    let own = rows(&document, "tcp").iter().find(is_own).expect("this test's own listener");
    assert!(own["owners"].as_array().unwrap().contains(&std::process::id().into()), "{own}");
    let expected = json(holder.pid(), &["tcp", "udp", "--scope", "namespace", "--filter", &filter]);
    for table in ["tcp", "udp"] {
        let theirs: Vec<_> = rows(&document, table).iter().filter(|row| row["netns"] == there).collect();
        assert_eq!(theirs.len(), rows(&expected, table).len(), "{table}");
        assert!(
            theirs.len() > 1 && theirs.iter().all(|row| row["owners"] == serde_json::json!([holder.pid()]))
        );
    }
    let refused = run(&["show", "--scope", "host", "stats"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("name a process"), "{}", stderr(&refused));
    assert_eq!(run(&["--scope", "host"]).status.code(), Some(2), "a session is of one process");
}

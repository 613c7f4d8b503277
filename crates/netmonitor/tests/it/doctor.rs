//! `doctor`: what works for root, for somebody without rights, in namespaces, and of a copy.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};

use netmonitor_testkit::hold::Holder;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::{need, need_root, need_tool};
use serde_json::Value as Json;

use crate::{HOLDER, netmonitor, run, stderr, stdout};

/// The checks of a JSON document, and the exit status, which is what they say.
fn checks(output: &Output) -> Vec<Json> {
    let document: Json =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)));
    assert_eq!(document["schema"], 1);
    let checks = document["checks"].as_array().unwrap().clone();
    for check in &checks {
        let fields: Vec<_> = check.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(fields, ["fix", "name", "reason", "status"]);
        assert!(["ok", "partly", "missing", "note"].contains(&check["status"].as_str().unwrap()), "{check}");
    }
    let is_missing = checks.iter().any(|check| check["status"] == "missing" || check["status"] == "partly");
    assert_eq!(output.status.code(), Some(i32::from(is_missing)));
    checks
}

fn json(command: &mut Command, words: &[&str]) -> Vec<Json> {
    checks(&command.args(["doctor", "--format", "json"]).args(words).output().unwrap())
}

#[track_caller]
fn check<'a>(checks: &'a [Json], name: &str) -> &'a Json {
    checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("no check {name}"))
}

/// netmonitor as a command's child: `unshare -n netmonitor …`.
fn under(tool: &str, words: &[&str]) -> Command {
    let mut command = Command::new(tool);
    command.args(words).arg(env!("CARGO_BIN_EXE_netmonitor")).env("XDG_CONFIG_HOME", "/nonexistent");
    command
}

fn nobody() -> Command {
    under("setpriv", &["--reuid", "65534", "--regid", "65534", "--clear-groups"])
}

/// A process that waits, as this user.
struct Waiting(Child);

impl Waiting {
    fn start(uid: u32) -> Self {
        let mut command = Command::new("sleep");
        command.arg("600").stdin(Stdio::null());
        if uid != 0 {
            command.uid(uid).gid(uid);
        }
        Self(command.spawn().unwrap())
    }

    fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The capability sets of this process hold these bits.
fn holds(bits: u64) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    ["CapEff:", "CapBnd:"].iter().all(|name| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        u64::from_str_radix(line.trim(), 16).unwrap() & bits == bits
    })
}

/// CAP_DAC_READ_SEARCH, CAP_NET_ADMIN, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF.
const USEFUL: u64 = 1 << 2 | 1 << 12 | 1 << 19 | 1 << 21 | 1 << 38 | 1 << 39;

#[test]
fn a_line_for_each_check_in_text() {
    let output = run(&["doctor"]);
    let document = checks(&run(&["doctor", "--format", "json"]));
    let lines: Vec<_> = stdout(&output).lines().collect();
    assert_eq!(lines.len(), document.len());
    for (line, check) in lines.iter().zip(&document) {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), check["status"].as_str());
        assert_eq!(words.next(), check["name"].as_str());
        assert_eq!(check["fix"].as_str().is_some(), line.contains("; fix: "), "{line}");
    }
    assert_eq!(check(&document, "sock_diag_tcp")["status"], "ok");
    assert_eq!(check(&document, "rtnetlink_links")["status"], "ok");
    assert_eq!(check(&document, "settings")["status"], "ok");
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    assert!(check(&document, "kernel")["reason"].as_str().unwrap().contains(release.trim()));
}

#[test]
fn root_misses_nothing() {
    if !need_root() || !need("all capabilities that are of use", holds(USEFUL)) {
        return;
    }
    let target = Waiting::start(0);
    for words in [&[][..], &[&*target.pid()]] {
        let checks = json(&mut netmonitor(), words);
        for check in &checks {
            assert!(check["status"] == "ok" || check["status"] == "note", "{check}");
            assert!(check["fix"].is_null(), "{check}");
        }
        for name in ["cap_sys_ptrace", "cap_bpf", "namespace"] {
            assert_eq!(check(&checks, name)["status"], "ok");
        }
    }
}

#[test]
fn somebody_without_rights_is_told_the_command() {
    if !need_root() || !need_tool("setpriv") || !need("all capabilities", holds(USEFUL)) {
        return;
    }
    let (roots, own) = (Waiting::start(0), Waiting::start(65534));
    let checks = json(&mut nobody(), &[&roots.pid()]);
    let command = format!(
        "sudo setcap cap_net_admin,cap_sys_ptrace,cap_sys_admin,cap_bpf,cap_perfmon,cap_dac_read_search+ep {}",
        env!("CARGO_BIN_EXE_netmonitor")
    );
    for name in ["cap_net_admin", "cap_sys_ptrace", "cap_sys_admin", "cap_bpf", "descriptors", "own_sockets"]
    {
        let check = check(&checks, name);
        assert_eq!((&check["status"], &check["fix"]), (&"missing".into(), &(*command).into()), "{check}");
    }
    // Its files say that it is in this one, though the link does not.
    assert_eq!(check(&checks, "namespace")["status"], "ok");
    assert_eq!(check(&checks, "sock_diag_tcp")["status"], "ok", "that needs nothing");

    let checks = json(&mut nobody(), &[&own.pid()]);
    for name in ["descriptors", "namespace"] {
        assert_eq!(check(&checks, name)["status"], "ok", "{}", check(&checks, name));
    }
    let checks = json(&mut nobody(), &[]);
    let seen = check(&checks, "descriptors");
    assert_eq!(seen["status"], "partly", "the one and not the other: {seen}");
    assert!(seen["reason"].as_str().unwrap().contains("refused of the others"), "{seen}");
}

#[test]
fn where_rights_are_withheld_the_file_cannot_help() {
    if !need_root() || !need_tool("setpriv") {
        return;
    }
    let target = Waiting::start(65534);
    let mut without = under("setpriv", &["--bounding-set", "-sys_ptrace,-sys_admin", "--inh-caps", "-all"]);
    let checks = json(&mut without, &[&target.pid()]);
    let withheld = check(&checks, "cap_sys_ptrace");
    assert_eq!(withheld["status"], "missing");
    let fix = withheld["fix"].as_str().unwrap();
    assert!(fix.contains("outside of this container") && fix.contains("cap_sys_ptrace"), "{fix}");
    assert_eq!(check(&checks, "descriptors")["status"], "missing");

    let mut locked =
        under("setpriv", &["--no-new-privs", "--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    let checks = json(&mut locked, &[]);
    let fix = check(&checks, "cap_net_admin")["fix"].as_str().unwrap().to_owned();
    assert!(!fix.contains("sudo"), "nothing that it starts gets more: {fix}");
}

#[test]
fn of_a_process_in_another_namespace() {
    if !need_root() || !need_tool("setpriv") {
        return;
    }
    let netns = Netns::new();
    let holder = Holder::start(Some(&netns), HOLDER, "tcp");
    let pid = holder.pid().to_string();
    let entered = json(&mut netmonitor(), &[&pid]);
    assert_eq!(check(&entered, "namespace")["reason"], "the process's can be entered");
    let refused = json(&mut nobody(), &[&pid]);
    assert_eq!(check(&refused, "namespace")["status"], "missing");
    // From inside it is the own one.
    let mut inside = netns.command(env!("CARGO_BIN_EXE_netmonitor"));
    let inside = json(inside.env("XDG_CONFIG_HOME", "/nonexistent"), &[&pid]);
    assert_eq!(check(&inside, "namespace")["reason"], "the process is in this one");
    assert_eq!(check(&inside, "rtnetlink_links")["status"], "ok");
}

#[test]
fn in_a_pid_namespace_and_a_user_namespace() {
    if !need_root() || !need_tool("unshare") {
        return;
    }
    let checks = json(&mut under("unshare", &["--pid", "--fork", "--mount-proc"]), &[]);
    let procfs = check(&checks, "procfs");
    assert_eq!(procfs["status"], "note", "{procfs}");
    assert!(procfs["reason"].as_str().unwrap().contains("one PID namespace"), "{procfs}");

    let own = Command::new("unshare").args(["--user", "--map-root-user", "true"]).status();
    if !need("user namespaces", own.is_ok_and(|status| status.success())) {
        return;
    }
    let checks = json(&mut under("unshare", &["--user", "--map-root-user"]), &[]);
    let ptrace = check(&checks, "cap_sys_ptrace");
    assert_eq!(ptrace["status"], "partly", "{ptrace}");
    assert!(ptrace["fix"].as_str().unwrap().contains("outside"), "{ptrace}");
    assert_eq!(check(&checks, "namespace")["status"], "missing", "{}", check(&checks, "namespace"));
}

#[test]
fn hidden_processes_are_noticed() {
    if !need_root() || !need_tool("unshare") || !need_tool("setpriv") {
        return;
    }
    let script = "mount -o remount,hidepid=2 /proc && \
                  exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$0\" doctor --format json";
    let mut command = under("unshare", &["--pid", "--fork", "--mount-proc", "sh", "-c", script]);
    let checks = checks(&command.output().unwrap());
    let procfs = check(&checks, "procfs");
    assert_eq!(procfs["status"], "missing", "{procfs}");
    assert!(procfs["reason"].as_str().unwrap().contains("hidepid"), "{procfs}");
}

#[test]
fn of_a_copied_tree_only_what_it_says() {
    let folder = crate::copy::tree();
    let words = ["--procfs", folder.path().to_str().unwrap()];
    for target in [&[][..], &["4242"], &["captured"]] {
        let checks = json(&mut netmonitor(), &[&words, target].concat());
        assert_eq!(check(&checks, "procfs")["status"], "note");
        assert!(check(&checks, "descriptors")["reason"].as_str().unwrap().contains("of 1 of its processes"));
        assert!(checks.iter().all(|check| !check["name"].as_str().unwrap().starts_with("sock_diag")));
    }
}

#[test]
fn wrong_words() {
    for (words, told) in [
        (&["doctor", "no-such-name"][..], "no process is called"),
        (&["doctor", "99999999999"], "above pid_max"),
        (&["doctor", "--format", "xml"], "xml"),
        (&["1", "doctor"], "write doctor 1"),
        (&["--procfs", "/nonexistent", "doctor"], "/nonexistent"),
    ] {
        let output = run(words);
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{words:?}");
        assert!(stderr(&output).contains(told), "{words:?}: {}", stderr(&output));
    }
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = netmonitor().arg("doctor").stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "what was asked for could not be printed");
}

//! `top`: all processes of the machine, and from there to one of them and back, in a real pseudo-terminal.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{need_root, need_tool};

use crate::{netmonitor, run, stderr};

const ESCAPE: &str = "\x1b";
const ENTER: &str = "\r";

/// A process that goes on sending to itself.
pub(crate) struct Talker(Child);

impl Talker {
    pub(crate) fn start() -> Self {
        let script = "while :; do echo x > /dev/udp/127.0.0.1/9; sleep 0.02; done";
        Self(Command::new("bash").args(["-c", script]).stdin(Stdio::null()).spawn().unwrap())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn ready() -> bool {
    need_root() && need_tool("bash")
}

fn pty(words: &[&str]) -> Pty {
    let mut command = netmonitor();
    command.args(words).args(["--interval", "0.2", "--skip-intro"]);
    Pty::spawn(command, 30, 120)
}

/// The row of a process, found by a filter.
fn select(pty: &mut Pty, pid: u32) {
    pty.send(&format!("/pid:{pid}{ENTER}"));
    pty.wait("the row of the process", |screen| {
        screen.lines().any(|line| line.split_whitespace().next() == Some(&pid.to_string()))
    });
}

#[test]
fn a_process_is_opened_from_the_list_of_all_and_left_again() {
    if !ready() {
        return;
    }
    let talker = Talker::start();
    let pid = talker.pid();
    let mut pty = pty(&["top"]);
    pty.wait_for("all processes of this machine");
    // There are no tabs of one process.
    pty.send("1");
    pty.wait_for("Enter opens the session of one");
    pty.wait_for("processes · host");
    pty.wait_for("bytes exact since");
    select(&mut pty, pid);
    pty.send(ENTER);
    pty.wait_for(&format!("process {pid} bash"));
    let screen = pty.wait_for("tcp · process");
    assert!(screen.contains("bytes exact since"), "counting goes on: {screen}");
    pty.send("2");
    pty.wait_for("udp · process");
    // The list is as it was left, with its filter.
    pty.send(ESCAPE);
    let screen = pty.wait_for(&format!("filter: pid:{pid}"));
    assert!(screen.contains("all processes of this machine"), "{screen}");
    // Where the process ends the session goes on.
    pty.send(ENTER);
    pty.wait_for("tcp · process");
    drop(talker);
    pty.wait_for(&format!("process {pid} bash has ended"));
    pty.wait_for("all processes of this machine");
    // Who has ended cannot be opened.
    pty.wait("its row, ended", |screen| {
        let is_it = |line: &str| line.split_whitespace().next() == Some(&pid.to_string());
        screen.lines().any(|line| is_it(line) && line.contains(" ended"))
    });
    pty.send(ENTER);
    pty.wait_for(&format!("process {pid} has ended, or is not to be seen from here"));
    pty.wait_for("all processes of this machine");
    // p leads back, too, and Ctrl-D out of everything.
    pty.send("\x04");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn from_one_process_to_another_and_back() {
    if !ready() {
        return;
    }
    let (one, other) = (Talker::start(), Talker::start());
    let (first, second) = (one.pid(), other.pid());
    let mut pty = pty(&[&first.to_string()]);
    pty.wait_for(&format!("process {first} bash"));
    pty.send("p");
    pty.wait_for("processes · host");
    pty.wait_for("bytes exact since");
    select(&mut pty, second);
    pty.send(ENTER);
    pty.wait_for(&format!("process {second} bash"));
    pty.send(ESCAPE);
    pty.wait_for(&format!("process {first} bash"));
    pty.wait_for("processes · host");
    // The other one's end is nothing to this session.
    drop(other);
    pty.wait("that it has ended", |screen| {
        screen.lines().any(|line| line.contains(&second.to_string()) && line.contains("ended"))
    });
    pty.wait_for(&format!("process {first} bash"));
    // Its own is.
    drop(one);
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn an_idle_process_is_listed_and_can_be_opened() {
    if !ready() {
        return;
    }
    let idle = Talker(Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap());
    let mut pty = pty(&["top"]);
    pty.wait_for("processes · host");
    select(&mut pty, idle.pid());
    // Nothing was moved, which is known: it is counted.
    pty.wait("its figures", |screen| {
        let is_it = |line: &str| line.split_whitespace().next() == Some(&idle.pid().to_string());
        screen.lines().any(|line| is_it(line) && !line.contains("not known") && line.contains(" sleep "))
    });
    pty.send(ENTER);
    pty.wait_for(&format!("process {} sleep", idle.pid()));
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn groups_go_round() {
    if !ready() {
        return;
    }
    let _talker = Talker::start();
    let mut pty = pty(&["top", "--by", "user"]);
    pty.wait("a row of root", |screen| {
        screen.contains("by_user · host") && screen.lines().any(|line| line.contains(" root "))
    });
    for (title, table) in [
        ("by name", "by_name · host"),
        ("by network namespace", "by_netns · host"),
        ("each process", "processes · host"),
        ("by control group", "by_cgroup · host"),
        ("by user", "by_user · host"),
    ] {
        pty.send("b");
        pty.wait_for(&format!("processes: {title}"));
        pty.wait_for(table);
    }
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn a_group_is_opened_and_in_it_a_process() {
    if !ready() {
        return;
    }
    let talker = Talker::start();
    let mut pty = pty(&["top", "--by", "name"]);
    pty.wait_for("by_name · host");
    pty.wait_for("bytes exact since");
    let is_row =
        |screen: &str, first: &str| screen.lines().any(|line| line.split_whitespace().next() == Some(first));
    pty.send(&format!("/name:bash{ENTER}"));
    pty.wait("the group", |screen| is_row(screen, "bash"));
    pty.send(ENTER);
    pty.wait_for("filter: name:\"bash\"");
    // The filter of the groups is kept for them.
    pty.send(ESCAPE);
    pty.wait_for("by_name · host");
    pty.wait_for("filter: name:bash");
    pty.send(ENTER);
    pty.wait_for(" processes · host");
    pty.send(&format!("/ pid:{}{ENTER}", talker.pid()));
    pty.wait("the process", |screen| is_row(screen, &talker.pid().to_string()));
    pty.send(ENTER);
    pty.wait_for(&format!("process {} bash", talker.pid()));
    pty.send(ESCAPE);
    pty.wait_for(" processes · host");
    pty.send(ESCAPE);
    pty.wait_for("by_name · host");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn without_the_privileges_it_is_said_what_is_missing() {
    if !ready() {
        return;
    }
    let mut command = netmonitor();
    command.args(["top", "--interval", "0.2"]).uid(65534).gid(65534);
    let mut pty = Pty::spawn(command, 30, 120);
    let screen = pty.wait_for("not counted: loading BPF programs needs CAP_BPF and CAP_PERFMON");
    // All are listed, and no figure is.
    assert!(screen.contains("not known"), "{screen}");
    let pid = std::process::id();
    pty.send(&format!("/pid:{pid}{ENTER}"));
    let is_it = |line: &&str| line.split_whitespace().next() == Some(&pid.to_string());
    let screen = pty.wait("a row of this process", |screen| screen.lines().any(|line| is_it(&line)));
    let row = screen.lines().find(is_it).unwrap();
    assert!(row.contains(" root ") && row.contains("not known"), "{row}");
    pty.send("q");
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn it_needs_a_terminal_and_is_named_where_a_process_is_missing() {
    let output = run(&["top"]);
    assert_eq!(output.status.code(), Some(2));
    let why = "top needs a terminal; without one, use: netmonitor top --format text";
    assert!(stderr(&output).contains(why), "{}", stderr(&output));
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("netmonitor top"), "{}", stderr(&output));
    let output = run(&["1", "top"]);
    assert!(stderr(&output).contains("stands before the command"), "{}", stderr(&output));
}

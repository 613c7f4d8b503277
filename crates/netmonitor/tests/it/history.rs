//! Looking back in a live session: the real binary in a real pseudo-terminal.

use std::os::unix::process::ExitStatusExt;

use netmonitor_testkit::need_root;
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::puppet::Puppet;

use crate::netmonitor;

const CTRL_D: &str = "\x04";

fn session(pid: u32, options: &[&str]) -> Pty {
    let mut command = netmonitor();
    command.args(options).args(["--skip-intro", "--interval", "0.2", &pid.to_string()]);
    Pty::spawn(command, 40, 120)
}

/// Waits until the time line goes on, while reading does.
fn until_later(pty: &Pty) {
    let line = |screen: &str| screen.lines().find(|line| line.contains('‖')).map(str::to_owned);
    let before = line(&pty.contents());
    pty.wait("a later moment", |screen| line(screen) != before);
}

/// Whether there is a row with this port, and not only the mark that one has gone.
fn has(screen: &str, port: u16) -> bool {
    let rows = screen.lines().filter(|line| !line.starts_with('-'));
    rows.into_iter().any(|line| line.contains(&port.to_string()))
}

/// A puppet in a namespace of its own, which listens to a port.
fn listening(port: u16) -> (Netns, Puppet) {
    let netns = Netns::new();
    let mut puppet = Puppet::start(&netns, crate::events::ROLE);
    assert_eq!(puppet.act(&format!("listen {port}")), "ok");
    (netns, puppet)
}

#[test]
fn moments_of_a_live_session_are_seen_again_in_every_tab() {
    if !need_root() {
        return;
    }
    let (_netns, mut puppet) = listening(18_101);
    let mut pty = session(puppet.pid(), &[]);
    pty.wait("rates", |screen| has(screen, 18_101) && screen.contains("the last "));
    assert_eq!(puppet.act("unlisten"), "ok");
    assert_eq!(puppet.act("listen 18102"), "ok");
    pty.wait("the other port", |screen| has(screen, 18_102) && !has(screen, 18_101));
    pty.send(" ");
    pty.wait("a standing still", |screen| screen.contains("PAUSED") && has(screen, 18_102));
    pty.send("{");
    let first = pty.wait("the first moment", |screen| has(screen, 18_101) && !has(screen, 18_102));
    assert!(first.contains("kept by this session"), "{first}");
    // What was not read then is not made up.
    pty.send("8");
    pty.wait("another tab", |screen| screen.contains("[8 routing]") && screen.contains("PAST"));
    pty.send("1");
    // Reading goes on meanwhile: what came since is there, too.
    assert_eq!(puppet.act("unlisten"), "ok");
    assert_eq!(puppet.act("listen 18103"), "ok");
    pty.wait("still the first moment", |screen| has(screen, 18_101) && screen.contains("PAST"));
    until_later(&pty);
    pty.send("}");
    pty.wait("the newest moment", |screen| has(screen, 18_103) && screen.contains("PAST"));
    pty.send("{");
    pty.wait("the first moment again", |screen| has(screen, 18_101));
    pty.send("N");
    pty.wait("the change", |screen| screen.contains("changed here") && screen.contains("PAST"));
    pty.send("L");
    pty.wait("live", |screen| !screen.contains("PAST") && has(screen, 18_103));
    pty.send(CTRL_D);
    assert_eq!(pty.exit().code(), Some(0));
}

#[test]
fn without_history_a_session_freezes_as_it_is() {
    if !need_root() {
        return;
    }
    let (_netns, puppet) = listening(18_104);
    let mut pty = session(puppet.pid(), &["--history", "0"]);
    pty.wait_for("18104");
    pty.send("[");
    pty.wait_for("nothing is kept of it");
    pty.send(" ");
    pty.wait_for("PAUSED");
    pty.send(CTRL_D);
    assert!(pty.exit().signal().is_none());
}

#[test]
fn the_machine_is_kept_too_and_a_process_begins_anew() {
    if !need_root() {
        return;
    }
    let (_netns, _puppet) = listening(18_105);
    let mut command = netmonitor();
    command.args(["--interval", "0.2", "top"]);
    let mut pty = Pty::spawn(command, 40, 120);
    pty.wait("a first moment", |screen| screen.contains("[processes]") && screen.contains(" UTC"));
    pty.send("[");
    pty.wait("the past", |screen| screen.contains("PAST") && screen.contains("[processes]"));
    pty.send("\r");
    // The title of a table: its first moment is there.
    pty.wait("a process", |screen| !screen.contains("PAST") && screen.contains(" tcp · process"));
    pty.send("[");
    pty.wait("its past", |screen| screen.contains("PAST") && screen.contains("[1 tcp]"));
    pty.send("L");
    pty.wait("live", |screen| !screen.contains("PAST"));
    pty.send(CTRL_D);
    pty.exit();
}

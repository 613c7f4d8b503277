//! What a session does to others: with real connections and real processes, and only when it was confirmed.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};

use netmonitor_testkit::pty::Pty;
use netmonitor_testkit::{PATIENCE, need_root};

use crate::netmonitor;

const ESCAPE: &str = "\x1b";
const ENTER: &str = "\r";
const CTRL_D: &str = "\x04";

/// A session on this very program, which shows its sockets.
fn session(pid: u32, words: &[&str]) -> Pty {
    let mut command = netmonitor();
    command.arg(pid.to_string()).args(["--skip-intro", "--interval", "0.2"]).args(words);
    let pty = Pty::spawn(command, 30, 160);
    pty.wait_for("tcp · process");
    pty
}

/// Both ends of a connection.
fn connection(address: SocketAddr) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(address).unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    for end in [&client, &server] {
        end.set_read_timeout(Some(PATIENCE)).unwrap();
    }
    (client, server)
}

struct Sleeper(Child);

impl Sleeper {
    fn new() -> Self {
        Self(Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_connection_is_closed_when_that_was_confirmed_and_no_other() {
    if !need_root() {
        return;
    }
    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
    for address in [v4, v6] {
        let ((mut client, mut server), (mut other, mut other_server)) =
            (connection(address), connection(address));
        let port = client.local_addr().unwrap().port();
        let mut pty = session(std::process::id(), &[]);
        pty.send(&format!("/local_port:{port}{ENTER}"));
        pty.wait_for(&port.to_string());
        pty.wait_for("filter");
        pty.send("K");
        let menu = pty.wait_for("close the TCP connection");
        assert!(menu.contains("send SIGTERM to process"), "{menu}");
        pty.send(ENTER);
        let question = pty.wait_for("is it to be done?");
        assert!(question.contains(&format!(":{port} – ")) && question.contains("cookie"), "{question}");
        // It is not done by what else is pressed.
        pty.send(ENTER);
        pty.wait("the question to be gone", |screen| !screen.contains("is it to be done?"));
        client.write_all(b"x").unwrap();
        server.read_exact(&mut [0]).unwrap();
        pty.send("K");
        pty.wait_for("close the TCP connection");
        pty.send(ENTER);
        pty.wait_for("is it to be done?");
        pty.send("y");
        pty.wait_for("closed: ");
        let gone = client.read(&mut [0]).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::ConnectionAborted);
        assert_eq!(server.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
        other.write_all(b"x").unwrap();
        other_server.read_exact(&mut [0]).unwrap();
        pty.send(CTRL_D);
        assert!(pty.exit().success());
    }
}

#[test]
fn a_process_gets_the_signal_that_was_confirmed() {
    let mut sleeper = Sleeper::new();
    let mut pty = session(sleeper.0.id(), &["--linger"]);
    pty.send("K");
    pty.wait_for("send SIGTERM to process");
    pty.send("kill");
    pty.wait("one is left", |screen| !screen.contains("SIGTERM"));
    pty.send(ENTER);
    let question = pty.wait_for("is it to be done?");
    assert!(question.contains(&format!("Send SIGKILL to process {} sleep?", sleeper.0.id())), "{question}");
    pty.send(ESCAPE);
    pty.wait("the question to be gone", |screen| !screen.contains("is it to be done?"));
    assert_eq!(sleeper.0.try_wait().unwrap(), None);
    pty.send("K");
    pty.wait_for("send SIGTERM to process");
    pty.send(ENTER);
    pty.wait_for("is it to be done?");
    pty.send("y");
    assert_eq!(sleeper.0.wait().unwrap().signal(), Some(15));
    pty.wait_for("signal 15 was sent");
    pty.wait_for("ended");
    // Who has ended gets nothing any more.
    pty.send("K");
    pty.wait_for("not possible: the process has ended");
    pty.send(ENTER);
    assert!(!pty.contents().contains("is it to be done?"));
    pty.send(CTRL_D);
    pty.exit();
}

#[test]
fn what_may_not_be_done_is_told_with_the_reason() {
    let sleeper = Sleeper::new();
    let mut pty = session(sleeper.0.id(), &["--read-only"]);
    pty.send("K");
    pty.wait_for("not possible: off by --read-only");
    pty.send(ENTER);
    pty.wait_for("not possible: off by");
    assert!(!pty.contents().contains("is it to be done?"));
    pty.send(CTRL_D);
    pty.exit();
    if !need_root() {
        return;
    }
    // As an ordinary user, of a process of root.
    let directory = tempfile::Builder::new().prefix("acts").tempdir_in("/tmp").unwrap();
    let program = directory.path().join("netmonitor");
    std::fs::copy(netmonitor().get_program(), &program).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(&program);
    command.uid(65_534).gid(65_534).env("XDG_CONFIG_HOME", "/nonexistent");
    command.args([&sleeper.0.id().to_string(), "--skip-intro"]);
    let mut pty = Pty::spawn(command, 30, 160);
    pty.wait_for("tcp · namespace");
    pty.send("K");
    pty.wait_for("needs CAP_KILL");
    pty.send(CTRL_D);
    pty.exit();
}

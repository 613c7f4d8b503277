//! From a key to the screen while ticks of many sockets are read without a pause: `cargo bench -p netmonitor --bench keys`.
//! Needs root, for a namespace of its own; traffic stays on loopback.

use std::process::Command;
use std::time::{Duration, Instant};

use netmonitor_testkit::hold::{self, Holder};
use netmonitor_testkit::netns::Netns;
use netmonitor_testkit::pty::Pty;

const ESCAPE: &str = "\x1b";

/// Connections of the process that is watched, and of others beside it; each has two sockets.
const POPULATIONS: &[(&str, &str, usize)] = &[
    ("10,000 TCP sockets of the process", "5000", 0),
    ("100,000 TCP sockets of the namespace, 4,000 of the process", "2000", 6),
];

/// Those of each process beside it.
const BESIDE: &str = "8000";

fn main() {
    hold::run_if_asked();
    if std::env::args().any(|word| word == "--exact") {
        return;
    }
    if !netmonitor_testkit::need_root() {
        return;
    }
    for (what, own, beside) in POPULATIONS {
        let netns = Netns::new();
        let holders: Vec<_> = (0..*beside).map(|_| Holder::start(Some(&netns), "", BESIDE)).collect();
        let holder = Holder::start(Some(&netns), "", own);
        println!("{what}, read without a pause");
        let scope = if holders.is_empty() { "process" } else { "namespace" };
        let mut command = Command::new(env!("CARGO_BIN_EXE_netmonitor"));
        command.args([&holder.pid().to_string(), "--skip-intro", "--interval", "0.1", "--scope", scope]);
        command.env("XDG_CONFIG_HOME", "/nonexistent").env("LC_ALL", "C.UTF-8");
        command.env_remove("XDG_STATE_HOME").env_remove("HOME");
        let mut pty = Pty::spawn(command, 40, 120);
        pty.wait_for("ESTABLISHED");
        keys(&mut pty);
    }
}

/// Keys whose answer is told apart from what a tick changes: again and again, there and back.
fn keys(pty: &mut Pty) {
    let help = [("?", "keys and commands"), (ESCAPE, "[1 tcp]")];
    measure(pty, "the help, and back", &help);
    measure(pty, "another tab, and back", &[("2", "[2 udp]"), ("1", "[1 tcp]")]);
    pty.send(":sort remote_port:desc\r");
    pty.wait_for("port↓");
    measure(pty, "the other order of a sorted column", &[("O", "port↑"), ("O", "port↓")]);
    let letters = [("/", "state:LISTEN"), ("1", "/1"), ("2", "/12"), ("7", "/127"), (ESCAPE, " command ")];
    measure(pty, "a filter by a text in any column, letter by letter", &letters);
    let column = [("/state:EST", "/state:EST"), ("A", "/state:ESTA"), (ESCAPE, " command ")];
    measure(pty, "a filter by a column, letter by letter", &column);
}

fn measure(pty: &mut Pty, what: &str, keys: &[(&str, &str)]) {
    let mut times = Vec::new();
    while times.len() < 200 {
        for (key, shown) in keys {
            // Not in step with ticks, and Escape not as one key with what follows.
            std::thread::sleep(Duration::from_millis(17));
            let begun = Instant::now();
            pty.send(key);
            pty.wait_for(shown);
            times.push(begun.elapsed());
        }
    }
    times.sort_unstable();
    let at = |hundredth: usize| times[times.len() * hundredth / 100];
    let worst = times[times.len() - 1];
    println!("  {what}: {:.2?} median, {:.2?} for 99 of 100, {worst:.2?} at worst", at(50), at(99));
}

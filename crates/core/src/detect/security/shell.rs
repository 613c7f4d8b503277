//! `shell-on-network`.

use serde::{Deserialize, Serialize};

use crate::detect::contacts::is_established;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::{Socket, TCP, UDP};

/// Names of shells.
const SHELLS: [&str; 12] =
    ["sh", "bash", "dash", "zsh", "ash", "ksh", "ksh93", "mksh", "fish", "csh", "tcsh", "rbash"];

/// Shell and much else in one file, which is called by many names.
const BUSYBOX: &str = "busybox";

/// The standard streams, by their numbers.
const STREAMS: [&str; 3] = ["input", "output", "error"];

pub(super) static DETECTOR: Detector = Detector {
    name: "shell-on-network",
    title: "a shell has a network connection, or it is its input or output",
    severity: Severity::Critical,
    scope: Scope::Process,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP, &dumps::UDP], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Shell)),
    why: "A shell reads its commands from a terminal or a file. One whose input or output is a network connection is driven by whoever is at the other end: that is how intruders work. A connection that a shell merely holds (warning) may be left from the program that started it. Other programs that speak over their standard streams (info) are mostly services started by inetd or systemd for one connection.",
    next: "See who is at the other end and which process started the shell (its parent). If nobody can explain it, cut the machine off the network before anything else.",
    references: "ATT&CK T1059.004; Sigma rule 83dcd9f6-9ca8-4af7-a16e-a1c7a6b51871; rule Redirect STDOUT/STDIN to Network Connection in Container of Falco",
};

#[derive(Serialize, Deserialize)]
struct Shell;

impl Look for Shell {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let program = scene.program();
        let name = match &*program {
            BUSYBOX => String::from_utf8_lossy(&scene.now.process.name),
            _ => program,
        };
        let is_shell = SHELLS.contains(&name.trim_start_matches('-'));
        let streams = &scene.now.owners.target_streams;
        if !is_shell && streams.is_empty() {
            return;
        }
        for socket in scene.held(&TCP).chain(scene.held(&UDP)) {
            let inode = socket.inet.inode;
            let is_used = |number: usize| inode != 0 && streams.iter().any(|streams| streams[number] == inode);
            let used: Vec<&str> =
                STREAMS.into_iter().enumerate().filter(|(number, _)| is_used(*number)).map(|(_, name)| name).collect();
            let other = || other_end(&socket);
            let holds = is_shell && is_established(&socket) && !socket.inet.remote_address.to_canonical().is_loopback();
            let (severity, what) = match (is_shell, used.is_empty()) {
                (true, false) => (Severity::Critical, format!("standard {} of the shell {name} is a connection{}", used.join(", "), other())),
                (true, true) if holds && scene.is_of_process(inode) => (Severity::Warning, format!("the shell {name} holds a connection{}", other())),
                (false, false) => (Severity::Info, format!("standard {} of {name} is a network socket{}", used.join(", "), other())),
                _ => continue,
            };
            let word = if used.is_empty() { "none".to_owned() } else { used.join(", ") };
            found
                .report(subject(&socket), what)
                .severity(severity)
                .shows("program", Amount::Text(name.to_string()), "/proc/PID/exe")
                .shows("standard streams", Amount::Text(word), "/proc/PID/fd")
                .shows("inode", Amount::Count(inode), "sock_diag")
                .done();
        }
    }
}

fn other_end(socket: &Socket<'_>) -> String {
    match socket.inet.remote_port {
        0 => String::new(),
        port => format!(" with {} port {port}", socket.inet.remote_address.to_canonical()),
    }
}

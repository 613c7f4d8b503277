//! `interpreter-listening`.

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

/// Programs that run what they are given, without the numbers of their versions.
const INTERPRETERS: [&str; 14] = [
    "python", "pypy", "perl", "ruby", "node", "nodejs", "deno", "bun", "php", "lua", "luajit", "tclsh", "Rscript",
    "guile",
];

pub(super) static DETECTOR: Detector = Detector {
    name: "interpreter-listening",
    title: "a script waits for connections from other machines",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Interpreter)),
    why: "Many services are scripts. Whoever breaks in uses the interpreter that is already there, too: a line of Python is a file server or a way in.",
    next: "See its command line: is it a service that is meant to be reached from outside? If it is only for this machine, have it listen on 127.0.0.1.",
    references: "ATT&CK T1059; rule Interpreted procs inbound network activity of Falco",
};

/// `python` of `python3.11`.
fn without_version(name: &str) -> &str {
    name.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.' || letter == '-')
}

#[derive(Serialize, Deserialize)]
struct Interpreter;

impl Look for Interpreter {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let program = scene.program();
        if !INTERPRETERS.contains(&without_version(&program)) {
            return;
        }
        let listening = scene.held(&TCP).take_while(|socket| socket.inet.st == LISTEN);
        for socket in listening.filter(|it| !it.inet.local_address.to_canonical().is_loopback()) {
            if !scene.is_of_process(socket.inet.inode) {
                continue;
            }
            let (address, port) = (socket.inet.local_address, socket.inet.local_port);
            found
                .report(subject(&socket), format!("{program} waits for connections at {address} port {port}"))
                .shows("program", Amount::Text(program.to_string()), "/proc/PID/exe")
                .shows("local port", Amount::Count(port.into()), "sock_diag/tcp")
                .done();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_version;

    #[test]
    fn versions_are_no_part_of_the_name() {
        for (name, without) in [("python3.11", "python"), ("node", "node"), ("lua5.4", "lua"), ("tclsh8.6", "tclsh")] {
            assert_eq!(without_version(name), without);
        }
    }
}

//! `listener-on-all-addresses`.

use std::collections::HashMap;
use std::net::IpAddr;

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use crate::detect::memory::MOST;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

static SECONDS: Threshold = Threshold {
    name: "listener-startup-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "How long after its start a process may open ports without being told of.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "listener-on-all-addresses",
    title: "the process has begun to wait for connections on all addresses",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&SECONDS],
    rule: Rule::Look(|| Box::<Listeners>::default()),
    why: "A service opens its ports when it starts. One that was opened later and can be reached over every interface may be a way in that was put there (a bind shell). A new configuration, data connections of FTP and debuggers look the same.",
    next: "Is the port part of this program's configuration? See who connects there (tab tcp), and let the firewall drop it until that is known.",
    references: "ATT&CK T1133; ATT&CK T1571; listen(2)",
};

/// Ports where the process listens or has listened, and whether each was opened while it was watched.
#[derive(Default, Serialize, Deserialize)]
struct Listeners {
    known: HashMap<(IpAddr, u16), bool>,
    has_looked: bool,
}

impl Look for Listeners {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if !scene.has_read(&TCP) || !scene.knows_own() {
            return;
        }
        let age = process_age(scene);
        let is_starting = age.is_some_and(|age| age < scene.limit(&SECONDS));
        for socket in scene.held(&TCP).take_while(|socket| socket.inet.st == LISTEN) {
            let (address, port) = (socket.inet.local_address, socket.inet.local_port);
            let is_new = match self.known.get(&(address, port)) {
                Some(is_new) => *is_new,
                None if self.known.len() < MOST => {
                    let is_new = self.has_looked && !is_starting;
                    self.known.insert((address, port), is_new);
                    is_new
                }
                None => false,
            };
            if !is_new || !address.is_unspecified() {
                continue;
            }
            let mut report = found
                .report(subject(&socket), format!("port {port} was opened on all addresses, and was not open before"))
                .shows("local port", Amount::Count(port.into()), "sock_diag/tcp");
            if let Some(age) = age {
                report = report.shows("age of the process", Amount::Seconds(age), "/proc/PID/stat");
            }
            report.done();
        }
        self.has_looked = true;
    }
}

/// For how long the process lives, in seconds.
fn process_age(scene: &Scene<'_>) -> Option<f64> {
    let ticks = scene.now.machine.clk_tck;
    (ticks > 0).then(|| (scene.at() as f64 / 1e9 - scene.now.process.start_time as f64 / ticks as f64).max(0.0))
}

//! `accept-queue-near-full`.

use serde::{Deserialize, Serialize};

use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

static SHARE: Threshold = Threshold {
    name: "accept-queue-percent",
    usual: 80.0,
    unit: "percent",
    doc: "Part of its backlog from which an accept queue is nearly full.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "accept-queue-near-full",
    title: "an accept queue is nearly full",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Queues)),
    why: "Connections wait in the queue of a listening socket until its program accepts them. When it is full new ones are dropped.",
    next: "See why the program accepts slowly: is it busy, blocked, out of threads or descriptors? Raise the backlog it gives to listen(), and net.core.somaxconn.",
    references: "listen(2); Documentation/admin-guide/sysctl/net.rst, somaxconn; net/ipv4/tcp_ipv4.c get_tcp4_sock",
};

#[derive(Serialize, Deserialize)]
struct Queues;

impl Look for Queues {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let share = scene.limit(&SHARE) / 100.0;
        for socket in scene.held(&TCP) {
            let Some(backlog) = socket.diag().and_then(|row| row.accept_backlog).filter(|most| *most > 0) else {
                continue;
            };
            let waiting = socket.inet.rx_queue;
            let part = f64::from(waiting) / f64::from(backlog);
            if part < share {
                continue;
            }
            let port = socket.inet.local_port;
            let severity = if waiting > backlog { Severity::Critical } else { Severity::Warning };
            found
                .report(subject(&socket), format!("{waiting} connections wait to be accepted on port {port}, of {backlog} that may"))
                .severity(severity)
                .strength(f64::from(waiting))
                .shows("rx_queue", Amount::Count(waiting.into()), "sock_diag/tcp")
                .shows("accept_backlog", Amount::Count(backlog.into()), "sock_diag/tcp")
                .done();
        }
    }
}

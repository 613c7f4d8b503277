//! `half-open-pile-up`.

use std::collections::{BTreeMap, HashMap};

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::TCP_MAX_SYN_BACKLOG;
use crate::sockets::TCP;

const SYN_RECV: u8 = 3;

static SHARE: Threshold = Threshold {
    name: "half-open-percent",
    usual: 50.0,
    unit: "percent",
    doc: "Part of tcp_max_syn_backlog from which half-open connections of a port pile up.",
    source: "ours",
};

static LEAST: Threshold = Threshold {
    name: "half-open-sockets",
    usual: 32.0,
    unit: "sockets",
    doc: "Fewer of them are never a pile.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "half-open-seconds",
    usual: 2.0,
    unit: "seconds",
    doc: "How long they must have been so many.",
    source: "ours; the kernel answers again after 1 s and after 3 s (RFC 6298)",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "half-open-pile-up",
    title: "connections to a port stay half-open",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP], settings: vec![&TCP_MAX_SYN_BACKLOG], ..Needs::default() },
    thresholds: &[&SHARE, &LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<HalfOpen>::default()),
    why: "Clients asked for connections, were answered, and have not confirmed them. When there are too many of these the kernel drops new ones, or answers with cookies.",
    next: "See who asks (tab tcp, filter state:SYN_RECV): many addresses that never confirm are a flood or a path that loses the answers; see whether net.ipv4.tcp_syncookies is on.",
    references: "RFC 4987; Documentation/networking/ip-sysctl.rst, tcp_max_syn_backlog",
};

#[derive(Default, Serialize, Deserialize)]
struct HalfOpen {
    since: Since<u16>,
}

impl Look for HalfOpen {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(sockets) = scene.all(&TCP) else {
            found.looks_elsewhere("half-open connections are no process's yet: they are looked at in scope namespace");
            return;
        };
        let mut ports: BTreeMap<u16, u64> = BTreeMap::new();
        let mut listening = HashMap::new();
        for socket in sockets {
            match socket.inet.st {
                SYN_RECV => *ports.entry(socket.inet.local_port).or_default() += 1,
                LISTEN => _ = listening.insert(socket.inet.local_port, socket),
                _ => {}
            }
        }
        let Some(limit) = scene.setting(&TCP_MAX_SYN_BACKLOG) else { return };
        let least = (limit as f64 * scene.limit(&SHARE) / 100.0).max(scene.limit(&LEAST));
        self.since.begin();
        for (port, count) in ports.into_iter().filter(|(_, count)| *count as f64 >= least) {
            if (self.since.is_so(port, scene.at()) as f64) < scene.limit(&SECONDS) * 1e9 {
                continue;
            }
            let subject = listening.get(&port).map_or(Subject::Namespace, subject);
            found
                .report(subject, format!("{count} connections to port {port} are half-open"))
                .strength(count as f64)
                .shows("sockets in SYN_RECV", Amount::Count(count), "sock_diag/tcp")
                .shows("tcp_max_syn_backlog", Amount::Count(limit), "net/ipv4/tcp_max_syn_backlog")
                .done();
        }
        self.since.end();
    }
}

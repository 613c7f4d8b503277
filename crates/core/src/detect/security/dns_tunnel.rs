//! `dns-tunnel`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Lately;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::UDP;
use crate::traffic::Traffic;

static BYTES: Threshold = Threshold {
    name: "dns-tunnel-bytes",
    usual: 262_144.0,
    unit: "bytes",
    doc: "How much a process sends to port 53 that is more than questions.",
    source: "ours: a question has some 60 bytes, so that these are 4,000 of them",
};

static SECONDS: Threshold = Threshold {
    name: "dns-tunnel-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "In which time it does.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "dns-tunnel",
    title: "the process sends much to port 53",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::UDP], traffic: true, ..Needs::default() },
    thresholds: &[&BYTES, &SECONDS],
    rule: Rule::Look(|| Box::<Tunnel>::default()),
    why: "Data can be carried in names that are asked for: DNS is let through nearly everywhere. Few programs ask for thousands of names a minute. Servers of DNS do, and are not judged. Only what goes through connected sockets is seen, and the names are not.",
    next: "See with a capture (port 53) which names are asked for: long random ones below one domain are a tunnel.",
    references: "ATT&CK T1071.004; ATT&CK T1048; RFC 1035",
};

/// The port of DNS.
const DNS: u16 = 53;

#[derive(Default, Serialize, Deserialize)]
struct Tunnel {
    sent: Option<Lately>,
    /// When what was counted was last read.
    read: u64,
}

/// Bytes that the process has sent to port 53 in the last tick, and in how many calls.
fn sent(traffic: &Traffic) -> (u64, u64) {
    let sockets = traffic.sockets.iter().filter(|it| it.is_own && it.seen.remote_port == DNS);
    let sent = sockets.map(|socket| socket.moved.lately);
    sent.fold((0, 0), |(bytes, calls), lately| (bytes + lately.tx_bytes, calls + lately.tx_calls))
}

impl Look for Tunnel {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(Ok(traffic)) = &scene.now.traffic else { return };
        if traffic.reading.at <= self.read || scene.held(&UDP).any(|socket| socket.inet.local_port == DNS) {
            return;
        }
        self.read = traffic.reading.at;
        let (bytes, calls) = sent(traffic);
        let lately = self.sent.get_or_insert_with(|| Lately::seconds(scene.limit(&SECONDS)));
        let sum = lately.add(bytes, scene.at());
        if bytes == 0 || (sum as f64) < scene.limit(&BYTES) {
            return;
        }
        let seconds = scene.limit(&SECONDS);
        found
            .report(Subject::Process, format!("{sum} bytes sent to port 53 in the last {seconds:.0} s"))
            .strength(sum as f64)
            .shows("tx_bytes to port 53", Amount::Bytes(sum), "bpf/sockets")
            .shows("of these in the last tick", Amount::Bytes(bytes), "bpf/sockets")
            .shows("calls in the last tick", Amount::Count(calls), "bpf/sockets")
            .done();
    }
}

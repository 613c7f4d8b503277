//! `bufferbloat`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static ADDED: Threshold = Threshold {
    name: "bufferbloat-milliseconds",
    usual: 200.0,
    unit: "milliseconds",
    doc: "How much longer than its shortest the round-trip time is under load.",
    source: "grade C of the common test of bufferbloat",
};

static BAD: Threshold = Threshold {
    name: "bufferbloat-warning-milliseconds",
    usual: 400.0,
    unit: "milliseconds",
    doc: "The same, to be a warning.",
    source: "grade D of the common test of bufferbloat",
};

static SECONDS: Threshold = Threshold {
    name: "bufferbloat-seconds",
    usual: 3.0,
    unit: "seconds",
    doc: "For how long it must be so.",
    source: "ours",
};

static BUSY: Threshold = Threshold {
    name: "bufferbloat-busy-percent",
    usual: 50.0,
    unit: "percent",
    doc: "Part of all time in which there must have been something to send: what is load.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "bufferbloat",
    title: "packets wait in long queues on the way",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&ADDED, &BAD, &SECONDS, &BUSY],
    rule: Rule::Look(|| Box::<Queues>::default()),
    why: "While much is sent, the round-trip time is far above the shortest one of this connection: packets stand in a queue before the narrowest link. All that goes the same way waits, calls and games most of all.",
    next: "Use a queueing discipline that keeps queues short (fq_codel, cake) where the narrow link begins, or limit the rate a little below it; BBR fills queues less.",
    references: "RFC 8290; RFC 7567; include/uapi/linux/tcp.h tcpi_min_rtt",
};

#[derive(Default, Serialize, Deserialize)]
struct Queues {
    since: Since<u64>,
}

impl Look for Queues {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.connections().is_empty() {
            return;
        }
        self.since.begin();
        for connection in scene.connections() {
            let Some(busy) = connection.busy() else { continue };
            // Before it was measured the shortest is 0, or all ones.
            let shortest = connection.info.min_rtt_us().filter(|time| (1..u32::MAX).contains(time));
            let Some((now, shortest)) = connection.info.rtt_us().zip(shortest) else { continue };
            let added = f64::from(now.saturating_sub(shortest)) / 1e3;
            if busy * 100.0 < scene.limit(&BUSY) || added < scene.limit(&ADDED) {
                continue;
            }
            let since = self.since.is_so(connection.cookie, scene.at());
            if (since as f64) < scene.limit(&SECONDS) * 1e9 {
                continue;
            }
            let inet = connection.socket.inet;
            let severity = if added >= scene.limit(&BAD) { Severity::Warning } else { Severity::Info };
            let milliseconds = |time: u32| Amount::Milliseconds(f64::from(time) / 1e3);
            found
                .report(subject(&connection.socket), format!("under load packets to {} port {} take {added:.0} ms longer", inet.remote_address, inet.remote_port))
                .severity(severity)
                .strength(added)
                .shows("rtt", milliseconds(now), "sock_diag/tcp")
                .shows("min_rtt", milliseconds(shortest), "sock_diag/tcp")
                .done();
        }
        self.since.end();
    }
}

//! `sender-limited`.

use serde::{Deserialize, Serialize};

use crate::detect::connections::Grown;
use crate::detect::memory::Since;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "sender-limited-percent",
    usual: 50.0,
    unit: "percent",
    doc: "Part of the time in which there was something to send that must have been spent waiting for room.",
    source: "ours",
};

static BUSY: Threshold = Threshold {
    name: "sender-limited-busy-percent",
    usual: 50.0,
    unit: "percent",
    doc: "Part of all time in which there must have been something to send.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "sender-limited-seconds",
    usual: 3.0,
    unit: "seconds",
    doc: "For how long it must be so.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "sender-limited",
    title: "sending is held up by the other end's window or by the own send buffer",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&PERCENT, &BUSY, &SECONDS],
    rule: Rule::Look(|| Box::<Limited>::default()),
    why: "Most of the time in which there is something to send it is not the network that limits: the other end has no room for more (receive window), or this end cannot hold more that is unacknowledged (send buffer). The connection could be faster.",
    next: "Receive window: the other end's program reads too slowly, or its buffer is too small for the distance (net.ipv4.tcp_rmem there). Send buffer: raise SO_SNDBUF, or let the kernel choose it (net.ipv4.tcp_wmem here).",
    references: "include/uapi/linux/tcp.h tcpi_rwnd_limited, tcpi_sndbuf_limited; RFC 7323",
};

#[derive(Default, Serialize, Deserialize)]
struct Limited {
    since: Since<u64>,
}

/// What a connection waited for most, for how much of the time, and where that is told.
fn limit(grown: &Grown) -> (&'static str, f64, &'static str) {
    let share = |time: u64| time as f64 / grown.busy_time_us.max(1) as f64;
    let (window, buffer) = (share(grown.rwnd_limited_us), share(grown.sndbuf_limited_us));
    match window >= buffer {
        true => ("the other end's receive window", window, "rwnd_limited"),
        false => ("the send buffer", buffer, "sndbuf_limited"),
    }
}

impl Look for Limited {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.connections().is_empty() {
            return;
        }
        self.since.begin();
        for connection in scene.connections() {
            let Some((grown, busy)) = connection.grown.zip(connection.busy()) else { continue };
            let (by, share, name) = limit(&grown);
            if busy * 100.0 < scene.limit(&BUSY) || share * 100.0 < scene.limit(&PERCENT) {
                continue;
            }
            let since = self.since.is_so(connection.cookie, scene.at());
            if (since as f64) < scene.limit(&SECONDS) * 1e9 {
                continue;
            }
            let inet = connection.socket.inet;
            let what = format!("sending to {} port {} is limited by {by}", inet.remote_address, inet.remote_port);
            found
                .report(subject(&connection.socket), what)
                .strength(share)
                .shows(format!("{name} of the busy time"), Amount::Share(share), "sock_diag/tcp")
                .shows("busy time", Amount::Share(busy.min(1.0)), "sock_diag/tcp")
                .shows("tx_queue", Amount::Bytes(inet.tx_queue.into()), "sock_diag/tcp")
                .done();
        }
        self.since.end();
    }
}

//! `timeout-storm`.

use serde::{Deserialize, Serialize};

use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

const SYN_SENT: u8 = 2;

/// The timer that sends again.
const RETRANSMIT_TIMER: u8 = 1;

static TIMEOUTS: Threshold = Threshold {
    name: "timeout-storm-timeouts",
    usual: 3.0,
    unit: "timeouts",
    doc: "How many retransmission timeouts in a row are a storm.",
    source: "ours; Documentation/networking/ip-sysctl.rst: tcp_retries1 is 3, from which on the route is doubted",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "timeout-storm",
    title: "the other end does not acknowledge anything",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&TIMEOUTS],
    rule: Rule::Look(|| Box::new(Storms)),
    why: "The same data were sent several times and no answer came: the connection stands still, each try comes after twice the time, and at the end it is given up.",
    next: "See whether the other host is still reachable, and whether other connections to it are concerned; look for a firewall that has forgotten the connection. How long is tried: net.ipv4.tcp_retries2, TCP_USER_TIMEOUT.",
    references: "RFC 6298; Documentation/networking/ip-sysctl.rst, tcp_retries2; net/ipv4/tcp_timer.c tcp_retransmit_timer",
};

#[derive(Serialize, Deserialize)]
struct Storms;

impl Look for Storms {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let least = scene.limit(&TIMEOUTS);
        for socket in scene.held(&TCP) {
            let (inet, info) = (socket.inet, socket.detail().and_then(|detail| detail.connection()));
            // A closed window doubles the time, too, and counts its probes elsewhere: lists tell them in the same place.
            let timeouts = match &info {
                Some(info) => info.retransmits().unwrap_or(0).into(),
                None if inet.tr == RETRANSMIT_TIMER => inet.retransmits,
                None => 0,
            };
            if f64::from(timeouts) < least || inet.st == SYN_SENT {
                continue;
            }
            let what = format!(
                "{timeouts} retransmission timeouts in a row to {} port {}",
                inet.remote_address, inet.remote_port
            );
            let mut report = found
                .report(subject(&socket), what)
                .strength(timeouts.into())
                .shows("retransmits", Amount::Count(timeouts.into()), "sock_diag/tcp");
            if let Some(info) = info {
                let wait = f64::from(info.rto_us().unwrap_or(0)) / 1e6;
                report = report
                    .shows("rto", Amount::Seconds(wait), "sock_diag/tcp")
                    .shows("unacked segments", Amount::Count(info.unacked().unwrap_or(0).into()), "sock_diag/tcp");
            }
            report.done();
        }
    }
}

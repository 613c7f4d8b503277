//! `mtu-black-hole`.

use serde::{Deserialize, Serialize};

use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

const ESTABLISHED: u8 = 1;

/// `net.ipv4.tcp_base_mss`'s lower neighbour: what every path carries (RFC 9293, 3.7.1).
const SMALLEST_MSS: u32 = 536;

static TIMEOUTS: Threshold = Threshold {
    name: "mtu-black-hole-timeouts",
    usual: 2.0,
    unit: "timeouts",
    doc: "How many retransmission timeouts in a row there must have been.",
    source: "RFC 2923, 2.1; ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "mtu-black-hole",
    title: "large packets do not get through, small ones do",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&TIMEOUTS],
    rule: Rule::Look(|| Box::new(Holes)),
    why: "The connection was opened, but since segments of full size were sent nothing is acknowledged any more, and none of that size ever was: somewhere on the way the largest packet is smaller, and the message that says so (ICMP) does not arrive. A host that went away just then looks the same.",
    next: "Try ping -M do -s with growing sizes to that host; let ICMP (\"fragmentation needed\", \"packet too big\") through the firewalls; lower the MTU of the interface or the MSS (TCPMSS), or set net.ipv4.tcp_mtu_probing to 1.",
    references: "RFC 2923, 2.1; RFC 4821; RFC 8899; Documentation/networking/ip-sysctl.rst, tcp_mtu_probing",
};

#[derive(Serialize, Deserialize)]
struct Holes;

impl Look for Holes {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        for connection in scene.connections() {
            let (inet, info) = (connection.socket.inet, &connection.info);
            let timeouts = info.retransmits().unwrap_or(0);
            if inet.st != ESTABLISHED || f64::from(timeouts) < scene.limit(&TIMEOUTS) {
                continue;
            }
            let Some((mss, acked)) = info.snd_mss().zip(info.bytes_acked()) else { continue };
            let flying = inet.tx_queue.saturating_sub(info.notsent_bytes().unwrap_or(0));
            // Less was acknowledged, ever, than the first segment of full size has.
            if mss <= SMALLEST_MSS || flying < mss || acked >= mss.into() {
                continue;
            }
            let what = format!(
                "no segment of full size, {mss} bytes, has reached {} port {}",
                inet.remote_address, inet.remote_port
            );
            found
                .report(subject(&connection.socket), what)
                .strength(timeouts.into())
                .shows("retransmits", Amount::Count(timeouts.into()), "sock_diag/tcp")
                .shows("mss", Amount::Bytes(mss.into()), "sock_diag/tcp")
                .shows("pmtu", Amount::Bytes(info.pmtu().unwrap_or(0).into()), "sock_diag/tcp")
                .shows("sent and not acknowledged", Amount::Bytes(flying.into()), "sock_diag/tcp")
                .shows("bytes_acked", Amount::Bytes(acked), "sock_diag/tcp")
                .done();
        }
    }
}

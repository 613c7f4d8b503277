//! `retransmissions`.

use serde::{Deserialize, Serialize};

use crate::detect::connections::Connection;
use crate::detect::memory::Share;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static PERCENT: Threshold = Threshold {
    name: "retransmission-percent",
    usual: 3.0,
    unit: "percent",
    doc: "Part of the bytes sent from which retransmissions are many.",
    source: "a common rule of monitoring products: 3 % is to be looked at, 5 % is bad",
};

static BAD: Threshold = Threshold {
    name: "retransmission-critical-percent",
    usual: 20.0,
    unit: "percent",
    doc: "Part of the bytes sent from which hardly anything gets through.",
    source: "ours",
};

static LEAST: Threshold = Threshold {
    name: "retransmission-segments",
    usual: 100.0,
    unit: "segments",
    doc: "How many segments must have been sent in the last while, for a share to say something.",
    source: "ours; monitoring products begin at 10",
};

static SECONDS: Threshold = Threshold {
    name: "retransmission-seconds",
    usual: 10.0,
    unit: "seconds",
    doc: "The while over which it is counted.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "retransmissions",
    title: "much of what the process sends has to be sent again",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&PERCENT, &BAD, &LEAST, &SECONDS],
    rule: Rule::Look(|| Box::<Sent>::default()),
    why: "Segments were lost on the way, or are thought to be: TCP sends them again and sends more slowly. What the process does over the network takes longer.",
    next: "See which remote hosts are concerned (tab tcp, order by bytes_retrans): one of them points to its path, all of them to this machine's link; look for errors and drops of the interface.",
    references: "RFC 6298; RFC 5681; include/uapi/linux/tcp.h tcpi_bytes_retrans",
};

#[derive(Default, Serialize, Deserialize)]
struct Sent {
    bytes: Option<(Share, Share)>,
}

impl Look for Sent {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.connections().is_empty() {
            return;
        }
        let (mut sent, mut again, mut segments) = (0, 0, 0);
        let mut worst: Option<(u64, &Connection<'_>)> = None;
        for connection in scene.connections() {
            let Some(grown) = connection.grown else { continue };
            sent += grown.bytes_sent;
            again += grown.bytes_retrans;
            segments += u64::from(grown.data_segs_out);
            if grown.bytes_retrans > worst.map_or(0, |(most, _)| most) {
                worst = Some((grown.bytes_retrans, connection));
            }
        }
        let seconds = scene.limit(&SECONDS);
        let (bytes, packets) = self.bytes.get_or_insert_with(|| (Share::seconds(seconds), Share::seconds(seconds)));
        let (part, whole) = bytes.add((again, sent), scene.at());
        let (_, segments) = packets.add((0, segments), scene.at());
        let share = part as f64 / whole.max(1) as f64;
        let is_much = segments as f64 >= scene.limit(&LEAST) && share * 100.0 >= scene.limit(&PERCENT);
        let Some((_, worst)) = worst.filter(|_| is_much) else { return };
        let inet = worst.socket.inet;
        let severity =
            if share * 100.0 >= scene.limit(&BAD) { Severity::Critical } else { Severity::Warning };
        let what = format!("{:.1} % of the bytes sent in the last {seconds:.0} s were sent again", share * 100.0);
        found
            .report(Subject::Process, what)
            .severity(severity)
            .strength(share)
            .shows("bytes_retrans", Amount::Bytes(part), "sock_diag/tcp")
            .shows("bytes_sent", Amount::Bytes(whole), "sock_diag/tcp")
            .shows("segments", Amount::Count(segments), "sock_diag/tcp")
            .shows("most of them to", Amount::Text(format!("{} port {}", inet.remote_address, inet.remote_port)), "sock_diag/tcp")
            .done();
    }
}

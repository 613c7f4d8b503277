//! `close-wait-leak`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

const CLOSE_WAIT: u8 = 8;

static SECONDS: Threshold = Threshold {
    name: "close-wait-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "How long a connection may wait to be closed.",
    source: "ours; TCP itself sets no limit (RFC 9293, 3.6)",
};

static COUNT: Threshold = Threshold {
    name: "close-wait-sockets",
    usual: 3.0,
    unit: "sockets",
    doc: "How many such connections are a leak.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "close-wait-leak",
    title: "connections that the other end has closed are not closed here",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&SECONDS, &COUNT],
    rule: Rule::Look(|| Box::<Leak>::default()),
    why: "The other end has closed the connection, and the program never closes its own: each takes a descriptor and memory until none are left. TCP does not end them by itself.",
    next: "See which peers they are of (filter state:CLOSE_WAIT); find where the program forgets to close a connection after reading its end.",
    references: "RFC 9293, 3.6; tcp(7)",
};

#[derive(Default, Serialize, Deserialize)]
struct Leak {
    since: Since<u64>,
}

impl Look for Leak {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.held(&TCP).next().is_none() {
            return;
        }
        self.since.begin();
        let (mut old, mut oldest) = (0_u64, 0);
        for socket in scene.held(&TCP).filter(|socket| socket.inet.st == CLOSE_WAIT) {
            let key = socket.diag().map_or(socket.inet.inode, |row| row.cookie);
            let age = self.since.is_so(key, scene.at());
            if age as f64 >= scene.limit(&SECONDS) * 1e9 {
                old += 1;
            }
            oldest = oldest.max(age);
        }
        self.since.end();
        if old as f64 >= scene.limit(&COUNT) {
            let seconds = oldest as f64 / 1e9;
            found
                .report(Subject::Process, format!("{old} connections that the other end has closed are still open (CLOSE_WAIT), the oldest for at least {seconds:.0} s"))
                .strength(old as f64)
                .shows("sockets in CLOSE_WAIT", Amount::Count(old), "sock_diag/tcp")
                .shows("oldest", Amount::Seconds(seconds), "seen since then")
                .done();
        }
    }
}

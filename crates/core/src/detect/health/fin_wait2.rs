//! `fin-wait2-pile-up`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Since;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

const FIN_WAIT2: u8 = 5;

static SECONDS: Threshold = Threshold {
    name: "fin-wait2-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "How long the other end may take to close, too.",
    source: "Documentation/networking/ip-sysctl.rst, tcp_fin_timeout: 60 s, of connections that no process holds",
};

static COUNT: Threshold = Threshold {
    name: "fin-wait2-sockets",
    usual: 20.0,
    unit: "sockets",
    doc: "How many such connections are a pile.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "fin-wait2-pile-up",
    title: "the process has ended its side of connections, and the other ends do not close",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&SECONDS, &COUNT],
    rule: Rule::Look(|| Box::<Pile>::default()),
    why: "The process said that it will send no more (shutdown), and waits for the other end to close. As long as it holds the socket the kernel sets no limit to that: each takes a descriptor and memory.",
    next: "See which peers they are of (filter state:FIN_WAIT2): do those programs forget to close? Let the process close after a while of its own.",
    references: "RFC 9293, 3.6; shutdown(2); Documentation/networking/ip-sysctl.rst, tcp_fin_timeout",
};

#[derive(Default, Serialize, Deserialize)]
struct Pile {
    since: Since<u64>,
}

impl Look for Pile {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.held(&TCP).next().is_none() {
            return;
        }
        self.since.begin();
        let (mut old, mut oldest) = (0_u64, 0);
        for socket in scene.held(&TCP).filter(|socket| socket.inet.st == FIN_WAIT2) {
            // Where data still come it is used, in one direction.
            let recently = socket.detail().and_then(|detail| detail.connection()?.last_data_recv_ms());
            let age = self.since.is_so(socket.diag().map_or(socket.inet.inode, |row| row.cookie), scene.at());
            let idle = recently.map_or(age, |time| age.min(u64::from(time) * 1_000_000));
            old += u64::from(idle as f64 >= scene.limit(&SECONDS) * 1e9);
            oldest = oldest.max(idle);
        }
        self.since.end();
        if (old as f64) < scene.limit(&COUNT) || old == 0 {
            return;
        }
        let seconds = oldest as f64 / 1e9;
        found
            .report(Subject::Process, format!("{old} connections wait for the other end to close, too (FIN_WAIT2), the oldest for at least {seconds:.0} s"))
            .strength(old as f64)
            .shows("sockets in FIN_WAIT2", Amount::Count(old), "sock_diag/tcp")
            .shows("oldest", Amount::Seconds(seconds), "seen since then")
            .done();
    }
}

//! `long-connection`.

use serde::{Deserialize, Serialize};

use crate::detect::contacts::{is_established, is_public};
use crate::detect::memory::Since;
use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

static SECONDS: Threshold = Threshold {
    name: "long-connection-seconds",
    usual: 3600.0,
    unit: "seconds",
    doc: "How long a connection with the internet lasts that is told of.",
    source: "RITA: long connections begin at 1 hour",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "long-connection",
    title: "a connection with the internet lasts long",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], ..Needs::default() },
    thresholds: &[&SECONDS],
    rule: Rule::Look(|| Box::<Long>::default()),
    why: "Remote control and tunnels keep a connection open for hours. So do chats, notifications and sessions of SSH.",
    next: "Find out whose the address is, and what the connection is for; see how much it moves (tab sockets, tx_bytes and rx_bytes).",
    references: "ATT&CK T1071; ATT&CK T1572",
};

#[derive(Default, Serialize, Deserialize)]
struct Long {
    since: Since<u64>,
}

impl Look for Long {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if !scene.has_read(&TCP) {
            return;
        }
        self.since.begin();
        for socket in scene.held(&TCP).filter(is_established) {
            let inet = socket.inet;
            if !is_public(inet.remote_address) {
                continue;
            }
            let key = socket.diag().map_or(inet.inode, |row| row.cookie);
            let seconds = self.since.is_so(key, scene.at()) as f64 / 1e9;
            if seconds < scene.limit(&SECONDS) {
                continue;
            }
            let (address, port) = (inet.remote_address.to_canonical(), inet.remote_port);
            found
                .report(subject(&socket), format!("connected with {address} port {port} for at least {:.1} hours", seconds / 3600.0))
                .strength(seconds)
                .shows("age", Amount::Seconds(seconds), "seen since then, sock_diag/tcp")
                .done();
        }
        self.since.end();
    }
}

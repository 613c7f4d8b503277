//! `hidden-listener`.

use procnet::proc::inet::LISTEN;
use serde::{Deserialize, Serialize};

use crate::detect::scene::subject;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::TCP;

pub(super) static DETECTOR: Detector = Detector {
    name: "hidden-listener",
    title: "somebody waits for connections, and no process is seen to hold the socket",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP], everybody: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Hidden)),
    why: "All processes were looked at, and none has a descriptor of this socket: its process may be hidden, as rootkits hide theirs. Where some may not be looked at, it may be one of them (info). The kernel's own services (NFS, iSCSI, DRBD and others) have no process either, nor have sockets that are kept in io_uring or are on their way between two processes.",
    next: "Is it the port of a service of the kernel (2049 is NFS)? If not, compare with ss -ltnp, with a reading from outside of the machine, and with processes that /proc does not list.",
    references: "ATT&CK T1014; proc(5)",
};

#[derive(Serialize, Deserialize)]
struct Hidden;

impl Look for Hidden {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(sockets) = scene.all(&TCP) else { return };
        for socket in sockets.take_while(|socket| socket.inet.st == LISTEN) {
            if !scene.now.owners.has_no_owner(socket.inet.inode) {
                continue;
            }
            let (address, port) = (socket.inet.local_address, socket.inet.local_port);
            let denied = scene.now.owners.denied;
            let severity = if denied == 0 { Severity::Warning } else { Severity::Info };
            found
                .report(subject(&socket), format!("connections to {address} port {port} are waited for, and no process is seen to hold the socket"))
                .severity(severity)
                .shows("local port", Amount::Count(port.into()), "sock_diag/tcp")
                .shows("inode", Amount::Count(socket.inet.inode), "sock_diag/tcp")
                .shows("processes that hold it", Amount::Count(0), "/proc/*/fd")
                .shows("processes that may not be looked at", Amount::Count(denied), "/proc/*/fd")
                .done();
        }
    }
}

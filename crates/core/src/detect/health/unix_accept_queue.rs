//! `unix-accept-queue-near-full`.

use procnet::diag::unix::UnixSocket;
use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static SHARE: Threshold = Threshold {
    name: "unix-accept-queue-percent",
    usual: 80.0,
    unit: "percent",
    doc: "Part of its backlog from which the accept queue of a UNIX socket is nearly full.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "unix-accept-queue-near-full",
    title: "the accept queue of a UNIX socket is nearly full",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::UNIX], ..Needs::default() },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Queues)),
    why: "Programs of this machine wait until the process accepts them. When the queue is full, others hang in connect(), or get EAGAIN if they do not want to wait.",
    next: "See why the program accepts slowly: is it busy, blocked, out of threads or descriptors? Raise the backlog it gives to listen(), and net.core.somaxconn.",
    references: "unix(7); listen(2); net/unix/af_unix.c unix_stream_connect",
};

#[derive(Serialize, Deserialize)]
struct Queues;

impl Look for Queues {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(source) = scene.source(dumps::UNIX.name) else {
            if scene.source("unix").is_some() {
                found.could_not_look("net/unix does not tell accept queues: the list over netlink is needed");
            }
            return;
        };
        let Some(table) = scene.table::<UnixSocket>(dumps::UNIX.name) else { return };
        let owned = source.owned.iter().flat_map(|rows| rows.iter());
        for socket in owned.filter_map(|row| table.get(*row as usize)) {
            let Some((waiting, backlog)) = socket.accept_queue.zip(socket.accept_backlog) else { continue };
            if waiting == 0 || f64::from(waiting) < f64::from(backlog) * scene.limit(&SHARE) / 100.0 {
                continue;
            }
            let path = socket.path.map_or(&b"a UNIX socket"[..], |path| table.texts.get(path));
            let path = crate::format::harmless_text(path);
            let severity = if waiting > backlog { Severity::Critical } else { Severity::Warning };
            found
                .report(Subject::Other("unix", socket.inode.into()), format!("{waiting} wait to be accepted at {path}, of {backlog} that may"))
                .severity(severity)
                .strength(waiting.into())
                .shows("accept_queue", Amount::Count(waiting.into()), dumps::UNIX.name)
                .shows("accept_backlog", Amount::Count(backlog.into()), dumps::UNIX.name)
                .done();
        }
    }
}

//! `deleted-executable`.

use serde::{Deserialize, Serialize};

use crate::detect::scene::DELETED;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;
use crate::sockets::{RAW, TCP, UDP};

pub(super) static DETECTOR: Detector = Detector {
    name: "deleted-executable",
    title: "the file of the program was deleted, and it uses the network",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::TCP, &dumps::UDP, &dumps::RAW], closely: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Deleted)),
    why: "Malware deletes its own file so that nobody finds it, or never has one (memfd, critical). A program that was updated and not started again has a deleted file, too: in the folders of the system this is info.",
    next: "Copy the program out of /proc/PID/exe and look at it; if it was updated, start it again.",
    references: "ATT&CK T1070.004; ATT&CK T1620; proc(5), /proc/PID/exe; memfd_create(2)",
};

/// Where packages put programs.
const SYSTEM: [&[u8]; 8] =
    [b"/usr/", b"/bin/", b"/sbin/", b"/lib/", b"/opt/", b"/nix/store/", b"/snap/", b"/app/"];

/// A file that is in memory alone.
const MEMORY: &[u8] = b"/memfd:";

#[derive(Serialize, Deserialize)]
struct Deleted;

impl Look for Deleted {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let Some(exe) = scene.now.process.exe.as_deref() else { return };
        let Some(path) = exe.strip_suffix(DELETED) else { return };
        let sockets = [&TCP, &UDP, &RAW].map(|kind| scene.held(kind).count()).iter().sum::<usize>();
        if sockets == 0 {
            return;
        }
        let is_of_system = SYSTEM.iter().any(|folder| path.starts_with(folder));
        let severity = match path.starts_with(MEMORY) {
            true => Severity::Critical,
            false if is_of_system => Severity::Info,
            false => Severity::Warning,
        };
        let file = String::from_utf8_lossy(path).into_owned();
        let shown = crate::format::harmless_text(path);
        found
            .report(Subject::Process, format!("the program {shown} is not in the file system any more, and holds {sockets} sockets"))
            .severity(severity)
            .strength(sockets as f64)
            .shows("exe", Amount::Text(format!("{file} (deleted)")), "/proc/PID/exe")
            .shows("sockets of IP", Amount::Count(sockets as u64), "sock_diag")
            .done();
    }
}

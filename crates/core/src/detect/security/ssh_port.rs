//! `ssh-to-other-port`.

use serde::{Deserialize, Serialize};

use super::peer_ports::report;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Where SSH is spoken.
const SSH: u16 = 22;

pub(super) static DETECTOR: Detector = Detector {
    name: "ssh-to-other-port",
    title: "an SSH client connects to another port than 22",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::TCP], events: true, ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Ssh)),
    why: "Tunnels out of a network are often made with SSH over a port that a firewall lets through. Many also move their server to another port for peace.",
    next: "Ask who runs this client, and see its command line for tunnels (options -L, -R, -D, -w).",
    references: "ATT&CK T1572; ATT&CK T1571; RFC 4253",
};

#[derive(Serialize, Deserialize)]
struct Ssh;

impl Look for Ssh {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.program() != "ssh" || scene.now.owners.group_scope != Scope::Process {
            return;
        }
        let others = scene.contacts().iter().filter(|it| it.protocol == "tcp" && it.port != SSH);
        for contact in others.filter(|it| !it.address.is_loopback()) {
            let what = format!("ssh has connected to {} at port {}", contact.address, contact.port);
            report(contact, what, found).shows("program", Amount::Text("ssh".into()), "/proc/PID/exe").done();
        }
    }
}

//! `packet-filter-backdoor`.

use serde::{Deserialize, Serialize};

use super::packet_sockets::held;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

/// Programs that filter frames, as is their task.
const KNOWN: [&str; 26] = [
    "tcpdump", "dumpcap", "tshark", "wireshark", "ngrep", "snort", "suricata", "zeek", "arpwatch", "dhclient", "dhcpcd",
    "udhcpc", "udhcpd", "dhcpd", "dnsmasq", "NetworkManager", "systemd-networkd", "connmand", "iwd", "wpa_supplicant",
    "hostapd", "lldpd", "lldpad", "keepalived", "pppoe", "arping",
];

pub(super) static DETECTOR: Detector = Detector {
    name: "packet-filter-backdoor",
    title: "a program that is no known sniffer picks out frames with a filter",
    severity: Severity::Critical,
    scope: Scope::Process,
    sure: Sure::Hint,
    needs: || Needs { dumps: vec![&dumps::PACKET], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Filters)),
    why: "Some backdoors (BPFDoor) open no port: they hold a packet socket with a filter that lets only a secret packet through, and a firewall does not stop it, for it is seen before. A capture or a DHCP client that is not among the known names looks the same.",
    next: "Find out what this program is (its file, its package, who started it). If nobody knows it, treat the machine as taken over: ss -0 -b shows the filter.",
    references: "ATT&CK T1205.002; net/packet/diag.c; packet(7)",
};

#[derive(Serialize, Deserialize)]
struct Filters;

impl Look for Filters {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let program = scene.program();
        if KNOWN.contains(&&*program) {
            return;
        }
        for socket in held(scene) {
            let Some(length) = socket.filter.filter(|length| *length > 0 && scene.is_of_process(socket.inode)) else { continue };
            let what = format!("{program} holds a packet socket with a filter of {length} instructions");
            found
                .report(Subject::Other("packet", socket.inode), what)
                .shows("filter_instructions", Amount::Count(length.into()), socket.source)
                .shows("program", Amount::Text(program.to_string()), "/proc/PID/exe")
                .shows("inode", Amount::Count(socket.inode), socket.source)
                .done();
        }
    }
}

//! `udp-memory-pressure`.

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Counter, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold, snmp, snmp6};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::UDP_MEM;

static SHARE: Threshold = Threshold {
    name: "udp-memory-percent",
    usual: 90.0,
    unit: "percent",
    doc: "Part of the most memory that UDP may take from which it is short of it.",
    source: "ours; Documentation/networking/ip-sysctl.rst, udp_mem",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "udp-memory-pressure",
    title: "UDP is short of memory",
    severity: Severity::Warning,
    scope: Scope::Host,
    sure: Sure::Certain,
    needs: || Needs { settings: vec![&UDP_MEM], ..Needs::files(&["sockstat", "snmp", "snmp6"]) },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Memory)),
    why: "Datagrams that wait to be read take nearly all the memory that UDP may have on this machine: beyond it they are dropped (MemErrors), those of programs that read fast enough too.",
    next: "See which sockets have a large rx_queue (tab udp in scope host, order by rx_queue); raise net.ipv4.udp_mem if there is memory.",
    references: "Documentation/networking/ip-sysctl.rst, udp_mem; net/ipv4/udp.c __udp_enqueue_schedule_skb",
};

#[derive(Serialize, Deserialize)]
struct Memory;

impl Look for Memory {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let dropped = [snmp("Udp", "MemErrors"), snmp6("Udp6", "MemErrors")];
        let dropped: u64 = dropped.iter().map(|counter| scene.grown(*counter)).sum();
        let held = scene.level(Counter { path: "sockstat", group: "UDP", name: "mem" });
        let (Some(pages), Some(limit)) = (held, scene.setting(&UDP_MEM).filter(|limit| *limit > 0)) else { return };
        let share = pages as f64 / limit as f64;
        if dropped == 0 && share * 100.0 < scene.limit(&SHARE) {
            return;
        }
        let what = match dropped {
            0 => format!("UDP holds {:.0} % of the memory that it may", share * 100.0),
            _ => format!("{dropped} datagrams were dropped for want of memory"),
        };
        found
            .report(Subject::Counter("UDP", "mem"), what)
            .severity(if dropped > 0 { Severity::Critical } else { Severity::Warning })
            .strength(share + dropped as f64)
            .shows("UDP.mem, pages", Amount::Count(pages), "sockstat")
            .shows("udp_mem, pages", Amount::Count(limit), "net/ipv4/udp_mem")
            .shows("MemErrors since the last look", Amount::Count(dropped), "snmp, snmp6")
            .done();
    }
}

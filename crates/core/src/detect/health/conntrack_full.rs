//! `conntrack-nearly-full`.

use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::plan::Needs;
use crate::scope::Scope;
use crate::settings::{CONNTRACK_COUNT, CONNTRACK_MAX};

static SHARE: Threshold = Threshold {
    name: "conntrack-percent",
    usual: 75.0,
    unit: "percent",
    doc: "Part of its table from which connection tracking is nearly full.",
    source: "node-mixin, NodeHighNumberConntrackEntriesUsed: 75 %",
};

static BAD: Threshold = Threshold {
    name: "conntrack-critical-percent",
    usual: 95.0,
    unit: "percent",
    doc: "Part of its table from which entries are thrown out, and packets dropped, at any moment.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "conntrack-nearly-full",
    title: "the table of tracked connections is nearly full",
    severity: Severity::Warning,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs { settings: vec![&CONNTRACK_COUNT, &CONNTRACK_MAX], ..Needs::default() },
    thresholds: &[&SHARE, &BAD],
    rule: Rule::Look(|| Box::new(Full)),
    why: "The firewall remembers each connection in a table. When it is full packets of new connections are dropped, whoever they are of.",
    next: "See what fills it (tab conntrack): many connections that never end, or a scan; raise net.netfilter.nf_conntrack_max, shorten the time limits, or leave traffic untracked that needs no tracking.",
    references: "Documentation/networking/nf_conntrack-sysctl.rst, nf_conntrack_max; net/netfilter/nf_conntrack_core.c __nf_conntrack_alloc",
};

#[derive(Serialize, Deserialize)]
struct Full;

impl Look for Full {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let limit = scene.setting(&CONNTRACK_MAX).filter(|limit| *limit > 0);
        let (Some(count), Some(limit)) = (scene.setting(&CONNTRACK_COUNT), limit) else { return };
        let percent = count as f64 * 100.0 / limit as f64;
        if percent < scene.limit(&SHARE) {
            return;
        }
        let severity = if percent >= scene.limit(&BAD) { Severity::Critical } else { Severity::Warning };
        found
            .report(Subject::Namespace, format!("{count} connections are tracked, of {limit} that may"))
            .severity(severity)
            .strength(count as f64)
            .shows("nf_conntrack_count", Amount::Count(count), "net/netfilter/nf_conntrack_count")
            .shows("nf_conntrack_max", Amount::Count(limit), "net/netfilter/nf_conntrack_max")
            .done();
    }
}

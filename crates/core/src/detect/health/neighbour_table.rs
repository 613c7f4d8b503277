//! `neighbour-table-overflow`.

use procnet::proc::neigh_stat::NeighStat;
use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;
use crate::settings::{NEIGH_GC_THRESH3, NEIGH6_GC_THRESH3, Setting};

static SHARE: Threshold = Threshold {
    name: "neighbour-table-percent",
    usual: 90.0,
    unit: "percent",
    doc: "Part of gc_thresh3 from which a neighbour table is nearly full.",
    source: "ours; Documentation/networking/ip-sysctl.rst, neigh/default/gc_thresh3",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "neighbour-table-overflow",
    title: "the table of neighbours is full, or nearly so",
    severity: Severity::Warning,
    scope: Scope::Host,
    sure: Sure::Certain,
    needs: || Needs {
        settings: vec![&NEIGH_GC_THRESH3, &NEIGH6_GC_THRESH3],
        ..Needs::files(&["stat/arp_cache", "stat/ndisc_cache"])
    },
    thresholds: &[&SHARE],
    rule: Rule::Look(|| Box::new(Tables)),
    why: "The machine remembers the hardware address of each host on its links, for all of its namespaces together. When the table is full, hosts that are not in it yet cannot be reached at all.",
    next: "Raise net.ipv4.neigh.default.gc_thresh1 to 3 (or those of ipv6); see whether somebody scans the network (many neighbours in FAILED or INCOMPLETE, tab neighbours).",
    references: "arp(7); Documentation/networking/ip-sysctl.rst, neigh/default/gc_thresh3; net/core/neighbour.c neigh_alloc",
};

#[derive(Serialize, Deserialize)]
struct Tables;

impl Look for Tables {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        judge("stat/arp_cache", "arp_cache", &NEIGH_GC_THRESH3, scene, found);
        judge("stat/ndisc_cache", "ndisc_cache", &NEIGH6_GC_THRESH3, scene, found);
    }
}

fn judge(
    path: &'static str,
    name: &'static str,
    setting: &'static Setting,
    scene: &Scene<'_>,
    found: &mut Found<'_>,
) {
    let Some((source, table)) = scene.source(path).zip(scene.table::<NeighStat>(path)) else { return };
    let mut refused = 0;
    for (row, cpu) in table.iter().enumerate() {
        let old = source.before.as_ref().and_then(|before| before.row::<NeighStat>(row)?.0.table_fulls);
        refused += old.zip(cpu.table_fulls).and_then(|(old, new)| rates::growth(old, new)).unwrap_or(0);
    }
    // Each row says the same.
    let entries = table.first().and_then(|cpu| cpu.entries);
    let (Some(entries), Some(limit)) = (entries, scene.setting(setting).filter(|limit| *limit > 0)) else { return };
    let is_near = entries as f64 * 100.0 >= limit as f64 * scene.limit(&SHARE);
    if refused == 0 && !is_near {
        return;
    }
    let what = match refused {
        0 => format!("{entries} neighbours are known, of {limit} that may"),
        _ => format!("{refused} neighbours could not be remembered: the table was full"),
    };
    found
        .report(Subject::Counter(name, "entries"), what)
        .severity(if refused > 0 { Severity::Critical } else { Severity::Warning })
        .strength((entries + refused) as f64)
        .shows("entries", Amount::Count(entries), path)
        .shows("gc_thresh3", Amount::Count(limit), setting.path)
        .shows("table_fulls since the last look", Amount::Count(refused), path)
        .done();
}

//! `softnet-drops`.

use procnet::proc::softnet_stat::Softnet;
use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "softnet-drops",
    title: "a CPU drops received packets: its backlog is full",
    severity: Severity::Warning,
    scope: Scope::Host,
    sure: Sure::Certain,
    needs: || Needs::files(&["softnet_stat"]),
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Drops)),
    why: "Packets that a CPU could not work on at once wait in its backlog. It was full: packets of any process of the machine were lost.",
    next: "See which CPU it is, and whether others are idle (tab softnet): spread the work (RPS, RSS); raise net.core.netdev_max_backlog.",
    references: "Documentation/admin-guide/sysctl/net.rst, netdev_max_backlog; net/core/dev.c enqueue_to_backlog",
};

#[derive(Serialize, Deserialize)]
struct Drops;

impl Look for Drops {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        for (cpu, now, before) in cpus(scene) {
            let grown = rates::growth(before.dropped.into(), now.dropped.into()).unwrap_or(0);
            if grown == 0 {
                continue;
            }
            found
                .report(Subject::Cpu(cpu), format!("CPU {cpu} dropped {grown} packets"))
                .strength(grown as f64)
                .moved("dropped", (Amount::Count(before.dropped.into()), Amount::Count(now.dropped.into())), "softnet_stat")
                .done();
        }
    }
}

/// What each CPU did: now and before.
pub(super) fn cpus<'a>(scene: &Scene<'a>) -> impl Iterator<Item = (u64, &'a Softnet, &'a Softnet)> {
    let source = scene.source("softnet_stat");
    let before = source.and_then(|source| source.before.as_ref());
    let table = scene.table::<Softnet>("softnet_stat");
    let rows = table.into_iter().flat_map(|table| table.iter().enumerate());
    rows.filter_map(move |(row, now)| {
        let (before, _) = before?.row::<Softnet>(row)?;
        Some((now.cpu.map_or(row as u64, u64::from), now, before))
    })
}

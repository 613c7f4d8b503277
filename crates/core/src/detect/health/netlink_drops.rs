//! `netlink-drops`.

use procnet::diag::netlink::NetlinkSocket;
use procnet::proc::netlink::Netlink;
use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::dumps;
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;
use crate::snapshot::Source;

pub(super) static DETECTOR: Detector = Detector {
    name: "netlink-drops",
    title: "the process misses messages of the kernel",
    severity: Severity::Warning,
    scope: Scope::Process,
    sure: Sure::Certain,
    needs: || Needs { dumps: vec![&dumps::NETLINK], ..Needs::default() },
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Drops)),
    why: "The process listens to what the kernel tells over netlink (interfaces, routes, processes, audit…) and reads too slowly: what came while its socket was full is lost, and it may act upon what is no longer so.",
    next: "See which protocol and groups it listens to (tab netlink); raise its receive buffer (SO_RCVBUF, net.core.rmem_max). A program that gets ENOBUFS has to ask for everything again.",
    references: "netlink(7), ENOBUFS; net/netlink/af_netlink.c netlink_overrun",
};

#[derive(Serialize, Deserialize)]
struct Drops;

impl Look for Drops {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if let Some(source) = scene.source(dumps::NETLINK.name) {
            let of = |row: &NetlinkSocket| Some((u64::from(row.inode), row.drops?));
            judge(source, dumps::NETLINK.name, of, found);
        } else if let Some(source) = scene.source("netlink") {
            judge(source, "netlink", |row: &Netlink| row.inode.zip(row.drops), found);
        }
    }
}

fn judge<R: procnet::Row>(
    source: &Source,
    name: &'static str,
    of: impl Fn(&R) -> Option<(u64, u32)>,
    found: &mut Found<'_>,
) {
    let Some(table) = source.table.as_any().downcast_ref::<procnet::Table<R>>() else { return };
    let Some(earlier) = &source.before else { return };
    for row in source.owned.iter().flat_map(|rows| rows.iter().map(|row| *row as usize)) {
        let Some((inode, now)) = table.get(row).and_then(&of) else { continue };
        let Some((_, before)) = earlier.row::<R>(row).and_then(|(row, _)| of(row)) else { continue };
        let grown = rates::growth(before.into(), now.into()).unwrap_or(0);
        if grown == 0 {
            continue;
        }
        found
            .report(Subject::Other("netlink", inode), format!("{grown} messages over netlink were lost"))
            .strength(grown as f64)
            .moved("drops", (Amount::Count(before.into()), Amount::Count(now.into())), name)
            .done();
    }
}

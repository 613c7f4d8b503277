//! `softnet-squeezes`.

use serde::{Deserialize, Serialize};

use super::softnet_drops::cpus;
use crate::detect::memory::Counts;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;

static TIMES: Threshold = Threshold {
    name: "softnet-squeezes-times",
    usual: 300.0,
    unit: "times",
    doc: "How often a CPU must have left work over in the last while.",
    source: "ours; a few are normal under load",
};

static SECONDS: Threshold = Threshold {
    name: "softnet-squeezes-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "That while.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "softnet-squeezes",
    title: "a CPU often has more packets to work on than it may at once",
    severity: Severity::Info,
    scope: Scope::Host,
    sure: Sure::Likely,
    needs: || Needs::files(&["softnet_stat"]),
    thresholds: &[&TIMES, &SECONDS],
    rule: Rule::Look(|| Box::<Squeezes>::default()),
    why: "The time or the number of packets that a CPU may spend on the network at once ran out with packets left over: they wait longer, and may be dropped.",
    next: "See whether one CPU has nearly all of the work (tab softnet): spread it (RSS, RPS); raise net.core.netdev_budget and net.core.netdev_budget_usecs.",
    references: "Documentation/admin-guide/sysctl/net.rst, netdev_budget; net/core/dev.c net_rx_action",
};

#[derive(Default, Serialize, Deserialize)]
struct Squeezes(Option<Counts<u64>>);

impl Look for Squeezes {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        let seconds = scene.limit(&SECONDS);
        let counts = self.0.get_or_insert_with(|| Counts::seconds(seconds));
        for (cpu, now, before) in cpus(scene) {
            let grown = rates::growth(before.time_squeeze.into(), now.time_squeeze.into()).unwrap_or(0);
            if grown == 0 {
                continue;
            }
            let times = counts.add(cpu, grown.try_into().unwrap_or(u32::MAX), scene.at());
            if f64::from(times) < scene.limit(&TIMES) {
                continue;
            }
            let amounts = (Amount::Count(before.time_squeeze.into()), Amount::Count(now.time_squeeze.into()));
            found
                .report(Subject::Cpu(cpu), format!("CPU {cpu} left packets over {times} times in the last {seconds:.0} s"))
                .strength(times.into())
                .moved("time_squeeze", amounts, "softnet_stat")
                .done();
        }
    }
}

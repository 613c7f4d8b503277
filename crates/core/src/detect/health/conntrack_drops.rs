//! `conntrack-drops`.

use procnet::proc::nf_conntrack_stat::NfConntrackStat;
use serde::{Deserialize, Serialize};

use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure};
use crate::plan::Needs;
use crate::rates;
use crate::scope::Scope;

pub(super) static DETECTOR: Detector = Detector {
    name: "conntrack-drops",
    title: "packets were dropped because their connection could not be tracked",
    severity: Severity::Critical,
    scope: Scope::Namespace,
    sure: Sure::Certain,
    needs: || Needs::files(&["stat/nf_conntrack"]),
    thresholds: &[],
    rule: Rule::Look(|| Box::new(Drops)),
    why: "The firewall remembers each connection in a table. It was full, had no memory, or had another connection with the same addresses and ports, as where many are translated to one address: packets of new connections were dropped (drop), or others were forgotten before their time to make room (early_drop), which then hang.",
    next: "Compare nf_conntrack_count with nf_conntrack_max (finding conntrack-nearly-full, tab conntrack); raise the maximum; see who opens so many connections. Where there is room insert_failed grows, too: translate to more addresses or ports.",
    references: "Documentation/networking/nf_conntrack-sysctl.rst; net/netfilter/nf_conntrack_core.c early_drop",
};

#[derive(Serialize, Deserialize)]
struct Drops;

impl Look for Drops {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        const PATH: &str = "stat/nf_conntrack";
        let Some((source, table)) = scene.source(PATH).zip(scene.table::<NfConntrackStat>(PATH)) else { return };
        let Some(earlier) = &source.before else { return };
        let (mut now, mut before, mut grown) = ([0; 2], [0; 2], [0; 2]);
        for (row, cpu) in table.iter().enumerate() {
            let Some((old, _)) = earlier.row::<NfConntrackStat>(row) else { continue };
            for (way, (new, old)) in [(cpu.drop, old.drop), (cpu.early_drop, old.early_drop)].into_iter().enumerate() {
                let (new, old) = (new.unwrap_or(0), old.unwrap_or(0));
                grown[way] += rates::growth(old, new).unwrap_or(0);
                (now[way], before[way]) = (now[way] + new, before[way] + old);
            }
        }
        let [dropped, early] = grown;
        if dropped + early == 0 {
            return;
        }
        let what = format!("{dropped} packets were dropped, {early} connections forgotten before their time");
        let moved = |way: usize| (Amount::Count(before[way]), Amount::Count(now[way]));
        found
            .report(Subject::Namespace, what)
            .severity(if dropped > 0 { Severity::Critical } else { Severity::Warning })
            .strength((dropped + early) as f64)
            .moved("drop", moved(0), PATH)
            .moved("early_drop", moved(1), PATH)
            .done();
    }
}

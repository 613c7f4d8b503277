//! `spurious-retransmissions`.

use serde::{Deserialize, Serialize};

use crate::detect::memory::Share;
use crate::detect::{Amount, Detector, Found, Look, Rule, Scene, Severity, Subject, Sure, Threshold};
use crate::dumps;
use crate::plan::Needs;
use crate::scope::Scope;

static TIMES: Threshold = Threshold {
    name: "spurious-retransmission-segments",
    usual: 20.0,
    unit: "segments",
    doc: "How many segments must have arrived twice.",
    source: "ours",
};

static PERCENT: Threshold = Threshold {
    name: "spurious-retransmission-percent",
    usual: 1.0,
    unit: "percent",
    doc: "Part of the segments sent that they must be.",
    source: "ours",
};

static SECONDS: Threshold = Threshold {
    name: "spurious-retransmission-seconds",
    usual: 60.0,
    unit: "seconds",
    doc: "In which time.",
    source: "ours",
};

pub(super) static DETECTOR: Detector = Detector {
    name: "spurious-retransmissions",
    title: "segments arrive twice at the other end",
    severity: Severity::Info,
    scope: Scope::Process,
    sure: Sure::Likely,
    needs: || Needs { dumps: vec![&dumps::TCP], closely: true, ..Needs::default() },
    thresholds: &[&TIMES, &PERCENT, &SECONDS],
    rule: Rule::Look(|| Box::<Twice>::default()),
    why: "The other end reports that it has received segments twice: mostly they, or their acknowledgements, came late and were taken for lost and sent again; or something on the way doubles packets. Bandwidth is wasted, and TCP slows down without need.",
    next: "Look for a round-trip time that varies much (wireless links, long queues) for segments that overtake each other, and for devices that mirror or flood packets.",
    references: "RFC 2883; RFC 3708; RFC 5682",
};

#[derive(Default, Serialize, Deserialize)]
struct Twice(Option<Share>);

impl Look for Twice {
    fn look(&mut self, scene: &Scene<'_>, found: &mut Found<'_>) {
        if scene.connections().is_empty() {
            return;
        }
        let (mut twice, mut sent) = (0, 0);
        for grown in scene.connections().iter().filter_map(|connection| connection.grown) {
            twice += u64::from(grown.dsack_dups);
            sent += u64::from(grown.data_segs_out);
        }
        let seconds = scene.limit(&SECONDS);
        let share = self.0.get_or_insert_with(|| Share::seconds(seconds));
        let (part, whole) = share.add((twice, sent), scene.at());
        let share = part as f64 / whole.max(1) as f64;
        let is_much = part as f64 >= scene.limit(&TIMES) && share * 100.0 >= scene.limit(&PERCENT);
        if twice == 0 || !is_much {
            return;
        }
        found
            .report(Subject::Process, format!("{part} segments arrived twice in the last {seconds:.0} s"))
            .strength(part as f64)
            .shows("dsack_dups", Amount::Count(part), "sock_diag/tcp")
            .shows("data_segs_out", Amount::Count(whole), "sock_diag/tcp")
            .done();
    }
}

//! What detectors have found of the machine's network namespaces, counted. Names, severities and scopes are few, so are series.

use std::collections::{BTreeMap, BTreeSet};

use netmonitor_core::detect::{ALL, Looked, Severity, Subject};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;

use crate::exposition::{Exposition, Number, Sample};
use crate::families;

/// How many are open. Nobody's descriptors are a target's here: what is wrong with processes, `group_findings.rs` tells.
pub(crate) fn tell(snapshot: &Snapshot, out: &mut Exposition) {
    let is_told = |scope: Scope| matches!(scope, Scope::Namespace | Scope::Host);
    let namespaces = snapshot.namespaces.iter().flat_map(|namespaces| namespaces.iter());
    let all: Vec<_> = namespaces.filter_map(|namespace| namespace.findings.as_ref()).collect();
    // What was looked for and not found is 0, as bad as it usually is.
    let looked = all.iter().flat_map(|findings| ALL.iter().zip(findings.looked.iter()));
    let looked = looked.filter(|(detector, looked)| is_told(detector.scope) && **looked == Looked::Yes);
    let mut counts: BTreeMap<(&str, Severity, Scope), u64> =
        looked.map(|(detector, _)| ((detector.name, detector.severity, detector.scope), 0)).collect();
    // What is wrong with the machine is seen in each of its namespaces.
    let mut of_host: BTreeSet<(&str, &Subject)> = BTreeSet::new();
    for finding in all.iter().flat_map(|findings| findings.open()) {
        let name = finding.detector.name;
        let is_new = finding.scope != Scope::Host || of_host.insert((name, &finding.subject));
        if is_told(finding.scope) && is_new {
            *counts.entry((name, finding.severity, finding.scope)).or_default() += 1;
        }
    }
    let sample = |((name, severity, scope), count): ((&str, Severity, Scope), u64)| {
        let labels = [("name", name.to_owned())].into();
        let words = [("severity", severity.word()), ("scope", scope.word())];
        Sample::with(&labels, words, Number::Unsigned(count))
    };
    out.push(&families::FINDINGS, counts.into_iter().map(sample).collect());
}

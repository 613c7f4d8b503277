//! What detectors have found of the machine's network namespaces, counted. Names, severities and scopes are few, so are series.

use std::collections::{BTreeMap, BTreeSet};

use netmonitor_core::detect::{ALL, Severity, Subject};
use netmonitor_core::scope::Scope;
use netmonitor_core::snapshot::Snapshot;

use crate::exposition::{Exposition, Number, Sample};
use crate::families;

/// How many are open. Nobody's descriptors are a target's here: what detectors ask of one process is not told.
pub(crate) fn tell(snapshot: &Snapshot, out: &mut Exposition) {
    let is_told = |scope: Scope| matches!(scope, Scope::Namespace | Scope::Host);
    // What is not found is 0, as bad as it usually is.
    let all = ALL.iter().filter(|detector| is_told(detector.scope));
    let mut counts: BTreeMap<(&str, Severity, Scope), u64> =
        all.map(|detector| ((detector.name, detector.severity, detector.scope), 0)).collect();
    // What is wrong with the machine is seen in each of its namespaces.
    let mut of_host: BTreeSet<(&str, &Subject)> = BTreeSet::new();
    let namespaces = snapshot.namespaces.iter().flat_map(|namespaces| namespaces.iter());
    let findings = namespaces.filter_map(|namespace| namespace.findings.as_ref());
    for finding in findings.flat_map(|findings| findings.open()) {
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

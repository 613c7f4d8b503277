//! What a table is made of, and how each part of that was read.

use super::socket_table::{LISTED, OWN};
use crate::dumps::{self, Dump, OWN_INET};
use crate::plan::Needs;
use crate::sample::{Origin, Reading, Status};
use crate::snapshot::Snapshot;

/// What a table is made of, and how each was read.
pub(super) fn readings(
    snapshot: &Snapshot,
    needs: &Needs,
    told_by: Option<&str>,
) -> Vec<(Origin, Option<Reading>)> {
    // Names of interfaces are missing for the same reason as what they stand beside: it is said once.
    let status = |dump: &Dump| snapshot.source(dump.name).map(|source| source.reading.status);
    let is_said = |dump: &&Dump| {
        **dump == dumps::LINK
            && needs.dumps.iter().any(|other| {
                **other != dumps::LINK && other.files.is_empty() && status(other) == status(dump)
            })
    };
    let lists = needs.dumps.iter().copied().filter(|dump| !is_said(dump));
    let dumps = lists.flat_map(|dump| readings_of(snapshot, dump, told_by));
    let net = needs.net.iter().map(|path| {
        let reading = snapshot.source(path).map(|source| source.reading);
        (Origin::Net(path.clone()), reading)
    });
    let settings = needs.settings.iter().map(|setting| {
        let reading = snapshot.setting(setting).map(|set| set.reading);
        (Origin::Sysctl(setting.path.into()), reading)
    });
    let list = needs.list.then_some((Origin::NetList, snapshot.files.listed));
    let mut all: Vec<_> = net.chain(dumps).chain(settings).chain(list).collect();
    let mut known: Vec<Origin> = Vec::new();
    // One source may stand for several lists.
    all.retain(|(origin, _)| {
        let is_new = !known.contains(origin);
        if is_new {
            known.push(origin.clone());
        }
        is_new
    });
    all
}

/// What tells of a list, and how that was read: the process's own sockets, the list itself, or where the kernel
/// does not give it the files.
fn readings_of(snapshot: &Snapshot, dump: &Dump, told_by: Option<&str>) -> Vec<(Origin, Option<Reading>)> {
    let reading = |name: &str| snapshot.source(name).map(|source| source.reading);
    if dump.is_own && matches!(told_by, Some(OWN | LISTED)) {
        return vec![(Origin::Own, reading(OWN_INET))];
    }
    let own = reading(dump.name);
    let answered = own.is_some_and(|reading| {
        !matches!(reading.status, Status::Missing | Status::Denied | Status::Error(_))
    });
    if answered || dump.files.is_empty() || dump.files.iter().all(|path| reading(path).is_none()) {
        return vec![(Origin::Dump(dump.name.into()), own)];
    }
    dump.files.iter().map(|path| (Origin::net(path), reading(path))).collect()
}

/// How that was read which is read seldom and stands beside the rest: it has another age, and recordings of older versions
/// and copied trees have none of it.
pub(super) fn beside(snapshot: &Snapshot, needs: &Needs) -> Vec<(Origin, Option<Reading>)> {
    let reading = |dump: &Dump| Some(snapshot.source(dump.name)?.reading);
    let origin = |dump: &Dump| Origin::Dump(dump.name.into());
    let told = needs.seldom.iter().filter_map(|dump| Some((origin(dump), reading(dump)?)));
    let asked = told.filter(|(_, reading)| reading.status != Status::NotAsked);
    asked.map(|(origin, reading)| (origin, Some(reading))).collect()
}

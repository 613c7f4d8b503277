//! Who is at the other end of a connection, where that is on this machine, and what has happened to it so far.

use std::net::IpAddr;

use procnet::Value;

use super::{Group, Row};
use crate::format::{harmless_text, rfc3339};
use crate::snapshot::Snapshot;
use crate::sockets::KINDS;
use crate::views::state_of;

/// No more happenings are told.
const MOST: usize = 20;

/// An address and a port.
type End = (IpAddr, u16);

impl Row<'_> {
    fn end(&self, address: &str, port: &str) -> Option<End> {
        match (self.value(address)?, self.value(port)?) {
            (Value::Ip(address), Value::Unsigned(port)) => {
                Some((address.to_canonical(), port.try_into().ok()?))
            }
            _ => None,
        }
    }

    /// Who is at the other end.
    pub(super) fn other_end(&self) -> Group {
        let mut group = Group::new("The other end");
        if let Some(Value::Pids(pids)) = self.value("peer_owners") {
            pids.iter().for_each(|pid| {
                group.fact(
                    "process",
                    self.process(*pid),
                    "A process on this machine that holds the other end.",
                );
            });
        }
        let ends = self.end("local_address", "local_port").zip(self.end("remote_address", "remote_port"));
        let Some((local, remote)) = ends.filter(|(_, remote)| remote.1 != 0) else { return group };
        let namespaces = self.snapshot.namespaces.iter().flat_map(|all| all.iter().map(|one| &**one));
        for snapshot in namespaces.chain([self.snapshot]) {
            self.among_sockets(snapshot, (local, remote), &mut group);
        }
        if group.facts.is_empty() {
            self.among_counted((local, remote), &mut group);
        }
        if group.facts.is_empty() {
            let is_here = remote.0.is_loopback() || remote.0 == local.0;
            group.said.push(match is_here {
                true => {
                    "It is on this machine, and not among the sockets that were read: n widens the scope."
                        .to_owned()
                }
                false => {
                    "It is on another machine, or not among the sockets that were read: n widens the scope."
                        .to_owned()
                }
            });
        }
        group
    }

    /// The same connection seen from its other side.
    fn among_sockets(&self, snapshot: &Snapshot, (local, remote): (End, End), group: &mut Group) {
        let kind = KINDS.iter().find(|kind| kind.name == self.table.name);
        let Some(sockets) = kind.and_then(|kind| snapshot.sockets(kind)) else { return };
        let found = sockets.places(false).iter().filter_map(|place| sockets.get(*place)).find(|socket| {
            let it = socket.inet;
            it.local_port == remote.1
                && it.remote_port == local.1
                && it.local_address.to_canonical() == remote.0
                && it.remote_address.to_canonical() == local.0
        });
        let Some(socket) = found else { return };
        let it = socket.inet;
        for pid in snapshot.owners.of(it.inode) {
            group.fact("process", self.process(*pid), "A process on this machine that holds the other end.");
        }
        if self.table.name == "tcp" {
            group.fact("state", state_of(it.st), "State of the other end's own socket.");
        }
        group.fact(
            "tx queue",
            it.tx_queue.to_string(),
            "Bytes that it has written and that were not acknowledged yet.",
        );
        group.fact(
            "rx queue",
            it.rx_queue.to_string(),
            "Bytes that have arrived there and that its program has not read.",
        );
        group.fact("inode", it.inode.to_string(), "Inode of its socket.");
    }

    /// A process that was seen to move something through the other end.
    fn among_counted(&self, (local, remote): (End, End), group: &mut Group) {
        let Some(Ok(traffic)) = &self.snapshot.traffic else { return };
        let is_it = |address: Option<IpAddr>, port: u16, end: End| {
            port == end.1 && address.is_some_and(|address| address.to_canonical() == end.0)
        };
        let found = traffic.sockets.iter().find(|socket| {
            let seen = &socket.seen;
            !seen.closed
                && is_it(seen.local, seen.local_port, remote)
                && is_it(seen.remote, seen.remote_port, local)
        });
        if let Some(socket) = found {
            group.fact(
                "process",
                self.process(socket.id.pid),
                "A process on this machine that moves what it moves through the other end.",
            );
        }
    }

    /// Number and name of a process, as far as it is known.
    fn process(&self, pid: u32) -> String {
        let snapshot = self.snapshot;
        let own = (snapshot.process.pid == pid).then(|| snapshot.process.name.clone());
        let living = || {
            let present = snapshot.roll.as_ref()?.living.iter().find(|present| present.id.pid == pid)?;
            Some(present.name().to_vec())
        };
        let name = own.or_else(living).map(|name| harmless_text(&name)).unwrap_or_default();
        let reader = if snapshot.naming.reader.pid == Some(pid) { " (netmonitor)" } else { "" };
        format!("{pid} {name}{reader}").trim_end().to_owned()
    }

    /// What has happened to it so far.
    pub(super) fn life(&self) -> Group {
        let mut group = Group::new("Its life so far");
        let cookie = self.value("cookie").and_then(|cookie| cookie.count()).filter(|cookie| *cookie != 0);
        let Some(cookie) = cookie else { return group };
        let events = match &self.snapshot.events {
            Some(Ok(events)) => events,
            Some(Err(why)) => {
                group.said.push(format!("It is not told: {}.", why.words));
                return group;
            }
            None => {
                group
                    .said
                    .push("It is not watched so far: looking at the tab events begins that.".to_owned());
                return group;
            }
        };
        let all = events.all.iter().filter(|event| event.record.cookie == cookie);
        let mut told: Vec<_> = all.map(|event| (rfc3339(event.wall), event.kind.word())).collect();
        let rest = told.len().saturating_sub(MOST);
        told.drain(..rest);
        if rest > 0 {
            group.said.push(format!("{rest} older happenings are left out."));
        }
        told.into_iter().for_each(|(wall, word)| group.fact(wall, word, ""));
        group
    }
}

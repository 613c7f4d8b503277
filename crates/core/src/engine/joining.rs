//! The sockets of a tick, from wherever they are told of.

use std::sync::Arc;

use super::Engine;
use crate::dumps::OWN_INET;
use crate::history::BASE_ROWS;
use crate::sample::Status;
use crate::sockets::{KINDS, List, Reach, Rows, SocketKind, SocketPart, Sockets, bit};

impl Engine {
    /// Lets large lists of sockets go that are told of otherwise now: nobody looks at them.
    pub(super) fn let_go(&mut self) {
        if !self.has_own() {
            return;
        }
        for part in KINDS.iter().flat_map(|kind| kind.parts) {
            let name = part.dump.name;
            let is_large = self.sources.get(name).is_some_and(|source| source.table.len() > BASE_ROWS);
            if is_large && !self.is_read(name) {
                self.sources.remove(name);
                self.history.forget(name);
            }
        }
    }

    /// The process's own sockets have all told of themselves in this tick.
    fn has_own(&self) -> bool {
        let is_whole = self.sources.get(OWN_INET).is_some_and(|own| own.reading.status == Status::Ok);
        is_whole && self.is_read(OWN_INET)
    }

    fn is_read(&self, name: &str) -> bool {
        self.read.iter().any(|read| read == name)
    }

    pub(super) fn join_sockets(&mut self) {
        let own = self.rows(OWN_INET).map(|rows| (rows.transports(), rows));
        for kind in KINDS {
            let Some((reach, lists)) = self.lists(kind, own.as_ref()) else { continue };
            let earlier = self.sockets.iter().find(|known| known.kind == *kind);
            let mut sockets = Sockets::order(kind, reach, lists, earlier.map(|known| &**known));
            if self.is_in_pieces() {
                sockets.leave_out(&mut self.handed_on);
            }
            let sockets = Arc::new(sockets);
            match self.sockets.iter_mut().find(|known| known.kind == *kind) {
                Some(known) => *known = sockets,
                None => self.sockets.push(sockets),
            }
        }
    }

    /// Where the sockets of a kind are told of in this tick; `None` where nowhere. `own`: the process's own, and which
    /// transports are among them.
    fn lists(&self, kind: &'static SocketKind, own: Option<&(u16, Rows)>) -> Option<(Reach, Vec<List>)> {
        let own = own.map(|(transports, rows)| {
            let list = |part: &'static SocketPart| {
                let has_some = transports & bit(part.transport) != 0;
                List { part, source: OWN_INET, rows: rows.clone(), has_some }
            };
            (Reach::Own, kind.parts.iter().map(list).collect())
        });
        let lists = || {
            let lists: Vec<List> = kind.parts.iter().flat_map(|part| self.lists_of(part)).collect();
            (!lists.is_empty()).then_some((Reach::Namespace, lists))
        };
        // Where some would not tell, lists know of them.
        if self.has_own() { own.or_else(lists) } else { lists().or(own) }
    }

    /// A list over netlink tells more than the files.
    fn lists_of(&self, part: &'static SocketPart) -> Vec<List> {
        let list =
            |source: &'static str| Some(List { part, source, rows: self.rows(source)?, has_some: true });
        match list(part.dump.name) {
            Some(dump) => vec![dump],
            None => part.dump.files.iter().filter_map(|path| list(path)).collect(),
        }
    }

    /// The sockets of a source that was read in this tick.
    fn rows(&self, name: &'static str) -> Option<Rows> {
        let source = self.sources.get(name).filter(|_| self.read.iter().any(|read| read == name))?;
        if matches!(source.reading.status, Status::Missing | Status::Denied | Status::Error(_)) {
            return None;
        }
        let table = || source.table.clone().into_any();
        let text = || table().downcast().map(Rows::Text);
        table().downcast().map(Rows::Diag).or_else(|_| text()).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::ops::RangeInclusive;

    use super::*;
    use crate::dumps::TCP;
    use crate::sample::{Endian, Machine, Moment, Origin, Sample};
    use crate::sockets::Place;

    /// The message of a connection from this port.
    fn message(port: u16) -> Vec<u8> {
        let mut bytes = vec![0; 16 + 72];
        bytes[..4].copy_from_slice(&104_u32.to_le_bytes());
        (bytes[4], bytes[16], bytes[17]) = (20, 2, 1);
        bytes[20..22].copy_from_slice(&port.to_be_bytes());
        bytes[60..62].copy_from_slice(&port.to_le_bytes());
        bytes[84..86].copy_from_slice(&port.to_le_bytes());
        // Its type and protocol.
        for (kind, value) in [(0x3f01_u16, 1_u32), (0x3f02, 6)] {
            bytes.extend([8, 0]);
            bytes.extend(kind.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes
    }

    fn engine() -> Engine {
        Engine::new(Machine { endian: Endian::Little, ..Machine::default() })
    }

    fn sample(seq: u64, origin: Origin, ports: impl Iterator<Item = u16>) -> Sample {
        let moment = Moment { wall: 0, boottime: seq, seq };
        let mut sample = Sample { moment, parts: Vec::new() };
        sample.push(origin, ports.flat_map(message).collect::<Vec<_>>());
        sample
    }

    #[test]
    fn sockets_stand_in_their_order_wherever_their_rows_are() {
        let mut engine = engine();
        let ways: [&[u16]; 4] = [&[5, 3, 9, 4], &[5, 3, 9, 4], &[4, 9, 3, 5], &[9, 3]];
        for (seq, ports) in (1..).zip(ways) {
            let snapshot = engine.advance(&sample(seq, Origin::Own, ports.iter().copied()));
            let sockets = snapshot.sockets.iter().find(|sockets| sockets.kind.name == "tcp").unwrap();
            let port = |place: &Place| sockets.get(*place).unwrap().inet.local_port;
            let told: Vec<u16> = sockets.places(true).iter().map(port).collect();
            let mut sorted = ports.to_vec();
            sorted.sort_unstable();
            assert_eq!(told, sorted);
        }
    }

    #[test]
    fn a_large_list_is_let_go_once_sockets_tell_of_themselves() {
        const LARGE: RangeInclusive<u16> = 1..=BASE_ROWS as u16 + 1;
        const SMALL: RangeInclusive<u16> = 1..=9;
        for (ports, is_kept) in [(LARGE, false), (SMALL, true)] {
            let mut engine = engine();
            let listed = engine.advance(&sample(1, Origin::Dump(TCP.name.into()), ports.clone()));
            assert!(listed.source(TCP.name).is_some());
            let own = engine.advance(&sample(2, Origin::Own, ports));
            assert_eq!(own.source(TCP.name).is_some(), is_kept);
        }
    }
}

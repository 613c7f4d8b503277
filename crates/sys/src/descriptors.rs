//! The target's descriptors that are sockets, taken from its links while they are handed on.

use std::ops::ControlFlow;

use netmonitor_core::sample::{Moment, Origin, Reading, Sink};

use crate::own_sockets::Descriptor;

/// Descriptors by table: that of the process, and those of threads that have one of their own.
#[derive(Debug, Default)]
pub(crate) struct Descriptors {
    tables: Vec<(Option<u32>, Vec<Descriptor>)>,
    /// The end of a chunk that is not yet a whole line.
    rest: Vec<u8>,
}

impl Descriptors {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.tables.iter().map(|(_, table)| table.len()).sum()
    }

    /// Each table with the thread that it belongs to; none for the process's.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (Option<u32>, &[Descriptor])> {
        self.tables.iter().map(|(thread, table)| (*thread, table.as_slice()))
    }

    /// Forgets all, to be read anew.
    pub(crate) fn clear(&mut self) {
        self.tables.clear();
        self.rest.clear();
    }

    fn take(&mut self, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.rest.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.rest);
                self.line(&line[..line.len() - 1]);
                self.rest = line;
                self.rest.clear();
            }
        }
    }

    /// A line `fd/7 socket:[1234]` or `task/71/fd/7 socket:[1234]`.
    fn line(&mut self, line: &[u8]) -> Option<()> {
        let line = str::from_utf8(line).ok()?;
        let (path, target) = line.split_once(' ')?;
        let inode = target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()?;
        let (thread, path) = match path.strip_prefix("task/") {
            Some(rest) => {
                let (tid, path) = rest.split_once('/')?;
                (Some(tid.parse().ok()?), path)
            }
            None => (None, path),
        };
        let fd = path.strip_prefix("fd/")?.parse().ok()?;
        self.push(thread, Descriptor { fd, inode });
        Some(())
    }

    /// Adds a descriptor of the process, or of a thread.
    pub(crate) fn push(&mut self, thread: Option<u32>, descriptor: Descriptor) {
        match self.tables.last_mut() {
            Some((last, table)) if *last == thread => table.push(descriptor),
            _ => self.tables.push((thread, vec![descriptor])),
        }
    }
}

/// Hands on all, and keeps the descriptors of the target's links.
pub(crate) struct Tee<'a> {
    pub(crate) sink: &'a mut dyn Sink,
    pub(crate) descriptors: &'a mut Descriptors,
}

impl Sink for Tee<'_> {
    fn begin(&mut self, moment: Moment) {
        self.sink.begin(moment);
    }

    fn chunk(&mut self, origin: &Origin, bytes: &[u8]) -> ControlFlow<()> {
        self.descriptors.take(bytes);
        self.sink.chunk(origin, bytes)
    }

    fn end(&mut self, origin: &Origin, reading: Reading) {
        self.sink.end(origin, reading);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_in_pieces() {
        let text = b"ns/net net:[1]\nfd/3 socket:[30]\nfd/12 socket:[31]\ntask/71/fd/3 socket:[40]\nfd/x socket:[1]\n";
        for size in [1, 5, 1000] {
            let mut descriptors = Descriptors::default();
            text.chunks(size).for_each(|chunk| descriptors.take(chunk));
            let tables: Vec<_> = descriptors
                .tables()
                .map(|(thread, table)| (thread, table.iter().map(|it| (it.fd, it.inode)).collect::<Vec<_>>()))
                .collect();
            assert_eq!(tables, [(None, vec![(3, 30), (12, 31)]), (Some(71), vec![(3, 40)])]);
            assert_eq!(descriptors.len(), 3);
        }
    }
}

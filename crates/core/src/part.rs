//! A source while its bytes come.

use std::sync::Arc;

use procnet::AnyTable;
use procnet::shape::Decoder;

/// As many rows make a piece, where rows are handed on while the rest is read.
pub const PIECE: usize = 4096;

/// A source of which bytes come.
#[derive(Default)]
pub(crate) struct FilePart {
    pub(crate) decoder: Option<Box<dyn Decoder>>,
    /// For the same bytes in another way: a file's text, the other ones of the process's own sockets.
    pub(crate) second: Option<Box<dyn Decoder>>,
    pub(crate) bytes: u64,
}

impl FilePart {
    /// Rows so far.
    pub(crate) fn rows(&self) -> usize {
        self.decoder.as_ref().map_or(0, |decoder| decoder.rows())
    }

    /// Takes the next bytes.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        for decoder in [&mut self.decoder, &mut self.second].into_iter().flatten() {
            decoder.feed(bytes);
        }
        self.bytes += bytes.len() as u64;
    }

    /// Takes out the rows so far, once they make a piece. Those that were read in another way are dropped.
    pub(crate) fn piece(&mut self) -> Option<Arc<dyn AnyTable>> {
        if self.rows() < PIECE {
            return None;
        }
        if let Some(second) = &mut self.second {
            second.take();
        }
        self.decoder.as_mut().map(|decoder| decoder.take())
    }
}

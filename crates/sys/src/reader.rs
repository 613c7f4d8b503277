//! Reading one file or link into a sink, with how it went.

use std::mem::MaybeUninit;
use std::ops::ControlFlow;

use netmonitor_core::sample::{Origin, Reading, Sink, Status};

use rustix::io::Errno;

use crate::clock::boottime;
use crate::dir::{Dir, File, denied};

/// Bytes that are gathered before they are handed on. A seq_file gives at most a page a call; to hand on
/// pages one by one costs the decoder more than gathering costs here.
const GATHER: usize = 64 * 1024;

/// With less room than this left, a seq_file's page would be cut.
const PAGE: usize = 4096;

/// Longest target of a link (`PATH_MAX`).
const PATH_MAX: usize = 4096;

/// Reads files through one buffer that is kept.
#[derive(Debug)]
pub(crate) struct Reader {
    buf: Box<[u8]>,
}

/// What an error of the kernel says about a part of which `read` bytes were had.
pub(crate) fn status_of(errno: Errno, read: usize) -> Status {
    match errno {
        Errno::SRCH => Status::Interrupted,
        Errno::NOENT if read > 0 => Status::Interrupted,
        Errno::NOENT => Status::Missing,
        errno if denied(errno) => Status::Denied,
        errno => Status::Error(errno.raw_os_error()),
    }
}

/// Ends a part that was begun `at`.
pub(crate) fn end(sink: &mut dyn Sink, origin: &Origin, status: Status, at: u64) {
    sink.end(origin, Reading { status, at, took: boottime().saturating_sub(at) });
}

/// Hands on a part whose bytes are held.
pub(crate) fn whole(sink: &mut dyn Sink, origin: &Origin, bytes: &[u8], at: u64) {
    if !bytes.is_empty() {
        // It is all there is.
        let _ = sink.chunk(origin, bytes);
    }
    end(sink, origin, Status::Ok, at);
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self { buf: vec![0; GATHER].into_boxed_slice() }
    }

    /// A file's bytes, at most `cap`, as chunks of a part that is not ended here, until nobody wants more.
    pub(crate) fn file(
        &mut self,
        dir: &Dir,
        path: &str,
        cap: usize,
        chunk: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Status {
        match dir.file(path) {
            Ok(file) => self.open_file(file, cap, chunk),
            Err(errno) => status_of(errno, 0),
        }
    }

    /// The same of a file that is open.
    pub(crate) fn open_file(
        &mut self,
        mut file: File,
        cap: usize,
        mut chunk: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Status {
        let (mut held, mut total) = (0, 0);
        let status = loop {
            let room = (self.buf.len() - held).min(cap - total);
            if room == 0 {
                break Status::Cut;
            }
            match file.read(&mut self.buf[held..held + room]) {
                Ok(0) => break Status::Ok,
                Ok(read) => (held, total) = (held + read, total + read),
                Err(errno) => break status_of(errno, total),
            }
            if self.buf.len() - held < PAGE {
                if chunk(&self.buf[..held]).is_break() {
                    return Status::Cut;
                }
                held = 0;
            }
        };
        if held > 0 && chunk(&self.buf[..held]).is_break() {
            return Status::Cut;
        }
        status
    }

    /// One part that is a file.
    pub(crate) fn part(&mut self, dir: &Dir, path: &str, cap: usize, origin: &Origin, sink: &mut dyn Sink) {
        let at = boottime();
        let status = self.file(dir, path, cap, |bytes| sink.chunk(origin, bytes));
        end(sink, origin, status, at);
    }
}

/// One part that is a link: its bytes are what it points to. They are kept too; none if it cannot be read.
pub(crate) fn link_part(dir: &Dir, path: &str, origin: &Origin, kept: &mut Vec<u8>, sink: &mut dyn Sink) {
    let at = boottime();
    kept.clear();
    let mut target = [MaybeUninit::uninit(); PATH_MAX];
    match dir.link(path, &mut target) {
        Ok(target) => {
            kept.extend_from_slice(target);
            whole(sink, origin, target, at);
        }
        Err(errno) => end(sink, origin, status_of(errno, 0), at),
    }
}

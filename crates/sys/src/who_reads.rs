//! Who reads: this program itself, so that its own sockets can be told from others, and how far the names that it looks up
//! are those of the target.

use std::mem::MaybeUninit;

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::fs::{CWD, FileType, Mode, OFlags, ResolveFlags, fstat, openat, openat2};
use rustix::io::Errno;

use crate::clock::boottime;
use crate::dir::{Dir, File};
use crate::links::{LinkReader, Process};
use crate::reader::{Reader, end, whole};
use crate::tree::ProcTree;

/// A file of servers longer than this is not compared further.
const CAP: usize = 64 * 1024;

/// Handed on once for each target: neither changes while this program runs, as far as can be seen cheaply.
#[derive(Debug, Default)]
pub(crate) struct WhoReads {
    is_told: bool,
}

impl WhoReads {
    /// Hands on who reads; `target` is the directory of the process that is read, where it is one.
    pub(crate) fn tick(
        &mut self,
        tree: &ProcTree,
        target: Option<&Dir>,
        reader: &mut Reader,
        sink: &mut dyn Sink,
    ) {
        if std::mem::replace(&mut self.is_told, true) {
            return;
        }
        let at = boottime();
        if tree.dir().is_copy() {
            return end(sink, &Origin::Reader, Status::NotAsked, at);
        }
        let netns = rustix::fs::stat("/proc/thread-self/ns/net").map(|stat| stat.st_ino).unwrap_or(0);
        let mut own = servers(CWD, "/etc/resolv.conf", ResolveFlags::empty(), reader);
        let its = target.and_then(Dir::descriptor_fd).map(|process| {
            let root = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let root = openat(process, "root", root, Mode::empty())?;
            servers(&root, "etc/resolv.conf", ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS, reader)
        });
        let resolver = match (&mut own, &its) {
            (Ok(own), Some(Ok(its))) if own == its => "same",
            (Ok(_), Some(Ok(_))) => "other",
            _ => "unknown",
        };
        let mut text = format!("netns={netns} resolver={resolver}");
        let mut room = [MaybeUninit::uninit(); 16];
        // As the tree counts processes.
        if let Some(pid) = tree.dir().link("self", &mut room).ok().and_then(|pid| str::from_utf8(pid).ok()) {
            text.push_str(&format!(" pid={pid}"));
        }
        whole(sink, &Origin::Reader, text.as_bytes(), at);
    }
}

/// Hands on which sockets this program has: those of questions for names are gone before a walk over all processes comes by.
pub(crate) fn own_links(tree: &ProcTree, links: &mut LinkReader, sink: &mut dyn Sink) {
    let pid = std::process::id();
    if let Ok(dir) = tree.dir().subdir(&pid.to_string()) {
        links.part(Process::new(tree, &dir, pid, None), None, sink);
    }
}

/// The bytes of a `resolv.conf`. Whoever has it may have put a FIFO or a link in its place: neither leads anywhere.
fn servers(
    from: impl std::os::fd::AsFd,
    path: &str,
    resolve: ResolveFlags,
    reader: &mut Reader,
) -> Result<Vec<u8>, Errno> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = openat2(from, path, flags, Mode::empty(), resolve)?;
    if FileType::from_raw_mode(fstat(&file)?.st_mode) != FileType::RegularFile {
        return Err(Errno::INVAL);
    }
    let mut bytes = Vec::new();
    reader.open_file(File::There(file), CAP, |chunk| {
        bytes.extend_from_slice(chunk);
        std::ops::ControlFlow::Continue(())
    });
    Ok(bytes)
}

//! The walk over all processes of the tree: who else is in the namespace, who else holds a socket.
//!
//! To read every process's descriptors can take seconds on a large host. The walk is therefore resumed from
//! tick to tick, each time for a small share of the time that has passed, and one [`Walk`] part says how
//! far it has come. Once it is known who shares the namespace, only those are looked for who have come since: that
//! share is smaller still. A tick works on one pass only, so its number holds for all that the tick has read.

use std::collections::HashSet;
use std::ops::ControlFlow;

use netmonitor_core::sample::{Origin, Sink, Status, Walk};
use rustix::io::Errno;

use crate::bpf::Lister;
use crate::clock::boottime;
use crate::dir::{Dir, Listing, gone, number};
use crate::links::{LinkReader, Process};
use crate::reader::{end, status_of, whole};
use crate::threads::{live_thread, read_stat};
use crate::tree::ProcTree;

/// A pass does not begin before this many nanoseconds have passed since the last began.
const PAUSE: u64 = 5_000_000_000;

/// One of this many nanoseconds is spent walking...
const SHARE: u64 = 100;

/// ...and of so many where a whole pass has been made and no descriptors are read.
const SHARE_AGAIN: u64 = 4000;

/// Least and most nanoseconds of a tick.
const LEAST: u64 = 200_000;
const MOST: u64 = 50_000_000;

/// Nanoseconds of the first tick, which has no time before it.
const FIRST: u64 = 5_000_000;

/// Room for some 40 entries: what is listed and not come to in this tick is listed again in the next.
const DENTS: usize = 1024;

/// How long a tick may walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// The share of the time since the previous tick, nanoseconds; none before the first.
    Since(Option<u64>),
    /// Until the pass has ended.
    Whole,
}

/// The walk, between two of its steps.
#[derive(Debug, Default)]
pub(crate) struct Walker {
    state: Walk,
    /// The listing of a pass that has not ended, and where in it to go on.
    open: Option<(Listing, u64)>,
    began: u64,
    /// Nanoseconds that earlier ticks spent beyond their share: one process's descriptors are read whole.
    debt: u64,
    /// Processes that were read in this pass, by the walk or as relatives.
    seen: HashSet<u32>,
    /// The bytes of a `stat`.
    stat: Vec<u8>,
    /// Why the tree cannot be listed.
    failed: Option<Errno>,
}

impl Walker {
    /// Begins a pass if none is under way and one is due. To be called before anything of the tick is read
    /// that [`saw`](Self::saw) is told of.
    pub(crate) fn begin(&mut self, tree: &ProcTree, share: Share, descriptors: bool) {
        let now = boottime();
        // A pass of the other kind answers another question.
        let other = self.state.descriptors != descriptors;
        if other {
            self.open = None;
            self.state.complete = false;
        }
        let due = other || self.state.pass == 0 || share == Share::Whole || now - self.began >= PAUSE;
        if self.open.is_some() || !due {
            return;
        }
        self.began = now;
        self.seen.clear();
        let Walk { pass, complete, .. } = self.state;
        let hiding = tree.is_hiding();
        self.state = Walk { pass: pass + 1, descriptors, hiding, complete, ..Walk::default() };
        match tree.dir().listing(".") {
            Ok(listing) => (self.open, self.failed) = (Some((listing, 0)), None),
            Err(errno) => self.failed = Some(errno),
        }
    }

    /// A pass in which all of so many processes were told of at once, and none had to be looked at.
    pub(crate) fn told(&mut self, tree: &ProcTree, visited: u64, sink: &mut dyn Sink) {
        let (pass, hiding) = (self.state.pass + 1, tree.is_hiding());
        self.open = None;
        self.state = Walk { pass, visited, denied: 0, descriptors: true, hiding, complete: true };
        whole(sink, &Origin::Walk, self.state.to_string().as_bytes(), boottime());
    }

    /// A process was read in this pass.
    pub(crate) fn saw(&mut self, pid: u32, status: Status) {
        if self.seen.insert(pid) {
            self.state.visited += 1;
            self.state.denied += u64::from(status == Status::Denied);
        }
    }

    /// Goes on with the pass, if one is under way, and says how far it has come.
    pub(crate) fn tick(
        &mut self,
        tree: &ProcTree,
        share: Share,
        links: (&mut LinkReader, Option<&mut Lister>),
        sink: &mut dyn Sink,
    ) {
        let at = boottime();
        let budget = self.budget(share);
        if let Some(budget) = budget
            && let Some((listing, from)) = self.open.take()
        {
            match self.step((tree, &listing), from, at.saturating_add(budget), links, sink) {
                Ok(Some(cookie)) => self.open = Some((listing, cookie)),
                Ok(None) => self.state.complete = true,
                Err(errno) => self.failed = Some(errno),
            }
            if share != Share::Whole {
                self.debt += (boottime() - at).saturating_sub(budget);
            }
        }
        let status = self.failed.map_or(Status::Ok, |errno| status_of(errno, 0));
        let at = boottime();
        let _ = sink.chunk(&Origin::Walk, self.state.to_string().as_bytes());
        end(sink, &Origin::Walk, status, at);
    }

    fn share(&self) -> u64 {
        if self.state.complete && !self.state.descriptors { SHARE_AGAIN } else { SHARE }
    }

    /// How long this tick may take, if at all.
    fn budget(&mut self, share: Share) -> Option<u64> {
        let own = match share {
            Share::Whole => return Some(u64::MAX),
            Share::Since(None) => FIRST,
            Share::Since(Some(elapsed)) => (elapsed / self.share()).clamp(LEAST, MOST),
        };
        let paid = own.min(self.debt);
        self.debt -= paid;
        Some(own - paid).filter(|&left| left > 0)
    }

    /// How a process is to be read; not at all if it is a kernel thread, of which a host has more than
    /// processes, or has ended.
    fn process<'d>(&mut self, tree: &ProcTree, dir: &'d Dir, pid: u32) -> Option<Process<'d>> {
        let stat = match read_stat(dir, "stat", &mut self.stat) {
            Err(errno) if gone(errno) && !dir.is_copy() => return None,
            stat => stat.ok(),
        };
        if stat.is_some_and(|stat| stat.is_kernel_thread()) {
            return None;
        }
        let mut process = Process::new(tree, dir, pid, stat);
        if stat.is_some_and(|stat| stat.is_dead()) && !dir.is_copy() {
            match live_thread(dir, None) {
                Ok(None) => return None,
                Ok(thread) => process.thread = thread,
                // To read it will say why.
                Err(_) => {}
            }
        }
        Some(process)
    }

    /// Reads processes from a place of the listing on, until the time has come. Gives the place to go on
    /// from, none at the end.
    fn step(
        &mut self,
        (tree, listing): (&ProcTree, &Listing),
        from: u64,
        until: u64,
        (links, mut lister): (&mut LinkReader, Option<&mut Lister>),
        sink: &mut dyn Sink,
    ) -> Result<Option<u64>, Errno> {
        let mut cookie = None;
        listing.each::<DENTS>(from, |entry| {
            let (Some(pid), Ok(name)) = (number(entry.name), str::from_utf8(entry.name)) else {
                return ControlFlow::Continue(());
            };
            if self.seen.contains(&pid) {
                return ControlFlow::Continue(());
            }
            let Ok(dir) = tree.dir().subdir(name) else { return ControlFlow::Continue(()) };
            let Some(process) = self.process(tree, &dir, pid) else {
                self.seen.insert(pid);
                return ControlFlow::Continue(());
            };
            let status = match self.state.descriptors {
                true => links.part(process, lister.as_deref_mut(), sink),
                false => links.namespace_part(process, sink),
            };
            self.saw(pid, status);
            if boottime() >= until {
                cookie = Some(entry.next);
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        Ok(cookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenths_of_ms(budget: Option<u64>) -> Option<u64> {
        budget.map(|ns| ns / 100_000)
    }

    #[test]
    fn a_tick_gets_a_hundredth_of_the_time_within_bounds() {
        let mut walker = Walker::default();
        let mut tenths = |since: Option<u64>| tenths_of_ms(walker.budget(Share::Since(since)));
        assert_eq!(tenths(None), Some(50));
        assert_eq!(tenths(Some(1_000_000_000)), Some(100));
        assert_eq!(tenths(Some(1)), Some(2));
        assert_eq!(tenths(Some(3_600_000_000_000)), Some(500));
    }

    #[test]
    fn who_has_come_since_is_looked_for_at_a_fraction_of_that() {
        let state = Walk { complete: true, ..Walk::default() };
        let second = Share::Since(Some(1_000_000_000));
        let again = Walker { state, ..Walker::default() }.budget(second);
        assert_eq!(tenths_of_ms(again), Some(2));
        let state = Walk { descriptors: true, ..state };
        let owners = Walker { state, ..Walker::default() }.budget(second);
        assert_eq!(tenths_of_ms(owners), Some(100), "whose sockets are is shown for all");
    }

    #[test]
    fn what_was_overspent_is_paid_back_before_the_walk_goes_on() {
        let mut walker = Walker { debt: 25_000_000, ..Walker::default() };
        let mut second = || tenths_of_ms(walker.budget(Share::Since(Some(1_000_000_000))));
        assert_eq!([second(), second(), second(), second()], [None, None, Some(50), Some(100)]);
    }
}

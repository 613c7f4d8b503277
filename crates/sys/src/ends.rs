//! The ends of the sockets of the target's namespace, listened to while somebody wants to know.
//!
//! Listening begins before the sockets of a tick are read and what was heard is handed on after them, so that no end
//! falls between the two.

use netmonitor_core::sample::{Origin, Sink, Status};
use rustix::io::Errno;

use crate::clock::boottime;
use crate::netlink::{Destroyed, Drained};
use crate::netns::Namespace;
use crate::reader::{end, status_of};
use crate::socket_source::Subject;

/// So often the queue is drained anew in one tick while more waits.
const ROUNDS: u32 = 8;

/// Listens in the namespace of this name.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    namespace: Vec<u8>,
    destroyed: Option<Result<Destroyed, Errno>>,
}

impl Ends {
    /// Begins to listen, or stops.
    pub(crate) fn listen(&mut self, wanted: bool, subject: Subject<'_>) {
        if !wanted || subject.dir.is_copy() {
            self.destroyed = None;
            return;
        }
        if self.namespace != subject.namespace {
            *self = Self { namespace: subject.namespace.to_vec(), destroyed: None };
        }
        if self.destroyed.as_ref().is_none_or(Result::is_err) {
            let open = || Namespace::open(subject.dir, subject.thread)?.run(Destroyed::open)?;
            self.destroyed = Some(open());
        }
    }

    /// Hands on what was heard.
    pub(crate) fn hand_on(&mut self, sink: &mut dyn Sink) {
        let (at, origin) = (boottime(), Origin::Destroyed);
        let status = match &mut self.destroyed {
            None => return,
            Some(Err(errno)) => status_of(*errno, 0),
            Some(Ok(destroyed)) => {
                let mut status = Status::Ok;
                for _ in 0..ROUNDS {
                    let drained = destroyed.drain(&mut |bytes| {
                        // Small, and all of it is wanted.
                        let _ = sink.chunk(&origin, bytes);
                    });
                    status = worse(status, drained);
                    if !drained.more {
                        break;
                    }
                }
                status
            }
        };
        end(sink, &origin, status, at);
    }
}

fn worse(status: Status, drained: Drained) -> Status {
    match drained {
        Drained { error: Some(errno), .. } => status_of(errno, 0),
        Drained { lost: true, .. } => Status::Interrupted,
        _ => status,
    }
}

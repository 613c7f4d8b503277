//! What this process itself may do: whoever is refused wants to know whether a capability would help.

use netmonitor_core::sample::{Origin, Sink, Status};

use crate::clock::boottime;
use crate::reader::end;

/// The capabilities, handed on once: they do not change while a program runs.
#[derive(Debug, Default)]
pub(crate) struct Capabilities {
    told: bool,
}

impl Capabilities {
    /// Hands on the `CapEff` line of this thread. Of a copied tree nothing is refused for want of one.
    pub(crate) fn tick(&mut self, copy: bool, sink: &mut dyn Sink) {
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let (at, origin) = (boottime(), Origin::Capabilities);
        if copy {
            return end(sink, &origin, Status::NotAsked, at);
        }
        let status = std::fs::read("/proc/thread-self/status").unwrap_or_default();
        match status.split(|&byte| byte == b'\n').find(|line| line.starts_with(b"CapEff:")) {
            Some(line) => {
                let _ = sink.chunk(&origin, line);
                end(sink, &origin, Status::Ok, at);
            }
            None => end(sink, &origin, Status::Missing, at),
        }
    }
}

//! What this process itself may do: whoever is refused wants to know whether a capability would help.

use netmonitor_core::sample::{Origin, Sink, Status};

use crate::clock::boottime;
use crate::reader::end;

const NAME: &[u8] = b"CapEff:";

/// The capabilities that this thread holds, a bit for each.
pub(crate) fn effective() -> u64 {
    let status = std::fs::read("/proc/thread-self/status").unwrap_or_default();
    let line = line(&status).and_then(|line| line.strip_prefix(NAME));
    line.and_then(|digits| procnet::number::hex(digits.trim_ascii())).unwrap_or(0)
}

fn line(status: &[u8]) -> Option<&[u8]> {
    status.split(|&byte| byte == b'\n').find(|line| line.starts_with(NAME))
}

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
        match line(&status) {
            Some(line) => {
                let _ = sink.chunk(&origin, line);
                end(sink, &origin, Status::Ok, at);
            }
            None => end(sink, &origin, Status::Missing, at),
        }
    }
}

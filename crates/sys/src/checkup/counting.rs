//! Whether what processes send and receive can be counted, and what happens to connections be told: the programs are loaded, and
//! go again.

use super::privileges::{BPF, PERFMON, Privileges};
use super::{Check, Status};
use crate::bpf::{Counter, Whom, Why};

/// Loads the programs and says how that went.
pub(super) fn counting(privileges: &Privileges) -> Vec<Check> {
    let counter = Counter::start();
    let watching = counter.as_ref().ok().map(watching);
    std::iter::once(counted(counter, privileges)).chain(watching).collect()
}

/// What tells of connections, beside what counts.
fn watching(counter: &Counter) -> Check {
    let name = "watching";
    match counter.watch(Whom::default()) {
        Ok(watcher) if watcher.missing().is_empty() => {
            Check::ok(name, "connections are told as they come and go, with retransmissions and drops")
        }
        Ok(watcher) => {
            let missing = watcher.missing().join(", ");
            Check::note(
                name,
                format!("connections are told as they come and go; refused or not offered: {missing}"),
            )
        }
        Err(why) => Check {
            log: why.log.clone(),
            ..Check::missing(name, format!("events are not told: {why}"), None)
        },
    }
}

fn counted(counter: Result<Counter, Why>, privileges: &Privileges) -> Check {
    let name = "counting";
    match counter {
        Ok(counter) => {
            let missing = match counter.parts() {
                (true, true) => {
                    return Check::ok(name, "what every process sends and receives is counted to the byte");
                }
                (false, _) => {
                    "what is spliced out of TCP and UNIX streams or received by TCP_ZEROCOPY_RECEIVE, for tracefs cannot be opened"
                }
                (true, false) => {
                    "the ends of sockets that are not TCP's, for no control group of version 2 can be attached to"
                }
            };
            Check::note(name, format!("what processes send and receive is counted; not noticed: {missing}"))
        }
        Err(why) => {
            let fix = [BPF, PERFMON].into_iter().find_map(|bit| privileges.fix(bit));
            let reason = format!("bytes are told by TCP alone: {why}");
            match why.is_offered() {
                true => Check { log: why.log, ..Check::missing(name, reason, fix) },
                false => Check { status: Status::Note, ..Check::ok(name, reason) },
            }
        }
    }
}

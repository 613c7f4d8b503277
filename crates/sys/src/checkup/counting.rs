//! Whether what processes send and receive can be counted: the programs are loaded, and go again.

use super::privileges::{BPF, PERFMON, Privileges};
use super::{Check, Status};
use crate::bpf::Counter;

/// Loads the programs and says how that went.
pub(super) fn counting(privileges: &Privileges) -> Check {
    let name = "counting";
    match Counter::start() {
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

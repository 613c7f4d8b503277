//! Does to others what was confirmed in a session, and tells what has become of it.

use std::path::Path;
use std::sync::mpsc::Sender;

use netmonitor_sys::acts::{self, Connection, Permissions};
use netmonitor_sys::{Kind, ProcTree, Target};
use netmonitor_tui::{Act, Input, Permitted};

use super::on_terminal::spawn;

/// What may be done from a session on processes of a tree.
pub(super) fn permitted(read_only: bool, kind: Option<Kind>) -> Permitted {
    let Permissions { closes, signals_all, uid } = Permissions::own();
    let nothing = match kind {
        _ if read_only => Some("off by --read-only"),
        Some(Kind::Live { ours: true }) => None,
        Some(Kind::Live { ours: false }) => Some("the processes are of another PID namespace"),
        Some(Kind::Copy) => Some("this was captured"),
        None => Some("this was recorded"),
    };
    Permitted { nothing, closes, signals_all, uid }
}

/// Does it beside the session, which hears of it.
pub(super) fn act(act: Act, procfs: &Path, inputs: &Sender<Input>) {
    let (procfs, to) = (procfs.to_owned(), inputs.clone());
    let started = spawn("act", move || _ = to.send(Input::Said(done(&act, &procfs))));
    if let Err(error) = started {
        let _ = inputs.send(Input::Said(Err(format!("not done: {error:#}"))));
    }
}

fn done(act: &Act, procfs: &Path) -> Result<String, String> {
    match *act {
        Act::Close { process, is_v6, local, remote, ifindex, cookie } => {
            let connection = Connection { is_v6, local, remote, ifindex, cookie };
            let words = format!("{local} – {remote}");
            acts::close_tcp(&find(procfs, process)?, &connection)
                .map(|()| format!("closed: {words}"))
                .map_err(|why| format!("not closed: {words}: {why}"))
        }
        Act::Signal { process, signal } => acts::signal(&find(procfs, process)?, signal)
            .map(|()| format!("signal {signal} was sent to process {}", process.0))
            .map_err(|why| format!("no signal was sent to process {}: {why}", process.0)),
    }
}

/// The process of this number that began then, and no other.
fn find(procfs: &Path, (pid, start_time): (u32, u64)) -> Result<Target, String> {
    let tree = ProcTree::open(procfs).map_err(|error| error.to_string())?;
    let target = Target::find(&tree, &pid.to_string()).ok();
    let target = target.filter(|target| target.start_time() == start_time);
    target.ok_or_else(|| format!("nothing was done: process {pid} has ended"))
}
